//! The messages of this process that nobody has received yet, so that what is asked for again and again is sent for once. Pure.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{integrations::connections::model::ConnectionId, kernel::Timestamp};

/// When the latest message about each connection, in each queue, becomes visible, while it is not.
#[derive(Debug, Default)]
pub struct Asked(Mutex<HashMap<(ConnectionId, &'static str), Timestamp>>);

impl Asked {
    /// Whether a message comes within the delay that is not visible yet: whoever receives it sees all that was kept so far.
    pub fn comes(&self, what: (ConnectionId, &'static str), now: Timestamp, delay: Duration) -> bool {
        self.messages().get(&what).is_some_and(|at| *at > now && *at <= now.plus(delay))
    }

    /// One was sent.
    pub fn note(&self, what: (ConnectionId, &'static str), now: Timestamp, delay: Duration) {
        let mut messages = self.messages();
        messages.retain(|_, at| *at > now);
        messages.insert(what, now.plus(delay));
    }

    fn messages(&self) -> MutexGuard<'_, HashMap<(ConnectionId, &'static str), Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Id;

    #[test]
    fn what_comes_soon_enough_and_is_not_there_yet_is_not_sent_for_again() {
        let (asked, at) = (Asked::default(), |seconds: u64| Timestamp::from_micros(0).plus(Duration::from_secs(seconds)));
        let [one, other] = [1, 2].map(|n| (Id::new(uuid::Uuid::from_u128(n)), "out"));
        let seconds = Duration::from_secs;
        assert!(!asked.comes(one, at(0), seconds(5)));
        asked.note(one, at(0), seconds(5));
        assert!(asked.comes(one, at(0), seconds(5)) && asked.comes(one, at(4), seconds(2)));
        assert!(!asked.comes(one, at(0), seconds(2)), "it comes too late");
        assert!(!asked.comes(one, at(5), seconds(5)), "somebody may have it already");
        assert!(!asked.comes(other, at(0), seconds(5)) && !asked.comes((one.0, "in"), at(0), seconds(5)));
        asked.note(other, at(6), seconds(5));
        assert_eq!(asked.messages().len(), 1, "what is over is forgotten");
    }
}
