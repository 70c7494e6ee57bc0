//! The trash: what is in it, what can still be done with it, and until when.

use serde_json::{Value, json};

use crate::{
    changes::Mirror,
    import::assert_clean,
    support::{Client, TestApp, task_path},
};

/// A task with something of everything, completed and timed.
async fn finished(app: &TestApp, ann: &Client) -> Value {
    let task = ann
        .task_with(
            json!({ "title": "finished", "notes": "n", "tags": ["a"], "planned_for": "2026-01-14", "estimate_minutes": 30 }),
        )
        .await;
    assert_eq!(ann.post_empty(&format!("{}/timer/start", task_path(&task))).await.status, 200);
    app.advance_seconds(600);
    ann.change_task(&task, json!({ "action": "complete" })).await
}

async fn day(ann: &Client) -> Value {
    ann.get(&format!("/api/stats/{}/days?from=2026-01-14&to=2026-01-14", ann.id)).await.body["days"][0].clone()
}

async fn counted(ann: &Client) -> [Value; 2] {
    let mut stats = ann.stats().await;
    stats.as_object_mut().expect("an object").remove("as_of");
    let mut day = day(ann).await;
    // When something was done stays so.
    for field in ["first_activity", "last_activity"] {
        day.as_object_mut().map(|day| day.remove(field));
    }
    [stats, day]
}

#[tokio::test]
async fn a_deleted_task_is_counted_no_more_and_again_as_it_was_once_restored() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = finished(&app, &ann).await;
    let with = counted(&ann).await;
    app.advance_hours(1);
    assert_eq!(ann.delete(&task_path(&task)).await.status, 204);
    let stats = ann.stats().await;
    assert_eq!((&stats["total_tasks"], &stats["completed_tasks"], &stats["current_streak"]), (&json!(0), &json!(0), &json!(0)));
    assert_eq!(day(&ann).await["completed_tasks"], json!(0));
    assert_clean(&app).await;
    app.advance_hours(1);
    let restored = ann.post_empty(&format!("{}/restore", task_path(&task))).await;
    let mut expected = task.clone();
    expected["updated_at"] = json!("2026-01-14T12:10:00.000000Z");
    assert_eq!((restored.status, &restored.body), (200, &expected));
    assert_eq!(ann.get(&task_path(&task)).await.header("etag"), restored.header("etag"));
    assert_eq!(counted(&ann).await, with);
    assert_clean(&app).await;
    // What is not there is as it is.
    app.advance_seconds(1);
    let again = ann.post_empty(&format!("{}/restore", task_path(&task))).await;
    assert_eq!((again.status, &again.body, again.header("etag")), (200, &expected, restored.header("etag")));
}

#[tokio::test]
async fn every_other_route_answers_404_for_what_is_in_the_trash() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({ "subtasks": [{ "title": "a step" }] })).await;
    let path = task_path(&task);
    assert_eq!(ann.delete(&path).await.status, 204);
    let step = format!("{path}/subtasks/{}", task["subtasks"][0]["id"].as_str().expect("an id"));
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("PATCH", path.clone(), None),
        ("PATCH", path.clone(), Some(json!({ "title": "b" }))),
        ("PATCH", path.clone(), Some(json!({ "action": "reopen" }))),
        ("DELETE", path.clone(), None),
        ("DELETE", format!("{path}?permanent=false"), None),
        ("POST", format!("{path}/timer/start"), None),
        ("POST", format!("{path}/timer/stop"), None),
        ("PATCH", step, Some(json!({ "completed": true }))),
    ] {
        ann.send(method, &path, body).await.assert_error(404, "not_found").assert_says("Task not found");
    }
    for op in ["update", "complete", "reopen", "delete"] {
        let refused = ann.post("/api/tasks/bulk", json!({ "operations": [{ "op": op, "id": task["id"] }] })).await;
        refused.assert_error(404, "not_found");
    }
    for query in ["", "completed=false", "view=inbox", "q=task", "tag=a", "sort=title", "priority=medium", "trashed=false"] {
        assert_eq!(ann.titles(query).await, Vec::<String>::new(), "{query}");
    }
    ann.delete(&format!("{path}?permanent=yes")).await.assert_error(400, "invalid_parameter");
    assert_eq!(ann.titles("trashed=true").await, ["a task"]);
}

