//! What a task says besides its title: kept as it was sent, changed alone, refused by name.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, app_with_admin, shown::shown, task_path};

/// Each field with something in it.
fn all() -> Value {
    json!({ "title": "Water the plants", "notes": " Not the cactus\n", "priority": "high", "tags": ["Home", "garden"], "due_on": "2026-01-16",
        "due_time": "17:30", "planned_for": "2026-01-15", "estimate_minutes": 20,
        "subtasks": [{ "title": "the balcony" }, { "title": "the kitchen", "completed": true }],
        "recurrence": { "every": 2, "unit": "week", "weekdays": ["fri", "mon"], "until": "2026-12-31" },
        "client_id": "6f1c5a52-6c0b-4d36-9a53-0d6c1c2c7a11" })
}

#[tokio::test]
async fn a_task_has_all_that_was_said_of_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut body = all();
    body["user_id"] = json!(ann.id);
    let made = ann.post("/api/tasks", body).await;
    assert_snapshot!(shown(&made), @r#"
    201
    location: /api/tasks/[id 2]
    {
      "carried_over": 0,
      "client_id": "[id 1]",
      "completed": false,
      "completed_at": null,
      "created_at": "2026-01-14T10:00:00.000000Z",
      "deleted_at": null,
      "due_on": "2026-01-16",
      "due_time": "17:30",
      "estimate_minutes": 20,
      "external": [],
      "id": "[id 2]",
      "notes": "Not the cactus",
      "overdue": false,
      "planned_for": "2026-01-15",
      "priority": "high",
      "recurrence": {
        "anchor": "schedule",
        "every": 2,
        "unit": "week",
        "until": "2026-12-31",
        "weekdays": [
          "mon",
          "fri"
        ]
      },
      "series_id": "[id 2]",
      "spent_seconds": 0,
      "subtasks": [
        {
          "completed": false,
          "id": "[id 3]",
          "title": "the balcony"
        },
        {
          "completed": true,
          "id": "[id 4]",
          "title": "the kitchen"
        }
      ],
      "tags": [
        "Home",
        "garden"
      ],
      "timer_needs_review": false,
      "timer_started_at": null,
      "title": "Water the plants",
      "updated_at": null,
      "user_id": "[id 5]"
    }
    "#);
    assert_eq!(ann.task(&made.body).await, made.body);
    assert_eq!(ann.get("/api/tasks").await.body, json!([made.body]));
}

