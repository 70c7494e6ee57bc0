//! Channels of e-mail with a mail server of ours behind them: what arrives, what is verified and ended by links, and what happens when
//! the server refuses or falls silent.

use std::{
    io,
    sync::{Arc, Mutex},
};

use sandbox::mail::smtp::{self, Smtp, Step, Taken, Trouble};
use serde_json::{Value, json};

use crate::{
    channels::{CHANNELS, PUBLIC_URL, follow, send},
    notifications::nudge,
    support::{Client, LONG_TOKENS, TestApp},
};

const FROM: (&str, &str) = ("MAIL_FROM", "Avanochi <avanochi@avanochi.example>");

struct Scene {
    app: TestApp,
    ann: Client,
    server: Smtp,
    path: String,
}

impl Scene {
    /// With a channel that is told of everything, whose address is not verified yet.
    async fn new() -> Self {
        let server = smtp::start(0).await.expect("started");
        server.state.lets_in("us", "hunter2");
        let url = server.url.replace("smtp://", "smtp://us:hunter2@");
        let app = TestApp::with(&[LONG_TOKENS, PUBLIC_URL, FROM, ("MAIL_URL", &url)]);
        let ann = app.user("ann").await;
        let events = ["nudges", "sync"];
        let made = ann.post(CHANNELS, json!({ "kind": "email", "address": "ann@example.org", "events": events })).await;
        assert_eq!((made.status, &made.body["address"]), (201, &json!("a…@example.org")), "{made:?}");
        send(&app).await;
        Self { path: format!("{CHANNELS}/{}", made.text("id")), app, ann, server }
    }

    async fn verified() -> Self {
        let scene = Self::new().await;
        let link = scene.link("Confirm this address:");
        assert_eq!(scene.app.anonymous().post_empty(&link).await.status, 200);
        scene.app.advance_seconds(60);
        scene
    }

    fn last(&self) -> Taken {
        self.server.state.taken().last().cloned().expect("a mail")
    }

    /// The path of the link that follows those words in the last mail.
    fn link(&self, label: &str) -> String {
        let text = plain(&self.last());
        let link = text.split_once(label).and_then(|(_, rest)| rest.trim_start().lines().next()).expect("a link");
        link.strip_prefix("https://avanochi.example").expect("our own address").to_owned()
    }

    async fn be_told(&self) {
        let what = avanochi::wellbeing::reminders::model::What::BreakDue { continuous_minutes: 50 };
        nudge(&self.app, &self.ann, what).await;
        follow(&self.app, &self.ann).await;
        send(&self.app).await;
    }

    async fn channel(&self) -> Value {
        self.ann.get(&self.path).await.body
    }

    /// How the last nudge stands, why, and after how many attempts.
    async fn log(&self) -> (String, Value, Value) {
        let log = self.ann.get("/api/notifications?event=nudge.created").await.body;
        let delivery = log.as_array().and_then(|log| log.last()).expect("a row")["deliveries"][0].clone();
        (delivery["state"].as_str().expect("a state").to_owned(), delivery["reason"].clone(), delivery["attempts"].clone())
    }
}

/// The part that is text, without its coding.
fn plain(mail: &Taken) -> String {
    let part = mail.text.split("text/plain").nth(1).and_then(|part| part.split_once("\r\n\r\n")).expect("a text").1;
    let part = part.split("text/html").next().expect("an end");
    part.replace("=\r\n", "").replace("=3D", "=")
}

#[tokio::test]
async fn an_address_is_verified_by_the_link_that_came_by_mail_and_a_test_arrives() {
    let scene = Scene::new().await;
    let kinds = scene.ann.get("/api/channels/kinds").await.body;
    assert!(kinds.as_array().expect("kinds").contains(&json!({ "kind": "email", "available": true })), "{kinds}");
    let mail = scene.last();
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("avanochi@avanochi.example", "ann@example.org"));
    assert!(mail.text.contains("Subject: Is this address yours?") && !mail.text.contains("List-Unsubscribe"), "{mail:?}");
    let link = scene.link("Confirm this address:");
    assert_eq!(scene.app.anonymous().get(&link).await.status, 200);
    assert_eq!(scene.channel().await["verified"], false);
    assert_eq!(scene.app.anonymous().post_empty(&link).await.status, 200);
    assert_eq!(scene.channel().await["verified"], true);

    let test = scene.ann.post_empty(&format!("{}/test", scene.path)).await;
    assert_eq!(test.status, 202, "{test:?}");
    send(&scene.app).await;
    let id = test.text("notification_id");
    assert!(scene.last().text.contains(&format!("Message-ID: <{id}@avanochi.example>")), "{:?}", scene.last());
    assert_eq!(scene.server.state.taken().len(), 2);
}

