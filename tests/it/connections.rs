//! Connections to services: what people set, what is refused, how they start and stop, and that no secret is ever shown.

mod conflicts;
mod running;
mod scheduler;

use avanochi::{
    integrations::connections::{model::ConnectionId, repo::Connected},
    jobs::queue::Queue as _,
    kernel::{Owner, UserId},
    ledger::Fact,
};
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{
        Answer, Client, LONG_TOKENS, TestApp, app_with_admin,
        events::{documents, queue},
    },
};

const PATH: &str = "/api/connections";
/// In every credential that is given here.
const CANARY: &str = "hunter2";

fn github(repositories: &Value) -> Value {
    json!({ "provider": "github", "settings": { "repositories": repositories }, "credential": { "token": CANARY } })
}

fn caldav() -> Value {
    json!({ "provider": "caldav", "settings": { "url": "https://dav.example.org/ann" },
        "credential": { "username": "ann", "password": CANARY } })
}

async fn connect(client: &Client, body: Value) -> Answer {
    let made = client.post(PATH, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made
}

fn one(made: &Answer) -> String {
    format!("{PATH}/{}", made.text("id"))
}

/// The messages that ask for runs, taken from their queue.
pub async fn asked_for(app: &TestApp) -> Vec<Value> {
    let mut found = Vec::new();
    while let Some(delivery) = queue(app).receive("sync-inbound", std::time::Duration::from_mins(6)).await.expect("asked") {
        found.push(delivery.body);
        let _ = queue(app).complete(&delivery.receipt).await.expect("completed");
    }
    found
}

fn owner(app: &TestApp, client: &Client) -> Owner {
    app.app.jobs.ctx(None).owner_for_program(UserId::parse(&client.id).expect("an id")).expect("the program may")
}

/// A fact in the user's summary.
async fn fact<T: Fact>(app: &TestApp, client: &Client) -> Option<T> {
    app.app.shared.ledger.fact(UserId::parse(&client.id).expect("an id")).await.expect("a summary")
}

fn id_of(made: &Answer) -> ConnectionId {
    ConnectionId::parse(&made.text("id")).expect("an id")
}

async fn assert_no_secret(app: &TestApp, client: &Client, answers: &[&Answer]) {
    for answer in answers {
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(CANARY), "{answer:?}");
    }
    for document in documents(app, &client.id).await {
        assert!(!document.body.contains(CANARY), "{document:?}");
    }
}

