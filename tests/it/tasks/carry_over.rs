//! Carrying over: what was planned for an earlier date and not done comes to the new week, once.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use avanochi::jobs::Event;

use crate::{
    import::assert_clean,
    support::{Client, LONG_TOKENS, TestApp, events::everywhere, task_path, time},
};

async fn planned(ann: &Client, date: &str) -> Value {
    ann.task_with(json!({ "title": date, "planned_for": date })).await
}

/// For which date the task is planned, and how often it was carried over.
async fn carried(ann: &Client, task: &Value) -> (String, u64) {
    let task = ann.task(task).await;
    (task["planned_for"].as_str().unwrap_or_default().to_owned(), task["carried_over"].as_u64().expect("a count"))
}

async fn at(app: &TestApp, now: &str) {
    app.clock.set(time(now));
    app.do_due().await.expect("done");
}

#[tokio::test]
async fn what_was_planned_for_an_earlier_date_comes_to_the_first_date_of_the_week() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let (late, soon, later) =
        (planned(&ann, "2025-11-01").await, planned(&ann, "2026-01-18").await, planned(&ann, "2026-01-19").await);
    let undated = ann.task_with(json!({ "due_on": "2026-01-14" })).await;
    let done = planned(&ann, "2026-01-14").await;
    let done = ann.change_task(&done, json!({ "action": "complete" })).await;
    let trashed = planned(&ann, "2026-01-14").await;
    assert_eq!(ann.delete(&task_path(&trashed)).await.status, 204);
    at(&app, "2026-01-18T23:59:59Z").await;
    assert_eq!(carried(&ann, &late).await, ("2025-11-01".into(), 0));
    at(&app, "2026-01-19T00:00:00Z").await;
    assert_eq!(carried(&ann, &late).await, ("2026-01-19".into(), 1));
    assert_eq!(carried(&ann, &soon).await, ("2026-01-19".into(), 1));
    assert_eq!(carried(&ann, &later).await, ("2026-01-19".into(), 0));
    assert_eq!(ann.task(&later).await, later);
    assert_eq!(ann.task(&done).await, done);
    assert_eq!(ann.task(&undated).await["carried_over"], 0);
    assert_eq!(ann.task(&late).await["updated_at"], "2026-01-19T00:00:00.000000Z");
    assert_clean(&app).await;
    let restored = ann.post_empty(&format!("{}/restore", task_path(&trashed))).await.body;
    at(&app, "2026-01-25T23:59:59Z").await;
    assert_eq!((&restored["carried_over"], carried(&ann, &trashed).await), (&json!(0), ("2026-01-14".into(), 0)));
    at(&app, "2026-01-26T00:00:00Z").await;
    for (task, times) in [(&late, 2), (&soon, 2), (&later, 1), (&trashed, 1)] {
        assert_eq!(carried(&ann, task).await, ("2026-01-26".into(), times));
    }
    assert_clean(&app).await;
}

#[tokio::test]
async fn the_week_begins_where_the_user_is() {
    for (zone, begins) in [
        ("Pacific/Kiritimati", "2026-01-18T10:00:00Z"),
        ("America/Lima", "2026-01-19T05:00:00Z"),
        ("Asia/Kathmandu", "2026-01-18T18:15:00Z"),
    ] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        assert_eq!(ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": zone })).await.status, 200);
        let task = planned(&ann, "2026-01-15").await;
        app.clock.set(time(begins));
        app.clock.advance_micros(-1);
        app.do_due().await.expect("done");
        assert_eq!(carried(&ann, &task).await.1, 0, "{zone}");
        at(&app, begins).await;
        assert_eq!(carried(&ann, &task).await, ("2026-01-19".into(), 1), "{zone}");
    }
}

