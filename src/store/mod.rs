//! The document store as the domains see it: point reads, one kind of query, atomic batches in one partition.
//! Knows no domain and no transport. Adapters: [`embedded`], [`cosmos`]; all pass the one suite in `contract.rs`.

pub mod batch;
pub mod collection;
#[cfg(test)]
pub mod contract;
pub mod cosmos;
pub mod document;
pub mod embedded;
pub mod feed;
mod page;
pub mod query;

pub use batch::{Batch, Draft, Write};
pub use collection::{Collection, Entity, Stored};
pub use document::{Document, Etag, Key, Kind, Partition};
pub use feed::{Change, Feed};
pub use page::MAX_PAGE_BYTES;
pub use query::{KeyRange, Order, PLACES, Place, Places, Query, Scope, Span};

use uuid::Uuid;

use crate::kernel::{Code, Error, Page};

/// Where documents are kept.
///
/// All methods may fail with [`StoreError::Unavailable`], after which nothing is known of a commit that was under
/// way: it may have happened.
#[async_trait::async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// A short name for people: `embedded`, `cosmos`.
    fn name(&self) -> &'static str;

    /// Names the history of the data. Where a copy was put back another one begins, in which the numbers of changes are
    /// given again for other changes. Costs no request.
    async fn history(&self) -> Result<Uuid, StoreError>;

    /// The document under `key`, unless it is a tombstone or has expired.
    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError>;

    /// One page of documents, in the order that [`Query`] states.
    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError>;

    /// Ranges of partitions that can be read beside each other, none of which needs another: together they cover every
    /// partition once.
    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError>;

    /// Does all of the batch or nothing of it, durably, and returns the new etag of each document written
    /// (for a removed one, an etag that no document has).
    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError>;
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The document that write number `0` creates exists.
    #[error("write {0}: the document exists")]
    Exists(usize),
    /// The document of write number `0` is gone or has another etag.
    #[error("write {0}: the document has changed")]
    Stale(usize),
    /// The `after` of a query is not one that this store gave for this query.
    #[error("not a cursor of this query")]
    BadCursor,
    #[error("the document or batch is too large")]
    TooLarge,
    /// Nothing can be said of the data now; the same call may succeed later.
    #[error("the store does not answer")]
    Unavailable(#[source] anyhow::Error),
    /// The data or the store is not what it should be.
    #[error("the store is damaged or misused")]
    Broken(#[source] anyhow::Error),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::BadCursor => Self::new(Code::InvalidCursor, "The cursor does not belong to this list"),
            StoreError::TooLarge => Self::new(Code::BodyTooLarge, "This is too large to be stored").caused_by(error),
            // A use case that can lose a race handles the loss itself; whoever did not is told to try again.
            StoreError::Exists(_) | StoreError::Stale(_) => Self::busy().caused_by(error),
            StoreError::Unavailable(_) => Self::unavailable(error),
            StoreError::Broken(_) => Self::internal(error),
        }
    }
}
