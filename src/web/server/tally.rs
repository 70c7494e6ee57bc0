//! What peers do that is not worth a line of the log each, counted.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
pub struct Tally {
    /// Requests for `/`.
    pub root: AtomicU64,
    /// What was no request in the sense of HTTP.
    pub malformed: AtomicU64,
    /// Connections closed for want of a request, or of the end of its head.
    pub timed_out: AtomicU64,
    /// Connections closed since the peer did not read.
    pub slow_readers: AtomicU64,
    /// Unused connections closed to make room.
    pub displaced: AtomicU64,
    /// Connections for which there was no room.
    pub refused: AtomicU64,
    /// Answers that were given up, since too many others had not been read.
    pub answers_given_up: AtomicU64,
}

impl Tally {
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Says what there was since the last time, if there was anything.
    pub fn tell(&self) {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
        let (root, malformed, timed_out) = (take(&self.root), take(&self.malformed), take(&self.timed_out));
        let (slow_readers, displaced) = (take(&self.slow_readers), take(&self.displaced));
        let (refused, answers_given_up) = (take(&self.refused), take(&self.answers_given_up));
        if root + malformed + timed_out + slow_readers + displaced + refused + answers_given_up > 0 {
            tracing::info!(root, malformed, timed_out, slow_readers, displaced, refused, answers_given_up, "peers");
        }
    }
}
