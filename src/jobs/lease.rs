//! Leases: of many instances that want to do the same work, one does it at a time.
//!
//! Timers fire on every instance of an app that was scaled out or restarted. A lease keeps two from doing the same
//! twice; it is not what makes anything correct, since its holder may be frozen for longer than it lasts.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PARTITION;
use crate::{
    kernel::{Ctx, Error, IdSource, Result, Timestamp},
    store::{Batch, Collection, Entity, Etag, Store, StoreError, Write, collection},
};

/// Who has the work, until when.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holding {
    name: String,
    /// From then on anybody may take it.
    until: Timestamp,
    /// When the work was last done to its end.
    finished_at: Option<Timestamp>,
}

impl Entity for Holding {
    const KIND: &'static str = "leases";

    fn document_id(&self) -> String {
        self.name.clone()
    }
}

/// A lease that was taken.
#[derive(Debug)]
pub struct Lease {
    holding: Holding,
    etag: Etag,
}

/// Hands out leases.
#[derive(Debug, Clone)]
pub struct Leases {
    holdings: Collection<Holding>,
    ids: Arc<dyn IdSource>,
}

impl Leases {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self { holdings: Collection::new(store), ids }
    }

    /// Takes the lease for a while; `None` while somebody else has it.
    pub async fn take(&self, ctx: &Ctx, name: &str, time: Duration) -> Result<Option<Lease>> {
        let found = self.holdings.get(PARTITION, name).await?;
        if found.as_ref().is_some_and(|found| found.value.until > ctx.now()) {
            return Ok(None);
        }
        let finished_at = found.as_ref().and_then(|found| found.value.finished_at);
        let holding = Holding { name: name.to_owned(), until: ctx.now().plus(time), finished_at };
        let write = collection::put(&holding, 0, found.as_ref().map(|found| &found.etag))?;
        Ok(self.write(ctx.now(), write).await?.map(|etag| Lease { holding, etag }))
    }

    /// Gives the lease back, the work being done. Errors: `Busy` when somebody else has taken it since.
    pub async fn finish(&self, now: Timestamp, lease: Lease) -> Result<()> {
        let holding = Holding { until: now, finished_at: Some(now), ..lease.holding };
        let written = self.write(now, collection::replace(&holding, 0, &lease.etag)?).await?;
        written.map(drop).ok_or_else(|| Error::busy().caused_by("the lease was taken by another"))
    }

    /// The new etag; `None` when another was faster.
    async fn write(&self, now: Timestamp, write: Write) -> Result<Option<Etag>> {
        let op: Uuid = self.ids.next(now);
        match self.holdings.store().commit(Batch::new(PARTITION, op).with(write)).await {
            Ok(etags) => Ok(etags.into_iter().next()),
            Err(StoreError::Exists(_) | StoreError::Stale(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::tests::Bench;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn one_has_it_at_a_time() {
        let bench = Bench::new();
        let (one, other) = (bench.leases(), bench.leases());
        let first = one.take(&bench.ctx(), "sweep", MINUTE).await.expect("asked").expect("free");
        assert!(other.take(&bench.ctx(), "sweep", MINUTE).await.expect("asked").is_none());
        assert!(other.take(&bench.ctx(), "another", MINUTE).await.expect("asked").is_some());
        one.finish(bench.now(), first).await.expect("given back");
        assert!(other.take(&bench.ctx(), "sweep", MINUTE).await.expect("asked").is_some());
    }

    #[tokio::test]
    async fn whoever_slept_through_its_end_is_told_so() {
        let bench = Bench::new();
        let leases = bench.leases();
        let first = leases.take(&bench.ctx(), "sweep", MINUTE).await.expect("asked").expect("free");
        bench.advance(MINUTE);
        let second = leases.take(&bench.ctx(), "sweep", MINUTE).await.expect("asked").expect("run out");
        assert!(leases.finish(bench.now(), first).await.is_err());
        leases.finish(bench.now(), second).await.expect("given back");
    }

    #[tokio::test]
    async fn of_many_who_ask_at_once_one_gets_it() {
        let bench = Bench::new();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (leases, ctx) = (bench.leases(), bench.ctx());
            tasks.spawn(async move { leases.take(&ctx, "sweep", MINUTE).await.expect("asked").is_some() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|taken| *taken).count(), 1);
    }
}
