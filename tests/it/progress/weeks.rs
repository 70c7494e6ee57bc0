//! Weeks as people have them, played with the clock: each achievement is earned when it should be, and its progress is told before.

use std::collections::BTreeMap;

use avanochi::kernel::{DayRule, Timestamp};
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Weekday};
use serde_json::{Value, json};

use super::earned;
use crate::support::{Client, LONG_TOKENS, TestApp, time};

/// Every one but those for risk and integrations, which cannot be earned yet.
const NOT_YET: [&str; 2] = ["cool_down", "connected"];

/// A day at work without anything to be said against it: 85 minutes at a time, five minutes between, and 50 for lunch.
const SESSIONS: [[(u32, u32); 2]; 5] =
    [[(9, 0), (10, 25)], [(10, 30), (11, 55)], [(12, 45), (14, 10)], [(14, 15), (15, 40)], [(15, 45), (17, 10)]];

struct Play {
    app: TestApp,
    ann: Client,
    date: NaiveDate,
}

impl Play {
    /// On a Monday.
    async fn new() -> Self {
        let app = TestApp::with(&[LONG_TOKENS]);
        let ann = app.user("ann").await;
        let date = NaiveDate::from_ymd_opt(2026, 1, 19).expect("a date");
        let play = Self { app, ann, date };
        play.clock(8, 0);
        play
    }

    fn at(&self, hour: u32, minute: u32) -> Timestamp {
        DayRule::default().instant_on(self.date, NaiveTime::from_hms_opt(hour, minute, 0).expect("a time"))
    }

    fn clock(&self, hour: u32, minute: u32) {
        self.app.clock.set(self.at(hour, minute));
    }

    fn pass(&mut self, days: u64) {
        self.date = self.date + Days::new(days);
        self.clock(8, 0);
    }

    fn is_weekend(&self) -> bool {
        [Weekday::Sat, Weekday::Sun].contains(&self.date.weekday())
    }

    async fn record(&self, from: (u32, u32), to: (u32, u32)) -> String {
        let recorded = self.ann.record(self.at(from.0, from.1), self.at(to.0, to.1)).await;
        assert_eq!(recorded.status, 201, "{recorded:?}");
        format!("/api/work_sessions/{}", recorded.text("id"))
    }

    async fn drink(&self, ml: u32) {
        assert_eq!(self.ann.post("/api/hydration", json!({ "ml": ml })).await.status, 201);
    }

    async fn lunch(&self) {
        let meal = json!({ "kind": "lunch", "at": self.at(12, 30).to_string() });
        assert_eq!(self.ann.post("/api/meals", meal).await.status, 201);
    }

    async fn tasks(&self, count: usize) {
        let task = json!({ "op": "create", "title": "one of many", "priority": "urgent", "estimate_minutes": 120 });
        let made = self.ann.post("/api/tasks/bulk", json!({ "operations": vec![task; count] })).await;
        let done = |made: &Value| json!({ "op": "complete", "id": made["task"]["id"], "spent_seconds": 6_000 });
        let done: Vec<Value> = made.body["results"].as_array().expect("results").iter().map(done).collect();
        let done = self.ann.post("/api/tasks/bulk", json!({ "operations": done })).await;
        assert_eq!(done.status, 200, "{done:?}");
    }

    /// All that makes a perfect day, with as many tasks.
    async fn work(&self, tasks: usize) {
        self.clock(8, 30);
        self.tasks(1).await;
        self.clock(18, 30);
        for [from, to] in SESSIONS {
            self.record(from, to).await;
        }
        self.tasks(tasks).await;
        self.drink(900).await;
        self.drink(900).await;
    }

    async fn achievements(&self) -> BTreeMap<String, f64> {
        let all = self.ann.get("/api/achievements").await.body;
        let of = |one: &Value| {
            let (id, progress) = (one["id"].as_str().expect("an id"), one["progress"].as_f64().expect("a number"));
            assert_eq!(progress >= 1.0, !one["earned_at"].is_null(), "{one}");
            (id.to_owned(), progress)
        };
        all.as_array().expect("all").iter().map(of).collect()
    }

    async fn of(&self, id: &str) -> f64 {
        self.achievements().await[id]
    }
}

fn near(is: f64, expected: f64) {
    assert!((is - expected).abs() < 0.000_2, "{is} is not {expected}");
}

