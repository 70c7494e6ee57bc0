//! The tasks of one user that a use case reads and changes, and what follows from a change of one for others and for what
//! the summary knows. Several operations in one commit see what those before them did.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use uuid::Uuid;

use super::{
    carry_over,
    model::{Completion, External, Moment, NewTask, Task, TaskId, TaskPatch, Trashed},
    operations::{Applied, Deletion, Effect, Operation},
    subtasks::{self, SubtaskId, SubtaskPatch},
    timer::{self, RunningTimer},
};
use crate::{
    accounts::settings::model::Settings,
    kernel::{Code, DayRule, Error, Id, Owner, Precondition, Resource as _, Result, Timestamp, UserId, Versioned},
    ledger::Transaction,
    store::{Stored, batch::MAX_WRITES},
    work::work_sessions::{model::Times, repo::WorkSessionRepo},
};

/// The tasks of a transaction, as they were and as they will be.
pub struct Edits<'t, 'a> {
    change: &'t mut Transaction<'a>,
    sessions: &'t WorkSessionRepo,
    owner: Owner,
    by: By,
    tasks: BTreeMap<Uuid, Edited>,
}

/// Who changes tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The person, who was active then.
    Person,
    /// A service where they are kept too.
    Service,
}

struct Edited {
    read: Option<Stored<Task>>,
    /// `None` for what is not, or is no more.
    now: Option<Task>,
}

impl<'t, 'a> Edits<'t, 'a> {
    pub fn new(change: &'t mut Transaction<'a>, sessions: &'t WorkSessionRepo, owner: Owner) -> Self {
        Self { change, sessions, owner, by: By::Person, tasks: BTreeMap::new() }
    }

    /// What is changed because it was changed elsewhere: it says nothing of when the person was active here.
    pub fn by_service(change: &'t mut Transaction<'a>, sessions: &'t WorkSessionRepo, owner: Owner) -> Self {
        Self { by: By::Service, ..Self::new(change, sessions, owner) }
    }

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

    /// A new task, or the one that there is under the id that the client chose, which may be in the trash. Errors:
    /// `InvalidField`.
    pub async fn create(&mut self, new: &NewTask) -> Result<(Task, Effect)> {
        let user = self.owner.id();
        let id = match new.client_id {
            Some(chosen) => id_of(user, chosen),
            None => Id::new(self.change.next_id()),
        };
        if new.client_id.is_some()
            && let Some(known) = self.find(id).await?
        {
            return Ok((known, Effect::Done));
        }
        self.touch();
        let task = Task::new(id, user, new.title.clone(), self.change.now(), Some(self.change.today()));
        let task = self.moment(|moment| task.with(&new.fields, moment))?;
        Ok((self.put(Task { client_id: new.client_id, ..task })?, Effect::Created))
    }

    /// A new task that came in through a connection, completed when it is so there. Errors: `InvalidField`.
    pub async fn create_for(&mut self, new: &NewTask, completed_at: Option<Timestamp>, connection: Uuid) -> Result<Task> {
        let (task, _) = self.create(new).await?;
        let completion = completed_at.map(|at| Completion { at, date: self.rule().date_at(at) });
        self.put(Task { completion, came_from: Some(connection), ..task })
    }

    /// Errors: `NotFound`, `StaleEtag`, `InvalidField`.
    pub async fn patch(&mut self, id: TaskId, patch: &TaskPatch, expected: &Precondition) -> Result<Task> {
        let task = self.load(id, expected).await?;
        let Some(mut patched) = self.moment(|moment| task.patched(patch, moment))? else { return Ok(task) };
        match (task.completion, patched.completion) {
            (None, Some(completion)) => {
                self.touch_at(completion.at);
                patched = self.stopped(patched, completion.at).await?;
                patched = self.followed(patched).await?;
            }
            (Some(_), None) => {
                self.touch();
                patched = self.no_longer_followed(patched).await?;
            }
            _ => self.change.touch(),
        }
        self.put(patched)
    }

