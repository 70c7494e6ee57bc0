//! The companion: the creature that lives from what its person does, how it is and what it looks like.

pub mod drawing;
pub mod looks;
