//! What a model host proposes: one action, of which nothing is done before its person says so.

use std::sync::{Arc, Mutex};

use avanochi::{
    app::{Adapters, App},
    assistant::dialogue::proposes::{NotUnderstood, Proposal, Proposes},
    config::{Config, Overrides, Source},
    kernel::{Clock, Ctx, ManualClock},
    store::{Store, embedded::Embedded},
};
use serde_json::{Value, json};

use super::{confirm, everything, say};
use crate::support::{Client, LONG_TOKENS, Mailbox, SECRET, TestApp, time};

/// Proposes what it is told to, whatever was said.
#[derive(Debug, Default)]
struct Host {
    proposal: Mutex<Option<Value>>,
    asked: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Proposes for Host {
    async fn propose(&self, _ctx: &Ctx, asked: NotUnderstood<'_>) -> Option<Proposal> {
        self.asked.lock().expect("a lock").push(asked.text.as_str().to_owned());
        let proposal = self.proposal.lock().expect("a lock").clone()?;
        Some(serde_json::from_value(proposal).expect("a proposal"))
    }
}

fn app() -> (TestApp, Arc<Host>) {
    let host = Arc::new(Host::default());
    let clock = Arc::new(ManualClock::at(time("2026-01-14T10:00:00Z")));
    let store: Arc<dyn Store> = Arc::new(Embedded::in_memory(clock.clone()).expect("a store"));
    let config = Config::load(&Source::of(&[LONG_TOKENS]), &Overrides::default()).expect("good settings");
    let adapters = Adapters::over(Arc::clone(&store), clock.clone() as Arc<dyn Clock>, SECRET.to_owned().into());
    let app = App::new(&config, Adapters { proposes: Some(host.clone()), ..adapters }).expect("an app");
    let mailbox = Arc::new(Mailbox::default());
    (TestApp { routes: app.routes.clone(), app: Arc::new(app), clock, store, mailbox }, host)
}

impl Host {
    fn proposes(&self, proposal: Value) {
        *self.proposal.lock().expect("a lock") = Some(proposal);
    }
}

/// Somebody who lets a model read what they say.
async fn willing(app: &TestApp, name: &str) -> Client {
    let client = app.user(name).await;
    assert_eq!(client.patch("/api/settings", json!({ "model_reads_sentences": true })).await.status, 200);
    client
}

#[tokio::test]
async fn what_it_proposes_is_done_once_it_is_confirmed_in_time_by_the_same_person() {
    let (app, host) = app();
    let (ann, bob) = (willing(&app, "ann").await, app.user("bob").await);
    host.proposes(json!({ "intent": "add_task", "slots": { "title": "Buy milk", "due": "2026-01-15" } }));
    let before = everything(&ann).await;
    let asked = say(&ann, "we are nearly out of milk").await;
    assert_eq!((&asked["intent"], &asked["understood_by"]), (&json!("add_task"), &json!("model")));
    assert_eq!(asked["text"], "Shall I do this? add a task · Buy milk · 2026-01-15");
    assert_eq!(asked["confirm"]["expires_at"], "2026-01-14T10:05:00.000000Z");
    assert_eq!(everything(&ann).await, before);
    let token = &asked["confirm"]["token"];
    confirm(&bob, token).await.assert_error(410, "confirmation_expired");
    confirm(&ann, &json!("no token")).await.assert_error(410, "confirmation_expired");
    let done = confirm(&ann, token).await;
    assert_eq!((done.status, &done.body["key"]), (200, &json!("dialogue_task_added_for")), "{done:?}");
    assert_eq!(ann.get("/api/tasks").await.body[0]["title"], "Buy milk");
    confirm(&ann, token).await.assert_error(410, "confirmation_expired");
    // Late.
    let asked = say(&ann, "we are nearly out of milk").await;
    app.advance_seconds(300);
    confirm(&ann, &asked["confirm"]["token"]).await.assert_error(410, "confirmation_expired");
    assert_eq!(ann.get("/api/tasks").await.body.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_confirmation_that_is_repeated_under_its_key_is_answered_alike() {
    let (app, host) = app();
    let ann = willing(&app, "ann").await;
    host.proposes(json!({ "intent": "log_water", "slots": { "ml": 300 } }));
    let asked = say(&ann, "that was refreshing").await;
    let keyed = ann.clone().with_header("idempotency-key", "a-key");
    let (first, again) = (confirm(&keyed, &asked["confirm"]["token"]).await, confirm(&keyed, &asked["confirm"]["token"]).await);
    assert_eq!((first.status, &first.bytes), (200, &again.bytes));
    assert_eq!(ann.get("/api/hydration").await.body.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn it_is_asked_for_nothing_that_the_grammar_knows_and_held_to_the_rules() {
    let (app, host) = app();
    let ann = willing(&app, "ann").await;
    host.proposes(json!({ "intent": "undo" }));
    say(&ann, "water").await;
    assert_eq!(*host.asked.lock().expect("a lock"), [""; 0]);
    // Undoing is not for it to propose.
    let asked = say(&ann, "that was wrong").await;
    assert_eq!((&asked["intent"], asked.get("confirm")), (&json!("unknown"), None), "{asked}");
    // What only tells needs no confirmation.
    host.proposes(json!({ "intent": "show_stats", "slots": {} }));
    let told = say(&ann, "was today any good, what do you think").await;
    assert_eq!((&told["key"], &told["understood_by"], told.get("confirm")), (&json!("dialogue_stats"), &json!("model"), None));
    // Out of bounds: refused when it is to be done.
    let before = everything(&ann).await;
    for proposal in [
        json!({ "intent": "log_water", "slots": { "ml": 5000 } }),
        json!({ "intent": "log_energy", "slots": { "energy": 9 } }),
        json!({ "intent": "start_work", "slots": { "at": "2026-01-20T10:00:00Z" } }),
        json!({ "intent": "add_task", "slots": { "title": "x".repeat(501) } }),
    ] {
        host.proposes(proposal);
        let asked = say(&ann, "please do what is best").await;
        let refused = confirm(&ann, &asked["confirm"]["token"]).await;
        assert_eq!((refused.status, &refused.body["key"]), (200, &json!("dialogue_refused")), "{refused:?}");
    }
    assert_eq!(everything(&ann).await, before);
    // A task that there is not is no task.
    host.proposes(json!({ "intent": "complete_task", "slots": { "title": "everything" } }));
    assert_eq!(say(&ann, "make it all go away").await["key"], "dialogue_no_task");
    // All that it would do is said before.
    host.proposes(json!({ "intent": "add_task", "slots": { "title": "Call", "priority": "urgent", "tags": ["a", "b"], "estimate_minutes": 5 } }));
    assert_eq!(say(&ann, "please do what is best").await["confirm"]["text"], "add a task · Call · urgent · #a · #b · 5 min");
    host.proposes(json!({ "intent": "log_water", "slots": { "ml": 300, "at": "2026-01-13T23:30:00Z" } }));
    assert_eq!(say(&ann, "please do what is best").await["confirm"]["text"], "log water · 300 ml · 2026-01-13 23:30");
    host.proposes(json!({ "intent": "start_rest", "slots": { "rest": "lunch" } }));
    assert_eq!(say(&ann, "please do what is best").await["confirm"]["text"], "take a break · a lunch break");
    *host.proposal.lock().expect("a lock") = None;
    assert_eq!(say(&ann, "make it all go away").await["intent"], "unknown");
}
