//! Where pages end: within the documents of one change, exactly at the end, and sooner than was asked for.

use std::sync::Arc;

use avanochi::{
    kernel::{Limit, Page, PageRequest},
    store::{Batch, Document, Draft, Etag, Key, KeyRange, Partition, Query, Store, StoreError, Write},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, LONG_TOKENS, TestApp};

/// A store whose pages of changes end after a few documents, as they do for their size.
#[derive(Debug)]
struct ShortPages {
    inner: Arc<dyn Store>,
    most: u32,
}

#[async_trait::async_trait]
impl Store for ShortPages {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.inner.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        self.inner.get(key).await
    }

    async fn query(&self, mut query: Query) -> Result<Page<Document>, StoreError> {
        if let Query::Changes { page: PageRequest { limit, .. }, .. } = &mut query
            && limit.get() > self.most as usize
        {
            *limit = Limit::new(self.most).expect("a limit");
        }
        self.inner.query(query).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.inner.ranges().await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        self.inner.commit(batch).await
    }
}

/// Makes one change of so many documents, 99 being the most that a change has besides its summary. Returns how many there
/// are then, with those that other changes made.
async fn one_change_of(app: &TestApp, ann: &Client, count: u32) -> usize {
    let (partition, model) = (Partition::named(ann.id.clone()), ann.create_task("a task").await.text("id"));
    let key = Key { partition: partition.clone(), kind: "tasks".into(), id: model.clone() };
    let task = app.store.get(key).await.expect("read").expect("there");
    let mut batch = Batch::new(partition, Uuid::from_u128(1));
    for n in 0..count {
        let id = Uuid::from_u128(u128::from(n) + 1).to_string();
        batch = batch.with(Write::Create(Draft {
            kind: "tasks".into(),
            body: task.body.replace(&model, &id),
            id,
            seq: 50,
            places: [None; 4],
            facet: None,
            published: true,
            expires_at: None,
        }));
    }
    app.store.commit(batch).await.expect("a change");
    // The profile, the task that was the model, and those.
    2 + count as usize
}

/// All pages from a token on: how many changes each has. None but the last says that there is no more, and none is empty.
async fn pages(ann: &Client, limit: usize, mut since: Option<String>) -> (Vec<usize>, Vec<Value>) {
    let (mut sizes, mut ids) = (Vec::new(), Vec::new());
    loop {
        let token = since.as_ref().map(|token| format!("&since={token}")).unwrap_or_default();
        let answer = ann.get(&format!("/api/changes?limit={limit}{token}")).await;
        assert_eq!(
            (answer.status, answer.body["reset"] == json!(sizes.is_empty() && since.is_none())),
            (200, true),
            "{answer:?}"
        );
        let changes = answer.body["changes"].as_array().expect("changes");
        sizes.push(changes.len());
        ids.extend(changes.iter().map(|change| change["id"].clone()));
        since = Some(answer.text("token"));
        if answer.body["more"] == false {
            return (sizes, ids);
        }
        assert!(!changes.is_empty() && sizes.len() < 500, "a page that says that there is more and has nothing");
    }
}

#[tokio::test]
async fn a_page_is_full_where_more_is_left_and_says_exactly_when_there_is_no_more() {
    for count in [1, 9, 99] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let all = one_change_of(&app, &ann, count).await;
        for limit in [1, 2, 3, 50, all - 2, all - 1, all, all + 1].into_iter().filter(|limit| *limit > 0) {
            let (sizes, ids) = pages(&ann, limit, None).await;
            let full = all.div_ceil(limit);
            assert_eq!(sizes.len(), full, "{count} of one change, {limit} on a page: {sizes:?}");
            assert!(sizes[..full - 1].iter().all(|size| *size == limit), "{sizes:?}");
            let distinct: std::collections::BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
            assert_eq!((ids.len(), distinct.len()), (all, all));
        }
    }
}

#[tokio::test]
async fn pages_that_end_sooner_lose_and_repeat_nothing() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    one_change_of(&app, &ann, 60).await;
    let (_, expected) = pages(&ann, 1000, None).await;
    for most in [1, 7, 59, 60, 61] {
        let store = Arc::new(ShortPages { inner: Arc::clone(&app.store), most });
        let short = TestApp { store, ..app.clone() }.another(&[LONG_TOKENS]);
        let there = short.anonymous().with_token(ann.token(), &ann.id);
        for limit in [1, 3, 1000] {
            assert_eq!(pages(&there, limit, None).await.1, expected, "{most} at once, {limit} asked for");
        }
    }
}
