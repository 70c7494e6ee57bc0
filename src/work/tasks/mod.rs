//! Tasks: the smallest thing that can be done.

pub mod http;
pub mod model;
pub mod notes;
pub mod recurrence;
pub mod repo;
pub mod service;
pub mod tag;
pub mod words;

use self::{model::Task, service::TaskService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(TaskService::new(shared))).kind::<Task, http::TaskView<'_>>(http::render)
}
