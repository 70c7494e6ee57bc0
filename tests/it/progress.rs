//! Progress: what is granted for what people do, taken back with it, and never twice. Random histories are in `histories`.

mod care;
mod histories;
mod weeks;

use serde_json::{Value, json};

use crate::{
    changes::Mirror,
    support::{Client, TestApp, app_with_admin, time},
};

async fn progress(client: &Client) -> Value {
    let answer = client.get("/api/progress").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// Reason and experience of each entry, the newest last.
async fn ledger(client: &Client) -> Vec<(String, i64)> {
    let entries = client.all_pages("/api/progress/ledger", 3).await;
    let of = |entry: &Value| (entry["reason"].as_str().expect("a reason").to_owned(), entry["xp"].as_i64().expect("a number"));
    let told: Vec<(String, i64)> = entries.iter().map(of).collect();
    assert_eq!(json!(told.iter().map(|(_, xp)| xp).sum::<i64>()), progress(client).await["xp"]);
    told
}

fn told(entries: &[(&str, i64)]) -> Vec<(String, i64)> {
    entries.iter().map(|(reason, xp)| ((*reason).to_owned(), *xp)).collect()
}

/// The ids of those that were earned.
async fn earned(client: &Client) -> Vec<String> {
    let all = client.get("/api/achievements").await.body;
    let earned = |one: &&Value| !one["earned_at"].is_null();
    let all = all.as_array().expect("achievements");
    assert!(all.iter().filter(earned).all(|one| one["progress"] == 1.0), "{all:?}");
    all.iter().filter(earned).map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn whoever_has_done_nothing_is_at_the_beginning() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let goals = json!({ "tasks": 0.0, "focus": 0.0, "hydration": 0.0, "lunch": 0.0, "breaks": 1.0 });
    let streak = json!({ "current": 0, "longest": 0, "freezes": 0, "strength": 0.0 });
    let expected = json!({ "user_id": ann.id, "level": 1, "xp": 0, "xp_into_level": 0, "xp_to_next": 50, "streak": streak,
        "today": { "xp": 0, "goals": goals } });
    assert_eq!(progress(&ann).await, expected);
    assert_eq!((ledger(&ann).await, earned(&ann).await), (vec![], vec![]));
    assert_eq!(ann.get("/api/achievements").await.body.as_array().map(Vec::len), Some(38));
}

#[tokio::test]
async fn a_task_gives_experience_as_long_as_it_is_completed() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let new = json!({ "title": "one", "user_id": ann.id, "priority": "high", "estimate_minutes": 60 });
    let path = format!("/api/tasks/{}", ann.post("/api/tasks", new).await.text("id"));
    ann.patch(&path, json!({})).await;
    // What one has done one sees, though nobody has told of it yet.
    let first = [("tasks", 18), ("first_task", 15)];
    assert_eq!(ledger(&ann).await, told(&first));
    let now = progress(&ann).await;
    assert_eq!((&now["xp"], &now["today"]["xp"], &now["streak"]["current"]), (&json!(33), &json!(33), &json!(1)));
    assert_eq!(now["today"]["goals"]["tasks"], 0.3333);

    // What it was worth is not changed afterwards, and goes when it is opened again.
    ann.patch(&path, json!({ "priority": "low" })).await;
    assert_eq!(ledger(&ann).await, told(&first));
    ann.patch(&path, json!({ "action": "reopen" })).await;
    assert_eq!(ledger(&ann).await, told(&[&first[..], &[("tasks", -18)]].concat()));
    app.advance_seconds(1);
    ann.patch(&path, json!({})).await;
    let again = [&first[..], &[("tasks", -18), ("tasks", 11)]].concat();
    assert_eq!(ledger(&ann).await, told(&again));
    // In the trash it gives nothing; put back, as much as before and for the same date.
    ann.delete(&path).await;
    app.advance_hours(24);
    assert_eq!(ledger(&ann).await, told(&[&again[..], &[("tasks", -11)]].concat()));
    ann.post_empty(&format!("{path}/restore")).await;
    assert_eq!(ledger(&ann).await, told(&[&again[..], &[("tasks", -11), ("tasks", 11)]].concat()));
    let entries = ann.get("/api/progress/ledger").await.body;
    assert!(entries.as_array().is_some_and(|all| all.iter().all(|entry| entry["date"] == "2026-01-14")), "{entries}");
    assert_eq!(entries[4]["reverses"], entries[3]["id"]);
    assert_eq!(progress(&ann).await["today"]["xp"], 0);
    assert_eq!(earned(&ann).await, ["first_task"]);
    let dates = |query: &str| format!("/api/progress/ledger?{query}");
    assert_eq!(ann.get(&dates("from=2026-01-14&to=2026-01-14")).await.body, entries);
    assert_eq!(ann.get(&dates("from=2026-01-15")).await.body, json!([]));
    ann.get(&dates("from=2026-01-15&to=2026-01-14")).await.assert_error(400, "invalid_parameter");
}

