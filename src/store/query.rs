//! The queries that there are: exactly what every adapter serves from an index.

use serde::{Deserialize, Serialize};

use super::{Kind, Partition};
use crate::kernel::PageRequest;

/// How many lists of its kind a document can stand in.
pub const PLACES: usize = 4;

/// Where a document stands in each list of its kind; `None` keeps it out of that list, and costs its index nothing.
pub type Places = [Option<i64>; PLACES];

/// One of the lists of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(u8);

impl Place {
    /// The list that everybody's documents are read in as well.
    pub const FIRST: Self = Self(0);
    pub const SECOND: Self = Self(1);
    pub const THIRD: Self = Self(2);
    pub const FOURTH: Self = Self(3);
    pub const ALL: [Self; PLACES] = [Self::FIRST, Self::SECOND, Self::THIRD, Self::FOURTH];

    /// The index in [`Places`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// A stretch of places in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first place that is within.
    pub from: i64,
    /// The first that is not any more.
    pub until: i64,
}

impl Span {
    /// The places that there are: whole numbers that survive a store whose only number is a double.
    pub const ALL: Self = Self { from: -(1 << 53), until: (1 << 53) + 1 };
}

/// Some of the partitions: those that the store keeps together. What [`Store::ranges`](super::Store::ranges) returns covers
/// every partition exactly once, and stays valid however the store divides its partitions later.
///
/// Opaque; as JSON it is one short string, which may travel in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyRange(String);

impl KeyRange {
    /// For adapters: `text` is whatever the adapter reads again.
    pub(in crate::store) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose documents are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those of one partition, in any of the lists of the kind.
    Partition(Partition, Place),
    /// Those of all partitions, in the list of [`Place::FIRST`]: for administrators only.
    Everybody,
    /// Those of the partitions of a range, in the list of [`Place::FIRST`]: for jobs that share the work.
    Range(KeyRange),
}

impl Scope {
    /// The list of [`Place::FIRST`]; `None` reads everybody's.
    pub fn first(partition: Option<Partition>) -> Self {
        partition.map_or(Self::Everybody, |partition| Self::Partition(partition, Place::FIRST))
    }

    pub fn place(&self) -> Place {
        match self {
            Self::Partition(_, place) => *place,
            Self::Everybody | Self::Range(_) => Place::FIRST,
        }
    }
}

/// What to read, a page at a time. A page ends at its limit, and before the bodies come to more than
/// [`MAX_PAGE_BYTES`](crate::store::MAX_PAGE_BYTES), but holds at least one document when there is one.
#[derive(Debug, Clone)]
pub enum Query {
    /// The documents in one list of a kind, by [`Draft::places`](super::Draft::places) and then id, without tombstones,
    /// expired documents and those that have no place in the list.
    List {
        scope: Scope,
        kind: Kind,
        /// Only the documents with this [`Draft::facet`](super::Draft::facet).
        facet: Option<&'static str>,
        order: Order,
        /// Only those whose place in the list is within.
        span: Span,
        page: PageRequest,
    },
    /// The documents of a kind in a partition under some ids, by id, without tombstones and expired documents: as many reads in one
    /// request.
    Named { partition: Partition, kind: Kind, ids: Vec<String>, page: PageRequest },
    /// The published documents of a partition whose last change has at least the number `since`, tombstones among them,
    /// by that number, kind and id: what has changed since.
    Changes { partition: Partition, since: u64, page: PageRequest },
    /// Whatever is in a partition, tombstones and expired documents included, by kind and id: for removing it.
    Everything { partition: Partition, page: PageRequest },
}

impl Query {
    pub fn page(&self) -> &PageRequest {
        match self {
            Self::List { page, .. } | Self::Named { page, .. } | Self::Changes { page, .. } | Self::Everything { page, .. } => {
                page
            }
        }
    }
}
