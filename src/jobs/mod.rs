//! Work that no request waits for: what a timer, a queue or a change of data starts.
//!
//! A job is written once and reached in two ways: the Functions host posts its events to us, or, alone, the loops in
//! `functions` do. Either may deliver an event twice, late, or to two instances at once, and may be killed at any
//! instant; a job therefore decides on what it reads, never on having been called.

pub mod checkpoint;
pub mod dead_letter;
pub mod dispatcher;
pub mod due;
pub mod follower;
pub mod job;
pub mod lease;
pub mod queue;
pub mod registry;

pub use checkpoint::Checkpoints;
pub use dead_letter::{DeadLetter, DeadLetters};
pub use dispatcher::{Dispatcher, Event, Verdict};
pub use due::{DoDue, DueWork, FindDue};
pub use follower::{Consumer, Followed, Follower};
pub use job::{Job, Outcome, Tick};
pub use lease::{Lease, Leases};
pub use registry::{Entry, Registry};

use crate::store::Partition;

/// Where the jobs keep what belongs to no user.
pub const PARTITION: Partition = Partition::fixed("jobs");

#[cfg(test)]
mod tests;
