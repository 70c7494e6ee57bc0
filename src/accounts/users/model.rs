//! What a user is.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::openapi::ObjectBuilder;

use crate::{
    described,
    kernel::{FromText, Resource, Result, Rule, Timestamp, UserId, field, text, text::TextError},
};

/// A user's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    /// What is shown; the login name is another thing and stays.
    pub name: DisplayName,
    pub time_zone: Tz,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
    /// The partition of the login that leads here.
    pub login: String,
}

/// A name to be shown: 1 to 64 characters on one line, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    pub const MAX: usize = 64;

    /// Errors: `InvalidField`, speaking of the field `field`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        Self::from_text(text).map_err(|rule| rule.of_field(field))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

described!(DisplayName, "DisplayName");

impl FromText for DisplayName {
    fn schema() -> ObjectBuilder {
        field::text(1, Self::MAX).description(Some("1 to 64 characters after trimming, none of them a control character"))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::name(text, Self::MAX) {
            Ok(name) => Ok(Self(name.into())),
            Err(TextError::Empty | TextError::TooLong(_)) => Err(Rule::field("must be 1 to 64 characters long")),
            Err(TextError::ControlCharacter) => Err(Rule::field("must not contain control characters")),
        }
    }
}

/// What may be changed of a user; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    pub name: Option<DisplayName>,
    pub time_zone: Option<Tz>,
}

impl User {
    /// The user after the patch; `None` when it changes nothing.
    pub fn patched(&self, patch: &UserPatch, now: Timestamp) -> Option<Self> {
        let name = patch.name.clone().unwrap_or_else(|| self.name.clone());
        let time_zone = patch.time_zone.unwrap_or(self.time_zone);
        let changed = name != self.name || time_zone != self.time_zone;
        changed.then(|| Self { name, time_zone, updated_at: Some(now), ..self.clone() })
    }
}

impl Resource for User {
    const NOUN: &'static str = "User";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(DisplayName::parse("name", "  Ann  ").expect("a name").as_str(), "Ann");
        assert!(DisplayName::parse("name", &"é".repeat(64)).is_ok());
        for bad in ["", "  ", "a\tb", &"é".repeat(65)] {
            assert!(DisplayName::parse("name", bad).is_err(), "{bad:?}");
        }
    }
}
