//! What can be done to a task: alone or with others in one commit.

use serde::{Deserialize, Serialize};

use super::{
    model::{NewTask, Task, TaskId, TaskPatch},
    subtasks::{SubtaskId, SubtaskPatch},
};
use crate::kernel::{DayRule, Precondition, Versioned};

/// One operation, on the version of the task that the caller believes to be current.
#[derive(Debug, Clone)]
pub enum Operation {
    Create(NewTask),
    Update(TaskId, TaskPatch, Precondition),
    UpdateStep(TaskId, SubtaskId, SubtaskPatch, Precondition),
    StartTimer(TaskId, Precondition),
    StopTimer(TaskId, Precondition),
    Delete(TaskId, Deletion, Precondition),
    Restore(TaskId),
}

/// What becomes of a task that is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    ToTrash,
    /// Gone at once, out of the trash too.
    Permanent,
}

/// What an operation came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Applied {
    pub effect: Effect,
    /// The task as it is now; `None` when it is deleted.
    pub task: Option<Versioned<Task>>,
    /// How the owner's dates follow from instants.
    pub rule: DayRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    Created,
    /// It is as it was asked for, whether that changed it or not.
    Done,
    Deleted,
}