#[tokio::test]
async fn many_tasks_of_a_date_give_less() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for _ in 0..22 {
        ann.complete_new_task().await;
    }
    let (all, xp) = (ledger(&ann).await, progress(&ann).await["xp"].clone());
    assert_eq!((all.len(), xp), (23, json!(10 * 10 + 10 * 5 + 2 + 15)));
    assert_eq!(earned(&ann).await, ["first_task", "tasks_10", "ten_in_a_day", "evolved_hatchling"].map(String::from).to_vec());
}

#[tokio::test]
async fn focus_is_granted_for_each_date_and_follows_corrections() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let recorded = ann.record(time("2026-01-13T09:00:00Z"), time("2026-01-13T10:04:00Z")).await;
    let path = format!("/api/work_sessions/{}", recorded.text("id"));
    assert_eq!(ledger(&ann).await, told(&[("first_session", 15), ("focus", 12)]));
    // Shorter than five minutes is nothing, by itself.
    ann.record(time("2026-01-13T08:00:00Z"), time("2026-01-13T08:04:00Z")).await;
    assert_eq!(ledger(&ann).await.len(), 2);
    ann.patch(&path, json!({ "end_time": "2026-01-13T09:30:00Z" })).await;
    assert_eq!(ledger(&ann).await[2..], told(&[("focus", -12), ("focus", 6)]));
    // Over midnight it is of two dates.
    ann.patch(&path, json!({ "start_time": "2026-01-12T23:30:00Z", "end_time": "2026-01-13T00:10:00Z" })).await;
    assert_eq!(ledger(&ann).await[4..], told(&[("focus", 6), ("focus", -6), ("focus", 2)]));
    assert_eq!(ann.delete(&path).await.status, 204);
    assert_eq!(ledger(&ann).await[7..], told(&[("focus", -6), ("focus", -2)]));
    // More than four hours pay no more.
    ann.record(time("2026-01-14T01:00:00Z"), time("2026-01-14T09:00:00Z")).await;
    assert_eq!(ledger(&ann).await[9..], told(&[("focus", 48)]));
    assert!(earned(&ann).await.contains(&"four_hour_day".to_owned()));
}

#[tokio::test]
async fn a_session_of_many_dates_counts_for_all_and_is_paid_for_the_last() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    // From Wednesday, 10:00, to Monday.
    let id = ann.start().await.text("id");
    app.advance_hours(5 * 24);
    ann.end(&id).await;
    assert_eq!(ledger(&ann).await, told(&[("first_session", 15), ("focus", 48), ("focus", 48), ("focus", 48)]));
    assert_eq!(progress(&ann).await["streak"]["current"], 6);
    assert_eq!(ann.delete(&format!("/api/work_sessions/{id}")).await.status, 204);
    assert_eq!((progress(&ann).await["xp"].clone(), progress(&ann).await["streak"]["longest"].clone()), (json!(15), json!(0)));
}

#[tokio::test]
async fn what_was_guessed_gives_nothing_until_somebody_says_that_it_is_right() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.start().await.text("id");
    for _ in 0..4 {
        app.advance_hours(4);
        app.do_due().await.expect("done");
    }
    let path = format!("/api/work_sessions/{id}");
    assert_eq!(ann.get(&path).await.body["needs_review"], true);
    assert_eq!(ledger(&ann).await, []);
    // For the streak it counts.
    assert_eq!(progress(&ann).await["streak"]["current"], 1);
    assert_eq!(ann.patch(&path, json!({})).await.body["needs_review"], false);
    assert!(ledger(&ann).await.contains(&("first_session".to_owned(), 15)));
}

