//! Narratives: the story of a day or a week, written by rules from facts that the API answers elsewhere, the same each time.

pub mod day;
pub mod period;
pub mod story;
pub mod week;

#[cfg(test)]
mod tests;
