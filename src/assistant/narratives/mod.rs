//! Narratives: the story of a day or a week, written by rules from facts that the API answers elsewhere, the same each time.

pub mod day;
pub mod http;
pub mod period;
pub mod service;
pub mod story;
pub mod week;

use self::service::NarrativeService;
use crate::domain::{Contribution, Shared};

/// What the slice adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default().routes(http::router(NarrativeService::new(shared)))
}

#[cfg(test)]
mod tests;
