//! A state of the program that can be copied and compared: two users, and whatever is prepared besides.

use std::sync::Arc;

use avanochi::{
    kernel::{ManualClock, Timestamp},
    store::Document,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Client, LONG_TOKENS, TestApp, events,
    stepping::{Backend, SteppingStore},
    time,
};

/// What is written once more by a repetition, without any harm.
const REPEATABLE: &[&str] = &["dead_letters", "messages", "refresh_families", "sync_runs"];
/// Who did what at the moment says nothing about what was done, nor does what is made anew when it is asked for.
const PASSING: &[&str] = &["leases", "predictions"];

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
        let mut world = Self::over(SteppingStore::new(backend, clock), TestApp::anonymous);
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

    /// All that is stored, but for what differs between two runs of the same: ids and salts.
    pub async fn state(&self) -> Vec<String> {
        let mut state = Vec::new();
        for document in self.documents().await {
            let kind = &*document.key.kind;
            let line = line(&document);
            let known = REPEATABLE.contains(&kind) && state.contains(&line);
            if !known && !PASSING.contains(&kind) {
                state.push(line);
            }
        }
        state.sort();
        state
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
    // Sealed by chance.
    if ["connection_credentials", "webhooks", "webhook_addresses", "channel_states", "channel_links"]
        .contains(&&*document.key.kind)
        && let Some(sealed) = body.as_object_mut()
    {
        for name in ["envelope", "path", "key"] {
            sealed.remove(name);
        }
        // A repeated change of a secret is another one.
        if document.key.kind == "channel_states" {
            sealed.remove("generation");
        }
    }
    let Document { key, seq, deleted_at, .. } = document;
    let deleted = deleted_at.map_or("", |_| "deleted ");
    without_chance(&format!("{} {} {} {deleted}seq {seq} {body}", key.partition.as_str(), key.kind, key.id))
}

/// The same at any other time; what is repeatable and differs in its time alone is there once.
pub fn without_times(state: Vec<String>) -> Vec<String> {
    let time = |text: &str| text.get(..27).filter(|at| at.as_bytes()[10] == b'T' && at.parse::<Timestamp>().is_ok()).map(|_| 27);
    let mut timeless = Vec::new();
    for line in state {
        let line = replaced(&line, "[time]", time);
        if !(REPEATABLE.iter().any(|kind| line.contains(&format!(" {kind} "))) && timeless.contains(&line)) {
            timeless.push(line);
        }
    }
    timeless
}

/// The same under whatever numbers of changes: where several follow one change, any of them may come first.
pub fn without_numbers(state: &[String]) -> Vec<String> {
    let number = |text: &str| {
        let begin = ["\"seq\":", " seq "].into_iter().find(|begin| text.starts_with(begin))?;
        Some(begin.len() + text[begin.len()..].bytes().take_while(u8::is_ascii_digit).count())
    };
    let mut state: Vec<String> = state.iter().map(|line| replaced(line, "[seq]", number)).collect();
    state.sort();
    state
}

fn without_chance(text: &str) -> String {
    let id = |text: &str| text.get(..36).filter(|id| id.as_bytes()[8] == b'-' && Uuid::try_parse(id).is_ok()).map(|_| 36);
    let hash = |text: &str| text.starts_with("$argon2").then(|| text.find('"').unwrap_or(text.len()));
    replaced(&replaced(text, "[id]", id), "[hash]", hash)
}

/// With each part that `length` finds at its beginning replaced.
fn replaced(text: &str, by: &str, length: impl Fn(&str) -> Option<usize>) -> String {
    let (mut shown, mut rest) = (String::new(), text);
    while let Some(next) = rest.chars().next() {
        let found = length(rest);
        let (part, left) = rest.split_at(found.unwrap_or(next.len_utf8()));
        shown.push_str(if found.is_some() { by } else { part });
        rest = left;
    }
    shown
}
