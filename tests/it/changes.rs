//! What changed since: a client that only ever applies pages has what the server has, whatever happened meanwhile.

mod histories;
mod pages;

use std::{collections::BTreeMap, sync::Arc};

use axum::body::Body;
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{
    model::run,
    support::{Client, Fault, FlakyStore, TestApp, app_with_admin},
};

/// A copy of a user's data, kept by applying pages and in no other way.
#[derive(Debug, Default, Clone)]
pub struct Mirror {
    token: Option<String>,
    items: BTreeMap<(String, String), Value>,
    /// How often it had to begin again.
    resets: u32,
}

impl Mirror {
    /// Applies one page; whether there is more.
    pub async fn pull(&mut self, client: &Client, limit: usize) -> bool {
        let since = self.token.as_ref().map(|token| format!("&since={token}")).unwrap_or_default();
        let answer = client.get(&format!("/api/changes?limit={limit}{since}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body["changes"].as_array().expect("changes").len() <= limit);
        self.apply(&answer.body)
    }

    pub fn apply(&mut self, page: &Value) -> bool {
        if page["reset"] == true {
            self.items.clear();
            self.resets += 1;
        }
        for change in page["changes"].as_array().expect("changes") {
            let text = |field: &str| change[field].as_str().expect("text").to_owned();
            let key = (text("kind"), text("id"));
            match change["op"].as_str() {
                Some("upsert") => self.items.insert(key, change["item"].clone()),
                Some("delete") => {
                    assert!(change["item"].is_null(), "{change}");
                    self.items.remove(&key)
                }
                other => panic!("{other:?}"),
            };
        }
        self.token = Some(page["token"].as_str().expect("a token").to_owned());
        page["more"] == true
    }

    pub async fn catch_up(&mut self, client: &Client) {
        while self.pull(client, 7).await {}
    }

    pub fn of(&self, kind: &str) -> Vec<Value> {
        self.items.iter().filter(|((known, _), _)| known == kind).map(|(_, item)| item.clone()).collect()
    }

    /// Holds the copy to what the server shows by its other routes.
    pub async fn assert_equals_the_server(&self, client: &Client) {
        for kind in ["tasks", "work_sessions"] {
            let mut listed = client.all_pages(&format!("/api/{kind}"), 1000).await;
            listed.sort_by_key(|item| item["id"].to_string());
            assert_eq!(self.of(kind), listed, "{kind}");
        }
        assert_eq!(self.of("users"), [client.get("/api/auth/me").await.body]);
    }
}

#[tokio::test]
async fn a_client_follows_what_happens() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.user("bob").await.create_task("not ann's").await;
    let mut mirror = Mirror::default();
    let first = ann.get("/api/changes").await.body;
    assert_eq!(
        (&first["more"], &first["reset"], first["changes"].as_array().map(Vec::len)),
        (&json!(false), &json!(true), Some(1))
    );
    assert_eq!(
        first["changes"][0],
        json!({ "kind": "users", "id": ann.id, "op": "upsert", "at": "2026-01-14T10:00:00.000000Z",
        "item": ann.get("/api/auth/me").await.body })
    );
    mirror.apply(&first);

    let (one, two) = (ann.create_task("one").await.text("id"), ann.create_task("two").await.text("id"));
    app.advance_seconds(1);
    ann.patch(&format!("/api/tasks/{one}"), json!({ "title": "renamed" })).await;
    let session = ann.start().await.text("id");
    ann.end(&session).await;
    app.advance_seconds(1);
    ann.delete(&format!("/api/tasks/{two}")).await;
    let token = mirror.token.clone().expect("a token");
    let page = ann.get(&format!("/api/changes?since={token}")).await.body;
    let told: Vec<_> = page["changes"].as_array().expect("changes").iter().map(|change| (&change["id"], &change["op"])).collect();
    assert_eq!(told, [(&json!(one), &json!("upsert")), (&json!(session), &json!("upsert")), (&json!(two), &json!("delete"))]);
    assert_eq!((&page["changes"][2]["at"], &page["reset"]), (&json!("2026-01-14T10:00:02.000000Z"), &json!(false)));
    mirror.apply(&page);
    mirror.assert_equals_the_server(&ann).await;
    // Nothing new: nothing is told, and the token goes on.
    mirror.catch_up(&ann).await;
    assert_eq!(mirror.resets, 1);
    // The same page again does no harm.
    mirror.apply(&ann.get(&format!("/api/changes?since={token}")).await.body);
    mirror.assert_equals_the_server(&ann).await;
}

#[tokio::test]
async fn a_token_that_leads_nowhere_begins_again() {
    let (app, admin) = app_with_admin().await;
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let mut mirror = Mirror::default();
    let task = ann.create_task("a task").await.text("id");
    mirror.catch_up(&ann).await;

    // Another user's, and one that is older than what is remembered of deletions.
    let token = mirror.token.clone().expect("a token");
    let foreign = bob.get(&format!("/api/changes?since={token}")).await.body;
    assert_eq!((&foreign["reset"], &foreign["changes"][0]["kind"]), (&json!(true), &json!("users")));
    ann.delete(&format!("/api/tasks/{task}")).await;
    app.advance_hours(30 * 24 - 2);
    assert_eq!(ann.get(&format!("/api/changes?since={token}")).await.body["reset"], false);
    app.advance_hours(3);
    mirror.catch_up(&ann).await;
    assert_eq!(mirror.resets, 2);
    mirror.assert_equals_the_server(&ann).await;
    // The tombstone is forgotten; who has seen it is not sent back to the start.
    mirror.catch_up(&ann).await;
    assert_eq!(mirror.resets, 2);

    for bad in ["nonsense", "e30", "%20x"] {
        ann.get(&format!("/api/changes?since={bad}")).await.assert_error(400, "invalid_cursor");
    }
    for bad in ["0", "1001", "x"] {
        ann.get(&format!("/api/changes?limit={bad}")).await.assert_error(400, "invalid_parameter");
    }
    ann.get(&format!("/api/changes?user_id={}", bob.id)).await.assert_error(403, "forbidden");
    admin.get(&format!("/api/changes?user_id={}", bob.id)).await.assert_error(403, "forbidden");
    ann.delete(&format!("/api/users/{}", ann.id)).await;
    ann.get(&format!("/api/changes?since={token}")).await.assert_error(401, "unauthorized");
}

/// What a caller does; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Deed {
    Create,
    Rename(usize),
    Complete(usize),
    Delete(usize),
    StartOrEnd,
    Profile,
    Wait,
    Pull(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => Just(Deed::Create),
        2 => (0..20_usize).prop_map(Deed::Rename),
        2 => (0..20_usize).prop_map(Deed::Complete),
        3 => (0..20_usize).prop_map(Deed::Delete),
        2 => Just(Deed::StartOrEnd),
        1 => Just(Deed::Profile),
        1 => Just(Deed::Wait),
        5 => (1..6_usize).prop_map(Deed::Pull),
    ]
}

