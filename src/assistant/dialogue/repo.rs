//! What is kept of a dialogue, for minutes: what is to be confirmed, how the last command is undone, and which tasks were listed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{model::Command, spoken::Spoken};
use crate::{
    kernel::{Result, Timestamp},
    ledger::{Counted, Transaction},
    store::{Entity, Stored},
    wellbeing::{check_ins::model::CheckIn, rests::model::Rest},
    work::{tasks::model::TaskId, work_sessions::model::WorkSession},
};

/// How long an action waits for its confirmation.
pub const CONFIRMATION: Duration = Duration::from_mins(5);
/// For how long a command can be undone.
const UNDO: Duration = Duration::from_mins(10);
/// For how long a number means a task of the list that was shown.
const LIST: Duration = Duration::from_mins(15);

/// How a command is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversal {
    /// The task goes to the trash.
    DeleteTask(TaskId),
    ReopenTask {
        id: TaskId,
        /// Whether the next one of its series was made, which goes too.
        with_next: bool,
    },
    /// The session is deleted unless it has changed since.
    DeleteSession(Uuid, Uuid),
    /// The session is as it was before, unless it has changed since.
    Session(Box<WorkSession>, Uuid),
    DeleteDrink(Uuid),
    DeleteMeal(Uuid),
    DeleteRest(Uuid),
    /// The rest goes on.
    Rest(Rest),
    DeleteCheckIn(Uuid),
    CheckIn(CheckIn),
}

/// What was said and done, and how it is undone.
pub type Acted = (Spoken, Option<Reversal>);

/// What one document is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Confirm { command: Command },
    Undo { command: Uuid, reversal: Reversal },
    Listed { tasks: Vec<TaskId> },
}

/// A document of a dialogue. It is gone by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    id: String,
    pub expires_at: Timestamp,
    pub what: What,
}

impl Kept {
    /// That of the one command that can be undone.
    pub const UNDO: &str = "undo";
    /// That of the one list to which numbers refer.
    pub const LISTED: &str = "listed";

    pub fn to_confirm(token: Uuid, command: Command, now: Timestamp) -> Self {
        Self { id: token.to_string(), expires_at: now.plus(CONFIRMATION), what: What::Confirm { command } }
    }

    pub fn to_undo(command: Uuid, reversal: Reversal, now: Timestamp) -> Self {
        Self { id: Self::UNDO.into(), expires_at: now.plus(UNDO), what: What::Undo { command, reversal } }
    }

    pub fn listed(tasks: Vec<TaskId>, now: Timestamp) -> Self {
        Self { id: Self::LISTED.into(), expires_at: now.plus(LIST), what: What::Listed { tasks } }
    }

    /// Reads one that still holds.
    pub async fn find(change: &Transaction<'_>, id: &str) -> Result<Option<Stored<Self>>> {
        let now = change.now();
        Ok(change.find::<Self>(id).await?.filter(|read| now < read.value.expires_at))
    }

    /// Keeps it in the place of another one.
    pub async fn keep(&self, change: &mut Transaction<'_>) -> Result<()> {
        let read = change.find::<Self>(&self.id).await?;
        change.put(self, read.as_ref())
    }
}

impl Counted for Kept {}

impl Entity for Kept {
    const KIND: &'static str = "dialogues";

    fn document_id(&self) -> String {
        self.id.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
