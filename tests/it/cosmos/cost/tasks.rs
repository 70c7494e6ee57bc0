//! What is done about tasks, and what each of it costs.

use avanochi::jobs::Event;
use serde_json::{Value, json};

use super::{Book, CHANGE, CREATION, Cost, FREE, PAGE, READ};
use crate::support::{Client, TestApp};

/// The summary, for what today is, and one stretch of one list.
const QUESTION: Cost = Cost { reads: 1, queries: 1, ..FREE };
/// What a change costs that concerns another task, or that asks whether there is one.
const CHANGE_OF_TWO: Cost = Cost { reads: 3, ..CHANGE };

pub async fn tasks(book: &mut Book, ann: &Client) {
    let new = json!({ "title": "a task", "user_id": ann.id });
    let create = "POST /api/tasks";
    let task = book.line(create, "", Some(CREATION), Some([0, 1, 0]), ann.post("/api/tasks", new.clone())).await;
    let keyed = ann.clone().with_header("idempotency-key", "a-key");
    let with_key = ", with an `Idempotency-Key`";
    book.line(create, with_key, Some(CHANGE), None, keyed.post("/api/tasks", new.clone())).await;
    let repeated = ", repeated under its key";
    book.line(create, repeated, Some(CHANGE), None, keyed.post("/api/tasks", new.clone())).await;
    let mut chosen = new;
    chosen["client_id"] = json!("0193c7a8-5b6e-4d2f-8a1b-0c9d8e7f6a5b");
    book.line(create, ", with a `client_id`", Some(CHANGE), None, ann.post("/api/tasks", chosen.clone())).await;
    let known = Cost { batches: 0, ..CHANGE };
    book.line(create, ", with a `client_id` that is known", Some(known), None, ann.post("/api/tasks", chosen)).await;

    let list = "GET /api/tasks";
    book.line(list, "", Some(PAGE), Some([0, 0, 1]), ann.get("/api/tasks")).await;
    for (when, query) in [("those that are open", "completed=false"), ("the latest first", "sort=-created_at")] {
        book.line(list, &format!(", {when}"), Some(PAGE), None, ann.get(&format!("/api/tasks?{query}"))).await;
    }
    one(book, ann, &task.text("id")).await;
    several(book, ann).await;
    questions(book, ann).await;
}

/// Each of the answers has a task.
async fn questions(book: &mut Book, ann: &Client) {
    let due = json!({ "title": "due today", "user_id": ann.id, "due_on": "2026-01-14", "tags": ["home"] });
    let due = ann.post("/api/tasks", due).await;
    let undecided = Cost { reads: 2, ..READ };
    let route = "GET /api/tasks/{id}";
    let path = format!("/api/tasks/{}", due.text("id"));
    book.line(route, ", due around now", Some(undecided), None, ann.get(&path)).await;
    let of_all = ann.get("/api/tasks");
    book.line("GET /api/tasks", ", one of them due around now", Some(QUESTION), None, of_all).await;
    for (when, query) in [
        ("a view", "view=today"),
        ("those that are due within some dates", "due_from=2026-01-01&due_to=2026-01-31"),
        ("those with a tag", "tag=home"),
        ("words", "q=due"),
        ("by another order", "sort=due"),
        ("the trash", "trashed=true"),
    ] {
        let path = format!("/api/tasks?{query}");
        let found = book.line("GET /api/tasks", &format!(", {when}"), Some(QUESTION), None, ann.get(&path)).await;
        assert_ne!(found.body, json!([]), "{query}");
    }
}

