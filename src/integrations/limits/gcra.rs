//! The generic cell rate algorithm, on several levels at once: all take what is asked for, or none does.
//!
//! It is a function of its own and not `governor`'s, which cannot give back what one level has taken when another refuses, and it
//! is the same arithmetic as `limits.lua`, which Redis runs.

/// How many instances there are at most, each of which takes its share of a limit while they cannot tell each other.
const INSTANCES: i64 = 10;

/// At most `burst` at once, and one more after each `interval`, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub interval: i64,
    pub burst: i64,
}

/// What is asked of one level, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// By how much it fills the level; never more than fits.
    pub cost: i64,
    /// How far ahead of the clock the level may be filled.
    pub tolerance: i64,
}

/// Who asks: a tenth of each burst is kept for what a person waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Person,
    Background,
}

impl Limit {
    /// What so many units are at this level.
    pub fn level(self, units: u32, urgency: Urgency) -> Level {
        self.slowed_to(self.interval, units, urgency)
    }

    /// The same with a longer interval, which makes the burst as much smaller.
    pub fn slowed_to(self, interval: i64, units: u32, urgency: Urgency) -> Level {
        let reserve = if urgency == Urgency::Person { 0 } else { self.burst / 10 };
        let tolerance = (self.burst - reserve) * self.interval;
        Level { cost: (i64::from(units) * interval).min(tolerance), tolerance }
    }
}

impl Level {
    /// The same for one of the instances: as large a burst takes as much longer to fill again.
    #[must_use]
    pub fn share(self) -> Self {
        let cost = self.cost * INSTANCES;
        Self { cost, tolerance: self.tolerance.max(cost) }
    }
}

/// What of a level that was filled by shares counts for all instances.
pub fn owed(filled: i64, now: i64) -> i64 {
    (filled - now).max(0) / INSTANCES
}

/// The answer, in microseconds from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may be sent after that time, which is reserved for it.
    Allowed(i64),
    /// It may not be sent before that; nothing was taken.
    Denied(i64),
}

/// Decides, and fills the levels when it is allowed. `filled`: until when each level is filled, at most `tolerance` after the
/// instant at which what filled it last is sent. `patience`: how long whoever asks waits.
pub fn decide(now: i64, patience: i64, levels: &[Level], filled: &mut [i64]) -> Decision {
    let fits = |(level, filled): (&Level, &i64)| (*filled).max(now) + level.cost - level.tolerance;
    let at = levels.iter().zip(&*filled).map(fits).fold(now, i64::max);
    if at - now > patience {
        return Decision::Denied(at - now);
    }
    for (level, filled) in levels.iter().zip(filled) {
        *filled = (*filled).max(at) + level.cost;
    }
    Decision::Allowed(at - now)
}
