//! What can be done to a task: alone or with others in one commit.

use serde::{Deserialize, Serialize};

use super::{
    edits::Edits,
    model::{NewTask, Task, TaskId, TaskPatch},
    subtasks::{SubtaskId, SubtaskPatch},
};
use crate::kernel::{DayRule, Precondition, Result, Versioned};

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

impl Edits<'_, '_> {
    /// Does it, as far as the commit will. Errors: those of the operation.
    pub async fn apply(&mut self, operation: &Operation) -> Result<Applied> {
        let task = match operation {
            Operation::Create(new) => {
                let (task, effect) = self.create(new).await?;
                return Ok(self.applied(effect, task));
            }
            Operation::Delete(id, deletion, expected) => {
                self.delete(*id, *deletion, expected).await?;
                return Ok(Applied { effect: Effect::Deleted, task: None, rule: self.rule() });
            }
            Operation::Update(id, patch, expected) => self.patch(*id, patch, expected).await?,
            Operation::UpdateStep(id, step, patch, expected) => self.patch_step(*id, *step, patch, expected).await?,
            Operation::StartTimer(id, expected) => self.start_timer(*id, expected).await?,
            Operation::StopTimer(id, expected) => self.stop_timer(*id, expected).await?,
            Operation::Restore(id) => self.restore(*id).await?,
        };
        Ok(self.applied(Effect::Done, task))
    }

    fn applied(&self, effect: Effect, task: Task) -> Applied {
        let version = self.version(task.id);
        Applied { effect, task: Some(Versioned { value: task, version }), rule: self.rule() }
    }
}
