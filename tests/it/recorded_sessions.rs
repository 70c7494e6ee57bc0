//! Sessions that are interrupted, written down afterwards, and corrected.

use serde_json::{Value, json};

use crate::support::{Answer, Client, LONG_TOKENS, TestApp, app_with_admin};

async fn record(client: &Client, start: &str, end: &str) -> Answer {
    client.post("/api/work_sessions", json!({ "user_id": client.id, "start_time": start, "end_time": end })).await
}

/// Hours, sessions, and the longest streak.
async fn totals(client: &Client) -> [Value; 3] {
    let stats = client.stats().await;
    ["total_hours", "total_sessions", "longest_streak"].map(|field| stats[field].clone())
}

#[tokio::test]
async fn a_session_is_interrupted_and_taken_up_again() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    app.advance_hours(1);
    let paused = ann.post_empty(&format!("{path}/pause")).await;
    let since = json!([{ "from": "2026-01-14T11:00:00.000000Z", "to": null }]);
    assert_eq!((paused.status, &paused.body["paused"], &paused.body["pauses"]), (200, &json!(true), &since));
    assert_eq!(ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body, paused.body);
    app.advance_hours(1);
    let again = ann.post_empty(&format!("{path}/pause")).await;
    assert_eq!((&again.body, again.header("etag")), (&paused.body, paused.header("etag")));
    let resumed = ann.post_empty(&format!("{path}/resume")).await;
    assert_eq!(
        (&resumed.body["paused"], &resumed.body["pauses"][0]["to"]),
        (&json!(false), &json!("2026-01-14T12:00:00.000000Z"))
    );
    assert_eq!(ann.post_empty(&format!("{path}/resume")).await.body, resumed.body);
    app.advance_hours(1);
    assert_eq!(ann.post_empty(&format!("{path}/pause")).await.status, 200);
    app.advance_hours(5);
    let ended = ann.post_empty(&format!("{path}/end")).await;
    assert_eq!((&ended.body["duration"], &ended.body["paused"]), (&json!(2.0), &json!(false)));
    assert_eq!(ended.body["pauses"][1], json!({ "from": "2026-01-14T13:00:00.000000Z", "to": "2026-01-14T18:00:00.000000Z" }));
    assert_eq!((&ended.body["ended_by"], &ended.body["needs_review"]), (&json!("user"), &json!(false)));
    assert_eq!(totals(&ann).await, [json!(2.0), json!(1), json!(1)]);
    for what in ["pause", "resume", "heartbeat"] {
        ann.post_empty(&format!("{path}/{what}")).await.assert_error(409, "session_ended");
    }
}

#[tokio::test]
async fn a_session_is_not_interrupted_without_end() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    for _ in 0..500 {
        ann.post_empty(&format!("{path}/pause")).await;
        app.advance_seconds(1);
        assert_eq!(ann.post_empty(&format!("{path}/resume")).await.status, 200);
    }
    ann.post_empty(&format!("{path}/pause")).await.assert_error(409, "too_many_pauses");
    assert_eq!(ann.post_empty(&format!("{path}/end")).await.body["pauses"].as_array().map(Vec::len), Some(500));
}

#[tokio::test]
async fn a_past_session_is_written_down() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let body = json!({ "user_id": ann.id, "start_time": "2026-01-12T23:00:00+01:00", "end_time": "2026-01-13T00:30:00Z",
        "note": "  on paper\n" });
    let keyed = ann.clone().with_header("idempotency-key", "k");
    let recorded = keyed.post("/api/work_sessions", body.clone()).await;
    assert_eq!(recorded.status, 201, "{recorded:?}");
    let path = format!("/api/work_sessions/{}", recorded.text("id"));
    assert_eq!(recorded.header("location"), Some(path.as_str()));
    let expected = json!({ "id": recorded.text("id"), "user_id": ann.id, "start_time": "2026-01-12T22:00:00.000000Z",
        "end_time": "2026-01-13T00:30:00.000000Z", "duration": 2.5, "note": "on paper", "paused": false, "pauses": [],
        "needs_review": false, "ended_by": "user", "edits": [] });
    assert_eq!(recorded.body, expected);
    assert_eq!(ann.get(&path).await.body, expected);
    app.advance_hours(1);
    let again = keyed.post("/api/work_sessions", body).await;
    assert_eq!((again.status, &again.bytes, again.header("idempotency-replayed")), (201, &recorded.bytes, Some("true")));
    assert_eq!(totals(&ann).await, [json!(2.5), json!(1), json!(1)]);
}

