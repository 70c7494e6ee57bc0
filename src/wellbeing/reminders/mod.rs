//! Reminders: what people are told without asking, within a budget, and what they answer.

mod decide;
pub mod http;
mod look;
pub mod model;
pub mod quiet;
pub mod repo;
pub mod service;

use self::{look::Look, model::Nudge, service::NudgeService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    let service = NudgeService::new(shared);
    Contribution::default()
        .routes(http::router(service.clone()))
        .kind::<Nudge, http::NudgeView<'_>>(http::render)
        .due(Look::new(service))
}
