//! Timers of tasks: one for each user, stopped by whatever ends the work, and by nobody when they are forgotten.

use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Answer, Client, TestApp, task_path, time},
};

async fn timer(ann: &Client, task: &Value, what: &str) -> Answer {
    ann.post_empty(&format!("{}/timer/{what}", task_path(task))).await
}

/// The task with its timer started.
async fn started(ann: &Client, fields: Value) -> Value {
    let task = ann.task_with(fields).await;
    let started = timer(ann, &task, "start").await;
    assert_eq!(started.status, 200, "{started:?}");
    started.body
}

/// Seconds spent, whether the timer runs, and whether what is known of it is to be looked at.
fn spent(task: &Value) -> (i64, bool, bool) {
    let runs = !task["timer_started_at"].is_null();
    (task["spent_seconds"].as_i64().expect("seconds"), runs, task["timer_needs_review"].as_bool().expect("a truth value"))
}

#[tokio::test]
async fn a_timer_runs_until_it_is_stopped_and_repetitions_are_harmless() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = started(&ann, json!({})).await;
    assert_eq!(task["timer_started_at"], "2026-01-14T10:00:00.000000Z");
    app.advance_seconds(90);
    let again = timer(&ann, &task, "start").await;
    assert_eq!((&again.body, again.header("etag")), (&task, ann.get(&task_path(&task)).await.header("etag")));
    let stopped = timer(&ann, &task, "stop").await;
    assert_eq!(spent(&stopped.body), (90, false, false));
    app.advance_seconds(90);
    let again = timer(&ann, &task, "stop").await;
    assert_eq!((&again.body, again.header("etag")), (&stopped.body, stopped.header("etag")));
    timer(&ann, &task, "start").await;
    app.advance_seconds(30);
    assert_eq!(spent(&timer(&ann, &task, "stop").await.body), (120, false, false));
    // It is about no work session.
    assert_eq!(
        (ann.stats().await["total_sessions"].clone(), ann.stats().await["active_session"].clone()),
        (json!(0), json!(false))
    );
    let stale = ann.clone().with_header("if-match", stopped.header("etag").expect("a version"));
    timer(&stale, &task, "start").await.assert_error(412, "stale_etag");
    timer(&ann, &json!({ "id": "x" }), "start").await.assert_error(404, "not_found");
    assert_clean(&app).await;
}

#[tokio::test]
async fn starting_another_stops_the_first_at_the_same_instant() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let of_bob = started(&bob, json!({})).await;
    let one = started(&ann, json!({ "title": "one" })).await;
    app.advance_seconds(60);
    let two = started(&ann, json!({ "title": "two" })).await;
    let one = ann.task(&one).await;
    assert_eq!(spent(&one), (60, false, false));
    assert_eq!(one["updated_at"], two["timer_started_at"]);
    app.advance_seconds(60);
    assert_eq!(spent(&timer(&ann, &one, "start").await.body), (60, true, false));
    assert_eq!(spent(&ann.task(&two).await), (60, false, false));
    // That of another user runs on.
    assert_eq!(spent(&bob.task(&of_bob).await), (0, true, false));
    assert_clean(&app).await;
}

#[tokio::test]
async fn completing_and_deleting_stop_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let one = started(&ann, json!({})).await;
    app.advance_seconds(600);
    // When it was completed is when it stopped.
    let done = ann.change_task(&one, json!({ "action": "complete", "completed_at": "2026-01-14T10:05:00Z" })).await;
    assert_eq!(spent(&done), (300, false, false));
    timer(&ann, &one, "start").await.assert_error(409, "task_completed");
    assert_eq!(timer(&ann, &one, "stop").await.body, done);
    assert_eq!(spent(&ann.change_task(&one, json!({ "action": "reopen" })).await), (300, false, false));
    let two = started(&ann, json!({})).await;
    app.advance_seconds(60);
    assert_eq!(ann.delete(&task_path(&two)).await.status, 204);
    timer(&ann, &two, "start").await.assert_error(404, "not_found");
    app.advance_seconds(60);
    let restored = ann.post_empty(&format!("{}/restore", task_path(&two))).await.body;
    assert_eq!(spent(&restored), (60, false, false));
    let three = started(&ann, json!({})).await;
    assert_eq!(ann.delete(&format!("{}?permanent=true", task_path(&three))).await.status, 204);
    // Said to have been completed before it was started: no time at all.
    app.advance_seconds(600);
    let four = started(&ann, json!({})).await;
    let early = ann.task_with(json!({})).await;
    app.advance_seconds(60);
    timer(&ann, &early, "start").await;
    let early = ann.change_task(&early, json!({ "action": "complete", "completed_at": early["created_at"] })).await;
    assert_eq!((spent(&early), spent(&ann.task(&four).await)), ((0, false, false), (60, false, false)));
    app.advance_hours(13);
    app.do_due().await.expect("done");
    assert_clean(&app).await;
}

async fn left_running(app: &TestApp, ann: &Client, task: &Value, hours: i64) -> Value {
    app.advance_hours(hours);
    app.do_due().await.expect("done");
    ann.task(task).await
}

