//! How the present date goes: what was drunk and eaten, which breaks were taken and are due, how long the work has been.

pub mod breaks;
pub mod dated;
pub mod http;
pub mod labour;
pub mod model;
pub mod service;

use self::service::TodayService;
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(TodayService::new(shared)))
}
