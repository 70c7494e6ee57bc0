//! Channels: what their owners see, how addresses are verified, and that neither an address nor a secret is anywhere.

mod links;

use avanochi::{
    jobs::{Event, Verdict, queue::Queue as _},
    store::Partition,
};
use sandbox::{Clock, Running, Stand, receiver};
use serde_json::{Value, json};

use crate::support::{
    Client, LONG_TOKENS, TestApp,
    events::{deliver, dispatch, documents, hints, queue, stored_in},
};

pub const CHANNELS: &str = "/api/channels";
/// The receiver is on this machine.
pub const HERE: (&str, &str) = ("OUTBOUND_ALLOW_PRIVATE", "127.0.0.1/32");
pub const PUBLIC_URL: (&str, &str) = ("AVANOCHI_PUBLIC_URL", "https://avanochi.example");

/// Somebody with a channel to a program of theirs.
pub struct Scene {
    pub app: TestApp,
    pub ann: Client,
    pub receiver: Running<receiver::State>,
    /// Of the channel.
    pub path: String,
    pub id: String,
    pub secret: String,
}

impl Scene {
    pub async fn new() -> Self {
        Self::on(TestApp::with(&[LONG_TOKENS, HERE, PUBLIC_URL])).await
    }

    /// The channel is verified.
    pub async fn on(app: TestApp) -> Self {
        let now = "2026-01-14T10:00:00Z".parse().expect("a time");
        let receiver = receiver::start(Stand::new(Clock::at(now)), 0).await.expect("started");
        let ann = app.user("ann").await;
        let made = ann.post(CHANNELS, json!({ "kind": "webhook", "url": receiver.url })).await;
        assert_eq!(made.status, 201, "{made:?}");
        let (id, secret) = (made.text("id"), made.text("secret"));
        receiver.state.trusts(&secret);
        let scene = Self { path: format!("{CHANNELS}/{id}"), app, ann, receiver, id, secret };
        scene.send().await;
        assert_eq!(scene.channel().await["verified"], true);
        // What comes next is no minute after the test.
        scene.advance(60);
        scene
    }

    pub async fn channel(&self) -> Value {
        self.ann.get(&self.path).await.body
    }

    /// Time passes for everybody.
    pub fn advance(&self, seconds: u32) {
        self.app.advance_seconds(seconds.into());
        self.receiver.stand.clock.advance(std::time::Duration::from_secs(seconds.into()));
    }

    /// Deals with the messages that are there.
    pub async fn send(&self) {
        send(&self.app).await;
    }

    /// Has what happened be followed, and sends what that leads to.
    pub async fn follow(&self) {
        follow(&self.app, &self.ann).await;
        self.send().await;
    }

    /// Does what is due, for so long, minute by minute.
    pub async fn wait(&self, minutes: u32) {
        for _ in 0..minutes {
            self.advance(60);
            self.app.do_due().await.expect("done");
            self.send().await;
        }
    }

    /// All notifications, each with how its first delivery stands and why.
    pub async fn log(&self) -> Vec<(String, String, Value)> {
        let listed = self.ann.get("/api/notifications").await;
        assert_eq!(listed.status, 200, "{listed:?}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let row = |one: &Value| {
            let first = &one["deliveries"][0];
            (text(&one["event"]), text(&first["state"]), first["reason"].clone())
        };
        listed.body.as_array().expect("a list").iter().map(row).collect()
    }
}

/// Deals with the messages that are there, and those that follow from them at once. Stops at the first failure, as a process that was
/// killed.
pub async fn send(app: &TestApp) {
    let (queue, hidden) = (queue(app), std::time::Duration::from_mins(6));
    while let Ok(Some(delivery)) = queue.receive("notifications", hidden).await {
        let message = Event::Message { payload: delivery.body, attempt: delivery.attempt };
        let verdict = dispatch(&app.app.jobs, "notification_worker", message).await;
        if matches!(verdict, Verdict::Again { .. }) || queue.complete(&delivery.receipt).await.is_err() {
            break;
        }
    }
}

/// Tells whoever follows of all that there is.
pub async fn follow(app: &TestApp, client: &Client) {
    let told = hints(&documents(app, &client.id).await);
    assert!(matches!(deliver(app, &told).await, Verdict::Done));
}

