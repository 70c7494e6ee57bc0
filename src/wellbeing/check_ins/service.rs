//! Use cases on check-ins.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::{CheckIn, CheckInId, NewCheckIn, id_on};
use crate::{
    domain::Shared,
    kernel::{Created, Ctx, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result},
    ledger::{Decision, Ledger},
    store::Partition,
    wellbeing::{
        budget::Reminder,
        entries,
        entry::{Between, instant},
        reminded,
    },
};

/// A check-in that was entered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entered {
    pub check_in: CheckIn,
    /// Whether it took the place of another one of its date.
    pub replaced: bool,
}

#[derive(Debug, Clone)]
pub struct CheckInService(Ledger);

impl CheckInService {
    pub fn new(shared: &Shared) -> Self {
        Self(shared.ledger.clone())
    }

    /// Enters a check-in, in the place of that which its date may have. Errors: `InvalidField`, `NotFound` when there is no such
    /// user, `IdempotencyKeyReused`.
    pub async fn enter(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        new: NewCheckIn,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Entered>> {
        let new = &new;
        self.0
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let at = instant(new.at, change.now())?;
                    let date = change.summary.date_at(at);
                    let id = id_on(owner.id(), date);
                    let read = change.find::<CheckIn>(&id.to_string()).await?;
                    let check_in = CheckIn { id, user_id: owner.id(), energy: new.energy, note: new.note.clone(), at, date };
                    change.put(&check_in, read.as_ref())?;
                    reminded::entered(change, date, &[Reminder::CheckIn])?;
                    change.touch();
                    let entered = Entered { check_in, replaced: read.is_some() };
                    change.remember(key, &entered)?;
                    Ok(Decision::Write(Created::now(entered)))
                })
            })
            .await
    }

    /// Those of some dates, by date.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, between: Between, page: PageRequest) -> Result<Page<CheckIn>> {
        entries::list(&self.0.collection(), owner, between, page).await
    }

    /// That of a date, if there is one.
    pub async fn on(&self, owner: Owner, date: NaiveDate) -> Result<Option<CheckIn>> {
        let id = id_on(owner.id(), date).to_string();
        Ok(self.0.collection().get(Partition::of(owner.id()), id).await?.map(|read| read.value))
    }

    /// Errors: `NotFound`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: CheckInId) -> Result<()> {
        self.0
            .delete(owner, &id.to_string(), &Precondition::None, |check_in: &CheckIn, change| {
                change.touch();
                reminded::taken_back(change, check_in.date)
            })
            .await
    }
}
