//! The steps of a task: all of them at once, or one by itself.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, task_path};

fn ids(task: &Value) -> Vec<String> {
    let steps = task["subtasks"].as_array().expect("steps");
    steps.iter().map(|step| step["id"].as_str().expect("an id").to_owned()).collect()
}

fn titles(task: &Value) -> Vec<&str> {
    task["subtasks"].as_array().expect("steps").iter().filter_map(|step| step["title"].as_str()).collect()
}

async fn with_three(ann: &Client) -> Value {
    ann.task_with(json!({ "subtasks": [{ "title": "a" }, { "title": "b", "completed": true }, { "title": "c" }] })).await
}

#[tokio::test]
async fn a_list_takes_the_place_of_the_one_before_and_known_ids_stay() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = with_three(&ann).await;
    let before = ids(&task);
    let foreign = "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b";
    let list = json!([{ "id": before[2], "title": "c", "completed": true }, { "id": foreign, "title": "of another" }, { "title": "new" },
        { "id": before[0], "title": "renamed" }, { "id": "no id", "title": "odd" }]);
    let changed = ann.change_task(&task, json!({ "subtasks": list })).await;
    let after = ids(&changed);
    assert_eq!(titles(&changed), ["c", "of another", "new", "renamed", "odd"]);
    assert_eq!((&after[0], &after[3]), (&before[2], &before[0]));
    assert_eq!(changed["subtasks"][0]["completed"], true);
    // What was not completed in the body is not completed.
    assert_eq!(changed["subtasks"][3]["completed"], false);
    let mut distinct = after.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 5);
    assert!(!after.contains(&foreign.to_owned()) && !after.contains(&before[1]));
    // The same list again changes nothing.
    app.advance_seconds(1);
    assert_eq!(ann.change_task(&task, json!({ "subtasks": changed["subtasks"] })).await, changed);
}

#[tokio::test]
async fn one_step_is_changed_by_itself() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = with_three(&ann).await;
    let path = |step: &str| format!("{}/subtasks/{step}", task_path(&task));
    let first = &ids(&task)[0];
    app.advance_seconds(1);
    let done = ann.patch(&path(first), json!({ "completed": true })).await;
    assert_eq!((done.status, &done.body["subtasks"][0]["completed"]), (200, &json!(true)));
    assert_eq!((&done.body["completed"], done.text("updated_at").as_str()), (&json!(false), "2026-01-14T10:00:01.000000Z"));
    app.advance_seconds(1);
    let again = ann.patch(&path(first), json!({ "completed": true })).await;
    assert_eq!((&again.body, again.header("etag")), (&done.body, done.header("etag")));
    let renamed = ann.patch(&path(first), json!({ "title": " A ", "completed": false })).await;
    assert_eq!(renamed.body["subtasks"][0], json!({ "id": first, "title": "A", "completed": false }));
    assert_eq!((titles(&renamed.body), ids(&renamed.body)), (vec!["A", "b", "c"], ids(&task)));
    let stale = ann.clone().with_header("if-match", done.header("etag").expect("a version"));
    stale.patch(&path(first), json!({ "completed": true })).await.assert_error(412, "stale_etag");
    for (body, field) in [
        (json!({ "title": "" }), "title"),
        (json!({ "title": null }), "title"),
        (json!({ "title": "x".repeat(501) }), "title"),
        (json!({ "completed": null }), "completed"),
        (json!({ "completed": 1 }), "completed"),
        (json!({ "done": true }), "done"),
    ] {
        let refused = ann.patch(&path(first), body.clone()).await;
        refused.assert_error(400, "invalid_field");
        assert_eq!(refused.text("field"), field, "{body}");
    }
    for unknown in ["0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "x", task["id"].as_str().expect("an id")] {
        ann.patch(&path(unknown), json!({ "completed": true }))
            .await
            .assert_error(404, "not_found")
            .assert_says("Subtask not found");
    }
    let nowhere = format!("/api/tasks/{first}/subtasks/{first}");
    ann.patch(&nowhere, json!({ "completed": true })).await.assert_error(404, "not_found").assert_says("Task not found");
    assert_eq!(ann.task(&task).await, renamed.body);
}

#[tokio::test]
async fn completing_all_steps_completes_nothing_else_and_the_other_way_round() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = with_three(&ann).await;
    for step in ids(&task) {
        let path = format!("{}/subtasks/{step}", task_path(&task));
        assert_eq!(ann.patch(&path, json!({ "completed": true })).await.body["completed"], false);
    }
    let open =
        |task: &Value| task["subtasks"].as_array().expect("steps").iter().filter(|step| step["completed"] == false).count();
    let other = with_three(&ann).await;
    let done = ann.change_task(&other, json!({ "action": "complete" })).await;
    assert_eq!((&done["completed"], open(&done)), (&json!(true), 2));
    // Afterwards too.
    let done = ann.change_task(&other, json!({ "action": "complete", "complete_subtasks": true })).await;
    assert_eq!((&done["completed"], open(&done)), (&json!(true), 0));
    let both = ann.change_task(&with_three(&ann).await, json!({ "action": "complete", "complete_subtasks": true })).await;
    assert_eq!((&both["completed"], open(&both)), (&json!(true), 0));
    let reopened = ann.change_task(&both, json!({ "action": "reopen" })).await;
    assert_eq!((&reopened["completed"], open(&reopened)), (&json!(false), 0));
}
