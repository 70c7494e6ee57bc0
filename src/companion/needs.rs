//! What a companion needs, and how that changes with time, computed on reading. Pure.
//!
//! What is kept is how things stood at an instant, usually when a local date began; the entries of that date and of later ones
//! are replayed from there in the order of their instants. Since a level is a whole number of parts, a stretch of time gives
//! the same in one piece and in two.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::schedule::Stretch;
use crate::{
    kernel::{Interval, Timestamp},
    work::work_sessions::model::BREAK,
};

/// Where decay ends: a companion is never worse off than this.
const FLOOR: Level = Level::points(20);
const TOP: Level = Level::points(100);
/// Points an hour.
const ENERGY_DECAY: i64 = 2;
const TIRING_DECAY: i64 = 4;
const HYDRATION_DECAY: i64 = 6;
const BREAK_ENERGY: Level = Level::points(15);
/// Breaks give energy so often a date.
const BREAKS: usize = 3;
const LUNCH_ENERGY: Level = Level::points(30);
/// 12 points for 250 ml, in parts of a point for each millilitre.
const HYDRATION_PER_ML: i64 = Level::POINT * 12 / 250;

/// From 0 to 100 points, in parts so small that a decay of whole points an hour takes a whole number of them each microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(i64);

impl Level {
    /// Microseconds of an hour.
    const POINT: i64 = 3_600_000_000;

    pub const fn points(points: u32) -> Self {
        Self(points as i64 * Self::POINT)
    }

    /// Whole points, rounded down, so that what is shown is below a bound exactly when the level is.
    pub fn shown(self) -> u8 {
        u8::try_from(self.0 / Self::POINT).unwrap_or(0)
    }

    fn plus(self, more: i64) -> Self {
        Self(self.0.saturating_add(more).min(TOP.0))
    }

    /// After losing `rate` points an hour for a time.
    fn decayed(self, rate: i64, time: Duration) -> Self {
        let lost = i64::try_from(time.as_micros()).unwrap_or(i64::MAX).saturating_mul(rate);
        Self(self.0.saturating_sub(lost).max(FLOOR.0.min(self.0)))
    }
}

/// How a companion is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    pub energy: Level,
    pub hydration: Level,
    pub happiness: Level,
}

/// How it was when everything before an instant had been counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptNeeds {
    pub as_of: Timestamp,
    /// The date that had begun by then: those before it have ended, and end no more where a move to the west repeats them.
    pub date: NaiveDate,
    #[serde(flatten)]
    pub needs: Needs,
}

impl KeptNeeds {
    /// With which a companion begins.
    pub fn at_registration(as_of: Timestamp, date: NaiveDate) -> Self {
        let needs = Needs { energy: Level::points(80), hydration: Level::points(80), happiness: Level::points(60) };
        Self { as_of, date, needs }
    }
}

/// From 0 to 1, in ten-thousandths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u16);

impl Share {
    const WHOLE: u16 = 10_000;
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(Self::WHOLE);

    /// What a part is of a whole, at most all of it; all where the whole is nothing.
    pub fn of(part: u64, whole: u64) -> Self {
        if part >= whole {
            return Self::ALL;
        }
        let share = u128::from(part) * u128::from(Self::WHOLE) / u128::from(whole);
        Self(u16::try_from(share).unwrap_or(Self::WHOLE))
    }

    /// Of a number from 0 to 1.
    pub fn of_unit(unit: f64) -> Self {
        // A duration rounds in the same way everywhere, and is a whole number then.
        let parts = Duration::from_secs_f64(unit.clamp(0.0, 1.0)).as_micros() / 100;
        Self(u16::try_from(parts).unwrap_or(Self::WHOLE))
    }

    /// What several come to together.
    pub fn mean(of: [Self; 3]) -> Self {
        let sum: u32 = of.iter().map(|share| u32::from(share.0)).sum();
        Self(u16::try_from(sum / 3).unwrap_or(Self::WHOLE))
    }
}

/// What a date was like when it ended, each as a share of its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayEnd {
    pub tasks: Share,
    pub focus: Share,
    /// Breaks, water and lunch together.
    pub care: Share,
    /// The strength of the streak.
    pub strength: Share,
}

/// What happened on a date, as far as a companion is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: NaiveDate,
    /// From its first instant to that of the next date.
    pub from: Timestamp,
    pub to: Timestamp,
    /// When work is expected on it; nothing decays outside of it.
    pub hours: Vec<Stretch>,
    /// When how many millilitres were drunk.
    pub water: Vec<(Timestamp, u32)>,
    pub lunches: Vec<Timestamp>,
    /// Those that began on it, ascending and without overlaps; those of less than five minutes give nothing.
    pub breaks: Vec<Interval>,
    /// Time worked, without pauses, ascending and without overlaps: also what led to the work with which the date began. The last
    /// is open while a session is under way.
    pub work: Vec<Interval>,
    /// After how long without a break work is tiring.
    pub break_after: Duration,
    /// `None` where the date is to leave happiness as it is: a day off, or one on which neither work was expected nor anything
    /// was done.
    pub end: Option<DayEnd>,
}

