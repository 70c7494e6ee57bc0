//! How much experience things give, and which level it comes to. Pure, in whole numbers.

use super::entry::Reason;
use crate::work::tasks::model::Priority;

/// A streak longer than this pays no more.
const MAX_STREAK: u64 = 20;
/// Focus is paid in pieces of so many minutes.
const BLOCK_MINUTES: u64 = 5;
/// The most pieces of a date that are paid: 240 minutes, since more is nothing to be encouraged.
const MAX_BLOCKS: u64 = 48;
/// The least and the most that an estimate weighs, in quarters of a minute: by a factor of 0.5, and of 2.
const WEIGHTS: [u64; 2] = [30, 480];
/// What an estimate of 30 minutes weighs, and a task without one.
const USUAL_WEIGHT: u64 = 120;
const MINUTE_MICROS: u64 = 60_000_000;

/// What the first task ever completed gives besides.
pub const FIRST_TASK: u32 = 15;
/// What the first work session that has ended gives besides.
pub const FIRST_SESSION: u32 = 15;
/// What the first glass of water ever entered gives.
pub const FIRST_WATER: u32 = 10;

const HYDRATION: u32 = 10;
const LUNCH: u32 = 5;
const BREAK: u32 = 3;
/// More breaks of a date are not paid.
const MAX_BREAKS: u32 = 6;

/// A completed task, as far as it says what it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completed {
    pub priority: Priority,
    /// In minutes.
    pub estimate: Option<u32>,
    /// The streak at the end of the date before.
    pub streak: u32,
    /// Which of the date's completions it is, from 1 on.
    pub position: u32,
}

impl Completed {
    /// 10 for a usual one, times priority, the root of the estimate in half hours, a hundredth more for each date of the streak,
    /// and less from the 11th of a date on; rounded once, half up.
    pub fn xp(self) -> u32 {
        let tenths = match self.priority {
            Priority::Low => 8,
            Priority::Medium => 10,
            Priority::High => 13,
            Priority::Urgent => 15,
        };
        let percent = match self.position {
            0..=10 => 100,
            11..=20 => 50,
            _ => 10,
        };
        let [least, most] = WEIGHTS;
        let weight = self.estimate.map_or(USUAL_WEIGHT, |minutes| (4 * u64::from(minutes)).clamp(least, most));
        let rest = tenths * (100 + u64::from(self.streak).min(MAX_STREAK)) * percent;
        // x = rest / 10,000 · √(weight / 120). It rounds to the greatest k with (2k − 1)² ≤ 4x².
        let odd = (rest * rest * weight / 3_000_000_000).isqrt();
        u32::try_from(odd.div_ceil(2)).unwrap_or(u32::MAX)
    }
}

/// How many pieces of focus a session has that was worked so long on a date. What is left over is lost, so that shorter sessions
/// give nothing.
pub fn blocks(micros: u64) -> u64 {
    micros / (BLOCK_MINUTES * MINUTE_MICROS)
}

/// What the pieces of focus of a date give.
pub fn focus_xp(blocks: u64) -> u32 {
    u32::try_from(blocks.min(MAX_BLOCKS)).unwrap_or(0)
}

/// For how many reasons a date gives something besides its tasks.
pub const DATE_REASONS: usize = 4;

/// A date, as far as it says what it gives besides its tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfDate {
    /// Pieces of focus.
    pub blocks: u64,
    /// Whether the goal for water is reached.
    pub water: bool,
    pub lunch: bool,
    /// Breaks taken when they were due.
    pub breaks: u32,
}

impl OfDate {
    /// What it gives, by reason.
    pub fn xp(self) -> [(Reason, u32); DATE_REASONS] {
        [
            (Reason::Focus, focus_xp(self.blocks)),
            (Reason::Hydration, HYDRATION * u32::from(self.water)),
            (Reason::Lunch, LUNCH * u32::from(self.lunch)),
            (Reason::Breaks, BREAK * self.breaks.min(MAX_BREAKS)),
        ]
    }
}

/// How much experience leads from a level to the next.
pub fn to_next(level: u32) -> u64 {
    let below = u64::from(level.saturating_sub(1));
    50 + 15 * below + below * below
}

/// How much experience it took to reach a level.
pub fn to_reach(level: u32) -> u64 {
    // The sum over the levels below: of 50, of 15 times their distance from the first, and of its square.
    let below = u64::from(level.saturating_sub(1));
    if below == 0 {
        return 0;
    }
    50 * below + 15 * below * (below - 1) / 2 + (below - 1) * below * (2 * below - 1) / 6
}

