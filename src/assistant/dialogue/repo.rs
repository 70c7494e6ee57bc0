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
    work::{
        tasks::model::{Task, TaskId},
        work_sessions::model::WorkSession,
    },
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
    /// The task goes to the trash, unless it has changed since.
    DeleteTask(Box<Task>),
    /// The task is open again, unless it has changed since.
    ReopenTask {
        done: Box<Task>,
        /// The next one of its series, if it was made, which goes too.
        next: Option<TaskId>,
    },
    /// The session is deleted unless it has changed since.
    DeleteSession(Uuid, Uuid),
    /// The session is as it was before, unless it has changed since.
    Session(Box<WorkSession>, Uuid),
    /// Drinks and meals are never changed.
    DeleteDrink(Uuid),
    DeleteMeal(Uuid),
    /// The rest is deleted while it is under way.
    DeleteRest(Uuid),
    /// The rest goes on.
    Rest(Rest),
    /// The check-in is what it was before, if there was one, unless it is no more as it was entered.
    CheckIn {
        before: Option<CheckIn>,
        entered: CheckIn,
    },
}

/// What was said and done, and how it is undone.
pub type Acted = (Spoken, Option<Reversal>);

/// What one document is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Confirm {
        command: Command,
    },
    /// `said`: what was answered when it was done.
    Undo {
        command: Uuid,
        reversal: Reversal,
        said: String,
    },
    Listed {
        tasks: Vec<TaskId>,
    },
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

    pub fn to_undo(command: Uuid, reversal: Reversal, said: String, now: Timestamp) -> Self {
        Self { id: Self::UNDO.into(), expires_at: now.plus(UNDO), what: What::Undo { command, reversal, said } }
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
