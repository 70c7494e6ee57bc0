//! What the sessions and rests of one date come to that is over: which breaks fell due and were taken, whether there was time for
//! lunch, and work after hours. Pure.
//!
//! A date is looked at by itself: what of a session lies beyond it belongs to another date, where continuous work begins anew. So
//! a session or a rest that changes concerns no dates but its own.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::breaks::{OVERDUE, Stretch, without};
use crate::{
    accounts::settings::model::WorkHours,
    kernel::{DayRule, Timestamp, interval::outside, wall_clock::instant_of},
    wellbeing::lunch::Window,
    work::work_sessions::model::{BREAK, BREAK_AFTER, WorkSession},
};

/// What of a session that has ended is of one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From its start or the date's to its end or the date's.
    pub whole: Stretch,
    /// Without the pauses; ascending.
    pub work: Vec<Stretch>,
    /// After how much continuous work a break was due.
    break_after: Duration,
}

/// The breaks of a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How often continuous work became so long that one fell due.
    pub due: u32,
    /// How many of those were taken before they were overdue.
    pub taken: u32,
    pub overdue: u32,
}

impl Part {
    /// By the rule of dates by which the session was counted; `None` where it has no time on the date.
    pub fn of(session: &WorkSession, date: NaiveDate) -> Option<Self> {
        let end = session.end?;
        let days = end.days()?;
        let whole = (session.start_time.max(days.start_of(date)), end.at.min(days.start_of(date.succ_opt()?)));
        let break_after = Duration::from_mins(end.break_after.unwrap_or(BREAK_AFTER).into());
        let work = outside(whole.0, whole.1, &session.pauses);
        (whole.0 < whole.1).then_some(Self { whole, work, break_after })
    }
}

/// The breaks that the sessions of a date have in their pauses and between them, and in the rests that were entered, both
/// ascending. Each break is one, whatever it is made of; time after the last work is one where it is a pause or a rest.
pub fn tally(parts: &[Part], rests: &[Stretch]) -> Tally {
    let mut run = Run::default();
    let mut last: Option<Timestamp> = None;
    for part in parts {
        for (from, to) in without(&part.work, rests) {
            if last.is_some_and(|last| from.since(last) >= BREAK) {
                run.interrupt();
            }
            run.work(to.since(from), part.break_after);
            last = Some(to);
        }
    }
    let pause = parts.last().zip(last).map(|(part, last)| (last, part.whole.1));
    let is_break = |(from, to): &Stretch| last.is_some_and(|last| *from < last.plus(BREAK) && to.since(last.max(*from)) >= BREAK);
    if pause.iter().chain(rests).any(is_break) {
        run.interrupt();
    }
    run.tally
}

/// Whether work was interrupted, or went on in another session, for long enough to have lunch.
pub fn has_time_for_lunch(parts: &[Part], window: Window) -> bool {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    let work: Vec<Stretch> = parts.iter().flat_map(|part| part.work.iter().copied()).collect();
    without(&[(first.whole.0, last.whole.1)], &work).into_iter().any(|(from, to)| window.has_of(from, to))
}

/// Whether any of it lies outside of the hours of work, of those too that began on the date before and go over midnight.
pub fn is_after_hours(parts: &[Part], date: NaiveDate, hours: WorkHours, days: DayRule) -> bool {
    let within: Vec<Stretch> = date.pred_opt().into_iter().chain([date]).map(|date| hours_of_work(date, hours, days)).collect();
    parts.iter().any(|part| !without(&part.work, &within).is_empty())
}

/// The hours of work that begin on a date, on the clock on the wall.
pub fn hours_of_work(date: NaiveDate, hours: WorkHours, days: DayRule) -> Stretch {
    let from = days.instant_on(date, hours.start.0);
    let shown = from.in_zone(days.zone).date_naive();
    let ends = if hours.end > hours.start { shown } else { shown.succ_opt().unwrap_or(shown) };
    (from, instant_of(ends, hours.end.0, days.zone))
}