/// Wrong values, each with the field that is named.
fn wrong() -> Vec<(Value, &'static str)> {
    let many = |n: usize, item: fn(usize) -> Value| (0..n).map(item).collect::<Value>();
    let rule = |members: Value| json!({ "recurrence": members });
    vec![
        (json!({ "notes": "x".repeat(10_001) }), "notes"),
        (json!({ "notes": "a\u{0}b" }), "notes"),
        (json!({ "notes": 1 }), "notes"),
        (json!({ "priority": "highest" }), "priority"),
        (json!({ "priority": 3 }), "priority"),
        (json!({ "tags": "home" }), "tags"),
        (json!({ "tags": ["a", ""] }), "tags[1]"),
        (json!({ "tags": ["a,b"] }), "tags[0]"),
        (json!({ "tags": ["x".repeat(41)] }), "tags[0]"),
        (json!({ "tags": ["home", "HOME"] }), "tags[1]"),
        (json!({ "tags": many(21, |n| json!(n.to_string())) }), "tags[20]"),
        (json!({ "due_on": "2026-02-30" }), "due_on"),
        (json!({ "due_on": "2026-01-16T10:00:00Z" }), "due_on"),
        (json!({ "due_on": "1969-12-31" }), "due_on"),
        (json!({ "due_time": "17:30" }), "due_time"),
        (json!({ "due_on": "2026-01-16", "due_time": "24:00" }), "due_time"),
        (json!({ "due_on": "2026-01-16", "due_time": "7:30" }), "due_time"),
        (json!({ "planned_for": "tomorrow" }), "planned_for"),
        (json!({ "planned_for": 20_260_116 }), "planned_for"),
        (json!({ "estimate_minutes": 0 }), "estimate_minutes"),
        (json!({ "estimate_minutes": 6001 }), "estimate_minutes"),
        (json!({ "estimate_minutes": 1.5 }), "estimate_minutes"),
        (json!({ "estimate_minutes": "20" }), "estimate_minutes"),
        (json!({ "subtasks": {} }), "subtasks"),
        (json!({ "subtasks": [{ "completed": true }] }), "subtasks[0].title"),
        (json!({ "subtasks": [{ "title": "a" }, { "title": " " }] }), "subtasks[1].title"),
        (json!({ "subtasks": [{ "title": "x".repeat(501) }] }), "subtasks[0].title"),
        (json!({ "subtasks": [{ "title": "a", "completed": "yes" }] }), "subtasks[0].completed"),
        (json!({ "subtasks": many(101, |_| json!({ "title": "a" })) }), "subtasks"),
        (rule(json!({ "unit": "day" })), "recurrence.every"),
        (rule(json!({ "every": 0, "unit": "day" })), "recurrence.every"),
        (rule(json!({ "every": 367, "unit": "day" })), "recurrence.every"),
        (rule(json!({ "every": 1 })), "recurrence.unit"),
        (rule(json!({ "every": 1, "unit": "hour" })), "recurrence.unit"),
        (rule(json!({ "every": 1, "unit": "day", "weekdays": ["mon"] })), "recurrence.weekdays"),
        (rule(json!({ "every": 1, "unit": "week", "weekdays": [] })), "recurrence.weekdays"),
        (rule(json!({ "every": 1, "unit": "week", "weekdays": ["monday"] })), "recurrence.weekdays[0]"),
        (rule(json!({ "every": 1, "unit": "day", "anchor": "start" })), "recurrence.anchor"),
        (rule(json!({ "every": 1, "unit": "day", "until": "soon" })), "recurrence.until"),
    ]
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_of_the_body_is_done() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({ "subtasks": [{ "title": "a step" }] })).await;
    app.advance_seconds(1);
    let twice = json!({ "subtasks": [{ "id": task["subtasks"][0]["id"], "title": "a" }, { "id": task["subtasks"][0]["id"], "title": "b" }] });
    let only_patch = [
        (twice, "subtasks"),
        (json!({ "spent_seconds": -1 }), "spent_seconds"),
        (json!({ "spent_seconds": 31_536_001 }), "spent_seconds"),
        (json!({ "spent_seconds": null }), "spent_seconds"),
        (json!({ "complete_subtasks": true }), "complete_subtasks"),
        (json!({ "complete_subtasks": "yes" }), "complete_subtasks"),
    ];
    for (n, (wrong, field)) in wrong().into_iter().chain(only_patch).enumerate() {
        let mut body = json!({ "title": "changed", "user_id": ann.id });
        body.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
        let refused = ann.patch(&task_path(&task), body.clone()).await;
        assert_eq!((refused.status, refused.text("field").as_str()), (400, field), "PATCH {wrong}: {refused:?}");
        refused.assert_error(400, "invalid_field");
        if n < self::wrong().len() {
            let refused = ann.post("/api/tasks", body).await;
            assert_eq!((refused.status, refused.text("field").as_str()), (400, field), "POST {wrong}: {refused:?}");
        }
    }
    assert_eq!(ann.get("/api/tasks").await.body, json!([task]));
    assert_eq!(ann.stats().await["total_tasks"], 1);
}

