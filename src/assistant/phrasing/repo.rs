//! How phrased stories are stored, and what is counted of them.

use super::{budget::ModelTokens, phrase::Phrase};
use crate::{
    kernel::Timestamp,
    ledger::{Counted, Fact},
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
