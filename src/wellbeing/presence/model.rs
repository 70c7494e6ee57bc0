//! What is known of a user's presence. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kernel::{Nullable, Result, Rule, Timestamp, UserId};

/// For how long somebody can be busy at most.
const MAX_BUSY: Duration = Duration::from_hours(24);

/// Until when a user is busy, one document a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    pub user_id: UserId,
    /// `None` when the user said that it is over; it is over as well once it has passed.
    pub busy_until: Option<Timestamp>,
}

/// What to change of it; `None` leaves it, null ends it.
#[derive(Debug, Clone, Default)]
pub struct PresencePatch {
    pub busy_until: Option<Nullable<Timestamp>>,
}

impl Presence {
    /// Errors: `InvalidField`.
    pub fn patched(self, patch: &PresencePatch, now: Timestamp) -> Result<Self> {
        let wrong = |text| Err(Rule::field(text).of_field("busy_until"));
        match &patch.busy_until {
            None => Ok(self),
            Some(Nullable(Some(until))) if *until <= now => wrong("must be in the future"),
            Some(Nullable(Some(until))) if *until > now.plus(MAX_BUSY) => wrong("must be at most 24 hours ahead"),
            Some(Nullable(busy_until)) => Ok(Self { busy_until: *busy_until, ..self }),
        }
    }
}