#[tokio::test]
async fn what_is_as_large_as_it_may_be_is_taken() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let tags: Vec<String> = (0..20).map(|n| format!("{n:0>40}")).collect();
    let steps: Vec<Value> = (0..100).map(|n| json!({ "title": format!("{n}"), "completed": false })).collect();
    let task = json!({ "notes": "é".repeat(10_000), "tags": tags, "subtasks": steps, "estimate_minutes": 6000,
        "recurrence": { "every": 366, "unit": "year" }, "due_on": "9999-12-31", "planned_for": "1970-01-01" });
    let made = ann.task_with(task.clone()).await;
    for field in ["notes", "tags", "estimate_minutes", "due_on", "planned_for"] {
        assert_eq!(made[field], task[field], "{field}");
    }
    assert_eq!(made["subtasks"].as_array().map(Vec::len), Some(100));
    for query in ["view=today", "view=overdue", "view=week", "due_from=9999-12-31", "planned_to=1970-01-01", "completed=false"] {
        let expected = if query == "view=overdue" { vec![] } else { vec!["a task".to_owned()] };
        assert_eq!(ann.titles(query).await, expected, "{query}");
    }
    // Nothing can follow it.
    assert_eq!(ann.change_task(&made, json!({ "action": "complete" })).await["completed"], true);
    assert_eq!(ann.titles("completed=false").await, Vec::<String>::new());
    crate::import::assert_clean(&app).await;
}

#[tokio::test]
async fn what_is_absent_stays_and_what_is_null_is_cleared() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut fields = all();
    fields.as_object_mut().expect("an object").remove("client_id");
    let nothing = ann.task_with(json!({})).await;
    let empty = json!({ "notes": "", "tags": [], "subtasks": [] });
    for (name, value) in fields.as_object().expect("an object") {
        if ["title", "due_time"].contains(&name.as_str()) {
            continue;
        }
        let task = ann.task_with(fields.clone()).await;
        app.advance_seconds(1);
        for cleared in [Some(&Value::Null), empty.get(name)].into_iter().flatten() {
            let without = ann.change_task(&task, json!({ name: cleared })).await;
            let mut expected = task.clone();
            expected[name] = nothing[name].clone();
            expected["updated_at"] = without["updated_at"].clone();
            if name == "due_on" {
                expected["due_time"] = Value::Null;
            }
            if name == "recurrence" {
                expected["series_id"] = Value::Null;
            }
            assert_eq!(without, expected, "{name}: {cleared}");
            // Once more, and it changes nothing.
            app.advance_seconds(1);
            assert_eq!(ann.change_task(&task, json!({ name: cleared })).await, without, "{name}");
            let mut back = json!({ name: value });
            if name == "due_on" {
                back["due_time"] = fields["due_time"].clone();
            }
            let again = ann.change_task(&task, back).await;
            if name != "subtasks" {
                assert_eq!(again[name], task[name]);
            }
        }
    }
}

#[tokio::test]
async fn a_due_time_goes_with_its_date() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({ "due_on": "2026-01-16", "due_time": "17:30" })).await;
    let due = |task: &Value| [task["due_on"].clone(), task["due_time"].clone()];
    let moved = ann.change_task(&task, json!({ "due_on": "2026-01-20" })).await;
    assert_eq!(due(&moved), [json!("2026-01-20"), json!("17:30")]);
    let by_the_end = ann.change_task(&task, json!({ "due_time": null })).await;
    assert_eq!(due(&by_the_end), [json!("2026-01-20"), Value::Null]);
    let timed = ann.change_task(&task, json!({ "due_time": "00:00" })).await;
    assert_eq!(due(&timed), [json!("2026-01-20"), json!("00:00")]);
    let refused = ann.patch(&task_path(&task), json!({ "due_on": null, "due_time": "10:00" })).await;
    refused.assert_error(400, "invalid_field").assert_says("Field 'due_time' needs a 'due_on'");
    let none = ann.change_task(&task, json!({ "due_on": null, "due_time": null })).await;
    assert_eq!(due(&none), [Value::Null, Value::Null]);
    assert_eq!(ann.change_task(&task, json!({ "due_time": null })).await, none);
}