async fn one(book: &mut Book, ann: &Client, id: &str) {
    let path = format!("/api/tasks/{id}");
    book.line("GET /api/tasks/{id}", "", Some(READ), Some([1, 0, 0]), ann.get(&path)).await;
    let route = "PATCH /api/tasks/{id}";
    let steps = json!({ "title": "renamed", "subtasks": [{ "title": "a step" }] });
    let changed = book.line(route, ", its fields", Some(CHANGE), None, ann.patch(&path, steps)).await;
    let first = format!("{path}/subtasks/{}", changed.body["subtasks"][0]["id"].as_str().expect("an id"));
    let done = ann.patch(&first, json!({ "completed": true }));
    book.line("PATCH /api/tasks/{id}/subtasks/{sid}", "", Some(CHANGE), None, done).await;
    let other = format!("/api/tasks/{}", ann.create_task("another").await.text("id"));
    let start = "POST /api/tasks/{id}/timer/start";
    book.line(start, "", Some(CHANGE), None, ann.post_empty(&format!("{other}/timer/start"))).await;
    let this = format!("{path}/timer/start");
    book.line(start, ", another one running", Some(CHANGE_OF_TWO), None, ann.post_empty(&this)).await;
    let stop = format!("{path}/timer/stop");
    book.line("POST /api/tasks/{id}/timer/stop", "", Some(CHANGE), None, ann.post_empty(&stop)).await;
    assert_eq!(ann.post_empty(&this).await.status, 200);
    let completing = ann.patch(&path, json!({}));
    book.line(route, ", completing it, its timer running", Some(CHANGE), Some([1, 1, 0]), completing).await;

    let daily = json!({ "title": "daily", "user_id": ann.id, "recurrence": { "every": 1, "unit": "day" } });
    let daily = format!("/api/tasks/{}", ann.post("/api/tasks", daily).await.text("id"));
    let followed = ann.patch(&daily, json!({}));
    book.line(route, ", completing one that recurs", Some(CHANGE_OF_TWO), None, followed).await;
    let again = ann.patch(&daily, json!({ "action": "reopen" }));
    book.line(route, ", reopening one that recurs", Some(CHANGE_OF_TWO), None, again).await;

    let delete = "DELETE /api/tasks/{id}";
    book.line(delete, "", Some(CHANGE), Some([0, 1, 0]), ann.delete(&path)).await;
    let restore = format!("{path}/restore");
    book.line("POST /api/tasks/{id}/restore", "", Some(CHANGE), None, ann.post_empty(&restore)).await;
    for path in [&path, &other] {
        assert_eq!(ann.delete(path).await.status, 204);
    }
    let for_good = format!("{path}?permanent=true");
    book.line(delete, ", for good", Some(CHANGE), None, ann.delete(&for_good)).await;
    book.line("PATCH /api/tasks", ", always refused", Some(FREE), None, ann.patch("/api/tasks", json!({}))).await;
}

async fn several(book: &mut Book, ann: &Client) {
    let route = "POST /api/tasks/bulk";
    let operations = |operations: Value| ann.post("/api/tasks/bulk", json!({ "operations": operations }));
    let new = vec![json!({ "op": "create", "title": "one of ten" }); 10];
    let made = book.line(route, ", ten new tasks", Some(CREATION), None, operations(json!(new))).await;
    let results = made.body["results"].as_array().expect("results");
    let complete = |result: &Value| json!({ "op": "complete", "id": result["task"]["id"] });
    let complete: Vec<Value> = results.iter().map(complete).collect();
    let ten = Cost { reads: 1 + 10, ..CREATION };
    book.line(route, ", completing ten", Some(ten), None, operations(json!(complete))).await;
    let each = json!({ "atomic": false, "operations": [{ "op": "create", "title": "a" }, { "op": "create", "title": "b" }] });
    let two = Cost { reads: 2, batches: 2, ..FREE };
    book.line(route, ", two new tasks, each for itself", Some(two), None, ann.post("/api/tasks/bulk", each)).await;
}

/// What is due about tasks without anybody's asking.
pub async fn jobs(book: &mut Book, app: &TestApp) {
    let cleo = app.user("cleo").await;
    let planned = json!({ "title": "planned", "user_id": cleo.id, "planned_for": "2026-01-14" });
    let task = cleo.post("/api/tasks", planned).await.text("id");
    assert_eq!(cleo.post_empty(&format!("/api/tasks/{task}/timer/start")).await.status, 200);
    let due = || Event::Message { payload: json!({ "user_id": cleo.id }), attempt: 1 };
    app.advance_hours(12);
    // The summary, to see what is due, and once more in the user's turn; the task; the session in which it was started.
    let timer = Cost { reads: 3, batches: 1, queries: 1, ..FREE };
    book.job(app, "jobs", ", stopping a forgotten timer", timer, due()).await;
    app.advance_hours(5 * 24);
    let carried = Cost { reads: 2, batches: 1, queries: 1, ..FREE };
    book.job(app, "jobs", ", carrying over what was planned", carried, due()).await;
    assert_eq!(cleo.get(&format!("/api/tasks/{task}")).await.body["carried_over"], 1);
}
