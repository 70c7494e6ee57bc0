//! Random histories: the figures are those that a naive count of the listed sessions gives, whatever was corrected and deleted
//! before.

use std::collections::BTreeMap;

use avanochi::kernel::{Clock as _, Timestamp};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ask, value};
use crate::{
    import::assert_clean,
    model::{Model, Step, perform, run, step},
    support::{Answer, TestApp, time},
};

/// Where no clock was ever changed since, so that what it shows passes as time does.
const ZONE: Tz = Tz::Asia__Kathmandu;
const MINUTE: i64 = 60_000_000;

/// A session that has ended: its interruptions, of which none touch, and its ends, in microseconds.
struct Session {
    start: i64,
    end: i64,
    pauses: Vec<(i64, i64)>,
}

impl Session {
    fn listed(session: &Value) -> Option<Self> {
        let micros = |value: &Value| value.as_str().map(|text| time(text).micros());
        let mut pauses: Vec<(i64, i64)> = Vec::new();
        for pause in session["pauses"].as_array().expect("pauses") {
            let (from, to) = (micros(&pause["from"]).expect("a time"), micros(&pause["to"])?);
            match pauses.last_mut().filter(|last| last.1 == from) {
                Some(last) => last.1 = to,
                None => pauses.push((from, to)),
            }
        }
        Some(Self { start: micros(&session["start_time"]).expect("a time"), end: micros(&session["end_time"])?, pauses })
    }

    fn breaks(&self) -> Vec<(i64, i64)> {
        self.pauses.iter().copied().filter(|(from, to)| to - from >= 5 * MINUTE).collect()
    }

    /// How long was worked before each break, and after the last one.
    fn runs(&self) -> Vec<i64> {
        let mut bounds: Vec<i64> = self.breaks().into_iter().flat_map(|(from, to)| [from, to]).collect();
        bounds.insert(0, self.start);
        bounds.push(self.end);
        let paused = |run: &[i64]| {
            let within = self.pauses.iter().filter(|(from, to)| run[0] <= *from && *to <= run[1]);
            within.map(|(from, to)| to - from).sum::<i64>()
        };
        bounds.chunks(2).map(|run| run[1] - run[0] - paused(run)).collect()
    }
}

/// The date, and the whole seconds since its midnight.
fn clock(micros: i64) -> (NaiveDate, i64) {
    let local = Timestamp::from_micros(micros).in_zone(ZONE).naive_local();
    (local.date(), local.signed_duration_since(local.date().and_time(NaiveTime::MIN)).num_seconds())
}

/// Between a session and the next, if that is a break: in seconds.
fn gap(one: &Session, next: &Session) -> Option<i64> {
    let ((end_date, end), (date, start)) = (clock(one.end), clock(next.start));
    (end_date == date && start - end >= 300).then_some(start - end)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn quotient(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

fn ratio(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| quotient(part, whole))
}

fn middle(mut seconds: Vec<i64>) -> Option<String> {
    seconds.sort_unstable();
    let (lower, upper) = (seconds.get(seconds.len().checked_sub(1)? / 2)?, seconds.get(seconds.len() / 2)?);
    let shown = NaiveTime::MIN.overflowing_add_signed(TimeDelta::seconds((lower + upper) / 2)).0;
    Some(shown.format("%H:%M").to_string())
}

/// Holds the figures to the sessions that exist, which are in the order of time.
fn compare(found: &Answer, sessions: &[Session]) {
    let due = |run: &&i64| **run >= 50 * MINUTE;
    let timely = |run: i64| (50 * MINUTE..90 * MINUTE).contains(&run);
    let (mut worked, mut breaks, mut rested, mut fell_due, mut taken) = (0, 0, 0, 0, 0);
    let mut days = BTreeMap::<NaiveDate, (Vec<i64>, Vec<i64>)>::new();
    for (index, session) in sessions.iter().enumerate() {
        let runs = session.runs();
        worked += runs.iter().sum::<i64>();
        breaks += session.breaks().len();
        rested += session.breaks().iter().map(|(from, to)| to - from).sum::<i64>();
        fell_due += i64::try_from(runs.iter().filter(due).count()).expect("few");
        taken += i64::try_from(runs[..runs.len() - 1].iter().filter(|run| timely(**run)).count()).expect("few");
        if let Some(seconds) = sessions.get(index + 1).and_then(|next| gap(session, next)) {
            breaks += 1;
            rested += seconds * 1_000_000;
            taken += i64::from(timely(runs[runs.len() - 1]));
        }
        days.entry(clock(session.start).0).or_default().0.push(clock(session.start).1);
        days.entry(clock(session.end).0).or_default().1.push(clock(session.end).1);
    }
    let number = |key: &str, expected: Option<f64>, precision: f64| {
        let is = value(found, key).as_f64();
        let same =
            is.zip(expected).map_or(is.is_none() && expected.is_none(), |(is, expected)| (is - expected).abs() <= precision);
        assert!(same, "{key} is {is:?} and should be {expected:?}");
    };
    number("hours_worked", Some(quotient(worked, 60 * MINUTE)), 0.005_001);
    assert_eq!(value(found, "breaks"), &json!(breaks));
    number("break_minutes", Some(quotient(rested, MINUTE)), 0.005_001);
    number("break_compliance", ratio(taken, fell_due).map(|ratio| ratio.min(1.0)), 0.000_051);
    number("work_rest_balance", ratio(rested, rested + worked), 0.000_051);
    let shown = |key: &str| value(found, key).as_str().map(str::to_owned);
    assert_eq!(shown("day_start"), middle(days.values().filter_map(|day| day.0.iter().min().copied()).collect()));
    assert_eq!(shown("day_end"), middle(days.values().filter_map(|day| day.1.iter().max().copied()).collect()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn figures_agree_with_a_count_of_the_sessions_that_exist(
        steps in prop::collection::vec(step().prop_filter("somebody whose dates stay", |step| !matches!(step, Step::Move(_) | Step::Begin(_))), 1..50)
    ) {
        run(async {
            let (app, mut model) = (TestApp::new(), Model::default());
            let ann = app.somebody().await;
            for step in [Step::Move(ZONE)].iter().chain(&steps) {
                perform(&app, &ann, &mut model, step).await;
            }
            let mut sessions: Vec<Session> = ann.all_pages("/api/work_sessions", 1000).await.iter().filter_map(Session::listed).collect();
            sessions.sort_by_key(|session| (session.start, session.end));
            let to = avanochi::kernel::DayRule::from(ZONE).date_at(app.clock.now()) + Days::new(1);
            compare(&ask(&ann, &format!("?from={}&to={to}", to - Days::new(399))).await, &sessions);
            assert_clean(&app).await;
        });
    }
}
