//! What else follows from work, in the same commit.

use crate::{
    kernel::{Result, Timestamp},
    ledger::Transaction,
};

/// Hears of work.
#[async_trait::async_trait]
pub trait OnWork: std::fmt::Debug + Send + Sync {
    /// A session starts.
    async fn started(&self, change: &mut Transaction<'_>, at: Timestamp) -> Result<()>;

    /// One that was interrupted goes on.
    fn resumed(&self, change: &mut Transaction<'_>) -> Result<()>;

    /// One has ended, or was written down.
    fn worked(&self, change: &mut Transaction<'_>);
}
