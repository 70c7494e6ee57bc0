//! What the statistics say. Pure.

use crate::{
    kernel::{Timestamp, UserId},
    ledger::Summary,
};

/// A user's achievements at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    pub user_id: UserId,
    pub total_tasks: u64,
    pub completed_tasks: u64,
    /// Sessions that have ended.
    pub total_sessions: u64,
    /// Their exact sum, in microseconds.
    pub worked_micros: u64,
    /// Days in a row with something achieved, up to today or yesterday.
    pub current_streak: u32,
    pub longest_streak: u32,
    pub active_session: bool,
    pub as_of: Timestamp,
}

impl Stats {
    pub fn of(summary: &Summary, now: Timestamp) -> Self {
        Self {
            user_id: summary.user_id,
            total_tasks: summary.total_tasks,
            completed_tasks: summary.completed_tasks,
            total_sessions: summary.total_sessions,
            worked_micros: summary.worked_micros,
            current_streak: summary.current_streak(now),
            longest_streak: summary.longest_streak,
            active_session: summary.active_session.is_some(),
            as_of: now,
        }
    }
}
