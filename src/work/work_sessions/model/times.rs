//! The times of sessions as people state them, and what they are held to. Pure.

use std::time::Duration;

use chrono::NaiveDate;

use crate::kernel::{Code, DayRule, Error, Result, Rule, Timestamp, field};

/// The most that a session may last whose times a person states, and how long ago a person may have done what is said now.
pub const MAX_STATED: Duration = Duration::from_hours(24);
/// Nobody worked with this before 2000: such a time is a mistake, and the calendar of active days would grow with it.
pub const EARLIEST: Timestamp = Timestamp::from_micros(946_684_800_000_000);
/// Until when a session lasts that is under way, as far as others are concerned: later than any place in the store.
pub(super) const FOREVER: Timestamp = Timestamp::from_micros(1 << 53);

/// The start and the end of a session as a person states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Times {
    /// Errors: `InvalidField`, naming the rule.
    pub fn new(start: Timestamp, end: Timestamp, now: Timestamp) -> Result<Self> {
        let (field, broken) = if start < EARLIEST {
            ("start_time", Rule::field("lies before the year 2000"))
        } else if end <= start {
            ("end_time", Rule::field("must be after 'start_time'"))
        } else if end > now {
            ("end_time", Rule::field("must not be in the future"))
        } else if end.since(start) > MAX_STATED {
            ("end_time", Rule::sentence(Code::InvalidField, "A session cannot be longer than 24 hours"))
        } else {
            return Ok(Self { start, end });
        };
        Err(broken.of_field(field))
    }

    /// What of it lies beyond another stretch of time.
    pub fn beyond(self, other: Self) -> impl Iterator<Item = Self> {
        let before = Self { start: self.start, end: self.end.min(other.start) };
        let after = Self { start: self.start.max(other.end), end: self.end };
        [before, after].into_iter().filter(|times| times.start < times.end)
    }
}

/// When something is done to a session: now, or when somebody says that it was.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub now: Timestamp,
    pub stated: Option<Timestamp>,
}

impl Moment {
    /// The instant, which is not before what it follows: a clock may have been set back, but nobody states such a thing.
    /// Errors: `InvalidField`.
    pub(super) fn after(self, followed: Timestamp) -> Result<Timestamp> {
        match self.checked()? {
            None => Ok(self.now.max(followed)),
            Some(at) if at < followed => Err(Rule::field("must not be before what it follows").of_field("at")),
            Some(at) => Ok(at),
        }
    }

    /// What was stated, if it can be. Errors: `InvalidField`.
    pub fn checked(self) -> Result<Option<Timestamp>> {
        const TOO_OLD: Rule = Rule::field("must be at most 24 hours ago");
        let check = |at| field::recent(at, self.now, MAX_STATED, TOO_OLD).map_err(|rule| rule.of_field("at"));
        self.stated.map(|at| check(at).map(|()| at)).transpose()
    }
}

/// The dates on which sessions began, both included, as far as they are bounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Began {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Began {
    /// The first instant of the dates, and the first after them. Errors: `InvalidParameter`.
    pub fn instants(self, days: DayRule) -> Result<[Option<Timestamp>; 2]> {
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            return Err(Error::new(Code::InvalidParameter, "Query parameter 'from' must not be after 'to'"));
        }
        let after = self.to.and_then(|to| to.succ_opt());
        Ok([self.from, after].map(|date| date.map(|date| days.start_of(date))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        EARLIEST.plus(Duration::from_secs(u64::try_from(minutes).expect("positive") * 60))
    }

    #[test]
    fn stated_times_are_held_to_the_rules() {
        let check = |start, end| Times::new(start, end, at(3000)).is_ok();
        assert!(check(at(0), at(1440)) && check(at(2999), at(3000)));
        assert!(!check(at(0), at(1441)) && !check(at(5), at(5)) && !check(at(2999), at(3001)));
        assert!(!check(EARLIEST.minus(Duration::from_secs(1)), at(1)));
    }
}
