//! What is known of a local date, and how it follows from what is counted of it. Pure.

use chrono::{Days, NaiveDate, NaiveTime};

use crate::{
    kernel::{DayRule, Timestamp, wall_clock::instant_of},
    work::metrics::gaps::{SessionEnd, gaps},
};

pub const HOUR: u64 = 3_600_000_000;
const MINUTE: u64 = 60_000_000;
const DAY_SECONDS: u32 = 86_400;
/// Less rest than this between the work of two dates is short, in microseconds.
const SHORT_REST: i64 = 11 * 3_600_000_000;

/// The hours of work, in minutes after midnight; over midnight when they end earlier than they start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    pub from: u32,
    pub to: u32,
}

/// What is counted of one date, and what held for it. Without what nobody vouched for: sessions whose end was only guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateCounts {
    pub date: NaiveDate,
    pub days: DayRule,
    /// Whether work was expected: a day of work, and none off.
    pub expected: bool,
    /// Whether it was off.
    pub off: bool,
    pub work_hours: Hours,
    /// Work in each hour of the clock on the wall, in microseconds.
    pub focus_by_hour: [u64; 24],
    /// Sessions that ended.
    pub sessions: u32,
    /// When sessions began, ascending, in seconds after midnight.
    pub starts: Vec<u32>,
    /// When sessions ended, ascending, likewise.
    pub ends: Vec<u32>,
    /// Of breaks within sessions.
    pub pause_micros: u64,
    /// Of rests that were entered, as far as they lie in no other break.
    pub rest_micros: u64,
    pub created: u32,
    pub completed: u32,
    /// Of the check-in.
    pub energy: Option<u8>,
}

/// A date as predictions, recommendations and narratives see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    pub date: NaiveDate,
    pub expected: bool,
    pub off: bool,
    pub worked_micros: u64,
    /// Work outside of the hours of work; all of it where none was expected.
    pub outside_micros: u64,
    /// Breaks of any kind.
    pub break_micros: u64,
    /// Whether work began less than 11 hours after that of the worked date before ended.
    pub short_rest: bool,
    pub focus_by_hour: [u64; 24],
    pub sessions: u32,
    pub created: u32,
    pub completed: u32,
    pub energy: Option<u8>,
}

impl DateCounts {
    /// A date on which nothing was done.
    pub fn blank(date: NaiveDate, days: DayRule, work_hours: Hours) -> Self {
        Self {
            date,
            days,
            expected: false,
            off: false,
            work_hours,
            focus_by_hour: [0; 24],
            sessions: 0,
            starts: Vec::new(),
            ends: Vec::new(),
            pause_micros: 0,
            rest_micros: 0,
            created: 0,
            completed: 0,
            energy: None,
        }
    }

    fn outside(&self) -> u64 {
        let outside = |hour: usize| {
            let inside = if self.expected { u64::from(self.work_hours.minutes_of(hour)) * MINUTE } else { 0 };
            // Where the hours of work begin within an hour, what was worked in it is taken to be within them first.
            self.focus_by_hour[hour].saturating_sub(inside)
        };
        (0..24).map(outside).sum()
    }

    fn breaks(&self) -> u64 {
        let ends: Vec<SessionEnd> = self.ends.iter().map(|second| SessionEnd { second: *second, due: false }).collect();
        gaps(&self.starts, &ends).seconds * 1_000_000 + self.pause_micros + self.rest_micros
    }

    /// The instant of a second after its midnight.
    fn at(&self, second: u32) -> Timestamp {
        let date = self.date.checked_add_days(Days::new((second / DAY_SECONDS).into())).unwrap_or(self.date);
        let time = NaiveTime::from_num_seconds_from_midnight_opt(second % DAY_SECONDS, 0).unwrap_or_default();
        instant_of(date, time, self.days.zone)
    }
}

impl Hours {
    /// How many minutes of an hour of the clock are within.
    fn minutes_of(self, hour: usize) -> u32 {
        let begins = u32::try_from(hour).unwrap_or(0) * 60;
        let within = |from: u32, to: u32| to.min(begins + 60).saturating_sub(from.max(begins));
        if self.from < self.to { within(self.from, self.to) } else { within(self.from, 24 * 60) + within(0, self.to) }
    }
}

/// The records of dates that follow each other without one left out.
pub fn records(counted: &[DateCounts]) -> Vec<Record> {
    let mut ends: Vec<Timestamp> = counted.iter().flat_map(|date| date.ends.iter().map(|second| date.at(*second))).collect();
    ends.sort_unstable();
    // When the last session ended that began on the worked date before.
    let mut rest_from: Option<Timestamp> = None;
    let record = |date: &DateCounts| {
        let began = date.starts.first().map(|second| date.at(*second));
        let short_rest = rest_from.zip(began).is_some_and(|(from, began)| began.micros() - from.micros() < SHORT_REST);
        if let Some(last) = date.starts.last().map(|second| date.at(*second)) {
            rest_from = ends.get(ends.partition_point(|end| *end < last)).copied();
        }
        Record {
            date: date.date,
            expected: date.expected,
            off: date.off,
            worked_micros: date.focus_by_hour.iter().sum(),
            outside_micros: date.outside(),
            break_micros: date.breaks(),
            short_rest,
            focus_by_hour: date.focus_by_hour,
            sessions: date.sessions,
            created: date.created,
            completed: date.completed,
            energy: date.energy,
        }
    };
    counted.iter().map(record).collect()
}

