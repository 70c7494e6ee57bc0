//! Work sessions, as docs/API.md promises them.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{TestApp, shown::shown};

#[tokio::test]
async fn a_session_is_started_and_ended() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let started = ann.start().await;
    let id = started.text("id");
    assert_snapshot!(shown(&started), @r#"
    201
    location: /api/work_sessions/[id 1]
    {
      "duration": null,
      "edits": [],
      "end_time": null,
      "ended_by": null,
      "id": "[id 1]",
      "needs_review": false,
      "note": null,
      "paused": false,
      "pauses": [],
      "start_time": "2026-01-14T10:00:00.000000Z",
      "user_id": "[id 2]"
    }
    "#);
    let path = format!("/api/work_sessions/{id}");
    assert_eq!(ann.get(&path).await.body, started.body);
    assert_eq!(ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body, started.body);

    app.advance_seconds(2 * 3600 + 1800);
    let ended = ann.end(&id).await;
    assert_eq!(ended.status, 200);
    assert_eq!(ended.body["end_time"], "2026-01-14T12:30:00.000000Z");
    assert_eq!(ended.body["duration"], 2.5);
    assert_eq!(ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body, json!({ "active": false }));

    app.advance_hours(1);
    assert_eq!(ann.end(&id).await.body, ended.body);
    assert_eq!(ann.post_empty(&path).await.body, ended.body);
    let stats = ann.stats().await;
    assert_eq!((&stats["total_sessions"], &stats["total_hours"]), (&json!(1), &json!(2.5)));
}

#[tokio::test]
async fn the_older_address_ends_a_session_too() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.start().await.text("id");
    let ended = ann.post(&format!("/api/work_sessions/{id}"), json!({ "ignored": true })).await;
    assert_eq!((ended.status, &ended.body["duration"]), (200, &json!(0.0)));
    assert_eq!(ann.start().await.status, 201);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for body in [json!({}), json!({ "user_id": "" }), json!({ "user_id": null })] {
        ann.post("/api/work_sessions/start", body)
            .await
            .assert_error(400, "missing_user_id")
            .assert_says("Field 'user_id' is required");
    }
    for query in ["", "?user_id="] {
        let answer = ann.get(&format!("/api/work_sessions/active{query}")).await;
        answer.assert_error(400, "missing_user_id").assert_says("Query parameter 'user_id' is required");
    }
    for id in ["0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "nonsense"] {
        ann.end(id).await.assert_error(404, "not_found");
        ann.get(&format!("/api/work_sessions/{id}")).await.assert_error(404, "not_found");
    }
}

#[tokio::test]
async fn only_an_empty_body_confirms_a_guess() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    app.advance_hours(13);
    let ctx = app.app.jobs.ctx(None);
    app.app.jobs.run(&ctx, "work_sessions_due", json!({ "user_id": ann.id })).await.expect("a sweep");
    let guessed = ann.get(&path).await;
    assert_eq!(guessed.body["needs_review"], true, "{guessed:?}");
    for (body, field) in [
        (json!({ "endTime": "2026-01-14T12:00:00Z" }), "endTime"),
        (json!({ "end_time": null }), "end_time"),
        (json!({ "start_time": null }), "start_time"),
        (json!({ "needs_review": false }), "needs_review"),
        (json!({ "end_time": "noon" }), "end_time"),
        (json!({ "start_time": "2026-01-14T12:00:00Z", "end_time": "2026-01-14T11:00:00Z" }), "end_time"),
        (json!({ "note": [] }), "note"),
    ] {
        let refused = ann.patch(&path, body.clone()).await;
        assert_eq!(refused.assert_error(400, "invalid_field").text("field"), field, "{body}");
        assert_eq!(ann.get(&path).await.body, guessed.body, "{body}");
    }
    ann.send("PATCH", &path, None).await.assert_error(400, "invalid_json");
    let confirmed = ann.patch(&path, json!({})).await;
    assert_eq!((&confirmed.body["needs_review"], &confirmed.body["edits"]), (&json!(false), &json!([])), "{confirmed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_starts_at_once_one_succeeds() {
    let app = TestApp::new();
    // Two instances of the program, so that no lock within one of them decides it.
    let other = app.another(&[]);
    let ann = app.user("ann").await;
    let also_ann = other.login("ann").await;
    let mut starts = tokio::task::JoinSet::new();
    for n in 0..1_000 {
        let client = if n % 2 == 0 { ann.clone() } else { also_ann.clone() };
        starts.spawn(async move { client.start().await });
    }
    let answers = starts.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.assert_error(400, "active_session_exists").assert_says("Active session already exists");
    }
    assert_eq!(ann.get("/api/work_sessions").await.body.as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_at_once_counts_once() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.start().await.text("id");
    app.advance_hours(1);
    let mut ends = tokio::task::JoinSet::new();
    for client in [&ann, &app.another(&[("JWT_EXP_MINUTES", "525600")]).login("ann").await].into_iter().cycle().take(40) {
        let (client, id) = (client.clone(), id.clone());
        ends.spawn(async move { client.end(&id).await });
    }
    let answers = ends.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    let stats = ann.stats().await;
    assert_eq!(
        (&stats["total_sessions"], &stats["total_hours"], &stats["active_session"]),
        (&json!(1), &json!(1.0), &json!(false))
    );
}
