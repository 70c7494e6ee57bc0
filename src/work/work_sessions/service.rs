//! Use cases on work sessions.

use super::{
    model::{WorkSession, WorkSessionId},
    repo::WorkSessionRepo,
};
use crate::{
    kernel::{Code, Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Result, Versioned},
    ledger::{Ledger, OpenSession, day::Achievement},
    store::Stored,
};

#[derive(Debug, Clone)]
pub struct WorkSessionService {
    repo: WorkSessionRepo,
    ledger: Ledger,
}

impl WorkSessionService {
    pub fn new(repo: WorkSessionRepo, ledger: Ledger) -> Self {
        Self { repo, ledger }
    }

    /// Errors: `ActiveSessionExists`, `NotFound` when there is no such user, `IdempotencyKeyReused`.
    pub async fn start(&self, ctx: &Ctx, owner: Owner, key: Option<&IdempotencyKey>) -> Result<Created<Versioned<WorkSession>>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        let session = WorkSession::start(Id::new(self.ledger.ids().next(ctx.now)), owner.id(), ctx.now);
        loop {
            if let Some(first) = change.replay(key).await? {
                return Ok(Created::before(first));
            }
            if change.summary.active_session.is_some() {
                return Err(Error::new(Code::ActiveSessionExists, "Active session already exists"));
            }
            let made = Versioned { value: session.clone(), version: change.version() };
            change.create(&session)?;
            change.remember(key, &made)?;
            change.summary.active_session = Some(OpenSession { id: session.id.uuid(), start_time: session.start_time });
            if change.commit().await?.is_some() {
                return Ok(Created::now(made));
            }
        }
    }

    /// Ends the session; one that has ended stays as it is. Errors: `NotFound`.
    pub async fn end(&self, ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner, id).await?;
            if read.value.end.is_some() {
                return Ok(read.versioned());
            }
            let session = read.value.ended(ctx.now, change.today());
            change.replace(&session, &read)?;
            change.summary.active_session.take_if(|active| active.id == id.uuid());
            change.summary.total_sessions += 1;
            change.summary.worked_micros += session.micros().unwrap_or(0);
            change.achieve(Achievement::EndedSession).await?;
            if let Some(version) = change.commit().await? {
                return Ok(Versioned { value: session, version });
            }
        }
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        self.load(owner, id).await.map(Stored::versioned)
    }

    /// The session under way: the summary knows all of it. Errors: `NotFound` when there is no such user.
    pub async fn active(&self, _ctx: &Ctx, owner: Owner) -> Result<Option<WorkSession>> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        Ok(summary.active_session.map(|open| WorkSession::start(Id::new(open.id), owner.id(), open.start_time)))
    }

    /// The owner's sessions, oldest first; everybody's for an admin who names nobody. Errors: `Forbidden`.
    pub async fn list(&self, ctx: &Ctx, owner: Option<Owner>, page: PageRequest) -> Result<Page<WorkSession>> {
        if owner.is_none() {
            ctx.require_admin()?;
        }
        self.repo.list(owner, page).await
    }

    async fn load(&self, owner: Owner, id: WorkSessionId) -> Result<Stored<WorkSession>> {
        self.repo.get(owner, id).await?.ok_or_else(|| Error::not_found("Work session"))
    }
}
