//! Work sessions, as docs/API.md promises them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{TestApp, app_with_admin, shown::shown, time},
};

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
async fn what_was_done_offline_is_recorded_as_it_was() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let at = |text: &str| json!({ "user_id": ann.id, "at": format!("2026-01-{text}Z") });
    let start = "/api/work_sessions/start";
    for (body, rule) in [
        (at("14T10:02:00.000001"), "must not be more than 2 minutes in the future"),
        (at("13T09:59:59.999999"), "must be at most 24 hours ago"),
        (
            json!({ "user_id": ann.id, "at": "2026-01-14T09:00:00" }),
            "must be a time with its offset, such as 2026-01-14T10:15:30Z",
        ),
        (json!({ "user_id": ann.id, "at": null }), "is required"),
    ] {
        let refused = ann.post(start, body).await;
        refused.assert_error(400, "invalid_field").assert_says(&format!("Field 'at' {rule}"));
        assert_eq!(refused.text("field"), "at");
    }
    let keyed = ann.clone().with_header("idempotency-key", "k");
    let started = keyed.post(start, at("14T08:00:00.000007")).await;
    assert_eq!((started.status, started.text("start_time").as_str()), (201, "2026-01-14T08:00:00.000007Z"));
    assert_eq!(keyed.post(start, at("14T08:00:00.000007")).await.body, started.body);
    keyed.post(start, at("14T08:00:00.000008")).await.assert_error(422, "idempotency_key_reused");
    let path = format!("/api/work_sessions/{}", started.text("id"));
    for (what, before, good) in [
        ("pause", "14T08:00:00", "14T08:30:00"),
        ("resume", "14T08:29:59", "14T09:00:00"),
        ("end", "14T08:59:59", "14T09:30:00.000007"),
    ] {
        let path = format!("{path}/{what}");
        let stale = ann.clone().with_header("if-match", "\"0193c7a85b6e7d2f8a1b0c9d8e7f6a5b\"");
        stale.post(&path, at(good)).await.assert_error(412, "stale_etag");
        for bad in [before, "14T10:03:00", "13T09:00:00"] {
            let refused = ann.post(&path, at(bad)).await;
            assert_eq!(refused.assert_error(400, "invalid_field").text("field"), "at", "{what} {bad}");
        }
        let tag = ann.get(&format!("/api/work_sessions/{}", started.text("id"))).await.header("etag").expect("a tag").to_owned();
        let done = ann.clone().with_header("if-match", &tag).post(&path, at(good)).await;
        assert_eq!(done.status, 200, "{done:?}");
        // Once more says nothing new, whenever that is said to have been.
        assert_eq!(ann.post(&path, at("14T09:45:00")).await.body, done.body);
    }
    let ended = ann.get(&path).await.body;
    assert_eq!((&ended["end_time"], &ended["duration"]), (&json!("2026-01-14T09:30:00.000007Z"), &json!(1.0)));
    let other = ann.post(start, at("14T09:30:00.000006")).await;
    other.assert_error(409, "sessions_overlap").assert_says(&format!("It would overlap the work session {}", started.text("id")));
    // One that is older than another cannot go on.
    ann.post(start, at("14T07:00:00")).await.assert_error(409, "sessions_overlap");
    assert_eq!(ann.post(start, at("14T09:30:00.000007")).await.status, 201);
    assert_clean(&app).await;
}

#[tokio::test]
async fn sessions_are_listed_by_the_dates_on_which_they_began() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "America/New_York" })).await;
    // The 10th ends at five in the morning.
    for (start, end) in [
        ("2026-01-10T04:59:59Z", "2026-01-10T05:30:00Z"),
        ("2026-01-11T05:00:00Z", "2026-01-11T06:00:00Z"),
        ("2026-01-11T04:00:00Z", "2026-01-11T05:00:00Z"),
        ("2026-01-12T04:59:59Z", "2026-01-12T09:00:00Z"),
        ("2026-01-12T09:00:00Z", "2026-01-12T10:00:00Z"),
    ] {
        assert_eq!(ann.record(time(start), time(end)).await.status, 201);
    }
    let starts = |sessions: &[Value]| {
        sessions.iter().map(|one| one["start_time"].as_str().expect("a time")[5..13].to_owned()).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("from=2026-01-10&to=2026-01-10", &["01-11T04"][..]),
        ("from=2026-01-10&to=2026-01-11", &["01-11T04", "01-11T05", "01-12T04"]),
        ("from=2026-01-12", &["01-12T09"]),
        ("to=2026-01-09", &["01-10T04"]),
        ("from=2026-01-13&to=9999-12-31", &[]),
    ] {
        let path = format!("/api/work_sessions?{query}");
        assert_eq!(starts(&ann.all_pages(&path, 1).await), expected, "{query}");
        let theirs = admin.get(&format!("{path}&user_id={}", ann.id)).await.body;
        assert_eq!(starts(theirs.as_array().expect("a list")), expected, "{query}");
        admin.get(&path).await.assert_error(400, "invalid_parameter");
    }
    for query in ["from=2026-01-11&to=2026-01-10", "from=", "to=2026-1-1", "from=2026-01-32", "to=10000-01-01"] {
        ann.get(&format!("/api/work_sessions?{query}")).await.assert_error(400, "invalid_parameter");
    }
    let page = ann.get("/api/work_sessions?from=2026-01-10&to=2026-01-11&limit=1").await.next_page().expect("a page");
    assert!(page.contains("from=2026-01-10&to=2026-01-11"), "{page}");
    ann.get(&page.replace("to=2026-01-11", "to=2026-01-12")).await.assert_error(400, "invalid_cursor");
}

#[tokio::test]
async fn only_an_empty_body_confirms_a_guess() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    app.advance_hours(13);
    app.do_due().await.expect("done");
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
