//! What a user's summary knows of the timers of tasks, of which one runs at most.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::Task;
use crate::{kernel::Timestamp, ledger::Fact};

/// The work that is due when a timer has run for too long. Work that is due is done in the order of its names: the review of
/// sessions comes before, so that one that was forgotten with the timer has ended.
pub const FORGOTTEN: &str = "work_timer";
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
