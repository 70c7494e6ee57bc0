//! What a job is, and what it may say of how it went.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};

use crate::kernel::{Ctx, Error};

/// A piece of work with a name of its own, which is that of its function folder.
#[async_trait::async_trait]
pub trait Job: Send + Sync + 'static {
    /// Equal to the function folder.
    const NAME: &'static str;
    /// What starts it: [`Tick`] for a timer, the message for a queue.
    type Payload: DeserializeOwned + Send;

    async fn run(&self, ctx: &Ctx, payload: Self::Payload) -> Outcome;
}

/// The payload of a timer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Tick {
    /// Whether it should have come earlier.
    #[serde(default)]
    pub past_due: bool,
}

/// How a job went.
#[derive(Debug)]
pub enum Outcome {
    /// There is nothing left to do.
    Done,
    /// It may go well another time, not before `after`.
    Retry { after: Duration, error: Error },
    /// It will never go well.
    GiveUp { error: Error },
}

impl From<crate::kernel::Result<()>> for Outcome {
    /// What an error means decides: what may pass is tried again, the rest is set aside.
    fn from(result: crate::kernel::Result<()>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) if error.retryable() => Self::Retry { after: error.retry_after().unwrap_or_default(), error },
            Err(error) => Self::GiveUp { error },
        }
    }
}
