//! What is usual for a user, and how it is read off the sessions. Pure.

use std::{collections::BTreeMap, time::Duration};

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    kernel::{DayRule, Timestamp, UserId},
    work::{median::median, work_sessions::model::WorkSession},
};

/// How many days are looked back on: four of each day of the week.
pub const DAYS: u64 = 28;

/// A user's habits, one document a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    pub user_id: UserId,
    /// The user's change up to which sessions have been taken into account.
    pub seq: u64,
    /// The days of the week on which the user works, Monday first.
    pub weekdays: Vec<Usual>,
}

/// What is usual on one day of the week: the medians of the days that were worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usual {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: u32,
    /// How many days it was learned from.
    pub days: usize,
    /// In minutes after midnight, on the user's clock; more than 1440 for what begins after the next midnight and before the
    /// next date does.
    pub start: u32,
    /// The same; more than 1440 for work that goes on past midnight.
    pub end: u32,
    /// The time worked, in minutes.
    pub length: u32,
}

/// One day's work, in minutes.
#[derive(Debug, Clone, Copy)]
struct Worked {
    start: u32,
    end: u32,
    length: u32,
}

impl Habits {
    /// What the sessions say on the user's date `today`, which is not over and does not count yet. A session belongs to
    /// the date on which it began. One whose end was only guessed says nothing.
    pub fn of(user_id: UserId, seq: u64, sessions: &[WorkSession], days: DayRule, today: NaiveDate) -> Self {
        let first = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
        let mut worked_on: BTreeMap<NaiveDate, Worked> = BTreeMap::new();
        for session in sessions.iter().filter(|session| !session.needs_review) {
            let (Some(end), Some(micros)) = (session.end, session.micros()) else { continue };
            let rule = session.days_or(days);
            let date = rule.date_at(session.start_time);
            if !(first..today).contains(&date) {
                continue;
            }
            let start = minutes_into(date, session.start_time.in_zone(rule.zone).naive_local());
            let worked = Worked {
                start,
                end: start + minutes(end.at.since(session.start_time)),
                length: minutes(Duration::from_micros(micros)),
            };
            worked_on.entry(date).and_modify(|day| day.add(worked)).or_insert(worked);
        }
        let mut weekdays: BTreeMap<u32, Vec<Worked>> = BTreeMap::new();
        for (date, worked) in worked_on {
            weekdays.entry(date.weekday().number_from_monday()).or_default().push(worked);
        }
        Self { user_id, seq, weekdays: weekdays.into_iter().map(|(weekday, days)| usual(weekday, &days)).collect() }
    }

    /// How long the user usually works on the day of the week that a date is; on one without work, how long on the others.
    pub fn length_on(&self, date: NaiveDate) -> Option<Duration> {
        let number = date.weekday().number_from_monday();
        let own = self.weekdays.iter().find(|usual| usual.weekday == number).map(|usual| usual.length);
        let minutes = own.or_else(|| median(self.weekdays.iter().map(|usual| usual.length)))?;
        Some(Duration::from_mins(minutes.into()))
    }
}

impl Worked {
    fn add(&mut self, other: Self) {
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
        self.length += other.length;
    }
}

/// The earliest start of a session that can count at an instant, in whatever zone and whenever dates begin.
pub fn look_back(now: Timestamp) -> Timestamp {
    now.minus(Duration::from_hours((DAYS + 3) * 24))
}

/// How many minutes after the midnight of a date a clock on the wall shows a time.
fn minutes_into(date: NaiveDate, local: NaiveDateTime) -> u32 {
    u32::try_from(local.signed_duration_since(date.and_time(NaiveTime::MIN)).num_minutes()).unwrap_or(0)
}

fn usual(weekday: u32, days: &[Worked]) -> Usual {
    let of = |part: fn(&Worked) -> u32| median(days.iter().map(part)).unwrap_or(0);
    Usual { weekday, days: days.len(), start: of(|day| day.start), end: of(|day| day.end), length: of(|day| day.length) }
}

