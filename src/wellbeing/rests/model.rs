//! What a rest is and how it ends. Pure.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    choice,
    kernel::{Code, Id, Resource, Result, Rule, Timestamp, UserId},
    wellbeing::{entry::check_recent, lunch::Window},
};

pub type RestId = Id<Rest>;

/// After so long nobody believes any more that a rest is under way.
pub const FORGOTTEN: Duration = Duration::from_hours(2);
/// The most that a rest may last that is entered afterwards.
const MAX_PAST: Duration = Duration::from_hours(4);
/// A rest takes up some time, so that no two begin at once.
const SHORTEST: Duration = Duration::from_micros(1);

/// A break from work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    pub id: RestId,
    pub user_id: UserId,
    pub kind: RestKind,
    pub start_time: Timestamp,
    /// The date on which it began for the user.
    pub date: NaiveDate,
    /// Set once it has ended.
    #[serde(default)]
    pub end: Option<RestEnd>,
}

/// How a rest ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestEnd {
    pub at: Timestamp,
    /// Whether that was guessed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
    /// Whether it was lunch when lunch is to be had, by the settings at its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_window: bool,
}

choice!(
    /// How long a rest is meant to be, and what for.
    RestKind as "RestKind",
    Micro = "micro",
    Short = "short",
    Long = "long",
    Lunch = "lunch",
);

impl RestKind {
    /// How long one lasts whose end nobody knows.
    pub fn usual(self) -> Duration {
        Duration::from_mins(match self {
            Self::Micro => 1,
            Self::Short => 5,
            Self::Long => 15,
            Self::Lunch => 30,
        })
    }
}

/// A rest that is over when it is entered.
#[derive(Debug, Clone, Copy)]
pub struct PastRest {
    pub kind: RestKind,
    pub start: Timestamp,
    pub end: Timestamp,
}

impl PastRest {
    /// Errors: `InvalidField`.
    pub fn new(kind: RestKind, start: Timestamp, end: Timestamp, now: Timestamp) -> Result<Self> {
        check_recent(start, now).map_err(|rule| rule.of_field("start_time"))?;
        let broken = if end <= start {
            Rule::field("must be after 'start_time'")
        } else if end > now {
            Rule::field("must not be in the future")
        } else if end.since(start) > MAX_PAST {
            Rule::sentence(Code::InvalidField, "A rest cannot be longer than 4 hours")
        } else {
            return Ok(Self { kind, start, end });
        };
        Err(broken.of_field("end_time"))
    }
}

impl Rest {
    /// The rest once it ended at an instant. One that had been forgotten by then ended when such a rest usually does.
    #[must_use]
    pub fn ended(&self, at: Timestamp, lunch: Window) -> Self {
        let guessed = at.since(self.start_time) >= FORGOTTEN;
        let end = if guessed { self.start_time.plus(self.kind.usual()) } else { at.max(self.start_time.plus(SHORTEST)) };
        self.until(end, guessed, lunch)
    }

    /// The rest with its end.
    #[must_use]
    pub fn until(&self, at: Timestamp, guessed: bool, lunch: Window) -> Self {
        let in_window = self.kind == RestKind::Lunch && lunch.has_of(self.start_time, at);
        Self { end: Some(RestEnd { at, guessed, in_window }), ..self.clone() }
    }

    /// How long it was, once it has ended.
    pub fn length(&self) -> Option<Duration> {
        Some(self.end?.at.since(self.start_time))
    }

    /// Whether it and a stretch of time share more than an end, as it is known now.
    pub fn overlaps(&self, from: Timestamp, to: Timestamp, now: Timestamp) -> bool {
        let forgotten = now.since(self.start_time) >= FORGOTTEN;
        let guess = || forgotten.then(|| self.start_time.plus(self.kind.usual()));
        let end = self.end.map(|end| end.at).or_else(guess);
        self.start_time < to && end.is_none_or(|end| from < end)
    }
}

impl Resource for Rest {
    const NOUN: &'static str = "Rest";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_micros(1_768_384_800_000_000).plus(Duration::from_secs(minutes * 60))
    }

    fn rest(kind: RestKind) -> Rest {
        let (id, user_id) = (RestId::new(uuid::Uuid::nil()), UserId::new(uuid::Uuid::nil()));
        Rest { id, user_id, kind, start_time: at(0), date: NaiveDate::default(), end: None }
    }

    #[test]
    fn a_rest_ends_when_it_is_ended_or_as_usual_when_it_was_forgotten() {
        let window = Window { from: at(0), to: at(60) };
        let ended = |kind, minutes| rest(kind).ended(at(minutes), window).end.expect("an end");
        assert_eq!(ended(RestKind::Short, 7), RestEnd { at: at(7), guessed: false, in_window: false });
        assert_eq!(ended(RestKind::Short, 119).at, at(119));
        for (kind, usual) in [(RestKind::Micro, 1), (RestKind::Short, 5), (RestKind::Long, 15), (RestKind::Lunch, 30)] {
            assert_eq!(ended(kind, 120), RestEnd { at: at(usual), guessed: true, in_window: kind == RestKind::Lunch });
        }
        assert!(!ended(RestKind::Lunch, 29).in_window);
        assert_eq!(ended(RestKind::Micro, 0).at, at(0).plus(SHORTEST));
    }

    #[test]
    fn a_rest_that_was_forgotten_takes_up_no_more_than_usual() {
        let short = rest(RestKind::Short);
        assert!(short.overlaps(at(60), at(70), at(119)) && !short.overlaps(at(60), at(70), at(120)));
        assert!(short.overlaps(at(4), at(70), at(120)) && !short.overlaps(at(5), at(70), at(120)));
    }

    #[test]
    fn past_rests_are_held_to_the_rules() {
        let past = |start, end| PastRest::new(RestKind::Long, at(start), at(end), at(300));
        assert!(past(0, 240).is_ok() && past(299, 300).is_ok());
        for (start, end) in [(0, 241), (5, 5), (6, 5), (299, 301)] {
            assert_eq!(past(start, end).expect_err("wrong").field(), Some("end_time"));
        }
        assert_eq!(PastRest::new(RestKind::Long, at(0), at(5), at(44_641)).expect_err("wrong").field(), Some("start_time"));
    }
}
