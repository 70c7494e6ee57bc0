//! Reads what was published in a user's partition.

use std::sync::Arc;

use uuid::Uuid;

use super::model::{Changed, Place};
use crate::{
    kernel::{Owner, Page, PageRequest, Result, Timestamp, id},
    store::{Document, Partition, Query, Store},
};

#[derive(Debug, Clone)]
pub struct ChangesRepo(Arc<dyn Store>);

impl ChangesRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }

    /// Whose numbers the user's changes have.
    pub async fn history(&self) -> Result<Uuid> {
        Ok(self.0.history().await?)
    }

    /// A page of the documents, in order, from the change `since` on, that one included.
    pub async fn from(&self, owner: Owner, since: u64, page: PageRequest) -> Result<Page<Changed>> {
        let page = self.0.query(Query::Changes { partition: Partition::of(owner.id()), since, page }).await?;
        page.try_map(|document| Ok(changed(document)))
    }
}

fn changed(document: Document) -> Changed {
    let Document { key, op, seq, deleted_at, body, .. } = document;
    let at = deleted_at.or_else(|| id::time_of(op)).unwrap_or(Timestamp::from_micros(0));
    Changed { place: Place { seq, op, kind: key.kind.into_owned(), id: key.id }, at, body: deleted_at.is_none().then_some(body) }
}