#[tokio::test]
async fn a_streak_outlasts_weekends_and_time_off_and_ends_with_a_missed_date() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let streak = async || {
        let streak = progress(&ann).await["streak"].clone();
        (streak["current"].as_u64(), streak["longest"].as_u64())
    };
    // From Wednesday to Friday, then Monday.
    for days in [0, 1, 1, 3] {
        app.advance_hours(24 * days);
        ann.complete_new_task().await;
    }
    assert_eq!(streak().await, (Some(4), Some(4)));
    // Tuesday is over, but not for so long: 05:00 of Wednesday, then 07:00.
    app.advance_hours(24 + 19);
    assert_eq!(streak().await, (Some(4), Some(4)));
    app.advance_hours(2);
    assert_eq!(streak().await, (Some(0), Some(4)));
    // Entered afterwards, time off changes what was expected.
    let off = json!({ "from": "2026-01-20", "to": "2026-01-20", "kind": "sick" });
    let off = ann.post("/api/time_off", off).await.text("id");
    assert_eq!(streak().await, (Some(4), Some(4)));
    ann.delete(&format!("/api/time_off/{off}")).await;
    assert_eq!(streak().await, (Some(0), Some(4)));
    // A change of settings does not change what was expected before.
    ann.patch("/api/settings", json!({ "work_days": ["mon", "wed", "thu", "fri"] })).await;
    assert_eq!(streak().await, (Some(0), Some(4)));
    assert!(earned(&ann).await.contains(&"streak_3".to_owned()));
}

#[tokio::test]
async fn achievements_stay_and_are_told_in_the_language_of_the_user() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/tasks/{}", ann.complete_new_task().await);
    assert_eq!(earned(&ann).await, ["first_task"]);
    assert_eq!(ann.delete(&format!("{path}?permanent=true")).await.status, 204);
    assert_eq!(earned(&ann).await, ["first_task"]);
    let first = async || ann.get("/api/achievements").await.body[0].clone();
    let expected = json!({ "id": "first_task", "name": "First task", "description": "Complete a task.", "icon": "check",
        "progress": 1.0, "earned_at": "2026-01-14T10:00:00.000000Z" });
    assert_eq!(first().await, expected);
    ann.patch("/api/settings", json!({ "language": "es" })).await;
    assert_eq!(first().await["name"], "Primera tarea");
}

#[tokio::test]
async fn clients_who_follow_changes_are_told_of_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.complete_new_task().await;
    let entries = ann.get("/api/progress/ledger").await.body;
    let mut mirror = Mirror::default();
    mirror.catch_up(&ann).await;
    let level = json!({ "user_id": ann.id, "level": 1, "xp": 25, "xp_into_level": 25, "xp_to_next": 50 });
    assert_eq!(mirror.of("progress"), [level]);
    let mut told = mirror.of("progress_ledger");
    told.sort_by_key(|entry| entry["xp"].as_i64());
    assert_eq!(json!(told), entries);
    let earned = json!({ "user_id": ann.id, "earned": { "first_task": "2026-01-14T10:00:00.000000Z" } });
    assert_eq!(mirror.of("achievements"), [earned]);
}

#[tokio::test]
async fn it_is_nobody_elses_not_even_an_administrators() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    for path in ["/api/progress", "/api/progress/ledger", "/api/achievements"] {
        admin.get(&format!("{path}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
        assert_eq!(ann.get(&format!("{path}?user_id={}", ann.id)).await.status, 200);
    }
}

#[tokio::test]
async fn more_than_one_commit_holds_is_taken_in_all_the_same() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for _ in 0..3 {
        let new = vec![json!({ "op": "create", "title": "one of many" }); 50];
        let made = ann.post("/api/tasks/bulk", json!({ "operations": new })).await;
        let complete = |result: &Value| json!({ "op": "complete", "id": result["task"]["id"] });
        let complete: Vec<Value> = made.body["results"].as_array().expect("results").iter().map(complete).collect();
        assert_eq!(ann.post("/api/tasks/bulk", json!({ "operations": complete })).await.status, 200);
    }
    let completed = ann.stats().await["completed_tasks"].as_u64().expect("a count");
    assert_eq!(ledger(&ann).await.iter().filter(|(reason, _)| reason == "tasks").count() as u64, completed);
    assert_eq!(completed, 150);
}
