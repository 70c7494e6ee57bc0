//! What settings mean for tasks: when a week begins, when dates do, and what is carried over.

use serde_json::{Value, json};

use crate::support::{
    Client, TestApp,
    events::{deliver, documents, hints},
};

async fn set(client: &Client, settings: Value) {
    let answer = client.patch("/api/settings", settings).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Passes all changes of a user on to whoever follows them.
async fn follow(app: &TestApp, client: &Client) {
    let hints = hints(&documents(app, &client.id).await);
    deliver(app, &hints).await;
}

async fn planned(client: &Client, date: &str) -> String {
    let body = json!({ "title": "a", "user_id": client.id, "planned_for": date });
    format!("/api/tasks/{}", client.post("/api/tasks", body).await.text("id"))
}

/// For which date the task is planned, and how often it was carried over.
async fn plan(client: &Client, path: &str) -> (String, u64) {
    let task = client.get(path).await;
    (task.text("planned_for"), task.body["carried_over"].as_u64().expect("a number"))
}

// It is Wednesday the 14th of January 2026 at ten in the morning, in UTC.

#[tokio::test]
async fn the_week_begins_on_the_day_that_was_set() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let sunday = planned(&ann, "2026-01-18").await;
    let shown = async || ann.get("/api/tasks?view=week").await.body.as_array().expect("tasks").len();
    assert_eq!(shown().await, 1);
    set(&ann, json!({ "week_start": "sunday" })).await;
    assert_eq!(shown().await, 0);
    let saturday = planned(&ann, "2026-01-17").await;
    follow(&app, &ann).await;
    // The first instant of Sunday.
    app.advance_hours(3 * 24 + 14);
    app.do_due().await.expect("done");
    assert_eq!(plan(&ann, &saturday).await, ("2026-01-18".into(), 1));
    assert_eq!(plan(&ann, &sunday).await, ("2026-01-18".into(), 0));
}

#[tokio::test]
async fn what_is_carried_over_each_day_or_never_is_as_it_was_set() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let (anns, bobs) = (planned(&ann, "2026-01-14").await, planned(&bob, "2026-01-14").await);
    set(&ann, json!({ "carry_over": "daily", "day_start": "04:00" })).await;
    set(&bob, json!({ "carry_over": "never" })).await;
    follow(&app, &ann).await;
    follow(&app, &bob).await;
    app.advance_hours(17);
    app.do_due().await.expect("done");
    assert_eq!(plan(&ann, &anns).await, ("2026-01-14".into(), 0), "at three in the night it is still Wednesday");
    app.advance_hours(1);
    app.do_due().await.expect("done");
    assert_eq!(plan(&ann, &anns).await, ("2026-01-15".into(), 1));
    app.advance_hours(5 * 24);
    app.do_due().await.expect("done");
    assert_eq!(plan(&ann, &anns).await, ("2026-01-20".into(), 2), "the days in between were missed");
    assert_eq!(plan(&bob, &bobs).await, ("2026-01-14".into(), 0));
    // On Tuesday, it is for the weeks that come.
    set(&bob, json!({ "carry_over": "weekly" })).await;
    follow(&app, &bob).await;
    app.do_due().await.expect("done");
    assert_eq!(plan(&bob, &bobs).await, ("2026-01-14".into(), 0));
    app.advance_hours(6 * 24);
    app.do_due().await.expect("done");
    assert_eq!(plan(&bob, &bobs).await, ("2026-01-26".into(), 1));
    crate::import::assert_clean(&app).await;
}

#[tokio::test]
async fn a_date_begins_when_it_was_set_to() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    set(&ann, json!({ "day_start": "12:00" })).await;
    let task = ann.create_task("on Tuesday, still").await.text("id");
    assert_eq!(ann.send("PATCH", &format!("/api/tasks/{task}"), None).await.status, 200);
    let days = ann.get(&format!("/api/stats/{}/days", ann.id)).await.body["days"].clone();
    assert_eq!((&days[0]["date"], &days[0]["completed_tasks"]), (&json!("2026-01-13"), &json!(1)));
    let due = json!({ "title": "b", "user_id": ann.id, "due_on": "2026-01-13" });
    let due = format!("/api/tasks/{}", ann.post("/api/tasks", due).await.text("id"));
    assert_eq!(ann.get(&due).await.body["overdue"], json!(false));
    app.advance_seconds(2 * 3600 + 1);
    assert_eq!(ann.get(&due).await.body["overdue"], json!(true));
    crate::import::assert_clean(&app).await;
}
