//! A range of dates, and what is shown of it. Pure.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use crate::kernel::{Code, Error, Result, Timestamp, UserId};

/// The most dates that one answer is about.
pub const MAX_DAYS: u32 = 400;
/// How many dates before the last one are meant when none is named.
const USUAL: Days = Days::new(364);

/// Which dates are wanted, as far as that was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// Dates from one to another, both included: at most 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Wanted {
    /// The dates that are meant on the user's date `today`. Errors: `InvalidParameter`.
    pub fn on(self, today: NaiveDate) -> Result<DateRange> {
        let to = self.to.unwrap_or(today);
        // No date before 1970 can be asked for, so none is meant either.
        let from = self.from.unwrap_or_else(|| to.checked_sub_days(USUAL).unwrap_or(to).max(NaiveDate::default()));
        let further = to.signed_duration_since(from).num_days();
        if further < 0 {
            return Err(Error::new(Code::InvalidParameter, "Query parameter 'from' must not be after 'to'"));
        }
        if further >= MAX_DAYS.into() {
            return Err(Error::new(Code::InvalidParameter, "Query parameters 'from' and 'to' must span at most 400 days"));
        }
        Ok(DateRange { from, to })
    }
}

/// What a user did on some dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub user_id: UserId,
    pub time_zone: Tz,
    pub range: DateRange,
    /// Those of the dates that have an entry, ascending.
    pub days: Vec<DayEntry>,
}

/// What a user did on one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayEntry {
    pub date: NaiveDate,
    pub created_tasks: u32,
    pub completed_tasks: u32,
    /// Sessions that ended on it.
    pub sessions: u32,
    /// Work in each hour of the clock on the wall, in microseconds.
    pub focus_by_hour: [u64; 24],
    pub first_activity: Option<Timestamp>,
    pub last_activity: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_range_is_a_year_unless_it_is_said_otherwise_and_never_much_more() {
        let on = |from, to| Wanted { from, to }.on(date("2026-01-14"));
        assert_eq!(on(None, None).expect("a range"), DateRange { from: date("2025-01-15"), to: date("2026-01-14") });
        assert_eq!(on(None, Some(date("2024-12-31"))).expect("a range").from, date("2024-01-02"));
        assert!(on(Some(date("2024-12-11")), None).is_ok());
        assert!(on(Some(date("2024-12-10")), None).is_err());
        assert!(on(Some(date("2026-01-15")), None).is_err());
        let earliest = DateRange { from: NaiveDate::default(), to: date("1970-03-01") };
        assert_eq!(on(None, Some(date("1970-03-01"))).expect("a range"), earliest);
    }
}
