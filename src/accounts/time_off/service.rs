//! Use cases on time off.

use std::sync::Arc;

use super::{
    ahead,
    model::{Begins, NewTimeOff, TimeOff, TimeOffId},
    repo::TimeOffRepo,
};
use crate::{
    domain::Shared,
    kernel::{Code, Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::{Decision, Ledger},
};

#[derive(Debug, Clone)]
pub struct TimeOffService {
    repo: TimeOffRepo,
    ledger: Ledger,
}

impl TimeOffService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: TimeOffRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// Enters time off, which may be past. Errors: `TimeOffOverlaps`, naming the other, `NotFound` when there is no such
    /// user, `IdempotencyKeyReused`.
    pub async fn create(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        new: NewTimeOff,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<TimeOff>>> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    if let Some(other) = self.repo.overlapping(owner, new.dates).await? {
                        let message = format!("It would overlap the time off {}", other.id);
                        return Err(Error::new(Code::TimeOffOverlaps, message));
                    }
                    let (id, created_at, today) = (Id::new(change.next_id()), change.now(), change.today());
                    ahead::add(&mut change.summary, today, new.dates)?;
                    let off = TimeOff { id, user_id: owner.id(), dates: new.dates, kind: new.kind, created_at };
                    Ok(Decision::Write(Created::now(change.created(off, key)?)))
                })
            })
            .await
    }

    /// What begins on those dates, the earliest first.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, begins: Begins, page: PageRequest) -> Result<Page<TimeOff>> {
        self.repo.list(owner, begins, page).await
    }

    /// Errors: `NotFound`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: TimeOffId) -> Result<()> {
        self.ledger
            .delete(owner, &id.to_string(), &Precondition::None, |off: &TimeOff, change| {
                let today = change.today();
                ahead::remove(&mut change.summary, today, off.dates)
            })
            .await
    }
}
