//! Notifications: what people are told outside of the page, decided once, sent once for a person's eyes, and kept for 90 days with how
//! that went.

pub mod decide;
mod deliver;
pub mod delivery;
pub mod event;
mod follow;
mod http;
pub mod jobs;
pub mod model;
pub mod repo;
pub mod service;

use self::{
    jobs::{Decides, SendDue},
    model::Notification,
    service::NotificationService,
};
use crate::domain::Contribution;

/// What the slice adds to the program.
pub fn contribute(service: &NotificationService) -> Contribution {
    Contribution::default()
        .routes(http::router(service.clone()))
        .internal_kind::<Notification>("clients ask for what was sent, of which every step is a change")
        .follows(Decides(service.clone()))
        .due(SendDue(service.clone()))
}
