//! What a user did on one local date.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    counts::{ACHIEVEMENTS, Counted, Counter, Counts},
    former,
};
use crate::{kernel::Timestamp, store::Entity};

/// The counts of one date. The latest date's live in the summary; they become a document of their own when a later one
/// begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "former::StoredDay")]
pub struct Day {
    pub date: NaiveDate,
    pub counts: Counts,
    /// When the user first changed something on it; never taken back, like the last time.
    pub first_activity: Option<Timestamp>,
    pub last_activity: Option<Timestamp>,
}

impl Day {
    pub fn new(date: NaiveDate) -> Self {
        Self { date, counts: Counts::default(), first_activity: None, last_activity: None }
    }

    /// Whether it says nothing that a missing document would not say.
    pub fn is_blank(&self) -> bool {
        self.counts.is_empty() && self.first_activity.is_none() && self.last_activity.is_none()
    }

    /// Whether it counts for the streak.
    pub fn is_active(&self) -> bool {
        self.get(ACHIEVEMENTS) > 0
    }

    pub fn get(&self, counter: Counter) -> u64 {
        self.counts.get(counter)
    }

    /// Records that the user changed something at that instant of it.
    pub fn touch(&mut self, at: Timestamp) {
        self.first_activity = Some(self.first_activity.map_or(at, |first| first.min(at)));
        self.last_activity = Some(self.last_activity.map_or(at, |last| last.max(at)));
    }

    pub fn id(date: NaiveDate) -> String {
        date.to_string()
    }

    /// The place of a date among all days.
    pub fn place(date: NaiveDate) -> i64 {
        date.num_days_from_ce().into()
    }
}

impl Counted for Day {}

impl Entity for Day {
    const KIND: &'static str = "days";

    fn document_id(&self) -> String {
        Self::id(self.date)
    }

    fn sort(&self) -> Option<i64> {
        Some(Self::place(self.date))
    }
}
