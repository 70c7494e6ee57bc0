//! Tasks, as docs/API.md promises them.

mod bulk;
mod carry_over;
mod chains;
mod chosen_ids;
mod commits;
mod fields;
mod filters;
mod histories;
mod series;
mod steps;
mod timers;
mod trash;
mod views;

use axum::body::Body;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{TestApp, app_with_admin, shown::shown};

#[tokio::test]
async fn a_task_is_created_and_read() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = ann.create_task("  Write the report ").await;
    let id = made.text("id");
    assert_snapshot!(shown(&made), @r#"
    201
    location: /api/tasks/[id 1]
    {
      "carried_over": 0,
      "client_id": null,
      "completed": false,
      "completed_at": null,
      "created_at": "2026-01-14T10:00:00.000000Z",
      "deleted_at": null,
      "due_on": null,
      "due_time": null,
      "estimate_minutes": null,
      "external": [],
      "id": "[id 1]",
      "notes": null,
      "overdue": false,
      "planned_for": null,
      "priority": "medium",
      "recurrence": null,
      "series_id": null,
      "spent_seconds": 0,
      "subtasks": [],
      "tags": [],
      "timer_needs_review": false,
      "timer_started_at": null,
      "title": "Write the report",
      "updated_at": null,
      "user_id": "[id 2]"
    }
    "#);
    assert_eq!(made.text("user_id"), ann.id);
    let read = ann.get(&format!("/api/tasks/{id}")).await;
    assert_eq!((read.status, &read.body, read.header("etag")), (200, &made.body, made.header("etag")));
}

#[tokio::test]
async fn what_cannot_be_a_task_is_refused() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let post = async |body| ann.post("/api/tasks", body).await;
    for body in [
        json!({ "user_id": ann.id }),
        json!({ "user_id": ann.id, "title": " \t" }),
        json!({ "user_id": ann.id, "title": null }),
        json!({}),
    ] {
        post(body).await.assert_error(400, "invalid_field").assert_says("Task title cannot be empty");
    }
    post(json!({ "user_id": ann.id, "title": "x".repeat(501) })).await.assert_error(400, "invalid_field");
    post(json!({ "user_id": ann.id, "title": 7 })).await.assert_error(400, "invalid_field");
    for body in [json!({ "title": "x" }), json!({ "title": "x", "user_id": "" }), json!({ "title": "x", "user_id": null })] {
        post(body).await.assert_error(400, "missing_user_id").assert_says("Task must be associated to a user_id");
    }
    post(json!({ "title": "x", "user_id": "user_123" })).await.assert_error(403, "forbidden");
    assert_eq!(ann.stats().await["total_tasks"], 0);
    assert_eq!(post(json!({ "user_id": ann.id.to_uppercase(), "title": "é".repeat(500), "more": [1] })).await.status, 201);
}

#[tokio::test]
async fn completing_is_the_default_action_and_changes_nothing_twice() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/tasks/{}", ann.create_task("a").await.text("id"));
    app.advance_seconds(60);
    let done = ann.send("PATCH", &path, None).await;
    assert_eq!(done.status, 200);
    assert_eq!(done.body["completed"], true);
    assert_eq!(done.body["completed_at"], "2026-01-14T10:01:00.000000Z");
    assert_eq!(done.body["updated_at"], "2026-01-14T10:01:00.000000Z");
    app.advance_seconds(60);
    for body in [json!({}), json!({ "action": "complete" }), json!({ "action": "complete", "more": 1 })] {
        let again = ann.patch(&path, body).await;
        assert_eq!((&again.body, again.header("etag")), (&done.body, done.header("etag")));
    }
    assert_eq!(ann.stats().await["completed_tasks"], 1);
}