#[tokio::test]
async fn what_is_connected_is_shown_without_its_secret_and_asked_for_a_run() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = connect(&ann, github(&json!(["octo/app"]))).await;
    let id = made.text("id");
    let expected = json!({ "id": id, "user_id": ann.id, "provider": "github", "name": "GitHub",
        "settings": { "outgoing": "none", "tag": null, "repositories": ["octo/app"], "new_in": null, "assigned": "anyone" },
        "direction": "both", "priority": "normal", "status": "pending", "problem": null,
        "created_at": "2026-01-14T10:00:00.000000Z", "updated_at": null,
        "credential": { "kind": "token", "account": null, "scopes": [], "expires_at": null, "set_at": "2026-01-14T10:00:00.000000Z" },
        "last_run": null, "next_run": "2026-01-14T10:00:00.000000Z",
        "counts": { "linked": 0, "waiting": 0, "conflicts": 0, "failed": 0 } });
    assert_eq!((&made.body, made.header("location")), (&expected, Some(one(&made).as_str())));
    let got = ann.get(&one(&made)).await;
    assert_eq!((&got.body, got.header("etag")), (&expected, made.header("etag")));
    let known = ann.clone().with_header("if-none-match", made.header("etag").expect("an ETag")).get(&one(&made)).await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));

    let messages = asked_for(&app).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(
        (&messages[0]["user_id"], &messages[0]["connection_id"], &messages[0]["trigger"]),
        (&json!(ann.id), &json!(id), &json!("first"))
    );

    let other = connect(&ann, caldav()).await;
    assert_eq!(
        (&other.body["credential"]["kind"], &other.body["credential"]["account"], &other.body["name"]),
        (&json!("basic"), &json!("ann"), &json!("CalDAV"))
    );
    let pages = ann.all_pages(PATH, 1).await;
    assert_eq!(pages, [got.body.clone(), ann.get(&one(&other)).await.body]);
    // Who follows changes is told what runs do not change.
    let told = ann.get("/api/changes").await;
    let told = told.body["changes"].as_array().expect("changes").iter().find(|change| change["id"] == *id).expect("told").clone();
    let mut item = expected.as_object().expect("an object").clone();
    item.retain(|name, _| !["credential", "last_run", "next_run", "counts"].contains(&name.as_str()));
    assert_eq!((&told["kind"], &told["item"]), (&json!("connections"), &Value::Object(item)));
    assert_no_secret(&app, &ann, &[&made, &got, &other, &ann.get(PATH).await]).await;
    assert!(messages.iter().all(|message| !message.to_string().contains(CANARY)));
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_repetition_under_its_key_connects_once_and_keeps_no_trace_of_the_body() {
    let app = TestApp::new();
    let ann = app.user("ann").await.with_header("idempotency-key", "a-key");
    let first = connect(&ann, caldav()).await;
    app.advance_seconds(60);
    assert_eq!(ann.patch(&one(&first), json!({ "name": "Home" })).await.status, 200);
    let again = ann.post(PATH, caldav()).await;
    assert_eq!((again.status, &again.bytes, again.header("etag")), (201, &first.bytes, first.header("etag")));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let mut other = caldav();
    other["credential"]["password"] = json!("another");
    ann.post(PATH, other).await.assert_error(422, "idempotency_key_reused");
    assert_no_secret(&app, &ann, &[&first, &again]).await;
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_made() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let with = |name: &str, value: Value| {
        let mut body = github(&json!(["octo/app"]));
        body[name] = value;
        body
    };
    for (body, field) in [
        (json!({}), "provider"),
        (with("provider", json!("gitlab")), "provider"),
        (with("direction", json!("up")), "direction"),
        (with("priority", json!("urgent")), "priority"),
        (with("name", json!(" ")), "name"),
        (with("name", json!("x".repeat(65))), "name"),
        (with("settings", json!({})), "settings.repositories"),
        (with("settings", json!({ "repositories": ["octo"] })), "settings.repositories[0]"),
        (with("settings", json!({ "repositories": ["o/a"], "list": "1" })), "settings.list"),
        (with("settings", json!({ "repositories": ["o/a"], "outgoing": "all" })), "settings.new_in"),
        (with("settings", json!("octo/app")), "settings"),
        (with("credential", json!({})), "credential.token"),
        (with("credential", json!({ "token": 1 })), "credential.token"),
        (with("credential", json!(CANARY)), "credential"),
        (json!({ "provider": "caldav", "settings": { "url": "https://dav.example.org/" } }), "credential"),
        (json!({ "provider": "caldav", "settings": { "url": "https://ann:hunter2@dav.example.org/" } }), "settings.url"),
    ] {
        let answer = ann.post(PATH, body.clone()).await;
        answer.assert_error(400, "invalid_field");
        assert_eq!(answer.body["field"], field, "{body}: {answer:?}");
        assert!(!answer.text("error").contains(CANARY), "{answer:?}");
    }
    for url in
        ["http://dav.example.org/", "https://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/", "https://10.0.0.1:8443/"]
    {
        let mut body = caldav();
        body["settings"]["url"] = json!(url);
        let answer = ann.post(PATH, body).await;
        answer.assert_error(400, "address_not_allowed");
        assert_eq!(answer.body["field"], "settings.url", "{url}");
    }
    assert_eq!(ann.get(PATH).await.body, json!([]));
    assert!(asked_for(&app).await.is_empty());
    let private = TestApp::with(&[LONG_TOKENS, ("OUTBOUND_ALLOW_PRIVATE", "127.0.0.0/8")]);
    let mut body = caldav();
    body["settings"]["url"] = json!("http://127.0.0.1:5232/");
    connect(&private.user("ann").await, body).await;
}