#[tokio::test]
async fn a_webhook_is_made_with_a_secret_that_is_shown_once_and_verified_by_a_test() {
    let app = TestApp::with(&[LONG_TOKENS, HERE]);
    let now = "2026-01-14T10:00:00Z".parse().expect("a time");
    let receiver = receiver::start(Stand::new(Clock::at(now)), 0).await.expect("started");
    let ann = app.user("ann").await;
    let keyed = ann.clone().with_header("idempotency-key", "one");
    let body = json!({ "kind": "webhook", "url": format!("{}?token=hunter2", receiver.url), "name": " Home " });
    let made = keyed.post(CHANNELS, body.clone()).await;
    let id = made.text("id");
    let mut expected = json!({ "id": id, "user_id": ann.id, "kind": "webhook", "name": "Home", "address": "127.0.0.1",
        "events": ["nudges", "summaries", "achievements", "risk", "sync"], "verified": false, "enabled": true,
        "failing_since": null, "problem": null, "created_at": "2026-01-14T10:00:00.000000Z" });
    let secret = made.text("secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let mut with_secret = expected.clone();
    with_secret["secret"] = json!(secret);
    assert_eq!((made.status, &made.body), (201, &with_secret));
    let again = keyed.post(CHANNELS, body.clone()).await;
    assert_eq!((again.status, &again.body, again.header("idempotency-replayed")), (200, &expected, Some("true")));
    keyed.post(CHANNELS, json!({ "kind": "webhook", "url": receiver.url })).await.assert_error(422, "idempotency_key_reused");
    ann.post(CHANNELS, body).await.assert_error(409, "channel_exists");

    receiver.state.trusts(&secret);
    send(&app).await;
    expected["verified"] = json!(true);
    assert_eq!(ann.get(CHANNELS).await.body, json!([expected]));
    let taken = receiver.state.received();
    assert_eq!((taken.len(), receiver.state.refused()), (1, 0));
    let said = json!({ "type": "channel.test", "timestamp": "2026-01-14T10:00:00.000000Z", "data": { "id": taken[0].id,
        "key": "notification_test", "text": "This is a test. Messages from Avanochi arrive here." } });
    assert_eq!(taken[0].body, said);
    let log = ann.get("/api/notifications").await.body;
    let delivery = json!({ "channel_id": id, "kind": "webhook", "state": "sent", "reason": null, "attempts": 1,
        "at": "2026-01-14T10:00:00.000000Z" });
    assert_eq!(log[0]["id"], taken[0].id);
    assert_eq!(log[0]["deliveries"], json!([delivery]));
}

#[tokio::test]
async fn what_is_changed_and_deleted_is_and_nothing_else_comes_of_it() {
    let scene = Scene::new().await;
    let patched = scene.ann.patch(&scene.path, json!({ "name": "Work", "events": ["sync", "risk"], "enabled": false })).await;
    assert_eq!((patched.status, &patched.body["events"]), (200, &json!(["risk", "sync"])));
    let usual = scene.ann.patch(&scene.path, json!({ "name": null, "events": null })).await.body;
    assert_eq!(
        (&usual["name"], usual["events"].as_array().map(Vec::len), &usual["enabled"]),
        (&Value::Null, Some(5), &json!(false))
    );
    for (body, field) in [
        (json!({ "events": ["sync", "hours"] }), "events[1]"),
        (json!({ "events": ["sync", "sync"] }), "events[1]"),
        (json!({ "name": "" }), "name"),
        (json!({ "enabled": null }), "enabled"),
    ] {
        assert_eq!(scene.ann.patch(&scene.path, body).await.assert_error(400, "invalid_field").text("field"), field);
    }
    assert_eq!(scene.ann.delete(&scene.path).await.status, 204);
    scene.ann.get(&scene.path).await.assert_error(404, "not_found");
    let kinds: Vec<String> = documents(&scene.app, &scene.ann.id).await.iter().map(|left| left.key.kind.to_string()).collect();
    assert!(!kinds.contains(&"channel_states".to_owned()), "{kinds:?}");
    // The address is free again.
    let again = scene.ann.post(CHANNELS, json!({ "kind": "webhook", "url": scene.receiver.url })).await;
    assert_eq!(again.status, 201, "{again:?}");
}

#[tokio::test]
async fn another_secret_signs_beside_the_one_before_for_a_day() {
    let scene = Scene::new().await;
    let renewed = scene.ann.post_empty(&format!("{}/secret", scene.path)).await;
    let other = renewed.text("secret");
    assert!(renewed.status == 200 && other.starts_with("whsec_") && other != scene.secret);
    let test = async || {
        assert_eq!(scene.ann.post_empty(&format!("{}/test", scene.path)).await.status, 202);
        scene.send().await;
    };
    test().await;
    scene.receiver.state.trusts(&other);
    scene.advance(60);
    test().await;
    scene.advance(24 * 3600);
    test().await;
    let signatures: Vec<usize> = scene.receiver.state.received().iter().map(|received| received.signatures).collect();
    // The test at the beginning; by the former secret; by both; by the new one alone.
    assert_eq!(signatures, [1, 1, 2, 1]);
    scene.receiver.state.forgets_secrets();
    scene.receiver.state.trusts(&scene.secret);
    scene.advance(60);
    test().await;
    assert_eq!(scene.receiver.state.refused(), 1);
}

#[tokio::test]
async fn a_test_is_sent_once_a_minute_and_switches_on_what_works_again() {
    let scene = Scene::new().await;
    let test = format!("{}/test", scene.path);
    assert_eq!(scene.ann.patch(&scene.path, json!({ "enabled": false })).await.status, 200);
    let asked = scene.ann.post_empty(&test).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let refused = scene.ann.post_empty(&test).await;
    assert_eq!(refused.assert_error(429, "too_many_attempts").header("retry-after"), Some("60"));
    scene.send().await;
    assert_eq!(scene.channel().await["enabled"], true);
    let log = scene.ann.get("/api/notifications").await.body;
    assert_eq!(log[1]["id"], asked.body["notification_id"]);
}

#[tokio::test]
async fn no_spelling_of_a_private_address_is_called() {
    let app = TestApp::with(&[LONG_TOKENS, ("OUTBOUND_ALLOW_PRIVATE", "10.9.8.0/24")]);
    let ann = app.user("ann").await;
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://168.63.129.16/",
        "https://[fe80::1]/",
        "https://192.168.1.1/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://8.8.8.8/",
        "https://①②⑦.0.0.1/",
    ] {
        let refused = ann.post(CHANNELS, json!({ "kind": "webhook", "url": url })).await;
        assert_eq!(refused.assert_error(400, "address_not_allowed").text("field"), "url", "{url}");
    }
    for url in ["ftp://example.org/", "https://ann:secret@example.org/", "https://ann@example.org/", "example.org", ""] {
        let refused = ann.post(CHANNELS, json!({ "kind": "webhook", "url": url })).await;
        assert_eq!(refused.assert_error(400, "invalid_field").text("field"), "url", "{url}");
    }
    // A name is looked up when it is called: of those that lead here no byte is sent.
    for (n, name) in ["localhost", "localhost.", "LOCALHOST", "ip6-localhost"].into_iter().enumerate() {
        let made = ann.post(CHANNELS, json!({ "kind": "webhook", "url": format!("https://{name}/{n}") })).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    send(&app).await;
    let log = ann.get("/api/notifications").await.body;
    let reasons: Vec<&Value> = log.as_array().expect("a list").iter().map(|one| &one["deliveries"][0]["reason"]).collect();
    let count = |reason: &str| reasons.iter().filter(|known| **known == reason).count();
    // Names that this machine does not have lead nowhere.
    assert_eq!((reasons.len(), count("address_not_allowed") + count("unreachable")), (4, 4), "{reasons:?}");
    assert!(count("address_not_allowed") > 0, "{reasons:?}");
}

#[tokio::test]
async fn each_kind_needs_its_address_and_one_that_is_not_set_up_says_so() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let kinds = ann.get("/api/channels/kinds").await.body;
    let available = |kind: &str| json!({ "kind": kind, "available": (["email", "webhook"].contains(&kind)) });
    assert_eq!(kinds, json!(["slack", "teams", "email", "webhook", "push"].map(available)));
    let keys = json!({ "p256dh": "BA".to_owned() + &"A".repeat(85), "auth": "A".repeat(22) });
    for body in [
        json!({ "kind": "slack", "url": "https://hooks.slack.com/services/x" }),
        json!({ "kind": "teams", "url": "https://example.org/workflows/x" }),
        json!({ "kind": "slack" }),
        json!({ "kind": "push", "subscription": { "endpoint": "https://fcm.googleapis.com/x", "keys": keys } }),
    ] {
        ann.post(CHANNELS, body).await.assert_error(503, "not_configured");
    }
    for (body, field) in [
        (json!({}), "kind"),
        (json!({ "kind": "fax" }), "kind"),
        (json!({ "kind": "webhook" }), "url"),
        (json!({ "kind": "webhook", "url": "https://example.org", "name": "x".repeat(65) }), "name"),
        (json!({ "kind": "webhook", "url": "https://example.org", "events": ["hours"] }), "events[0]"),
        (json!({ "kind": "email" }), "address"),
        (json!({ "kind": "email", "address": "ann@example" }), "address"),
        (json!({ "kind": "push" }), "subscription"),
        (json!({ "kind": "push", "subscription": { "endpoint": "x", "keys": keys } }), "subscription.endpoint"),
    ] {
        assert_eq!(ann.post(CHANNELS, body.clone()).await.assert_error(400, "invalid_field").text("field"), field, "{body}");
    }
    assert_eq!(ann.get(CHANNELS).await.body, json!([]));
}

