//! What senders ask before they send anything: it is answered, and no secret that a stranger chose is kept.

use serde_json::{Value, json};

use super::{BODY, asked_for, connected, hex, hook, send, signed};
use crate::support::{TestApp, events::documents};

const SECRET: &str = "handed-over-by-its-sender";

fn as_asana(body: &[u8]) -> String {
    hex(&signed(SECRET, body))
}

#[tokio::test]
async fn asana_hands_its_secret_over_once_while_we_wait() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    asked_for(&app).await;
    let [hook, late] = [(), ()].map(|()| hook(&ann, &connection, json!({ "preset": "asana" })));
    let (hook, late) = (hook.await, late.await);
    assert_eq!(hook.secret, "");
    let greeted = send(&app, "POST", &hook.path, &[("x-hook-secret", SECRET)], Vec::new()).await;
    assert_eq!((greeted.status, greeted.header("x-hook-secret"), greeted.bytes.len()), (200, Some(SECRET), 0));
    assert_eq!(send(&app, "POST", &hook.path, &[("x-hook-secret", "that-of-a-stranger")], Vec::new()).await.status, 401);
    assert_eq!(send(&app, "POST", &hook.path, &[("x-hook-signature", &as_asana(BODY))], BODY.to_vec()).await.status, 200);
    assert_eq!(asked_for(&app).await.len(), 1);
    assert!(documents(&app, &ann.id).await.iter().all(|document| !document.body.contains(SECRET)));
    // Nobody needs it but us.
    assert_eq!(ann.get(&format!("{connection}/webhooks")).await.body[0]["secret"], Value::Null);
    app.advance_hours(1);
    assert_eq!(send(&app, "POST", &late.path, &[("x-hook-secret", SECRET)], Vec::new()).await.status, 401, "an hour later");
    assert_eq!(send(&app, "POST", &late.path, &[("x-hook-signature", &as_asana(BODY))], BODY.to_vec()).await.status, 401);
}

#[tokio::test]
async fn notion_hands_its_token_over_once_and_it_means_nothing_in_a_body_later() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    let hook = hook(&ann, &connection, json!({ "preset": "notion" })).await;
    asked_for(&app).await;
    let token = |secret: &str| json!({ "verification_token": secret }).to_string();
    let shown = async || ann.get(&format!("{connection}/webhooks")).await.body[0]["secret"].clone();
    assert_eq!(shown().await, Value::Null);
    assert_eq!(send(&app, "POST", &hook.path, &[], token(SECRET)).await.status, 200);
    // Its person has to paste it there, or Notion does not send anything.
    assert_eq!(shown().await, SECRET);
    assert_eq!(send(&app, "POST", &hook.path, &[], token("that-of-a-stranger")).await.status, 401);
    assert_eq!(asked_for(&app).await.len(), 0);
    for (secret, status) in [(SECRET, 200), ("that-of-a-stranger", 401)] {
        let signature = format!("sha256={}", hex(&signed(secret, token("x").as_bytes())));
        assert_eq!(send(&app, "POST", &hook.path, &[("x-notion-signature", &signature)], token("x")).await.status, status);
    }
    assert_eq!(asked_for(&app).await.len(), 1);
    app.advance_hours(1);
    assert_eq!(shown().await, Value::Null);
}

#[tokio::test]
async fn what_a_sender_wants_to_read_at_once_it_reads() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    let slack = hook(&ann, &connection, json!({ "preset": "slack" })).await;
    let (now, body) = ("1768384800", r#"{"type":"url_verification","challenge":"<b>3eZbrw1aB</b>"}"#);
    let signature = format!("v0={}", hex(&signed(&slack.secret, format!("v0:{now}:{body}").as_bytes())));
    let headers = [("x-slack-signature", signature.as_str()), ("x-slack-request-timestamp", now)];
    let answer = send(&app, "POST", &slack.path, &headers, body).await;
    assert_eq!((answer.status, &answer.bytes[..]), (200, b"<b>3eZbrw1aB</b>".as_slice()));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let unsigned = send(&app, "POST", &slack.path, &[], body).await;
    assert_eq!((unsigned.status, unsigned.bytes.len()), (401, 0));

    let trello = hook(&ann, &connection, json!({ "preset": "trello" })).await;
    assert_eq!(send(&app, "HEAD", &trello.path, &[], Vec::new()).await.status, 200);

    // A channel of Google is named by the webhook, and tells that it is there before it tells of anything.
    let channel = hook(&ann, &connection, json!({ "preset": "google_channel" })).await;
    asked_for(&app).await;
    let id = channel.at.rsplit('/').next().expect("an id").to_owned();
    for (state, number, token, status, hints) in [
        ("sync", "1", channel.secret.as_str(), 200, 0),
        ("exists", "2", channel.secret.as_str(), 200, 1),
        ("exists", "2", channel.secret.as_str(), 200, 0),
        ("exists", "3", channel.secret.as_str(), 200, 1),
        ("exists", "4", "another token", 401, 0),
    ] {
        let headers = [
            ("x-goog-channel-id", id.as_str()),
            ("x-goog-channel-token", token),
            ("x-goog-resource-state", state),
            ("x-goog-message-number", number),
        ];
        assert_eq!(send(&app, "POST", &channel.path, &headers, Vec::new()).await.status, status, "{state} {number}");
        assert_eq!(asked_for(&app).await.len(), hints, "{state} {number}");
    }
}

#[tokio::test]
async fn discord_signs_with_a_key_of_its_own() {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let pair = Ed25519KeyPair::generate().expect("a pair");
    let public = hex(pair.public_key().as_ref());
    let hook = hook(&ann, &connected(&ann).await, json!({ "preset": "discord", "secret": public })).await;
    let now = "1768384800";
    for (body, signs, status, said) in
        [(r#"{"type":1}"#, true, 200, r#"{"type":1}"#), (r#"{"type":2}"#, true, 200, ""), (r#"{"type":1}"#, false, 401, "")]
    {
        let message = if signs { format!("{now}{body}") } else { body.to_owned() };
        let signature = hex(pair.sign(message.as_bytes()).as_ref());
        let headers = [("x-signature-ed25519", signature.as_str()), ("x-signature-timestamp", now)];
        let answer = send(&app, "POST", &hook.path, &headers, body).await;
        assert_eq!((answer.status, &answer.bytes[..]), (status, said.as_bytes()), "{body}");
    }
}
