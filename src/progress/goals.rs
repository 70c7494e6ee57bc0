//! How far the goals of a date are reached. Pure.

use crate::accounts::settings::model;

const MINUTE_MICROS: u64 = 60_000_000;

/// What was done on a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    pub completed_tasks: u64,
    pub worked_micros: u64,
    pub breaks_due: u64,
    pub breaks_taken: u64,
    pub care: Care,
}

/// What was eaten and drunk on a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Care {
    pub water_ml: u64,
    pub lunch: Lunch,
}

/// Whether lunch was had in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lunch {
    #[default]
    Open,
    Had,
    /// On a date without work nobody has to have it.
    NotExpected,
}

/// How far each goal is reached, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goals {
    pub tasks: f64,
    pub focus: f64,
    pub hydration: f64,
    pub lunch: f64,
    pub breaks: f64,
}

impl Goals {
    /// By what was set for the date. What does not apply, as where no break fell due, is reached.
    pub fn of(done: &Done, set: &model::Goals, hydration_ml: u64) -> Self {
        let focus = u64::from(set.focus_minutes.get()) * MINUTE_MICROS;
        Self {
            tasks: part(done.completed_tasks, set.tasks.get().into()),
            focus: part(done.worked_micros, focus),
            hydration: part(done.care.water_ml, hydration_ml),
            lunch: part((done.care.lunch != Lunch::Open).into(), 1),
            breaks: part(done.breaks_taken, done.breaks_due),
        }
    }
}

fn part(done: u64, goal: u64) -> f64 {
    let parts = if goal == 0 { 10_000 } else { u128::from(done.min(goal)) * 10_000 / u128::from(goal) };
    f64::from(u32::try_from(parts).unwrap_or(0)) / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::settings::model::Settings;

    #[test]
    fn each_goal_is_reached_by_parts() {
        let settings = Settings::default();
        let of = |done: &Done| Goals::of(done, &settings.goals, settings.hydration_goal_ml.get().into());
        let nothing = Goals { tasks: 0.0, focus: 0.0, hydration: 0.0, lunch: 0.0, breaks: 1.0 };
        assert_eq!(of(&Done::default()), nothing);
        let care = Care { water_ml: 450, lunch: Lunch::Had };
        let some = Done { completed_tasks: 1, worked_micros: 30 * MINUTE_MICROS, breaks_due: 2, breaks_taken: 1, care };
        let expected = Goals { tasks: 0.3333, focus: 0.25, hydration: 0.25, lunch: 1.0, breaks: 0.5 };
        assert_eq!(of(&some), expected);
        let off = Care { lunch: Lunch::NotExpected, ..Care::default() };
        assert_eq!(of(&Done { care: off, ..Done::default() }), Goals { lunch: 1.0, ..nothing });
        let more = Done { completed_tasks: 9, worked_micros: 900 * MINUTE_MICROS, ..some };
        assert_eq!((of(&more).tasks, of(&more).focus), (1.0, 1.0));
    }
}
