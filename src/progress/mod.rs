//! Progress: the experience that people gain with what they do, the streak, levels and achievements.

pub mod achievements;
pub mod entry;
pub mod plan;
pub mod streak;
pub mod texts;
pub mod xp;
