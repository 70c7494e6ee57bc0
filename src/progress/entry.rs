//! The entries of the ledger of experience: what was granted, and what was taken back. Pure.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::kernel::{Id, Timestamp, UserId};

pub type EntryId = Id<Entry>;

/// Experience that was granted, or taken back again. It never changes: the sum of all is what the user has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: EntryId,
    pub user_id: UserId,
    /// Which of the user's entries it is, from 1 on.
    pub number: u64,
    pub at: Timestamp,
    /// The date that it is for.
    pub date: NaiveDate,
    pub source: Source,
    pub reason: Reason,
    /// Less than nothing where an entry is taken back.
    pub xp: i64,
    /// The entry that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<EntryId>,
}

/// What experience was granted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    pub kind: SourceKind,
    /// The id of the task, or the date.
    pub id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    Tasks,
    Days,
}

/// Why experience was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A completed task.
    Tasks,
    /// The time worked in sessions on a date.
    Focus,
    /// The goal for water of a date.
    Hydration,
    /// Lunch in time on a date.
    Lunch,
    /// The breaks of a date that were taken when they were due.
    Breaks,
    /// The first task ever completed.
    FirstTask,
    /// The first work session ever ended.
    FirstSession,
    /// The first glass of water ever entered.
    FirstWater,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Focus => "focus",
            Self::Hydration => "hydration",
            Self::Lunch => "lunch",
            Self::Breaks => "breaks",
            Self::FirstTask => "first_task",
            Self::FirstSession => "first_session",
            Self::FirstWater => "first_water",
        }
    }
}

impl Source {
    pub fn task(id: impl fmt::Display) -> Self {
        Self { kind: SourceKind::Tasks, id: id.to_string() }
    }

    pub fn day(date: NaiveDate) -> Self {
        Self { kind: SourceKind::Days, id: date.to_string() }
    }
}

/// An entry that has not been taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub entry: EntryId,
    pub date: NaiveDate,
    pub xp: u32,
}

/// The id of an entry follows from what it is granted for. `time` tells one grant from another for the same: a task that is
/// completed once more, or another figure of a date.
pub fn id_of(user: UserId, source: &Source, reason: Reason, time: u32) -> EntryId {
    let name = format!("{}/{}/{time}", source.id, reason.as_str());
    Id::new(Uuid::new_v5(&user.uuid(), name.as_bytes()))
}

/// The id of the entry that takes another one back.
pub fn id_of_reversal(entry: EntryId) -> EntryId {
    Id::new(Uuid::new_v5(&entry.uuid(), b"reversed"))
}
