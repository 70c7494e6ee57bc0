//! Work sessions, as section 4 of the API's conventions promises them.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_session_is_started_and_ended() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let started = ann.start().await;
    assert_eq!(started.status, 201);
    let id = started.text("id");
    let expected = json!({ "id": id, "user_id": ann.id, "start_time": "2026-01-14T10:00:00.000000Z", "end_time": null, "duration": null,
            "note": null, "paused": false, "pauses": [], "needs_review": false, "ended_by": null, "edits": [] });
    assert_eq!(started.body, expected);
    let path = format!("/api/work_sessions/{id}");
    assert_eq!(started.header("location"), Some(path.as_str()));
    assert_eq!(ann.get(&path).await.body, expected);
    assert_eq!(ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body, expected);

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
