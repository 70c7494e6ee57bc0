//! What is said to the program, and what it answers. Pure.

use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, schema::Type},
};
use uuid::Uuid;

use crate::{
    described,
    interaction::grammar::model::{Intent, Slots},
    kernel::{
        FromText, Rule, Timestamp, field,
        text::{self, TextError},
    },
    work::tasks::model::TaskId,
};

/// What somebody says: 1 to 500 characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(String);

impl Sentence {
    const MAX: usize = 500;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

described!(Sentence, "Sentence");

impl FromText for Sentence {
    fn schema() -> ObjectBuilder {
        field::text(1, Self::MAX)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::trimmed(text, Self::MAX) {
            Ok(text) => Ok(Self(text.into())),
            Err(TextError::Empty) => Err(Rule::field("cannot be empty")),
            Err(TextError::TooLong(_)) => Err(Rule::field("cannot be longer than 500 characters")),
            Err(TextError::ControlCharacter) => {
                Err(Rule::field("must not contain control characters other than tab and line feed"))
            }
        }
    }
}

/// The token of an action that was to be confirmed. What is none of ours confirms nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token(pub Option<Uuid>);

described!(Token, "ConfirmationToken");

impl FromText for Token {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        Ok(Self(Uuid::parse_str(text).ok()))
    }
}

/// One turn of somebody.
#[derive(Debug, Clone)]
pub enum Said {
    Text(Sentence),
    Confirmed(Token),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    pub intent: Intent,
    pub slots: Slots,
    /// Which task is to be completed, once that is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Which command is to be undone, once that is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<Uuid>,
}

impl Command {
    pub fn new(intent: Intent, slots: Slots) -> Self {
        Self { intent, slots, task: None, undone: None }
    }
}

/// What was done to a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantDid)]
pub struct Did {
    /// Of which kind it is, as in the addresses of the API.
    pub kind: String,
    pub id: Uuid,
    /// What was done to it.
    pub op: Op,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssistantOperation)]
pub enum Op {
    Create,
    Update,
    Complete,
    Reopen,
    Delete,
    Start,
    End,
    Pause,
    Resume,
}

impl Did {
    pub fn new(kind: &str, id: Uuid, op: Op) -> Self {
        Self { kind: kind.to_owned(), id, op }
    }
}

/// Who understood what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnderstoodBy {
    Rules,
    Model,
}

/// What is done only once it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantConfirmation)]
pub struct Confirmation {
    /// Sent back as `confirm`, it has the action done, once.
    #[schema(value_type = String)]
    pub token: Uuid,
    /// What would be done.
    pub text: String,
    pub expires_at: Timestamp,
}

/// The answer to a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantAnswer, example = json!({ "intent": "log_water", "key": "dialogue_water", "text": "250 ml of water noted.",
    "understood_by": "rules", "did": [{ "kind": "hydration", "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "op": "create" }] }))]
pub struct Answer {
    /// What was asked for, such as `start_work`; `unknown` when it was not understood.
    pub intent: String,
    /// Names the text, so that who shows it may have words of its own.
    pub key: String,
    /// In the language of the settings.
    pub text: String,
    pub understood_by: UnderstoodBy,
    /// What was done, if anything was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<Did>,
    /// Set when nothing is done before it is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Confirmation>,
    /// The three intents that are nearest to what was not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub near: Vec<Intent>,
}
