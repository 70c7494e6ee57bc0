//! Settings: how a user wants the days, breaks, reminders and summaries to be.

pub mod http;
pub mod model;
pub mod patch;
pub mod repo;
pub mod service;

use self::{model::UserSettings, service::SettingsService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default()
        .routes(http::router(SettingsService::new(shared)))
        .kind::<UserSettings, http::SettingsView<'_>>(http::render)
}
