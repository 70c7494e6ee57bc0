//! What time off is, and which dates it leaves for work. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    choice,
    kernel::{Code, Error, Id, Resource, Result, Rule, Timestamp, UserId},
};

pub type TimeOffId = Id<TimeOff>;

/// The most dates that one of them has.
pub const MAX_DATES: u32 = 366;

/// Dates off, one after another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOff {
    pub id: TimeOffId,
    pub user_id: UserId,
    #[serde(flatten)]
    pub dates: Dates,
    pub kind: TimeOffKind,
    pub created_at: Timestamp,
}

/// From one date to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Dates {
    /// Errors: `InvalidField`.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let further = to.signed_duration_since(from).num_days();
        if further < 0 {
            return Err(Rule::field("must not be before 'from'").of_field("to"));
        }
        if further >= MAX_DATES.into() {
            return Err(Rule::sentence(Code::InvalidField, "Time off cannot be longer than 366 days").of_field("to"));
        }
        Ok(Self { from, to })
    }

    pub fn contain(self, date: NaiveDate) -> bool {
        (self.from..=self.to).contains(&date)
    }
}

choice!(
    /// Why somebody is off.
    TimeOffKind as "TimeOffKind",
    Vacation = "vacation",
    Sick = "sick",
    Holiday = "holiday",
);

/// What is known of time off that is to be entered.
#[derive(Debug, Clone, Copy)]
pub struct NewTimeOff {
    pub dates: Dates,
    pub kind: TimeOffKind,
}

/// The dates on which time off may begin that is listed, both included, as far as they are bounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Begins {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Begins {
    /// Errors: `InvalidParameter`.
    pub fn between(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Self> {
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Error::new(Code::InvalidParameter, "Query parameter 'from' must not be after 'to'"));
        }
        Ok(Self { from, to })
    }
}

impl Resource for TimeOff {
    const NOUN: &'static str = "Time off";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of January 2026; the 12th is a Monday.
    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a date")
    }

    #[test]
    fn time_off_is_a_date_at_least_and_a_leap_year_at_most() {
        let last = |days| Dates::new(date(1), date(1) + chrono::Days::new(days));
        assert!(last(0).is_ok() && last(365).is_ok());
        assert_eq!(last(366).expect_err("too long").field(), Some("to"));
        assert_eq!(Dates::new(date(2), date(1)).expect_err("backwards").field(), Some("to"));
    }
}
