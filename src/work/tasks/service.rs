//! Use cases on tasks.

use std::sync::Arc;

use super::{
    edits::Edits,
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
    pub fn new(shared: &Shared) -> Self {
        let (repo, sessions) = (TaskRepo::new(Arc::clone(&shared.store)), WorkSessionRepo::new(Arc::clone(&shared.store)));
        Self { repo, ledger: shared.ledger.clone(), sessions }
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
        Ok(Versioned { value: Shown::new(ctx, task, rule), version })
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
        let shown = page.items.into_iter().map(|task| Shown::new(ctx, task, Some(rule))).collect();
        Ok(Page { items: shown, next: page.next })
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
