//! The companion: the creature that lives from what its person does, how it is and what it looks like.

pub mod drawing;
pub mod evolution;
pub mod http;
pub mod looks;
pub mod model;
pub mod mood;
pub mod needs;
#[cfg(feature = "png")]
pub mod png;
pub mod says;
pub mod schedule;

use crate::domain::Contribution;

/// What the domain adds to the program.
pub fn contribute() -> Contribution {
    Contribution::default().public_routes(http::router())
}
