//! Tasks that come again: one occurrence follows the other, whoever completes it and how often.

use serde_json::{Value, json};

use crate::{
    changes::Mirror,
    import::assert_clean,
    support::{Client, LONG_TOKENS, TestApp, task_path, time},
};

fn daily() -> Value {
    json!({ "every": 1, "unit": "day" })
}

async fn complete(ann: &Client, task: &Value) -> Value {
    ann.change_task(task, json!({ "action": "complete" })).await
}

async fn reopen(ann: &Client, task: &Value) -> Value {
    ann.change_task(task, json!({ "action": "reopen" })).await
}

/// The open tasks, oldest first.
async fn open(ann: &Client) -> Vec<Value> {
    ann.get("/api/tasks?completed=false").await.body.as_array().expect("a list").clone()
}

/// The only open task.
async fn next(ann: &Client) -> Value {
    let mut open = open(ann).await;
    assert_eq!(open.len(), 1, "{open:?}");
    open.remove(0)
}

#[tokio::test]
async fn the_next_one_is_like_the_last_but_for_what_was_done() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = ann
        .task_with(
            json!({ "title": "Backup", "notes": "to the disk", "priority": "high", "tags": ["a", "b"], "due_on": "2026-01-15",
            "due_time": "17:00", "planned_for": "2026-01-13", "estimate_minutes": 10,
            "subtasks": [{ "title": "one", "completed": true }, { "title": "two" }],
            "recurrence": { "every": 1, "unit": "week" }, "client_id": "6f1c5a52-6c0b-4d36-9a53-0d6c1c2c7a11" }),
        )
        .await;
    assert_eq!(first["series_id"], first["id"]);
    ann.change_task(&first, json!({ "spent_seconds": 60 })).await;
    app.advance_hours(1);
    let done = complete(&ann, &first).await;
    let second = next(&ann).await;
    let mut expected = first.clone();
    for (field, value) in [
        ("id", second["id"].clone()),
        ("due_on", json!("2026-01-22")),
        ("planned_for", json!("2026-01-20")),
        ("created_at", done["completed_at"].clone()),
        ("client_id", Value::Null),
    ] {
        expected[field] = value;
    }
    for step in expected["subtasks"].as_array_mut().expect("steps") {
        step["completed"] = json!(false);
    }
    assert_eq!(second, expected);
    // The id is what any device makes of the series and the date.
    let series: uuid::Uuid = first["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    assert_eq!(second["id"], uuid::Uuid::new_v5(&series, b"2026-01-22").to_string());
    complete(&ann, &second).await;
    let third = next(&ann).await;
    assert_eq!((&third["series_id"], &third["due_on"]), (&first["id"], &json!("2026-01-29")));
    assert_clean(&app).await;
}

#[tokio::test]
async fn the_next_date_is_after_the_scheduled_and_the_date_of_completion() {
    for (fields, now, expected) in [
        // Due, else planned, else created.
        (json!({ "due_on": "2026-01-20", "planned_for": "2026-01-14" }), "2026-01-14", ("2026-01-21", "2026-01-15")),
        (json!({ "planned_for": "2026-01-20" }), "2026-01-14", ("", "2026-01-21")),
        (json!({ "due_on": "2026-01-10" }), "2026-01-16", ("2026-01-17", "")),
        (json!({}), "2026-01-16", ("", "")),
        (json!({ "due_on": "2026-01-10", "recurrence": { "every": 7, "unit": "day" } }), "2026-02-01", ("2026-02-07", "")),
        (
            json!({ "due_on": "2026-01-10", "recurrence": { "every": 7, "unit": "day", "anchor": "completion" } }),
            "2026-02-01",
            ("2026-02-08", ""),
        ),
        (json!({ "due_on": "2026-01-31", "recurrence": { "every": 1, "unit": "month" } }), "2026-01-31", ("2026-02-28", "")),
        (
            json!({ "due_on": "2026-01-16", "recurrence": { "every": 1, "unit": "week", "weekdays": ["mon", "fri"] } }),
            "2026-01-16",
            ("2026-01-19", ""),
        ),
        (
            json!({ "due_on": "2026-01-16", "recurrence": { "every": 2, "unit": "week", "weekdays": ["mon", "fri"] } }),
            "2026-01-16",
            ("2026-01-26", ""),
        ),
        (json!({ "due_on": "2028-02-29", "recurrence": { "every": 1, "unit": "year" } }), "2026-01-16", ("2029-02-28", "")),
        (
            json!({ "due_on": "2026-01-14", "recurrence": { "every": 1, "unit": "day", "until": "2026-01-15" } }),
            "2026-01-14",
            ("2026-01-15", ""),
        ),
    ] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let mut fields = fields;
        if fields["recurrence"].is_null() {
            fields["recurrence"] = daily();
        }
        let task = ann.task_with(fields.clone()).await;
        app.clock.set(time(&format!("{now}T12:00:00Z")));
        complete(&ann, &task).await;
        let next = next(&ann).await;
        let date = |field: &str| next[field].as_str().unwrap_or_default().to_owned();
        assert_eq!((date("due_on").as_str(), date("planned_for").as_str()), expected, "{fields}");
    }
}

