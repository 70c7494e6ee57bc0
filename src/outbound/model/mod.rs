//! A host of a language model that speaks as OpenAI's does (chat completions): OpenAI, Azure OpenAI, Ollama, vLLM and others. Knows
//! nothing of what it is asked about.

mod events;
mod host;
mod reading;

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;
use url::Url;

pub use self::host::Model;

/// Where a model is, by the settings. Its key is asked of the credential manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Up to `/v1`.
    pub url: Url,
    /// Its name there; at Azure that of the deployment.
    pub model: String,
    pub limit_field: LimitField,
}

/// How a host is told how long an answer may be. Newer models of OpenAI refuse the one, others ignore the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitField {
    /// As is usual at the host; the other one when it refuses that.
    Auto,
    MaxTokens,
    MaxCompletionTokens,
}

/// How long an answer is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For its first piece.
    pub first: Duration,
    /// For each further one.
    pub between: Duration,
    /// For all of it.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(20), between: Duration::from_secs(15), whole: Duration::from_secs(100) }
    }
}

/// What a model is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What it is to do: the same for everybody, never with anything in it that a person has entered.
    pub instructions: &'a str,
    /// What it is to do that with.
    pub input: &'a str,
    /// What it may call in place of answering; as the instructions, the same for everybody.
    pub tools: &'a [Tool],
    /// How long the answer may be.
    pub most_tokens: u32,
    /// How long the answer is waited for, where that is shorter than for others.
    pub within: Option<Duration>,
}

impl Question<'_> {
    /// The most tokens that question and answer may come to. A token has three bytes and more of what is asked.
    pub fn cost(&self) -> u32 {
        let tool = |tool: &Tool| tool.name.len() + tool.description.len() + tool.parameters.to_string().len();
        let bytes = self.instructions.len() + self.input.len() + self.tools.iter().map(tool).sum::<usize>();
        (u32::try_from(bytes).unwrap_or(u32::MAX) / 3).saturating_add(self.most_tokens).saturating_add(20)
    }

    /// The tokens that it came to; where nobody tells, the most.
    pub fn used(&self, answer: &Result<Said, Unanswered>) -> u32 {
        match answer {
            Ok(said) => said.tokens.unwrap_or_else(|| self.cost()),
            // Nothing was done.
            Err(Unanswered::Paused | Unanswered::Busy | Unanswered::Refused) => 0,
            Err(_) => self.cost(),
        }
    }
}

/// Something that a model may call. It is for whoever has asked to do anything about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    pub name: &'static str,
    pub description: &'static str,
    /// A JSON schema of an object.
    pub parameters: Value,
}

/// A call of a tool, as the model has it: neither name nor arguments need be what was offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    /// JSON, where the model has kept to it.
    pub arguments: String,
}

/// What it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub calls: Vec<Call>,
    pub ended: Ended,
    /// Of question and answer, where the host counts them.
    pub tokens: Option<u32>,
}

/// Why a text ends where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    ByItself,
    /// It would have been longer than it was allowed to be.
    TooLong,
    /// The rest did not come.
    Interrupted,
}

/// Why there is neither text nor call. Nothing of the host's words is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    #[error("it failed too often in a row, and is not asked for a while")]
    Paused,
    #[error("it takes no more questions for now")]
    Busy,
    #[error("it takes too long")]
    TooSlow,
    #[error("it cannot be reached, or answers what cannot be read")]
    Failed,
    #[error("it refuses us")]
    Refused,
    #[error("its filter keeps the question or the answer back")]
    Filtered,
}
