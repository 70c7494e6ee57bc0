//! Wellbeing: what people enter of what they drink and eat, and of how they rest and feel, and what it comes to today.

pub mod at_work;
pub mod budget;
pub mod check_ins;
pub mod counters;
pub mod entries;
pub mod entry;
pub mod hydration;
pub mod lunch;
pub mod meals;
pub mod overload;
pub mod presence;
pub mod query;
pub mod recent;
pub mod reminded;
pub mod reminders;
pub mod rests;
pub mod today;

use crate::domain::{Contribution, Shared};

/// What the domain adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default()
        .and(hydration::contribute(shared))
        .and(meals::contribute(shared))
        .and(check_ins::contribute(shared))
        .and(rests::contribute(shared))
        .and(presence::contribute(shared))
        .and(today::contribute(shared))
        .and(reminders::contribute(shared))
}