#[tokio::test]
async fn a_month_without_the_day_does_not_change_the_day_for_later_ones() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.task_with(json!({ "due_on": "2026-01-31", "recurrence": { "every": 1, "unit": "month" } })).await;
    let mut dates = Vec::new();
    for _ in 0..4 {
        let task = next(&ann).await;
        app.clock.set(time(&format!("{}T12:00:00Z", task["due_on"].as_str().expect("a date"))));
        complete(&ann, &task).await;
        dates.push(task["due_on"].as_str().expect("a date").to_owned());
    }
    assert_eq!(dates, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
}

#[tokio::test]
async fn a_series_ends_after_its_last_date_or_without_its_rule() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let rule = json!({ "every": 1, "unit": "day", "until": "2026-01-15" });
    let first = ann.task_with(json!({ "due_on": "2026-01-14", "recurrence": rule })).await;
    complete(&ann, &first).await;
    complete(&ann, &next(&ann).await).await;
    assert_eq!(open(&ann).await, Vec::<Value>::new());
    let other = ann.task_with(json!({ "recurrence": daily() })).await;
    complete(&ann, &other).await;
    let second = ann.change_task(&next(&ann).await, json!({ "recurrence": null })).await;
    assert_eq!(second["series_id"], other["id"]);
    complete(&ann, &second).await;
    assert_eq!(open(&ann).await, Vec::<Value>::new());
    assert_clean(&app).await;
}

#[tokio::test]
async fn reopening_takes_the_next_one_away_and_completing_makes_it_again() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut mirror = Mirror::default();
    let first = ann.task_with(json!({ "recurrence": daily() })).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        app.advance_seconds(1);
        complete(&ann, &first).await;
        made.push(next(&ann).await["id"].clone());
        mirror.catch_up(&ann).await;
        mirror.assert_equals_the_server(&ann).await;
        let token = ann.get("/api/changes").await.text("token");
        app.advance_seconds(1);
        reopen(&ann, &first).await;
        assert_eq!(next(&ann).await["id"], first["id"]);
        let changes = ann.get(&format!("/api/changes?since={token}")).await.body["changes"].clone();
        let gone = changes.as_array().expect("changes").iter().find(|change| change["op"] == "delete").expect("a deletion");
        assert_eq!(gone["id"], *made.last().expect("an id"));
        // For good, not to the trash.
        assert_eq!(ann.titles("trashed=true").await.len(), 0);
        mirror.catch_up(&ann).await;
        mirror.assert_equals_the_server(&ann).await;
        assert_clean(&app).await;
    }
    assert!(made.iter().all(|id| *id == made[0]), "{made:?}");
}

/// Whatever is done to it, it stays, and there is no second one for it.
#[tokio::test]
async fn what_was_touched_stays_and_gets_no_double() {
    for how in ["rename", "same title", "complete", "delete", "timer", "step", "carry over", "rename and back"] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let first =
            ann.task_with(json!({ "recurrence": daily(), "planned_for": "2026-01-12", "subtasks": [{ "title": "s" }] })).await;
        complete(&ann, &first).await;
        let second = next(&ann).await;
        app.advance_seconds(1);
        match how {
            "rename" => drop(ann.change_task(&second, json!({ "title": "b" })).await),
            "rename and back" => {
                ann.change_task(&second, json!({ "title": "b" })).await;
                ann.change_task(&second, json!({ "title": "a task" })).await;
            }
            "same title" => drop(ann.change_task(&second, json!({ "title": "a task" })).await),
            "complete" => drop(complete(&ann, &second).await),
            "delete" => assert_eq!(ann.delete(&task_path(&second)).await.status, 204),
            "timer" => assert_eq!(ann.post_empty(&format!("{}/timer/start", task_path(&second))).await.status, 200),
            "step" => {
                let step = format!("{}/subtasks/{}", task_path(&second), second["subtasks"][0]["id"].as_str().expect("an id"));
                assert_eq!(ann.patch(&step, json!({ "completed": true })).await.status, 200);
            }
            _ => {
                app.advance_hours(7 * 24);
                app.do_due().await.expect("done");
            }
        }
        let before = ann.get("/api/tasks").await.body.as_array().map(Vec::len);
        reopen(&ann, &first).await;
        let stays = how != "same title";
        let after = ann.get("/api/tasks").await.body.as_array().map(Vec::len);
        assert_eq!(after == before, stays, "{how}");
        complete(&ann, &first).await;
        complete(&ann, &first).await;
        assert_eq!(ann.get("/api/tasks").await.body.as_array().map(Vec::len), before, "{how}");
        assert_clean(&app).await;
    }
}