/// Continuous work, while it goes on.
#[derive(Default)]
struct Run {
    length: Duration,
    is_due: bool,
    tally: Tally,
}

impl Run {
    fn work(&mut self, length: Duration, break_after: Duration) {
        let before = self.length;
        self.length += length;
        if !self.is_due && self.length >= break_after {
            self.is_due = true;
            self.tally.due += 1;
        }
        self.tally.overdue += u32::from(before < OVERDUE && self.length >= OVERDUE);
    }

    fn interrupt(&mut self) {
        self.tally.taken += u32::from(self.is_due && self.length < OVERDUE);
        (self.length, self.is_due) = (Duration::ZERO, false);
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        accounts::settings::model::Settings,
        kernel::{Id, Interval, UserId},
        work::work_sessions::model::EndedBy,
    };

    const DATE: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 14) {
        Some(date) => date,
        None => NaiveDate::MIN,
    };

    /// Minutes after midnight of the date.
    fn at(minutes: u64) -> Timestamp {
        "2026-01-14T00:00:00Z".parse::<Timestamp>().expect("a time").plus(Duration::from_secs(minutes * 60))
    }

    fn session(start: u64, end: u64, pauses: &[(u64, u64)]) -> WorkSession {
        let pauses = pauses.iter().map(|(from, to)| Interval { from: at(*from), to: Some(at(*to)) }).collect();
        let (id, user) = (Id::new(uuid::Uuid::nil()), UserId::new(uuid::Uuid::nil()));
        WorkSession { pauses, ..WorkSession::start(id, user, at(start)) }.ended(at(end), Tz::UTC.into(), EndedBy::User)
    }

    fn parts(sessions: &[WorkSession]) -> Vec<Part> {
        sessions.iter().filter_map(|session| Part::of(session, DATE)).collect()
    }

    fn told(sessions: &[WorkSession], rests: &[(u64, u64)]) -> (u32, u32, u32) {
        let rests: Vec<Stretch> = rests.iter().map(|(from, to)| (at(*from), at(*to))).collect();
        let Tally { due, taken, overdue } = tally(&parts(sessions), &rests);
        (due, taken, overdue)
    }

    #[test]
    fn a_break_is_taken_when_it_begins_between_fifty_and_ninety_minutes() {
        for (work, expected) in [(49, (0, 0, 0)), (50, (1, 1, 0)), (89, (1, 1, 0)), (90, (1, 0, 1))] {
            let pause = |length| session(540, 545 + work + length, &[(540 + work, 540 + work + length)]);
            assert_eq!(told(&[pause(5)], &[]), expected, "{work} minutes and a pause");
            // Four minutes are none; the end is none either.
            assert_eq!(told(&[session(540, 540 + work, &[])], &[]), (expected.0, 0, expected.2));
            let between = [session(540, 540 + work, &[]), session(545 + work, 560 + work, &[])];
            assert_eq!(told(&between, &[]), expected, "{work} minutes and a gap");
            let one = [session(540, 560 + work, &[])];
            assert_eq!(told(&one, &[(540 + work, 545 + work)]), expected, "{work} minutes and a rest");
            assert_eq!(told(&[session(540, 540 + work, &[])], &[(543 + work, 550 + work)]), expected);
        }
    }

    #[test]
    fn what_is_a_rest_and_a_pause_and_a_gap_is_one_break() {
        let day = [session(540, 610, &[(600, 610)]), session(620, 700, &[])];
        assert_eq!(told(&day, &[(605, 615)]), (2, 1, 0));
        // Six minutes made of two, and a rest long after the work.
        assert_eq!(told(&[session(540, 600, &[])], &[(603, 606), (606, 610), (640, 700)]), (1, 0, 0));
        assert_eq!(told(&[session(540, 660, &[(600, 604)])], &[(604, 607)]), (2, 1, 0));
        // A pause until the end.
        assert_eq!(told(&[session(540, 605, &[(600, 605)])], &[]), (1, 1, 0));
        assert_eq!(told(&[session(540, 604, &[(600, 604)])], &[]), (1, 0, 0));
        assert_eq!(told(&[], &[(600, 700)]), (0, 0, 0));
    }

    #[test]
    fn each_date_begins_anew() {
        let night = session(1_380, 1_500, &[]);
        assert_eq!(told(std::slice::from_ref(&night), &[]), (1, 0, 0));
        let next = Part::of(&night, DATE.succ_opt().expect("a date")).expect("a part");
        assert_eq!(
            (tally(&[next], &[]), Part::of(&night, DATE.pred_opt().expect("a date"))),
            (Tally { due: 1, ..Tally::default() }, None)
        );
    }

    #[test]
    fn half_an_hour_without_work_within_the_window_is_time_for_lunch() {
        let window = Window::on(DATE, Settings::default().lunch, Tz::UTC.into());
        let lunch = |sessions: &[WorkSession]| has_time_for_lunch(&parts(sessions), window);
        assert!(lunch(&[session(540, 1_000, &[(720, 750)])]) && lunch(&[session(540, 720, &[]), session(750, 800, &[])]));
        assert!(!lunch(&[session(540, 1_000, &[(719, 749)])]) && !lunch(&[session(540, 720, &[])]) && !lunch(&[]));
    }

    #[test]
    fn work_outside_of_the_hours_is_after_hours() {
        let hours = |text: &str| serde_json::from_str::<WorkHours>(text).expect("hours");
        let after = |start, end, pauses: &[(u64, u64)], of: WorkHours| {
            is_after_hours(&parts(&[session(start, end, pauses)]), DATE, of, Tz::UTC.into())
        };
        let usual = Settings::default().work_hours;
        assert!(!after(540, 1_080, &[], usual) && after(539, 600, &[], usual) && after(1_000, 1_081, &[], usual));
        assert!(!after(530, 1_090, &[(530, 540), (1_080, 1_090)], usual));
        let night = hours(r#"{"start":"22:00","end":"06:00"}"#);
        assert!(!after(0, 360, &[], night) && !after(1_320, 1_440, &[], night) && after(350, 361, &[], night));
    }

    proptest! {
        /// Told minute by minute: work is what is neither pause nor rest, and five minutes without it are a break.
        #[test]
        fn agrees_with_a_count_of_minutes(
            lengths in prop::collection::vec((1..120_u64, 0..20_u64), 1..8), rests in prop::collection::vec((0..700_u64, 1..40_u64), 0..6)
        ) {
            let (mut sessions, mut now) = (Vec::new(), 300);
            for (work, gap) in lengths {
                sessions.push(session(now, now + work, &[]));
                now += work + gap;
            }
            let mut free = 0;
            let rests: Vec<(u64, u64)> = rests.into_iter().scan(300, |from, (after, length)| {
                *from += after % 60;
                free = *from + length;
                Some((std::mem::replace(from, free), free))
            }).collect();
            let has = |stretches: &[(u64, u64)], minute| stretches.iter().any(|(from, to)| (*from..*to).contains(&minute));
            let spans: Vec<(u64, u64)> = sessions.iter().map(|one| {
                let minutes = |at_: Timestamp| at_.since(at(0)).as_secs() / 60;
                (minutes(one.start_time), minutes(one.end.expect("an end").at))
            }).collect();
            let (mut run, mut idle, mut due, mut taken, mut overdue) = (0, 0, 0, 0, 0);
            for minute in 0..1_440 {
                if has(&spans, minute) && !has(&rests, minute) {
                    if idle >= 5 {
                        taken += u32::from((50..90).contains(&run));
                        run = 0;
                    }
                    (run, idle) = (run + 1, 0);
                    due += u32::from(run == 50);
                    overdue += u32::from(run == 90);
                } else {
                    idle += 1;
                }
            }
            let found = told(&sessions, &rests);
            prop_assert_eq!((found.0, found.2), (due, overdue));
            // What follows the last work is no minute of the count.
            prop_assert!(found.1 == taken || found.1 == taken + 1);
        }
    }
}
