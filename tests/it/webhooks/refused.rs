//! What is refused: by the rules of signatures and headers, by size, by number. Nothing of why is said.

use axum::body::Body;
use serde_json::json;

use super::{BODY, Hook, asked_for, by_github, connected, hex, hook, send, signed};
use crate::support::{Answer, LONG_TOKENS, TestApp, events::documents};

async fn scene() -> (TestApp, crate::support::Client, String) {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let connection = connected(&ann).await;
    asked_for(&app).await;
    (app, ann, connection)
}

fn assert_bare(answer: &Answer, status: u16) {
    assert_eq!((answer.status, answer.bytes.len(), answer.header("content-type")), (status, 0, None), "{answer:?}");
}

#[tokio::test]
async fn what_is_not_signed_as_it_should_be_is_refused_without_a_word() {
    let (app, ann, connection) = scene().await;
    let hook = hook(&ann, &connection, json!({})).await;
    let good = by_github(&hook.secret, BODY);
    let name = "x-hub-signature-256";
    let changed = [BODY, b"\n"].concat();
    let sha1 = ("x-hub-signature", "sha1=0123456789abcdef0123456789abcdef01234567");
    for (what, headers, body, status) in [
        ("V1 another byte", vec![(name, good.as_str())], changed.as_slice(), 401),
        ("V1 an empty body", vec![(name, good.as_str())], b"", 400),
        ("V2 upper case", vec![(name, &good.to_uppercase())], BODY, 401),
        ("V2 cut short", vec![(name, &good[..good.len() - 2])], BODY, 401),
        ("V3 twice the same", vec![(name, good.as_str()), (name, good.as_str())], BODY, 401),
        ("V3 a blank before it", vec![(name, &format!("{} ", &good[..7]))], BODY, 401),
        ("V4 another secret", vec![(name, &by_github("another secret", BODY))], BODY, 401),
        ("V5 the weaker alone", vec![sha1], BODY, 401),
        ("V5 the weaker beside a bad one", vec![(name, &by_github("other", BODY)), sha1], BODY, 401),
        ("V9 as another sender", vec![("x-hub-signature", good.as_str())], BODY, 401),
        ("nothing", vec![], BODY, 401),
    ] {
        let answer = send(&app, "POST", &hook.path, &headers, body.to_vec()).await;
        assert_eq!(answer.status, status, "{what}");
        assert_bare(&answer, status);
    }
    assert_bare(&send(&app, "GET", &hook.path, &[], Vec::new()).await, 401);
    assert_eq!(asked_for(&app).await.len(), 0);
    // The same, right; whatever is asked, which is not described, and in any case.
    let headers = [("X-HUB-Signature-256", good.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    assert_bare(&send(&app, "POST", &format!("{}?code=x&code=y", hook.path), &headers, BODY.to_vec()).await, 200);
    assert_bare(&send(&app, "HEAD", &hook.path, &[], Vec::new()).await, 200);
    assert_eq!(asked_for(&app).await.len(), 1);
}

#[tokio::test]
async fn an_address_that_nobody_made_is_unknown() {
    let (app, ann, connection) = scene().await;
    let Hook { path, .. } = hook(&ann, &connection, json!({})).await;
    let other = TestApp::new();
    let bob = other.user("bob").await;
    let elsewhere = hook(&bob, &connected(&bob).await, json!({})).await;
    for unknown in ["/api/webhooks/x", "/api/webhooks/%ff", &path[..path.len() - 1], &format!("{path}A"), &elsewhere.path] {
        assert_bare(&send(&app, "POST", unknown, &[], BODY.to_vec()).await, 404);
        assert_bare(&send(&app, "HEAD", unknown, &[], Vec::new()).await, 404);
    }
    assert_eq!(send(&app, "PUT", &path, &[], Vec::new()).await.status, 405);
}

#[tokio::test]
async fn a_time_that_is_signed_is_within_five_minutes() {
    let (app, ann, connection) = scene().await;
    let hook = hook(&ann, &connection, json!({ "preset": "slack" })).await;
    let now = 1_768_384_800_i64;
    let deliver = async |at: String, body: &str| {
        let signature = format!("v0={}", hex(&signed(&hook.secret, format!("v0:{at}:{body}").as_bytes())));
        let headers = [("x-slack-signature", signature.as_str()), ("x-slack-request-timestamp", at.as_str())];
        send(&app, "POST", &hook.path, &headers, body.to_owned()).await
    };
    for (at, status) in [(now - 301, 401), (now - 300, 200), (now, 200), (now + 300, 200), (now + 301, 401)] {
        assert_bare(&deliver(at.to_string(), "{}").await, status);
    }
    for bad in [format!("+{now}"), format!("{now}.0"), String::new()] {
        assert_bare(&deliver(bad, "{}").await, 401);
    }
    // The time is a part of what tells two deliveries from each other.
    assert_eq!(asked_for(&app).await.len(), 3);
    assert_bare(&deliver(now.to_string(), "{}").await, 200);
    assert_eq!(asked_for(&app).await.len(), 0);
}

#[tokio::test]
async fn a_body_may_have_one_mebibyte_of_anything_in_any_pieces() {
    let (app, ann, connection) = scene().await;
    let hook = hook(&ann, &connection, json!({})).await;
    for (length, status) in [(1 << 20, 200), ((1 << 20) + 1, 413)] {
        let body = vec![0xff; length];
        let signature = by_github(&hook.secret, &body);
        let headers = [("x-hub-signature-256", signature.as_str())];
        let pieces = body.chunks(60_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
        let stream = Body::from_stream(futures_util::stream::iter(pieces));
        assert_bare(&send(&app, "POST", &hook.path, &headers, stream).await, status);
        assert_bare(&send(&app, "POST", &hook.path, &headers, body).await, status);
    }
    assert_eq!(asked_for(&app).await.len(), 1);
}

#[tokio::test]
async fn twenty_refusals_within_ten_minutes_are_suspect_and_are_written_once() {
    let (app, ann, connection) = scene().await;
    let hook = hook(&ann, &connection, json!({})).await;
    let refused = async |times: usize| {
        for _ in 0..times {
            assert_bare(&send(&app, "POST", &hook.path, &[("x-hub-signature-256", "sha256=00")], BODY.to_vec()).await, 401);
        }
    };
    let version = async || {
        let all = documents(&app, &ann.id).await;
        all.into_iter().find(|document| document.key.kind == "webhooks").expect("a webhook").op
    };
    let suspect = async || ann.get(&format!("{connection}/webhooks")).await.body[0]["suspect"].clone();
    let before = version().await;
    refused(19).await;
    app.advance_seconds(600);
    refused(19).await;
    assert_eq!((suspect().await, version().await), (json!(false), before));
    refused(1).await;
    let told = version().await;
    assert_eq!((suspect().await, told == before), (json!(true), false));
    refused(200).await;
    assert_eq!(version().await, told, "whoever is refused makes us write nothing more");
    // What is right is taken all the same.
    assert_eq!(hook.deliver(&app, "a", BODY).await, 200);
    app.advance_hours(24);
    assert_eq!(suspect().await, json!(false));
    refused(20).await;
    assert_eq!(suspect().await, json!(true));
    assert_eq!(ann.post(&format!("{}/secrets", hook.at), json!({})).await.body["suspect"], json!(false));
}

#[tokio::test]
async fn an_address_has_a_budget_that_is_asked_before_the_body() {
    let app = TestApp::with(&[LONG_TOKENS]);
    let sender = app.anonymous().at("203.0.113.9");
    for n in 0..1_000 {
        assert_eq!(sender.post_empty("/api/webhooks/x").await.status, 404, "{n}");
    }
    // A body that never comes is not waited for.
    let never = || Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let refused = sender.send_raw("POST", "/api/webhooks/x", None, never()).await;
    assert_bare(&refused, 429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(app.anonymous().at("203.0.113.10").send_raw("POST", "/api/webhooks/x", None, never()).await.status, 404);
    app.advance_seconds(1);
    assert_eq!(sender.post_empty("/api/webhooks/x").await.status, 404);
}
