//! The deep look at what the program needs: what fails is named, and no caller makes more work than one look a second.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use avanochi::{
    app::{Adapters, App},
    config::{Config, Overrides, Source},
    jobs::queue::{Delivery, NewMessage, Queue, Receipt, Settled},
    kernel::{Clock as _, Error, ManualClock, Page, Result},
    store::{Batch, Document, Etag, Key, KeyRange, Query, Store, StoreError, embedded::Embedded},
};
use futures_util::FutureExt as _;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::support::{Answer, Client, SECRET, TestApp, time};

const DEEP: &str = "/api/health?deep=true";

/// A store and a queue of which each part can fail, that count what they are asked.
#[derive(Debug)]
struct Parts {
    inner: Embedded,
    reads_fail: AtomicBool,
    writes_fail: AtomicBool,
    queue_fails: AtomicBool,
    asked: AtomicU32,
    /// Whoever writes waits for a permit.
    gate: Semaphore,
}

impl Parts {
    fn answer(&self, fails: &AtomicBool) -> Result<(), StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if fails.load(Ordering::SeqCst) { Err(StoreError::Unavailable(anyhow::anyhow!("a planned fault"))) } else { Ok(()) }
    }

    fn asked(&self) -> u32 {
        self.asked.swap(0, Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl Store for Parts {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.inner.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        self.answer(&self.reads_fail)?;
        self.inner.get(key).await
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        self.answer(&self.reads_fail)?;
        self.inner.query(query).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.inner.ranges().await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        let _permit = self.gate.acquire().await.expect("open");
        self.answer(&self.writes_fail)?;
        self.inner.commit(batch).await
    }
}

#[async_trait::async_trait]
impl Queue for Parts {
    async fn send(&self, _: &str, _: NewMessage) -> Result<()> {
        Err(Error::internal("nobody sends to see whether it works"))
    }

    async fn receive(&self, _: &str, _: Duration) -> Result<Option<Delivery>> {
        self.answer(&self.queue_fails).map_err(Error::unavailable)?;
        Ok(None)
    }

    async fn complete(&self, _: &Receipt) -> Result<Settled> {
        Ok(Settled::TooLate)
    }

    async fn retry(&self, _: &Receipt, _: Duration) -> Result<Settled> {
        Ok(Settled::TooLate)
    }
}

/// The program over such parts.
fn program() -> (Client, Arc<Parts>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(time("2026-01-14T10:00:00Z")));
    let inner = Embedded::in_memory(clock.clone()).expect("a store");
    let (reads_fail, writes_fail, queue_fails, asked) = Default::default();
    let parts = Arc::new(Parts { inner, reads_fail, writes_fail, queue_fails, asked, gate: Semaphore::new(100) });
    let config = Config::load(&Source::of(&[]), &Overrides::default()).expect("good settings");
    let adapters = Adapters::over(parts.clone(), clock.clone(), SECRET.to_owned().into());
    let app = App::new(&config, Adapters { queue: parts.clone(), ..adapters }).expect("an app");
    (Client::new(app.routes), parts, clock)
}

fn assert_names(answer: &Answer, failing: &[&str]) {
    if failing.is_empty() {
        assert_eq!((answer.status, answer.body["status"].as_str()), (200, Some("ok")), "{answer:?}");
        return;
    }
    answer.assert_error(503, "store_unavailable").assert_says(&format!("Not working: {}", failing.join(", ")));
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}

#[tokio::test]
async fn what_fails_is_named_and_is_well_again_when_it_is() {
    let (client, parts, clock) = program();
    for (reads, writes, queue, failing) in [
        (false, false, false, &[][..]),
        (true, false, false, &["store_read"]),
        (false, true, false, &["store_write"]),
        (false, false, true, &["queue"]),
        (false, true, true, &["store_write", "queue"]),
        // What cannot be read cannot be replaced, so nothing is known of writing.
        (true, true, true, &["store_read", "queue"]),
        (false, false, false, &[]),
    ] {
        parts.reads_fail.store(reads, Ordering::SeqCst);
        parts.writes_fail.store(writes, Ordering::SeqCst);
        parts.queue_fails.store(queue, Ordering::SeqCst);
        clock.advance_micros(1_000_000);
        assert_names(&client.get(DEEP).await, failing);
        // Whether the program runs is another question.
        assert_eq!(client.get("/api/health").await.status, 200);
    }
}

#[tokio::test]
async fn whoever_asks_within_a_second_is_told_what_was_found() {
    let (client, parts, clock) = program();
    assert_names(&client.get(DEEP).await, &[]);
    // A read, a write, and a look at the queue.
    assert_eq!(parts.asked(), 3);
    parts.writes_fail.store(true, Ordering::SeqCst);
    clock.advance_micros(999_999);
    for _ in 0..20 {
        assert_names(&client.get(DEEP).await, &[]);
    }
    assert_eq!(parts.asked(), 0);
    clock.advance_micros(1);
    for _ in 0..20 {
        assert_names(&client.get(DEEP).await, &["store_write"]);
    }
    assert_eq!(parts.asked(), 3);
    // A clock that was set back makes no answer last.
    parts.writes_fail.store(false, Ordering::SeqCst);
    clock.advance_micros(-86_400_000_000);
    assert_names(&client.get(DEEP).await, &[]);
    // The plain question asks nobody.
    parts.asked();
    assert_eq!(client.get("/api/health").await.status, 200);
    assert_eq!(parts.asked(), 0);
}

#[tokio::test]
async fn callers_at_one_time_share_a_look_and_those_who_leave_take_nothing_with_them() {
    let (client, parts, _) = program();
    let held = parts.gate.acquire_many(100).await.expect("open");
    // The first ones hang up in the middle.
    for _ in 0..10 {
        assert!(client.get(DEEP).now_or_never().is_none());
    }
    assert_eq!(parts.asked(), 2, "one read and one look at the queue");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        callers.spawn(async move { client.get(DEEP).await });
    }
    tokio::task::yield_now().await;
    drop(held);
    for answer in callers.join_all().await {
        assert_names(&answer, &[]);
    }
    assert_eq!(parts.asked(), 1, "the one write");
}

/// Two instances replace the same document: that the other was faster is no failure.
#[tokio::test]
async fn instances_are_in_nobodys_way() {
    let app = TestApp::new();
    let other = app.another(&[]);
    for _ in 0..5 {
        app.advance_seconds(1);
        let mut callers = tokio::task::JoinSet::new();
        for instance in [&app, &other, &app.another(&[]), &app.another(&[])] {
            let client = instance.anonymous();
            callers.spawn(async move { client.get(DEEP).await });
        }
        for answer in callers.join_all().await {
            assert_names(&answer, &[]);
        }
    }
    let now = app.clock.now();
    let key = Key { partition: avanochi::store::Partition::fixed("health"), kind: "health".into(), id: "health".into() };
    let written = app.store.get(key).await.expect("read").expect("there").body;
    assert_eq!(written, serde_json::json!({ "at": now }).to_string());
}
