//! Recommendations: what to do now, each with what it follows from and a call of the API that does it.

pub mod choice;
pub mod http;
pub mod repo;
pub mod rules;
pub mod service;
pub mod situation;
pub mod view;

use self::{repo::Recommendations, service::RecommendationService, view::RecommendationsView};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default()
        .routes(http::router(RecommendationService::new(shared)))
        .kind::<Recommendations, RecommendationsView>(view::render)
}
