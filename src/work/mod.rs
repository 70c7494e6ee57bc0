//! Work: what people plan to do, how long they work at it, and what they achieved.

pub mod days;
pub mod habits;
pub mod hours;
pub mod stats;
pub mod tasks;
pub mod work_sessions;
