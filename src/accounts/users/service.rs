//! Use cases on accounts. How an account ends is told in `deletion`.

use super::{
    deletion::Deletions,
    model::{User, UserPatch},
    repo::UserRepo,
};
use crate::{
    kernel::{Ctx, Error, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::Ledger,
    store::Stored,
};

#[derive(Debug, Clone)]
pub struct UserService {
    repo: UserRepo,
    ledger: Ledger,
    deletions: Deletions,
}

impl UserService {
    pub fn new(repo: UserRepo, ledger: Ledger, deletions: Deletions) -> Self {
        Self { repo, ledger, deletions }
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner) -> Result<Versioned<User>> {
        self.load(owner).await.map(Stored::versioned)
    }

    /// Everybody, for an admin. Errors: `Forbidden`.
    pub async fn list(&self, ctx: &Ctx, page: PageRequest) -> Result<Page<User>> {
        ctx.require_admin()?;
        self.repo.list(page).await
    }

    /// Errors: `NotFound`, `StaleEtag`.
    pub async fn update(&self, ctx: &Ctx, owner: Owner, patch: UserPatch, expected: &Precondition) -> Result<Versioned<User>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner).await?;
            expected.check(read.op)?;
            let Some(user) = read.value.patched(&patch, ctx.now) else { return Ok(read.versioned()) };
            change.replace(&user, &read)?;
            change.summary.time_zone = user.time_zone;
            if let Some(version) = change.commit().await? {
                return Ok(Versioned { value: user, version });
            }
        }
    }

    /// Deletes the account and everything that is the user's. Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&self, ctx: &Ctx, owner: Owner, expected: &Precondition) -> Result<()> {
        let read = self.load(owner).await?;
        expected.check(read.op)?;
        self.deletions.announce(ctx, &read.value).await?;
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner).await?;
            change.remove(&read);
            change.close();
            if change.commit().await?.is_some() {
                break;
            }
        }
        self.deletions.carry_out(ctx, &read.value).await
    }

    async fn load(&self, owner: Owner) -> Result<Stored<User>> {
        self.repo.get(owner.id()).await?.ok_or_else(|| Error::not_found("User"))
    }
}