/// Does it; a store that fails answers 503, and that is all the caller knows.
async fn perform(app: &TestApp, ann: &Client, mirror: &mut Mirror, deed: &Deed) {
    let some_task = async |n: &usize| {
        let tasks = ann.get("/api/tasks").await.body;
        let tasks = tasks.as_array().expect("tasks");
        tasks.get(n % tasks.len().max(1)).map(|task| format!("/api/tasks/{}", task["id"].as_str().expect("an id")))
    };
    let answer = match deed {
        Deed::Create => ann.create_task("a task").await,
        Deed::Rename(n) | Deed::Complete(n) | Deed::Delete(n) => {
            let Some(path) = some_task(n).await else { return };
            match deed {
                Deed::Rename(_) => ann.patch(&path, json!({ "title": format!("at {n}") })).await,
                Deed::Complete(_) => ann.patch(&path, json!({})).await,
                _ => ann.delete(&path).await,
            }
        }
        Deed::StartOrEnd => {
            let active = ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body;
            match active["id"].as_str() {
                Some(id) => ann.end(id).await,
                None => ann.start().await,
            }
        }
        Deed::Profile => ann.patch(&format!("/api/users/{}", ann.id), json!({ "name": "Ann" })).await,
        Deed::Wait => return app.advance_hours(7),
        Deed::Pull(limit) => {
            mirror.pull(ann, *limit).await;
            return;
        }
    };
    let allowed = [200, 201, 204, 404, 503].contains(&answer.status) || answer.body["code"] == "active_session_exists";
    assert!(allowed, "{answer:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Commits fail now and then, with or without having happened.
    #[test]
    fn a_copy_ends_equal_to_the_server(deeds in prop::collection::vec((deed(), 0..12_u32), 1..60)) {
        run(async {
            let store = FlakyStore::new();
            let app = TestApp::over(Arc::clone(&store));
            let ann = app.somebody().await;
            let mut mirror = Mirror::default();
            for (deed, fault) in &deeds {
                match fault {
                    0 => store.fail_after(0, Fault::Before),
                    1 => store.fail_after(0, Fault::After),
                    _ => store.heal(),
                }
                perform(&app, &ann, &mut mirror, deed).await;
            }
            store.heal();
            mirror.catch_up(&ann).await;
            mirror.assert_equals_the_server(&ann).await;
        });
    }

    /// Callers on two instances, and a client that pulls from either meanwhile.
    #[test]
    fn a_copy_made_among_concurrent_writers_ends_equal_to_the_server(
        histories in prop::collection::vec(prop::collection::vec(deed(), 1..15), 2..5)
    ) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let other = app.another(&[crate::support::LONG_TOKENS]);
            let elsewhere = other.anonymous().with_token(ann.token(), &ann.id);
            let mut callers = tokio::task::JoinSet::new();
            for (n, deeds) in histories.into_iter().enumerate() {
                let client = if n % 2 == 0 { ann.clone() } else { elsewhere.clone() };
                let app = app.clone();
                callers.spawn(async move {
                    let mut unused = Mirror::default();
                    for deed in deeds.iter().filter(|deed| !matches!(deed, Deed::Pull(_))) {
                        perform(&app, &client, &mut unused, deed).await;
                    }
                });
            }
            let mut mirror = Mirror::default();
            while !callers.is_empty() {
                mirror.pull(&ann, 2).await;
                mirror.pull(&elsewhere, 3).await;
                while callers.try_join_next().is_some() {}
            }
            mirror.catch_up(&elsewhere).await;
            mirror.assert_equals_the_server(&ann).await;
        });
    }
}