    /// To the trash, or gone for good wherever it is. Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&mut self, id: TaskId, deletion: Deletion, expected: &Precondition) -> Result<()> {
        let task = match self.find(id).await? {
            Some(task) if deletion == Deletion::Permanent || task.trashed.is_none() => task,
            _ => return Err(Error::not_found(Task::NOUN)),
        };
        self.check(id, expected)?;
        self.touch();
        let now = self.change.now();
        let task = self.stopped(task, now).await?;
        let until = self.change.forget_at();
        match deletion {
            Deletion::Permanent => drop(self.tasks.entry(id.uuid()).and_modify(|edited| edited.now = None)),
            Deletion::ToTrash => {
                drop(self.put(Task { trashed: Some(Trashed { at: now, until }), updated_at: Some(now), ..task })?);
            }
        }
        Ok(())
    }

    /// Out of the trash; as it is when it is not there. Errors: `NotFound`.
    pub async fn restore(&mut self, id: TaskId) -> Result<Task> {
        let task = self.find(id).await?.ok_or_else(|| Error::not_found(Task::NOUN))?;
        if task.trashed.is_none() {
            return Ok(task);
        }
        self.touch();
        self.put(Task { trashed: None, updated_at: Some(self.change.now()), ..task })
    }

    /// Errors: `NotFound` for the task and for the step, `StaleEtag`.
    pub async fn patch_step(
        &mut self,
        id: TaskId,
        step: SubtaskId,
        patch: &SubtaskPatch,
        expected: &Precondition,
    ) -> Result<Task> {
        let task = self.load(id, expected).await?;
        let subtasks = subtasks::patched(&task.subtasks, step, patch).ok_or_else(|| Error::not_found(subtasks::Subtask::NOUN))?;
        if subtasks == task.subtasks {
            return Ok(task);
        }
        self.touch();
        self.put(Task { subtasks, updated_at: Some(self.change.now()), ..task })
    }

    /// With another list of where else it is kept, which is no edit of what it says. Errors: `NotFound`.
    pub async fn set_external(&mut self, id: TaskId, external: Vec<External>) -> Result<Task> {
        let task = self.find(id).await?.ok_or_else(|| Error::not_found(Task::NOUN))?;
        if task.external == external {
            return Ok(task);
        }
        let updated_at = Some(self.change.now());
        self.put(Task { updated_at, external, ..task })
    }

    /// With its timer running, the only one of the user. Errors: `NotFound`, `StaleEtag`, `TaskCompleted`.
    pub async fn start_timer(&mut self, id: TaskId, expected: &Precondition) -> Result<Task> {
        let task = self.load(id, expected).await?;
        if task.completion.is_some() {
            return Err(Error::new(Code::TaskCompleted, "The task is completed"));
        }
        if task.timer_started_at.is_some() {
            return Ok(task);
        }
        self.touch();
        let now = self.change.now();
        if let Some(running) = self.change.summary.facts.get::<RunningTimer>()?
            && let Some(other) = self.find(Id::new(running.task)).await?
        {
            let stopped = self.stopped(other, now).await?;
            self.put(Task { updated_at: Some(now), ..stopped })?;
        }
        self.change.summary.facts.set(&RunningTimer { task: id.uuid(), since: now })?;
        self.change.summary.due.set(timer::FORGOTTEN, Some(now.plus(timer::MAX_TIME)));
        self.put(Task { timer_started_at: Some(now), updated_at: Some(now), ..task })
    }

    /// Errors: `NotFound`, `StaleEtag`.
    pub async fn stop_timer(&mut self, id: TaskId, expected: &Precondition) -> Result<Task> {
        let task = self.load(id, expected).await?;
        if task.timer_started_at.is_none() {
            return Ok(task);
        }
        self.touch();
        let now = self.change.now();
        let stopped = self.stopped(task, now).await?;
        self.put(Task { updated_at: Some(now), ..stopped })
    }

    /// Stops the timer that was left running; an instant at which that is to be looked at again is set otherwise. `false` when
    /// there is nothing to be written.
    pub async fn stop_forgotten_timer(&mut self) -> Result<bool> {
        let now = self.change.now();
        let running: Option<RunningTimer> = self.change.summary.facts.get()?;
        let due = running.as_ref().map(|running| running.since.plus(timer::MAX_TIME));
        if let (Some(running), Some(due)) = (running, due)
            && due <= now
            && let Some(task) = self.find(Id::new(running.task)).await?
        {
            let stopped = self.stopped(task, now).await?;
            self.put(Task { updated_at: Some(now), ..stopped })?;
            return Ok(true);
        }
        let due = due.filter(|due| *due > now);
        let changes = self.change.summary.due.get(timer::FORGOTTEN) != due;
        self.change.summary.due.set(timer::FORGOTTEN, due);
        Ok(changes)
    }

    /// Brings what came of several operations up to date: a later one may have changed the task of an earlier one.
    pub fn settle(&self, all: &mut [Applied]) {
        for applied in all {
            if let Some(shown) = &mut applied.task
                && let Some(now) = self.tasks.get(&shown.value.id.uuid()).and_then(|edited| edited.now.as_ref())
            {
                *shown = Versioned { value: now.clone(), version: self.version(now.id) };
            }
        }
    }

    /// How the owner's dates follow from instants.
    pub fn rule(&self) -> DayRule {
        self.change.summary.day_rule()
    }

    /// What the transaction is to commit; `false` when that is nothing. Errors: `BodyTooLarge` when one commit does not hold it.
    pub fn queue(self) -> Result<bool> {
        let mut written = 0;
        for Edited { read, now } in self.tasks.into_values() {
            match (read, now) {
                (Some(read), Some(now)) if read.value != now => self.change.replace(&now, &read)?,
                (None, Some(now)) => self.change.create(&now)?,
                (Some(read), None) => self.change.delete(&read),
                _ => continue,
            }
            written += 1;
        }
        // One for the summary, and for each date that is counted.
        if written + 1 > MAX_WRITES || (written > 1 && self.change.room() == 0) {
            return Err(Error::new(Code::BodyTooLarge, "These operations change more than one commit holds; send fewer at once"));
        }
        Ok(written > 0)
    }

    /// The version that a task will have: that of the commit if it changes.
    pub fn version(&self, id: TaskId) -> Uuid {
        match self.tasks.get(&id.uuid()) {
            Some(Edited { read: Some(read), now: Some(now) }) if read.value == *now => read.op,
            _ => self.change.version(),
        }
    }

    fn touch(&mut self) {
        self.touch_at(self.change.now());
    }

    fn touch_at(&mut self, at: Timestamp) {
        if self.by == By::Person {
            self.change.touch_at(at);
        }
    }

    /// The task in whatever state, if there is one.
    pub async fn find(&mut self, id: TaskId) -> Result<Option<Task>> {
        if let Entry::Vacant(entry) = self.tasks.entry(id.uuid()) {
            let read = self.change.find::<Task>(&id.to_string()).await?;
            let now = read.as_ref().map(|read| read.value.clone());
            entry.insert(Edited { read, now });
        }
        Ok(self.tasks.get(&id.uuid()).and_then(|edited| edited.now.clone()))
    }

    /// Reads what will be asked for, in one request.
    pub async fn read_ahead(&mut self, ids: Vec<String>) -> Result<()> {
        for read in self.change.find_all::<Task>(ids).await? {
            let now = Some(read.value.clone());
            self.tasks.entry(read.value.id.uuid()).or_insert(Edited { read: Some(read), now });
        }
        Ok(())
    }

    async fn load(&mut self, id: TaskId, expected: &Precondition) -> Result<Task> {
        let found = self.find(id).await?.filter(|task| task.trashed.is_none());
        let task = found.ok_or_else(|| Error::not_found(Task::NOUN))?;
        self.check(id, expected)?;
        Ok(task)
    }

    /// A precondition is about the version that was there before all operations of the commit.
    fn check(&self, id: TaskId, expected: &Precondition) -> Result<()> {
        let read = self.tasks.get(&id.uuid()).and_then(|edited| edited.read.as_ref());
        read.map_or(Ok(()), |read| expected.check(read.op))
    }

    fn put(&mut self, task: Task) -> Result<Task> {
        if task.is_open() && task.planned.is_some() {
            let now = self.change.now();
            carry_over::keep_due(&mut self.change.summary, now)?;
        }
        let now = self.change.now();
        let edited = self.tasks.entry(task.id.uuid()).or_insert(Edited { read: None, now: None });
        let task = match &edited.now {
            Some(before) => task.noted_against(before, now),
            None => task,
        };
        edited.now = Some(task.clone());
        Ok(task)
    }

    fn moment<R>(&self, of: impl FnOnce(&Moment<'_>) -> R) -> R {
        let change = &*self.change;
        of(&Moment { now: change.now(), rule: change.summary.day_rule(), next_id: &|| change.next_id() })
    }

    /// The task with its timer stopped at an instant.
    async fn stopped(&mut self, task: Task, at: Timestamp) -> Result<Task> {
        let Some(started) = task.timer_started_at else { return Ok(task) };
        if self.change.summary.facts.get::<RunningTimer>()?.is_some_and(|running| running.task == task.id.uuid()) {
            self.change.summary.facts.clear::<RunningTimer>();
            self.change.summary.due.set(timer::FORGOTTEN, None);
        }
        let ran = at.since(started);
        let forgotten = ran >= timer::MAX_TIME;
        let worked = if forgotten { self.worked_on(started).await? } else { None };
        let took = if forgotten { timer::guessed(&task, worked) } else { ran };
        let date = self.change.summary.date_at(if forgotten { started.plus(took) } else { at });
        Ok(task.timed(date, took.as_secs(), forgotten))
    }

    /// How long the work session went on after the instant at which it was under way, if one was and has ended.
    async fn worked_on(&self, at: Timestamp) -> Result<Option<Duration>> {
        let times = Times { start: at, end: at.plus(Duration::from_micros(1)) };
        let session = self.sessions.overlapping(self.owner, times, None).await?;
        Ok(session.and_then(|session| Some(session.end?.at.since(at))))
    }

    /// The task, which was just completed, with the occurrence that follows it.
    async fn followed(&mut self, task: Task) -> Result<Task> {
        // It was completed before and reopened, and what followed then has been touched.
        if let Some(next) = task.next_id
            && self.find(next).await?.is_some()
        {
            return Ok(task);
        }
        let (now, today) = (self.change.now(), self.change.today());
        let week_start = Settings::of(&self.change.summary)?.week_start.weekday();
        let next_id = match task.next_occurrence(now, today, week_start) {
            Some(next) if self.find(next.id).await?.is_none() => Some(self.put(next)?.id),
            _ => None,
        };
        Ok(Task { next_id, ..task })
    }

    /// The task, which was just reopened, without the occurrence that followed it, unless somebody has touched that.
    async fn no_longer_followed(&mut self, task: Task) -> Result<Task> {
        let Some(next_id) = task.next_id else { return Ok(task) };
        match self.find(next_id).await? {
            Some(next) if !next.is_untouched() => return Ok(task),
            Some(_) => drop(self.tasks.entry(next_id.uuid()).and_modify(|edited| edited.now = None)),
            None => {}
        }
        Ok(Task { next_id: None, ..task })
    }
}

/// The id of a task whose client chose one: so there is one task for it, whoever comes first.
fn id_of(user: UserId, chosen: Uuid) -> TaskId {
    Id::new(Uuid::new_v5(&user.uuid(), chosen.as_bytes()))
}
