//! What a user notes about a session. Pure.

use crate::{
    kernel::{FromText as _, Result},
    prose,
};

prose!(
    /// 1 to 1000 characters, trimmed.
    Note,
    "Note",
    1000
);

impl Note {
    /// `None` for an empty text. Errors: `InvalidField`.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        Option::from_text(text).map_err(|rule| rule.of_field("note"))
    }
}
