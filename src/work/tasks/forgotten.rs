//! Stopping a timer that was left running.

use super::{edits::Edits, service::TaskService, timer::FORGOTTEN};
use crate::{
    jobs::DueWork,
    kernel::{Ctx, Owner, Result},
    ledger::Decision,
};

/// Stops one user's timer that was left running.
pub struct StopForgottenTimer(pub TaskService);

#[async_trait::async_trait]
impl DueWork for StopForgottenTimer {
    fn name(&self) -> &'static str {
        FORGOTTEN
    }

    async fn run(&self, _: &Ctx, owner: Owner) -> Result<()> {
        let Self(tasks) = self;
        tasks
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let mut edits = Edits::new(change, &tasks.sessions, owner);
                    let changed = edits.stop_forgotten_timer().await?;
                    edits.queue()?;
                    Ok(if changed { Decision::Write(()) } else { Decision::Keep(()) })
                })
            })
            .await
    }
}
