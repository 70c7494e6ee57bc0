//! The closed grammar of what people say to the program, in English and Spanish, for every channel alike: the same sentence, moment
//! and settings give the same command. It acts only on what it knows for certain; for everything else it names what is nearest.
//! Pure.

pub mod amounts;
mod clock;
pub mod completing;
mod dates;
pub mod matching;
pub mod model;
mod near;
mod numbers;
pub mod parse;
mod pattern;
mod patterns;
pub mod resolve;
mod text;
mod titles;
mod vocabulary;
mod when;

#[cfg(test)]
mod tests;