/// How a companion is at `now`: `days` follow each other from that of the kept instant to that of `now`.
pub fn needs_at(kept: KeptNeeds, days: &[Day], now: Timestamp) -> Needs {
    let mut kept = kept;
    for day in days {
        kept = advance(kept, day, now);
    }
    // What is entered now is seen at once. No gain is lost thereby: what is kept never contains its own instant.
    let mut needs = kept.needs;
    for gain in days.iter().flat_map(Day::gains).filter(|gain| gain.at == now && kept.as_of == now) {
        gain.apply(&mut needs);
    }
    needs
}

/// What is to be kept once the last of the days has begun: nothing of it is in there, so that it can still change.
pub fn kept_from(kept: KeptNeeds, days: &[Day]) -> KeptNeeds {
    let Some((last, before)) = days.split_last() else { return kept };
    let kept = before.iter().fold(kept, |kept, day| advance(kept, day, last.from));
    KeptNeeds { date: kept.date.max(last.date), ..kept }
}

/// Replays what lies on the day from the kept instant until before `to`. Happiness changes when the day ends.
fn advance(kept: KeptNeeds, day: &Day, to: Timestamp) -> KeptNeeds {
    let (from, to) = (kept.as_of.max(day.from), to.min(day.to));
    if from >= to {
        return kept;
    }
    let mut needs = kept.needs;
    let tiring = day.tiring(to);
    let gains: Vec<Gain> = day.gains().into_iter().filter(|gain| (from..to).contains(&gain.at)).collect();
    let edges = day.hours.iter().chain(&tiring).flat_map(|stretch| [stretch.from, stretch.to]);
    let mut instants: Vec<Timestamp> =
        edges.chain(gains.iter().map(|gain| gain.at)).filter(|at| (from..to).contains(at)).collect();
    instants.extend([from, to]);
    instants.sort_unstable();
    instants.dedup();
    for pair in instants.windows(2) {
        let &[begin, end] = pair else { continue };
        gains.iter().filter(|gain| gain.at == begin).for_each(|gain| gain.apply(&mut needs));
        let within = |stretches: &[Stretch]| stretches.iter().any(|stretch| stretch.contains(begin));
        if within(&day.hours) {
            let rate = if within(&tiring) { TIRING_DECAY } else { ENERGY_DECAY };
            needs.energy = needs.energy.decayed(rate, end.since(begin));
            needs.hydration = needs.hydration.decayed(HYDRATION_DECAY, end.since(begin));
        }
    }
    if to == day.to
        && day.date >= kept.date
        && let Some(end) = day.end
    {
        needs.happiness = end.happiness_after(needs.happiness);
    }
    KeptNeeds { as_of: to, needs, ..kept }
}

impl DayEnd {
    /// Three tenths of the way from what it was to what the day was worth.
    fn happiness_after(self, before: Level) -> Level {
        let parts = [(35, self.tasks), (25, self.focus), (25, self.care), (15, self.strength)];
        let worth: i64 = parts.map(|(points, share)| points * i64::from(share.0)).iter().sum();
        let target = worth * (Level::POINT / i64::from(Share::WHOLE));
        Level(before.0 + (target - before.0) * 3 / 10)
    }
}

/// Something good at an instant.
#[derive(Debug, Clone, Copy)]
struct Gain {
    at: Timestamp,
    energy: i64,
    hydration: i64,
}

impl Gain {
    fn apply(&self, needs: &mut Needs) {
        needs.energy = needs.energy.plus(self.energy);
        needs.hydration = needs.hydration.plus(self.hydration);
    }
}

impl Day {
    /// All that the day gives: a break when it has lasted for five minutes, and of lunches the first; nothing of what is not on
    /// the date.
    fn gains(&self) -> Vec<Gain> {
        let on_it = |at: &Timestamp| (self.from..self.to).contains(at);
        let energy = |at, level: Level| Gain { at, energy: level.0, hydration: 0 };
        let long = self.breaks.iter().filter(|taken| taken.to.is_none_or(|to| to >= taken.from.plus(BREAK)));
        let rested = long.map(|taken| taken.from.plus(BREAK)).filter(on_it).take(BREAKS);
        let lunch = self.lunches.iter().copied().filter(on_it).min();
        let water = self.water.iter().filter(|(at, _)| on_it(at));
        let drunk = water.map(|(at, ml)| Gain { at: *at, energy: 0, hydration: HYDRATION_PER_ML * i64::from(*ml) });
        let gains = rested.map(|at| energy(at, BREAK_ENERGY)).chain(lunch.map(|at| energy(at, LUNCH_ENERGY)));
        gains.chain(drunk).collect()
    }

    /// The work until `to` that came after a break had been due.
    fn tiring(&self, to: Timestamp) -> Vec<Stretch> {
        let mut found = Vec::new();
        let mut worked = Duration::ZERO;
        let mut reached: Option<Timestamp> = None;
        for work in &self.work {
            let until = work.to.unwrap_or(to).min(to);
            if work.from >= until {
                continue;
            }
            if reached.is_none_or(|reached| work.from.since(reached) >= BREAK) {
                worked = Duration::ZERO;
            }
            let fresh = self.break_after.saturating_sub(worked);
            let from = work.from.plus(fresh);
            if from < until {
                found.push(Stretch { from, to: until });
            }
            worked += until.since(work.from);
            reached = Some(until);
        }
        found
    }
}

#[cfg(test)]
mod tests;