#[tokio::test]
async fn a_late_job_does_what_was_due_and_no_more() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let tasks = [planned(&ann, "2026-01-14").await, planned(&ann, "2026-01-15").await, planned(&ann, "2026-01-16").await];
    // Nothing is done until Wednesday, and the user goes on meanwhile.
    app.clock.set(time("2026-01-19T00:00:01Z"));
    ann.change_task(&tasks[1], json!({ "planned_for": "2026-01-18" })).await;
    let new = planned(&ann, "2026-01-17").await;
    let far = planned(&ann, "2026-03-01").await;
    at(&app, "2026-01-21T15:00:00Z").await;
    assert_eq!(carried(&ann, &tasks[0]).await, ("2026-01-19".into(), 1));
    assert_eq!(carried(&ann, &tasks[2]).await, ("2026-01-19".into(), 1));
    // What was said since the week began stands.
    assert_eq!(carried(&ann, &tasks[1]).await, ("2026-01-18".into(), 0));
    assert_eq!(carried(&ann, &new).await, ("2026-01-17".into(), 0));
    assert_eq!(carried(&ann, &far).await, ("2026-03-01".into(), 0));
    assert_clean(&app).await;
    // After weeks without it, once.
    at(&app, "2026-02-25T15:00:00Z").await;
    assert_eq!(carried(&ann, &tasks[0]).await, ("2026-02-23".into(), 2));
    assert_eq!(carried(&ann, &tasks[1]).await, ("2026-02-23".into(), 1));
    assert_clean(&app).await;
}

#[tokio::test]
async fn however_often_the_job_runs_it_is_once() {
    let app = TestApp::new();
    let other = app.another(&[LONG_TOKENS]);
    let ann = app.user("ann").await;
    let task = planned(&ann, "2026-01-14").await;
    app.clock.set(time("2026-01-19T08:00:00Z"));
    let message = Event::Message { payload: json!({ "user_id": ann.id }), attempt: 1 };
    everywhere(&[&app, &other], "jobs", &message).await;
    everywhere(&[&app, &other], "jobs", &message).await;
    assert_eq!(carried(&ann, &task).await, ("2026-01-19".into(), 1));
    // Planned for an earlier date again, it stays there until the next week.
    ann.change_task(&task, json!({ "planned_for": "2026-01-12" })).await;
    everywhere(&[&app, &other], "jobs", &message).await;
    assert_eq!(carried(&ann, &task).await, ("2026-01-12".into(), 1));
    at(&app, "2026-01-26T08:00:00Z").await;
    assert_eq!(carried(&ann, &task).await, ("2026-01-26".into(), 2));
    assert_clean(&app).await;
}

#[tokio::test]
async fn whoever_moves_during_a_week_misses_none() {
    for (zone, now) in [
        ("Asia/Tokyo", "2026-01-18T20:00:00Z"),
        ("America/Lima", "2026-01-18T20:00:00Z"),
        ("Pacific/Pago_Pago", "2026-01-19T00:00:01Z"),
    ] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let task = planned(&ann, "2026-01-14").await;
        app.clock.set(time(now));
        assert_eq!(ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": zone })).await.status, 200);
        planned(&ann, "2026-04-01").await;
        for _ in 0..20 {
            app.advance_hours(1);
            app.do_due().await.expect("done");
        }
        assert_eq!(carried(&ann, &task).await, ("2026-01-19".into(), 1), "{zone}");
    }
}

/// More tasks than one commit holds, each carried over to another week before.
#[tokio::test]
async fn more_tasks_than_one_commit_holds_are_carried_over() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first: NaiveDate = "2026-01-19".parse().expect("a date");
    let mut count = 0;
    for week in 0..50 {
        let monday = first + Days::new(7 * week);
        let operations: Vec<_> =
            (0..2).map(|_| json!({ "op": "create", "title": "a", "planned_for": monday - Days::new(3) })).collect();
        let made = ann.post("/api/tasks/bulk", json!({ "operations": operations })).await;
        assert_eq!(made.status, 200, "{made:?}");
        count += 2;
        at(&app, &format!("{monday}T00:00:00Z")).await;
        // Put off until all of them come back at once.
        let ids: Vec<_> =
            made.body["results"].as_array().expect("results").iter().map(|result| result["task"]["id"].clone()).collect();
        let put_off: Vec<_> = ids.iter().map(|id| json!({ "op": "update", "id": id, "planned_for": "2027-01-06" })).collect();
        assert_eq!(ann.post("/api/tasks/bulk", json!({ "operations": put_off })).await.status, 200);
    }
    at(&app, "2027-01-11T00:00:00Z").await;
    let tasks = ann.all_pages("/api/tasks", 1000).await;
    assert_eq!(tasks.len(), count);
    assert!(
        tasks.iter().all(|task| (&task["planned_for"], &task["carried_over"]) == (&json!("2027-01-11"), &json!(2))),
        "{tasks:?}"
    );
    assert_clean(&app).await;
}
