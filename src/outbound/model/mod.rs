//! A host of a language model that speaks as OpenAI's does (chat completions): OpenAI, Azure OpenAI, Ollama, vLLM and others. Knows
//! nothing of what it is asked about.

mod events;
mod host;
mod reading;

#[cfg(test)]
mod tests;

use std::time::Duration;

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
    /// How long the answer may be.
    pub most_tokens: u32,
}

/// What it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub text: String,
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

/// Why there is no text. Nothing of the host's words is in it.
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
