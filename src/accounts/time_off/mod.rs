//! Time off: dates on which no work is expected, whatever day of the week they are.
//!
//! Whether the present date is off, `ahead::is_off` mostly knows from the summary; otherwise `TimeOffRepo::overlapping` is one seek.

pub mod ahead;
pub mod http;
pub mod model;
pub mod repo;
pub mod service;

use self::{model::TimeOff, service::TimeOffService};
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(TimeOffService::new(shared))).kind::<TimeOff, http::TimeOffView<'_>>(http::render)
}
