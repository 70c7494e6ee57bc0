//! Views: what each shows, in which order, on which dates.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, time};

const VIEWS: [&str; 6] = ["today", "yesterday", "week", "overdue", "upcoming", "inbox"];

async fn live_in(ann: &Client, zone: &str) {
    assert_eq!(ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": zone })).await.status, 200);
}

async fn complete_at(ann: &Client, task: &Value, at: &str) {
    ann.change_task(task, json!({ "action": "complete", "completed_at": at })).await;
}

/// It is Wednesday, 2026-01-14; the week began on Monday, the 12th.
#[tokio::test]
async fn each_view_shows_what_it_is_about() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.clock.set(time("2026-01-01T10:00:00Z"));
    let mut done = Vec::new();
    for (title, fields) in [
        ("no dates", json!({})),
        ("due long ago", json!({ "due_on": "2025-12-01" })),
        ("planned long ago", json!({ "planned_for": "2025-12-01" })),
        ("planned yesterday", json!({ "planned_for": "2026-01-13" })),
        ("due yesterday", json!({ "due_on": "2026-01-13" })),
        ("planned today", json!({ "planned_for": "2026-01-14" })),
        ("due today", json!({ "due_on": "2026-01-14" })),
        ("due today at nine", json!({ "due_on": "2026-01-14", "due_time": "09:00" })),
        ("planned tomorrow", json!({ "planned_for": "2026-01-15" })),
        ("planned today, due tomorrow", json!({ "planned_for": "2026-01-14", "due_on": "2026-01-15" })),
        ("planned next week, due today", json!({ "planned_for": "2026-01-20", "due_on": "2026-01-14" })),
        ("due on Sunday", json!({ "due_on": "2026-01-18" })),
        ("planned next Monday", json!({ "planned_for": "2026-01-19" })),
    ] {
        let mut fields = fields;
        fields["title"] = json!(title);
        app.advance_seconds(1);
        ann.task_with(fields.clone()).await;
        fields["title"] = json!(format!("{title}, done"));
        done.push(ann.task_with(fields).await);
    }
    app.clock.set(time("2026-01-14T10:00:00Z"));
    for (task, at) in done.iter().zip([
        "2026-01-14T00:00:00Z",
        "2026-01-13T23:59:59Z",
        "2026-01-13T00:00:00Z",
        "2026-01-12T00:00:00Z",
        "2026-01-11T23:59:59Z",
        "2026-01-14T09:00:00Z",
    ]) {
        complete_at(&ann, task, at).await;
    }
    for task in &done[6..] {
        complete_at(&ann, task, "2026-01-05T00:00:00Z").await;
    }
    let mut shown = String::new();
    for view in VIEWS {
        let titles = ann.titles(&format!("view={view}")).await;
        shown.extend([view, ":\n  ", &titles.join("\n  "), "\n"]);
    }
    insta::assert_snapshot!(shown, @r#"
    today:
      due long ago
      planned long ago
      planned yesterday
      due yesterday
      planned today
      due today
      due today at nine
      planned today, due tomorrow
      planned next week, due today
      no dates, done
      planned today, done
    yesterday:
      due long ago, done
      planned long ago, done
      planned yesterday
    week:
      due long ago
      planned long ago
      planned yesterday
      due yesterday
      planned today
      due today
      due today at nine
      planned tomorrow
      planned today, due tomorrow
      planned next week, due today
      due on Sunday
      no dates, done
      due long ago, done
      planned long ago, done
      planned yesterday, done
      planned today, done
    overdue:
      due long ago
      due yesterday
      due today at nine
    upcoming:
      planned tomorrow
      planned today, due tomorrow
      due on Sunday
      planned next Monday
      planned next week, due today
    inbox:
      no dates
    "#);
    for view in VIEWS {
        let all = ann.titles(&format!("view={view}")).await;
        let pages = ann.all_pages(&format!("/api/tasks?view={view}"), 1).await;
        assert_eq!(pages.iter().map(|task| &task["title"]).collect::<Vec<_>>(), all.iter().collect::<Vec<_>>(), "{view}");
        let parted = async |completed: &str| ann.titles(&format!("view={view}&completed={completed}")).await;
        assert_eq!(parted("true").await.len() + parted("false").await.len(), all.len(), "{view}");
    }
}

#[tokio::test]
async fn a_view_goes_by_priority_then_by_creation() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (n, priority) in ["low", "urgent", "medium", "high", "urgent", "low"].into_iter().enumerate() {
        app.advance_seconds(1);
        for (of, fields) in
            [("inbox", json!({})), ("today", json!({ "due_on": "2026-01-14" })), ("later", json!({ "due_on": "2026-02-01" }))]
        {
            let mut fields = fields;
            fields["title"] = json!(format!("{of} {n} {priority}"));
            fields["priority"] = json!(priority);
            ann.task_with(fields).await;
        }
    }
    ann.task_with(json!({ "title": "later, but sooner", "priority": "low", "planned_for": "2026-01-31" })).await;
    let order = |of: &str| ["1 urgent", "4 urgent", "3 high", "2 medium", "0 low", "5 low"].map(|rest| format!("{of} {rest}"));
    assert_eq!(ann.titles("view=inbox").await, order("inbox"));
    assert_eq!(ann.titles("view=today").await, order("today"));
    let upcoming = ann.titles("view=upcoming").await;
    assert_eq!((upcoming[0].as_str(), &upcoming[1..]), ("later, but sooner", &order("later")[..]));
    // An order that is asked for takes the place of the view's own.
    assert_eq!(ann.titles("view=upcoming&sort=-title&priority=low").await, ["later, but sooner", "later 5 low", "later 0 low"]);
    assert_eq!(ann.titles("view=inbox&sort=priority&limit=2").await, ["inbox 0 low", "inbox 5 low"]);
}

