//! What has changed of a user's tasks, sessions and time off since it was last taken into account, as far as one commit can.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    repo::ProgressRepo,
    seen::{SESSION_DATES, SessionSeen, TaskSeen},
    xp,
};
use crate::{
    accounts::time_off::model::TimeOff,
    kernel::{Owner, Result},
    store::{Document, Entity, Stored, batch::MAX_WRITES, collection},
    work::{
        tasks::model::{Task, TaskId},
        work_sessions::model::{WorkSession, WorkSessionId},
    },
};

/// The kinds of documents that progress follows from.
pub const READS: &[&str] = &[Task::KIND, WorkSession::KIND, TimeOff::KIND];

/// The most writes that one date leads to: what was seen of it, and for each reason an entry that takes back and one that grants.
const OF_A_DATE: usize = 1 + 2 * xp::DATE_REASONS;
/// The most that one task does besides: what was seen of it, and two entries.
const OF_A_TASK: usize = 3;
/// The most that one document leads to: a session of other dates than before, and the one on which it ended.
const OF_A_DOCUMENT: usize = 1 + (2 * SESSION_DATES + 1) * OF_A_DATE;
/// What is granted once, and the documents of the user.
const BESIDES: usize = 5;
/// With this many writes one document more fits in a batch.
const FULL: usize = MAX_WRITES - OF_A_DOCUMENT - BESIDES;

/// A task of which something is to be granted or taken back.
pub struct TaskNews {
    /// The task as it is, if it is completed and not in the trash.
    pub completed: Option<Task>,
    pub seen: TaskSeen,
    pub read: Option<Stored<TaskSeen>>,
}

/// A session that says something else than before.
pub struct SessionNews {
    pub ended_on: Option<NaiveDate>,
    pub is: SessionSeen,
    pub was: SessionSeen,
    /// Whether it came to 90 minutes with no break overdue.
    pub deep: bool,
    pub read: Option<Stored<SessionSeen>>,
}

/// What has changed.
#[derive(Default)]
pub struct Taken {
    pub tasks: Vec<TaskNews>,
    pub sessions: Vec<SessionNews>,
    pub time_off: bool,
    /// The dates for which something may be granted or taken back.
    pub dates: BTreeSet<NaiveDate>,
    /// The dates that may count for the streak now, or not any more.
    pub marked: BTreeSet<NaiveDate>,
    /// How many documents were read.
    pub looked: usize,
}

impl Taken {
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.sessions.is_empty() && !self.time_off
    }

    /// Whether what follows from it may fill a batch.
    pub fn is_full(&self) -> bool {
        self.dates.len() * OF_A_DATE + self.tasks.len() * OF_A_TASK + self.sessions.len() >= FULL
    }

    /// Takes in a document of one of [`READS`], unless nothing follows from it that was not seen before.
    pub async fn take(&mut self, owner: Owner, repo: &ProgressRepo, document: Document) -> Result<()> {
        let id = document.key.id.clone();
        match &*document.key.kind {
            Task::KIND => self.task(owner, repo, &id, held(document)?).await,
            WorkSession::KIND => self.session(owner, repo, &id, held(document)?).await,
            _ => {
                self.time_off = true;
                Ok(())
            }
        }
    }

    async fn task(&mut self, owner: Owner, repo: &ProgressRepo, id: &str, task: Option<Task>) -> Result<()> {
        // One that was never changed was never completed before.
        if task.as_ref().is_some_and(|task| task.is_open() && task.updated_at.is_none()) {
            return Ok(());
        }
        let Some(known) = TaskId::parse(id) else { return Ok(()) };
        let completed = task.filter(|task| task.completion.is_some() && task.trashed.is_none());
        let read = repo.task(owner, id).await?;
        let seen = read.as_ref().map_or_else(|| TaskSeen::new(known), |read| read.value.clone());
        if seen.agrees(completed.as_ref()) {
            return Ok(());
        }
        self.dates.extend(seen.granted().map(|(_, granted)| granted.date));
        self.dates.extend(completed.as_ref().and_then(|task| task.completion).map(|completion| completion.date));
        self.tasks.push(TaskNews { completed, seen, read });
        Ok(())
    }

    async fn session(&mut self, owner: Owner, repo: &ProgressRepo, id: &str, session: Option<WorkSession>) -> Result<()> {
        // One that is under way has not ended before.
        if session.as_ref().is_some_and(|session| session.end.is_none()) {
            return Ok(());
        }
        let Some(known) = WorkSessionId::parse(id) else { return Ok(()) };
        let read = repo.session(owner, id).await?;
        let was = read.as_ref().map_or_else(|| SessionSeen::of(known, None), |read| read.value.clone());
        let is = SessionSeen::of(known, session.as_ref());
        if is == was {
            return Ok(());
        }
        let ended_on = session.as_ref().and_then(|session| session.end).map(|end| end.date);
        let deep = is.paid && session.as_ref().is_some_and(WorkSession::is_deep);
        self.dates.extend(was.last_dates().chain(is.last_dates()).chain(ended_on));
        self.marked.extend(was.dates.keys().chain(is.dates.keys()));
        self.sessions.push(SessionNews { ended_on, is, was, deep, read });
        Ok(())
    }
}

/// What a document holds; `None` where it was deleted.
fn held<T: Entity>(document: Document) -> Result<Option<T>> {
    if document.deleted_at.is_some() {
        return Ok(None);
    }
    Ok(Some(collection::read::<T>(document)?.value))
}
