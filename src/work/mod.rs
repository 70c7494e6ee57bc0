//! Work: what people plan to do, how long they work at it, and what they achieved.

pub mod counters;
pub mod days;
pub mod forgotten_sessions;
pub mod habits;
pub mod hours;
pub mod median;
pub mod metrics;
pub mod stats;
pub mod tasks;
pub mod work_sessions;

use std::sync::Arc;

use self::{forgotten_sessions::ReviewSession, tasks::elsewhere::Elsewhere, work_sessions::on_work::OnWork};
use crate::domain::{Contribution, Shared};

/// What the domain adds to the program. `on_work`: what else follows when work begins or goes on; `elsewhere`: who knows how tasks
/// stand that are kept elsewhere too.
pub fn contribute(shared: &Shared, on_work: Arc<dyn OnWork>, elsewhere: Arc<dyn Elsewhere>) -> Contribution {
    Contribution::default()
        .and(tasks::contribute(shared, elsewhere))
        .and(work_sessions::contribute(shared, on_work))
        .and(stats::contribute(shared))
        .and(days::contribute(shared))
        .and(metrics::contribute(shared))
        .and(habits::contribute(shared))
        .due(ReviewSession::new(shared))
}
