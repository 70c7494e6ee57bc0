//! The languages that there are texts in.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, schema::Type};

use crate::{
    described,
    kernel::{FromMember as _, FromText, Rule},
};

/// Of the texts that are made for a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    En,
    Es,
}

impl Language {
    /// Each at its own place.
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }
}

described!(Language, "Language");

impl FromText for Language {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::ALL.map(Self::name)))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        Self::ALL.into_iter().find(|language| language.name() == text).ok_or(Rule::field("must be one of: en, es"))
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_member(deserializer)
    }
}