#[tokio::test]
async fn stated_times_are_held_to_the_rules() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let good = record(&ann, "2026-01-13T09:00:00Z", "2026-01-14T09:00:00Z").await.text("id");
    let path = format!("/api/work_sessions/{good}");
    let times: &[(Value, Value)] = &[
        (json!("2026-01-14T09:00:00Z"), json!("2026-01-14T09:00:00Z")),
        (json!("2026-01-14T09:00:00Z"), json!("2026-01-14T08:00:00Z")),
        (json!("2026-01-14T09:00:00Z"), json!("2026-01-14T10:00:01Z")),
        (json!("2026-01-12T09:00:00Z"), json!("2026-01-13T09:00:01Z")),
        (json!("1999-12-31T20:00:00Z"), json!("1999-12-31T21:00:00Z")),
        (json!("2026-01-14T09:00:00"), json!("2026-01-14T10:00:00Z")),
        (json!("yesterday"), json!("2026-01-14T10:00:00Z")),
        (json!("2026-01-14T09:00:00Z"), json!("")),
        (json!(5), json!("2026-01-14T10:00:00Z")),
    ];
    for (start, end) in times {
        let body = json!({ "user_id": ann.id, "start_time": start, "end_time": end });
        ann.post("/api/work_sessions", body.clone()).await.assert_error(400, "invalid_field");
        ann.patch(&path, body).await.assert_error(400, "invalid_field");
    }
    for body in [json!({ "start_time": "2026-01-14T09:00:00Z" }), json!({ "end_time": "2026-01-14T09:00:00Z" })] {
        let mut body = body.clone();
        body["user_id"] = json!(ann.id);
        ann.post("/api/work_sessions", body).await.assert_error(400, "invalid_field");
    }
    ann.post("/api/work_sessions", json!({})).await.assert_error(400, "missing_user_id");
    ann.patch(&path, json!({ "note": "é".repeat(1001) })).await.assert_error(400, "invalid_field");
    assert_eq!(totals(&ann).await, [json!(24.0), json!(1), json!(1)]);
}

#[tokio::test]
async fn no_two_sessions_overlap() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    // Long ago and long, so that it is found by how long sessions can be.
    let long = ann.start().await.text("id");
    app.advance_hours(50);
    ann.end(&long).await;
    app.advance_hours(10);
    let active = ann.start().await.text("id");
    app.advance_hours(1);
    let overlap = async |start: &str, end: &str, other: &str| {
        let answer = record(&ann, start, end).await;
        answer.assert_error(409, "sessions_overlap").assert_says(&format!("It would overlap the work session {other}"));
    };
    overlap("2026-01-16T11:00:00Z", "2026-01-16T13:00:00Z", &long).await;
    overlap("2026-01-14T09:00:00Z", "2026-01-14T10:00:01Z", &long).await;
    overlap("2026-01-15T01:00:00Z", "2026-01-15T02:00:00Z", &long).await;
    overlap("2026-01-16T21:00:00Z", "2026-01-16T22:00:01Z", &active).await;
    overlap("2026-01-16T22:30:00Z", "2026-01-16T22:40:00Z", &active).await;
    // Ends that touch do not overlap.
    let before = record(&ann, "2026-01-14T09:00:00Z", "2026-01-14T10:00:00Z").await;
    let after = record(&ann, "2026-01-16T12:00:00Z", "2026-01-16T22:00:00Z").await;
    assert_eq!((before.status, after.status), (201, 201), "{before:?} {after:?}");
    let path = format!("/api/work_sessions/{}", before.text("id"));
    ann.patch(&path, json!({ "end_time": "2026-01-14T10:00:00.000001Z" })).await.assert_error(409, "sessions_overlap");
    assert_eq!(ann.patch(&path, json!({ "start_time": "2026-01-14T08:00:00Z" })).await.body["duration"], 2.0);
    // What is somebody else's is in nobody's way.
    let bob = app.user("bob").await;
    assert_eq!(record(&bob, "2026-01-16T11:00:00Z", "2026-01-16T13:00:00Z").await.status, 201);
}

