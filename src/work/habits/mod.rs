//! Habits: when and how long a user usually works, learned from the sessions of the last four weeks.

pub mod http;
pub mod jobs;
pub mod model;
pub mod repo;
pub mod service;

use self::{model::Habits, service::HabitsService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().kind::<Habits, http::HabitsView<'_>>(http::render).follows(HabitsService::new(shared))
}
