//! A store that fails when it is told to, as a process that dies or a network that drops the answer.

use std::sync::{Arc, Mutex};

use avanochi::{
    kernel::{ManualClock, Page},
    store::{Batch, Document, Etag, Key, KeyRange, Query, Store, StoreError, embedded::Embedded},
};
use uuid::Uuid;

use super::time;

/// What happens to one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does not happen.
    Before,
    /// It happens, and nobody is told.
    After,
}

#[derive(Debug)]
pub struct FlakyStore {
    inner: Embedded,
    pub clock: Arc<ManualClock>,
    /// How many commits still go well, and what happens to the next one.
    plan: Mutex<Option<(u32, Fault)>>,
}

impl FlakyStore {
    pub fn new() -> Arc<Self> {
        let clock = Arc::new(ManualClock::at(time("2026-01-14T10:00:00Z")));
        let inner = Embedded::in_memory(clock.clone()).expect("a store");
        Arc::new(Self { inner, clock, plan: Mutex::new(None) })
    }

    /// The commit after the next `good` ones fails.
    pub fn fail_after(&self, good: u32, fault: Fault) {
        *self.plan.lock().expect("the plan") = Some((good, fault));
    }

    /// Calls the fault off.
    pub fn heal(&self) {
        *self.plan.lock().expect("the plan") = None;
    }

    /// Whether the fault that was planned has not come.
    pub fn is_waiting(&self) -> bool {
        self.plan.lock().expect("the plan").is_some()
    }

    fn next_fault(&self) -> Option<Fault> {
        let mut plan = self.plan.lock().expect("the plan");
        let (good, fault) = plan.take()?;
        if good > 0 {
            *plan = Some((good - 1, fault));
            return None;
        }
        Some(fault)
    }
}

fn lost() -> StoreError {
    StoreError::Unavailable(anyhow::anyhow!("a planned fault"))
}

#[async_trait::async_trait]
impl Store for FlakyStore {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.inner.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        self.inner.get(key).await
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        self.inner.query(query).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.inner.ranges().await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        match self.next_fault() {
            Some(Fault::Before) => Err(lost()),
            Some(Fault::After) => {
                self.inner.commit(batch).await?;
                Err(lost())
            }
            None => self.inner.commit(batch).await,
        }
    }
}
