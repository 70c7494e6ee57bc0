//! Use cases on settings.

use std::sync::Arc;

use super::{
    model::{Differences, UserSettings},
    patch::SettingsPatch,
    repo::SettingsRepo,
};
use crate::{
    domain::Shared,
    kernel::{Ctx, Error, Owner, Precondition, Result, UserId, Versioned},
    ledger::{Decision, Ledger},
    store::Stored,
};

#[derive(Debug, Clone)]
pub struct SettingsService {
    repo: SettingsRepo,
    ledger: Ledger,
}

impl SettingsService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: SettingsRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// Errors: `NotFound` when there is no such user.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner) -> Result<Versioned<UserSettings>> {
        if let Some(read) = self.repo.get(owner).await? {
            return Ok(read.versioned());
        }
        self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        Ok(unchanged(owner.id()))
    }

    /// Changes the settings from now on, and what the summary knows of them. Errors: `NotFound` when there is no such user,
    /// `StaleEtag`, `InvalidField`.
    pub async fn update(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        patch: SettingsPatch,
        expected: &Precondition,
    ) -> Result<Versioned<UserSettings>> {
        let patch = &patch;
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = self.repo.get(owner).await?;
                    let is = read.clone().map_or_else(|| unchanged(owner.id()), Stored::versioned);
                    expected.check(is.version)?;
                    let settings = is.value.settings.0.patched(patch)?;
                    if settings == is.value.settings.0 {
                        return Ok(Decision::Keep(is));
                    }
                    change.change_terms(|summary| settings.keep(summary))?;
                    let (settings, updated_at) = (Differences(settings), Some(change.now()));
                    let value = UserSettings { settings, updated_at, ..is.value };
                    change.put(&value, read.as_ref())?;
                    Ok(Decision::Write(Versioned { value, version: change.version() }))
                })
            })
            .await
    }
}

/// The settings of somebody who never changed any, of which no operation is the version.
fn unchanged(user: UserId) -> Versioned<UserSettings> {
    Versioned { value: UserSettings::unchanged(user), version: user.uuid() }
}
