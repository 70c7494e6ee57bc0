//! Statistics: what a user achieved, read from the ledger's summary in one point read.

pub mod http;
pub mod model;
pub mod service;

use self::service::StatsService;
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(StatsService::new(shared)))
}
