//! Asks the model host for a proposal, while the person waits.

use std::{fmt, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    proposes::{NotUnderstood, Proposal, Proposes},
    tools::{INSTRUCTIONS, TOOLS, input, read},
};
use crate::{
    assistant::phrasing::budget::ModelTokens,
    domain::Shared,
    kernel::{Ctx, Owner, Result},
    ledger::{Decision, Ledger},
    outbound::model::{Ended, Model, Question, Said},
};

/// How long a person waits for what is not understood, the reservation of tokens included.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// A call has some fifty; a model that thinks first has some to think with.
const MOST_TOKENS: u32 = 400;

/// A model that is asked what somebody may have meant.
pub struct AsksModel {
    ledger: Ledger,
    model: Arc<Model>,
    patience: Duration,
}

impl AsksModel {
    pub fn new(shared: &Shared, model: Arc<Model>, patience: Duration) -> Self {
        Self { ledger: shared.ledger.clone(), model, patience }
    }

    /// Errors: those of the store.
    async fn ask(&self, asked: NotUnderstood<'_>) -> Result<Option<Proposal>> {
        let until = Instant::now() + self.patience;
        let input = input(asked.text, asked.speaker);
        let question =
            Question { instructions: INSTRUCTIONS, input: &input, tools: &TOOLS, most_tokens: MOST_TOKENS, within: None };
        let most = question.cost();
        let Some(reserved) = self.reserve(asked.owner, most).await? else { return Ok(None) };
        let question = Question { within: Some(until.saturating_duration_since(Instant::now())), ..question };
        let answer = self.model.ask(&question).await;
        self.settle(asked.owner, reserved, most, question.used(&answer)).await?;
        let Ok(Said { calls, ended: Ended::ByItself, .. }) = answer else { return Ok(None) };
        let proposal = read(&calls, asked.speaker);
        if proposal.is_none() && !calls.is_empty() {
            // Never what it was.
            tracing::info!(calls = calls.len(), "what a model proposed was thrown away");
        }
        Ok(proposal)
    }

    async fn reserve(&self, owner: Owner, most: u32) -> Result<Option<ModelTokens>> {
        let reserved = self.ledger.run(owner, |change| {
            Box::pin(async move {
                let reserved = ModelTokens::reserve(change, most)?;
                Ok(if reserved.is_some() { Decision::Write(reserved) } else { Decision::Keep(None) })
            })
        });
        reserved.await
    }

    async fn settle(&self, owner: Owner, reserved: ModelTokens, most: u32, used: u32) -> Result<()> {
        let settled = self.ledger.run(owner, |change| {
            Box::pin(async move {
                reserved.settle(change, most, used)?;
                Ok(Decision::Write(()))
            })
        });
        settled.await
    }
}

#[async_trait::async_trait]
impl Proposes for AsksModel {
    async fn propose(&self, _ctx: &Ctx, asked: NotUnderstood<'_>) -> Option<Proposal> {
        self.ask(asked).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error.chain(), "a model was not asked what was meant");
            None
        })
    }
}

impl fmt::Debug for AsksModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsksModel").field("model", &self.model).field("patience", &self.patience).finish_non_exhaustive()
    }
}
