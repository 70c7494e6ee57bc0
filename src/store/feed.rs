//! The order in which published documents were committed, for whoever follows them without a request. Azure has the
//! change feed of Cosmos DB for it, which the Functions host reads; alone, the embedded store is read through this.

use super::{Kind, Partition, StoreError};

/// That a published document was written or deleted: where it is, not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub partition: Partition,
    pub kind: Kind,
    pub id: String,
    /// See [`Document::seq`](super::Document::seq).
    pub seq: u64,
}

/// Follows the commits of a store.
///
/// Each document has one place, that of its latest write: what was written twice is shown once. A document that was
/// removed without a tombstone is not shown at all.
#[async_trait::async_trait]
pub trait Feed: Send + Sync + std::fmt::Debug {
    /// At most `limit` changes after `position`, and the position to go on from; no changes when there is nothing new.
    async fn changes(&self, position: u64, limit: usize) -> Result<(Vec<Change>, u64), StoreError>;

    /// Returns once something was published after `position`.
    async fn wait(&self, position: u64);
}
