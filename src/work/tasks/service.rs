//! Use cases on tasks.

use super::{
    model::{NewTask, Task, TaskId, TaskPatch},
    repo::TaskRepo,
};
use crate::{
    kernel::{Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::{Ledger, Transaction, day::Achievement},
    store::Stored,
};

#[derive(Debug, Clone)]
pub struct TaskService {
    repo: TaskRepo,
    ledger: Ledger,
}

impl TaskService {
    pub fn new(repo: TaskRepo, ledger: Ledger) -> Self {
        Self { repo, ledger }
    }

    /// Errors: `NotFound` when there is no such user, `IdempotencyKeyReused`.
    pub async fn create(
        &self,
        ctx: &Ctx,
        owner: Owner,
        new: NewTask,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<Task>>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        let mut task = Task {
            id: Id::new(self.ledger.ids().next(ctx.now)),
            user_id: owner.id(),
            title: new.title,
            created_at: ctx.now,
            created_on: None,
            updated_at: None,
            completion: None,
        };
        loop {
            if let Some(first) = change.replay(key).await? {
                return Ok(Created::before(first));
            }
            task.created_on = Some(change.today());
            let made = Versioned { value: task.clone(), version: change.version() };
            change.create(&task)?;
            change.remember(key, &made)?;
            change.summary.total_tasks += 1;
            change.count(change.today(), Achievement::CreatedTask).await?;
            change.touch(ctx.now).await?;
            if change.commit().await?.is_some() {
                return Ok(Created::now(made));
            }
        }
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner, id: TaskId) -> Result<Versioned<Task>> {
        self.load(owner, id).await.map(Stored::versioned)
    }

    /// The owner's tasks, oldest first; everybody's for an admin who names nobody. Errors: `Forbidden`.
    pub async fn list(&self, ctx: &Ctx, owner: Option<Owner>, completed: Option<bool>, page: PageRequest) -> Result<Page<Task>> {
        if owner.is_none() {
            ctx.require_admin()?;
        }
        self.repo.list(owner, completed, page).await
    }

    /// Errors: `NotFound`, `StaleEtag`.
    pub async fn update(
        &self,
        ctx: &Ctx,
        owner: Owner,
        id: TaskId,
        patch: TaskPatch,
        expected: &Precondition,
    ) -> Result<Versioned<Task>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner, id).await?;
            expected.check(read.op)?;
            let Some(task) = read.value.patched(&patch, ctx.now, change.today()) else { return Ok(read.versioned()) };
            change.replace(&task, &read)?;
            recount(&mut change, &read.value, Some(&task)).await?;
            if let Some(version) = change.commit().await? {
                return Ok(Versioned { value: task, version });
            }
        }
    }

    /// Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&self, ctx: &Ctx, owner: Owner, id: TaskId, expected: &Precondition) -> Result<()> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner, id).await?;
            expected.check(read.op)?;
            change.bury(&read);
            change.summary.total_tasks = one_less(change.summary.total_tasks);
            if let Some(date) = read.value.created_on {
                change.take_back(date, Achievement::CreatedTask).await?;
            }
            recount(&mut change, &read.value, None).await?;
            if change.commit().await?.is_some() {
                return Ok(());
            }
        }
    }

    async fn load(&self, owner: Owner, id: TaskId) -> Result<Stored<Task>> {
        self.repo.get(owner, id).await?.ok_or_else(|| Error::not_found("Task"))
    }
}

/// Keeps the counter and the days equal to what exists, and notes that something was done.
async fn recount(change: &mut Transaction<'_>, before: &Task, after: Option<&Task>) -> Result<()> {
    match (before.completion, after.and_then(|task| task.completion)) {
        (None, Some(_)) => {
            change.summary.completed_tasks += 1;
            change.count(change.today(), Achievement::CompletedTask).await?;
        }
        (Some(was), None) => {
            change.summary.completed_tasks = one_less(change.summary.completed_tasks);
            change.take_back(was.date, Achievement::CompletedTask).await?;
        }
        _ => {}
    }
    change.touch(change.now()).await
}

/// The task may have been read after a change that the summary does not know of yet. Such a batch loses by the summary's
/// etag, so what is counted for it does not matter as long as it can be counted.
fn one_less(count: u64) -> u64 {
    count.saturating_sub(1)
}
