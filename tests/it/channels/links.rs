//! Links in mails: what verifies an address, and what ends messages.

use axum::body::Body;
use serde_json::json;

use super::{CHANNELS, LONG_TOKENS, PUBLIC_URL, follow, send};
use crate::support::{Client, TestApp};

async fn mailed() -> (TestApp, Client, String) {
    let app = TestApp::with(&[LONG_TOKENS, PUBLIC_URL]);
    let ann = app.user("ann").await;
    assert_eq!(ann.patch("/api/settings", json!({ "language": "es" })).await.status, 200);
    let made = ann.post(CHANNELS, json!({ "kind": "email", "address": "ann@example.org" })).await;
    assert_eq!((made.status, made.body.get("secret"), &made.body["events"]), (201, None, &json!(["risk", "sync"])), "{made:?}");
    send(&app).await;
    let path = format!("{CHANNELS}/{}", made.text("id"));
    (app, ann, path)
}

/// Of a link that was given, the path here.
fn path_of(link: &str) -> String {
    link.strip_prefix("https://avanochi.example").expect("our own address").to_owned()
}

#[tokio::test]
async fn an_address_is_verified_by_the_button_behind_its_link_once() {
    let (app, ann, path) = mailed().await;
    let mail = app.mailbox.last();
    assert_eq!(
        (mail.to.as_str(), mail.event, mail.language, mail.unsubscribe),
        ("ann@example.org", "channel.verify", "es", None)
    );
    let link = path_of(&mail.link);
    assert!(link.starts_with("/api/channels/verify?token="), "{link}");
    // Programs follow links in mails.
    for _ in 0..2 {
        let page = app.anonymous().get(&link).await;
        let html = String::from_utf8_lossy(&page.bytes).into_owned();
        assert!(page.status == 200 && html.contains("<form method=\"post\">") && html.contains("lang=\"es\""), "{html}");
        assert!(page.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
        assert_eq!(ann.get(&path).await.body["verified"], false);
    }
    let wrong = link.replace("token=", "token=A");
    let form = Some("application/x-www-form-urlencoded");
    assert_eq!(app.anonymous().send_raw("POST", &wrong, form, Body::from("x=y")).await.status, 404);
    let done = app.anonymous().send_raw("POST", &link, form, Body::empty()).await;
    assert_eq!((done.status, &ann.get(&path).await.body["verified"]), (200, &json!(true)));
    // Used, late and wrong are alike.
    let used = app.anonymous().send_raw("POST", &link, None, Body::empty()).await;
    let unknown = app.anonymous().send_raw("POST", &wrong, None, Body::empty()).await;
    assert_eq!((used.status, used.text("error")), (404, unknown.text("error")));
    app.anonymous().get(&link).await.assert_error(404, "not_found");
    ann.post_empty(&format!("{path}/verify")).await.assert_error(400, "unsupported_action");
}

#[tokio::test]
async fn the_link_is_sent_anew_once_a_minute_and_the_one_before_is_void() {
    let (app, ann, path) = mailed().await;
    let first = path_of(&app.mailbox.last().link);
    let verify = format!("{path}/verify");
    ann.post_empty(&format!("{path}/test")).await.assert_error(409, "not_verified");
    ann.post_empty(&verify).await.assert_error(429, "too_many_attempts");
    for _ in 1..5 {
        app.advance_seconds(60);
        assert_eq!(ann.post_empty(&verify).await.status, 202);
        send(&app).await;
    }
    app.advance_seconds(60);
    ann.post_empty(&verify).await.assert_error(429, "too_many_attempts");
    let last = path_of(&app.mailbox.last().link);
    assert_eq!((app.mailbox.all().len(), first == last), (5, false));
    assert_eq!(app.anonymous().post_empty(&first).await.status, 404);
    app.advance_hours(24);
    assert_eq!(app.anonymous().post_empty(&last).await.status, 404);
    assert_eq!(ann.post_empty(&verify).await.status, 202);
    send(&app).await;
    assert_eq!(app.anonymous().post_empty(&path_of(&app.mailbox.last().link)).await.status, 200);
    assert_eq!(ann.post_empty(&format!("{path}/test")).await.status, 202);
}

#[tokio::test]
async fn nothing_but_that_mail_goes_to_an_address_that_is_not_verified() {
    let (app, ann, path) = mailed().await;
    assert_eq!(ann.patch(&path, json!({ "events": ["nudges"] })).await.status, 200);
    ann.be_reminded(&app).await;
    follow(&app, &ann).await;
    send(&app).await;
    assert_eq!(app.mailbox.all().len(), 1);
    let log = ann.get("/api/notifications?event=nudge.created").await.body;
    assert_eq!(
        (&log[0]["deliveries"][0]["state"], &log[0]["deliveries"][0]["reason"]),
        (&json!("skipped"), &json!("unverified"))
    );
}

#[tokio::test]
async fn one_click_ends_messages_of_a_kind_and_no_others() {
    let (app, ann, path) = mailed().await;
    assert_eq!(app.anonymous().post_empty(&path_of(&app.mailbox.last().link)).await.status, 200);
    assert_eq!(ann.patch(&path, json!({ "events": ["nudges", "sync"] })).await.status, 200);
    ann.be_reminded(&app).await;
    follow(&app, &ann).await;
    send(&app).await;
    let mail = app.mailbox.last();
    assert_eq!((mail.event, mail.link.as_str()), ("nudge.created", "https://avanochi.example/app/"));
    let link = path_of(&mail.unsubscribe.expect("a way out"));
    assert!(link.starts_with("/api/unsubscribe/"), "{link}");
    let events = async || ann.get(&path).await.body["events"].clone();
    let page = app.anonymous().get(&link).await;
    assert!(page.status == 200 && String::from_utf8_lossy(&page.bytes).contains("recordatorios"), "{page:?}");
    assert_eq!(events().await, json!(["nudges", "sync"]));
    let multipart = Some("multipart/form-data; boundary=x");
    for content_type in [Some("application/x-www-form-urlencoded"), multipart, None] {
        let done = app.anonymous().send_raw("POST", &link, content_type, Body::from("List-Unsubscribe=One-Click")).await;
        assert_eq!((done.status, done.bytes.len(), events().await), (200, 0, json!(["sync"])));
    }
    for bad in ["/api/unsubscribe/x", &format!("{link}A"), &link.replace("unsubscribe/", "unsubscribe/A"), "/api/unsubscribe/%ff"]
    {
        assert_eq!(app.anonymous().post_empty(bad).await.status, 404, "{bad}");
        assert_eq!(app.anonymous().get(bad).await.status, 404, "{bad}");
    }
    // Of what is gone, too, and of whom.
    assert_eq!(ann.delete(&path).await.status, 204);
    assert_eq!(app.anonymous().post_empty(&link).await.status, 200);
    assert_eq!(ann.delete(&format!("/api/users/{}", ann.id)).await.status, 204);
    assert_eq!((app.anonymous().post_empty(&link).await.status, app.anonymous().get(&link).await.status), (200, 200));
}
