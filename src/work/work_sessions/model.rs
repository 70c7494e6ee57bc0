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
    pub fn ended(&self, now: Timestamp, date: NaiveDate) -> Self {
        Self { end: Some(End { at: now.max(self.start_time), date }), ..self.clone() }
    }

    /// The exact length in microseconds, once it has ended.
    pub fn micros(&self) -> Option<u64> {
        let length = self.end?.at.since(self.start_time);
        Some(u64::try_from(length.as_micros()).unwrap_or(u64::MAX))
    }
}

/// Hours, rounded to two decimals (a hundredth of an hour is 36 seconds; halves are rounded up).
pub fn hours(micros: u64) -> f64 {
    const HUNDREDTH: u64 = 36_000_000;
    let hundredths = (micros.saturating_add(HUNDREDTH / 2)) / HUNDREDTH;
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 hundredths of an hour, ten billion years")]
    let hundredths = hundredths as f64;
    hundredths / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_rounded_to_hundredths() {
        let hour = 3_600_000_000;
        for (micros, expected) in [
            (0, 0.0),
            (17_999_999, 0.0),
            (18_000_000, 0.01),
            (hour, 1.0),
            (hour * 5 / 2, 2.5),
            (hour / 3, 0.33),
            (hour * 2 / 3, 0.67),
        ] {
            assert!((hours(micros) - expected).abs() < 1e-12, "{micros}");
        }
    }

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
