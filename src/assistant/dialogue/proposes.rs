//! Who may propose an action for what the grammar does not know. Pure.

use serde::{Deserialize, Serialize};

use super::model::Sentence;
use crate::{
    interaction::grammar::model::{Intent, Slots, Speaker},
    kernel::{Ctx, Owner},
};

/// One action, as far as it was understood. Nothing is done of it that its owner has not confirmed, and it is held to the rules of
/// whatever carries it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub intent: Intent,
    #[serde(default)]
    pub slots: Slots,
}

/// What somebody said that was not understood, and who lets a model host know of it.
#[derive(Debug, Clone, Copy)]
pub struct NotUnderstood<'a> {
    pub owner: Owner,
    pub text: &'a Sentence,
    pub speaker: &'a Speaker,
}

/// A model host.
#[async_trait::async_trait]
pub trait Proposes: std::fmt::Debug + Send + Sync {
    /// One action, in a time that a person waits for; `None` where it has none to propose, or does not answer.
    async fn propose(&self, ctx: &Ctx, asked: NotUnderstood<'_>) -> Option<Proposal>;
}
