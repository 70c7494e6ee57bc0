//! Channels to browsers, with a push service of ours that verifies and decrypts.

use sandbox::{Clock, Fault, Limit, Reply, Running, Stand, push};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    channels::{CHANNELS, HERE, PUBLIC_URL, follow, send},
    notifications::nudge,
    support::{Client, LONG_TOKENS, TestApp},
};

const KEY: (&str, &str) = ("VAPID_PRIVATE_KEY", "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
const SUBJECT: (&str, &str) = ("VAPID_SUBJECT", "mailto:operator@avanochi.example");

struct Scene {
    app: TestApp,
    ann: Client,
    service: Running<push::State>,
    path: String,
}

/// What browsers subscribe with.
async fn push_key(client: &Client) -> String {
    let kinds = client.get("/api/channels/kinds").await.body;
    let push = kinds.as_array().and_then(|kinds| kinds.iter().find(|kind| kind["kind"] == "push")).expect("a kind");
    assert_eq!(push["available"], true);
    push["push_key"].as_str().expect("a key").to_owned()
}

async fn service() -> Running<push::State> {
    push::start(Stand::new(Clock::at("2026-01-14T10:00:00Z".parse().expect("a time"))), 0).await.expect("started")
}

impl Scene {
    async fn new() -> Self {
        let service = service().await;
        let host = service.url.strip_prefix("http://").expect("an address").to_owned();
        let app = TestApp::with(&[LONG_TOKENS, HERE, PUBLIC_URL, KEY, SUBJECT, ("OUTBOUND_HOSTS", &host)]);
        let ann = app.user("ann").await;
        let subscription = service.state.subscribe("ann", &push_key(&ann).await);
        let made = ann.post(CHANNELS, json!({ "kind": "push", "subscription": subscription })).await;
        assert_eq!(
            (made.status, &made.body["verified"], &made.body["address"]),
            (201, &json!(true), &json!("127.0.0.1")),
            "{made:?}"
        );
        send(&app).await;
        let scene = Self { path: format!("{CHANNELS}/{}", made.text("id")), app, ann, service };
        scene.advance(60);
        scene
    }

    fn advance(&self, seconds: u32) {
        self.app.advance_seconds(seconds.into());
        self.service.stand.clock.advance(std::time::Duration::from_secs(seconds.into()));
    }

    async fn be_told(&self) {
        let what = avanochi::wellbeing::reminders::model::What::BreakDue { continuous_minutes: 50 };
        nudge(&self.app, &self.ann, what).await;
        follow(&self.app, &self.ann).await;
        send(&self.app).await;
    }

    /// The last message that is about something which happened, and how it stands.
    async fn last(&self) -> (Value, Value) {
        let log = self.ann.get("/api/notifications?event=nudge.created").await.body;
        let last = log.as_array().and_then(|log| log.last()).cloned().expect("a row");
        let delivery = last["deliveries"][0].clone();
        (last, delivery)
    }
}

#[tokio::test]
async fn a_browser_reads_what_only_it_can_read_and_nothing_about_health() {
    let scene = Scene::new().await;
    scene.be_told().await;
    let (told, delivery) = scene.last().await;
    assert_eq!(delivery["state"], "sent", "{delivery}");
    let pushed = scene.service.state.pushed("ann").pop().expect("a message");
    let said: Value = serde_json::from_str(&pushed.text).expect("JSON");
    let expected = json!({ "id": told["id"], "event": "nudge.created", "language": "en", "title": "A reminder from Avanochi",
        "link": "https://avanochi.example/app/" });
    assert_eq!(said, expected);
    let id = Uuid::parse_str(told["id"].as_str().expect("an id")).expect("an id");
    let topic = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, id.as_bytes());
    assert_eq!((pushed.topic, pushed.ttl, pushed.urgency.as_str()), (topic, 3600, "high"));
    // What went over the wire is for the browser alone.
    let log = scene.service.stand.log.all();
    assert!(log.iter().all(|request| !request.body.contains("Avanochi") && !request.body.contains("reminder")));
}

#[tokio::test]
async fn a_subscription_that_ended_ends_the_channel() {
    for gone in [Reply::status(404), Reply::status(410)] {
        let scene = Scene::new().await;
        scene.service.stand.faults.next(Fault::Instead(gone));
        scene.be_told().await;
        let channel = scene.ann.get(&scene.path).await.body;
        assert_eq!((&channel["enabled"], &channel["problem"]["code"]), (&json!(false), &json!("gone")));
    }
    let scene = Scene::new().await;
    scene.service.state.unsubscribe("ann");
    scene.be_told().await;
    assert_eq!(scene.ann.get(&scene.path).await.body["problem"]["code"], "gone");
    // One that was made with another key is of no use either.
    let other = scene.service.state.subscribe("other", "BOther");
    let made = scene.ann.post(CHANNELS, json!({ "kind": "push", "subscription": other })).await;
    send(&scene.app).await;
    scene.be_told().await;
    let channel = scene.ann.get(&format!("{CHANNELS}/{}", made.text("id"))).await.body;
    assert_eq!(channel["problem"]["code"], "refused", "{channel}");
}

#[tokio::test]
async fn what_failed_is_tried_again_under_the_same_topic() {
    let scene = Scene::new().await;
    let before = scene.service.state.pushed("ann").len();
    for (fault, came) in [
        (Fault::Instead(Reply::status(503)), 1),
        (Fault::Instead(Reply::limited(Limit::RetryAfterSeconds(120))), 1),
        (Fault::DropRequest, 1),
        (Fault::DropAnswer, 2),
    ] {
        let known = scene.service.state.pushed("ann").len();
        scene.service.stand.faults.next(fault.clone());
        scene.be_told().await;
        assert_eq!(scene.last().await.1["state"], "waiting", "{fault:?}");
        for _ in 0..4 {
            scene.advance(60);
            scene.app.do_due().await.expect("done");
            send(&scene.app).await;
        }
        assert_eq!(scene.last().await.1["state"], "sent", "{fault:?}");
        let pushed = scene.service.state.pushed("ann").split_off(known);
        assert_eq!(pushed.len(), came, "{fault:?}");
        assert!(pushed.iter().all(|one| one.topic == pushed[0].topic));
    }
    assert_eq!(before, 0);
}

#[tokio::test]
async fn nobody_is_called_who_is_no_push_service() {
    let app = TestApp::with(&[LONG_TOKENS, KEY, SUBJECT]);
    let ann = app.user("ann").await;
    let service = service().await;
    let mut subscription = service.state.subscribe("ann", &push_key(&ann).await);
    for url in [
        service.url.clone(),
        "https://example.org/push".to_owned(),
        "https://fcm.googleapis.com.example.org/push".to_owned(),
        "https://169.254.169.254/push".to_owned(),
        "https://localhost/push".to_owned(),
    ] {
        subscription["endpoint"] = json!(url);
        let refused = ann.post(CHANNELS, json!({ "kind": "push", "subscription": subscription })).await;
        assert_eq!(refused.assert_error(400, "address_not_allowed").text("field"), "subscription.endpoint", "{url}");
    }
    send(&app).await;
    assert_eq!(service.stand.log.all().len(), 0);
}

#[tokio::test]
async fn without_somebody_to_turn_to_there_is_no_push() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let kinds = ann.get("/api/channels/kinds").await.body;
    assert!(kinds.as_array().expect("kinds").contains(&json!({ "kind": "push", "available": false })), "{kinds}");
    let subscription = service().await.state.subscribe("ann", "B");
    ann.post(CHANNELS, json!({ "kind": "push", "subscription": subscription })).await.assert_error(503, "not_configured");
}