#[tokio::test]
async fn there_are_ten_at_most_and_twenty_a_day() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let make = async |n: u32| ann.post(CHANNELS, json!({ "kind": "webhook", "url": format!("https://example.org/{n}") })).await;
    for n in 0..10 {
        assert_eq!(make(n).await.status, 201);
    }
    make(10).await.assert_error(409, "too_many_channels");
    for n in 10..20 {
        let first = ann.get(CHANNELS).await.body[0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(ann.delete(&format!("{CHANNELS}/{first}")).await.status, 204);
        assert_eq!(make(n).await.status, 201, "{n}");
    }
    let first = ann.get(CHANNELS).await.body[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(ann.delete(&format!("{CHANNELS}/{first}")).await.status, 204);
    let refused = make(20).await;
    // Until midnight.
    assert_eq!(refused.assert_error(429, "too_many_attempts").header("retry-after"), Some("50400"));
    app.advance_hours(14);
    assert_eq!(make(20).await.status, 201);
}

#[tokio::test]
async fn no_secret_and_no_address_is_in_the_store_or_told_and_nothing_outlives_the_account() {
    let scene = Scene::new().await;
    let url = format!("{}?token=hunter2", scene.receiver.url);
    assert_eq!(scene.ann.post(CHANNELS, json!({ "kind": "webhook", "url": url })).await.status, 201);
    let mail = scene.ann.post(CHANNELS, json!({ "kind": "email", "address": "ann.lee@example.org" })).await;
    assert_eq!(mail.text("address"), "a…@example.org");
    scene.send().await;
    let told = scene.ann.get("/api/changes").await.body.to_string() + &scene.ann.get(CHANNELS).await.body.to_string();
    let stored: String = documents(&scene.app, &scene.ann.id).await.iter().map(|document| document.body.clone()).collect();
    assert!(stored.contains("channel_test") || stored.contains("channel.test"), "{stored}");
    for secret in ["hunter2", "whsec_", &scene.secret[10..], "ann.lee", "/hooks"] {
        assert!(!told.contains(secret) && !stored.contains(secret), "{secret}");
    }
    assert_eq!(scene.ann.delete(&format!("/api/users/{}", scene.ann.id)).await.status, 204);
    let left = documents(&scene.app, &scene.ann.id).await;
    assert!(left.iter().all(|document| document.key.kind == "summaries"), "{left:?}");
    // What is left of the mail is the key of links, which is everybody's; here none was made.
    assert!(stored_in(&scene.app, Partition::fixed("channels")).await.is_empty());
    // A message that is still on its way finds nobody.
    scene.advance(3600);
    let payload = json!({ "user_id": scene.ann.id });
    let verdict = dispatch(&scene.app.app.jobs, "notification_worker", Event::Message { payload, attempt: 1 }).await;
    assert!(matches!(verdict, Verdict::Done), "{verdict:?}");
}
