//! The texts and words that a task has as fields, with the rule of each. Pure.

use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, schema::Type};

use crate::{
    described,
    kernel::{
        Code, FromText, Result, Rule, field,
        text::{self, TextError},
    },
};

const CONTROL_CHARACTER: Rule = Rule::field("must not contain control characters other than tab and line feed");

/// 1 to 500 characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Title(String);

impl Title {
    pub const MAX: usize = 500;

    const EMPTY: Rule = Rule::sentence(Code::InvalidField, "Task title cannot be empty");
    const TOO_LONG: Rule = Rule::sentence(Code::InvalidField, "Task title cannot be longer than 500 characters");

    const CONTROL_CHARACTER: Rule =
        Rule::sentence(Code::InvalidField, "Task title must not contain control characters other than tab and line feed");

    /// Errors: `InvalidField`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::from_text(text).map_err(|rule| rule.of_field("title"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

described!(Title, "Title");

impl FromText for Title {
    fn schema() -> ObjectBuilder {
        field::text(1, Self::MAX).description(Some("1 to 500 characters after trimming"))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::trimmed(text, Self::MAX) {
            Ok(title) => Ok(Self(title.into())),
            Err(TextError::TooLong(_)) => Err(Self::TOO_LONG),
            Err(TextError::ControlCharacter) => Err(Self::CONTROL_CHARACTER),
            Err(TextError::Empty) => Err(Self::EMPTY),
        }
    }

    fn missing() -> Result<Self, Rule> {
        Err(Self::EMPTY)
    }
}

/// What a step of a task is called: 1 to 500 characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepTitle(String);

impl StepTitle {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

described!(StepTitle, "SubtaskTitle");

impl FromText for StepTitle {
    fn schema() -> ObjectBuilder {
        field::text(1, Title::MAX).description(Some("1 to 500 characters after trimming"))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::trimmed(text, Title::MAX) {
            Ok(title) => Ok(Self(title.into())),
            Err(TextError::TooLong(_)) => Err(Rule::field("cannot be longer than 500 characters")),
            Err(TextError::ControlCharacter) => Err(CONTROL_CHARACTER),
            Err(TextError::Empty) => Err(Rule::field("cannot be empty")),
        }
    }
}

/// How much a task matters, the least first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Medium,
    High,
    Urgent,
}

impl Priority {
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Urgent];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Whether it need not be stored.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

described!(Priority, "TaskPriority");

impl FromText for Priority {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::ALL.map(Self::as_str)))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let known = Self::ALL.into_iter().find(|priority| priority.as_str() == text);
        known.ok_or(Rule::field("must be low, medium, high or urgent"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Complete,
    Reopen,
}

described!(Action, "Action");

impl FromText for Action {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["complete", "reopen"]))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text {
            "complete" => Ok(Self::Complete),
            "reopen" => Ok(Self::Reopen),
            _ => Self::missing(),
        }
    }

    fn missing() -> Result<Self, Rule> {
        let sentence = "Unsupported action; the supported actions are: complete, reopen";
        Err(Rule::sentence(Code::UnsupportedAction, sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_trimmed_and_bounded() {
        assert_eq!(Title::parse(" Write \n").expect("a title"), Title("Write".into()));
        assert!(Title::parse(&"é".repeat(500)).is_ok());
        assert_eq!(Title::parse(" ").expect_err("empty").message(), "Task title cannot be empty");
        assert!(Title::parse(&"é".repeat(501)).is_err());
    }

    #[test]
    fn an_unknown_action_is_told_the_known_ones() {
        let error = Action::from_text("explode").expect_err("unknown");
        assert!(error.text.contains("complete, reopen"));
    }
}
