//! Random histories of sessions through two instances at once, while the clock is set forward and back.

use std::time::Duration;

use avanochi::kernel::{Clock as _, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    model::{observed_days, run},
    support::{Client, LONG_TOKENS, TestApp, time},
};

#[derive(Debug, Clone)]
enum Step {
    Start(Option<i64>),
    /// `pause`, `resume` or `end`.
    Do(&'static str, Option<i64>),
    Record {
        ago: u64,
        length: u64,
    },
    Correct {
        session: usize,
        start: Option<i64>,
        end: Option<i64>,
    },
    Interrupt {
        session: usize,
        from: i64,
        length: i64,
    },
    Delete(usize),
    Clock(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let at = || prop::option::weighted(0.3, -400..3_i64);
    let minutes = || prop::option::weighted(0.5, -200..200_i64);
    prop_oneof![
        4 => at().prop_map(Step::Start),
        3 => at().prop_map(|at| Step::Do("end", at)),
        2 => at().prop_map(|at| Step::Do("pause", at)),
        2 => at().prop_map(|at| Step::Do("resume", at)),
        2 => (0..900_u64, 1..300_u64).prop_map(|(ago, length)| Step::Record { ago, length }),
        3 => (0..20_usize, minutes(), minutes()).prop_map(|(session, start, end)| Step::Correct { session, start, end }),
        1 => (0..20_usize, 0..200_i64, 0..90_i64).prop_map(|(session, from, length)| Step::Interrupt { session, from, length }),
        1 => (0..20_usize).prop_map(Step::Delete),
        4 => (-90..240_i64).prop_map(Step::Clock),
    ]
}

fn later(at: Timestamp, minutes: i64) -> Timestamp {
    Timestamp::from_micros(at.micros() + minutes * 60_000_000)
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str().map(time)
}

async fn perform(app: &TestApp, ann: &Client, step: &Step) {
    let now = app.clock.now();
    let sessions = ann.get("/api/work_sessions").await.body.as_array().cloned().unwrap_or_default();
    let some = |n: usize| sessions.get(n % sessions.len().max(1));
    let path = |session: &Value| format!("/api/work_sessions/{}", session["id"].as_str().expect("an id"));
    let body = |at: Option<i64>| at.map_or_else(|| json!({}), |minutes| json!({ "at": later(now, minutes) }));
    let answer = match step {
        Step::Clock(minutes) => return app.clock.advance_micros(minutes * 60_000_000 + 7),
        Step::Start(at) => {
            let mut body = body(*at);
            body["user_id"] = json!(ann.id);
            ann.post("/api/work_sessions/start", body).await
        }
        Step::Do(what, at) => {
            let Some(active) = sessions.iter().find(|session| session["end_time"].is_null()) else { return };
            ann.post(&format!("{}/{what}", path(active)), body(*at)).await
        }
        Step::Record { ago, length } => {
            let end = now.minus(Duration::from_mins(*ago));
            ann.record(end.minus(Duration::from_mins(*length)), end).await
        }
        Step::Correct { session, start, end } => {
            let Some(session) = some(*session) else { return };
            let mut body = json!({});
            for (field, minutes) in [("start_time", start), ("end_time", end)] {
                if let Some((at, minutes)) = instant(&session[field]).zip(*minutes) {
                    body[field] = json!(later(at, minutes));
                }
            }
            ann.patch(&path(session), body).await
        }
        Step::Interrupt { session, from, length } => {
            let Some(session) = some(*session) else { return };
            let from = later(instant(&session["start_time"]).expect("a time"), *from);
            ann.patch(&path(session), json!({ "pauses": [{ "from": from, "to": later(from, *length) }] })).await
        }
        Step::Delete(session) => {
            let Some(session) = some(*session) else { return };
            ann.delete(&path(session)).await
        }
    };
    assert!([200, 201, 204, 400, 404, 409].contains(&answer.status), "{step:?}: {answer:?}");
}

/// Holds what there is to the rules, and what is counted to what there is.
async fn check(app: &TestApp, ann: &Client) {
    let sessions = ann.get("/api/work_sessions").await.body;
    let sessions = sessions.as_array().expect("sessions");
    let span = |session: &Value| (instant(&session["start_time"]).expect("a start"), instant(&session["end_time"]));
    let mut ended = 0;
    let mut worked = 0;
    for (index, session) in sessions.iter().enumerate() {
        let (start, end) = span(session);
        assert!(end.is_none_or(|end| start <= end), "{session}");
        for other in &sessions[..index] {
            let (other_start, other_end) = span(other);
            let apart = end.is_some_and(|end| end <= other_start) || other_end.is_some_and(|end| end <= start);
            assert!(apart, "{session} overlaps {other}");
        }
        let mut last = start;
        let mut paused = 0;
        for pause in session["pauses"].as_array().expect("pauses") {
            let (from, to) = (instant(&pause["from"]).expect("a time"), instant(&pause["to"]));
            assert!(last <= from && to.is_none_or(|to| from < to), "{session}");
            last = to.unwrap_or(from);
            paused += to.map_or(0, |to| to.micros() - from.micros());
        }
        if let Some(end) = end {
            assert!(last <= end, "{session}");
            ended += 1;
            worked += end.micros() - start.micros() - paused;
        }
    }
    assert!(sessions.len() - ended <= 1);
    let stats = ann.stats().await;
    assert_eq!((&stats["total_sessions"], &stats["active_session"]), (&json!(ended), &json!(ended < sessions.len())));
    let days = observed_days(app, ann).await;
    assert_eq!(days.values().map(|day| day[2]).sum::<i64>(), i64::try_from(ended).expect("few"));
    assert_eq!(days.values().map(|day| day[3]).sum::<i64>(), worked);
    assert_clean(app).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sessions_never_overlap_and_are_counted_as_they_are(steps in prop::collection::vec(step(), 1..50)) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let elsewhere = app.another(&[LONG_TOKENS]).anonymous().with_token(ann.token(), &ann.id);
            for (n, step) in steps.iter().enumerate() {
                perform(&app, if n % 2 == 0 { &ann } else { &elsewhere }, step).await;
            }
            check(&app, &ann).await;
        });
    }

    #[test]
    fn nor_do_they_when_two_instances_change_them_at_once(
        one in prop::collection::vec(step(), 1..25), other in prop::collection::vec(step(), 1..25)
    ) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let elsewhere = app.another(&[LONG_TOKENS]).anonymous().with_token(ann.token(), &ann.id);
            let mut writers = tokio::task::JoinSet::new();
            for (client, steps) in [(ann.clone(), one), (elsewhere, other)] {
                let app = app.clone();
                writers.spawn(async move {
                    for step in &steps {
                        perform(&app, &client, step).await;
                    }
                });
            }
            writers.join_all().await;
            check(&app, &ann).await;
        });
    }
}

#[tokio::test]
async fn a_session_begins_no_earlier_than_the_last_one_ended() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = ann.start().await.text("id");
    app.advance_hours(1);
    ann.end(&first).await;
    app.advance_hours(-3);
    let second = ann.start().await;
    assert_eq!(second.text("start_time"), "2026-01-14T11:00:00.000000Z");
    assert_eq!(ann.end(&second.text("id")).await.text("end_time"), "2026-01-14T11:00:00.000000Z");
    // Once both are gone, nothing is in the way any more.
    for id in [first, second.text("id")] {
        assert_eq!(ann.delete(&format!("/api/work_sessions/{id}")).await.status, 204);
    }
    assert_eq!(ann.start().await.text("start_time"), "2026-01-14T08:00:00.000000Z");
}
