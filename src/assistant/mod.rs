//! The assistant: how near somebody is to overload, what the coming days look like, what to do about it, and the story of a day
//! or a week. Arithmetic on what the person entered, and shown to that person alone.

pub mod gathered;
pub mod narratives;
pub mod noticed;
pub mod predictions;
pub mod recommendations;
pub mod record;
pub mod words;

use crate::domain::{Contribution, Shared};

/// What the domain adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    Contribution::default()
        .and(predictions::contribute(shared))
        .and(recommendations::contribute(shared))
        .and(narratives::contribute(shared))
}
