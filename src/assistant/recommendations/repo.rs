//! Where it is kept since when recommendations hold, and how they were answered.

use serde::{Deserialize, Serialize};

use super::choice::Memory;
use crate::{kernel::UserId, ledger::Counted, store::Entity};

/// What is kept of a user's recommendations, one document a user, once there was any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendations {
    pub user_id: UserId,
    pub rules: Memory,
}

impl Entity for Recommendations {
    const KIND: &'static str = "recommendations";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }
}

impl Counted for Recommendations {}
