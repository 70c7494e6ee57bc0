//! Which streams each user has open: a few at most, of which the oldest makes way for the next.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::kernel::UserId;

/// How many streams a user may have open at once.
const MAX_STREAMS: usize = 8;

type Streams = HashMap<UserId, VecDeque<Arc<Notify>>>;

/// Shared by all streams of the process.
#[derive(Debug, Clone, Default)]
pub struct OpenStreams(Arc<Mutex<Streams>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub struct OpenStream {
    all: OpenStreams,
    user: UserId,
    displaced: Arc<Notify>,
}

impl OpenStreams {
    /// One more stream of the user; tells the oldest to end when there are too many.
    pub fn open(&self, user: UserId) -> OpenStream {
        let displaced = Arc::new(Notify::new());
        let mut streams = self.streams();
        let of_user = streams.entry(user).or_default();
        of_user.push_back(Arc::clone(&displaced));
        if of_user.len() > MAX_STREAMS
            && let Some(oldest) = of_user.pop_front()
        {
            oldest.notify_one();
        }
        OpenStream { all: self.clone(), user, displaced }
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenStream {
    /// Returns, once, when the stream must make way.
    pub async fn displaced(&self) {
        self.displaced.notified().await;
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut streams = self.all.streams();
        if let Some(of_user) = streams.get_mut(&self.user) {
            of_user.retain(|one| !Arc::ptr_eq(one, &self.displaced));
            if of_user.is_empty() {
                streams.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId::new(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn the_oldest_makes_way_and_nobody_elses() {
        let streams = OpenStreams::default();
        let of_another = streams.open(user(2));
        let open: Vec<_> = (0..MAX_STREAMS + 2).map(|_| streams.open(user(1))).collect();
        let displaced: Vec<bool> = open.iter().map(|one| one.displaced().now_or_never().is_some()).collect();
        let expected: Vec<bool> = (0..MAX_STREAMS + 2).map(|n| n < 2).collect();
        assert_eq!(displaced, expected);
        assert!(of_another.displaced().now_or_never().is_none());
    }

    #[test]
    fn a_stream_that_ended_makes_room_and_leaves_nothing() {
        let streams = OpenStreams::default();
        for _ in 0..3 {
            let open: Vec<_> = (0..MAX_STREAMS).map(|_| streams.open(user(1))).collect();
            assert!(open.iter().all(|one| one.displaced().now_or_never().is_none()));
        }
        assert!(streams.streams().is_empty());
    }
}
