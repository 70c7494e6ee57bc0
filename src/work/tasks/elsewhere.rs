//! How tasks stand against what is kept of them elsewhere, and who knows that. Pure but for who knows it.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{External, Task, TaskId};
use crate::kernel::{Owner, Result};

/// How a task stands against what is kept of it elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// What changed here is not written there yet.
    Waiting,
    Synced,
    /// It could not be written there, and is not tried again before it changes.
    Failed,
}

/// How tasks stand, by task and connection.
pub type States = HashMap<(TaskId, Uuid), State>;

/// Who knows how tasks stand against what is kept of them elsewhere.
#[async_trait::async_trait]
pub trait Elsewhere: Send + Sync {
    /// Of some of the owner's tasks that are kept elsewhere.
    async fn states(&self, owner: Owner, tasks: &[&Task]) -> Result<States>;
}

impl std::fmt::Debug for dyn Elsewhere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Elsewhere")
    }
}

/// A place outside where the task is kept equal, as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = External)]
pub struct ExternalView<'a> {
    /// By which connection.
    connection_id: Uuid,
    /// The service, such as `todoist`.
    provider: &'a str,
    /// Where people see it there; null where there is no such address.
    url: Option<&'a str>,
    /// As of this answer; null among changes of many tasks.
    state: Option<State>,
}

impl<'a> ExternalView<'a> {
    /// Where the task is kept. `states`: how it stands there, as far as that is known.
    pub fn of(task: &'a Task, states: Option<&States>) -> Vec<Self> {
        let view = |external: &'a External| Self {
            connection_id: external.connection_id,
            provider: &external.provider,
            url: external.url.as_deref(),
            state: states.and_then(|states| states.get(&(task.id, external.connection_id)).copied()),
        };
        task.external.iter().map(view).collect()
    }
}