#[tokio::test]
async fn one_that_was_forgotten_is_stopped_after_twelve_hours_and_marked() {
    for outage in [0, 1, 5, 200] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let task = started(&ann, json!({ "estimate_minutes": 45 })).await;
        app.advance_seconds(12 * 3600 - 1);
        app.do_due().await.expect("done");
        assert_eq!(ann.task(&task).await, task);
        app.advance_seconds(1);
        let stopped = left_running(&app, &ann, &task, outage).await;
        assert_eq!(spent(&stopped), (45 * 60, false, true));
        assert_eq!(left_running(&app, &ann, &task, 24).await, stopped);
        assert_eq!(app.due().await, Vec::<String>::new());
        let days = ann.get(&format!("/api/stats/{}/days?from=2026-01-14", ann.id)).await;
        assert_eq!(days.status, 200);
        assert_clean(&app).await;
        // Saying how long it was takes the mark away, even where the guess was right.
        let right = ann.change_task(&task, json!({ "spent_seconds": 45 * 60 })).await;
        assert_eq!(spent(&right), (45 * 60, false, false));
        assert_eq!(spent(&ann.change_task(&task, json!({ "spent_seconds": 0 })).await), (0, false, false));
        assert_eq!(spent(&ann.change_task(&task, json!({ "spent_seconds": 31_536_000 })).await), (31_536_000, false, false));
        assert_clean(&app).await;
    }
}

#[tokio::test]
async fn what_a_forgotten_timer_counted_is_the_session_the_estimate_or_half_an_hour() {
    for (session, estimate, minutes) in
        [(Some(95), Some(45), 95), (Some(95), None, 95), (None, Some(45), 45), (None, None, 30), (None, Some(6000), 720)]
    {
        for outage in [0, 7] {
            let app = TestApp::new();
            let ann = app.user("ann").await;
            let id = if session.is_some() { Some(ann.start().await.text("id")) } else { None };
            app.advance_seconds(60);
            let task = started(&ann, json!({ "estimate_minutes": estimate })).await;
            if let Some((id, minutes)) = id.zip(session) {
                app.advance_seconds(minutes * 60);
                assert_eq!(ann.end(&id).await.status, 200);
                app.advance_seconds(-minutes * 60);
            }
            let stopped = left_running(&app, &ann, &task, 12 + outage).await;
            assert_eq!(spent(&stopped), (minutes * 60, false, true), "{session:?} {estimate:?} {outage}");
            assert_clean(&app).await;
        }
    }
}

/// Whoever comes back before the job does finds the same.
#[tokio::test]
async fn a_forgotten_timer_is_no_longer_for_being_stopped_by_hand() {
    for how in ["stop", "complete", "delete", "another", "complete then"] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let task = started(&ann, json!({})).await;
        app.advance_hours(20);
        match how {
            "stop" => assert_eq!(timer(&ann, &task, "stop").await.status, 200),
            "complete" => drop(ann.change_task(&task, json!({ "action": "complete" })).await),
            "complete then" => {
                drop(ann.change_task(&task, json!({ "action": "complete", "completed_at": "2026-01-14T21:00:00Z" })).await);
            }
            "another" => drop(started(&ann, json!({})).await),
            _ => {
                assert_eq!(ann.delete(&task_path(&task)).await.status, 204);
                assert_eq!(ann.post_empty(&format!("{}/restore", task_path(&task))).await.status, 200);
            }
        }
        // It is known until when it ran where that is said.
        let expected = if how == "complete then" { (11 * 3600, false, false) } else { (1800, false, true) };
        assert_eq!(spent(&ann.task(&task).await), expected, "{how}");
        assert_clean(&app).await;
    }
}

#[tokio::test]
async fn a_session_that_was_forgotten_with_it_says_how_long_it_ran() {
    for (before, steps) in [(0, [12, 1]), (60, [12, 1]), (0, [21, 1]), (60, [21, 1]), (0, [4, 20]), (60, [4, 8])] {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        ann.start().await;
        app.advance_seconds(before);
        let task = started(&ann, json!({})).await;
        left_running(&app, &ann, &task, steps[0]).await;
        let last = left_running(&app, &ann, &task, steps[1]).await;
        let ended = ann.get("/api/work_sessions").await.body[0]["end_time"].as_str().map(time).expect("it has ended");
        let ran = ended.since(time("2026-01-14T10:00:00Z")).as_secs();
        let ran = i64::try_from(ran).expect("few") - before;
        assert_eq!(spent(&last), (ran, false, true), "started {before} s later, and looked at after {steps:?} h");
        assert_clean(&app).await;
    }
}

#[tokio::test]
async fn time_spent_counts_for_the_date_on_which_it_ended() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.clock.set(time("2026-01-14T23:30:00Z"));
    let task = started(&ann, json!({})).await;
    app.clock.set(time("2026-01-15T00:30:00Z"));
    assert_eq!(spent(&timer(&ann, &task, "stop").await.body).0, 3600);
    assert_clean(&app).await;
    app.clock.set(time("2026-03-30T00:30:00Z"));
    assert_eq!(spent(&ann.change_task(&task, json!({ "spent_seconds": 7200 })).await).0, 7200);
    assert_eq!(spent(&ann.change_task(&task, json!({ "spent_seconds": 1800 })).await).0, 1800);
    assert_clean(&app).await;
}