/// What is logged, at its most talkative.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_has_an_address_a_link_or_a_password() {
    let lines = Lines::default();
    let writer = lines.clone();
    let logging = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(logging);
    let scene = Scene::verified().await;
    for trouble in ["535 5.7.8 hunter2", "451 4.3.0 for ann@example.org", "550 5.1.1 No ann@example.org here"] {
        let step = if trouble.starts_with("535") { Step::Login } else { Step::To };
        scene.server.state.on(step, Trouble::Reply(trouble));
        scene.be_told().await;
        scene.app.advance_seconds(60);
    }
    scene.ann.post_empty(&format!("{}/test", scene.path)).await;
    send(&scene.app).await;
    drop(guard);
    let text = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("text");
    assert!(text.contains("a message was sent or not") && text.contains("mail is not taken"), "{text}");
    for secret in ["ann@example.org", "hunter2", "token=", "/api/unsubscribe/"] {
        assert!(!text.contains(secret), "{secret}: {}", text.lines().find(|line| line.contains(secret)).unwrap_or_default());
    }
}

#[tokio::test]
async fn the_link_is_sent_anew_when_it_is_asked_for() {
    let scene = Scene::new().await;
    let first = scene.link("Confirm this address:");
    scene.app.advance_seconds(60);
    assert_eq!(scene.ann.post_empty(&format!("{}/verify", scene.path)).await.status, 202);
    send(&scene.app).await;
    let second = scene.link("Confirm this address:");
    assert_eq!(scene.app.anonymous().post_empty(&first).await.status, 404);
    assert_eq!(scene.app.anonymous().post_empty(&second).await.status, 200);
}

#[tokio::test]
async fn a_message_ends_by_one_click_and_by_a_second_too() {
    let scene = Scene::verified().await;
    scene.be_told().await;
    let mail = scene.last();
    assert!(mail.text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{mail:?}");
    // A header of one line, however long: no program that acts on it has to unfold it.
    let header = mail.text.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <")).expect("a header");
    let link = header.trim_end().trim_end_matches('>').strip_prefix("https://avanochi.example").expect("our own address");
    assert_eq!(scene.link("No more mails like this:"), link);
    let form = Some("application/x-www-form-urlencoded");
    for _ in 0..2 {
        let done = scene.app.anonymous().send_raw("POST", link, form, "List-Unsubscribe=One-Click".into()).await;
        assert_eq!((done.status, &scene.channel().await["events"]), (200, &json!(["sync"])));
    }
    let before = scene.server.state.taken().len();
    scene.app.advance_seconds(60);
    scene.be_told().await;
    assert_eq!(scene.server.state.taken().len(), before);
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_switches_the_channel_off_and_says_why() {
    let scene = Scene::verified().await;
    scene.server.state.on(Step::To, Trouble::Reply("550 5.1.1 No ann@example.org here"));
    scene.be_told().await;
    let channel = scene.channel().await;
    assert_eq!((&channel["enabled"], &channel["problem"]["code"]), (&json!(false), &json!("gone")), "{channel}");
    assert_eq!(scene.log().await, ("failed".to_owned(), json!("gone"), json!(1)));
    // Nobody else is told of such things, so that the page says it.
    assert!(scene.ann.nudges().await.contains(&"channel_off".to_owned()));
}

#[tokio::test]
async fn what_only_the_operator_can_mend_keeps_the_channel() {
    let scene = Scene::verified().await;
    scene.server.state.on(Step::Login, Trouble::Reply("535 5.7.8 Bad credentials"));
    scene.be_told().await;
    assert_eq!(scene.log().await, ("failed".to_owned(), json!("smtp_535"), json!(1)));
    let channel = scene.channel().await;
    assert_eq!((&channel["enabled"], &channel["failing_since"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn what_was_not_taken_is_tried_again_and_arrives_once() {
    let scene = Scene::verified().await;
    scene.server.state.on(Step::To, Trouble::Reply("450 4.2.0 Greylisted"));
    scene.be_told().await;
    assert_eq!(scene.log().await, ("waiting".to_owned(), json!("smtp_450"), json!(1)));
    for _ in 0..3 {
        scene.app.advance_seconds(60);
        scene.app.do_due().await.expect("done");
        send(&scene.app).await;
    }
    assert_eq!((scene.log().await, scene.server.state.taken().len()), (("sent".to_owned(), Value::Null, json!(2)), 2));
}

#[tokio::test]
async fn what_may_have_been_taken_is_unknown_and_never_repeated() {
    for trouble in [Trouble::CloseAfterwards, Trouble::Silence] {
        let scene = Scene::verified().await;
        scene.server.state.on(Step::End, trouble);
        scene.be_told().await;
        let unknown = ("unknown".to_owned(), Value::Null, json!(1));
        assert_eq!(scene.log().await, unknown, "{trouble:?}");
        let connections = scene.server.state.connections();
        for _ in 0..10 {
            scene.app.advance_seconds(600);
            scene.app.do_due().await.expect("done");
            send(&scene.app).await;
        }
        assert_eq!((scene.log().await, scene.server.state.connections()), (unknown, connections), "{trouble:?}");
    }
}
