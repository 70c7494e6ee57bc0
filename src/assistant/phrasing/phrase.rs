//! What is kept of a story that a model was asked to phrase. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kernel::Timestamp;

/// How long a text is kept that somebody may ask for again.
const KEPT: Duration = Duration::from_hours(14 * 24);
/// How long others leave it to whoever has begun, which is longer than a question can take.
pub const HOLD: Duration = Duration::from_mins(3);
/// How long a story is not tried that no text came for, and one whose text was thrown away.
const UNANSWERED: Duration = Duration::from_mins(10);
const THROWN_AWAY: Duration = Duration::from_hours(6);

/// The state of one story, which its id follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    pub id: String,
    /// One for each of the story's, once there is a text that was found good.
    pub paragraphs: Option<Vec<String>>,
    /// From when on it may be tried, while there is none.
    pub again_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Phrase {
    /// Begun now.
    pub fn begun(id: String, now: Timestamp) -> Self {
        Self { id, paragraphs: None, again_at: now.plus(HOLD), expires_at: now.plus(KEPT) }
    }

    pub fn answered(id: String, paragraphs: Vec<String>, now: Timestamp) -> Self {
        Self { paragraphs: Some(paragraphs), ..Self::begun(id, now) }
    }

    pub fn unanswered(id: String, now: Timestamp) -> Self {
        Self { again_at: now.plus(UNANSWERED), ..Self::begun(id, now) }
    }

    pub fn thrown_away(id: String, now: Timestamp) -> Self {
        Self { again_at: now.plus(THROWN_AWAY), ..Self::begun(id, now) }
    }

    /// Whether a model is to be asked.
    pub fn is_wanted(&self, now: Timestamp) -> bool {
        self.paragraphs.is_none() && self.again_at <= now
    }
}
