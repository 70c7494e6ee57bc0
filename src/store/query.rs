//! The queries that there are: exactly what every adapter serves from an index.

use super::{Kind, Partition};
use crate::kernel::PageRequest;

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
        page: PageRequest,
    },
    /// Whatever is in a partition, tombstones and expired documents included, by kind and id: for removing it.
    Everything { partition: Partition, page: PageRequest },
}
