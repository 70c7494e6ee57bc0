//! What a user achieved on one local date.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::store::Entity;

/// The achievements of one date. The latest date's lives in the summary; it becomes a document of its own when a later
/// one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub date: NaiveDate,
    /// Tasks that were completed on it and still are.
    pub completed_tasks: u32,
    /// Sessions that ended on it.
    pub ended_sessions: u32,
}

/// Something that makes a day count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Achievement {
    CompletedTask,
    EndedSession,
}

impl Day {
    pub fn new(date: NaiveDate) -> Self {
        Self { date, completed_tasks: 0, ended_sessions: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.completed_tasks == 0 && self.ended_sessions == 0
    }

    pub fn add(&mut self, what: Achievement) {
        let count = self.count(what);
        *count = count.saturating_add(1);
    }

    pub fn take_back(&mut self, what: Achievement) {
        let count = self.count(what);
        *count = count.saturating_sub(1);
    }

    pub fn id(date: NaiveDate) -> String {
        date.to_string()
    }

    fn count(&mut self, what: Achievement) -> &mut u32 {
        match what {
            Achievement::CompletedTask => &mut self.completed_tasks,
            Achievement::EndedSession => &mut self.ended_sessions,
        }
    }
}

impl Entity for Day {
    const KIND: &'static str = "days";

    fn document_id(&self) -> String {
        Self::id(self.date)
    }
}
