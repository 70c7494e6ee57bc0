//! Use cases on presence.

use super::{
    model::{Presence, PresencePatch},
    repo::{busy_until, keep},
};
use crate::{
    domain::Shared,
    kernel::{Ctx, Error, Owner, Result},
    ledger::{Decision, Ledger},
};

#[derive(Debug, Clone)]
pub struct PresenceService(Ledger);

impl PresenceService {
    pub fn new(shared: &Shared) -> Self {
        Self(shared.ledger.clone())
    }

    /// Errors: `NotFound` when there is no such user.
    pub async fn get(&self, ctx: &Ctx, owner: Owner) -> Result<Presence> {
        let summary = self.0.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        Ok(Presence { user_id: owner.id(), busy_until: busy_until(&summary, ctx.now())? })
    }

    /// Errors: `InvalidField`, `NotFound` when there is no such user.
    pub async fn update(&self, _ctx: &Ctx, owner: Owner, patch: PresencePatch) -> Result<Presence> {
        let patch = &patch;
        self.0
            .run(owner, |change| {
                Box::pin(async move {
                    let until = busy_until(&change.summary, change.now())?;
                    let is = Presence { user_id: owner.id(), busy_until: until };
                    let presence = is.patched(patch, change.now())?;
                    if presence == is {
                        return Ok(Decision::Keep(is));
                    }
                    let read = change.find::<Presence>(&owner.id().to_string()).await?;
                    keep(&mut change.summary, presence.busy_until)?;
                    change.put(&presence, read.as_ref())?;
                    change.touch();
                    Ok(Decision::Write(presence))
                })
            })
            .await
    }
}
