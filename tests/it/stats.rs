//! Statistics: counters, hours and streaks agree with what exists, whatever happened.

use std::{collections::BTreeSet, time::Duration};

use avanochi::kernel::{Clock as _, DayRule};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    model::{Model, Step, observed, observed_days, perform, run, step},
    support::{Client, LONG_TOKENS, TestApp, app_with_admin, time},
};

#[tokio::test]
async fn without_data_all_is_zero() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let expected = json!({ "user_id": ann.id, "total_tasks": 0, "completed_tasks": 0, "total_sessions": 0, "total_hours": 0.0,
        "hours_worked": 0.0, "tasks_completed": 0, "current_streak": 0, "longest_streak": 0, "active_session": false,
        "as_of": "2026-01-14T10:00:00.000000Z" });
    assert_eq!(ann.stats().await, expected);
    assert_eq!(ann.get(&format!("/api/stats?user_id={}", ann.id)).await.body, expected);
    for path in ["/api/stats", "/api/stats?user_id="] {
        ann.get(path).await.assert_error(400, "missing_user_id").assert_says("user_id is required in route or query");
    }
    ann.get("/api/stats/nonsense").await.assert_error(403, "forbidden");
    let (app, admin) = app_with_admin().await;
    let bob = app.user("bob").await;
    assert_eq!(admin.get(&format!("/api/stats/{}", bob.id)).await.status, 200);
    admin.get("/api/stats/0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b").await.assert_error(404, "not_found");
}

#[tokio::test]
async fn hours_are_summed_exactly_and_rounded_once() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    // Each of them alone is rounded down to nothing.
    for _ in 0..200 {
        let id = ann.start().await.text("id");
        app.clock.advance_micros(17_999_999);
        assert_eq!(ann.end(&id).await.body["duration"], 0.0);
    }
    assert_eq!(ann.stats().await["total_hours"], 1.0);
}

#[tokio::test]
async fn a_streak_lasts_while_no_day_is_missed() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let streaks = async || {
        let stats = ann.stats().await;
        (stats["current_streak"].as_u64().expect("a number"), stats["longest_streak"].as_u64().expect("a number"))
    };
    for day in 1..=3 {
        ann.complete_new_task().await;
        assert_eq!(streaks().await, (day, day));
        app.advance_hours(24);
        // The new day is open and does not break it.
        assert_eq!(streaks().await, (day, day));
    }
    app.advance_hours(24);
    assert_eq!(streaks().await, (0, 3));
    let id = ann.start().await.text("id");
    ann.end(&id).await;
    assert_eq!(streaks().await, (1, 3));
}

