//! Metrics: figures of a range of dates, computed from the counts of its days in one point read and one query.

pub mod gaps;
pub mod http;
pub mod model;
pub mod service;

use self::service::MetricsService;
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(MetricsService::new(shared)))
}
