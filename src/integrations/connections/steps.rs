//! What a run did, item by item: which task, what was done, which fields, and which version of the item was known before and after.
//! No value of a field is kept. Pure.

use serde::{Deserialize, Serialize};

use super::{
    model::ConnectionId,
    run::{KEPT, RunId},
};
use crate::{
    choice,
    kernel::{Id, Timestamp},
    outbound::providers::Field,
    work::tasks::model::TaskId,
};

/// Of a version, which is the service's text, no more is kept.
const VERSION: usize = 100;

choice!(
    /// What was done.
    Did as "SyncStepKind",
    /// The task was made for an item that was there.
    TaskCreated = "task_created",
    TaskUpdated = "task_updated",
    /// It was put into the trash, since its item is gone.
    TaskDeleted = "task_deleted",
    /// It was taken out of the trash, since its item was changed.
    TaskRestored = "task_restored",
    /// A task and an item that were there already belong together from now on.
    Linked = "linked",
    /// The two are kept equal no longer.
    Detached = "detached",
    ItemCreated = "item_created",
    ItemUpdated = "item_updated",
    ItemDeleted = "item_deleted",
    /// The item could not be written; whether it is tried again, the task's `external` says.
    Failed = "failed",
);

/// What was done with one task and its item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = SyncStep)]
pub struct Step {
    pub task_id: TaskId,
    #[schema(inline)]
    pub did: Did,
    /// Which fields were changed.
    #[schema(value_type = Vec<String>)]
    #[serde(default)]
    pub fields: Vec<Field>,
    /// The version of the item that was known before, in the service's words; null where none was.
    pub from: Option<String>,
    /// The one that is known now.
    pub to: Option<String>,
}

impl Step {
    pub fn new(task_id: TaskId, did: Did, fields: &[Field], from: Option<&str>, to: Option<&str>) -> Self {
        let version = |text: &str| text.chars().take(VERSION).collect();
        Self { task_id, did, fields: fields.to_vec(), from: from.map(version), to: to.map(version) }
    }
}

/// What one commit of a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    pub id: Id<Steps>,
    pub connection_id: ConnectionId,
    /// Of the connection.
    pub number: u16,
    pub run_id: RunId,
    pub at: Timestamp,
    pub steps: Vec<Step>,
}

impl Steps {
    pub fn expires_at(&self) -> Timestamp {
        self.at.plus(KEPT)
    }
}
