//! Presence: until when somebody is not to be disturbed.

pub mod http;
pub mod model;
pub mod repo;
pub mod service;

use self::{model::Presence, service::PresenceService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(PresenceService::new(shared))).kind::<Presence, http::PresenceView>(http::render)
}