impl Record {
    /// A date on which nothing was done.
    pub fn blank(date: NaiveDate, expected: bool, off: bool) -> Self {
        Self {
            date,
            expected,
            off,
            worked_micros: 0,
            outside_micros: 0,
            break_micros: 0,
            short_rest: false,
            focus_by_hour: [0; 24],
            sessions: 0,
            created: 0,
            completed: 0,
            energy: None,
        }
    }

    /// Whether there is anything to go by.
    pub fn is_observed(&self) -> bool {
        self.worked_micros > 0 || self.sessions > 0 || self.completed > 0 || self.energy.is_some()
    }

    /// Whether there was work, of half an hour or more, where none was expected.
    pub fn is_worked_rest_day(&self) -> bool {
        !self.expected && self.worked_micros >= HOUR / 2
    }

    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 microseconds, 285 years")]
    pub fn hours(&self) -> f64 {
        self.worked_micros as f64 / HOUR as f64
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    const NINE_TO_SIX: Hours = Hours { from: 540, to: 1080 };

    /// Of January 2026; the 12th is a Monday.
    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a date")
    }

    /// Sessions in minutes after midnight, each within the date.
    fn counted(day: u32, sessions: &[(u32, u32)]) -> DateCounts {
        let mut date = DateCounts { expected: true, ..DateCounts::blank(date(day), Tz::Europe__Madrid.into(), NINE_TO_SIX) };
        for (from, to) in sessions {
            date.starts.push(from * 60);
            date.ends.push(to * 60);
            for minute in *from..*to {
                date.focus_by_hour[minute as usize / 60] += MINUTE;
            }
        }
        date
    }

    #[test]
    fn what_lies_outside_of_the_hours_of_work() {
        let outside = |date: &DateCounts| records(std::slice::from_ref(date))[0].outside_micros / MINUTE;
        assert_eq!(outside(&counted(12, &[(480, 1140)])), 120);
        assert_eq!(outside(&DateCounts { expected: false, ..counted(12, &[(480, 1140)]) }), 660);
        // From half past eight: of the hour from eight, half may be worked within.
        let half = DateCounts { work_hours: Hours { from: 510, to: 1080 }, ..counted(12, &[(510, 1080)]) };
        assert_eq!(outside(&half), 0);
        assert_eq!(outside(&DateCounts { work_hours: Hours { from: 510, to: 1080 }, ..counted(12, &[(480, 1080)]) }), 30);
        let night = DateCounts { work_hours: Hours { from: 1320, to: 360 }, ..counted(12, &[(0, 420), (1260, 1440)]) };
        assert_eq!(outside(&night), 120);
    }

    #[test]
    fn breaks_are_pauses_rests_and_gaps() {
        let date = DateCounts {
            pause_micros: 10 * MINUTE,
            rest_micros: 7 * MINUTE,
            ..counted(12, &[(540, 720), (724, 800), (830, 900)])
        };
        assert_eq!(records(&[date])[0].break_micros / MINUTE, 47);
    }

    #[test]
    fn rest_is_short_below_eleven_hours() {
        let short = |all: &[DateCounts]| records(all).iter().map(|record| record.short_rest).collect::<Vec<_>>();
        // From 22:00 to 9:00 are 11 hours, to 8:59 a minute less.
        assert_eq!(short(&[counted(12, &[(540, 1320)]), counted(13, &[(540, 600)])]), [false, false]);
        assert_eq!(short(&[counted(12, &[(540, 1320)]), counted(13, &[(539, 600)])]), [false, true]);
        // From Monday at 18:00 on, with Tuesday free.
        assert_eq!(short(&[counted(12, &[(540, 1080)]), counted(13, &[]), counted(14, &[(0, 60)])]), [false, false, false]);
    }

    #[test]
    fn work_over_midnight_ends_where_the_session_did() {
        let short = |all: &[DateCounts]| records(all).iter().map(|record| record.short_rest).collect::<Vec<_>>();
        // From 20:00 to 1:00, and at 9:00 again.
        let mut late = counted(12, &[(540, 1080)]);
        late.starts.push(1200 * 60);
        let mut next = counted(13, &[(540, 600)]);
        next.ends.insert(0, 3600);
        assert_eq!(short(&[late, next]), [false, true]);
        // From 22:00 to 6:00, night after night: 16 hours between.
        let night = |day| DateCounts { starts: vec![1320 * 60], ends: vec![360 * 60], ..counted(day, &[]) };
        assert_eq!(short(&[night(12), night(13), night(14)]), [false; 3]);
        // The same, with dates that begin at noon.
        let night = |day| DateCounts { starts: vec![1320 * 60], ends: vec![1800 * 60], ..counted(day, &[]) };
        assert_eq!(short(&[night(12), night(13), night(14)]), [false; 3]);
    }

    #[test]
    fn the_night_that_loses_an_hour_is_shorter() {
        // From 22:00 to 9:00 on the 29th of March 2026 are 10 hours.
        let of = |day: u32, from: u32, to: u32| DateCounts {
            date: NaiveDate::from_ymd_opt(2026, 3, day).expect("a date"),
            ..counted(12, &[(from, to)])
        };
        assert!(records(&[of(28, 600, 1320), of(29, 540, 600)])[1].short_rest);
        assert!(!records(&[of(28, 600, 1320), of(29, 600, 660)])[1].short_rest);
    }
}
