//! A task as it is shown to one caller at one instant. Pure but for who asks.

use std::sync::Arc;

use chrono::Days;

use super::{
    elsewhere::States,
    model::{Due, Task},
};
use crate::kernel::{Ctx, DayRule, Timestamp, wall_clock};

/// How far the clocks of the world and the starts of days lie from midnight in UTC, at most.
const FAR: std::time::Duration = std::time::Duration::from_hours(26);

/// A task, and what of it depends on who asks and when.
#[derive(Debug, Clone)]
pub struct Shown {
    pub task: Task,
    /// `None` where it is not known where the owner is, and that decides it.
    pub overdue: Option<bool>,
    /// Whether the notes are shown, and where it is kept: they are their owner's alone.
    pub with_notes: bool,
    /// How it stands where else it is kept, as far as that is known.
    pub states: Option<Arc<States>>,
}

impl Shown {
    /// `rule`: how the owner's dates follow from instants, if that is known.
    pub fn new(ctx: &Ctx, task: Task, rule: Option<DayRule>) -> Self {
        let (overdue, with_notes) = (task.is_overdue(ctx.now(), rule), ctx.caller().id() == Some(task.user_id));
        Self { task, overdue, with_notes, states: None }
    }
}

/// Whether what is due, and open, is so beyond its instant; `None` where only the rule could tell.
pub fn is_overdue(due: Option<Due>, now: Timestamp, rule: Option<DayRule>) -> Option<bool> {
    let Some(due) = due else { return Some(false) };
    let next = due.on.checked_add_days(Days::new(1)).unwrap_or(due.on);
    if let Some(rule) = rule {
        let at = due.time.map_or_else(|| rule.start_of(next), |time| wall_clock::instant_of(due.on, time, rule.zone));
        return Some(at < now);
    }
    let utc = |date: chrono::NaiveDate| DayRule::default().start_of(date);
    if now < utc(due.on).minus(FAR) {
        Some(false)
    } else if utc(next).plus(FAR) < now {
        Some(true)
    } else {
        None
    }
}

impl Task {
    /// As `is_overdue`, of a task that may be completed.
    pub fn is_overdue(&self, now: Timestamp, rule: Option<DayRule>) -> Option<bool> {
        is_overdue(self.due.filter(|_| self.is_open()), now, rule)
    }

    /// What it says in words.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shared_texts().chain(self.notes.as_ref().map(AsRef::as_ref))
    }

    /// What it says in words to whoever may see it.
    pub fn shared_texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.title.as_str()).chain(self.tags.iter().map(super::tag::Tag::as_str))
    }

    /// About how many bytes it takes when it is shown.
    pub fn weight(&self) -> usize {
        const WITHOUT_TEXTS: usize = 600;
        const STEP: usize = 80;
        let steps: usize = self.subtasks.iter().map(|step| STEP + step.title.as_str().len()).sum();
        WITHOUT_TEXTS + steps + self.texts().map(str::len).sum::<usize>()
    }
}