/// The events of a stream as they come.
pub struct Events {
    body: Body,
    heard: String,
}

impl Events {
    pub async fn of(app: &TestApp, client: &Client, last: Option<&str>) -> Self {
        let mut request = axum::http::Request::get("/api/changes/stream")
            .header("host", "localhost")
            .header("authorization", format!("Bearer {}", client.token()));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = app.routes.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), heard: String::new() }
    }

    /// Name, id and data of the next event; `None` at the end.
    pub async fn next(&mut self) -> Option<(String, String, String)> {
        let event = self.next_text().await?;
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        Some(["event", "id", "data"].map(|name| field(name).unwrap_or_default().to_owned()).into())
    }

    pub async fn next_text(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.heard.clone().split_once("\n\n") {
                rest.clone_into(&mut self.heard);
                if !event.starts_with(':') {
                    return Some(format!("{event}\n"));
                }
                continue;
            }
            let frame = self.body.frame().await?.expect("a frame").into_data().expect("data");
            self.heard.push_str(std::str::from_utf8(&frame).expect("UTF-8"));
        }
    }
}

#[tokio::test]
async fn a_stream_tells_what_happens_as_it_happens_and_how_to_go_on() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut mirror = Mirror::default();
    let mut events = Events::of(&app, &ann, None).await;
    let hear = async |events: &mut Events, mirror: &mut Mirror| {
        let (name, id, data) = events.next().await.expect("an event");
        assert_eq!(name, "changes");
        mirror.apply(&serde_json::from_str(&data).expect("JSON"));
        assert_eq!(mirror.token.as_deref(), Some(id.as_str()));
    };
    hear(&mut events, &mut mirror).await;
    // It stays open where nothing happens: not even its end is told.
    assert_eq!(events.next().now_or_never(), None);
    ann.create_task("one").await;
    hear(&mut events, &mut mirror).await;
    mirror.assert_equals_the_server(&ann).await;
    drop(events);
    // What happened meanwhile is told to whoever comes again.
    ann.create_task("two").await;
    let mut events = Events::of(&app, &ann, mirror.token.as_deref()).await;
    hear(&mut events, &mut mirror).await;
    mirror.assert_equals_the_server(&ann).await;
    assert_eq!(mirror.resets, 1);
    // The program stops, and with it the stream, which says where it was.
    app.app.stop();
    let (name, id, _) = events.next().await.expect("the last event");
    assert_eq!((name.as_str(), Some(id)), ("end", mirror.token));
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_stream_ends_with_the_account_and_refuses_what_is_no_token() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut events = Events::of(&app, &ann, None).await;
    assert_eq!(events.next().await.expect("the first").0, "changes");
    assert_eq!(ann.delete(&format!("/api/users/{}", ann.id)).await.status, 204);
    assert_eq!(events.next().await.map(|(name, ..)| name).as_deref(), Some("end"));
    let bob = app.user("bob").await;
    bob.get("/api/changes/stream?since=nonsense").await.assert_error(400, "invalid_cursor");
    bob.with_header("last-event-id", "nonsense").get("/api/changes/stream").await.assert_error(400, "invalid_cursor");
    app.anonymous().get("/api/changes/stream").await.assert_error(401, "unauthorized");
}