#[tokio::test]
async fn a_task_counts_for_the_date_on_which_it_is_said_to_have_been_completed() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Asia/Tokyo" })).await;
    let task = ann.create_task("a").await;
    let path = format!("/api/tasks/{}", task.text("id"));
    app.advance_hours(40 * 24);
    let complete = |at: &str| json!({ "action": "complete", "completed_at": at });
    for (body, rule) in [
        (complete("2026-02-23T10:02:01Z"), "must not be more than 2 minutes in the future"),
        (complete("2026-01-23T09:59:59Z"), "must be at most 31 days ago"),
        (complete("2026-01-14"), "must be a time with its offset, such as 2026-01-14T10:15:30Z"),
        (json!({ "completed_at": "2026-02-20T10:00:00Z" }), "needs the action 'complete'"),
        (json!({ "completed_at": "2026-02-20T10:00:00Z", "title": "b" }), "needs the action 'complete'"),
        (json!({ "completed_at": "2026-02-20T10:00:00Z", "action": "reopen" }), "needs the action 'complete'"),
        (json!({ "completed_at": null, "action": "complete" }), "is required"),
    ] {
        let refused = ann.patch(&path, body).await;
        refused.assert_error(400, "invalid_field").assert_says(&format!("Field 'completed_at' {rule}"));
    }
    assert_eq!(ann.get(&path).await.body, task.body);
    // Five past midnight where the user is.
    let done = ann.patch(&path, complete("2026-02-20T15:05:00Z")).await;
    assert_eq!((done.status, done.text("completed_at").as_str()), (200, "2026-02-20T15:05:00.000000Z"), "{done:?}");
    assert_eq!(done.text("updated_at"), "2026-02-23T10:00:00.000000Z");
    let days = ann.get(&format!("/api/stats/{}/days?from=2026-02-01", ann.id)).await.body["days"].clone();
    assert_eq!((&days[0]["date"], &days[0]["completed_tasks"]), (&json!("2026-02-21"), &json!(1)), "{days}");
    // It is completed, whenever somebody says so once more.
    assert_eq!(ann.patch(&path, complete("2026-02-22T15:05:00Z")).await.body, done.body);
    let new = format!("/api/tasks/{}", ann.create_task("new").await.text("id"));
    let refused = ann.patch(&new, complete("2026-02-23T09:59:59Z")).await;
    refused.assert_error(400, "invalid_field").assert_says("Field 'completed_at' must not be before the task's creation");
    assert_eq!(ann.patch(&path, json!({ "action": "reopen" })).await.status, 200);
    assert_eq!(ann.stats().await["longest_streak"], 0);
    crate::import::assert_clean(&app).await;
}

#[tokio::test]
async fn only_no_body_and_an_empty_one_complete() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/tasks/{}", ann.create_task("a").await.text("id"));
    let open = ann.get(&path).await;
    for (body, field) in [
        (json!({ "title": null }), "title"),
        (json!({ "action": null }), "action"),
        (json!({ "action": null, "title": "b" }), "action"),
        (json!({ "completed": false }), "completed"),
        (json!({ "completed": true }), "completed"),
        (json!({ "name": "x" }), "name"),
        (json!({ "Title": "x" }), "Title"),
        (json!({ "": {} }), ""),
    ] {
        let refused = ann.patch(&path, body.clone()).await;
        assert_eq!((refused.status, refused.text("field").as_str()), (400, field), "{body}");
        assert_eq!(ann.get(&path).await.body, open.body, "{body}");
    }
    let doubled = Body::from(r#"{"title":"b","title":"c"}"#);
    let refused = ann.send_raw("PATCH", &path, Some("application/json"), doubled).await;
    refused.assert_error(400, "invalid_field").assert_says("Field 'title' is given more than once");
    // A field that is known is enough, and completes nothing.
    let renamed = ann.patch(&path, json!({ "title": "b", "completed": true })).await;
    assert_eq!((renamed.text("title").as_str(), &renamed.body["completed"]), ("b", &json!(false)));
    for body in [Some(json!({})), None] {
        let path = format!("/api/tasks/{}", ann.create_task("c").await.text("id"));
        assert_eq!(ann.send("PATCH", &path, body).await.body["completed"], true);
    }
    assert_eq!(ann.stats().await["completed_tasks"], 2);
}

