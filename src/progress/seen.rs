//! What progress has last seen of tasks, sessions and dates, and what it has granted for it: so that what was granted can be taken
//! back when they change, and nothing is granted twice.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::{
    entry::{Granted, Reason},
    xp,
};
use crate::{
    kernel::Timestamp,
    ledger::Counted,
    store::Entity,
    wellbeing::{
        rests::model::{Rest, RestId},
        today::dated::Tally,
    },
    work::{
        tasks::model::{Task, TaskId},
        work_sessions::model::{WorkSession, WorkSessionId},
    },
};

/// Of how many dates the time of one session is paid, the latest of them, so that what follows fits in one commit: a session that is
/// stated lasts a day at most.
pub const SESSION_DATES: usize = 3;
/// A task takes as long as was estimated when it differs by no more than one part in so many.
const WELL: u64 = 5;

/// A task that was completed at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSeen {
    pub id: TaskId,
    /// How often something was granted for it.
    pub times: u32,
    /// When it was completed for which something was granted last, and what.
    pub last: Option<(Timestamp, Granted)>,
    /// Whether that still holds.
    pub holds: bool,
    /// Whether it is completed and took as long as was estimated.
    pub estimated_well: bool,
}

impl TaskSeen {
    pub fn new(id: TaskId) -> Self {
        Self { id, times: 0, last: None, holds: false, estimated_well: false }
    }

    /// What is granted for it at present, and when it was completed for that.
    pub fn granted(&self) -> Option<(Timestamp, Granted)> {
        self.last.filter(|_| self.holds)
    }

    /// Whether nothing follows from how the task is now; `None` when it is not completed, or in the trash, or gone.
    pub fn agrees(&self, completed: Option<&Task>) -> bool {
        let at = completed.and_then(|task| task.completion).map(|completion| completion.at);
        self.granted().map(|(at, _)| at) == at && self.estimated_well == completed.is_some_and(estimated_well)
    }
}

/// Whether the time spent on a task is what was estimated, give or take a fifth.
pub fn estimated_well(task: &Task) -> bool {
    let Some(estimate) = task.estimate_minutes.map(|minutes| u64::from(minutes.get()) * 60) else { return false };
    let spent = task.spent.seconds();
    spent > 0 && spent.abs_diff(estimate) * WELL <= estimate
}

/// A session that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSeen {
    pub id: WorkSessionId,
    /// How long was worked on each date, in microseconds.
    pub dates: BTreeMap<NaiveDate, u64>,
    /// Whether it is paid: not while its end is a guess.
    pub paid: bool,
}

impl SessionSeen {
    /// What a session says; nothing while it is under way, or once it is gone.
    pub fn of(id: WorkSessionId, session: Option<&WorkSession>) -> Self {
        let mut dates: BTreeMap<NaiveDate, u64> = BTreeMap::new();
        for share in session.map(WorkSession::hours).unwrap_or_default() {
            *dates.entry(share.date).or_default() += share.micros;
        }
        let paid = session.is_some_and(|session| session.end.is_some() && !session.needs_review);
        Self { id, dates, paid }
    }

    /// The dates of which it can be paid.
    pub fn last_dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.dates.keys().rev().take(SESSION_DATES).copied()
    }

    /// How many pieces of focus, and how much time, it is paid on a date.
    pub fn paid_on(&self, date: NaiveDate) -> (u64, u64) {
        let paid = self.paid && self.last_dates().any(|known| known == date);
        let micros = self.dates.get(&date).copied().filter(|_| paid).unwrap_or(0);
        (xp::blocks(micros), micros)
    }
}

/// A rest that has ended: which date it was for, which nothing else tells once it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestSeen {
    pub id: RestId,
    /// `None` once it was deleted.
    pub date: Option<NaiveDate>,
}

impl RestSeen {
    /// What a rest says; nothing while it is under way, or once it is gone. One that has ended does not change.
    pub fn of(id: RestId, rest: Option<&Rest>) -> Self {
        Self { id, date: rest.filter(|rest| rest.end.is_some()).map(|rest| rest.date) }
    }
}

/// What the sessions and rests of a date came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkSeen {
    pub breaks: Tally,
    /// Whether the sessions left time for lunch.
    pub lunch: bool,
}

/// A date for which something was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySeen {
    pub date: NaiveDate,
    /// The tasks that were completed on it and are granted.
    pub tasks: u32,
    /// The pieces of focus of its sessions, and their time.
    pub blocks: u64,
    pub focus_micros: u64,
    #[serde(default)]
    pub work: WorkSeen,
    /// The sum of all entries for it.
    pub xp: i64,
    /// What is granted for the date itself, by reason.
    pub granted: BTreeMap<Reason, Granted>,
    /// How often something was granted for the date itself.
    pub times: u32,
}

impl DaySeen {
    pub fn new(date: NaiveDate) -> Self {
        let (work, granted) = Default::default();
        Self { date, tasks: 0, blocks: 0, focus_micros: 0, work, xp: 0, granted, times: 0 }
    }

    pub fn id(date: NaiveDate) -> String {
        date.to_string()
    }
}

/// Every date from one to another, both included.
pub fn dates(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let count = to.signed_duration_since(from).num_days() + 1;
    (0..count).filter_map(move |days| from.checked_add_signed(TimeDelta::days(days)))
}

impl Entity for TaskSeen {
    const KIND: &'static str = "progress_tasks";

    fn document_id(&self) -> String {
        self.id.to_string()
    }
}

impl Entity for SessionSeen {
    const KIND: &'static str = "progress_sessions";

    fn document_id(&self) -> String {
        self.id.to_string()
    }
}

impl Entity for RestSeen {
    const KIND: &'static str = "progress_rests";

    fn document_id(&self) -> String {
        self.id.to_string()
    }
}

impl Entity for DaySeen {
    const KIND: &'static str = "progress_days";

    fn document_id(&self) -> String {
        Self::id(self.date)
    }
}

impl Counted for TaskSeen {}
impl Counted for SessionSeen {}
impl Counted for RestSeen {}
impl Counted for DaySeen {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_from_before_breaks_were_seen_can_be_read() {
        let text = r#"{"date":"2026-01-14","tasks":1,"blocks":2,"focus_micros":3,"xp":4,"granted":{},"times":5}"#;
        let seen: DaySeen = serde_json::from_str(text).expect("a date");
        assert_eq!((seen.work, seen.times), (WorkSeen::default(), 5));
    }
}
