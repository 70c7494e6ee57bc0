//! The people, and what each does on a Monday: drawn from a seed, the same each time.

use std::time::Duration;

use anyhow::Context as _;
use avanochi::kernel::Timestamp;
use chrono::{NaiveDate, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Where people live, of a hundred. An assumption: a product that is used everywhere.
pub const ZONES: [(Tz, u32); 10] = [
    (Tz::Asia__Tokyo, 5),
    (Tz::Asia__Shanghai, 17),
    (Tz::Asia__Kolkata, 16),
    (Tz::Africa__Lagos, 3),
    (Tz::Europe__Berlin, 18),
    (Tz::Europe__London, 7),
    (Tz::America__Sao_Paulo, 6),
    (Tz::America__New_York, 14),
    (Tz::America__Chicago, 7),
    (Tz::America__Los_Angeles, 7),
];
/// How often a client that shows a running session says so.
const HEARTBEAT: Duration = Duration::from_mins(10);

/// The day.
pub fn monday() -> anyhow::Result<NaiveDate> {
    NaiveDate::from_ymd_opt(2026, 1, 19).context("a date")
}

/// Numbers that look like chance: `SplitMix64`.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// At least 0 and below 1.
    pub fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.bits() >> 32).unwrap_or(0)) / 4_294_967_296.0
    }

    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.bits() % u64::try_from(count.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn normal(&mut self) -> f64 {
        // Twelve evenly spread numbers add up to nearly a bell, without its far ends.
        (0..12).map(|_| self.fraction()).sum::<f64>() - 6.0
    }

    /// How often something happens that happens so often on average.
    fn times(&mut self, mean: f64) -> u32 {
        let (mut count, mut left) = (0, self.fraction().max(1e-12).ln() + mean);
        while left > 0.0 && count < 200 {
            left += self.fraction().max(1e-12).ln();
            count += 1;
        }
        count
    }
}

/// Something that a person or a client of theirs does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Logs in, and the client shows everything there is.
    Arrive,
    Start,
    Pause,
    Resume,
    End,
    Heartbeat,
    CreateTask,
    CompleteTask,
    RenameTask,
    DeleteTask,
    LookAtTask,
    LookAtList,
    LookAtActive,
    LookAtStats,
    LookAtDays,
    Sync,
}

/// One person.
#[derive(Debug, Clone)]
pub struct Person {
    pub zone: Tz,
    pub chance: Chance,
    /// How much they do, 1 being usual.
    diligence: f64,
}

impl Person {
    pub fn draw(chance: &mut Chance) -> Self {
        let mut left = u32::try_from(chance.below(100)).unwrap_or(0);
        let zone = ZONES.iter().find(|(_, share)| {
            let here = left < *share;
            left = left.saturating_sub(*share);
            here
        });
        let diligence = (0.6 * chance.normal() - 0.18).exp();
        Self { zone: zone.map_or(Tz::UTC, |(zone, _)| *zone), chance: Chance::new(chance.bits()), diligence }
    }

    /// An instant of a date that a clock of theirs shows.
    pub fn at(&self, date: NaiveDate, minutes: f64) -> anyhow::Result<Timestamp> {
        let midnight = date.and_hms_opt(0, 0, 0).context("a midnight")?;
        let midnight = self.zone.from_local_datetime(&midnight).earliest().context("a midnight there")?;
        Ok(Timestamp::from(midnight.with_timezone(&Utc)).plus(Duration::from_secs_f64(minutes.max(0.0) * 60.0)))
    }

    /// What they do on that date, in no order.
    pub fn day(&mut self, date: NaiveDate) -> anyhow::Result<Vec<(Timestamp, Action)>> {
        // Most come at nine; the rest spreads over the morning. Minutes after midnight.
        let spread = if self.chance.fraction() < 0.7 { 20.0 } else { 80.0 };
        let arrives = (540.0 + spread * self.chance.normal()).max(240.0);
        let kind = self.chance.fraction();
        let leaves = if kind < 0.10 { arrives + 180.0 } else { (1050.0 + 40.0 * self.chance.normal()).max(arrives + 120.0) };
        let (pauses, forgets) = (kind >= 0.25, kind > 0.97);
        let lunch = 735.0 + 25.0 * self.chance.normal();
        let lunch = (pauses && lunch > arrives + 30.0 && lunch + 60.0 < leaves).then_some((lunch, lunch + 45.0));

        let mut plan = vec![(arrives, Action::Arrive), (arrives + 2.0, Action::Start)];
        if let Some((from, to)) = lunch {
            plan.extend([(from, Action::Pause), (to, Action::Resume)]);
        }
        if !forgets {
            plan.push((leaves, Action::End));
        }
        let mut beat = arrives + 2.0;
        while beat + HEARTBEAT.as_secs_f64() / 60.0 < leaves {
            beat += HEARTBEAT.as_secs_f64() / 60.0;
            if lunch.is_none_or(|(from, to)| beat < from || beat > to) {
                plan.push((beat, Action::Heartbeat));
            }
        }
        let usual: [(Action, f64); 10] = [
            (Action::CreateTask, 6.0),
            (Action::CompleteTask, 5.0),
            (Action::RenameTask, 0.5),
            (Action::DeleteTask, 0.3),
            (Action::LookAtTask, 4.0),
            (Action::LookAtList, 8.0),
            (Action::LookAtActive, 8.0),
            (Action::LookAtStats, 4.0),
            (Action::LookAtDays, 1.0),
            (Action::Sync, 12.0),
        ];
        for (action, mean) in usual {
            for _ in 0..self.chance.times(mean * self.diligence) {
                // The week is planned as soon as one has arrived.
                let early = action == Action::CreateTask && self.chance.fraction() < 0.4;
                let within = if early { 30.0 } else { leaves - arrives };
                plan.push((arrives + 2.0 + within * self.chance.fraction(), action));
            }
        }
        plan.into_iter().map(|(minutes, action)| Ok((self.at(date, minutes)?, action))).collect()
    }
}
