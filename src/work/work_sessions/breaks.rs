//! What a session that has ended says of breaks, and of when work began and ended. Pure.
//!
//! What lies between two sessions is in neither, so that each begins with no work behind it. Whoever reads a date finds the
//! gaps between the starts and ends that are told here.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};

use super::model::{BREAK, COUNTED, End, WorkSession};
use crate::kernel::{Timestamp, interval};

/// A break that begins after so much continuous work was not taken when it was due.
const OVERDUE: Duration = Duration::from_mins(90);

/// What a session says of one date. Seconds are those that the clock on the wall is past the date's midnight, which for a date
/// that ends after midnight are more than a day has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Began {
        second: u32,
    },
    Ended {
        second: u32,
        due: Due,
    },
    Break {
        micros: u64,
    },
    /// A break fell due.
    FellDue,
    /// The break that fell due on the date was taken, before it was overdue.
    Taken,
}

/// Whether a break was due and not overdue when the session ended, so that what follows may be it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Yes,
    No,
}

impl WorkSession {
    /// What it says of dates, in no particular order; of a long one, what its last two months say. Nothing while it is under
    /// way, nor for one from before this was counted.
    pub fn signs(&self) -> Vec<(NaiveDate, Sign)> {
        let Some((end, after)) = self.end.and_then(|end| Some((end, end.break_after?))) else { return Vec::new() };
        let from = self.start_time.max(end.at.minus(COUNTED));
        let mut told =
            Signs { end, due_after: Duration::from_mins(after.into()), run: Duration::ZERO, due_on: None, found: Vec::new() };
        if from == self.start_time {
            let (date, second) = told.clock_at(from);
            told.found.push((date, Sign::Began { second }));
        }
        let mut reached = from;
        for (begin, until) in interval::outside(from, end.at, &self.pauses) {
            told.interruption(reached, begin);
            told.work(begin, until);
            reached = until;
        }
        told.interruption(reached, end.at);
        let (date, second) = told.clock_at(end.at);
        let due = if told.is_due() { Due::Yes } else { Due::No };
        told.found.push((date, Sign::Ended { second, due }));
        told.found
    }
}

/// So much work at a time is deep.
const DEEP: Duration = Duration::from_mins(90);

impl WorkSession {
    /// Whether it came to 90 minutes of work, with each break taken before it was overdue.
    pub fn is_deep(&self) -> bool {
        let Some(end) = self.end else { return false };
        let signs = self.signs();
        let count = |is: fn(&Sign) -> bool| signs.iter().filter(|(_, sign)| is(sign)).count();
        let due = count(|sign| matches!(sign, Sign::FellDue));
        let taken = count(|sign| matches!(sign, Sign::Taken | Sign::Ended { due: Due::Yes, .. }));
        !signs.is_empty() && due == taken && self.worked_by(end.at) >= DEEP
    }
}

struct Signs {
    end: End,
    due_after: Duration,
    /// The work since the last break.
    run: Duration,
    /// On which date the break fell due that has not been taken since.
    due_on: Option<NaiveDate>,
    found: Vec<(NaiveDate, Sign)>,
}

impl Signs {
    fn work(&mut self, from: Timestamp, to: Timestamp) {
        let length = to.since(from);
        if self.due_on.is_none() && self.run + length >= self.due_after {
            let (date, _) = self.clock_at(from.plus(self.due_after.saturating_sub(self.run)));
            self.due_on = Some(date);
            self.found.push((date, Sign::FellDue));
        }
        self.run += length;
    }

    fn interruption(&mut self, from: Timestamp, to: Timestamp) {
        let length = to.since(from);
        if length < BREAK {
            return;
        }
        let (date, _) = self.clock_at(from);
        self.found.push((date, Sign::Break { micros: u64::try_from(length.as_micros()).unwrap_or(u64::MAX) }));
        // Counted for the date on which it fell due, so that of no date more are taken than fell due.
        if let Some(date) = self.due_on.filter(|_| self.is_due()) {
            self.found.push((date, Sign::Taken));
        }
        (self.run, self.due_on) = (Duration::ZERO, None);
    }

    fn is_due(&self) -> bool {
        self.due_on.is_some() && self.run < OVERDUE
    }

