//! Recommendations: what to do now, each with what it follows from and a call of the API that does it.

pub mod choice;
pub mod rules;
pub mod situation;
