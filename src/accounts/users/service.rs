//! Use cases on accounts. How an account ends is told in `erasure`.

use std::sync::Arc;

use super::{
    erasure::Erasure,
    model::{User, UserPatch},
    repo::UserRepo,
};
use crate::{
    domain::Shared,
    kernel::{Ctx, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::{Decision, Ledger},
    store::Stored,
};

#[derive(Clone)]
pub struct UserService {
    repo: UserRepo,
    ledger: Ledger,
    erasure: Erasure,
}

impl UserService {
    pub fn new(shared: &Shared, erasure: Erasure) -> Self {
        Self { repo: UserRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone(), erasure }
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner) -> Result<Versioned<User>> {
        self.ledger.load(owner, &owner.id().to_string()).await.map(Stored::versioned)
    }

    /// Everybody, for an admin. Errors: `Forbidden`.
    pub async fn list(&self, ctx: &Ctx, page: PageRequest) -> Result<Page<User>> {
        ctx.require_admin()?;
        self.repo.list(page).await
    }

    /// Errors: `NotFound`, `StaleEtag`.
    pub async fn update(&self, _ctx: &Ctx, owner: Owner, patch: UserPatch, expected: &Precondition) -> Result<Versioned<User>> {
        self.ledger
            .edit(owner, &owner.id().to_string(), expected, |user: &User, change| {
                let Some(user) = user.patched(&patch, change.now()) else { return Ok(None) };
                change.change_terms(|summary| {
                    summary.time_zone = user.time_zone;
                    Ok(())
                })?;
                Ok(Some(user))
            })
            .await
    }

    /// Deletes the account and everything that is the user's. Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&self, ctx: &Ctx, owner: Owner, expected: &Precondition) -> Result<()> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = change.load::<User>(&owner.id().to_string(), expected).await?;
                    change.remove(&read);
                    Erasure::order(change, read.value.login)?;
                    Ok(Decision::Write(()))
                })
            })
            .await?;
        self.erasure.erase_now(ctx, owner).await;
        Ok(())
    }
}