#[tokio::test]
async fn what_was_carried_over_is_first_today() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.task_with(json!({ "title": "carried", "priority": "low", "planned_for": "2026-01-14" })).await;
    app.clock.set(time("2026-01-19T08:00:00Z"));
    app.do_due().await.expect("done");
    ann.task_with(json!({ "title": "urgent", "priority": "urgent", "planned_for": "2026-01-19" })).await;
    ann.change_task(&ann.task_with(json!({ "title": "done" })).await, json!({ "action": "complete" })).await;
    assert_eq!(ann.titles("view=today").await, ["carried", "urgent", "done"]);
}

/// The same instant is another date elsewhere.
#[tokio::test]
async fn views_are_about_the_users_own_dates() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for date in ["2026-01-13", "2026-01-14", "2026-01-15", "2026-01-16"] {
        ann.task_with(json!({ "title": date, "planned_for": date })).await;
    }
    for (zone, today) in [("Pacific/Pago_Pago", "2026-01-13"), ("UTC", "2026-01-14"), ("Pacific/Kiritimati", "2026-01-15")] {
        live_in(&ann, zone).await;
        app.clock.set(time("2026-01-14T10:30:00Z"));
        assert_eq!(ann.titles("view=today").await.last().map(String::as_str), Some(today), "{zone}");
        assert_eq!(ann.titles("view=yesterday").await.len(), usize::from(today != "2026-01-13"), "{zone}");
        assert_eq!(ann.titles("view=upcoming").await.len() + ann.titles("view=today").await.len(), 4, "{zone}");
    }
}

#[tokio::test]
async fn a_day_that_starts_late_is_the_one_before_until_then() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    assert_eq!(ann.patch("/api/settings", json!({ "day_start": "12:00" })).await.status, 200);
    ann.task_with(json!({ "title": "the 13th", "planned_for": "2026-01-13" })).await;
    ann.task_with(json!({ "title": "the 14th", "planned_for": "2026-01-14" })).await;
    ann.task_with(json!({ "title": "at nine", "due_on": "2026-01-14", "due_time": "09:00" })).await;
    ann.task_with(json!({ "title": "by the end", "due_on": "2026-01-13" })).await;
    // It is ten in the morning of the 14th, and still the 13th.
    assert_eq!(ann.titles("view=today").await, ["the 13th", "by the end"]);
    assert_eq!(ann.titles("view=overdue").await, ["at nine"]);
    app.clock.set(time("2026-01-14T12:00:01Z"));
    assert_eq!(ann.titles("view=today").await, ["the 13th", "the 14th", "at nine", "by the end"]);
    assert_eq!(ann.titles("view=yesterday").await, ["the 13th"]);
    assert_eq!(ann.titles("view=overdue").await, ["at nine", "by the end"]);
}
