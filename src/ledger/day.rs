//! What a user did on one local date.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{
    kernel::{HourShare, Timestamp},
    store::Entity,
};

/// The counts of one date. The latest date's live in the summary; they become a document of their own when a later one
/// begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub date: NaiveDate,
    /// Tasks that were created on it and still exist.
    #[serde(default)]
    pub created_tasks: u32,
    /// Tasks that were completed on it and still are.
    pub completed_tasks: u32,
    /// Sessions that ended on it.
    pub ended_sessions: u32,
    #[serde(default)]
    pub focus: Focus,
    /// When the user first changed a task or a session on it; never taken back, like the last time.
    #[serde(default)]
    pub first_activity: Option<Timestamp>,
    #[serde(default)]
    pub last_activity: Option<Timestamp>,
}

/// Something that is counted for a date, and taken back from it in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Achievement {
    CreatedTask,
    CompletedTask,
    EndedSession,
    /// Work in one hour, 0 to 23, of the clock on the wall.
    Worked {
        hour: u8,
        micros: u64,
    },
}

impl From<HourShare> for Achievement {
    fn from(share: HourShare) -> Self {
        Self::Worked { hour: share.hour, micros: share.micros }
    }
}

/// The time worked in each hour of a date that has any, in microseconds: pairs of hour and time, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Focus(Vec<(u8, u64)>);

impl Focus {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In microseconds.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, micros)| micros).sum()
    }

    /// In microseconds, from midnight on.
    pub fn by_hour(&self) -> [u64; 24] {
        let mut hours = [0; 24];
        for (hour, micros) in &self.0 {
            if let Some(slot) = hours.get_mut(usize::from(*hour)) {
                *slot += micros;
            }
        }
        hours
    }

    fn change(&mut self, hour: u8, change: impl FnOnce(u64) -> u64) {
        let (index, micros) = match self.0.binary_search_by_key(&hour, |(hour, _)| *hour) {
            Ok(index) => (index, self.0.remove(index).1),
            Err(index) => (index, 0),
        };
        let micros = change(micros);
        if micros > 0 {
            self.0.insert(index, (hour, micros));
        }
    }
}

impl Day {
    pub fn new(date: NaiveDate) -> Self {
        Self {
            date,
            created_tasks: 0,
            completed_tasks: 0,
            ended_sessions: 0,
            focus: Focus::default(),
            first_activity: None,
            last_activity: None,
        }
    }

    /// Whether it says nothing that a missing document would not say.
    pub fn is_blank(&self) -> bool {
        *self == Self::new(self.date)
    }

    /// Whether it counts for the streak.
    pub fn counts(&self) -> bool {
        self.completed_tasks > 0 || self.ended_sessions > 0
    }

    pub fn add(&mut self, what: Achievement) {
        self.change(what, u32::saturating_add, u64::saturating_add);
    }

    pub fn take_back(&mut self, what: Achievement) {
        self.change(what, u32::saturating_sub, u64::saturating_sub);
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

    fn change(&mut self, what: Achievement, count: fn(u32, u32) -> u32, time: fn(u64, u64) -> u64) {
        match what {
            Achievement::CreatedTask => self.created_tasks = count(self.created_tasks, 1),
            Achievement::CompletedTask => self.completed_tasks = count(self.completed_tasks, 1),
            Achievement::EndedSession => self.ended_sessions = count(self.ended_sessions, 1),
            Achievement::Worked { hour, micros } => self.focus.change(hour, |was| time(was, micros)),
        }
    }
}

impl Entity for Day {
    const KIND: &'static str = "days";

    fn document_id(&self) -> String {
        Self::id(self.date)
    }

    fn sort(&self) -> Option<i64> {
        Some(Self::place(self.date))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn achievement() -> impl Strategy<Value = Achievement> {
        prop_oneof![
            Just(Achievement::CreatedTask),
            Just(Achievement::CompletedTask),
            Just(Achievement::EndedSession),
            (0..24_u8, 1..7_200_000_000_u64).prop_map(|(hour, micros)| Achievement::Worked { hour, micros }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_taken_back_leaves_no_trace(
            kept in prop::collection::vec(achievement(), 0..20), gone in prop::collection::vec(achievement(), 0..20)
        ) {
            let mut plain = Day::new(NaiveDate::default());
            for what in &kept {
                plain.add(*what);
            }
            let mut day = Day::new(NaiveDate::default());
            for what in gone.iter().chain(&kept) {
                day.add(*what);
            }
            for what in gone.iter().rev() {
                day.take_back(*what);
            }
            prop_assert_eq!(&day, &plain);
            prop_assert_eq!(day.focus.by_hour().iter().sum::<u64>(), day.focus.total());
            let text = serde_json::to_string(&day).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Day>(&text).expect("read back"), day);
        }
    }

    #[test]
    fn a_day_from_before_hours_were_kept_can_be_read() {
        let day: Day = serde_json::from_str(r#"{"date":"2025-09-25","completed_tasks":1,"ended_sessions":0}"#).expect("a day");
        assert!(day.counts() && day.focus.is_empty() && day.first_activity.is_none());
    }
}
