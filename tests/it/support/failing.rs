//! A store that stands in for a program that is killed: it fails after so many commits.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use avanochi::{
    kernel::Page,
    store::{Batch, Document, Etag, Key, Query, Store, StoreError},
};

#[derive(Debug)]
pub struct Failing {
    pub store: Arc<dyn Store>,
    pub commits_left: AtomicI64,
    /// Whether the commit that fails has happened nevertheless.
    pub lost_answer: bool,
}

#[async_trait::async_trait]
impl Store for Failing {
    fn name(&self) -> &'static str {
        "failing"
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        self.store.get(key).await
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        self.store.query(query).await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        let left = self.commits_left.fetch_sub(1, Ordering::SeqCst);
        if left > 0 || (left == 0 && self.lost_answer) {
            let done = self.store.commit(batch).await;
            if left > 0 {
                return done;
            }
        }
        Err(StoreError::Unavailable(anyhow::anyhow!("no more")))
    }
}