/// Twenty-one weeks from Monday to Friday, after some days of nothing. What was earned is told with the day of it, from 1 on, of those
/// with work; what follows only once a date is over is told on the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_year_of_good_days_earns_all_there_is() {
    let mut play = Play::new().await;
    play.tasks(1).await;
    assert_eq!(earned(&play.ann).await, ["first_task"]);
    play.pass(14);
    let mut earned_on = BTreeMap::new();
    let (mut before, mut day) = (play.achievements().await, 0);
    while day < 105 {
        if !play.is_weekend() {
            day += 1;
            play.work(if day <= 55 { 20 } else { 2 }).await;
            if day == 2 {
                deep(&play).await;
            }
            let now = play.achievements().await;
            for (id, progress) in &now {
                assert!(*progress >= before[id], "{id} fell from {} to {progress} on day {day}", before[id]);
                if *progress >= 1.0 {
                    earned_on.entry(id.clone()).or_insert(day);
                }
            }
            before = now;
        }
        play.pass(1);
    }
    let missing: Vec<&String> = before.iter().filter(|(_, progress)| **progress < 1.0).map(|(id, _)| id).collect();
    assert_eq!(missing, ["connected", "cool_down"]);
    for (id, expected) in [
        ("first_task", 1),
        ("first_session", 1),
        ("tasks_10", 1),
        ("ten_in_a_day", 1),
        ("four_hour_day", 1),
        ("evolved_hatchling", 1),
        ("evolved_child", 1),
        ("estimator", 1),
        // 22 on each, and one before.
        ("tasks_100", 5),
        ("tasks_500", 24),
        ("tasks_1000", 48),
        ("clean_slate", 2),
        ("deep_flow", 2),
        ("perfect_day", 2),
        ("focus_10h", 2),
        ("comeback", 3),
        ("streak_3", 3),
        // Before nine on each, and on the one before.
        ("early_bird", 4),
        ("hydrated", 5),
        ("break_master", 6),
        ("perfect_week", 6),
        ("streak_7", 7),
        ("lunch_hero", 10),
        ("unplugged", 11),
        ("free_weekend", 21),
        // From the first Monday to the Monday after four weeks.
        ("rested", 22),
        ("streak_21", 21),
        ("streak_50", 50),
        ("ocean", 56),
        ("streak_100", 100),
    ] {
        assert_eq!(earned_on.get(id), Some(&expected), "{id}: {earned_on:?}");
    }
    assert_eq!(earned_on.len() + NOT_YET.len(), 38, "{earned_on:?}");
}

/// Puts a pause into work of 95 minutes, so that no break is overdue in it.
async fn deep(play: &Play) {
    let sessions = play.ann.get(&format!("/api/work_sessions?user_id={}", play.ann.id)).await.body;
    let start = |session: &&Value| session["start_time"] == json!(play.at(15, 45));
    let last = sessions.as_array().expect("sessions").iter().find(start).expect("the last of the day");
    let pause = json!({ "from": play.at(16, 40).to_string(), "to": play.at(16, 45).to_string() });
    let longer = json!({ "end_time": play.at(17, 25).to_string(), "pauses": [pause] });
    let changed = play.ann.patch(&format!("/api/work_sessions/{}", last["id"].as_str().expect("an id")), longer).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}

#[tokio::test]
async fn water_is_drunk_on_five_dates_in_a_row() {
    let mut play = Play::new().await;
    play.app.clock.set(play.at(20, 0));
    // Thursday and Friday; a missed Monday begins anew; the next weekend is passed over.
    play.pass(3);
    for (days, expected) in [(1, 0.2), (4, 0.4), (1, 0.4), (1, 0.4), (1, 0.6), (3, 0.8), (1, 1.0)] {
        play.drink(900).await;
        play.drink(900).await;
        near(play.of("hydrated").await, expected);
        play.pass(days);
    }
    near(play.of("ocean").await, 0.126);
}

#[tokio::test]
async fn a_hundred_litres_are_an_ocean_as_long_as_they_are_there() {
    let mut play = Play::new().await;
    let mut last = String::new();
    for n in 0..100 {
        let drunk = play.ann.post("/api/hydration", json!({ "ml": 1000 })).await;
        last = drunk.text("id");
        if n == 49 {
            near(play.of("ocean").await, 0.5);
        }
    }
    near(play.of("ocean").await, 1.0);
    assert_eq!(play.ann.delete(&format!("/api/hydration/{last}")).await.status, 204);
    play.pass(1);
    near(play.of("ocean").await, 1.0);
}

#[tokio::test]
async fn lunch_counts_on_work_days_and_is_taken_back() {
    let mut play = Play::new().await;
    let mut days = 0;
    while days < 9 {
        play.clock(18, 0);
        play.lunch().await;
        days += u32::from(!play.is_weekend());
        near(play.of("lunch_hero").await, f64::from(days) / 10.0);
        play.pass(1);
    }
    let meals = play.ann.get("/api/meals").await.body;
    let path = format!("/api/meals/{}", meals[0]["id"].as_str().expect("an id"));
    assert_eq!(play.ann.delete(&path).await.status, 204);
    near(play.of("lunch_hero").await, 0.8);
    // On a Friday, and on the Monday after it.
    for days in [9, 10] {
        play.clock(18, 0);
        play.lunch().await;
        near(play.of("lunch_hero").await, f64::from(days) / 10.0);
        play.pass(3);
    }
}