#[tokio::test]
async fn a_body_with_any_field_of_a_task_completes_nothing() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({})).await;
    let mut fields = all();
    fields.as_object_mut().expect("an object").remove("client_id");
    for (name, value) in fields.as_object().expect("an object") {
        if name != "due_time" {
            assert_eq!(ann.change_task(&task, json!({ name: value })).await["completed"], false, "{name}");
        }
        if name != "title" {
            assert_eq!(ann.change_task(&task, json!({ name: null })).await["completed"], false, "{name}");
        }
    }
    assert_eq!(ann.change_task(&task, json!({ "spent_seconds": 60 })).await["completed"], false);
    for read_only in ["client_id", "series_id", "carried_over", "overdue", "deleted_at", "timer_started_at", "timer_needs_review"]
    {
        let refused = ann.patch(&task_path(&task), json!({ read_only: null })).await;
        refused.assert_error(400, "invalid_field");
        assert_eq!(refused.text("field"), read_only);
    }
    assert_eq!(ann.change_task(&task, json!({ "action": "complete", "notes": "done" })).await["notes"], "done");
}

async fn overdue(ann: &Client, task: &Value) -> bool {
    let shown = ann.task(task).await["overdue"].as_bool().expect("told to its owner");
    assert_eq!(!ann.titles("view=overdue").await.is_empty(), shown);
    shown
}

#[tokio::test]
async fn a_task_is_overdue_from_the_instant_on_at_which_it_was_due_on_the_wall_clock() {
    for (zone, due, last) in [
        // Without a time by the end of the date.
        ("UTC", json!({ "due_on": "2026-01-14" }), "2026-01-15T00:00:00Z"),
        ("Pacific/Kiritimati", json!({ "due_on": "2026-01-15" }), "2026-01-15T10:00:00Z"),
        ("Pacific/Honolulu", json!({ "due_on": "2026-01-14" }), "2026-01-15T10:00:00Z"),
        ("America/Lima", json!({ "due_on": "2026-01-14", "due_time": "17:30" }), "2026-01-14T22:30:00Z"),
        // A time that the clock passes over is the first that there is; one that it shows twice is the first.
        ("Europe/Madrid", json!({ "due_on": "2026-03-29", "due_time": "02:30" }), "2026-03-29T01:00:00Z"),
        ("Europe/Madrid", json!({ "due_on": "2026-10-25", "due_time": "02:30" }), "2026-10-25T00:30:00Z"),
    ] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        assert_eq!(ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": zone })).await.status, 200);
        let task = ann.task_with(due.clone()).await;
        app.clock.set(crate::support::time(last));
        assert!(!overdue(&ann, &task).await, "{zone} {due}");
        app.clock.advance_micros(1);
        assert!(overdue(&ann, &task).await, "{zone} {due}");
        let done = ann.change_task(&task, json!({ "action": "complete" })).await;
        assert_eq!(done["overdue"], false);
        assert!(!overdue(&ann, &task).await);
    }
}

#[tokio::test]
async fn notes_are_their_owners_alone() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({ "notes": "about Bob", "title": "a secret" })).await;
    let named = format!("?user_id={}", ann.id);
    let path = format!("{}{named}", task_path(&task));
    let mut seen = task.clone();
    seen["notes"] = Value::Null;
    assert_eq!(admin.get(&path).await.body, seen);
    assert_eq!(admin.get(&format!("/api/tasks{named}")).await.body, json!([seen]));
    assert_eq!(admin.get("/api/tasks").await.body, json!([seen]));
    assert_eq!(admin.get(&format!("/api/tasks{named}&q=secret")).await.body, json!([seen]));
    // Nor does a search tell what they say.
    assert_eq!(admin.get(&format!("/api/tasks{named}&q=bob")).await.body, json!([]));
    assert_eq!(ann.titles("q=bob").await, ["a secret"]);
    let changed = admin.patch(&path, json!({ "priority": "low" })).await;
    assert_eq!((changed.status, &changed.body["notes"]), (200, &Value::Null));
    let bulk = json!({ "user_id": ann.id, "operations": [{ "op": "update", "id": task["id"], "priority": "high" }] });
    assert_eq!(admin.post("/api/tasks/bulk", bulk).await.body["results"][0]["task"]["notes"], Value::Null);
    assert_eq!(admin.post_empty(&format!("{}/timer/start{named}", task_path(&task))).await.body["notes"], Value::Null);
    assert_eq!(ann.task(&task).await["notes"], "about Bob");
}