#[tokio::test]
async fn services_are_offered_as_they_are_set_up() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let offered = async |client: &Client| {
        let all = client.get("/api/integrations").await.body;
        all.as_array()
            .expect("a list")
            .iter()
            .map(|one| (one["provider"].clone(), one["available"].clone(), one["auth"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        offered(&ann).await,
        [
            (json!("github"), json!(true), json!(["token"])),
            (json!("todoist"), json!(true), json!(["token"])),
            (json!("microsoft_todo"), json!(false), json!([])),
            (json!("caldav"), json!(true), json!(["basic"])),
        ]
    );
    let consent = json!({ "provider": "github", "settings": { "repositories": ["octo/app"] } });
    let microsoft = json!({ "provider": "microsoft_todo" });
    for body in [&consent, &microsoft] {
        ann.post(PATH, body.clone()).await.assert_error(503, "not_configured");
    }
    let notes: Vec<Value> = ann
        .get("/api/integrations")
        .await
        .body
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["note"]["key"].clone())
        .collect();
    assert_eq!(
        notes,
        [
            json!("integration_edits_can_be_lost"),
            json!("integration_edits_can_be_lost"),
            json!("integration_edits_can_be_lost"),
            Value::Null
        ]
    );

    let app = app.another(&[
        LONG_TOKENS,
        ("GITHUB_CLIENT_ID", "an id"),
        ("GITHUB_CLIENT_SECRET", "a secret"),
        ("AVANOCHI_PUBLIC_URL", "https://avanochi.example"),
    ]);
    let ann = ann.through(&app);
    assert_eq!(offered(&ann).await[0].2, json!(["oauth", "token"]));
    let made = connect(&ann, consent).await;
    let address = format!("https://avanochi.example{}/authorize", one(&made));
    for body in [&made.body, &ann.get(&one(&made)).await.body] {
        assert_eq!(
            (&body["authorize_url"], &body["credential"], &body["next_run"], &body["status"]),
            (&json!(address), &Value::Null, &Value::Null, &json!("pending"))
        );
    }
    // Nothing runs before the person has consented.
    assert!(asked_for(&app).await.is_empty());
    let refused = ann.post_empty(&format!("{}/sync", one(&made))).await;
    refused.assert_error(409, "not_running");
    assert_eq!(refused.body["status"], "pending");
    // A language of one's own.
    assert_eq!(ann.patch("/api/settings", json!({ "language": "es" })).await.status, 200);
    let spanish = ann.get("/api/integrations").await.body[0]["note"]["text"].clone();
    assert!(spanish.as_str().expect("a text").starts_with("El servicio"), "{spanish}");
}

#[tokio::test]
async fn the_same_is_connected_once_and_twenty_at_most() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = connect(&ann, github(&json!(["o/a", "o/b"]))).await;
    let same = ann.post(PATH, github(&json!(["o/c", "O/B"]))).await;
    same.assert_error(409, "already_connected");
    assert!(same.text("error").contains(&first.text("id")));
    let mut another_account = github(&json!(["o/b"]));
    another_account["credential"]["token"] = json!("another hunter2");
    connect(&ann, another_account).await;
    connect(&ann, caldav()).await;
    let mut another_password = caldav();
    another_password["credential"]["password"] = json!("another hunter2");
    ann.post(PATH, another_password).await.assert_error(409, "already_connected");

    let third = connect(&ann, github(&json!(["o/c"]))).await;
    ann.patch(&one(&third), json!({ "settings": { "repositories": ["o/d"] } })).await;
    for n in 4..20 {
        connect(&ann, github(&json!([format!("o/{n}")]))).await;
    }
    ann.post(PATH, github(&json!(["o/21"]))).await.assert_error(409, "too_many_connections");
    assert_eq!(ann.delete(&one(&third)).await.status, 204);
    connect(&ann, github(&json!(["o/21"]))).await;
    // No number is given twice.
    let numbers: Vec<u16> = fact::<Connected>(&app, &ann).await.expect("known").0.iter().map(|known| known.number).collect();
    assert_eq!(numbers, (1..=21).filter(|number| *number != 4).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_change_is_of_the_version_that_was_seen_and_starts_a_run_where_it_matters() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    let path = one(&made);
    asked_for(&app).await;
    app.advance_seconds(60);
    let seen = ann.clone().with_header("if-match", made.header("etag").expect("an ETag"));
    let named = seen.patch(&path, json!({ "name": " Work ", "priority": "high" })).await;
    assert_eq!((named.status, &named.body["name"], &named.body["priority"]), (200, &json!("Work"), &json!("high")));
    assert_eq!(named.body["updated_at"], "2026-01-14T10:01:00.000000Z");
    assert_ne!(named.header("etag"), made.header("etag"));
    seen.patch(&path, json!({ "name": "Other" })).await.assert_error(412, "stale_etag");
    seen.delete(&path).await.assert_error(412, "stale_etag");
    assert!(asked_for(&app).await.is_empty());
    let same = ann.patch(&path, json!({ "name": "Work" })).await;
    assert_eq!(same.header("etag"), named.header("etag"));
    // The run that was asked for has not begun, and the message may have been lost.
    assert_eq!(asked_for(&app).await.len(), 1);

    for (change, asked) in [
        (json!({ "direction": "in" }), 1),
        (json!({ "settings": { "tag": "work" } }), 1),
        (json!({ "settings": { "new_in": "o/a", "outgoing": { "tag": "gh" } } }), 1),
        (json!({ "credential": { "token": "another hunter2" } }), 1),
        (json!({ "name": null, "direction": null, "priority": null }), 1),
        // Nothing changes, and a run that was asked for is asked for again.
        (json!({ "settings": {} }), 1),
    ] {
        let changed = ann.patch(&path, change.clone()).await;
        assert_eq!(changed.status, 200, "{change}: {changed:?}");
        let messages = asked_for(&app).await;
        assert_eq!(messages.len(), asked, "{change}");
        assert!(messages.iter().all(|message| message["trigger"] == "person"));
    }
    let now = ann.get(&path).await;
    assert_eq!(
        (&now.body["name"], &now.body["direction"], &now.body["priority"], &now.body["settings"]),
        (
            &json!("GitHub"),
            &json!("both"),
            &json!("normal"),
            &json!({ "outgoing": { "tag": "gh" }, "tag": "work", "repositories": ["o/a"], "new_in": "o/a", "assigned": "anyone" })
        )
    );
    for (change, field) in [
        (json!({ "settings": { "repositories": ["o/b"] } }), "settings.new_in"),
        (json!({ "settings": null }), "settings"),
        (json!({ "settings": { "url": "https://dav.example.org/" } }), "settings.url"),
        (json!({ "credential": {} }), "credential.token"),
        (json!({ "credential": null }), "credential"),
        (json!({ "provider": "todoist" }), "provider"),
    ] {
        let answer = ann.patch(&path, change.clone()).await;
        answer.assert_error(400, "invalid_field");
        assert_eq!(answer.body["field"], field, "{change}");
    }
    assert_eq!(ann.get(&path).await.header("etag"), now.header("etag"));
    assert_no_secret(&app, &ann, &[&now]).await;
}

#[tokio::test]
async fn nobody_but_the_owner_reaches_any_of_it() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    let path = one(&made);
    for other in [&admin, &app.user("bob").await] {
        let mut body = github(&json!(["o/z"]));
        body["user_id"] = json!(ann.id);
        other.post(PATH, body).await.assert_error(403, "forbidden");
        other.get(&format!("{PATH}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
        assert_eq!(other.get(PATH).await.body, json!([]));
        for (method, ending) in [
            ("GET", ""),
            ("DELETE", ""),
            ("GET", "/runs"),
            ("GET", "/conflicts"),
            ("GET", "/lists"),
            ("POST", "/sync"),
            ("POST", "/pause"),
            ("POST", "/resume"),
        ] {
            other.send(method, &format!("{path}{ending}"), None).await.assert_error(404, "not_found");
            other.send(method, &format!("{path}{ending}?user_id={}", ann.id), None).await.assert_error(403, "forbidden");
        }
        other.patch(&path, json!({ "name": "mine" })).await.assert_error(404, "not_found");
    }
    assert_eq!(ann.get(&path).await.header("etag"), made.header("etag"));
}
