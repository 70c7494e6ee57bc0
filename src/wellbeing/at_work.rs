//! What follows for wellbeing when work begins or goes on: a rest ends, reminders are thought of, and the date is evaluated once it
//! is over.

use super::{overload, reminded, rests::service::end_before};
use crate::{
    kernel::{Result, Timestamp},
    ledger::Transaction,
    work::work_sessions::on_work::OnWork,
};

/// Hears of work.
#[derive(Debug)]
pub struct AtWork;

#[async_trait::async_trait]
impl OnWork for AtWork {
    async fn started(&self, change: &mut Transaction<'_>, at: Timestamp) -> Result<()> {
        reminded::look_now(change)?;
        overload::worked(change);
        end_before(change, at).await
    }

    fn resumed(&self, change: &mut Transaction<'_>) -> Result<()> {
        reminded::look_now(change)
    }

    fn worked(&self, change: &mut Transaction<'_>) {
        overload::worked(change);
    }
}
