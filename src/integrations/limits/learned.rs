//! What the answers of a service say of its limits, and what follows for one connection.

use std::time::Duration;

use crate::{
    kernel::Timestamp,
    outbound::http::{Answer, LONGEST},
};

/// The slowest that a connection gets: nothing that an answer says stops it for good.
const SLOWEST: i64 = 60_000_000;
/// How long nothing is sent after a limit that does not say how long; it doubles each time.
const UNSAID: Duration = Duration::from_mins(1);

/// How much of a limit is left, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub remaining: i64,
    pub reset: Duration,
}

/// What is known of a connection beyond the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learned {
    /// Between two requests, in microseconds; at least what the table says.
    pub interval: i64,
    pub blocked_until: Timestamp,
    changed_at: Timestamp,
    /// How many limits in a row did not say how long.
    unsaid: u32,
}

impl Learned {
    /// `usual`: the interval that the table says.
    pub const fn nothing(usual: i64) -> Self {
        let never = Timestamp::from_micros(0);
        Self { interval: usual, blocked_until: never, changed_at: never, unsaid: 0 }
    }

    /// Whether forgetting it changes nothing any more.
    pub fn is_past(&self, now: Timestamp) -> bool {
        self.blocked_until <= now && now.since(self.changed_at) > LONGEST
    }

    /// What is known after an answer. A limit halves the rate at once; what remains may slow it down at once too; it grows by a
    /// tenth for each minute since it last changed.
    #[must_use]
    pub fn after(self, usual: i64, answer: &Answer, now: Timestamp) -> Self {
        let mut next = self;
        if let Some(pause) = answer.limit(now) {
            let wait = if pause.is_told { pause.wait } else { UNSAID * 2_u32.pow(self.unsaid.min(9)) };
            next.unsaid = if pause.is_told { 0 } else { self.unsaid.saturating_add(1) };
            next.blocked_until = self.blocked_until.max(now.plus(wait.min(LONGEST)));
            next.interval = (self.interval * 2).min(SLOWEST);
            next.changed_at = now;
            return next;
        }
        if answer.succeeded() {
            next.unsaid = 0;
        }
        let wanted = match Left::of(answer, now) {
            Some(Left { remaining: ..=0, reset }) => {
                next.blocked_until = self.blocked_until.max(now.plus(reset.min(LONGEST)));
                return next;
            }
            Some(left) => left.interval().clamp(usual, SLOWEST),
            None => usual,
        };
        next.interval = if wanted >= self.interval { wanted } else { wanted.max(self.faster(now)) };
        if next.interval != self.interval {
            next.changed_at = now;
        }
        next
    }

    fn faster(&self, now: Timestamp) -> i64 {
        // After an hour it is three hundred times as fast.
        let minutes = (now.since(self.changed_at).as_secs() / 60).min(60);
        (0..minutes).fold(self.interval, |interval, _| interval * 10 / 11 + 1)
    }
}

impl Left {
    /// What the headers of an answer say, in GitHub's form, in that of three separate fields, or in one field of either draft.
    pub fn of(answer: &Answer, now: Timestamp) -> Option<Self> {
        let number = |name: &str| answer.header(name)?.trim().parse::<i64>().ok();
        let both = |remaining: &str, reset: &str| Some((number(remaining)?, number(reset)?));
        let (remaining, reset) = both("x-ratelimit-remaining", "x-ratelimit-reset")
            .or_else(|| both("ratelimit-remaining", "ratelimit-reset"))
            .or_else(|| {
                let field = answer.header("ratelimit")?;
                let parts = || field.split([',', ';']).filter_map(|part| part.trim().split_once('='));
                let part = |names: [&str; 2]| parts().find(|(name, _)| names.contains(name))?.1.parse().ok();
                Some((part(["remaining", "r"])?, part(["reset", "t"])?))
            })?;
        // More than thirty years is no time to wait but an instant.
        let reset = u64::try_from(if reset > 1_000_000_000 { reset - now.unix_seconds() } else { reset }).unwrap_or(0);
        Some(Self { remaining, reset: Duration::from_secs(reset) })
    }

    /// At which nine tenths of what remains last until the end; the tenth is for what a person waits for.
    fn interval(self) -> i64 {
        let micros = i64::try_from(self.reset.min(LONGEST).as_micros()).unwrap_or(SLOWEST);
        // Rounded up.
        micros.saturating_mul(10) / self.remaining.clamp(1, 1 << 32).saturating_mul(9) + 1
    }
}
