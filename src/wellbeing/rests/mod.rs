//! Rests: breaks that people enter or take by the clock, at most one of them under way.

pub mod booking;
pub mod forgotten;
pub mod http;
pub mod model;
pub mod repo;
pub mod service;

use self::{forgotten::EndForgotten, model::Rest, service::RestService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    let service = RestService::new(shared);
    Contribution::default()
        .routes(http::router(service.clone()))
        .kind::<Rest, http::RestView>(http::render)
        .due(EndForgotten::new(service))
}
