//! The assistant: how near somebody is to overload, what the coming days look like, what to do about it, and the story of a day
//! or a week. Arithmetic on what the person entered, and shown to that person alone.

pub mod narratives;
pub mod phrasing;
pub mod predictions;
pub mod recommendations;
pub mod record;

use crate::domain::Contribution;

/// What the domain adds to the program.
pub fn contribute() -> Contribution {
    phrasing::contribute()
}
