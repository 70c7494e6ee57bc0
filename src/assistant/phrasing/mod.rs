//! Phrasing: a model may say in other words what was written by rules. It learns the facts and nothing else, adds none, and what it
//! says is checked before anybody reads it.

pub mod budget;
mod check;
pub mod digits;
pub mod phrase;
pub mod prompt;
mod repo;
pub mod service;

#[cfg(test)]
mod tests;

use self::phrase::Phrase;
use crate::domain::Contribution;

/// What the slice adds to the program.
pub fn contribute() -> Contribution {
    Contribution::default().internal_kind::<Phrase>("clients ask for the narrative that it phrases")
}
