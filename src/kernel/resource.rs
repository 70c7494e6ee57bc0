//! What a person calls the things that have an id of their own.

/// Something with an id, which callers name in a path.
pub trait Resource {
    /// What it is called in `… not found`.
    const NOUN: &'static str;

    /// What is said of a new one that names nobody as its owner.
    const NOBODYS: &'static str = "Field 'user_id' is required";
}
