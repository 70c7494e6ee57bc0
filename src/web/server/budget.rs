//! How many bytes of answers may wait for their peers to read them, in all connections together.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{table::Connections, tally::Tally};

/// What is smaller is not counted: connections are, and each has one answer at a time.
const SMALL: usize = 16 * 1024;
/// In KiB, as all that is counted here.
const HELD: u32 = 32 * 1024;
/// Of answers that are ready and wait for others to be read.
const WAITING: u32 = 8 * 1024;
/// How long they wait.
const WAIT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often somebody who does not read is closed for their sake, and how long they must have been behind.
const CLOSE_INTERVAL: Duration = Duration::from_millis(100);
const SLOW_READER_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct ResponseBudget {
    held: Arc<Semaphore>,
    waiting: Semaphore,
    connections: Arc<Connections>,
}

/// A part of the budget.
#[derive(Debug)]
pub struct Share {
    _permit: OwnedSemaphorePermit,
}

impl From<OwnedSemaphorePermit> for Share {
    fn from(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: permit }
    }
}

/// Bytes with the part of the budget that they take until they are written.
#[derive(Debug)]
struct Held {
    bytes: Bytes,
    _share: Share,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Share {
    /// Gives the share back when the last of the bytes are dropped.
    pub fn hold(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(Held { bytes, _share: self })
    }
}

impl ResponseBudget {
    pub fn new(connections: Arc<Connections>) -> Self {
        Self { held: Arc::new(Semaphore::new(HELD as usize)), waiting: Semaphore::new(WAITING as usize), connections }
    }

    pub fn is_small(bytes: u64) -> bool {
        bytes <= SMALL as u64
    }

    /// A share for so many bytes, at once or not at all.
    pub fn try_take(&self, bytes: u64) -> Option<Share> {
        Arc::clone(&self.held).try_acquire_many_owned(kib(bytes)).ok().map(Share::from)
    }

    /// A share for so many bytes, for which others are closed who do not read theirs; `None` when that takes too long.
    pub async fn take(&self, bytes: u64) -> Option<Share> {
        if let Some(share) = self.try_take(bytes) {
            return Some(share);
        }
        let share = self.wait(kib(bytes)).await;
        if share.is_none() {
            Tally::count(&self.connections.tally.answers_given_up);
        }
        share
    }

    async fn wait(&self, kib: u32) -> Option<Share> {
        let _waiting = self.waiting.try_acquire_many(kib.min(WAITING)).ok()?;
        let make_room = async {
            loop {
                self.connections.close_slowest_reader(SLOW_READER_TIMEOUT);
                tokio::time::sleep(CLOSE_INTERVAL).await;
            }
        };
        tokio::select! {
            share = Arc::clone(&self.held).acquire_many_owned(kib) => share.ok().map(Share::from),
            () = make_room => None,
            () = tokio::time::sleep(WAIT_TIMEOUT) => None,
        }
    }
}

fn kib(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(HELD).min(HELD)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::{super::limits::Limits, *};

    fn budget() -> ResponseBudget {
        ResponseBudget::new(Arc::new(Connections::new(Limits::alone(256))))
    }

    #[tokio::test]
    async fn a_share_comes_back_with_the_last_of_the_bytes() {
        let budget = budget();
        let all = u64::from(HELD) * 1024;
        let bytes = budget.try_take(all).expect("all of it").hold(Bytes::from_static(b"abc"));
        let part = bytes.slice(1..);
        drop(bytes);
        assert!(budget.try_take(1024).is_none());
        let mut waiting = Box::pin(budget.take(1024));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert_eq!(part, b"bc"[..]);
        drop(part);
        assert!(waiting.await.is_some());
    }

    #[tokio::test]
    async fn what_waits_is_bounded_too() {
        let budget = budget();
        let all = budget.try_take(u64::MAX).expect("all of it, and no more");
        let mut waiting = Box::pin(budget.take(u64::from(WAITING) * 1024));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(budget.take(1024).await.is_none());
        assert_eq!(budget.connections.tally.answers_given_up.load(std::sync::atomic::Ordering::Relaxed), 1);
        drop(all);
        assert!(waiting.await.is_some());
    }
}
