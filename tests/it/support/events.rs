//! Events as whoever runs the jobs delivers them, inside the process: ticks, messages, and hints that something changed.

use std::sync::Arc;

use avanochi::{
    jobs::{
        Dispatcher, Event, Tick, Verdict,
        queue::{Queue as _, StoredQueue},
    },
    kernel::{Limit, PageRequest, RandomIds, UserId},
    store::{Change, Document, Partition, Query},
};
use serde_json::Value;
use tokio::task::JoinSet;

use super::TestApp;

/// Longer than a job takes, and as long as a message is hidden from others meanwhile.
const HIDDEN: std::time::Duration = std::time::Duration::from_mins(6);

pub fn partition(user: &str) -> Partition {
    Partition::of(UserId::parse(user).expect("an id"))
}

/// All that is stored of a user, tombstones included.
pub async fn documents(app: &TestApp, user: &str) -> Vec<Document> {
    stored_in(app, partition(user)).await
}

/// All that is stored in a partition, tombstones included.
pub async fn stored_in(app: &TestApp, partition: Partition) -> Vec<Document> {
    let mut page = PageRequest::first(Limit::MAX);
    let mut documents = Vec::new();
    loop {
        let read = app.store.query(Query::Everything { partition: partition.clone(), page }).await.expect("a page");
        documents.extend(read.items);
        let Some(after) = read.next else { return documents };
        page = PageRequest { limit: Limit::MAX, after: Some(after) };
    }
}

/// What a feed that shows the whole container would tell of them.
pub fn hints(documents: &[Document]) -> Vec<Change> {
    let hint = |document: &Document| {
        let key = document.key.clone();
        Change { partition: key.partition, kind: key.kind, id: key.id, seq: document.seq }
    };
    documents.iter().map(hint).collect()
}

pub async fn dispatch(jobs: &Dispatcher, job: &str, event: Event) -> Verdict {
    jobs.dispatch(&jobs.ctx(None), jobs.registry.get(job).expect("a job"), event).await
}

pub async fn deliver(app: &TestApp, changes: &[Change]) -> Verdict {
    dispatch(&app.app.jobs, "changes", Event::Changes(changes.to_vec())).await
}

pub async fn tick(app: &TestApp) -> Verdict {
    dispatch(&app.app.jobs, "tick", Event::Tick(Tick::default())).await
}

/// Twice on each of the instances, all at the same time. Each must have gone well.
pub async fn everywhere(instances: &[&TestApp], job: &'static str, event: &Event) {
    let mut deliveries = JoinSet::new();
    for instance in instances.iter().chain(instances) {
        let (jobs, event) = (instance.app.jobs.clone(), event.clone());
        deliveries.spawn(async move { dispatch(&jobs, job, event).await });
    }
    for verdict in deliveries.join_all().await {
        assert!(matches!(verdict, Verdict::Done), "{verdict:?}");
    }
}

/// The queue in the app's store.
pub fn queue(app: &TestApp) -> StoredQueue {
    StoredQueue::new(app.store.clone(), app.clock.clone(), Arc::new(RandomIds::default()))
}

/// The messages about sessions that are due, one after the other, each completed once `handle` says so. Stops at the first
/// error of the store, as a process that was killed; how many there were.
pub async fn drain(app: &TestApp, handle: impl AsyncFnMut(Value, u32) -> Verdict) -> usize {
    drain_of(app, "jobs", handle).await
}

/// The same of any queue.
pub async fn drain_of(app: &TestApp, name: &str, mut handle: impl AsyncFnMut(Value, u32) -> Verdict) -> usize {
    let queue = queue(app);
    let mut count = 0;
    while let Ok(Some(delivery)) = queue.receive(name, HIDDEN).await {
        count += 1;
        if matches!(handle(delivery.body, delivery.attempt).await, Verdict::Again { .. })
            || queue.complete(&delivery.receipt).await.is_err()
        {
            break;
        }
    }
    count
}
