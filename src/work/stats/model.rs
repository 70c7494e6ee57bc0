//! What the statistics say. Pure.

use crate::kernel::{Timestamp, UserId};

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
