//! Progress: the experience that people gain with what they do, the streak, levels and achievements.

pub mod achievements;
mod award;
pub mod dates;
pub mod entry;
mod follow;
pub mod goals;
pub mod http;
pub mod jobs;
pub mod plan;
pub mod repo;
pub mod seen;
pub mod service;
pub mod standing;
pub mod streak;
mod taken;
pub mod texts;
pub mod view;
mod worked;
pub mod xp;

use self::{
    entry::Entry,
    seen::{DaySeen, RestSeen, SessionSeen, TaskSeen},
    service::ProgressService,
    standing::{Achievements, Progress},
    view::{EarnedView, EntryView, LevelView},
};
use crate::domain::{Contribution, Shared};

/// What the domain adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    let service = ProgressService::new(shared);
    let seen = "clients see what was granted, in the ledger";
    Contribution::default()
        .routes(http::router(service.clone()))
        .kind::<Progress, LevelView>(view::progress)
        .kind::<Entry, EntryView<'_>>(view::entry)
        .kind::<Achievements, EarnedView<'_>>(view::earned)
        .internal_kind::<TaskSeen>(seen)
        .internal_kind::<SessionSeen>(seen)
        .internal_kind::<RestSeen>(seen)
        .internal_kind::<DaySeen>(seen)
        .follows(service)
}
