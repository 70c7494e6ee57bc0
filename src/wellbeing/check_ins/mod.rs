//! Check-ins: how much energy people say that they have, once a date.

pub mod http;
pub mod model;
mod note;
pub mod repo;
pub mod service;

use self::{model::CheckIn, service::CheckInService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(CheckInService::new(shared))).kind::<CheckIn, http::CheckInView<'_>>(http::render)
}
