//! Work sessions: stretches of time at work, at most one of them under way.

pub mod booking;
mod breaks;
mod corrections;
pub mod forgotten;
pub mod http;
pub mod model;
mod note;
pub mod on_work;
pub mod render;
pub mod repo;
mod restoring;
pub mod review;
pub mod service;
mod view;

use std::sync::Arc;

use self::{model::WorkSession, on_work::OnWork, repo::Heartbeat, service::WorkSessionService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program. `on_work`: what else follows when work begins or goes on.
pub fn contribute(shared: &Shared, on_work: Arc<dyn OnWork>) -> Contribution {
    Contribution::default()
        .routes(http::router(WorkSessionService::new(shared).on_work(on_work)))
        .kind::<WorkSession, view::WorkSessionView<'_>>(render::session)
        .internal_kind::<Heartbeat>("only the latest is of use, and only to the review of a session that was forgotten")
}
