//! Webhooks: what their owners see, what deliveries lead to, how they end, and that no secret is anywhere.

mod github;
mod greetings;
mod microsoft;
mod refused;
mod todoist;
mod tokens;

use aws_lc_rs::hmac;
use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{
    connections::asked_for,
    support::{
        Answer, Client, Fault, FlakyStore, LONG_TOKENS, TestApp,
        events::{documents, partition},
        time,
    },
};

const CONNECTIONS: &str = "/api/connections";
/// What is delivered here: not UTF-8, so that whoever decodes it has changed it.
const BODY: &[u8] = b"{\"action\":\"opened\",\"title\":\"\xff\xfe caf\xe9\"}";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn signed(secret: &str, message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message).as_ref().to_vec()
}

pub fn by_github(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex(&signed(secret, body)))
}

pub fn by_todoist(secret: &str, body: &[u8]) -> String {
    STANDARD.encode(signed(secret, body))
}

/// Somebody with a connection to GitHub, where nobody answers.
async fn connected(client: &Client) -> String {
    let body =
        json!({ "provider": "github", "settings": { "repositories": ["octo/app"] }, "credential": { "token": "a token" } });
    let made = client.post(CONNECTIONS, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    format!("{CONNECTIONS}/{}", made.text("id"))
}

/// A webhook as its sender knows it.
#[derive(Debug, Clone)]
struct Hook {
    /// Where its owner finds it.
    at: String,
    /// Where deliveries go.
    path: String,
    secret: String,
}

async fn hook(client: &Client, connection: &str, body: Value) -> Hook {
    let made = client.post(&format!("{connection}/webhooks"), body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let url = made.text("url");
    let path = url.find("/api/webhooks/").map(|from| url[from..].to_owned()).expect("an address");
    let at = made.header("location").expect("Location").to_owned();
    Hook { at, path, secret: made.body["secret"].as_str().unwrap_or_default().to_owned() }
}

/// Sends what may be no text, with headers that may be there twice.
async fn send(app: &TestApp, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:7071");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app.routes.clone().oneshot(request.body(body.into()).expect("a request")).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body: Value::Null, bytes }
}

impl Hook {
    /// As GitHub delivers.
    async fn deliver(&self, app: &TestApp, delivery: &str, body: &[u8]) -> u16 {
        let signature = by_github(&self.secret, body);
        let headers = [("x-hub-signature-256", signature.as_str()), ("x-github-delivery", delivery)];
        let answer = send(app, "POST", &self.path, &headers, body.to_vec()).await;
        assert_eq!(answer.bytes.len(), 0, "{answer:?}");
        answer.status
    }
}

#[tokio::test]
async fn a_webhook_is_shown_with_its_secret_once_and_a_delivery_asks_for_a_run_once() {
    let app = TestApp::with(&[LONG_TOKENS, ("AVANOCHI_PUBLIC_URL", "https://avanochi.example")]);
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    asked_for(&app).await;
    let list = format!("{connection}/webhooks");
    let keyed = ann.clone().with_header("idempotency-key", "one");
    let made = keyed.post(&list, json!({})).await;
    let mut expected = json!({ "id": made.text("id"), "url": made.text("url"), "preset": "github", "registered": false,
        "suspect": false, "secrets": 1, "secret": made.text("secret"), "created_at": "2026-01-14T10:00:00.000000Z" });
    assert_eq!((made.status, &made.body), (201, &expected));
    assert!(made.text("url").starts_with("https://avanochi.example/api/webhooks/") && made.text("secret").len() >= 43);
    // Once more is the same one, and without a body it is another.
    let again = keyed.post(&list, json!({})).await;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&made.body, Some("true")));
    keyed.post(&list, json!({ "preset": "jira" })).await.assert_error(422, "idempotency_key_reused");
    expected.as_object_mut().expect("an object").remove("secret");
    assert_eq!(ann.get(&list).await.body, json!([expected]));
    // It says nothing of its owner, nor of the one after it.
    for id in [ann.id.clone(), made.text("id"), connection[CONNECTIONS.len() + 1..].to_owned()] {
        let url = made.text("url");
        assert!(!url.contains(&id) && !url.contains(&id.replace('-', "")), "{url}");
    }

    let path = made.text("url")["https://avanochi.example".len()..].to_owned();
    let hook = Hook { at: made.header("location").expect("Location").to_owned(), path, secret: made.text("secret") };
    assert_eq!(hook.deliver(&app, "d1", BODY).await, 200);
    let asked = asked_for(&app).await;
    assert_eq!(asked.len(), 1, "{asked:?}");
    let (id, message) = (&connection[CONNECTIONS.len() + 1..], &asked[0]);
    assert_eq!(
        (&message["user_id"], &message["connection_id"], &message["trigger"]),
        (&json!(ann.id), &json!(id), &json!("webhook"))
    );
    assert!(!message.to_string().contains("opened"), "{message}");
    // V7: the same body under another id, and another body under the same id, which nobody signs.
    for (delivery, body) in [("d1", BODY), ("d2", BODY), ("d1", b"{\"action\":\"closed\"}")] {
        assert_eq!(hook.deliver(&app, delivery, body).await, 200, "{delivery}");
        assert_eq!(asked_for(&app).await, [json!(null); 0], "{delivery}");
    }
    assert_eq!(hook.deliver(&app, "d3", b"{\"action\":\"reopened\"}").await, 200);
    assert_eq!(asked_for(&app).await.len(), 1);
    app.advance_hours(24);
    assert_eq!(hook.deliver(&app, "d1", BODY).await, 200);
    assert_eq!(asked_for(&app).await.len(), 1, "what was seen is forgotten after a day");
}

