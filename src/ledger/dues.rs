//! What is due to a user, and when: each kind of work that no request waits for has one instant at most.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::kernel::Timestamp;

/// When each kind of work is next to be done for a user, by the name of the work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dues(BTreeMap<CompactString, Timestamp>);

impl Dues {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets when the work is next due; `None` when nothing is to be done.
    pub fn set(&mut self, work: &'static str, at: Option<Timestamp>) {
        self.set_named(CompactString::const_new(work), at);
    }

    pub fn get(&self, work: &str) -> Option<Timestamp> {
        self.0.get(work).copied()
    }

    pub fn earliest(&self) -> Option<Timestamp> {
        self.0.values().min().copied()
    }

    /// The work that is due by then, by name.
    pub fn by(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(_, at)| **at <= now).map(|(work, _)| work.as_str())
    }

    pub(super) fn set_named(&mut self, work: CompactString, at: Option<Timestamp>) {
        match at {
            Some(at) => self.0.insert(work, at),
            None => self.0.remove(&work),
        };
    }
}
