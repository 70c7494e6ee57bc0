//! What a user notes about a session. Pure.

use serde::{Deserialize, Serialize};
use utoipa::openapi::{
    ObjectBuilder,
    schema::{SchemaType, Type},
};

use crate::{
    described,
    kernel::{
        FromText, Result, Rule, field,
        text::{self, TextError},
    },
};

/// 1 to 1000 characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Note(String);

impl Note {
    pub const MAX: usize = 1000;

    /// `None` for an empty text. Errors: `InvalidField`.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        Option::from_text(text).map_err(|rule| rule.of_field("note"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

described!(Note, "Note");

impl FromText for Note {
    fn schema() -> ObjectBuilder {
        field::text(1, Self::MAX)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        Option::from_text(text)?.ok_or(Rule::field("cannot be empty"))
    }
}

/// A note that may be none, which an empty text says as well as null.
impl FromText for Option<Note> {
    fn schema() -> ObjectBuilder {
        field::text(0, Note::MAX).schema_type(SchemaType::from_iter([Type::String, Type::Null]))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::trimmed(text, Note::MAX) {
            Ok(note) => Ok(Some(Note(note.into()))),
            Err(TextError::Empty) => Ok(None),
            Err(TextError::TooLong(_)) => Err(Rule::field("cannot be longer than 1000 characters")),
            Err(TextError::ControlCharacter) => {
                Err(Rule::field("must not contain control characters other than tab and line feed"))
            }
        }
    }

    fn missing() -> Result<Self, Rule> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_trimmed_and_bounded() {
        assert_eq!(Note::parse("  ").expect("none"), None);
        assert_eq!(Note::parse(" x\n").expect("short").expect("a note").as_str(), "x");
        assert!(Note::parse(&"é".repeat(1000)).is_ok());
        assert!(Note::parse(&"é".repeat(1001)).is_err());
    }
}