#[tokio::test]
async fn days_are_those_of_the_users_zone_and_stay_what_they_were() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let me = format!("/api/users/{}", ann.id);
    let complete_at = async |text: &str| {
        app.clock.set(time(text));
        ann.complete_new_task().await;
    };
    ann.patch(&me, json!({ "time_zone": "Europe/Madrid" })).await;
    // The night in which the clock goes from 2 to 3: 23:30 on the 28th and 00:30 on the 29th, an hour apart.
    complete_at("2026-03-28T22:30:00Z").await;
    complete_at("2026-03-28T23:30:00Z").await;
    // 23:59 on the short day, already summer time.
    complete_at("2026-03-29T21:59:00Z").await;
    assert_eq!(ann.stats().await["current_streak"], 2);
    complete_at("2026-03-29T22:01:00Z").await;
    assert_eq!(ann.stats().await["current_streak"], 3);
    // In Honolulu it still is the 29th; the days that were counted stay.
    ann.patch(&me, json!({ "time_zone": "Pacific/Honolulu" })).await;
    assert_eq!(ann.stats().await["current_streak"], 3);
    complete_at("2026-03-30T02:00:00Z").await;
    let stats = ann.stats().await;
    assert_eq!((&stats["current_streak"], &stats["completed_tasks"]), (&json!(3), &json!(5)));
    // What counted for a day counts for it when it is taken back, wherever the user is now.
    let tasks = ann.get("/api/tasks").await.body;
    ann.delete(&format!("/api/tasks/{}", tasks[0]["id"].as_str().expect("an id"))).await;
    assert_eq!(ann.stats().await["longest_streak"], 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn statistics_agree_with_a_naive_count(steps in prop::collection::vec(step(), 1..60)) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let mut model = Model::default();
            for (index, step) in steps.iter().enumerate() {
                perform(&app, &ann, &mut model, step).await;
                let stats = ann.stats().await;
                assert_eq!(observed(&stats), model.expected(app.clock.now()), "after step {index} of {steps:?}");
                let days = observed_days(&app, &ann).await;
                assert_eq!(days, model.expected_days(), "after step {index} of {steps:?}");
            }
        });
    }

    /// Callers who know nothing of each other, on two instances; afterwards the lists are counted.
    #[test]
    fn statistics_agree_with_the_lists_after_concurrent_changes(
        histories in prop::collection::vec(prop::collection::vec(step(), 1..15), 2..6)
    ) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let elsewhere = app.another(&[LONG_TOKENS]).anonymous().with_token(ann.token(), &ann.id);
            let mut callers = tokio::task::JoinSet::new();
            for (n, steps) in histories.into_iter().enumerate() {
                let client = if n % 2 == 0 { ann.clone() } else { elsewhere.clone() };
                callers.spawn(async move { wander(&client, &steps).await });
            }
            callers.join_all().await;
            let tasks = ann.get("/api/tasks").await.body;
            let sessions = ann.get("/api/work_sessions").await.body;
            let completed = tasks.as_array().expect("tasks").iter().filter(|task| task["completed"] == true).count();
            let ended = sessions.as_array().expect("sessions").iter().filter(|session| !session["end_time"].is_null()).count();
            let stats = ann.stats().await;
            assert_eq!(stats["total_tasks"], json!(tasks.as_array().map(Vec::len)));
            assert_eq!(stats["completed_tasks"], json!(completed));
            assert_eq!(stats["total_sessions"], json!(ended));
            let active = sessions.as_array().expect("sessions").len() - ended;
            assert!(active <= 1);
            assert_eq!(stats["active_session"], json!(active == 1));
            let date = |one: &Value, field: &str| one[field].as_str().map(|at| at[..10].parse::<NaiveDate>().expect("a date"));
            let achieved = tasks.as_array().expect("tasks").iter().filter_map(|task| date(task, "completed_at"));
            let ends = sessions.as_array().expect("sessions").iter().filter_map(|session| date(session, "end_time"));
            let dates: BTreeSet<NaiveDate> = achieved.chain(ends).collect();
            let last = dates.last().copied().unwrap_or_default();
            let run = (0..400).take_while(|back| dates.contains(&(last - Days::new(*back)))).count();
            let recent = last >= DayRule::default().date_at(app.clock.now()) - Days::new(1);
            assert_eq!(stats["current_streak"], json!(if recent { run } else { 0 }));
            let counted = observed_days(&app, &ann).await.into_values().fold([0, 0], |sum, day| [sum[0] + day[1], sum[1] + day[2]]);
            assert_eq!(json!(counted), json!([completed, ended]));
        });
    }
}

/// Does what the steps say to whatever is there; every answer must be one that the rules allow.
async fn wander(client: &Client, steps: &[Step]) {
    for step in steps {
        let tasks = client.get("/api/tasks").await.body;
        let some_task = |n: usize| {
            let tasks = tasks.as_array().expect("tasks");
            tasks.get(n % tasks.len().max(1)).map(|task| format!("/api/tasks/{}", task["id"].as_str().expect("an id")))
        };
        let answer = match step {
            Step::Create => client.create_task("a task").await,
            Step::Complete(n) | Step::Reopen(n) | Step::Delete(n) => {
                let Some(path) = some_task(*n) else { continue };
                match step {
                    Step::Complete(_) => client.patch(&path, json!({ "action": "complete" })).await,
                    Step::Reopen(_) => client.patch(&path, json!({ "action": "reopen" })).await,
                    _ => client.delete(&path).await,
                }
            }
            Step::Start => client.start().await,
            Step::End => {
                let active = client.get(&format!("/api/work_sessions/active?user_id={}", client.id)).await.body;
                let Some(id) = active["id"].as_str() else { continue };
                client.end(id).await
            }
            Step::Pause | Step::Resume => {
                let active = client.get(&format!("/api/work_sessions/active?user_id={}", client.id)).await.body;
                let Some(id) = active["id"].as_str() else { continue };
                let what = if matches!(step, Step::Pause) { "pause" } else { "resume" };
                client.post_empty(&format!("/api/work_sessions/{id}/{what}")).await
            }
            Step::Record { ago, length } => {
                let end = time("2026-01-14T09:00:00Z").minus(Duration::from_secs(ago * 60));
                client.record(end.minus(Duration::from_secs(length * 60)), end).await
            }
            Step::Discard(n) => {
                let sessions = client.get("/api/work_sessions").await.body;
                let sessions = sessions.as_array().expect("sessions");
                let Some(session) = sessions.get(n % sessions.len().max(1)) else { continue };
                client.delete(&format!("/api/work_sessions/{}", session["id"].as_str().expect("an id"))).await
            }
            Step::Wait { .. } | Step::Move(_) | Step::Begin(_) | Step::Correct { .. } => continue,
        };
        let allowed = [200, 201, 204, 404].contains(&answer.status)
            || ["active_session_exists", "session_ended", "sessions_overlap"].iter().any(|code| answer.body["code"] == **code);
        assert!(allowed, "{answer:?}");
    }
}