#[tokio::test]
async fn the_trash_shows_what_is_in_it_the_latest_first() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut tasks = Vec::new();
    for n in 0..4 {
        tasks.push(ann.task_with(json!({ "title": n.to_string(), "tags": [format!("of {}", n % 2)] })).await);
        app.advance_seconds(1);
    }
    for n in [1, 3, 0] {
        assert_eq!(ann.delete(&task_path(&tasks[n])).await.status, 204);
        app.advance_seconds(1);
    }
    assert_eq!(ann.titles("trashed=true").await, ["0", "3", "1"]);
    assert_eq!(ann.titles("trashed=true&tag=of%201").await, ["3", "1"]);
    assert_eq!(ann.titles("trashed=true&sort=title").await, ["0", "1", "3"]);
    assert_eq!(ann.titles("trashed=true&completed=true").await, Vec::<String>::new());
    let pages = ann.all_pages("/api/tasks?trashed=true", 1).await;
    assert_eq!(json!(pages), ann.get("/api/tasks?trashed=true").await.body);
    assert_eq!(pages[0]["deleted_at"], "2026-01-14T10:00:06.000000Z");
    assert_eq!(ann.titles("").await, ["2"]);
}

#[tokio::test]
async fn after_thirty_days_it_is_gone() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let (one, two) = (finished(&app, &ann).await, finished(&app, &ann).await);
    for task in [&one, &two] {
        assert_eq!(ann.delete(&task_path(task)).await.status, 204);
    }
    app.advance_seconds(30 * 24 * 3600 - 1);
    assert_eq!(ann.titles("trashed=true").await.len(), 2);
    assert_eq!(ann.post_empty(&format!("{}/restore", task_path(&one))).await.status, 200);
    app.advance_seconds(1);
    assert_eq!(ann.titles("trashed=true").await.len(), 0);
    ann.post_empty(&format!("{}/restore", task_path(&two))).await.assert_error(404, "not_found");
    ann.delete(&format!("{}?permanent=true", task_path(&two))).await.assert_error(404, "not_found");
    assert_eq!(ann.titles("").await, ["finished"]);
    assert_clean(&app).await;
}

#[tokio::test]
async fn for_good_is_at_once_in_the_trash_and_out_of_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let (one, two) = (finished(&app, &ann).await, finished(&app, &ann).await);
    let for_good = |task: &Value| format!("{}?permanent=true", task_path(task));
    let stale = ann.clone().with_header("if-match", "\"0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b\"");
    assert_eq!(ann.delete(&task_path(&one)).await.status, 204);
    stale.delete(&for_good(&one)).await.assert_error(412, "stale_etag");
    for task in [&one, &two] {
        assert_eq!(ann.delete(&for_good(task)).await.status, 204);
        ann.delete(&for_good(task)).await.assert_error(404, "not_found");
        ann.post_empty(&format!("{}/restore", task_path(task))).await.assert_error(404, "not_found");
        ann.get(&task_path(task)).await.assert_error(404, "not_found");
    }
    assert_eq!(ann.titles("trashed=true").await.len(), 0);
    assert_eq!(ann.stats().await["total_tasks"], 0);
    assert_clean(&app).await;
}

#[tokio::test]
async fn whoever_follows_changes_sees_it_go_and_come_back() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = finished(&app, &ann).await;
    let mut mirror = Mirror::default();
    mirror.catch_up(&ann).await;
    let mut told = Vec::new();
    let mut token = ann.get("/api/changes").await.text("token");
    for (method, path) in [
        ("DELETE", task_path(&task)),
        ("POST", format!("{}/restore", task_path(&task))),
        ("DELETE", task_path(&task)),
        ("DELETE", format!("{}?permanent=true", task_path(&task))),
    ] {
        app.advance_seconds(1);
        assert!(ann.send(method, &path, None).await.status < 300, "{method} {path}");
        let page = ann.get(&format!("/api/changes?since={token}")).await;
        token = page.text("token");
        let changes = page.body["changes"].as_array().expect("changes");
        told.push(
            changes
                .iter()
                .map(|change| (change["op"].as_str().expect("text").to_owned(), change["item"]["title"].clone()))
                .collect::<Vec<_>>(),
        );
        let mut follower = mirror.clone();
        follower.catch_up(&ann).await;
        follower.assert_equals_the_server(&ann).await;
        mirror.catch_up(&ann).await;
    }
    let delete = vec![("delete".to_owned(), Value::Null)];
    assert_eq!(told, [delete.clone(), vec![("upsert".to_owned(), json!("finished"))], delete.clone(), delete]);
    // Who begins anew is shown nothing of it.
    let mut anew = Mirror::default();
    anew.catch_up(&ann).await;
    assert_eq!(anew.of("tasks"), Vec::<Value>::new());
}

#[tokio::test]
async fn only_its_owner_restores_a_task() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let task = ann.task_with(json!({})).await;
    assert_eq!(ann.delete(&task_path(&task)).await.status, 204);
    bob.post_empty(&format!("{}/restore", task_path(&task))).await.assert_error(404, "not_found");
    bob.delete(&format!("{}?permanent=true", task_path(&task))).await.assert_error(404, "not_found");
    assert_eq!(bob.titles("trashed=true").await, Vec::<String>::new());
    assert_eq!(ann.titles("trashed=true").await, ["a task"]);
}
