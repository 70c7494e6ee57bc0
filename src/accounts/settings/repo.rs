//! Where settings are kept: a document in the user's partition, and a copy in the summary, from which every use case has
//! them without a read.

use std::sync::Arc;

use super::model::{DaySettings, Differences, Settings, UserSettings};
use crate::{
    kernel::{Owner, Result},
    ledger::{Counted, DayTerms, Fact, Summary},
    store::{Collection, Entity, Partition, Store, Stored},
};

impl Entity for UserSettings {
    const KIND: &'static str = "settings";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }
}

impl Counted for UserSettings {}

impl Fact for Differences {
    const NAME: &'static str = "settings";
}

impl Fact for DaySettings {
    const NAME: &'static str = "settings";
}

impl Settings {
    /// The settings of the user whose summary it is. Errors: `Internal`.
    pub fn of(summary: &Summary) -> Result<Self> {
        Ok(summary.facts.get::<Differences>()?.unwrap_or_default().0)
    }

    /// Makes the summary know them: for use cases, and for the dates that come. Errors: `Internal`.
    pub fn keep(self, summary: &mut Summary) -> Result<()> {
        summary.day_start = self.day_start;
        if self == Self::default() {
            summary.facts.clear::<Differences>();
        } else {
            summary.facts.set(&Differences(self))?;
        }
        let of_day = self.of_day();
        // What is the same stays as it is written, which a store may have done in another order.
        if DaySettings::of(&summary.terms()).ok() == Some(of_day) {
            return Ok(());
        }
        if of_day == DaySettings::default() {
            summary.day_facts.clear::<DaySettings>();
            return Ok(());
        }
        summary.day_facts.set(&of_day)
    }
}

impl DaySettings {
    /// What was set for a date. Errors: `Internal`.
    pub fn of(terms: &DayTerms) -> Result<Self> {
        Ok(terms.facts.get()?.unwrap_or_default())
    }
}

#[derive(Debug, Clone)]
pub struct SettingsRepo(Collection<UserSettings>);

impl SettingsRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    pub async fn get(&self, owner: Owner) -> Result<Option<Stored<UserSettings>>> {
        Ok(self.0.get(Partition::of(owner.id()), owner.id().to_string()).await?)
    }
}
