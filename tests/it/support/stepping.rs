//! A store that stops before and after each call, so that whoever waits for it can be dropped there, and that fails at the
//! call it is told to. It remembers what was written, so that a state can be copied instead of being made again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use avanochi::{
    kernel::{Clock as _, ManualClock, Page},
    store::{Batch, Document, Etag, Key, KeyRange, Partition, Query, Store, StoreError, Write, embedded::Embedded},
};
use tokio::{sync::RwLock, task::yield_now};
use uuid::Uuid;

use super::{Fault, emulator::Emulator};

/// What the store is in truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Embedded,
    Cosmos,
}

#[derive(Debug)]
pub struct SteppingStore {
    pub clock: Arc<ManualClock>,
    backend: Backend,
    parts: Mutex<Arc<Parts>>,
    /// Held by each commit that is under way, also when nobody waits for it any more.
    under_way: Arc<RwLock<()>>,
    /// How many calls still go well, and what happens to the next one.
    plan: Mutex<Option<(u32, Fault)>>,
}

#[derive(Debug)]
struct Parts {
    inner: Arc<dyn Store>,
    partitions: Mutex<BTreeSet<String>>,
    written: Mutex<Vec<(Batch, Vec<Etag>)>>,
}

impl Parts {
    fn new(backend: Backend, clock: &Arc<ManualClock>) -> Self {
        let inner: Arc<dyn Store> = match backend {
            Backend::Embedded => Arc::new(Embedded::in_memory(clock.clone()).expect("a store")),
            Backend::Cosmos => Arc::new(Emulator::start().store(clock.clone())),
        };
        Self { inner, partitions: Mutex::default(), written: Mutex::default() }
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        self.partitions.lock().expect("the partitions").insert(batch.partition.as_str().to_owned());
        let etags = self.inner.commit(batch.clone()).await?;
        self.written.lock().expect("what was written").push((batch, etags.clone()));
        Ok(etags)
    }
}

impl SteppingStore {
    pub fn new(backend: Backend, clock: Arc<ManualClock>) -> Self {
        let parts = Mutex::new(Arc::new(Parts::new(backend, &clock)));
        Self { clock, backend, parts, under_way: Arc::default(), plan: Mutex::default() }
    }

    /// Another store with the same documents, at the same time.
    pub async fn copy(&self) -> Self {
        let copy = Self::new(self.backend, Arc::new(ManualClock::at(self.clock.now())));
        copy.become_copy_of(self).await;
        copy
    }

    /// Has the documents of the other from now on, and its time.
    pub async fn become_copy_of(&self, other: &Self) {
        self.clock.advance_micros(other.clock.now().micros() - self.clock.now().micros());
        let copy = Parts::new(self.backend, &self.clock);
        let written = other.parts().written.lock().expect("what was written").clone();
        let mut known = HashMap::new();
        for (mut batch, etags) in written {
            for write in &mut batch.writes {
                if let Write::Replace(_, etag) | Write::Tombstone { etag, .. } | Write::Remove { etag: Some(etag), .. } = write {
                    *etag = known.get(etag.as_str()).cloned().expect("an etag that was given");
                }
            }
            let anew = copy.commit(batch).await.expect("written before");
            known.extend(etags.iter().map(|etag| etag.as_str().to_owned()).zip(anew));
        }
        *self.parts.lock().expect("the parts") = Arc::new(copy);
    }

    fn parts(&self) -> Arc<Parts> {
        Arc::clone(&self.parts.lock().expect("the parts"))
    }

    /// Every partition in which anything was written.
    pub fn partitions(&self) -> Vec<Partition> {
        self.parts().partitions.lock().expect("the partitions").iter().map(|name| Partition::named(name.clone())).collect()
    }

    /// Waits for the commits whose callers have gone.
    pub async fn settled(&self) {
        drop(self.under_way.write().await);
    }

    /// The call after the next `good` ones fails.
    pub fn fail_after(&self, good: u32, fault: Fault) {
        *self.plan.lock().expect("the plan") = Some((good, fault));
    }

    /// Calls the fault off; whether it had not come.
    pub fn heal(&self) -> bool {
        self.plan.lock().expect("the plan").take().is_some()
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

    async fn stepwise<T>(&self, call: impl Future<Output = Result<T, StoreError>> + Send) -> Result<T, StoreError> {
        let lost = || StoreError::Unavailable(anyhow::anyhow!("a planned fault"));
        yield_now().await;
        let fault = self.next_fault();
        if fault == Some(Fault::Before) {
            return Err(lost());
        }
        let result = call.await;
        yield_now().await;
        if fault == Some(Fault::After) && result.is_ok() { Err(lost()) } else { result }
    }
}

#[async_trait::async_trait]
impl Store for SteppingStore {
    fn name(&self) -> &'static str {
        match self.backend {
            Backend::Embedded => "embedded",
            Backend::Cosmos => "cosmos",
        }
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.parts().inner.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        self.stepwise(self.parts().inner.get(key)).await
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        self.stepwise(self.parts().inner.query(query)).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.stepwise(self.parts().inner.ranges()).await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        let (parts, under_way) = (self.parts(), Arc::clone(&self.under_way));
        self.stepwise(async move {
            if self.backend == Backend::Cosmos {
                // The request goes with whoever waits for it.
                return parts.commit(batch).await;
            }
            // The writer goes on with what it was given.
            let under_way = under_way.read_owned().await;
            #[expect(clippy::disallowed_methods, reason = "it stands for the writer's thread, which nobody can freeze alone")]
            let commit = tokio::spawn(async move {
                let _under_way = under_way;
                parts.commit(batch).await
            });
            commit.await.map_err(|error| StoreError::Broken(error.into()))?
        })
        .await
    }
}