#[tokio::test]
async fn a_correction_counts_from_then_on_and_keeps_what_was_there() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    record(&ann, "2026-01-10T09:00:00Z", "2026-01-10T10:00:00Z").await;
    let session = record(&ann, "2026-01-12T09:00:00Z", "2026-01-12T12:00:00Z").await;
    let path = format!("/api/work_sessions/{}", session.text("id"));
    assert_eq!(totals(&ann).await, [json!(4.0), json!(2), json!(1)]);
    let moved = json!({ "start_time": "2026-01-11T09:00:00Z", "end_time": "2026-01-11T10:00:00Z", "note": "moved" });
    let edited = ann.patch(&path, moved.clone()).await;
    assert_eq!((edited.status, &edited.body["duration"], &edited.body["note"]), (200, &json!(1.0), &json!("moved")));
    let former = json!({ "start_time": "2026-01-12T09:00:00.000000Z", "end_time": "2026-01-12T12:00:00.000000Z", "note": null });
    assert_eq!(edited.body["edits"], json!([{ "at": "2026-01-14T10:00:02.000000Z", "by": ann.id, "former": former }]));
    assert_eq!(totals(&ann).await, [json!(2.0), json!(2), json!(2)]);
    // The same again, or nothing, changes nothing.
    for body in [moved, json!({}), json!({ "note": " moved " })] {
        let same = ann.patch(&path, body).await;
        assert_eq!((&same.body, same.header("etag")), (&edited.body, edited.header("etag")));
    }
    let tag = session.header("etag").expect("a tag").to_owned();
    ann.clone().with_header("if-match", &tag).patch(&path, json!({ "note": null })).await.assert_error(412, "stale_etag");
    let cleared = admin.patch(&format!("{path}?user_id={}", ann.id), json!({ "note": null })).await;
    assert_eq!(cleared.body["note"], json!(null));
    assert_eq!(cleared.body["edits"][1]["by"], json!(admin.id));
    assert_eq!(cleared.body["edits"][1]["former"], json!({ "note": "moved" }));
}

#[tokio::test]
async fn pauses_end_with_the_session_that_is_shortened() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    for (what, minutes) in [("pause", 60), ("resume", 60), ("pause", 60), ("resume", 60), ("end", 60)] {
        app.advance_seconds(minutes * 60);
        assert_eq!(ann.post_empty(&format!("{path}/{what}")).await.status, 200);
    }
    let edited = ann.patch(&path, json!({ "start_time": "2026-01-14T11:30:00Z", "end_time": "2026-01-14T12:30:00Z" })).await;
    let pauses = json!([{ "from": "2026-01-14T11:30:00.000000Z", "to": "2026-01-14T12:00:00.000000Z" }]);
    assert_eq!((&edited.body["pauses"], &edited.body["duration"]), (&pauses, &json!(0.5)));
}

#[tokio::test]
async fn the_note_of_an_active_session_is_no_correction() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    app.advance_hours(1);
    ann.patch(&path, json!({ "end_time": "2026-01-14T10:30:00Z" })).await.assert_error(409, "session_active");
    let noted = ann.patch(&path, json!({ "note": "a plan" })).await;
    assert_eq!(
        (&noted.body["note"], &noted.body["edits"], &noted.body["end_time"]),
        (&json!("a plan"), &json!([]), &json!(null))
    );
    assert_eq!(ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body, noted.body);
    assert_eq!(ann.post_empty(&format!("{path}/end")).await.body["note"], "a plan");
}

#[tokio::test]
async fn a_session_is_not_corrected_without_end() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let session = record(&ann, "2026-01-14T08:00:00Z", "2026-01-14T09:00:00Z").await;
    let path = format!("/api/work_sessions/{}", session.text("id"));
    for n in 0..200 {
        assert_eq!(ann.patch(&path, json!({ "note": n.to_string() })).await.status, 200);
    }
    ann.patch(&path, json!({ "note": "more" })).await.assert_error(409, "too_many_edits");
    assert_eq!(ann.get(&path).await.body["edits"].as_array().map(Vec::len), Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_overlap_recorded_at_once_one_is_there() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let elsewhere = app.another(&[LONG_TOKENS]).anonymous().with_token(ann.token(), &ann.id);
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..40 {
        let client = if n % 2 == 0 { ann.clone() } else { elsewhere.clone() };
        let start = format!("2026-01-13T10:{n:02}:00Z");
        callers.spawn(async move { record(&client, &start, "2026-01-13T12:00:00Z").await });
    }
    let answers = callers.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)), "{answers:?}");
    assert_eq!(totals(&ann).await[1], json!(1));
}
