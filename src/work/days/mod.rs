//! Days: what a user did on each date, read from the ledger in one point read and one query.

pub mod http;
pub mod model;
pub mod service;
pub mod svg;

use self::service::DayService;
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(DayService::new(shared)))
}