#[tokio::test]
async fn what_cannot_be_a_webhook_is_refused() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    let list = format!("{connection}/webhooks");
    for (body, field) in [
        (json!({ "preset": "github", "secret": "short" }), "secret"),
        (json!({ "secret": "with a blank" }), "secret"),
        (json!({ "secret": "x".repeat(513) }), "secret"),
        (json!({ "preset": "discord" }), "secret"),
        (json!({ "preset": "discord", "secret": "no hexadecimal" }), "secret"),
        (json!({ "preset": "discord", "secret": "nohexadecimal" }), "secret"),
        (json!({ "preset": "google_pubsub" }), "secret"),
        (json!({ "preset": "teams_outgoing", "secret": "not*base64" }), "secret"),
        (json!({ "preset": "msgraph" }), "preset"),
        (json!({ "preset": "generic_hmac" }), "preset"),
        (json!({ "preset": 1 }), "preset"),
        (json!({ "secret": ["hunter2hunter2"] }), "secret"),
    ] {
        let refused = ann.post(&list, body.clone()).await;
        assert_eq!(refused.assert_error(400, "invalid_field").text("field"), field, "{body}");
        assert!(!String::from_utf8_lossy(&refused.bytes).contains("hexadecimal"), "{refused:?}");
    }
    let caldav = json!({ "provider": "caldav", "settings": { "url": "https://dav.example.org/ann" },
        "credential": { "username": "ann", "password": "a password" } });
    let caldav = format!("{CONNECTIONS}/{}/webhooks", ann.post(CONNECTIONS, caldav).await.text("id"));
    ann.post(&caldav, json!({})).await.assert_error(409, "no_webhooks");
    assert_eq!(ann.get(&caldav).await.body, json!([]));
    for _ in 0..20 {
        hook(&ann, &connection, json!({})).await;
    }
    ann.post(&list, json!({})).await.assert_error(409, "too_many_webhooks");
    // One that is deleted makes room, and is not shown.
    let all = ann.get(&list).await.body;
    let one = format!("{list}/{}", all[0]["id"].as_str().expect("an id"));
    assert_eq!(ann.delete(&one).await.status, 204);
    ann.delete(&one).await.assert_error(404, "not_found");
    ann.post(&format!("{one}/secrets"), json!({})).await.assert_error(404, "not_found");
    assert_eq!(ann.get(&list).await.body.as_array().map(Vec::len), Some(19));
    let made = hook(&ann, &connection, json!({})).await;
    // Within another connection it is not found.
    let other = connected_to(&ann, "octo/other").await;
    ann.delete(&made.at.replace(&connection, &other)).await.assert_error(404, "not_found");
    assert_eq!(ann.delete(&made.at).await.status, 204);
}

async fn connected_to(client: &Client, repository: &str) -> String {
    let body =
        json!({ "provider": "github", "settings": { "repositories": [repository] }, "credential": { "token": "a token" } });
    format!("{CONNECTIONS}/{}", client.post(CONNECTIONS, body).await.text("id"))
}

#[tokio::test]
async fn of_five_secrets_each_counts_and_the_sixth_takes_the_place_of_the_first() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    let hook = hook(&ann, &connection, json!({ "secret": "the-first-secret" })).await;
    assert_eq!(hook.secret, "", "what somebody gave is not shown");
    let secrets = format!("{}/secrets", hook.at);
    let mut known = vec!["thefirstsecret".to_owned()];
    assert_eq!(ann.post(&secrets, json!({ "secret": known[0] })).await.status, 200);
    for n in 1..5 {
        let added = ann.clone().with_header("idempotency-key", &format!("{n}")).post(&secrets, json!({})).await;
        assert_eq!((added.status, &added.body["secrets"]), (200, &json!((n + 2).min(5))), "{added:?}");
        known.push(added.text("secret"));
        // Once more is the same one.
        let again = ann.clone().with_header("idempotency-key", &format!("{n}")).post(&secrets, json!({})).await;
        assert_eq!(again.body, added.body);
    }
    // One that it has already changes nothing.
    let same = ann.post(&secrets, json!({ "secret": known[2] })).await;
    assert_eq!((same.status, &same.body["secrets"]), (200, &json!(5)));
    let delivered = async |secret: &str, body: &str| {
        Hook { secret: secret.to_owned(), ..hook.clone() }.deliver(&app, body, body.as_bytes()).await
    };
    assert_eq!(delivered("the-first-secret", "first").await, 401, "six are too many");
    for (n, secret) in known.iter().enumerate() {
        assert_eq!(delivered(secret, &format!("body {n}")).await, 200, "{n}");
    }
    ann.post(&secrets, json!({ "secret": "" })).await.assert_error(400, "invalid_field");
    // Nothing of them is anywhere.
    let stored = documents(&app, &ann.id).await;
    assert!(stored.iter().any(|document| document.key.kind == "webhooks"));
    let listed = ann.get(&format!("{connection}/webhooks")).await;
    for secret in &known {
        assert!(stored.iter().all(|document| !document.body.contains(secret.as_str())));
        assert!(!String::from_utf8_lossy(&listed.bytes).contains(secret.as_str()), "{listed:?}");
    }
}