    /// The date and the second of it that the clock shows where the session was counted.
    fn clock_at(&self, at: Timestamp) -> (NaiveDate, u32) {
        let days = self.end.days().unwrap_or_default();
        let date = days.date_at(at);
        let passed = at.in_zone(days.zone).naive_local().signed_duration_since(date.and_time(NaiveTime::MIN));
        (date, u32::try_from(passed.num_seconds()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::{
        kernel::{Interval, UserId},
        work::work_sessions::model::{EndedBy, Times, WorkSessionId},
    };

    fn time(text: &str) -> Timestamp {
        format!("2026-01-{text}:00Z").parse().expect("a time")
    }

    /// A session between two times such as `14T09:00`, with pauses.
    fn session(start: &str, end: &str, pauses: &[(&str, &str)], zone: Tz) -> WorkSession {
        let times = Times { start: time(start), end: time(end) };
        let (id, user) = (WorkSessionId::new(uuid::Uuid::nil()), UserId::new(uuid::Uuid::nil()));
        let pauses = pauses.iter().map(|(from, to)| Interval { from: time(from), to: Some(time(to)) }).collect();
        WorkSession { pauses, ..WorkSession::start(id, user, times.start) }.ended(times.end, zone.into(), EndedBy::User)
    }

    /// Each sign with the day of the month.
    fn signs(session: &WorkSession) -> Vec<(u32, Sign)> {
        session.signs().into_iter().map(|(date, sign)| (chrono::Datelike::day(&date), sign)).collect()
    }

    fn began(minute: u32) -> Sign {
        Sign::Began { second: minute * 60 }
    }

    fn ended(minute: u32, due: Due) -> Sign {
        Sign::Ended { second: minute * 60, due }
    }

    fn pause(minutes: u64) -> Sign {
        Sign::Break { micros: minutes * 60_000_000 }
    }

    #[test]
    fn a_break_is_due_after_fifty_minutes_of_work_and_taken_before_ninety() {
        for (paused, resumed, expected) in [
            ("14T09:49", "14T09:54", vec![pause(5)]),
            ("14T09:50", "14T09:55", vec![Sign::FellDue, pause(5), Sign::Taken]),
            ("14T10:29", "14T10:34", vec![Sign::FellDue, pause(5), Sign::Taken]),
            ("14T10:30", "14T10:35", vec![Sign::FellDue, pause(5)]),
        ] {
            let found = signs(&session("14T09:00", "14T10:40", &[(paused, resumed)], Tz::UTC));
            let expected = [vec![began(540)], expected, vec![ended(640, Due::No)]].concat();
            assert_eq!(found, expected.into_iter().map(|sign| (14, sign)).collect::<Vec<_>>(), "{paused}");
        }
    }

    #[test]
    fn a_short_interruption_is_neither_break_nor_work() {
        // 40 minutes, 4 of interruption, 9 of work; 46 + 4 + 10 have a break due, which is still to come at the end.
        let short = session("14T09:00", "14T09:53", &[("14T09:40", "14T09:44")], Tz::UTC);
        assert_eq!(signs(&short), [(14, began(540)), (14, ended(593, Due::No))]);
        let due = session("14T09:00", "14T10:00", &[("14T09:40", "14T09:44")], Tz::UTC);
        assert_eq!(signs(&due), [(14, began(540)), (14, Sign::FellDue), (14, ended(600, Due::Yes))]);
        // Pauses that touch are one interruption.
        let touching = session("14T09:00", "14T09:20", &[("14T09:10", "14T09:13"), ("14T09:13", "14T09:16")], Tz::UTC);
        assert_eq!(signs(&touching), [(14, began(540)), (14, pause(6)), (14, ended(560, Due::No))]);
    }

    #[test]
    fn what_ends_overdue_or_in_a_pause_leaves_no_break_to_be_taken() {
        let overdue = session("14T09:00", "14T10:30", &[], Tz::UTC);
        assert_eq!(signs(&overdue), [(14, began(540)), (14, Sign::FellDue), (14, ended(630, Due::No))]);
        let paused = session("14T09:00", "14T10:10", &[("14T10:00", "14T10:10")], Tz::UTC);
        let expected = [began(540), Sign::FellDue, pause(10), Sign::Taken, ended(610, Due::No)];
        assert_eq!(signs(&paused), expected.map(|sign| (14, sign)));
    }

    #[test]
    fn ninety_minutes_are_deep_when_no_break_was_overdue() {
        let is_deep = |end, pauses: &[(&str, &str)]| session("14T09:00", end, pauses, Tz::UTC).is_deep();
        let (in_time, late) = (("14T09:55", "14T10:00"), ("14T10:31", "14T10:36"));
        assert!(is_deep("14T10:35", &[in_time]) && is_deep("14T10:50", &[in_time]));
        assert!(!is_deep("14T10:34", &[in_time]), "it is too short");
        assert!(!is_deep("14T10:30", &[]) && !is_deep("14T11:00", &[late]), "a break was overdue");
    }

    #[test]
    fn what_happens_over_midnight_is_told_of_the_date_on_which_it_began() {
        // In Madrid it is an hour later: from 23:05 to 01:00, with a pause from 23:57 to 00:07.
        let night = session("14T22:05", "15T00:00", &[("14T22:57", "14T23:07")], Tz::Europe__Madrid);
        let expected = [
            (14, began(23 * 60 + 5)),
            (14, Sign::FellDue),
            (14, pause(10)),
            (14, Sign::Taken),
            (15, Sign::FellDue),
            (15, ended(60, Due::Yes)),
        ];
        assert_eq!(signs(&night), expected);
    }

    #[test]
    fn of_a_session_of_months_the_start_is_too_long_ago_to_be_told() {
        let long = session("01T00:00", "31T00:00", &[], Tz::UTC);
        let longer = WorkSession { start_time: long.start_time.minus(COUNTED), ..long.clone() };
        let begins = |session: &WorkSession| session.signs().iter().any(|(_, sign)| matches!(sign, Sign::Began { .. }));
        assert!(begins(&long) && !begins(&longer));
        assert_eq!(longer.signs().last(), long.signs().last());
    }

    #[test]
    fn a_session_from_before_this_was_counted_says_nothing() {
        let mut old = session("14T09:00", "14T12:00", &[], Tz::UTC);
        let end = old.end.as_mut().expect("an end");
        end.break_after = None;
        assert_eq!(old.signs(), []);
    }
}
