//! Counters with names that the slices give them. Pure.

use chrono::NaiveDate;
use compact_str::{CompactString, format_compact};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap as _,
};

use crate::store::Entity;

/// The name of something that is counted. The slice whose documents count for it declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter {
    name: &'static str,
    /// In a family, the number and how many digits it has at least.
    number: Option<(u32, usize)>,
}

/// Counters that differ by a number, such as the hour of a day. With as many counts of each number as there are things that
/// have it, they are a multiset: the least and the most that it holds are known whatever is added and taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    name: &'static str,
    digits: usize,
}

/// What makes a date count for the streak: how many things were achieved on it.
pub const ACHIEVEMENTS: Counter = Counter::named("achievements");

impl Counter {
    /// A name of at most 24 bytes is stored without an allocation.
    pub const fn named(name: &'static str) -> Self {
        Self { name, number: None }
    }

    /// Counters with names such as `name_07`, in which the number has at least so many digits.
    pub const fn family(name: &'static str, digits: usize) -> Family {
        Family { name, digits }
    }

    pub fn name(self) -> CompactString {
        match self.number {
            None => CompactString::const_new(self.name),
            Some((number, digits)) => format_compact!("{}_{number:0digits$}", self.name),
        }
    }
}

impl Family {
    pub const fn at(self, number: u32) -> Counter {
        Counter { name: self.name, number: Some((number, self.digits)) }
    }

    fn number_of(self, name: &str) -> Option<u32> {
        name.strip_prefix(self.name)?.strip_prefix('_')?.parse().ok()
    }
}

/// Receives what a document counts for: the counter, the date for which it counts or `None` for the total, and how much.
pub type Add<'a> = &'a mut dyn FnMut(Counter, Option<NaiveDate>, u64);

/// A document that is written through a ledger.
///
/// The transaction adds what a document counts for when it is created, and takes the same away when it is deleted, so
/// both must follow from the document alone.
pub trait Counted: Entity {
    /// Tells everything that the document counts for.
    fn counts(&self, _add: Add<'_>) {}
}

/// How much each counter has; those with zero are missing. As JSON an object of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(Vec<(CompactString, u64)>);

impl Counts {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, counter: Counter) -> u64 {
        self.find(&counter.name()).map_or(0, |index| self.0[index].1)
    }

    /// The numbers of a family that have anything, by name, with how much.
    pub fn of(&self, family: Family) -> impl Iterator<Item = (u32, u64)> {
        let from = self.0.partition_point(|(name, _)| name.as_str() < family.name);
        let beginning = self.0[from..].iter().take_while(move |(name, _)| name.starts_with(family.name));
        beginning.filter_map(move |(name, count)| Some((family.number_of(name)?, *count)))
    }

    /// Adds to a counter, or takes away from it, and never below zero.
    pub fn change(&mut self, counter: Counter, by: i64) {
        let was = self.get(counter);
        self.set(&counter.name(), was.saturating_add_signed(by));
    }

    /// The counters that there are with what they have, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    pub(super) fn set(&mut self, name: &str, count: u64) {
        match (self.find(name), count) {
            (Ok(index), 0) => drop(self.0.remove(index)),
            (Ok(index), _) => self.0[index].1 = count,
            (Err(_), 0) => {}
            (Err(index), _) => self.0.insert(index, (name.into(), count)),
        }
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, count) in &self.0 {
            map.serialize_entry(name.as_str(), count)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CountsVisitor)
    }
}

struct CountsVisitor;

impl<'de> Visitor<'de> for CountsVisitor {
    type Value = Counts;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Counts, A::Error> {
        let mut counts = Vec::with_capacity(map.size_hint().unwrap_or(8));
        while let Some(entry) = map.next_entry::<CompactString, u64>()? {
            counts.push(entry);
        }
        // Cosmos DB keeps the members of an object in an order of its own.
        counts.sort_unstable();
        counts.dedup_by(|one, other| one.0 == other.0);
        Ok(Counts(counts))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const HOURS: Family = Counter::family("focus", 2);
    const NAMES: [Counter; 6] = [
        Counter::named("a"),
        HOURS.at(9),
        HOURS.at(23),
        HOURS.at(100),
        Counter::named("focus_of_mind"),
        Counter::named("a counter of more than 24 bytes"),
    ];

    proptest! {
        #[test]
        fn agree_with_a_plain_map(changes in prop::collection::vec((0..NAMES.len(), -5..9_i64), 0..40)) {
            let (mut counts, mut plain) = (Counts::default(), BTreeMap::new());
            for (index, by) in changes {
                counts.change(NAMES[index], by);
                let count = plain.entry(NAMES[index].name()).or_insert(0_u64);
                *count = count.saturating_add_signed(by);
            }
            plain.retain(|_, count| *count > 0);
            prop_assert_eq!(counts.iter().collect::<Vec<_>>(), plain.iter().map(|(name, count)| (name.as_str(), *count)).collect::<Vec<_>>());
            let hours: BTreeMap<u32, u64> = counts.of(HOURS).collect();
            let expected = [9, 23, 100].map(|hour| (hour, counts.get(HOURS.at(hour)))).into_iter().filter(|(_, count)| *count > 0);
            prop_assert_eq!(hours, expected.collect::<BTreeMap<_, _>>());
            let text = serde_json::to_string(&counts).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Counts>(&text).expect("read back"), counts);
        }
    }

    #[test]
    fn the_number_of_a_counter_has_its_digits() {
        assert_eq!([9, 100].map(|hour| HOURS.at(hour).name()), ["focus_09", "focus_100"]);
        assert!(!Counter::family("started_at", 6).at(129_599).name().is_heap_allocated());
    }

    #[test]
    fn the_order_of_the_members_says_nothing() {
        let counts: Counts = serde_json::from_str(r#"{"b":2,"a":1}"#).expect("counts");
        assert_eq!(counts.iter().collect::<Vec<_>>(), [("a", 1), ("b", 2)]);
    }
}
