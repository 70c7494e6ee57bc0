//! What entries have in common: when they were, for which date, and where that puts them in their list. Pure.

use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveTime};

use crate::kernel::{Code, DayRule, Error, Result, Rule, Timestamp, field};

/// How long ago something may have been that is entered now.
pub const MAX_BACK: Duration = Duration::from_hours(31 * 24);
/// The most entries of one kind that a date has.
pub const MAX_ON_DATE: u64 = 100;
/// The most dates from one to another between which entries are listed.
const MAX_DATES: i64 = 400;
/// In how many microseconds, as a power of two, a date can have been: 76 hours. With the earliest and the latest zone and start of
/// days that there are, it is 62.
const DATE_BITS: u32 = 38;
/// How long before its midnight in UTC a date begins at the earliest.
const EARLIEST: Duration = Duration::from_hours(15);
/// The date at the middle of all places, which has 89 years on either side.
const MIDDLE: NaiveDate = match NaiveDate::from_ymd_opt(2050, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// When something was, if it is said, and now otherwise. Errors: `InvalidField`.
pub fn instant(stated: Option<Timestamp>, now: Timestamp) -> Result<Timestamp> {
    let Some(at) = stated else { return Ok(now) };
    check_recent(at, now).map_err(|rule| rule.of_field("at"))?;
    Ok(at)
}

/// Holds an instant to the last 31 days, and to two minutes ahead.
pub fn check_recent(at: Timestamp, now: Timestamp) -> Result<(), Rule> {
    field::recent(at, now, MAX_BACK, Rule::field("must be at most 31 days ago"))
}

/// The place of an entry in its list: by its date, then by its instant, to the microsecond. Dates and instants ascend together,
/// but for those of the hours after a zone or the start of days was changed.
pub fn place(date: NaiveDate, at: Timestamp) -> i64 {
    let begins = date.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    let into = Timestamp::from_micros(at.micros().saturating_sub(begins)).plus(EARLIEST).micros();
    first_place(date) + into.clamp(0, (1 << DATE_BITS) - 1)
}

/// The place before which no entry of a date is. Dates that nothing can be entered for are taken to be at the edge.
pub fn first_place(date: NaiveDate) -> i64 {
    let days = date.signed_duration_since(MIDDLE).num_days();
    days.clamp(-(1 << 15), (1 << 15) - 1) << DATE_BITS
}

/// The dates of which entries are listed, both included, as far as they are bounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Between {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Between {
    /// Errors: `InvalidParameter`.
    pub fn new(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Self> {
        let further = from.zip(to).map_or(0, |(from, to)| to.signed_duration_since(from).num_days());
        if further < 0 {
            return Err(Error::new(Code::InvalidParameter, "Query parameter 'from' must not be after 'to'"));
        }
        if further >= MAX_DATES {
            let message = "Query parameters 'from' and 'to' must span at most 400 days";
            return Err(Error::new(Code::InvalidParameter, message));
        }
        Ok(Self { from, to })
    }

    /// The first instant of the dates, and the first after them.
    pub fn instants(self, days: DayRule) -> [Option<Timestamp>; 2] {
        let after = self.to.and_then(|to| to.checked_add_days(Days::new(1)));
        [self.from, after].map(|date| date.map(|date| days.start_of(date)))
    }

    /// The first place of the dates, and the first after them.
    pub fn places(self) -> [Option<i64>; 2] {
        [self.from, self.to.and_then(|to| to.checked_add_days(Days::new(1)))].map(|date| date.map(first_place))
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::DayStart;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn what_is_entered_was_in_the_last_31_days() {
        let now = Timestamp::from_micros(1_768_384_800_000_000);
        let hours = |hours| now.minus(Duration::from_hours(hours));
        assert_eq!(instant(None, now).expect("now"), now);
        assert!(instant(Some(hours(744)), now).is_ok() && instant(Some(now.plus(Duration::from_mins(2))), now).is_ok());
        for wrong in [hours(744).minus(Duration::from_micros(1)), now.plus(Duration::from_secs(121))] {
            assert_eq!(instant(Some(wrong), now).expect_err("wrong").field(), Some("at"));
        }
    }

    #[test]
    fn dates_are_a_year_and_a_bit_at_most() {
        let between = |from: &str, to: &str| Between::new(Some(date(from)), Some(date(to)));
        assert!(between("2026-01-14", "2026-01-14").is_ok() && between("2025-01-01", "2026-02-04").is_ok());
        assert!(between("2026-01-15", "2026-01-14").is_err() && between("2025-01-01", "2026-02-05").is_err());
        assert!(Between::new(Some(date("1970-01-01")), None).is_ok());
        assert_eq!(Between::new(None, Some(NaiveDate::MAX)).expect("dates").places(), [None, None]);
    }

    proptest! {
        /// Whatever the zone and the start of days, an entry lies within its date, and those of one rule in the order of time.
        #[test]
        fn places_are_in_the_order_of_dates_and_instants(
            hours in prop::collection::vec(0..700_000_i64, 2), micros in prop::collection::vec(0..5_i64, 2), minutes in 0..=720_u16,
            zone in prop::sample::select(vec![Tz::Pacific__Kiritimati, Tz::Etc__GMTPlus12, Tz::Europe__Madrid, Tz::Pacific__Apia])
        ) {
            let days = DayRule { zone, day_start: DayStart::after_midnight(minutes).expect("a start") };
            let mut instants: Vec<Timestamp> =
                hours.iter().zip(micros).map(|(hour, micro)| Timestamp::from_micros(hour * 3_600_000_000 + micro)).collect();
            instants.sort();
            let places: Vec<i64> = instants.iter().map(|at| place(days.date_at(*at), *at)).collect();
            prop_assert_eq!(places[0].cmp(&places[1]), instants[0].cmp(&instants[1]));
            for (at, place) in instants.iter().zip(places) {
                let date = days.date_at(*at);
                prop_assert!((first_place(date)..first_place(date.succ_opt().expect("a date"))).contains(&place));
                prop_assert!(place.abs() < 1 << 53);
            }
        }
    }
}
