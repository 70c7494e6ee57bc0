//! Meals: what people eat when.

pub mod http;
pub mod model;
pub mod repo;
pub mod service;

use self::{model::Meal, service::MealService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(MealService::new(shared))).kind::<Meal, http::MealView>(http::render)
}