#[tokio::test]
async fn a_break_overdue_or_work_after_hours_is_found_once_the_date_is_over() {
    let mut play = Play::new().await;
    play.clock(20, 0);
    play.record((9, 0), (10, 0)).await;
    assert_eq!((play.of("break_master").await, play.of("unplugged").await), (0.0, 0.0));
    play.pass(1);
    near(play.of("break_master").await, 0.2);
    near(play.of("unplugged").await, 0.1);
    // A date without work is neither, and ends nothing.
    play.pass(1);
    play.clock(20, 0);
    let late = play.record((17, 0), (18, 1)).await;
    play.pass(1);
    near(play.of("break_master").await, 0.4);
    near(play.of("unplugged").await, 0.1);
    play.ann.patch(&late, json!({ "end_time": (play.date - Days::new(1)).to_string() + "T18:00:00Z" })).await;
    near(play.of("unplugged").await, 0.2);
    play.clock(20, 0);
    let long = play.record((9, 0), (10, 30)).await;
    play.pass(1);
    near(play.of("break_master").await, 0.4);
    // The row begins anew; a rest that was forgotten to be entered mends it.
    play.clock(20, 0);
    play.record((9, 0), (10, 0)).await;
    play.pass(3);
    near(play.of("break_master").await, 0.4);
    let rest = json!({ "kind": "short", "start_time": "2026-01-22T10:00:00Z", "end_time": "2026-01-22T10:05:00Z" });
    assert_eq!(play.ann.post("/api/rests", rest).await.status, 201);
    near(play.of("break_master").await, 0.8);
    assert_eq!(play.ann.delete(&long).await.status, 204);
    near(play.of("break_master").await, 0.6);
}

#[tokio::test]
async fn a_weekend_is_free_after_a_week_with_work() {
    let mut play = Play::new().await;
    for week in 0..5 {
        play.clock(20, 0);
        play.record((9, 0), (10, 0)).await;
        if week == 1 {
            play.pass(5);
            play.clock(20, 0);
            play.record((9, 0), (9, 30)).await;
            play.pass(2);
        } else {
            play.pass(7);
        }
        let free = [1, 1, 2, 3, 4][week];
        near(play.of("free_weekend").await, f64::from(free) / 4.0);
    }
}

#[tokio::test]
async fn rest_is_short_below_eleven_hours_between_the_work_of_two_dates() {
    let mut play = Play::new().await;
    play.clock(22, 0);
    play.record((9, 0), (10, 0)).await;
    play.pass(14);
    play.clock(23, 0);
    let late = play.record((21, 0), (22, 1)).await;
    play.pass(1);
    near(play.of("rested").await, 15.0 / 28.0);
    play.clock(23, 0);
    play.record((9, 0), (10, 0)).await;
    play.pass(1);
    near(play.of("rested").await, 15.0 / 28.0);
    assert_eq!(play.ann.patch(&late, json!({ "end_time": "2026-02-02T22:00:00Z" })).await.status, 200);
    near(play.of("rested").await, 16.0 / 28.0);
    play.pass(11);
    play.clock(23, 0);
    play.record((9, 0), (10, 0)).await;
    play.pass(1);
    near(play.of("rested").await, 1.0);
}

#[tokio::test]
async fn a_slate_is_clean_when_nothing_is_overdue_at_the_end_of_the_date() {
    let mut play = Play::new().await;
    let due = json!({ "title": "the report", "due_on": "2026-01-19" });
    let report = play.ann.task_with(due).await;
    play.tasks(3).await;
    play.pass(1);
    near(play.of("clean_slate").await, 0.0);
    // It is done in the morning, which is too late, and not done enough itself on that date.
    play.ann.change_task(&report, json!({ "action": "complete" })).await;
    play.tasks(1).await;
    play.pass(1);
    near(play.of("clean_slate").await, 0.0);
    play.tasks(3).await;
    let later = play.ann.task_with(json!({ "title": "another", "due_on": "2026-01-22" })).await;
    near(play.of("clean_slate").await, 0.0);
    // Not for six hours after its end.
    play.app.clock.set(time("2026-01-22T05:59:00Z"));
    near(play.of("clean_slate").await, 0.0);
    play.app.clock.set(time("2026-01-22T06:01:00Z"));
    near(play.of("clean_slate").await, 1.0);
    play.pass(2);
    play.ann.change_task(&later, json!({ "title": "overdue" })).await;
    near(play.of("clean_slate").await, 1.0);
}

#[tokio::test]
async fn a_slate_is_judged_anew_when_a_task_of_the_date_is_reported_later() {
    let mut play = Play::new().await;
    let report = play.ann.task_with(json!({ "title": "the report", "due_on": "2026-01-19", "due_time": "12:00" })).await;
    play.clock(18, 0);
    play.tasks(3).await;
    play.pass(1);
    near(play.of("clean_slate").await, 0.0);
    play.ann.change_task(&report, json!({ "action": "complete", "completed_at": "2026-01-19T17:00:00Z" })).await;
    near(play.of("clean_slate").await, 1.0);
}
