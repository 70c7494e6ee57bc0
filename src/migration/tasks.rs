//! What must hold of a user's tasks beyond what they count for: one timer runs at most, and the summary knows it; what is due
//! for them is due; each stands in all the lists in which it is looked for. Pure.

use std::collections::BTreeSet;

use crate::{
    kernel::{Result, Timestamp},
    ledger::Summary,
    store::{Entity as _, PLACES},
    work::tasks::{
        carry_over::{self, CARRY_OVER},
        model::{Task, TaskId},
        timer::{FORGOTTEN, MAX_TIME, RunningTimer},
    },
};

/// What was found of the tasks in a user's partition.
#[derive(Debug, Default)]
pub struct FoundTasks {
    /// Those with a timer that runs.
    timed: Vec<Timed>,
    /// Whether an open one has a date for which it is planned.
    planned: bool,
    /// Those that belong into each list and were not found in it: at first, all that belong there.
    pub unlisted: [BTreeSet<String>; PLACES],
}

#[derive(Debug)]
struct Timed {
    id: TaskId,
    since: Timestamp,
    open: bool,
}

/// A task that must be written anew.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rewrite {
    pub id: String,
    /// Whether its timer is stopped, without time: nobody knows how long it ran.
    pub stop: bool,
}

impl FoundTasks {
    pub fn add(&mut self, task: &Task) {
        if let Some(since) = task.timer_started_at {
            self.timed.push(Timed { id: task.id, since, open: task.is_open() });
        }
        // What is in the trash was always written as it is today, and may be gone from its list at any moment.
        if task.trashed.is_some() {
            return;
        }
        self.planned |= task.is_open() && task.planned.is_some();
        for (unlisted, place) in self.unlisted.iter_mut().zip(task.places()) {
            if place.is_some() {
                unlisted.insert(task.document_id());
            }
        }
    }

    /// Corrects what the summary knows of the tasks, tells what else is not as it should be, in words, and which tasks must be
    /// written anew. Errors: `Internal` for a fact that cannot be written.
    pub fn audit(self, right: &mut Summary, now: Timestamp) -> Result<(Vec<String>, Vec<Rewrite>)> {
        let mut words = Vec::new();
        let running = self.running(right);
        match running {
            Some(timer) => {
                right.facts.set(&timer)?;
                let due = right.due.get(FORGOTTEN).unwrap_or(timer.since.plus(MAX_TIME));
                right.due.set(FORGOTTEN, Some(due));
            }
            None => right.facts.clear::<RunningTimer>(),
        }
        if self.planned && right.due.get(CARRY_OVER).is_none() {
            carry_over::keep_due(right, now)?;
            words.push("tasks are planned and nothing is due at the next start of a week or day".into());
        }
        let others = self.timed.iter().filter(|timed| running.is_none_or(|timer| timer.task != timed.id.uuid()));
        let mut rewrites: Vec<Rewrite> = others.map(|timed| Rewrite { id: timed.id.to_string(), stop: true }).collect();
        if !rewrites.is_empty() {
            words.push(format!("{} tasks have a timer beside the one that runs", rewrites.len()));
        }
        let unlisted: BTreeSet<String> = self.unlisted.into_iter().flatten().collect();
        if !unlisted.is_empty() {
            words.push(format!("{} tasks stand in fewer lists than they should", unlisted.len()));
        }
        let stopped: BTreeSet<String> = rewrites.iter().map(|rewrite| rewrite.id.clone()).collect();
        rewrites.extend(unlisted.difference(&stopped).map(|id| Rewrite { id: id.clone(), stop: false }));
        Ok((words, rewrites))
    }

    /// The timer that the summary knows of while its task says the same; otherwise the one that was started last.
    fn running(&self, summary: &Summary) -> Option<RunningTimer> {
        let timers = || self.timed.iter().filter(|timed| timed.open);
        let timers = || timers().map(|timed| RunningTimer { task: timed.id.uuid(), since: timed.since });
        let known = summary.facts.get::<RunningTimer>().ok().flatten();
        let kept = known.filter(|known| timers().any(|timer| timer == *known));
        kept.or_else(|| timers().max_by_key(|timer| (timer.since, timer.task)))
    }
}

/// What the summary says of the timer.
pub fn timer_in_words(summary: &Summary) -> String {
    match summary.facts.get::<RunningTimer>() {
        Ok(None) => "none".into(),
        Ok(Some(timer)) => {
            let due = summary.due.get(FORGOTTEN).map_or_else(|| "nothing".into(), |at| at.to_string());
            format!("{} since {} with {due} due", timer.task, timer.since)
        }
        Err(_) => "unreadable".into(),
    }
}
