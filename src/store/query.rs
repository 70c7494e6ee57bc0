//! The queries that there are: exactly what every adapter serves from an index.

use super::{Kind, Partition};
use crate::kernel::PageRequest;

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

/// What to read, a page at a time.
#[derive(Debug, Clone)]
pub enum Query {
    /// The listed documents of one kind, by ascending [`Draft::sort`](super::Draft::sort) and then id, without
    /// tombstones, expired documents and those that have no `sort`.
    List {
        /// `None` reads all partitions, for administrators only.
        partition: Option<Partition>,
        kind: Kind,
        /// Only the documents with this [`Draft::facet`](super::Draft::facet).
        facet: Option<&'static str>,
        /// Only those whose place in the list is within.
        span: Span,
        page: PageRequest,
    },
    /// The published documents of a partition whose last change has at least the number `since`, tombstones among them,
    /// by that number, kind and id: what has changed since.
    Changes { partition: Partition, since: u64, page: PageRequest },
    /// Whatever is in a partition, tombstones and expired documents included, by kind and id: for removing it.
    Everything { partition: Partition, page: PageRequest },
}

impl Query {
    pub fn page(&self) -> &PageRequest {
        match self {
            Self::List { page, .. } | Self::Changes { page, .. } | Self::Everything { page, .. } => page,
        }
    }
}
