//! Time off: dates on which no work is expected, whatever day of the week they are.
//!
//! Other slices ask `TimeOffRepo::on` for what there is of it between two dates, which is one query of the documents that
//! begin no more than a year before, and `model::expected` whether work is expected on one of them. Whether the present date is off, `ahead::is_off` mostly knows
//! from the summary.

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
