//! Use cases on tasks.

use std::{collections::HashMap, sync::Arc};

use super::{
    edits::Edits,
    elsewhere::{Elsewhere, ExternalView},
    filter::{CreationOrder, Present, TaskFilter},
    model::{NewTask, Task, TaskId},
    operations::{Applied, Effect, Operation},
    repo::TaskRepo,
    report::Report,
    series::week_of,
    shown::Shown,
};
use crate::{
    accounts::settings::model::Settings,
    domain::Shared,
    kernel::{Ctx, DayRule, Error, IdempotencyKey, Owner, Page, PageRequest, Resource as _, Result, Versioned},
    ledger::{Decision, Ledger, Summary},
    work::{days::model::Wanted, work_sessions::repo::WorkSessionRepo},
};

#[derive(Debug, Clone)]
pub struct TaskService {
    pub(super) repo: TaskRepo,
    pub(super) ledger: Ledger,
    pub(super) sessions: WorkSessionRepo,
    elsewhere: Arc<dyn Elsewhere>,
}

/// What a request to create a task came to.
#[derive(Debug)]
pub struct Creation {
    pub task: Versioned<Task>,
    pub origin: Origin,
    /// How the owner's dates follow from instants.
    pub rule: DayRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Created,
    /// It is the answer to an earlier delivery of the same request.
    Replayed,
    /// The client created it before under the id that it chose; it is as it is now.
    Known,
}

impl Creation {
    /// As one of several operations.
    pub fn applied(self) -> Applied {
        let effect = if self.origin == Origin::Known { Effect::Done } else { Effect::Created };
        Applied { effect, task: Some(self.task), rule: self.rule }
    }
}

impl TaskService {
    pub fn new(shared: &Shared, elsewhere: Arc<dyn Elsewhere>) -> Self {
        let (repo, sessions) = (TaskRepo::new(Arc::clone(&shared.store)), WorkSessionRepo::new(Arc::clone(&shared.store)));
        Self { repo, ledger: shared.ledger.clone(), sessions, elsewhere }
    }

