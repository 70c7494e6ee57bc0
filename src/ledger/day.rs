//! What a user did on one local date.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    counts::{ACHIEVEMENTS, Counted, Counter, Counts},
    terms::DayTerms,
};
use crate::{
    kernel::Timestamp,
    store::{Entity, Places},
};

/// The counts of one date. The latest date's live in the summary; they become a document of their own when a later one
/// begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredDay")]
pub struct Day {
    pub date: NaiveDate,
    pub counts: Counts,
    /// When the user first changed something on it; never taken back, like the last time.
    pub first_activity: Option<Timestamp>,
    pub last_activity: Option<Timestamp>,
    /// What held for the date when the day was first written; `None` for one from before this was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<DayTerms>,
    /// How many changes of it there were that the user made; never taken back either. None were counted before this was.
    pub interactions: u64,
}

impl Day {
    pub fn new(date: NaiveDate) -> Self {
        let (counts, first_activity, last_activity, terms, interactions) = Default::default();
        Self { date, counts, first_activity, last_activity, terms, interactions }
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

    fn places(&self) -> Places {
        [Some(Self::place(self.date)), None, None, None]
    }
}

/// A day as it is stored, in today's form or the one from before counters had names. It is written anew in today's when it
/// changes.
#[derive(Deserialize)]
struct StoredDay {
    date: NaiveDate,
    #[serde(default)]
    counts: Counts,
    #[serde(default)]
    first_activity: Option<Timestamp>,
    #[serde(default)]
    last_activity: Option<Timestamp>,
    #[serde(default)]
    terms: Option<DayTerms>,
    #[serde(default)]
    interactions: u64,
    // The former form.
    #[serde(default)]
    created_tasks: u64,
    #[serde(default)]
    completed_tasks: u64,
    #[serde(default)]
    ended_sessions: u64,
    /// Pairs of an hour and the microseconds worked in it.
    #[serde(default)]
    focus: Vec<(u8, u64)>,
}

impl From<StoredDay> for Day {
    fn from(stored: StoredDay) -> Self {
        let mut counts = stored.counts;
        for (name, count) in [
            ("created_tasks", stored.created_tasks),
            ("completed_tasks", stored.completed_tasks),
            ("ended_work_sessions", stored.ended_sessions),
            (ACHIEVEMENTS.name().as_str(), stored.completed_tasks + stored.ended_sessions),
        ] {
            if count > 0 {
                counts.set(name, count);
            }
        }
        for (hour, micros) in stored.focus {
            counts.set(&format!("focus_{hour:02}"), micros);
        }
        let StoredDay { date, first_activity, last_activity, terms, interactions, .. } = stored;
        Self { date, counts, first_activity, last_activity, terms, interactions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_from_before_hours_were_kept_can_be_read() {
        let day: Day = serde_json::from_str(r#"{"date":"2025-09-25","completed_tasks":1,"ended_sessions":0}"#).expect("a day");
        assert!(day.is_active() && day.first_activity.is_none() && day.terms.is_none() && day.interactions == 0);
    }
}
