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

    /// How many days in a row hold the date or, when it is not one of them, the day before. Bytes are counted and not days, since
    /// statistics ask this each time.
    pub fn run_on(&self, date: NaiveDate) -> u32 {
        let until = |date| self.index(date).map_or(0, |index| self.run_until(index));
        match until(date) {
            0 => date.pred_opt().map_or(0, until),
            // Days after the date are known already when the zone was further east.
            run => run + self.index(date).map_or(0, |index| self.run_from(index + 1)),
        }
    }

    /// The most days in a row.
    pub fn longest_run(&self) -> u32 {
        let (mut longest, mut current) = (0, 0);
        for byte in &self.bits {
            if *byte == u8::MAX {
                current += 8;
            } else {
                for bit in 0..8 {
                    longest = longest.max(current);
                    current = if byte & (1 << bit) == 0 { 0 } else { current + 1 };
                }
            }
        }
        longest.max(current)
    }

    /// How many days in a row end with the one at an index.
    fn run_until(&self, index: usize) -> u32 {
        let beyond = 7 - index % 8;
        let last = self.bits[index / 8] << beyond;
        let earlier = self.bits[..index / 8].iter().rev();
        joined(last.leading_ones(), last == u8::MAX << beyond, earlier.map(|byte| byte.leading_ones()))
    }

    /// How many days in a row begin with the one at an index.
    fn run_from(&self, index: usize) -> u32 {
        let before = index % 8;
        let mut bytes = self.bits.iter().skip(index / 8);
        let first = bytes.next().map_or(0, |byte| byte >> before);
        joined(first.trailing_ones(), first == u8::MAX >> before, bytes.map(|byte| byte.trailing_ones()))
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

/// The length of a run with so many days in one byte, which goes on in further ones if it fills all of the first that it can.
fn joined(first: u32, filled: bool, further: impl Iterator<Item = u32>) -> u32 {
    let mut run = first;
    if filled {
        for ones in further {
            run += ones;
            if ones < u8::BITS {
                break;
            }
        }
    }
    run
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
            for day in -2..410 {
                let run_from = |start: i32| (0..1000).take_while(|on| plain.contains(&(start + on))).count();
                let expected = if run_to(day) > 0 { run_to(day) + run_from(day + 1) } else { run_to(day - 1) };
                prop_assert_eq!(calendar.run_on(date(day)) as usize, expected);
            }
        }
    }

    #[test]
    fn a_streak_is_the_run_that_holds_today_or_yesterday() {
        let mut calendar = Calendar::default();
        (7..=10).chain([12]).for_each(|day| calendar.insert(date(day)));
        let streaks = [5, 6, 7, 9, 10, 11, 12, 13, 14].map(|today| calendar.run_on(date(today)));
        // On the 11th, the 12th is known already, and does not make the streak that of the 12th.
        assert_eq!(streaks, [0, 0, 4, 4, 4, 4, 1, 1, 0]);
    }

    #[test]
    fn ten_years_are_small() {
        let mut calendar = Calendar::default();
        (0..3653).for_each(|day| calendar.insert(date(day)));
        assert!(serde_json::to_string(&calendar).expect("JSON").len() < 640);
    }
}
