//! Which users are known to exist, for at most a minute: what saves a read with every request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::kernel::{Timestamp, UserId};

/// How long what was seen is believed; the contract lets another instance take this long to notice a deletion.
const LIVENESS_TTL: Duration = Duration::from_mins(1);
/// How many users are remembered at most.
const CAPACITY: usize = 100_000;

#[derive(Debug, Clone, Copy)]
enum State {
    Alive {
        until: Timestamp,
    },
    /// Deleted here. It outlives every request that had seen the user alive before.
    Gone {
        until: Timestamp,
    },
}

/// Shared by all of the process.
#[derive(Debug, Clone, Default)]
pub struct Liveness(Arc<Mutex<HashMap<UserId, State>>>);

impl Liveness {
    /// `Some` when the store need not be asked.
    pub fn known(&self, user: UserId, now: Timestamp) -> Option<bool> {
        match *self.users().get(&user)? {
            State::Alive { until } => (now < until).then_some(true),
            State::Gone { until } => (now < until).then_some(false),
        }
    }

    /// The store has shown the user. A deletion seen here meanwhile is not forgotten for it.
    pub fn alive(&self, user: UserId, now: Timestamp) {
        let mut users = self.users();
        if users.len() >= CAPACITY {
            users.retain(|_, state| matches!(*state, State::Alive { until } | State::Gone { until } if now < until));
        }
        if users.len() >= CAPACITY {
            users.retain(|_, state| matches!(state, State::Gone { .. }));
        }
        let state = users.entry(user).or_insert(State::Alive { until: now });
        if !matches!(*state, State::Gone { until } if now < until) {
            *state = State::Alive { until: now.plus(LIVENESS_TTL) };
        }
    }

    pub fn gone(&self, user: UserId, now: Timestamp) {
        self.users().insert(user, State::Gone { until: now.plus(2 * LIVENESS_TTL) });
    }

    fn users(&self) -> MutexGuard<'_, HashMap<UserId, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn user(n: usize) -> UserId {
        UserId::new(uuid::Uuid::from_u128(n as u128))
    }

    #[test]
    fn believes_for_a_minute() {
        let liveness = Liveness::default();
        assert_eq!(liveness.known(user(1), at(0)), None);
        liveness.alive(user(1), at(0));
        assert_eq!(liveness.known(user(1), at(59)), Some(true));
        assert_eq!(liveness.known(user(1), at(60)), None);
    }

    #[test]
    fn a_late_sighting_does_not_bring_anybody_back() {
        let liveness = Liveness::default();
        liveness.alive(user(1), at(0));
        liveness.gone(user(1), at(1));
        liveness.alive(user(1), at(2));
        assert_eq!(liveness.known(user(1), at(2)), Some(false));
    }

    #[test]
    fn is_bounded() {
        let liveness = Liveness::default();
        (0..CAPACITY + 10).for_each(|n| liveness.alive(user(n), at(0)));
        assert!(liveness.users().len() <= CAPACITY);
    }
}
