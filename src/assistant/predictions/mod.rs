//! Predictions: the risk of overload with its factors, and forecasts with their errors.

pub mod ahead;
pub mod backtest;
pub mod forecast;
pub mod http;
pub mod inputs;
mod jobs;
pub mod levels;
pub mod made;
pub mod methods;
pub mod personas;
pub mod repo;
pub mod risk;
pub mod service;
pub mod texts;
pub mod view;

use self::{jobs::Evaluate, repo::Predictions, service::PredictionService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    let service = PredictionService::new(shared);
    Contribution::default()
        .routes(http::router(service.clone()))
        .internal_kind::<Predictions>("it follows from what clients see, and is made anew when it is asked for")
        .due(Evaluate::new(service))
}
