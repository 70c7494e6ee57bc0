//! The set of days on which something was achieved, and the streaks in it. Pure.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A set of dates, one bit a day from the earliest on: a year is 61 characters in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The day of bit 0, in days from the Common Era; meaningless while there is no bit.
    first: i32,
    bits: Vec<u8>,
}

impl Calendar {
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.index(date).is_some_and(|index| self.get(index))
    }

    pub fn insert(&mut self, date: NaiveDate) {
        let day = date.num_days_from_ce();
        if self.bits.is_empty() {
            self.first = day;
        }
        if day < self.first {
            // Whole bytes are put in front, so that the bits that are there keep their places within a byte.
            let bytes = usize::try_from(self.first - day).unwrap_or(0).div_ceil(8);
            self.bits.splice(0..0, std::iter::repeat_n(0, bytes));
            self.first -= i32::try_from(bytes * 8).unwrap_or(0);
        }
        let index = usize::try_from(day - self.first).unwrap_or(0);
        if index / 8 >= self.bits.len() {
            self.bits.resize(index / 8 + 1, 0);
        }
        self.bits[index / 8] |= 1 << (index % 8);
    }

    pub fn remove(&mut self, date: NaiveDate) {
        if let Some(index) = self.index(date) {
            self.bits[index / 8] &= !(1 << (index % 8));
        }
        while self.bits.last() == Some(&0) {
            self.bits.pop();
        }
    }

    /// The latest day, and how many days in a row end with it.
    pub fn last_run(&self) -> Option<Run> {
        let last = (0..self.bits.len() * 8).rev().find(|&index| self.get(index))?;
        let length = (0..=last).rev().take_while(|&index| self.get(index)).count();
        let day = self.first + i32::try_from(last).ok()?;
        Some(Run { last_day: NaiveDate::from_num_days_from_ce_opt(day)?, days: u32::try_from(length).unwrap_or(u32::MAX) })
    }

    /// The most days in a row.
    pub fn longest_run(&self) -> u32 {
        let (mut longest, mut current) = (0_u32, 0_u32);
        for index in 0..self.bits.len() * 8 {
            current = if self.get(index) { current + 1 } else { 0 };
            longest = longest.max(current);
        }
        longest
    }

    /// All of them, earliest first.
    pub fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        let set = (0..self.bits.len() * 8).filter(|&index| self.get(index));
        set.filter_map(|index| NaiveDate::from_num_days_from_ce_opt(self.first.checked_add(i32::try_from(index).ok()?)?))
    }

    fn index(&self, date: NaiveDate) -> Option<usize> {
        let index = usize::try_from(date.num_days_from_ce() - self.first).ok()?;
        (index < self.bits.len() * 8).then_some(index)
    }

    fn get(&self, index: usize) -> bool {
        self.bits[index / 8] & (1 << (index % 8)) != 0
    }
}

/// Days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub last_day: NaiveDate,
    pub days: u32,
}

impl Run {
    /// The streak that this run is on `today`: its length while it reaches yesterday at least, since a day that has
    /// not ended does not break it. A run that ends after today (the zone has moved west since) still counts.
    pub fn streak_on(self, today: NaiveDate) -> u32 {
        if today.signed_duration_since(self.last_day).num_days() <= 1 { self.days } else { 0 }
    }
}

impl Serialize for Calendar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.first, STANDARD_NO_PAD.encode(&self.bits)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Calendar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (first, text) = <(i32, String)>::deserialize(deserializer)?;
        let bits = STANDARD_NO_PAD.decode(text).map_err(D::Error::custom)?;
        Ok(Self { first, bits })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn date(day: i32) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(739_000 + day).expect("a date")
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_set(changes in prop::collection::vec((any::<bool>(), -40..400_i32), 0..120)) {
            let (mut calendar, mut plain) = (Calendar::default(), BTreeSet::new());
            for (add, day) in changes {
                if add {
                    calendar.insert(date(day));
                    plain.insert(day);
                } else {
                    calendar.remove(date(day));
                    plain.remove(&day);
                }
            }
            let text = serde_json::to_string(&calendar).expect("JSON");
            let calendar: Calendar = serde_json::from_str(&text).expect("read back");
            for day in -50..410 {
                prop_assert_eq!(calendar.contains(date(day)), plain.contains(&day));
            }
            let dates: Vec<NaiveDate> = plain.iter().map(|&day| date(day)).collect();
            prop_assert_eq!(calendar.dates().collect::<Vec<_>>(), dates);
            let run_to = |end: i32| (0..1000).take_while(|back| plain.contains(&(end - back))).count();
            let longest = plain.iter().map(|&day| run_to(day)).max().unwrap_or(0);
            prop_assert_eq!(calendar.longest_run() as usize, longest);
            let last = plain.last().map(|&day| (date(day), run_to(day)));
            prop_assert_eq!(calendar.last_run().map(|run| (run.last_day, run.days as usize)), last);
        }
    }

    #[test]
    fn a_day_that_is_not_over_does_not_break_a_streak() {
        let run = Run { last_day: date(10), days: 4 };
        assert_eq!(run.streak_on(date(10)), 4);
        assert_eq!(run.streak_on(date(11)), 4);
        assert_eq!(run.streak_on(date(12)), 0);
        assert_eq!(run.streak_on(date(9)), 4);
    }

    #[test]
    fn ten_years_are_small() {
        let mut calendar = Calendar::default();
        (0..3653).for_each(|day| calendar.insert(date(day)));
        assert!(serde_json::to_string(&calendar).expect("JSON").len() < 640);
    }
}