/// The level that so much experience comes to, from 1 on.
pub fn level_of(xp: u64) -> u32 {
    let mut level = 1;
    while to_reach(level + 1) <= xp {
        level += 1;
    }
    level
}

/// How much of the present level is done, and its size. The level is the highest ever reached, so that there may be less
/// experience than it took.
pub fn into_level(xp: u64, level: u32) -> (u64, u64) {
    let size = to_next(level);
    (xp.saturating_sub(to_reach(level)).min(size), size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn xp(priority: Priority, estimate: Option<u32>, streak: u32, position: u32) -> u32 {
        Completed { priority, estimate, streak, position }.xp()
    }

    #[test]
    fn tasks_give_what_the_rules_say() {
        use Priority::{High, Low, Medium, Urgent};
        for (given, expected) in [
            (xp(Medium, None, 0, 1), 10),
            (xp(High, Some(60), 7, 1), 20),
            // Halves go up.
            (xp(Medium, None, 5, 1), 11),
            (xp(Medium, None, 15, 1), 12),
            (xp(Medium, None, 0, 10), 10),
            (xp(Medium, None, 0, 11), 5),
            (xp(Medium, None, 0, 20), 5),
            (xp(Medium, None, 0, 21), 1),
            (xp(Low, Some(1), 0, 1), 4),
            (xp(Low, Some(7), 0, 1), 4),
            (xp(Low, None, 0, 1), 8),
            (xp(Urgent, Some(120), 20, 1), 36),
            (xp(Urgent, Some(6000), 400, 1), 36),
            (xp(Low, Some(1), 0, 21), 0),
        ] {
            assert_eq!(given, expected);
        }
    }

    #[test]
    fn focus_is_paid_in_pieces_and_for_four_hours_at_most() {
        let minute = 60_000_000;
        assert_eq!([0, 299_999_999, 5 * minute, 9 * minute, 10 * minute].map(blocks), [0, 0, 1, 1, 2]);
        assert_eq!([0, 1, 48, 49, 1000].map(focus_xp), [0, 1, 48, 48, 48]);
    }

    #[test]
    fn care_gives_what_the_rules_say() {
        let of = |of: OfDate| of.xp().map(|(_, xp)| xp);
        assert_eq!(of(OfDate::default()), [0; DATE_REASONS]);
        assert_eq!(of(OfDate { blocks: 3, water: true, lunch: true, breaks: 2 }), [3, 10, 5, 6]);
        assert_eq!([6, 7, 100].map(|breaks| of(OfDate { breaks, ..OfDate::default() })[3]), [18; 3]);
    }

    #[test]
    fn levels_take_what_the_rules_say() {
        assert_eq!([1, 2, 3, 10].map(to_reach), [0, 50, 116, 1194]);
        assert_eq!([0, 49, 50, 115, 116, 1193, 1194].map(level_of), [1, 1, 2, 2, 3, 9, 10]);
        assert_eq!((into_level(60, 2), into_level(10, 2), into_level(0, 1)), ((10, 66), (0, 66), (0, 50)));
    }

    proptest! {
        #[test]
        fn a_task_gives_what_numbers_with_fractions_say(
            p in 0..4_usize, estimate in prop::option::of(1..6001_u32), streak in 0..40_u32, position in 1..30_u32
        ) {
            let priority = [Priority::Low, Priority::Medium, Priority::High, Priority::Urgent][p];
            let e = estimate.map_or(1.0, |minutes| (f64::from(minutes) / 30.0).sqrt().clamp(0.5, 2.0));
            let part = if position <= 10 { 1.0 } else if position <= 20 { 0.5 } else { 0.1 };
            let exact = 10.0 * [0.8, 1.0, 1.3, 1.5][p] * e * (1.0 + f64::from(streak.min(20)) / 100.0) * part;
            // At a half, fractions may fall to either side.
            let near = (f64::from(xp(priority, estimate, streak, position)) - exact).abs();
            prop_assert!(near <= 0.5 + 1e-9, "{exact}");
        }

        #[test]
        fn levels_follow_each_other(xp in 0..10_000_000_u64, level in 1..500_u32) {
            prop_assert_eq!(to_reach(level + 1) - to_reach(level), to_next(level));
            let reached = level_of(xp);
            prop_assert!(to_reach(reached) <= xp && xp < to_reach(reached + 1));
            let (into, size) = into_level(xp, reached);
            prop_assert!(into < size);
        }
    }
}
