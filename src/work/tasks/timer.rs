//! The timer of a task: one runs for a user, and one that was left running is stopped.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{edits::Edits, model::Task, service::TaskService};
use crate::{
    jobs::DueWork,
    kernel::{Ctx, Owner, Result, Timestamp},
    ledger::{Decision, Fact},
};

/// The work that is due when a timer has run for too long.
pub const FORGOTTEN: &str = "task_timer";
/// How long a timer runs at most before it is taken for forgotten.
pub const MAX_TIME: Duration = Duration::from_hours(12);
/// How long somebody was at a task of whom nothing is known.
const USUAL: Duration = Duration::from_mins(30);

/// Which timer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningTimer {
    pub task: Uuid,
    pub since: Timestamp,
}

impl Fact for RunningTimer {
    const NAME: &'static str = "task_timer";
}

/// How long a forgotten timer is taken to have run: until the work session ended in which it was started, or else for as long
/// as the task was thought to take, or half an hour.
pub fn guessed(task: &Task, worked: Option<Duration>) -> Duration {
    let estimated = task.estimate_minutes.map(|minutes| Duration::from_mins(minutes.get().into()));
    worked.or(estimated).unwrap_or(USUAL).min(MAX_TIME)
}

/// Stops one user's timer that was left running.
pub struct StopForgottenTimer(pub TaskService);

#[async_trait::async_trait]
impl DueWork for StopForgottenTimer {
    fn name(&self) -> &'static str {
        FORGOTTEN
    }

    async fn run(&self, _: &Ctx, owner: Owner) -> Result<()> {
        let Self(tasks) = self;
        tasks
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let mut edits = Edits::new(change, &tasks.sessions, owner);
                    let changed = edits.stop_forgotten_timer().await?;
                    edits.queue()?;
                    Ok(if changed { Decision::Write(()) } else { Decision::Keep(()) })
                })
            })
            .await
    }
}
