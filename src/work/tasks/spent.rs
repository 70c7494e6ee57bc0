//! The time that was spent on a task, as its timer measured it or its owner corrected it. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::Bounded;

/// Of how many dates the time is kept apart. What is older is kept with the earliest of them, so that a change of the task
/// never changes more days than one commit can.
const MAX_DATES: usize = 60;
/// The most that is spent on one task, in seconds: a year.
pub const MAX_SECONDS: u64 = 31_536_000;

/// All the time that was spent on a task, in seconds.
pub type SpentSeconds = Bounded<0, 31_536_000>;

/// Seconds by the date on which the timer was stopped, the earliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spent(Vec<(NaiveDate, u64)>);

impl Spent {
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it, in seconds.
    pub fn seconds(&self) -> u64 {
        self.0.iter().map(|(_, seconds)| seconds).sum()
    }

    /// The seconds of each date, the earliest first.
    pub fn by_date(&self) -> impl Iterator<Item = (NaiveDate, u64)> {
        self.0.iter().copied()
    }

    /// With so many seconds more on a date, as far as a year of them is not reached.
    #[must_use]
    pub fn plus(&self, date: NaiveDate, seconds: u64) -> Self {
        let seconds = seconds.min(MAX_SECONDS.saturating_sub(self.seconds()));
        let mut dates = self.0.clone();
        if seconds == 0 {
            return Self(dates);
        }
        match dates.binary_search_by_key(&date, |(known, _)| *known) {
            Ok(index) => dates[index].1 += seconds,
            Err(index) => dates.insert(index, (date, seconds)),
        }
        while dates.len() > MAX_DATES {
            dates[0].1 += dates.remove(1).1;
        }
        Self(dates)
    }

    /// Corrected to so many seconds in all: what is missing was spent on the date, what is too much goes from the latest on.
    #[must_use]
    pub fn corrected(&self, total: u64, date: NaiveDate) -> Self {
        let known = self.seconds();
        if total >= known {
            return self.plus(date, total - known);
        }
        let mut left = known - total;
        let mut dates = self.0.clone();
        while let Some((date, seconds)) = dates.pop() {
            if seconds > left {
                dates.push((date, seconds - left));
                break;
            }
            left -= seconds;
        }
        Self(dates)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(day: i32) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(739_000 + day).expect("a date")
    }

    proptest! {
        #[test]
        fn adds_up_whatever_is_added_and_corrected(changes in prop::collection::vec((-200..200_i32, 0..9_000_u64, any::<bool>()), 0..150)) {
            let (mut spent, mut total) = (Spent::default(), 0);
            for (day, seconds, correct) in changes {
                if correct {
                    (spent, total) = (spent.corrected(seconds, date(day)), seconds);
                } else {
                    (spent, total) = (spent.plus(date(day), seconds), total + seconds);
                }
                prop_assert_eq!(spent.seconds(), total);
                prop_assert_eq!(spent.is_none(), total == 0);
                let dates: Vec<_> = spent.by_date().collect();
                prop_assert!(dates.len() <= MAX_DATES && dates.is_sorted_by(|a, b| a.0 < b.0), "{:?}", dates);
                prop_assert!(dates.iter().all(|(_, seconds)| *seconds > 0));
            }
        }
    }

    #[test]
    fn no_task_takes_more_than_a_year() {
        let full = Spent::default().plus(date(0), MAX_SECONDS - 1).plus(date(1), 5);
        assert_eq!(full.by_date().collect::<Vec<_>>(), [(date(0), MAX_SECONDS - 1), (date(1), 1)]);
    }

    #[test]
    fn what_is_too_much_goes_from_the_latest() {
        let spent = Spent::default().plus(date(0), 60).plus(date(3), 60).corrected(90, date(9));
        assert_eq!(spent.by_date().collect::<Vec<_>>(), [(date(0), 60), (date(3), 30)]);
        assert!(spent.corrected(0, date(9)).is_none());
    }
}
