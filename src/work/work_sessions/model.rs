//! What a work session is and how it ends. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Id, Timestamp, UserId};

pub type WorkSessionId = Id<WorkSession>;

/// A stretch of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkSession {
    pub id: WorkSessionId,
    pub user_id: UserId,
    pub start_time: Timestamp,
    /// Set once the session has ended.
    pub end: Option<End>,
}

/// When a session ended, and which date that was for its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub at: Timestamp,
    pub date: NaiveDate,
}

impl WorkSession {
    pub fn start(id: WorkSessionId, user_id: UserId, now: Timestamp) -> Self {
        Self { id, user_id, start_time: now, end: None }
    }

    /// The session once ended. A clock that was set back does not make it end before it began.
    #[must_use]
    pub fn ended(&self, now: Timestamp, date: NaiveDate) -> Self {
        Self { end: Some(End { at: now.max(self.start_time), date }), ..self.clone() }
    }

    /// The exact length in microseconds, once it has ended.
    pub fn micros(&self) -> Option<u64> {
        let length = self.end?.at.since(self.start_time);
        Some(u64::try_from(length.as_micros()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_never_ends_before_it_began() {
        let id = WorkSessionId::new(uuid::Uuid::nil());
        let session = WorkSession::start(id, UserId::new(uuid::Uuid::nil()), Timestamp::from_micros(10));
        assert_eq!(session.micros(), None);
        let date = NaiveDate::default();
        assert_eq!(session.ended(Timestamp::from_micros(4), date).micros(), Some(0));
        assert_eq!(session.ended(Timestamp::from_micros(25), date).micros(), Some(15));
    }
}
