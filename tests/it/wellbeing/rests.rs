//! Rests: one at a time, ended by their user, by work, or when they were forgotten.

use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Answer, Client, LONG_TOKENS, TestApp},
};

async fn start(client: &Client, kind: &str) -> Answer {
    client.post("/api/rests/start", json!({ "kind": kind })).await
}

async fn end(client: &Client, id: &str) -> Answer {
    client.post_empty(&format!("/api/rests/{id}/end")).await
}

async fn record(client: &Client, start: &str, end: &str) -> Answer {
    let at = |time: &str| format!("2026-01-14T{time}:00Z");
    client.post("/api/rests", json!({ "kind": "long", "start_time": at(start), "end_time": at(end) })).await
}

async fn only(client: &Client) -> Value {
    let all = client.get("/api/rests").await.body;
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    all[0].clone()
}

#[tokio::test]
async fn a_rest_starts_and_ends_once() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    assert_eq!(ann.get("/api/rests/active").await.body, json!({ "active": false }));
    let started = start(&ann, "short").await;
    let id = started.text("id");
    let expected = json!({ "id": id, "user_id": ann.id, "kind": "short", "start_time": "2026-01-14T10:00:00.000000Z",
        "end_time": null, "minutes": null, "date": "2026-01-14", "needs_review": false });
    assert_eq!((started.status, &started.body), (201, &expected));
    assert_eq!(ann.get("/api/rests/active").await.body, expected);
    start(&ann, "long").await.assert_error(409, "rest_active").assert_says(&format!("The rest {id} is under way"));
    assert_clean(&app).await;
    app.advance_seconds(450);
    let ended = end(&ann, &id).await;
    assert_eq!(ended.status, 200);
    assert_eq!((&ended.body["end_time"], &ended.body["minutes"]), (&json!("2026-01-14T10:07:30.000000Z"), &json!(7.5)));
    app.advance_seconds(60);
    assert_eq!(end(&ann, &id).await.body, ended.body);
    assert_eq!((ann.get("/api/rests/active").await.body, only(&ann).await), (json!({ "active": false }), ended.body));
    assert_eq!(start(&ann, "micro").await.status, 201);
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_thousand_starts_make_one_rest() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let elsewhere = app.another(&[LONG_TOKENS]).anonymous().with_token(ann.token(), &ann.id);
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let client = if n % 2 == 0 { ann.clone() } else { elsewhere.clone() };
        callers.spawn(async move { start(&client, "short").await.status });
    }
    let mut statuses = callers.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1..].iter().all(|status| *status == 409)), (201, true), "{statuses:?}");
    only(&ann).await;
}

#[tokio::test]
async fn a_rest_that_was_forgotten_ends_as_usual() {
    for (kind, minutes) in [("micro", 1.0), ("short", 5.0), ("long", 15.0), ("lunch", 30.0)] {
        let app = TestApp::with(&[LONG_TOKENS]);
        let ann = app.user("ann").await;
        let id = start(&ann, kind).await.text("id");
        app.advance_seconds(7_199);
        app.do_due().await.expect("done");
        assert_eq!(ann.get("/api/rests/active").await.body["id"], id);
        app.advance_seconds(1);
        // It is over before anybody has looked.
        assert_eq!(ann.get("/api/rests/active").await.body, json!({ "active": false }));
        assert_eq!(record(&ann, "11:00", "11:10").await.status, 201);
        for _ in 0..2 {
            app.do_due().await.expect("done");
            let rest = ann.get("/api/rests").await.body[0].clone();
            assert_eq!((&rest["id"], &rest["minutes"], &rest["needs_review"]), (&json!(id), &json!(minutes), &json!(true)));
        }
        assert!(app.due().await.is_empty());
        assert_clean(&app).await;
    }
}

#[tokio::test]
async fn another_start_ends_one_that_was_forgotten() {
    let app = TestApp::with(&[LONG_TOKENS]);
    let ann = app.user("ann").await;
    let id = start(&ann, "long").await.text("id");
    app.advance_hours(3);
    let next = start(&ann, "short").await;
    assert_eq!(next.status, 201);
    let all = ann.get("/api/rests").await.body;
    assert_eq!((&all[0]["id"], &all[0]["minutes"], &all[1]), (&json!(id), &json!(15.0), &next.body));
    assert_clean(&app).await;
}

#[tokio::test]
async fn work_ends_a_rest_and_its_end_does_not() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.be_reminded_of(&[]).await;
    start(&ann, "short").await;
    app.advance_seconds(600);
    let session = ann.start().await;
    assert_eq!(session.status, 201);
    let rest = only(&ann).await;
    assert_eq!((&rest["end_time"], &rest["needs_review"]), (&json!("2026-01-14T10:10:00.000000Z"), &json!(false)));
    assert!(app.due().await.is_empty());
    start(&ann, "short").await;
    app.advance_seconds(60);
    ann.end(&session.text("id")).await;
    assert_eq!(ann.get("/api/rests/active").await.body["kind"], "short");
    // What began before the rest, as is said afterwards, does not end it.
    let earlier = json!({ "user_id": ann.id, "at": "2026-01-14T10:10:00Z" });
    ann.delete(&format!("/api/work_sessions/{}", session.text("id"))).await;
    assert_eq!(ann.post("/api/work_sessions/start", earlier).await.status, 201);
    assert_eq!(ann.get("/api/rests/active").await.body["kind"], "short");
    assert_clean(&app).await;
}

#[tokio::test]
async fn rests_do_not_overlap() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = record(&ann, "08:00", "08:30").await;
    assert_eq!(first.status, 201);
    for (start, end) in [("08:00", "08:30"), ("07:00", "08:01"), ("08:29", "09:00"), ("08:10", "08:20"), ("07:00", "09:00")] {
        let says = format!("It would overlap the rest {}", first.text("id"));
        record(&ann, start, end).await.assert_error(409, "rests_overlap").assert_says(&says);
    }
    assert_eq!(record(&ann, "07:00", "08:00").await.status, 201);
    assert_eq!(record(&ann, "08:30", "09:00").await.status, 201);
    let active = start(&ann, "long").await.text("id");
    app.advance_seconds(600);
    record(&ann, "10:05", "10:08").await.assert_error(409, "rests_overlap");
    assert_eq!(record(&ann, "09:50", "10:00").await.status, 201);
    assert_eq!(ann.delete(&format!("/api/rests/{active}")).await.status, 204);
    assert_eq!(ann.get("/api/rests/active").await.body, json!({ "active": false }));
    assert_eq!(record(&ann, "10:05", "10:08").await.status, 201);
    assert_clean(&app).await;
}
