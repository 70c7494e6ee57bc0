//! Reads what was published in a user's partition.

use std::sync::Arc;

use super::model::{Changed, Place};
use crate::{
    kernel::{Limit, Owner, PageRequest, Result, Timestamp, id},
    store::{Document, Partition, Query, Store},
};

#[derive(Debug, Clone)]
pub struct ChangesRepo(Arc<dyn Store>);

impl ChangesRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }

    /// At most `limit` documents, in order, from the change `since` on, that one included; and whether there is more.
    pub async fn from(&self, owner: Owner, since: u64, limit: Limit) -> Result<(Vec<Changed>, bool)> {
        let query = Query::Changes { partition: Partition::of(owner.id()), since, page: PageRequest::first(limit) };
        let page = self.0.query(query).await?;
        Ok((page.items.into_iter().map(changed).collect(), page.next.is_some()))
    }
}

fn changed(document: Document) -> Changed {
    let Document { key, op, seq, deleted_at, body, .. } = document;
    let at = deleted_at.or_else(|| id::time_of(op)).unwrap_or(Timestamp::from_micros(0));
    Changed { place: Place { seq, op, kind: key.kind.into_owned(), id: key.id }, at, body: deleted_at.is_none().then_some(body) }
}
