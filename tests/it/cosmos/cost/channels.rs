//! What channels and notifications cost.

use avanochi::{
    jobs::Event,
    kernel::UserId,
    store::{Change, Partition},
    wellbeing::reminders::model::What,
};
use serde_json::json;

use super::{Book, CHANGE, CREATION, Cost, FREE, PAGE, READ};
use crate::{notifications::nudge, support::TestApp};

/// Of somebody who has nothing else, so that nobody else's changes are followed for a channel.
pub async fn channels(book: &mut Book, app: &TestApp) {
    let cleo = app.user("cleo").await;
    assert_eq!(cleo.get("/api/auth/me").await.status, 200);
    book.line("GET /api/channels/kinds", "", Some(FREE), None, cleo.get("/api/channels/kinds")).await;
    // Beside what a creation costs: the addresses that there are, and the message.
    let made = Cost { writes: 1, queries: 1, ..CREATION };
    let new = json!({ "kind": "email", "address": "cleo@example.org", "events": ["nudges"] });
    let mail = book.line("POST /api/channels", "", Some(made), None, cleo.post("/api/channels", new)).await.text("id");
    let due = || Event::Message { payload: json!({ "user_id": cleo.id }), attempt: 1 };
    // The claim: what is due, the channels, time off, the state, the commit. The message: the state. How it went: the notification, the
    // channel, the commit. Then that nothing else is due, and what is next: the channels, the first that waits, and
    // the summary by itself.
    let sent = Cost { reads: 2 + 1 + 3 + 1 + 1, batches: 2, writes: 1, queries: 3 + 1 + 2, ..FREE };
    book.job(app, "notification_worker", ", one message", sent, due()).await;
    let link = app.mailbox.last().link;
    let verify = &link[link.find("/api/").expect("a path")..];
    // The state, and the language.
    let asked = Cost { reads: 2, ..FREE };
    book.line("GET /api/channels/verify", "", Some(asked), None, app.anonymous().get(verify)).await;
    let beside_state = Cost { reads: CHANGE.reads + 1, ..CHANGE };
    book.line("POST /api/channels/verify", "", Some(beside_state), None, app.anonymous().post_empty(verify)).await;

    let user = UserId::parse(&cleo.id).expect("an id");
    nudge(app, &cleo, What::BreakDue { continuous_minutes: 50 }).await;
    let change = Change { partition: Partition::of(user), kind: "nudges".into(), id: "any".into(), seq: u64::from(u32::MAX) };
    // Whether there is a channel; then the summary, achievements, the channels, what was told, time off, nudges, connections, the commit
    // and the message.
    let followed = Cost { reads: 1 + 2, batches: 1, queries: 5, writes: 1, ..FREE };
    book.job(app, "changes", ", a reminder followed that goes to a channel", followed, Event::Changes(vec![change])).await;
    app.advance_seconds(60);
    assert_eq!(cleo.get("/api/auth/me").await.status, 200);
    book.job(
        app,
        "notification_worker",
        ", the first mail with a link that ends them",
        Cost { reads: sent.reads + 2, writes: sent.writes + 1, ..sent },
        due(),
    )
    .await;
    let link = app.mailbox.last().unsubscribe.expect("a way out");
    let end = &link[link.find("/api/").expect("a path")..];
    book.line("GET /api/unsubscribe/{token}", "", Some(READ), None, app.anonymous().get(end)).await;
    book.line("POST /api/unsubscribe/{token}", "", Some(CHANGE), None, app.anonymous().post_empty(end)).await;
    book.line("GET /api/notifications", "", Some(PAGE), None, cleo.get("/api/notifications")).await;

    let path = format!("/api/channels/{mail}");
    book.line("GET /api/channels", "", Some(PAGE), None, cleo.get("/api/channels")).await;
    book.line("GET /api/channels/{id}", "", Some(READ), None, cleo.get(&path)).await;
    book.line("PATCH /api/channels/{id}", "", Some(CHANGE), None, cleo.patch(&path, json!({ "name": "Mail" }))).await;
    let told = Cost { writes: 1, ..beside_state };
    book.line("POST /api/channels/{id}/test", "", Some(told), None, cleo.post_empty(&format!("{path}/test"))).await;
    book.line("DELETE /api/channels/{id}", "", Some(CHANGE), None, cleo.delete(&path)).await;
    let hook = cleo.post("/api/channels", json!({ "kind": "webhook", "url": "https://hooks.example.org/a" })).await.text("id");
    let (route, secret) = ("POST /api/channels/{id}/secret", format!("/api/channels/{hook}/secret"));
    book.line(route, "", Some(beside_state), None, cleo.post_empty(&secret)).await;
    let other = cleo.post("/api/channels", json!({ "kind": "email", "address": "cleo@example.org" })).await.text("id");
    app.advance_seconds(60);
    assert_eq!(cleo.get("/api/auth/me").await.status, 200);
    let (route, again) = ("POST /api/channels/{id}/verify", format!("/api/channels/{other}/verify"));
    book.line(route, "", Some(told), None, cleo.post_empty(&again)).await;
    // Nothing is due to anybody that would be found by what is counted next.
    assert_eq!(cleo.delete(&format!("/api/users/{}", cleo.id)).await.status, 204);
}
