//! A store of several copies, one of which is behind: what is told of a change may be asked of a copy that has not seen it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use avanochi::{
    domain::Shared,
    kernel::{Caller, Clock as _, Ctx, IdSource as _, Owner, Page, RandomIds, UserId},
    progress::{repo::ProgressRepo, service::ProgressService},
    store::{Batch, Document, Etag, Key, KeyRange, Partition, Query, Store, StoreError},
    work::habits::service::HabitsService,
};
use uuid::Uuid;

use crate::support::{TestApp, time};

const SUMMARIES: &str = "summaries";

/// Reads from a copy that has an older summary and no lists, until a write has shown that it is behind.
#[derive(Debug)]
struct Copies {
    inner: Arc<dyn Store>,
    older: Document,
    behind: AtomicBool,
}

#[async_trait::async_trait]
impl Store for Copies {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.inner.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        if key.kind == SUMMARIES && self.behind.load(Ordering::SeqCst) {
            return Ok(Some(self.older.clone()));
        }
        self.inner.get(key).await
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        if self.behind.load(Ordering::SeqCst) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        self.inner.query(query).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.inner.ranges().await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        self.behind.store(false, Ordering::SeqCst);
        self.inner.commit(batch).await
    }
}

/// What a consumer gets that is told of a session, on a store whose copy has not seen it: whose session, and the number of the
/// change.
async fn told_of_a_session() -> (Shared, Ctx, Owner, u64) {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let user = UserId::parse(&ann.id).expect("an id");
    let key = Key { partition: Partition::of(user), kind: SUMMARIES.into(), id: "summary".into() };
    let older = app.store.get(key.clone()).await.expect("a summary").expect("there");
    let recorded = ann.record(time("2026-01-13T08:00:00Z"), time("2026-01-13T12:00:00Z")).await;
    assert_eq!(recorded.status, 201, "{recorded:?}");
    let seq = app.store.get(key).await.expect("a summary").expect("there").seq;

    let ids = Arc::new(RandomIds::default());
    let store = Arc::new(Copies { inner: Arc::clone(&app.store), older, behind: AtomicBool::new(true) });
    let now = app.clock.now();
    let ctx = Ctx::new(Caller::PROGRAM, now, ids.next(now).into());
    let owner = ctx.owner_for_program(user).expect("the program may");
    let queue = Arc::clone(&app.app.shared.queue);
    (Shared::new(store, app.clock.clone(), ids, queue), ctx, owner, seq)
}

#[tokio::test]
async fn a_change_that_a_copy_has_not_seen_is_not_taken_for_followed() {
    let (shared, ctx, owner, seq) = told_of_a_session().await;
    let habits = HabitsService::new(&shared);
    habits.learn(&ctx, owner, seq).await.expect("learned");
    let learned = habits.get(&ctx, owner).await.expect("read").expect("habits");
    assert_eq!((learned.seq, learned.weekdays.len(), learned.weekdays[0].length), (seq, 1, 240));
    // Once more is no write.
    habits.learn(&ctx, owner, seq).await.expect("nothing to do");
    assert_eq!(habits.get(&ctx, owner).await.expect("read").expect("habits"), learned);
}

#[tokio::test]
async fn nor_is_it_when_something_is_granted_for_it() {
    let (shared, _, owner, seq) = told_of_a_session().await;
    let (progress, repo) = (ProgressService::new(&shared), ProgressRepo::new(Arc::clone(&shared.store)));
    progress.take_in(owner, Some(seq)).await.expect("taken in");
    let granted = repo.progress(owner).await.expect("read").expect("progress");
    assert_eq!((granted.value.seq, granted.value.xp), (seq + 1, 48 + 15));
    progress.take_in(owner, Some(seq)).await.expect("nothing to do");
    assert_eq!(repo.progress(owner).await.expect("read").expect("progress").op, granted.op);
}
