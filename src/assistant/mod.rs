//! The assistant: how near somebody is to overload, what the coming days look like, what to do about it, and the story of a day
//! or a week. Arithmetic on what the person entered, and shown to that person alone.

pub mod narratives;
pub mod predictions;
pub mod recommendations;
pub mod record;
