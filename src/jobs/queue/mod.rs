//! Messages: work for a job that is to be done after the request that asks for it. Here is the port and what all
//! adapters have in common; how a body is written is in [`codec`].
//!
//! Adapters: [`StoredQueue`] on the document store, [`AzureQueue`] on Azure Storage queues; both pass the one suite in
//! `contract.rs`. Both deliver at least once: a message that is neither completed nor retried in time comes again, so
//! whoever handles one decides on what it reads, and looks at nothing but ids in the message.

pub mod azure;
pub mod codec;
#[cfg(test)]
pub mod contract;
pub mod stored;

use std::{fmt, time::Duration};

pub use azure::AzureQueue;
use serde_json::Value;
pub use stored::StoredQueue;

use crate::kernel::{Error, Result};

/// The longest that a message can be delayed or hidden: as long as Azure Storage queues do it.
pub const MAX_DELAY: Duration = Duration::from_hours(7 * 24);

/// Where messages are kept until they are handled.
///
/// A queue is there as soon as something is sent to it. Its name is 3 to 63 of `a-z`, `0-9` and single inner `-`; any
/// other is a defect. Errors: `StoreUnavailable` and `Busy`, which may pass; after the first it is not known whether
/// what was asked has been done.
#[async_trait::async_trait]
pub trait Queue: Send + Sync + fmt::Debug {
    /// Puts the message at the end of the queue. Errors: `BodyTooLarge` when it has more than [`codec::LIMIT`];
    /// `InvalidField` when the delay is over [`MAX_DELAY`].
    async fn send(&self, queue: &str, message: NewMessage) -> Result<()>;

    /// Takes the next message that is visible and hides it for `visibility`, [`MAX_DELAY`] at most.
    async fn receive(&self, queue: &str, visibility: Duration) -> Result<Option<Delivery>>;

    /// Removes the message for good: it has been handled.
    async fn complete(&self, receipt: &Receipt) -> Result<Settled>;

    /// Makes the message visible again after that time, [`MAX_DELAY`] at most.
    async fn retry(&self, receipt: &Receipt, after: Duration) -> Result<Settled>;
}

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Ids that say what is to be done, never the data itself.
    pub body: Value,
    /// How long nobody receives it.
    pub delay: Duration,
}

impl NewMessage {
    /// A message that is visible at once.
    pub fn of(body: Value) -> Self {
        Self { body, delay: Duration::ZERO }
    }

    /// What goes over the wire, when the message keeps to the bounds.
    fn checked(&self) -> Result<String> {
        if self.delay > MAX_DELAY {
            return Err(Error::invalid_field("A message can be delayed for seven days at most"));
        }
        codec::encode(&self.body)
    }
}

/// A message as it is received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub body: Value,
    /// How often it has been received, this time included.
    pub attempt: u32,
    pub receipt: Receipt,
}

/// The right to settle one delivery, once: it is void when the message has been received again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    queue: String,
    id: String,
    /// Changes with every delivery.
    version: String,
}

/// What became of a wish to settle a delivery.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// Nothing was changed: the message is somebody else's by now, or has been settled already.
    TooLate,
}

/// Fails for what is not the name of a queue.
fn check_name(queue: &str) -> Result<()> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let hyphens = queue.starts_with('-') || queue.ends_with('-') || queue.contains("--");
    if (3..=63).contains(&queue.len()) && queue.bytes().all(allowed) && !hyphens {
        Ok(())
    } else {
        Err(Error::internal(format!("{queue:?} cannot be the name of a queue")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_has_a_name_that_azure_takes() {
        for good in ["abc", "a-1", "123", "jobs-poison", &"x".repeat(63)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "Jobs", "jo bs", "jobs_", "jöbs", "-jobs", "jobs-", "jo--bs", "a/b", &"x".repeat(64)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