fn minutes(time: Duration) -> u32 {
    u32::try_from(time.as_secs() / 60).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        kernel::{DayStart, Id},
        work::work_sessions::model::{EndedBy, Times},
    };

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn session(start: &str, end: &str) -> WorkSession {
        let times = Times { start: time(start), end: time(end) };
        WorkSession::past(Id::new(uuid::Uuid::nil()), user(), times, Tz::Europe__Madrid.into())
    }

    /// Of January 2026; the 14th is a Wednesday.
    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a date")
    }

    fn user() -> UserId {
        UserId::new(uuid::Uuid::nil())
    }

    fn habits(sessions: &[WorkSession]) -> Habits {
        Habits::of(user(), 7, sessions, Tz::Europe__Madrid.into(), date(14))
    }

    #[test]
    fn what_is_usual_is_the_median_of_each_day_of_the_week() {
        let habits = habits(&[
            // Tuesdays: in two parts, past midnight, and too long ago.
            session("2026-01-13T08:00:00Z", "2026-01-13T11:00:00Z"),
            session("2026-01-13T12:00:00Z", "2026-01-13T16:30:00Z"),
            session("2026-01-06T17:00:00Z", "2026-01-07T00:30:00Z"),
            session("2025-12-16T05:00:00Z", "2025-12-16T06:00:00Z"),
            session("2026-01-12T09:00:00Z", "2026-01-12T10:00:00Z"),
            // Today is not over.
            session("2026-01-14T08:00:00Z", "2026-01-14T09:00:00Z"),
        ]);
        let tuesday = Usual { weekday: 2, days: 2, start: 13 * 60 + 30, end: 21 * 60 + 30, length: 450 };
        let monday = Usual { weekday: 1, days: 1, start: 600, end: 660, length: 60 };
        // The 16th of December is 29 days before.
        assert_eq!(habits.weekdays, [monday, tuesday]);
        assert_eq!(habits.length_on(date(20)), Some(Duration::from_mins(450)));
        assert_eq!(habits.length_on(date(18)), Some(Duration::from_mins(255)));
    }

    #[test]
    fn a_night_belongs_to_the_date_before_until_the_day_starts() {
        let days = DayRule { zone: Tz::UTC, day_start: DayStart::after_midnight(240).expect("a start") };
        let session = |start, end| WorkSession { end: None, ..session(start, end) }.ended(time(end), days, EndedBy::User);
        let late = session("2026-01-14T02:00:00Z", "2026-01-14T03:30:00Z");
        let early = session("2026-01-13T22:00:00Z", "2026-01-13T23:00:00Z");
        let tuesday = |start, end, length| Usual { weekday: 2, days: 1, start, end, length };
        let habits = |sessions: &[WorkSession]| Habits::of(user(), 7, sessions, days, date(14)).weekdays;
        assert_eq!(habits(std::slice::from_ref(&late)), [tuesday(26 * 60, 26 * 60 + 90, 90)]);
        assert_eq!(habits(&[late, early]), [tuesday(22 * 60, 26 * 60 + 90, 150)]);
    }

    #[test]
    fn nothing_is_learned_from_guesses_and_from_what_goes_on() {
        let guessed = session("2026-01-13T08:00:00Z", "2026-01-13T09:00:00Z");
        let guessed = WorkSession { end: None, ..guessed }.ended(time("2026-01-13T16:00:00Z"), Tz::UTC.into(), EndedBy::Sweep);
        let active = WorkSession::start(Id::new(uuid::Uuid::nil()), user(), time("2026-01-13T08:00:00Z"));
        let habits = habits(&[guessed, active]);
        assert_eq!((habits.weekdays.len(), habits.length_on(date(20))), (0, None));
    }

    proptest! {
        #[test]
        fn the_order_of_sessions_says_nothing(hours in prop::collection::vec((0..700_i64, 1..9_i64), 0..30)) {
            let base = time("2025-12-16T00:00:00Z").micros();
            let hour = 3_600_000_000;
            let mut sessions: Vec<WorkSession> = hours.iter().map(|(at, long)| {
                let start = Timestamp::from_micros(base + at * hour);
                let times = Times { start, end: Timestamp::from_micros(start.micros() + long * hour) };
                WorkSession::past(Id::new(uuid::Uuid::nil()), user(), times, Tz::UTC.into())
            }).collect();
            let one = habits(&sessions);
            sessions.reverse();
            prop_assert_eq!(&habits(&sessions), &one);
            for usual in &one.weekdays {
                prop_assert!(usual.start < 1440 && usual.start <= usual.end && (1..=4).contains(&usual.days));
            }
        }
    }
}
