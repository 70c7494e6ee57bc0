//! Which achievements there are, and how far each is. Pure. What they are called is in `texts`.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

const HOUR_MICROS: u64 = 3_600_000_000;
/// On so many dates an early bird completes a task before 09:00.
const EARLY_DATES: usize = 5;

/// Something to be achieved once. What is done and how much is needed: it is earned once there is no less of the one.
pub struct Achievement {
    pub id: &'static str,
    pub icon: &'static str,
    pub measure: fn(&Measures) -> (u64, u64),
}

/// What achievements are measured by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measures {
    /// Completed tasks that exist.
    pub completed_tasks: u64,
    /// The most that were completed on one date.
    pub tasks_in_a_day: u64,
    /// The first dates on which one was completed before 09:00.
    pub early: BTreeSet<NaiveDate>,
    /// Completed tasks that took as long as was estimated, give or take a fifth.
    pub estimated_well: u64,
    /// Whether there was a work session that has ended, other than by a guess.
    pub session: bool,
    /// The time worked in such sessions that exist.
    pub focus_micros: u64,
    /// The most of it on one date.
    pub focus_in_a_day: u64,
    /// Whether one of them came to 90 minutes, with no break overdue in it.
    pub deep: bool,
    pub longest_streak: u64,
    /// The longest streak after a week without anything.
    pub comeback: u64,
    pub level: u64,
    /// Not kept: it is told anew each time.
    #[serde(skip)]
    pub elsewhere: Elsewhere,
}

/// What follows from what dates had, and from other domains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// Dates at whose end three tasks were done and none was overdue.
    pub clean_dates: u64,
    /// The most dates in a row on which the goal was drunk.
    pub hydrated_dates: u64,
    pub water_ml: u64,
    /// Dates for work on which lunch was had in time.
    pub lunch_dates: u64,
    /// The most dates in a row without a break overdue, of dates for work that had some.
    pub rested_dates: u64,
    /// The same dates, as far as none of the work was after hours, in a row or not.
    pub unplugged_dates: u64,
    /// Weeks with work and a weekend without.
    pub free_weekends: u64,
    /// The most dates from work to work without a rest of less than eleven hours.
    pub restful_dates: u64,
    /// The most points by which the risk of overload fell within two weeks; nothing until that is told.
    pub risk_fallen: u64,
    /// Connections to services that have synchronised.
    pub connections: u64,
    pub perfect_dates: u64,
    /// The most of them in a row, of dates for work.
    pub perfect_in_a_row: u64,
}

impl Measures {
    /// Remembers a date on which a task was completed before 09:00.
    pub fn early_on(&mut self, date: NaiveDate) {
        if self.early.len() < EARLY_DATES {
            self.early.insert(date);
        }
    }
}

const fn achievement(id: &'static str, icon: &'static str, measure: fn(&Measures) -> (u64, u64)) -> Achievement {
    Achievement { id, icon, measure }
}