#[tokio::test]
async fn one_that_was_deleted_is_gone_for_ninety_days_and_then_unknown() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let connection = connected(&ann).await;
    let [first, second] = [hook(&ann, &connection, json!({})).await, hook(&ann, &connection, json!({})).await];
    let bobs = hook(&bob, &connected(&bob).await, json!({})).await;
    assert_eq!(ann.delete(&first.at).await.status, 204);
    assert_eq!((first.deliver(&app, "a", BODY).await, second.deliver(&app, "a", BODY).await), (410, 200));
    assert_eq!(send(&app, "HEAD", &first.path, &[], Vec::new()).await.status, 410);
    // Nothing of its secret is left.
    let kept = documents(&app, &ann.id).await;
    let of = |id: &str| kept.iter().find(|document| id.ends_with(&document.key.id)).expect("a document").body.clone();
    assert!(of(&first.at).contains("\"envelope\":null") && !of(&second.at).contains("\"envelope\":null"));
    app.advance_hours(90 * 24 - 1);
    assert_eq!(first.deliver(&app, "a", BODY).await, 410);
    app.advance_hours(2);
    assert_eq!(first.deliver(&app, "a", BODY).await, 404);

    // With the connection all of it goes, and with the account.
    assert_eq!(ann.delete(&second.at).await.status, 204);
    let third = hook(&ann, &connection, json!({})).await;
    assert_eq!(ann.delete(&connection).await.status, 204);
    assert_eq!((second.deliver(&app, "b", BODY).await, third.deliver(&app, "b", BODY).await), (404, 404));
    assert!(documents(&app, &ann.id).await.iter().all(|document| document.key.kind != "webhooks"));
    assert_eq!(bobs.deliver(&app, "a", BODY).await, 200);
    assert_eq!(bob.delete(&format!("/api/users/{}", bob.id)).await.status, 204);
    assert_eq!(bobs.deliver(&app, "c", b"{}").await, 404);
    let left = crate::support::events::stored_in(&app, partition(&bob.id)).await;
    assert!(left.iter().all(|document| document.key.kind == "summaries"), "{left:?}");
}

#[tokio::test]
async fn a_delivery_whose_hint_cannot_be_sent_is_to_come_again_and_is_not_forgotten() {
    let store = FlakyStore::new();
    let app = TestApp::over(store.clone());
    let ann = app.user("ann").await;
    let hook = hook(&ann, &connected(&ann).await, json!({})).await;
    asked_for(&app).await;
    // V10. The message is not sent: the sender is to try again.
    store.fail_after(0, Fault::Before);
    assert_eq!(hook.deliver(&app, "a", BODY).await, 503);
    assert_eq!(asked_for(&app).await.len(), 0);
    assert_eq!(hook.deliver(&app, "a", BODY).await, 200);
    assert_eq!(asked_for(&app).await.len(), 1);
    // It was sent, and what was delivered could not be remembered: once more is a hint too many, which is harmless.
    store.fail_after(1, Fault::Before);
    assert_eq!(hook.deliver(&app, "b", b"{}").await, 200);
    assert!(!store.is_waiting());
    assert_eq!(hook.deliver(&app, "b", b"{}").await, 200);
    assert_eq!(asked_for(&app).await.len(), 2);
    assert_eq!(hook.deliver(&app, "b", b"{}").await, 200);
    assert_eq!(asked_for(&app).await.len(), 0);
}

#[tokio::test]
async fn each_instance_knows_the_addresses_that_another_made_and_the_time_says_nothing() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    let other = app.another(&[LONG_TOKENS]);
    let made = hook(&ann.through(&other), &connection, json!({})).await;
    assert_eq!(made.deliver(&app, "a", BODY).await, 200);
    let late = hook(&ann, &connection, json!({})).await;
    assert_eq!(late.deliver(&other, "b", b"{}").await, 200);
    app.clock.set(time("2027-01-14T10:00:00Z"));
    assert_eq!((made.deliver(&app, "c", b"c").await, late.path.len()), (200, made.path.len()));
}
