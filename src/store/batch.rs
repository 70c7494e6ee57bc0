//! Changes: what is to be written, all of it or nothing.

use uuid::Uuid;

use super::{Etag, Kind, Partition, Places, StoreError};
use crate::kernel::Timestamp;

/// A document to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    pub kind: Kind,
    pub id: String,
    /// See [`Document::seq`](super::Document::seq).
    pub seq: u64,
    /// Where it stands in each list of its kind.
    pub places: Places,
    /// The one property that lists can be narrowed by.
    pub facet: Option<&'static str>,
    /// Whether clients and consumers follow its changes.
    pub published: bool,
    /// From then on it is as if it did not exist.
    pub expires_at: Option<Timestamp>,
    /// JSON.
    pub body: String,
}

/// One change of a batch.
#[derive(Debug, Clone)]
pub enum Write {
    /// Fails with `Exists` when there is a live document; a tombstone or an expired document is replaced.
    Create(Draft),
    /// Fails with `Stale` unless the document still has this etag.
    Replace(Draft, Etag),
    /// Leaves a tombstone; fails with `Stale` unless the document still has this etag.
    Tombstone { kind: Kind, id: String, seq: u64, published: bool, at: Timestamp, forget_at: Timestamp, etag: Etag },
    /// Leaves nothing, and is content when there is nothing. With an etag it fails with `Stale` unless the document
    /// still has it.
    Remove { kind: Kind, id: String, etag: Option<Etag> },
}

/// Changes in one partition that happen together: at most 100.
#[derive(Debug, Clone)]
pub struct Batch {
    pub partition: Partition,
    /// Names the operation. Every document of the batch carries it, so that one whose answer was lost can be
    /// recognised; it is also what HTTP shows as a document's version.
    pub op: Uuid,
    pub writes: Vec<Write>,
}

impl Batch {
    pub fn new(partition: Partition, op: Uuid) -> Self {
        Self { partition, op, writes: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }
}

/// The most writes that one batch may have.
pub const MAX_WRITES: usize = 100;
/// The most that the bodies of one batch may come to, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Holds a batch to the bounds that all adapters share.
pub fn check_size(batch: &Batch) -> Result<(), StoreError> {
    let bytes: usize = batch
        .writes
        .iter()
        .map(|write| match write {
            Write::Create(draft) | Write::Replace(draft, _) => draft.body.len(),
            Write::Tombstone { .. } | Write::Remove { .. } => 0,
        })
        .sum();
    let fits = (1..=MAX_WRITES).contains(&batch.writes.len()) && bytes <= MAX_BYTES;
    if fits { Ok(()) } else { Err(StoreError::TooLarge) }
}
