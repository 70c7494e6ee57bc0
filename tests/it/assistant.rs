//! The assistant through the router: what it says follows from what was entered, and each number of it is what other routes answer.

mod narratives;
mod recommendations;

use avanochi::{
    kernel::{DayRule, Timestamp, UserId},
    store::{Key, Partition},
};
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Weekday};
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Client, LONG_TOKENS, TestApp},
};

/// Somebody whose days are played, and the clock with them.
struct Play {
    app: TestApp,
    ann: Client,
    date: NaiveDate,
}

impl Play {
    /// On a Monday, at eight.
    async fn new() -> Self {
        let app = TestApp::with(&[LONG_TOKENS]);
        let ann = app.user("ann").await;
        let play = Self { app, ann, date: NaiveDate::from_ymd_opt(2026, 1, 19).expect("a date") };
        play.clock(8 * 60);
        play
    }

    fn at(&self, minute: u32) -> Timestamp {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).expect("a time");
        DayRule::default().instant_on(self.date, time)
    }

    fn clock(&self, minute: u32) {
        self.app.clock.set(self.at(minute));
    }

    fn pass(&mut self) {
        self.date = self.date + Days::new(1);
        self.clock(8 * 60);
    }

    fn is_weekend(&self) -> bool {
        [Weekday::Sat, Weekday::Sun].contains(&self.date.weekday())
    }

    /// Works from one minute after midnight to another, and looks back at it from then.
    async fn work(&self, from: u32, to: u32) -> Value {
        self.clock(to);
        let recorded = self.ann.record(self.at(from), self.at(to)).await;
        assert_eq!(recorded.status, 201, "{recorded:?}");
        recorded.body
    }

    /// Weeks of so many hours, five days each, from nine with an hour for lunch.
    async fn weeks(&mut self, count: u32, hours: u32) {
        for _ in 0..count * 7 {
            if !self.is_weekend() {
                self.work(9 * 60, 12 * 60).await;
                self.work(13 * 60, (10 + hours) * 60).await;
            }
            self.pass();
        }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.ann.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// The version of what is kept of predictions.
    async fn kept(&self) -> Option<String> {
        let key = Key {
            partition: Partition::of(UserId::parse(&self.ann.id).expect("an id")),
            kind: "predictions".into(),
            id: self.ann.id.clone(),
        };
        let found = self.app.app.shared.store.get(key).await.expect("the store");
        found.map(|found| format!("{:?}", found.etag))
    }
}

fn factor<'a>(predictions: &'a Value, id: &str) -> &'a Value {
    let factors = predictions["risk"]["factors"].as_array().expect("factors");
    factors.iter().find(|factor| factor["id"] == id).expect("a factor")
}

#[tokio::test]
async fn of_nobody_who_has_entered_nothing_anything_is_predicted() {
    let play = Play::new().await;
    let found = play.get("/api/predictions").await;
    let risk = &found["risk"];
    assert_eq!((&risk["score"], &risk["level"], &risk["confidence"]), (&Value::Null, &json!("insufficient_data"), &json!(0.0)));
    assert_eq!((&risk["history"], &found["forecasts"], &found["as_of"]), (&json!([]), &json!([]), &json!("2026-01-18")));
    assert_eq!(factor(&found, "hours")["text"], "Nothing is known of this yet.");
}

#[tokio::test]
async fn predictions_follow_from_what_was_entered_and_are_made_once() {
    let mut play = Play::new().await;
    play.weeks(4, 8).await;
    let found = play.get("/api/predictions").await;
    assert_eq!(found["as_of"], "2026-02-15");
    assert_eq!(
        (&found["risk"]["score"], &found["risk"]["level"], &found["risk"]["floor"]),
        (&json!(0), &json!("low"), &json!(0))
    );
    // 80 of 100 points are known without tasks and check-ins.
    assert_eq!((&found["risk"]["confidence"], &factor(&found, "hours")["value"]), (&json!(0.8), &json!(40.0)));
    assert_eq!(factor(&found, "hours")["text"], "40.0 hours of work a week, by the last week and the last four.");
    assert_eq!(
        factor(&found, "check_in"),
        &json!({ "id": "check_in", "value": null, "points": null, "text": "Nothing is known of this yet." })
    );
    assert_eq!(found["risk"]["history"].as_array().map(Vec::len), Some(28));
    let hours: Vec<&Value> = found["forecasts"].as_array().expect("a list").iter().filter(|of| of["target"] == "hours").collect();
    assert_eq!(
        (hours.len(), &hours[0]["for"], &hours[0]["value"], &hours[5]["value"]),
        (7, &json!("2026-02-16"), &json!(8.0), &json!(0.0))
    );

    // Looked at again it is the same, which was kept; after a change it is made anew, and on the next date too.
    let kept = play.kept().await.expect("kept");
    assert_eq!((play.get("/api/predictions").await, play.kept().await), (found, Some(kept.clone())));
    let late = json!({ "at": play.at(0).minus(std::time::Duration::from_hours(10)), "energy": 1 });
    assert_eq!(play.ann.post("/api/check_ins", late).await.status, 201);
    let tired = play.get("/api/predictions").await;
    assert_eq!((&factor(&tired, "check_in")["value"], &tired["risk"]["confidence"]), (&json!(1.0), &json!(0.9)));
    let after = play.kept().await.expect("kept");
    assert_ne!(after, kept);
    play.pass();
    assert_eq!(play.get("/api/predictions").await["as_of"], "2026-02-16");
    assert_clean(&play.app).await;
}

