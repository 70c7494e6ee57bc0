//! How phrased stories are stored, and what is counted of them.

use super::{budget::ModelTokens, phrase::Phrase};
use crate::{
    kernel::{Result, Timestamp},
    ledger::{Counted, Fact, Transaction},
    store::Entity,
};

impl Counted for Phrase {}

impl Entity for Phrase {
    const KIND: &'static str = "phrases";

    fn document_id(&self) -> String {
        self.id.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Fact for ModelTokens {
    const NAME: &'static str = "model_tokens";
}

impl ModelTokens {
    /// Reserves what a question may cost; `None` where that is more than is left of the date. Errors: `Internal`.
    pub fn reserve(change: &mut Transaction<'_>, most: u32) -> Result<Option<Self>> {
        let reserved = Self::reserved(change.summary.facts.get()?, change.today(), most);
        if let Some(reserved) = &reserved {
            change.summary.facts.set(reserved)?;
        }
        Ok(reserved)
    }

    /// Counts what came of a question for which `most` was reserved. Errors: `Internal`.
    pub fn settle(self, change: &mut Transaction<'_>, most: u32, used: u32) -> Result<()> {
        match change.summary.facts.get::<Self>()? {
            Some(tokens) => change.summary.facts.set(&tokens.settled(self.date(), most, used)),
            None => Ok(()),
        }
    }
}
