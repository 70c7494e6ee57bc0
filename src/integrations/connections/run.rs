//! Runs of a connection, what they change of it, and the edits that were overwritten. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{Connection, ConnectionId, Missing, Priority, Problem, Trigger};
use crate::{
    choice,
    kernel::{Id, Resource, Timestamp, UserId},
    work::tasks::model::TaskId,
};

pub type RunId = Id<Run>;
pub type ConflictId = Id<Conflict>;

/// How long runs and conflicts are kept.
pub const KEPT: Duration = Duration::from_hours(30 * 24);

choice!(
    /// How a run went.
    RunResult as "SyncResult",
    Ok = "ok",
    /// Some of it.
    Partial = "partial",
    Throttled = "throttled",
    Failed = "failed",
    Halted = "halted",
);

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub connection_id: ConnectionId,
    /// Of the connection.
    pub number: u16,
    pub trigger: Trigger,
    pub started_at: Timestamp,
    /// `None` while it is under way.
    pub finished_at: Option<Timestamp>,
    pub result: Option<RunResult>,
    pub counts: RunCounts,
    pub problem: Option<Problem>,
    /// Whether everything that is there was looked through.
    pub full: bool,
    pub correlation_id: String,
}

/// How many items and tasks a run had to do with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
#[schema(as = SyncRunCounts)]
pub struct RunCounts {
    pub seen: u32,
    pub created: u32,
    pub updated: u32,
    pub deleted: u32,
    pub pushed: u32,
    pub conflicts: u32,
    pub failed: u32,
}

impl Resource for Run {
    const NOUN: &'static str = "Run";
    const IN_PATH: &'static str = "rid";
}

/// What runs change of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionState {
    pub id: ConnectionId,
    pub user_id: UserId,
    pub number: u16,
    /// As of the connection, so that a scheduler need not read that.
    pub priority: Priority,
    /// Where the next pull goes on; `None` begins with everything.
    pub cursor: Option<String>,
    /// The number of the user's change up to which the tasks were looked at.
    pub scanned_seq: u64,
    /// Whether what the settings name has changed since everything was listed: what is missing then is not gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
    /// When it is due; `None` while nothing is.
    pub next_run: Option<Timestamp>,
    /// Runs that went wrong in a row.
    pub failures: u32,
    /// The run that is under way. Whoever is in it holds it until then, and no other begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<Running>,
    /// What the next run is to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// The last run that is finished.
    pub last_run: Option<Run>,
    /// What the person said is to become of what is missing there; it holds for the next run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Missing>,
}

/// A run that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub run_id: RunId,
    pub trigger: Trigger,
    pub started_at: Timestamp,
    /// From then on it is taken for dead, and another may begin.
    pub until: Timestamp,
    pub correlation_id: String,
}

/// A run that was asked for and has not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub run_id: RunId,
    pub trigger: Trigger,
}

impl ConnectionState {
    pub fn new(connection: &Connection) -> Self {
        Self {
            id: connection.id,
            user_id: connection.user_id,
            number: connection.number,
            priority: connection.priority,
            cursor: None,
            scanned_seq: 0,
            elsewhere: false,
            next_run: None,
            failures: 0,
            running: None,
            asked: None,
            last_run: None,
            resume: None,
        }
    }

    /// The run that is under way.
    pub fn running(&self, now: Timestamp) -> Option<&Running> {
        self.running.as_ref().filter(|running| running.until > now)
    }

    /// Due at once, as a run with that id unless one was asked for before.
    #[must_use]
    pub fn due_now(&self, run_id: RunId, trigger: Trigger, now: Timestamp) -> Self {
        let asked = self.asked.or(Some(Asked { run_id, trigger }));
        Self { next_run: Some(self.next_run.map_or(now, |next| next.min(now))), asked, ..self.clone() }
    }

    /// With nothing that is due.
    #[must_use]
    pub fn at_rest(&self) -> Self {
        Self { next_run: None, asked: None, ..self.clone() }
    }

    /// What is to be looked at anew after a person changed what the connection is set to.
    #[must_use]
    pub fn reset_for(&self, was: &Connection, is: &Connection) -> Self {
        let elsewhere = was.settings.service != is.settings.service;
        let turned = was.direction != is.direction;
        let others_go_out = elsewhere || turned || was.settings.outgoing != is.settings.outgoing;
        Self {
            priority: is.priority,
            // What was passed over in one direction is looked at in the other.
            cursor: self.cursor.clone().filter(|_| !elsewhere && !turned),
            scanned_seq: if others_go_out { 0 } else { self.scanned_seq },
            elsewhere: self.elsewhere || elsewhere,
            ..self.clone()
        }
    }
}

/// How many tasks a connection has, and how they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConnectionCounts)]
pub struct LinkCounts {
    pub linked: u32,
    pub waiting: u32,
    /// Those of which nothing was restored.
    pub conflicts: u32,
    pub failed: u32,
}

choice!(
    /// Of what two edits met.
    ConflictField as "ConflictField",
    Title = "title",
    Notes = "notes",
    Due = "due",
    Completed = "completed",
    Deleted = "deleted",
);

choice!(
    /// Where an edit was made.
    Side as "SyncSide",
    Local = "local",
    Remote = "remote",
);

/// One of the two edits that met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ConflictingEdit)]
pub struct Edited {
    #[schema(inline)]
    pub side: Side,
    /// As a task shows it; of `due`, an object of `due_on` and `due_time`, or null.
    pub value: Value,
    /// When it was made; null where that is not known.
    pub at: Option<Timestamp>,
}

/// An edit that was overwritten by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    pub id: ConflictId,
    pub connection_id: ConnectionId,
    /// Of the connection.
    pub number: u16,
    pub task_id: TaskId,
    pub field: ConflictField,
    pub kept: Edited,
    pub lost: Edited,
    pub created_at: Timestamp,
    /// When the lost value was made an edit again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_at: Option<Timestamp>,
}

impl Conflict {
    pub fn expires_at(&self) -> Timestamp {
        self.created_at.plus(KEPT)
    }
}

impl Resource for Conflict {
    const NOUN: &'static str = "Conflict";
    const IN_PATH: &'static str = "cid";
}