#[tokio::test]
async fn time_that_nobody_vouched_for_is_no_part_of_the_risk() {
    let mut play = Play::new().await;
    play.weeks(2, 8).await;
    let before = play.get("/api/predictions").await;
    // A session is forgotten in the evening, and ends by itself.
    play.clock(20 * 60);
    let id = play.ann.start().await.text("id");
    play.app.advance_hours(13);
    play.app.do_due().await.expect("done");
    let session = play.get(&format!("/api/work_sessions/{id}")).await;
    assert_eq!(session["needs_review"], true, "{session}");
    play.date = play.date + Days::new(1);
    play.clock(12 * 60);
    let after = play.get("/api/predictions").await;
    assert_eq!(factor(&after, "after_hours")["value"], factor(&before, "after_hours")["value"]);
    assert_eq!(factor(&after, "short_rest")["value"], json!(0.0));
    // Once it is said when it ended, it counts.
    let end = json!({ "end_time": session["start_time"].as_str().expect("a time").replace("T20:00", "T23:00") });
    assert_eq!(play.ann.patch(&format!("/api/work_sessions/{id}"), end).await.status, 200);
    let known = play.get("/api/predictions").await;
    assert!(factor(&known, "after_hours")["value"].as_f64() > factor(&before, "after_hours")["value"].as_f64(), "{known}");
    assert_clean(&play.app).await;
}

/// The texts of all reminders of overload.
async fn warnings(play: &Play) -> Vec<Value> {
    let nudges = play.get("/api/nudges").await;
    nudges.as_array().expect("a list").iter().filter(|nudge| nudge["kind"] == "overload_ahead").cloned().collect()
}

#[tokio::test]
async fn overload_is_spoken_of_on_the_next_morning_of_work_once_a_level_and_week() {
    let mut play = Play::new().await;
    play.ann.be_reminded_of(&["sessions"]).await;
    play.weeks(3, 10).await;
    let mut said = Vec::new();
    for _ in 0..10 {
        if !play.is_weekend() {
            play.clock(8 * 60 + 55);
            let id = play.ann.start().await.text("id");
            play.app.do_due().await.expect("done");
            let all = warnings(&play).await;
            if all.len() > said.len() {
                assert_eq!(all.last().expect("one")["created_at"], play.at(8 * 60 + 55).to_string());
            }
            said = all;
            play.clock(18 * 60 + 55);
            play.ann.end(&id).await;
        }
        // After the date is over.
        play.date = play.date + Days::new(1);
        play.clock(1);
        play.app.do_due().await.expect("done");
        assert_eq!(warnings(&play).await.len(), said.len(), "nothing is said at night");
    }
    // Fifty hours a week: elevated from the second evaluation on, and again a week later.
    let evidence: Vec<&Value> = said.iter().map(|nudge| &nudge["evidence"]).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!((&evidence[0]["level"], &evidence[1]["level"]), (&json!("elevated"), &json!("elevated")));
    let text = said[0]["text"].as_str().expect("a text");
    assert!(text.starts_with("Your risk of overload is elevated, mostly because of ") && text.ends_with('.'), "{text}");
    assert_clean(&play.app).await;
}

#[tokio::test]
async fn whoever_works_each_other_day_and_looks_back_at_it_is_told_too() {
    let mut play = Play::new().await;
    play.ann.be_reminded_of(&["sessions"]).await;
    let works = |play: &Play| [Weekday::Mon, Weekday::Wed, Weekday::Fri].contains(&play.date.weekday());
    let mut told = Vec::new();
    // Three days a week of seventeen hours, written down in the evening but for a minute in the morning.
    for _ in 0..35 {
        if works(&play) {
            play.clock(5 * 60);
            let id = play.ann.start().await.text("id");
            play.app.do_due().await.expect("done");
            if warnings(&play).await.len() > told.len() {
                told.push(play.date);
            }
            play.clock(5 * 60 + 1);
            play.ann.end(&id).await;
            play.work(6 * 60, 23 * 60).await;
        } else {
            play.ann.post("/api/check_ins", json!({ "energy": 1 })).await;
        }
        play.date = play.date + Days::new(1);
        play.clock(1);
        play.app.do_due().await.expect("done");
        assert_eq!(warnings(&play).await.len(), told.len(), "nothing is said at night");
    }
    assert!(told.len() >= 2 && told.windows(2).all(|days| days[1] - days[0] >= chrono::TimeDelta::days(7)), "{told:?}");
    assert_clean(&play.app).await;
}
