//! The streak: how many dates in a row something was achieved on, with the freezes that bridge a missed one, and its strength.
//! Pure.
//!
//! It follows from the dates alone, each time anew, so that whatever is entered late or taken back changes it as if it had
//! always been so.

/// So many dates in a row that qualify earn a freeze.
const EARNS_FREEZE: u32 = 7;
/// The most freezes that are held.
const MAX_FREEZES: u32 = 2;
/// After how many dates of it strength is halfway to what those say.
const HALF_LIFE: f64 = 13.0;
/// So many dates without anything, one after another, are idle enough for a comeback.
const IDLE: u32 = 7;

/// One date, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Whether enough was achieved on it.
    pub qualifies: bool,
    /// Whether that was expected of it.
    pub expected: bool,
    /// Whether it is over for good: what is still pending breaks nothing.
    pub closed: bool,
}

/// What a run of dates comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Streak {
    pub current: u32,
    pub longest: u32,
    /// How many missed dates can still be bridged.
    pub freezes: u32,
    /// 0 to 1: near 1 for who rarely misses an expected date, and slow to fall.
    pub strength: f64,
    /// The longest streak that began after a week or more without anything.
    pub comeback: u32,
}

impl Streak {
    /// What dates come to that follow each other, from the first that qualifies on.
    pub fn of(dates: impl IntoIterator<Item = Figures>) -> Self {
        Self::along(dates).last().unwrap_or_default()
    }

    /// The same at the end of each date.
    pub fn along(dates: impl IntoIterator<Item = Figures>) -> impl Iterator<Item = Self> {
        let keep = 0.5_f64.powf(1.0 / HALF_LIFE);
        let mut streak = Self::default();
        let (mut idle, mut returned) = (0, None);
        dates.into_iter().map(move |date| {
            if date.qualifies {
                streak.current += 1;
                streak.longest = streak.longest.max(streak.current);
                if streak.current.is_multiple_of(EARNS_FREEZE) {
                    streak.freezes = MAX_FREEZES.min(streak.freezes + 1);
                }
                streak.strength = streak.strength * keep + (1.0 - keep);
                returned = if idle >= IDLE { Some(1) } else { returned.map(|dates| dates + 1) };
                streak.comeback = streak.comeback.max(returned.unwrap_or(0));
                idle = 0;
                return streak;
            }
            if streak.longest > 0 {
                idle += 1;
            }
            if !date.expected || !date.closed {
                return streak;
            }
            if streak.freezes > 0 {
                streak.freezes -= 1;
            } else {
                streak.current = 0;
                streak.strength *= keep;
                returned = None;
            }
            streak
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Dates from a Monday on: `x` done, `.` missed, `-` nothing and not expected, `+` done and not expected, `?` pending.
    fn streak(dates: &str) -> Streak {
        Streak::of(dates.chars().map(|date| Figures {
            qualifies: "x+".contains(date),
            expected: "x.?".contains(date),
            closed: date != '?',
        }))
    }

    #[test]
    fn a_weekend_without_anything_is_passed_over_and_a_missed_date_is_not() {
        assert_eq!(streak("xxxxx--x").current, 6);
        let missed = streak("xx.xx--x");
        assert_eq!((missed.current, missed.longest), (3, 3));
        assert_eq!(streak("xxxxx+-x").current, 7);
        assert_eq!(streak("xxxx?").current, 4);
        assert_eq!(streak("xxxx.").current, 0);
        assert_eq!(streak("").longest, 0);
    }

    #[test]
    fn seven_in_a_row_earn_a_freeze_that_bridges_a_missed_date() {
        let held = |dates: &str| (streak(dates).current, streak(dates).freezes);
        assert_eq!(held("xxxxxx"), (6, 0));
        assert_eq!(held("xxxxx--xx"), (7, 1));
        assert_eq!(held("xxxxx--xx.xx"), (9, 0));
        assert_eq!(held("xxxxx--xx..x"), (1, 0));
        assert_eq!(held(&"x".repeat(21)), (21, 2));
        assert_eq!(held(&format!("{}..", "x".repeat(14))), (14, 0));
        assert_eq!(held(&format!("{}...", "x".repeat(14))), (0, 0));
        // The frozen date does not count, and does not begin anew either.
        assert_eq!(held(&format!("{}.{}", "x".repeat(10), "x".repeat(4))), (14, 1));
        // What is entered late gives the freeze back.
        assert_eq!(held("xxxxxxxxx"), (9, 1));
    }

    #[test]
    fn strength_is_slow_to_rise_and_to_fall() {
        let near = |strength: f64, expected: f64| assert!((strength - expected).abs() < 0.01, "{strength} is not {expected}");
        near(streak(&"x".repeat(31)).strength, 0.81);
        let high = streak(&"x".repeat(45)).strength;
        near(high, 0.91);
        // Two of the nine are frozen.
        near(streak(&format!("{}{}", "x".repeat(45), ".".repeat(9))).strength, high * 0.5_f64.powf(7.0 / 13.0));
        let (busy, idle) = (streak("xxxxx").strength, streak("xxxxx--").strength);
        assert!((busy - idle).abs() < f64::EPSILON);
    }

    #[test]
    fn a_comeback_begins_after_a_week_without_anything() {
        assert_eq!(streak("xxx").comeback, 0);
        assert_eq!(streak("x.....--xxx").comeback, 3);
        assert_eq!(streak("x....--xxx").comeback, 0);
        assert_eq!(streak("x.....--xx.x").comeback, 2);
        // A holiday breaks no streak, and whoever comes back from one comes back.
        assert_eq!((streak("x-------xxx").comeback, streak("x-------xxx").current), (3, 4));
    }

    /// The same told otherwise: what each freeze is for is looked up first, then everything is counted back from the end.
    fn naive(dates: &[Figures]) -> (usize, u32) {
        let missed = |date: &Figures| !date.qualifies && date.expected && date.closed;
        let (mut breaks, mut held, mut row) = (Vec::new(), 0, 0);
        for (index, date) in dates.iter().enumerate() {
            if date.qualifies {
                row += 1;
                held += u32::from(row % 7 == 0 && held < 2);
            } else if missed(date) && held > 0 {
                held -= 1;
            } else if missed(date) {
                (row, held) = (0, 0);
                breaks.push(index);
            }
        }
        let from = breaks.last().map_or(0, |index| index + 1);
        (dates[from..].iter().filter(|date| date.qualifies).count(), held)
    }

    fn figures() -> impl Strategy<Value = Figures> {
        (prop::bool::weighted(0.7), prop::bool::weighted(0.7)).prop_map(|(qualifies, expected)| Figures {
            qualifies,
            expected,
            closed: true,
        })
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_model(mut dates in prop::collection::vec(figures(), 0..120), pending in 0..2_usize) {
            for date in dates.iter_mut().rev().take(pending) {
                date.closed = false;
            }
            let streak = Streak::of(dates.clone());
            let (current, freezes) = naive(&dates);
            prop_assert_eq!((streak.current as usize, streak.freezes), (current, freezes));
            let longest = (0..=dates.len()).map(|end| naive(&dates[..end]).0).max();
            prop_assert_eq!(Some(streak.longest as usize), longest);
            prop_assert!(streak.longest >= streak.current && streak.freezes <= MAX_FREEZES);
            prop_assert!((0.0..=1.0).contains(&streak.strength) && streak.comeback <= streak.longest);
            prop_assert_eq!(Streak::of(dates), streak);
        }
    }
}
