//! How attempts are stored: in the partition of whoever began them, for as long as they may take.

use super::model::Attempt;
use crate::{kernel::Timestamp, ledger::Counted, store::Entity};

impl Counted for Attempt {}

impl Entity for Attempt {
    const KIND: &'static str = "oauth_attempts";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
