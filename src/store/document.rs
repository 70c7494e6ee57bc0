//! Documents and their addresses.

use std::{borrow::Cow, sync::Arc};

use uuid::Uuid;

use crate::kernel::{Timestamp, UserId};

/// What a document is: the plural noun of its resource.
pub type Kind = Cow<'static, str>;

/// All documents that can change in one atomic batch. What belongs to a user is in that user's partition.
#[derive(Debug, Clone)]
pub struct Partition(Name);

/// Shared by all documents of a page.
#[derive(Debug, Clone)]
enum Name {
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl PartialEq for Partition {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Partition {}

impl Partition {
    /// The partition of everything that is this user's.
    pub fn of(user: UserId) -> Self {
        Self::named(user.to_string())
    }

    /// A partition that belongs to no user, and is always the same.
    pub const fn fixed(name: &'static str) -> Self {
        Self(Name::Fixed(name))
    }

    /// A partition that belongs to no user.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self(Name::Shared(name.into()))
    }

    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Fixed(name) => name,
            Name::Shared(name) => name,
        }
    }
}

/// The address of a document: unique in the whole store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub partition: Partition,
    pub kind: Kind,
    pub id: String,
}

/// A version of a document, to be given back unchanged when it is to be replaced. Opaque, and unlike for every
/// two writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A document as it is stored.
#[derive(Debug, Clone)]
pub struct Document {
    pub key: Key,
    pub etag: Etag,
    /// The operation that wrote it last.
    pub op: Uuid,
    /// The number of its owner's change that wrote it last; zero for what has no owner.
    pub seq: u64,
    /// When it was deleted, for a tombstone.
    pub deleted_at: Option<Timestamp>,
    /// JSON; `null` for a tombstone.
    pub body: String,
}