/// All of them, in the order in which they are shown.
pub const ALL: &[Achievement] = &[
    achievement("first_task", "check", |of| (of.completed_tasks, 1)),
    achievement("first_session", "timer", |of| (of.session.into(), 1)),
    achievement("tasks_10", "check", |of| (of.completed_tasks, 10)),
    achievement("tasks_100", "check", |of| (of.completed_tasks, 100)),
    achievement("tasks_500", "check", |of| (of.completed_tasks, 500)),
    achievement("tasks_1000", "check", |of| (of.completed_tasks, 1000)),
    achievement("ten_in_a_day", "stack", |of| (of.tasks_in_a_day, 10)),
    achievement("clean_slate", "sparkle", |of| (of.elsewhere.clean_dates, 1)),
    achievement("early_bird", "sunrise", |of| (of.early.len() as u64, EARLY_DATES as u64)),
    achievement("focus_10h", "focus", |of| (of.focus_micros, 10 * HOUR_MICROS)),
    achievement("focus_50h", "focus", |of| (of.focus_micros, 50 * HOUR_MICROS)),
    achievement("focus_100h", "focus", |of| (of.focus_micros, 100 * HOUR_MICROS)),
    achievement("focus_500h", "focus", |of| (of.focus_micros, 500 * HOUR_MICROS)),
    achievement("deep_flow", "wave", |of| (of.deep.into(), 1)),
    achievement("four_hour_day", "focus", |of| (of.focus_in_a_day, 4 * HOUR_MICROS)),
    achievement("streak_3", "flame", |of| (of.longest_streak, 3)),
    achievement("streak_7", "flame", |of| (of.longest_streak, 7)),
    achievement("streak_21", "flame", |of| (of.longest_streak, 21)),
    achievement("streak_50", "flame", |of| (of.longest_streak, 50)),
    achievement("streak_100", "flame", |of| (of.longest_streak, 100)),
    achievement("comeback", "return", |of| (of.comeback, 3)),
    achievement("hydrated", "drop", |of| (of.elsewhere.hydrated_dates, 5)),
    achievement("ocean", "drop", |of| (of.elsewhere.water_ml, 100_000)),
    achievement("lunch_hero", "plate", |of| (of.elsewhere.lunch_dates, 10)),
    achievement("break_master", "cup", |of| (of.elsewhere.rested_dates, 5)),
    achievement("unplugged", "plug", |of| (of.elsewhere.unplugged_dates, 10)),
    achievement("free_weekend", "calendar", |of| (of.elsewhere.free_weekends, 4)),
    achievement("rested", "moon", |of| (of.elsewhere.restful_dates, 28)),
    achievement("estimator", "ruler", |of| (of.estimated_well, 20)),
    achievement("cool_down", "snowflake", |of| (of.elsewhere.risk_fallen, 20)),
    achievement("evolved_hatchling", "egg", |of| (of.level, 2)),
    achievement("evolved_child", "paw", |of| (of.level, 5)),
    achievement("evolved_teen", "paw", |of| (of.level, 10)),
    achievement("evolved_adult", "paw", |of| (of.level, 20)),
    achievement("evolved_elder", "crown", |of| (of.level, 40)),
    achievement("connected", "link", |of| (of.elsewhere.connections, 1)),
    achievement("perfect_day", "star", |of| (of.elsewhere.perfect_dates, 1)),
    achievement("perfect_week", "star", |of| (of.elsewhere.perfect_in_a_row, 5)),
];

impl Achievement {
    pub fn is_earned(&self, measures: &Measures) -> bool {
        let (done, needed) = (self.measure)(measures);
        done >= needed
    }

    /// How much of it is done, 0 to 1, rounded down to four decimals so that only what is earned is all of it.
    pub fn progress(&self, measures: &Measures) -> f64 {
        let (done, needed) = (self.measure)(measures);
        let parts = u128::from(done.min(needed)) * 10_000 / u128::from(needed.max(1));
        f64::from(u32::try_from(parts).unwrap_or(0)) / 10_000.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn there_are_these_and_none_is_earned_by_nothing() {
        let ids: BTreeSet<&str> = ALL.iter().map(|achievement| achievement.id).collect();
        assert_eq!((ALL.len(), ids.len()), (38, 38));
        let nothing = Measures { level: 1, ..Measures::default() };
        for achievement in ALL {
            let (earned, progress) = (achievement.is_earned(&nothing), achievement.progress(&nothing));
            assert!(!earned && progress < 1.0, "{}", achievement.id);
        }
    }

    #[test]
    fn five_early_dates_make_an_early_bird() {
        let mut measures = Measures::default();
        let bird = ALL.iter().find(|achievement| achievement.id == "early_bird").expect("one");
        for day in [1, 1, 2, 3, 4, 9, 12] {
            measures.early_on(NaiveDate::from_ymd_opt(2026, 1, day).expect("a date"));
            assert_eq!(bird.is_earned(&measures), day >= 9);
        }
        assert_eq!(measures.early.len(), 5);
    }

    proptest! {
        #[test]
        fn only_what_is_earned_is_all_of_it(done in 0..2_000_u64, focus in 0..600 * HOUR_MICROS) {
            let measures = Measures { completed_tasks: done, focus_micros: focus, level: done / 10, ..Measures::default() };
            for achievement in ALL {
                let progress = achievement.progress(&measures);
                prop_assert!((0.0..=1.0).contains(&progress));
                prop_assert_eq!(progress >= 1.0, achievement.is_earned(&measures));
            }
        }
    }
}
