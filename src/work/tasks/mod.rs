//! Tasks: what is to be done, when, in which steps, and how long it took.

pub mod agenda;
mod bodies;
mod bulk;
pub mod carry_over;
pub mod edits;
pub mod elsewhere;
pub mod external;
mod fields;
pub mod filter;
mod forgotten;
pub mod http;
mod listed;
mod members;
pub mod model;
mod notes;
pub mod operations;
mod query;
mod recurrence;
pub mod repo;
mod report;
mod report_view;
mod selection;
mod series;
pub mod service;
pub mod shown;
mod spent;
mod subtasks;
mod tag;
pub mod timer;
pub mod view;
mod words;

use std::sync::Arc;

use self::{
    carry_over::{CarryOver, FollowSettings},
    elsewhere::Elsewhere,
    forgotten::StopForgottenTimer,
    model::Task,
    service::TaskService,
};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program. `elsewhere`: who knows how tasks stand that are kept elsewhere too.
pub fn contribute(shared: &Shared, elsewhere: Arc<dyn Elsewhere>) -> Contribution {
    let tasks = TaskService::new(shared, elsewhere);
    Contribution::default()
        .routes(http::router(tasks.clone()))
        .kind::<Task, view::TaskView<'_>>(view::render)
        .due(StopForgottenTimer(tasks))
        .due(CarryOver::new(shared))
        .follows(FollowSettings(shared.ledger.clone()))
}
