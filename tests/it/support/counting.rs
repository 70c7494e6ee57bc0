//! A store that counts what is asked of it; bench/integrations.rs has it too.

use std::sync::atomic::{AtomicUsize, Ordering};

use avanochi::{
    kernel::Page,
    store::{Batch, Document, Etag, Key, KeyRange, Query, Store, StoreError, embedded::Embedded},
};
use uuid::Uuid;

/// Passes everything on.
#[derive(Debug)]
pub struct Counting {
    inner: Embedded,
    count: AtomicUsize,
}

impl Counting {
    pub fn over(inner: Embedded) -> Self {
        Self { inner, count: AtomicUsize::new(0) }
    }

    /// How many requests there were so far.
    pub fn asked(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn next(&self) -> &Embedded {
        self.count.fetch_add(1, Ordering::Relaxed);
        &self.inner
    }
}

#[async_trait::async_trait]
impl Store for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.inner.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        self.next().get(key).await
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        self.next().query(query).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.next().ranges().await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        self.next().commit(batch).await
    }
}
