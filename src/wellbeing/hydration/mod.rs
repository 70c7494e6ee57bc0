//! Hydration: what people drink, entry by entry.

pub mod http;
pub mod model;
pub mod repo;
pub mod service;

use self::{model::Drink, service::DrinkService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(DrinkService::new(shared))).kind::<Drink, http::DrinkView>(http::render)
}
