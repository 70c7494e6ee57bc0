//! Tokens of another history, and clocks that are wrong: the client begins again, or is told everything.

use std::sync::Arc;

use avanochi::{
    kernel::{Limit, Page, PageRequest},
    store::{Batch, Document, Draft, Etag, Key, KeyRange, Partition, Query, Store, StoreError, Write},
};
use uuid::Uuid;

use super::Mirror;
use crate::support::{Client, TestApp};

/// A store that says which history it has, as one whose files were put back by hand.
#[derive(Debug)]
struct PutBackByHand {
    inner: Arc<dyn Store>,
    history: Uuid,
}

#[async_trait::async_trait]
impl Store for PutBackByHand {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        Ok(self.history)
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
        self.inner.commit(batch).await
    }
}

/// The same app on its store as it would be with that history.
fn with_history(app: &TestApp, history: Uuid) -> TestApp {
    let store = Arc::new(PutBackByHand { inner: Arc::clone(&app.store), history });
    TestApp { store, ..app.clone() }.another(&[crate::support::LONG_TOKENS])
}

fn as_on(app: &TestApp, client: &Client) -> Client {
    app.anonymous().with_token(client.token(), &client.id)
}

/// Files were put back by hand, and then the same numbers were given again: what the client saw of them is not there.
#[tokio::test]
async fn a_client_from_another_history_begins_again() {
    let (app, elsewhere) = (TestApp::new(), TestApp::new());
    let history = app.store.history().await.expect("a history");
    let elsewhere = with_history(&elsewhere, history);
    let ann = app.user("ann").await;
    ann.create_task("one").await;
    copy_partition(&app, &elsewhere, &ann.id).await;
    let mut mirror = Mirror::default();
    ann.create_task("lost").await;
    mirror.catch_up(&ann).await;
    // The lost change is not there, or another has its number.
    let restored = as_on(&elsewhere, &ann);
    let mut behind = mirror.clone();
    behind.catch_up(&restored).await;
    behind.assert_equals_the_server(&restored).await;
    restored.create_task("another").await;
    mirror.catch_up(&restored).await;
    mirror.assert_equals_the_server(&restored).await;
    assert_eq!((mirror.resets, behind.resets), (2, 2));
}

/// The documents are the same to the last operation: only the name of the history says that numbers were given twice.
#[tokio::test]
async fn a_token_is_of_one_history_whatever_numbers_there_are_by_now() {
    let app = TestApp::new();
    let restored = with_history(&app, Uuid::from_u128(2));
    let ann = app.user("ann").await;
    let mut mirror = Mirror::default();
    for changes in 0..4 {
        mirror.catch_up(&ann).await;
        let resets = mirror.resets;
        let mut moved = mirror.clone();
        for _ in 0..changes {
            ann.create_task("later").await;
        }
        moved.catch_up(&as_on(&restored, &ann)).await;
        assert_eq!(moved.resets, resets + 1, "after {changes} changes");
        moved.assert_equals_the_server(&ann).await;
        // From then on it is of that history, and of no other.
        moved.catch_up(&as_on(&restored, &ann)).await;
        assert_eq!(moved.resets, resets + 1);
        moved.catch_up(&ann).await;
        assert_eq!(moved.resets, resets + 2);
    }
}

/// What a client holds must not be forgotten because a clock was wrong for a while, whenever it asks.
#[tokio::test]
async fn a_deletion_is_told_however_wrong_the_clock_was() {
    for days in [-20_000, -400, -40, -31, -29, 31, 300] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let task = ann.create_task("to be deleted").await.text("id");
        let mut mirror = Mirror::default();
        mirror.catch_up(&ann).await;
        app.advance_hours(24 * days);
        // Asking meanwhile is one thing, and asking only afterwards another.
        let mut asked = mirror.clone();
        asked.catch_up(&ann).await;
        assert_eq!(ann.delete(&format!("/api/tasks/{task}")).await.status, 204, "{days}");
        app.advance_hours(-24 * days + 1);
        for copy in [&mut mirror, &mut asked] {
            copy.catch_up(&ann).await;
            assert_eq!(copy.of("tasks"), Vec::<serde_json::Value>::new(), "{days} days");
            copy.assert_equals_the_server(&ann).await;
        }
    }
}

/// Writes a user's documents into another store, as a copy that was put back has them.
async fn copy_partition(from: &TestApp, to: &TestApp, user: &str) {
    let partition = Partition::named(user.to_owned());
    let page = PageRequest::first(Limit::MAX);
    let everything = from.store.query(Query::Everything { partition: partition.clone(), page }).await.expect("all").items;
    for document in everything {
        let published = document.key.kind != "summaries";
        let places = [published.then_some(0), None, None, None];
        let draft = Draft {
            kind: document.key.kind,
            id: document.key.id,
            seq: document.seq,
            places,
            facet: None,
            published,
            expires_at: None,
            body: document.body,
        };
        to.store.commit(Batch::new(partition.clone(), document.op).with(Write::Create(draft))).await.expect("copied");
    }
}
