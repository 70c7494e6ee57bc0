//! Use cases on tasks.

use std::sync::Arc;

use super::{
    model::{NewTask, Task, TaskId, TaskPatch},
    repo::TaskRepo,
};
use crate::{
    domain::Shared,
    kernel::{Created, Ctx, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::Ledger,
    store::Stored,
};

#[derive(Debug, Clone)]
pub struct TaskService {
    repo: TaskRepo,
    ledger: Ledger,
}

impl TaskService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: TaskRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// Errors: `NotFound` when there is no such user, `IdempotencyKeyReused`.
    pub async fn create(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        new: NewTask,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<Task>>> {
        self.ledger
            .create(owner, key, |change| {
                change.touch();
                Ok(Task {
                    id: Id::new(change.next_id()),
                    user_id: owner.id(),
                    title: new.title.clone(),
                    created_at: change.now(),
                    created_on: Some(change.today()),
                    updated_at: None,
                    completion: None,
                })
            })
            .await
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner, id: TaskId) -> Result<Versioned<Task>> {
        self.ledger.load(owner, &id.to_string()).await.map(Stored::versioned)
    }

    /// The owner's tasks, oldest first; everybody's for an admin who names nobody. Errors: `Forbidden`.
    pub async fn list(&self, ctx: &Ctx, owner: Option<Owner>, completed: Option<bool>, page: PageRequest) -> Result<Page<Task>> {
        if owner.is_none() {
            ctx.require_admin()?;
        }
        self.repo.list(owner, completed, page).await
    }

    /// Errors: `NotFound`, `StaleEtag`, `InvalidField`.
    pub async fn update(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        id: TaskId,
        patch: TaskPatch,
        expected: &Precondition,
    ) -> Result<Versioned<Task>> {
        self.ledger
            .edit(owner, &id.to_string(), expected, |task: &Task, change| {
                let patched = task.patched(&patch, change.now(), change.summary.day_rule())?;
                let completion = patched.as_ref().and_then(|patched| patched.completion).filter(|_| task.completion.is_none());
                change.touch_at(completion.map_or(change.now(), |completion| completion.at));
                Ok(patched)
            })
            .await
    }

    /// Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: TaskId, expected: &Precondition) -> Result<()> {
        self.ledger
            .delete(owner, &id.to_string(), expected, |_: &Task, change| {
                change.touch();
                Ok(())
            })
            .await
    }
}
