//! What holds for a user's dates, so that a change concerns those that come: each day keeps what held when it was first
//! written. Pure.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::kernel::DayStart;

/// How many changes are remembered. Dates before the earliest of them are taken to be like those right before it.
const MAX_FORMER: usize = 32;

/// What holds for a date: where the user is, when it begins, and what slices leave for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTerms {
    pub zone: Tz,
    #[serde(default, skip_serializing_if = "DayStart::is_midnight")]
    pub day_start: DayStart,
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}

/// What held before the present terms, each until another took its place; ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FormerTerms(Vec<Former>);

/// What held at the end of the dates before one, as far as nothing else did earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Former {
    before: NaiveDate,
    terms: DayTerms,
}

impl FormerTerms {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What held, each with the date before which it did, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, &DayTerms)> {
        self.0.iter().map(|former| (former.before, &former.terms))
    }

    /// What held at the end of a date; `None` when it is what holds now.
    pub fn on(&self, date: NaiveDate) -> Option<&DayTerms> {
        let index = self.0.partition_point(|former| former.before <= date);
        self.0.get(index).map(|former| &former.terms)
    }

    /// Remembers that something else holds from the end of the date on. Of several changes on one date, the last one tells
    /// what held at its end.
    pub(super) fn ended(&mut self, date: NaiveDate, terms: DayTerms) {
        // The date may have gone back: what began later then never held at the end of one.
        let kept = self.0.partition_point(|former| former.before < date);
        let terms = self.0.drain(kept..).next().map_or(terms, |former| former.terms);
        self.0.push(Former { before: date, terms });
        self.0.drain(..self.0.len().saturating_sub(MAX_FORMER));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(day: i64) -> NaiveDate {
        NaiveDate::default() + chrono::TimeDelta::days(day)
    }

    fn terms(minutes: u16) -> DayTerms {
        DayTerms { zone: Tz::UTC, day_start: DayStart::after_midnight(minutes).expect("a start"), facts: Facts::default() }
    }

    #[test]
    fn terms_from_before_facts_were_kept_can_be_read() {
        let read: DayTerms = serde_json::from_str(r#"{"zone":"UTC"}"#).expect("terms");
        assert_eq!((&read, serde_json::to_string(&read).expect("JSON")), (&terms(0), r#"{"zone":"UTC"}"#.into()));
    }

    proptest! {
        /// Each change with the days since the one before, which are fewer than none where the date went back.
        #[test]
        fn a_date_has_what_held_at_its_end(changes in prop::collection::vec(-1..4_i64, 0..30)) {
            let (mut former, mut today) = (FormerTerms::default(), 0);
            let mut plain = vec![0_u16; 200];
            let mut now = 0;
            for passed in changes {
                today += passed;
                former.ended(date(today), terms(now));
                now += 1;
                for held in plain.iter_mut().skip(usize::try_from(today + 50).expect("a day")) {
                    *held = now;
                }
            }
            for (day, held) in (-50..).zip(&plain) {
                prop_assert_eq!(former.on(date(day)).map_or(now, |terms| terms.day_start.minutes()), *held, "{}", day);
            }
            prop_assert!(former.0.windows(2).all(|pair| pair[0].before < pair[1].before));
        }

        #[test]
        fn no_more_is_remembered_than_that(count in 0..80_u16) {
            let mut former = FormerTerms::default();
            (0..count).for_each(|n| former.ended(date(n.into()), terms(n)));
            prop_assert_eq!(former.0.len(), usize::from(count).min(MAX_FORMER));
            prop_assert!(count == 0 || former.on(date(i64::from(count) - 2)) == Some(&terms(count - 1)));
        }
    }
}