#[tokio::test]
async fn two_devices_make_one_next_task() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let elsewhere = ann.through(&app.another(&[LONG_TOKENS]));
    let first = ann.task_with(json!({ "recurrence": daily() })).await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..10 {
        let (client, path) = (if n % 2 == 0 { ann.clone() } else { elsewhere.clone() }, task_path(&first));
        writers.spawn(async move {
            let action = if n % 5 == 3 { "reopen" } else { "complete" };
            client.patch(&path, json!({ "action": action })).await.status
        });
    }
    assert!(writers.join_all().await.iter().all(|status| *status == 200));
    complete(&ann, &first).await;
    assert_eq!(ann.get("/api/tasks").await.body.as_array().map(Vec::len), Some(2));
    assert_clean(&app).await;
}

#[tokio::test]
async fn deleting_the_open_one_ends_the_series_and_restoring_resumes_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = ann.task_with(json!({ "due_on": "2026-01-14", "recurrence": daily() })).await;
    complete(&ann, &first).await;
    let second = next(&ann).await;
    assert_eq!(ann.delete(&task_path(&second)).await.status, 204);
    assert_eq!(open(&ann).await, Vec::<Value>::new());
    // Nothing that is done to the first brings it back.
    complete(&ann, &first).await;
    reopen(&ann, &first).await;
    complete(&ann, &first).await;
    assert_eq!(open(&ann).await, Vec::<Value>::new());
    assert_eq!(ann.post_empty(&format!("{}/restore", task_path(&second))).await.status, 200);
    complete(&ann, &second).await;
    assert_eq!(next(&ann).await["due_on"], "2026-01-16");
    assert_clean(&app).await;
}

/// Moved to another date, an occurrence is still followed by another one, and never by itself.
#[tokio::test]
async fn an_occurrence_that_was_moved_is_followed_by_a_later_one() {
    for (moved, expected) in [("2026-01-10", "2026-01-16"), ("2026-01-15", "2026-01-16"), ("2026-01-20", "2026-01-21")] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let first = ann.task_with(json!({ "due_on": "2026-01-14", "recurrence": daily() })).await;
        complete(&ann, &first).await;
        let second = ann.change_task(&next(&ann).await, json!({ "due_on": moved })).await;
        complete(&ann, &second).await;
        assert_eq!(next(&ann).await["due_on"], expected, "{moved}");
    }
}

#[tokio::test]
async fn the_date_of_completion_may_be_one_before() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = ann.task_with(json!({ "due_on": "2026-01-10", "recurrence": { "every": 2, "unit": "day" } })).await;
    app.advance_hours(10 * 24);
    ann.change_task(&first, json!({ "action": "complete", "completed_at": "2026-01-15T08:00:00Z" })).await;
    let second = next(&ann).await;
    assert_eq!((&second["due_on"], &second["created_at"]), (&json!("2026-01-16"), &json!("2026-01-24T10:00:00.000000Z")));
    // With the rule in the same body, too.
    let other = ann.task_with(json!({ "due_on": "2026-01-24" })).await;
    complete(&ann, &second).await;
    let both = json!({ "action": "complete", "recurrence": daily(), "due_on": "2026-02-01" });
    let done = ann.change_task(&other, both).await;
    // They were made at the same instant, so their order says nothing.
    let mut dates: Vec<_> = open(&ann).await.iter().map(|task| task["due_on"].to_string()).collect();
    dates.sort();
    assert_eq!((dates, &done["series_id"]), (vec!["\"2026-01-26\"".to_owned(), "\"2026-02-02\"".to_owned()], &done["id"]));
    assert_clean(&app).await;
}