    /// Errors: `NotFound` when there is no such user, `IdempotencyKeyReused`, `InvalidField`.
    pub async fn create(&self, _ctx: &Ctx, owner: Owner, new: &NewTask, key: Option<&IdempotencyKey>) -> Result<Creation> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let rule = change.summary.day_rule();
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(Creation { task: first.value, origin: Origin::Replayed, rule }));
                    }
                    let mut edits = Edits::new(change, &self.sessions, owner);
                    let (value, effect) = edits.create(new).await?;
                    let task = Versioned { version: edits.version(value.id), value };
                    edits.queue()?;
                    if effect != Effect::Created {
                        // Another delivery of this request may have made it just now.
                        if let Some(first) = change.replayed(key).await? {
                            return Ok(Decision::Keep(Creation { task: first.value, origin: Origin::Replayed, rule }));
                        }
                        return Ok(Decision::Keep(Creation { task, origin: Origin::Known, rule }));
                    }
                    change.remember(key, &task)?;
                    Ok(Decision::Write(Creation { task, origin: Origin::Created, rule }))
                })
            })
            .await
    }

    /// Errors: those of the operation; `NotFound` when there is no such user.
    pub async fn apply(&self, _ctx: &Ctx, owner: Owner, operation: &Operation) -> Result<Applied> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let mut edits = Edits::new(change, &self.sessions, owner);
                    let applied = edits.apply(operation).await?;
                    Ok(if edits.queue()? { Decision::Write(applied) } else { Decision::Keep(applied) })
                })
            })
            .await
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, ctx: &Ctx, owner: Owner, id: TaskId) -> Result<Versioned<Shown>> {
        let found = self.repo.get(owner, id).await?.filter(|read| read.value.trashed.is_none());
        let Versioned { value: task, version } = found.ok_or_else(|| Error::not_found(Task::NOUN))?.versioned();
        // Where the owner is, is asked only when that decides.
        let rule = if task.is_overdue(ctx.now(), None).is_none() { Some(self.rule(owner).await?) } else { None };
        let mut shown = [Shown::new(ctx, task, rule)];
        self.look_elsewhere(owner, &mut shown).await?;
        let [value] = shown;
        Ok(Versioned { value, version })
    }

    /// All tasks, or those that are or are not completed, by their creation, as they are stored; everybody's for an admin who names
    /// nobody. Errors: `Forbidden`, `InvalidCursor`.
    pub async fn list(
        &self,
        ctx: &Ctx,
        owner: Option<Owner>,
        completed: Option<bool>,
        creation: CreationOrder,
        page: PageRequest,
    ) -> Result<Page<String>> {
        if owner.is_none() {
            ctx.require_admin()?;
        }
        self.repo.texts(owner, completed, creation, page).await
    }

    /// The owner's tasks that the filter lets through. Errors: `NotFound` when there is no such user, `InvalidCursor`.
    pub async fn select(&self, ctx: &Ctx, owner: Owner, filter: &TaskFilter, page: PageRequest) -> Result<Page<Shown>> {
        let summary = self.summary(owner).await?;
        let (present, rule) = (present(ctx, &summary)?, summary.day_rule());
        let overdue = |task: &Task| task.is_overdue(ctx.now(), Some(rule)) == Some(true);
        let filter = TaskFilter { notes_hidden: ctx.caller().id() != Some(owner.id()), ..filter.clone() };
        let page = self.repo.select(owner, &filter, present, &overdue, &page).await?;
        let mut shown: Vec<_> = page.items.into_iter().map(|task| Shown::new(ctx, task, Some(rule))).collect();
        self.look_elsewhere(owner, &mut shown).await?;
        Ok(Page { items: shown, next: page.next })
    }

    /// Finds out how tasks that their owner is shown stand where else they are kept: a request to the store where there is such a one.
    pub async fn look_elsewhere(&self, owner: Owner, shown: &mut [Shown]) -> Result<()> {
        let is_elsewhere = |one: &Shown| one.with_notes && !one.task.external.is_empty();
        let tasks: Vec<&Task> = shown.iter().filter(|one| is_elsewhere(one)).map(|one| &one.task).collect();
        if tasks.is_empty() {
            return Ok(());
        }
        let states = Arc::new(self.elsewhere.states(owner, &tasks).await?);
        for one in shown.iter_mut().filter(|one| is_elsewhere(one)) {
            one.states = Some(Arc::clone(&states));
        }
        Ok(())
    }

    /// Where the caller's tasks are kept too, as JSON, by their position among `bodies`: as they are stored, and `None` for one that
    /// is kept here alone. A request to the store where there is another one.
    pub async fn external(&self, ctx: &Ctx, bodies: impl Iterator<Item = Option<&str>>) -> Result<HashMap<usize, String>> {
        let unreadable = |e: serde_json::Error| Error::internal(format!("a task that cannot be read at column {}", e.column()));
        let read =
            |(index, body): (_, Option<&str>)| body.map(|body| Ok((index, serde_json::from_str(body).map_err(unreadable)?)));
        let tasks: Vec<(usize, Task)> = bodies.enumerate().filter_map(read).collect::<Result<_>>()?;
        if tasks.is_empty() {
            return Ok(HashMap::new());
        }
        let states = self.elsewhere.states(ctx.own()?, &tasks.iter().map(|(_, task)| task).collect::<Vec<_>>()).await?;
        let json = |task| serde_json::to_string(&ExternalView::of(task, Some(&states))).map_err(Error::internal);
        tasks.iter().map(|(index, task)| Ok((*index, json(task)?))).collect()
    }

    /// How the owner's dates follow from instants. Errors: `NotFound` when there is no such user.
    pub async fn rule(&self, owner: Owner) -> Result<DayRule> {
        Ok(self.summary(owner).await?.day_rule())
    }

    /// What became of the owner's tasks on the dates wanted. Errors: `NotFound` when there is no such user, `InvalidParameter`.
    pub async fn report(&self, ctx: &Ctx, owner: Owner, wanted: Wanted) -> Result<Report> {
        let summary = self.summary(owner).await?;
        let mut report = Report::new(owner.id(), wanted.on(summary.date_at(ctx.now()))?);
        let (stretch, rule) = (report.stretch(), summary.day_rule());
        let overdue = |task: &Task| task.is_overdue(ctx.now(), Some(rule)) == Some(true);
        self.repo.each(owner, stretch, None, &mut |task| report.count(&task, overdue(&task))).await?;
        Ok(report)
    }

    pub(super) async fn summary(&self, owner: Owner) -> Result<Summary> {
        self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))
    }
}

/// The user's date and week. Errors: `Internal`.
pub(super) fn present(ctx: &Ctx, summary: &Summary) -> Result<Present> {
    let today = summary.date_at(ctx.now());
    Ok(Present { today, week: week_of(today, Settings::of(summary)?.week_start.weekday()) })
}
