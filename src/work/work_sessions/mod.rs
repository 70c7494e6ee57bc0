//! Work sessions: stretches of time at work, at most one of them under way.

pub mod booking;
mod breaks;
mod corrections;
pub mod forgotten;
pub mod http;
pub mod model;
mod note;
pub mod render;
pub mod repo;
pub mod review;
pub mod service;
mod view;

use std::sync::Arc;

use self::{
    model::{Nudge, WorkSession},
    repo::Heartbeat,
    service::{OnStart, WorkSessionService},
};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program. `on_start`: what else follows when a session starts.
pub fn contribute(shared: &Shared, on_start: Arc<dyn OnStart>) -> Contribution {
    Contribution::default()
        .routes(http::router(WorkSessionService::new(shared).on_start(on_start)))
        .kind::<WorkSession, view::WorkSessionView<'_>>(render::session)
        .kind::<Nudge, Nudge>(render::nudge)
        .internal_kind::<Heartbeat>("only the latest is of use, and only to the review of a session that was forgotten")
}
