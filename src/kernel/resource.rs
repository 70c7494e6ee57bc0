//! What a person calls the things that have an id of their own.

/// Something with an id, which callers name in a path.
pub trait Resource {
    /// What it is called in `… not found`.
    const NOUN: &'static str;

    /// How a path names the id of one that is looked for within something else.
    const IN_PATH: &'static str = "sid";

    /// What is said of a new one that names nobody as its owner.
    const NOBODYS: &'static str = "Field 'user_id' is required";
}
