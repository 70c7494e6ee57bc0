//! A state of the program that can be copied and compared: two users, and whatever is prepared besides.

use std::{collections::BTreeSet, sync::Arc};

use avanochi::{
    kernel::{ManualClock, Timestamp},
    store::Document,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Client, LONG_TOKENS, TestApp, events, stepping::{Backend, SteppingStore}, time};

/// What is written once more by a repetition, without any harm.
const REPEATABLE: &[&str] = &["dead_letters", "refresh_families"];
/// Who did what at the moment says nothing about what was done.
const PASSING: &[&str] = &["leases"];

#[derive(Clone)]
pub struct World {
    pub app: TestApp,
    pub store: Arc<SteppingStore>,
    pub ann: Client,
}

impl World {
    /// Ann, whose world it is, and Bob, whom nothing of it concerns.
    pub async fn new(backend: Backend) -> Self {
        let clock = Arc::new(ManualClock::at(time("2026-01-14T10:00:00Z")));
        let mut world = Self::over(SteppingStore::new(backend, clock), |app| app.anonymous());
        let bob = world.app.user("bob").await;
        assert_eq!(bob.create_task("of Bob").await.status, 201);
        world.ann = world.app.user("ann").await;
        world
    }

    fn over(store: SteppingStore, ann: impl FnOnce(&TestApp) -> Client) -> Self {
        let store = Arc::new(store);
        let app = TestApp::on(store.clone(), store.clock.clone(), &[LONG_TOKENS]);
        Self { ann: ann(&app), app, store }
    }

    /// The same once more, with nothing in common.
    pub async fn copy(&self) -> Self {
        Self::over(self.store.copy().await, |app| self.ann.through(app))
    }

    /// All that is stored, tombstones included.
    pub async fn documents(&self) -> Vec<Document> {
        let mut documents = Vec::new();
        for partition in self.store.partitions() {
            documents.extend(events::stored_in(&self.app, partition).await);
        }
        documents
    }

    /// All that is stored, but for what differs between two runs of the same: ids, times, salts.
    pub async fn state(&self) -> Vec<String> {
        let (mut once, mut all) = (BTreeSet::new(), Vec::new());
        for document in self.documents().await {
            let kind = document.key.kind.clone();
            let line = line(&document);
            if REPEATABLE.contains(&&*kind) {
                once.insert(line);
            } else if !PASSING.contains(&&*kind) {
                all.push(line);
            }
        }
        all.extend(once);
        all.sort();
        all
    }
}

fn line(document: &Document) -> String {
    let mut body: Value = serde_json::from_str(&document.body).expect("JSON");
    if document.key.kind == "logins"
        && let Some(login) = body.as_object_mut()
    {
        // An attempt counts until it has proved right, and a repeated one begins another family.
        login.remove("failures");
        login.remove("families");
    }
    let Document { key, seq, deleted_at, .. } = document;
    let deleted = deleted_at.map_or("", |_| "deleted ");
    without_chance(&format!("{} {} {} {deleted}seq {seq} {body}", key.partition.as_str(), key.kind, key.id))
}

fn without_chance(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (length, instead) = if has(rest, 36, 8, '-').is_some_and(|id| Uuid::try_parse(id).is_ok()) {
            (36, "[id]")
        } else if has(rest, 27, 10, 'T').is_some_and(|at| at.parse::<Timestamp>().is_ok()) {
            (27, "[time]")
        } else if rest.starts_with("$argon2") {
            (rest.find('"').unwrap_or(rest.len()), "[hash]")
        } else {
            (next.len_utf8(), &rest[..next.len_utf8()])
        };
        shown.push_str(instead);
        rest = &rest[length..];
    }
    shown
}

/// The beginning of that length, if it has the sign there.
fn has(text: &str, length: usize, at: usize, sign: char) -> Option<&str> {
    text.get(..length).filter(|text| text.get(at..).is_some_and(|rest| rest.starts_with(sign)))
}
