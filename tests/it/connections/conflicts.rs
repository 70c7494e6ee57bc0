//! Edits that were overwritten: shown for thirty days, and made edits again once.

use avanochi::{
    integrations::connections::run::{Conflict, ConflictField, Edited, Side},
    kernel::Id,
    ledger::Decision,
    work::tasks::model::TaskId,
};
use serde_json::{Value, json};

use super::{connect, github, id_of, one, owner, running::state};
use crate::{
    import::assert_clean,
    support::{Answer, Client, TestApp, task_path},
};

/// Notes that a value was lost; the conflict's path.
async fn lose(app: &TestApp, client: &Client, made: &Answer, task: &Value, field: ConflictField, value: &Value) -> String {
    let number = state(app, client, made).await.number;
    let (connection_id, task_id) = (id_of(made), TaskId::parse(task["id"].as_str().expect("an id")).expect("an id"));
    let id = app
        .app
        .shared
        .ledger
        .run(owner(app, client), |change| {
            Box::pin(async move {
                let edited = |side, value: &Value| Edited { side, value: value.clone(), at: Some(change.now()) };
                let conflict = Conflict {
                    id: Id::new(change.next_id()),
                    connection_id,
                    number,
                    task_id,
                    field,
                    kept: edited(Side::Remote, &json!("kept")),
                    lost: edited(Side::Local, value),
                    created_at: change.now(),
                    restored_at: None,
                };
                change.create(&conflict)?;
                Ok(Decision::Write(conflict.id))
            })
        })
        .await
        .expect("written");
    format!("{}/conflicts/{id}", one(made))
}

#[tokio::test]
async fn what_was_lost_is_shown_and_made_an_edit_again_once() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({ "title": "kept", "notes": "n", "due_on": "2026-01-20" })).await;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    for (field, value, member, expected) in [
        (ConflictField::Title, json!("lost"), "title", json!("lost")),
        (ConflictField::Notes, Value::Null, "notes", Value::Null),
        (ConflictField::Notes, json!("noted"), "notes", json!("noted")),
        (ConflictField::Due, json!({ "due_on": "2026-01-21", "due_time": "09:30" }), "due_time", json!("09:30")),
        (ConflictField::Due, Value::Null, "due_on", Value::Null),
        (ConflictField::Completed, json!(true), "completed", json!(true)),
        (ConflictField::Completed, json!(false), "completed", json!(false)),
    ] {
        app.advance_seconds(60);
        let path = lose(&app, &ann, &made, &task, field, &value).await;
        assert_eq!(ann.get(&one(&made)).await.body["counts"]["conflicts"], 1);
        let listed = ann.get(&format!("{}/conflicts", one(&made))).await.body;
        let shown = listed.as_array().expect("a list").last().expect("a conflict").clone();
        assert_eq!((&shown["lost"]["value"], &shown["restored_at"], &shown["field"]), (&value, &Value::Null, &json!(field)));
        app.advance_seconds(60);
        let restored = ann.post_empty(&format!("{path}/restore")).await;
        assert_eq!((restored.status, &restored.body["task"][member]), (200, &expected), "{restored:?}");
        assert_eq!(ann.task(&task).await, restored.body["task"]);
        let restored_at = restored.body["conflict"]["restored_at"].clone();
        assert_eq!(restored_at, restored.body["task"]["updated_at"]);
        app.advance_seconds(60);
        let again = ann.post_empty(&format!("{path}/restore")).await;
        assert_eq!((again.status, &again.body), (200, &restored.body));
        assert_eq!(ann.get(&one(&made)).await.body["counts"]["conflicts"], 0);
    }
    let pages = ann.all_pages(&format!("{}/conflicts", one(&made)), 2).await;
    assert_eq!(pages.len(), 7);
    assert_clean(&app).await;
}

#[tokio::test]
async fn what_is_in_the_trash_is_taken_out_for_it_and_what_is_gone_is_not_found() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.create_task("kept").await.body;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    let other = connect(&ann, github(&json!(["o/b"]))).await;
    let path = lose(&app, &ann, &made, &task, ConflictField::Title, &json!("lost")).await;
    let conflict = path.rsplit('/').next().expect("an id");
    ann.post_empty(&format!("{}/conflicts/{conflict}/restore", one(&other))).await.assert_error(404, "not_found");
    assert_eq!(ann.delete(&task_path(&task)).await.status, 204);
    let restored = ann.post_empty(&format!("{path}/restore")).await;
    assert_eq!((&restored.body["task"]["title"], &restored.body["task"]["deleted_at"]), (&json!("lost"), &Value::Null));

    // A deletion that lost against a change, and a change that lost against a deletion.
    let path = lose(&app, &ann, &made, &task, ConflictField::Deleted, &json!(true)).await;
    let deleted = ann.post_empty(&format!("{path}/restore")).await;
    assert!(deleted.status == 200 && !deleted.body["task"]["deleted_at"].is_null(), "{deleted:?}");
    let path = lose(&app, &ann, &made, &task, ConflictField::Deleted, &json!(false)).await;
    assert_eq!(ann.post_empty(&format!("{path}/restore")).await.body["task"]["deleted_at"], Value::Null);

    let late = lose(&app, &ann, &made, &task, ConflictField::Title, &json!("late")).await;
    let gone = lose(&app, &ann, &made, &task, ConflictField::Title, &json!("gone")).await;
    assert_eq!(ann.delete(&format!("{}?permanent=true", task_path(&task))).await.status, 204);
    ann.post_empty(&format!("{gone}/restore")).await.assert_error(404, "not_found");
    app.advance_hours(30 * 24);
    ann.post_empty(&format!("{late}/restore")).await.assert_error(404, "not_found");
    assert_eq!(ann.get(&format!("{}/conflicts", one(&made))).await.body, json!([]));
    assert_clean(&app).await;
}
