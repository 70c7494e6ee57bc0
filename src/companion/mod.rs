//! The companion: the creature that lives from what its person does, how it is and what it looks like.

pub mod drawing;
pub mod evolution;
pub mod looks;
pub mod model;
pub mod mood;
pub mod needs;
pub mod says;
pub mod schedule;
