//! Work that no request waits for: what a timer, a queue or a change of data starts.
//!
//! A job is written once and reached in two ways: the Functions host posts its events to us, or, alone, the loops in
//! `functions` do. Either may deliver an event twice, late, or to two instances at once, and may be killed at any
//! instant; a job therefore decides on what it reads, never on having been called.

pub mod job;
pub mod queue;
pub mod registry;

pub use job::{Job, Outcome, Tick};
pub use registry::{Entry, Registry};
