//! What this instance knows by itself: how full the levels are, and what was learned of connections.

use std::{collections::HashMap, time::Duration};

use uuid::Uuid;

use super::{
    gcra::{Decision, Level, decide, owed},
    learned::Learned,
};
use crate::{kernel::Timestamp, outbound::http::Answer};

/// How many levels a request passes.
pub const LEVELS: usize = 4;
/// How much is known before what is past is looked for.
const MANY: usize = 1_024;

/// One level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// All connections to the service of that name.
    App(&'static str),
    Connection(Uuid),
    Reads(Uuid),
    Writes(Uuid),
    User(Uuid),
}

/// What is known. What it would be without is not kept.
#[derive(Debug, Default)]
pub struct Local {
    filled: HashMap<Key, i64>,
    learned: HashMap<Uuid, Learned>,
    latest: Option<Timestamp>,
    many: usize,
}

impl Local {
    /// What is known of a connection; `usual` is the interval of the table.
    pub fn learned(&self, connection: Uuid, usual: i64) -> Learned {
        self.learned.get(&connection).copied().unwrap_or(Learned::nothing(usual))
    }

    /// Learns from an answer. Returns how long the connection is to be left alone, when it is because of this answer.
    pub fn learn(&mut self, connection: Uuid, usual: i64, answer: &Answer, now: Timestamp) -> Option<Duration> {
        let before = self.learned(connection, usual);
        let after = before.after(usual, answer, now);
        if after != before {
            self.learned.insert(connection, after);
        }
        (after.blocked_until > before.blocked_until).then(|| after.blocked_until.since(now))
    }

    /// Takes what is asked for from all levels, or nothing.
    pub fn decide(&mut self, now: Timestamp, patience: i64, keys: &[Key; LEVELS], levels: &[Level; LEVELS]) -> Decision {
        self.tidy(now);
        let now = now.micros();
        let mut filled = keys.map(|key| self.filled.get(&key).copied().unwrap_or(now));
        let decision = decide(now, patience, levels, &mut filled);
        if matches!(decision, Decision::Allowed(_)) {
            self.filled.extend(keys.iter().copied().zip(filled));
        }
        decision
    }

    /// Takes away what fills the levels, to be charged where all instances see it.
    pub fn take(&mut self, now: Timestamp, keys: &[Key; LEVELS]) -> [i64; LEVELS] {
        keys.map(|key| self.filled.remove(&key).map_or(0, |filled| owed(filled, now.micros())))
    }

    fn tidy(&mut self, now: Timestamp) {
        if self.latest.is_some_and(|latest| now < latest) {
            // The clock was set back, and what was counted tells nothing.
            self.filled.clear();
        }
        self.latest = Some(now);
        if self.filled.len() + self.learned.len() >= self.many.max(MANY) {
            self.filled.retain(|_, filled| *filled > now.micros());
            self.learned.retain(|_, learned| !learned.is_past(now));
            self.many = 2 * (self.filled.len() + self.learned.len());
        }
    }
}