#[tokio::test]
async fn an_error_names_the_field_and_the_rule() {
    let app = TestApp::new();
    let ann = app.user("ann").await.with_header("x-request-id", "a-request");
    let refused = ann.post("/api/tasks", json!({ "user_id": ann.id, "title": "x".repeat(501) })).await;
    assert_snapshot!(shown(&refused), @r#"
    400
    {
      "code": "invalid_field",
      "error": "Task title cannot be longer than 500 characters",
      "field": "title",
      "request_id": "a-request"
    }
    "#);
    let refused = ann.post("/api/tasks", json!({ "title": "x", "user_id": "" })).await;
    assert_snapshot!(shown(&refused), @r#"
    400
    {
      "code": "missing_user_id",
      "error": "Task must be associated to a user_id",
      "field": "user_id",
      "request_id": "a-request"
    }
    "#);
}

#[tokio::test]
async fn a_task_is_reopened_and_renamed() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/tasks/{}", ann.complete_new_task().await);
    let open = ann.patch(&path, json!({ "action": "reopen", "title": " b " })).await;
    assert_eq!(open.body["completed"], false);
    assert_eq!(open.body["completed_at"], json!(null));
    assert_eq!(open.body["title"], "b");
    assert_eq!(ann.patch(&path, json!({ "action": "reopen" })).await.body, open.body);
    assert_eq!(ann.stats().await["completed_tasks"], 0);
    let renamed = ann.patch(&path, json!({ "title": "c" })).await;
    assert_eq!((renamed.text("title").as_str(), &renamed.body["completed"]), ("c", &json!(false)));
    ann.patch(&path, json!({ "title": " " })).await.assert_error(400, "invalid_field").assert_says("Task title cannot be empty");
    let refused = ann.patch(&path, json!({ "action": "explode" })).await;
    let sentence = refused.assert_error(400, "unsupported_action").text("error");
    assert!(sentence.contains("complete") && sentence.contains("reopen"), "{sentence}");
}

#[tokio::test]
async fn a_deleted_task_is_gone() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/tasks/{}", ann.complete_new_task().await);
    let deleted = ann.delete(&path).await;
    assert_eq!((deleted.status, deleted.bytes.len()), (204, 0));
    for answer in [ann.get(&path).await, ann.delete(&path).await, ann.patch(&path, json!({})).await] {
        answer.assert_error(404, "not_found");
    }
    assert_eq!(ann.get("/api/tasks").await.body, json!([]));
    let stats = ann.stats().await;
    assert_eq!((&stats["total_tasks"], &stats["completed_tasks"], &stats["current_streak"]), (&json!(0), &json!(0), &json!(0)));
}

#[tokio::test]
async fn an_unknown_id_is_not_found_whatever_it_looks_like() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for id in ["0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "user_123", "%00", "%ff", "..", "a%20b"] {
        let answer = ann.get(&format!("/api/tasks/{id}")).await;
        answer.assert_error(404, "not_found");
        if !id.contains("..") {
            answer.assert_says("Task not found");
        }
    }
    ann.patch("/api/tasks", json!({}))
        .await
        .assert_error(400, "missing_task_id")
        .assert_says("Task id is required in route (tasks/{id})");
}

#[tokio::test]
async fn an_admin_may_name_anybody() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let made = admin.post("/api/tasks", json!({ "title": "x", "user_id": ann.id })).await;
    assert_eq!((made.status, made.text("user_id")), (201, ann.id.clone()));
    let path = format!("/api/tasks/{}", made.text("id"));
    assert_eq!(ann.get(&path).await.status, 200);
    admin.get(&path).await.assert_error(404, "not_found");
    assert_eq!(admin.get(&format!("{path}?user_id={}", ann.id)).await.status, 200);
    ann.get(&format!("{path}?user_id={}", admin.id)).await.assert_error(403, "forbidden");
    assert_eq!(admin.patch(&format!("{path}?user_id={}", ann.id), json!({})).await.status, 200);
    assert_eq!(ann.stats().await["completed_tasks"], 1);
    let nobody = "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b";
    admin.post("/api/tasks", json!({ "title": "x", "user_id": nobody })).await.assert_error(404, "not_found");
}
