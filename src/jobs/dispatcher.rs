//! What happens to an event, from whichever edge it comes: the job is run, and its outcome becomes an answer.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::{
    Entry, Outcome, Registry, Tick,
    dead_letter::{ATTEMPTS, DeadLetter, DeadLetters, Work},
    follower::{Followed, Follower},
};
use crate::{
    kernel::{Caller, Clock, Ctx, Error, IdSource, RequestId, Result},
    store::Change,
};

/// Something that starts work.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A timer.
    Tick(Tick),
    /// A message came out of a queue, for the `attempt`th time, from 1.
    Message { payload: Value, attempt: u32 },
    /// Published documents were written; of several writes only the last is told.
    Changes(Vec<Change>),
}

/// What whoever delivered the event is to do.
#[derive(Debug)]
pub enum Verdict {
    /// Forget it.
    Done,
    /// Deliver it again, not before `after`.
    Again { after: Duration, error: Error },
}

/// Runs jobs.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    pub registry: Registry,
    pub follower: Follower,
    pub dead_letters: DeadLetters,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
}

impl Dispatcher {
    /// A context for work of the program's own.
    pub fn ctx(&self, correlation: Option<RequestId>) -> Ctx {
        let now = self.clock.now();
        let request_id = correlation.unwrap_or_else(|| RequestId::from(self.ids.next(now)));
        Ctx::new(Caller::PROGRAM, now, request_id)
    }

    /// Deals with one event for the job.
    pub async fn dispatch(&self, ctx: &Ctx, entry: &Entry, event: Event) -> Verdict {
        ctx.request_id().around(self.deal_with(ctx, entry, event)).await
    }

    async fn deal_with(&self, ctx: &Ctx, entry: &Entry, event: Event) -> Verdict {
        let (outcome, message) = match event {
            Event::Tick(tick) => (run(ctx, entry, json!({ "past_due": tick.past_due })).await, None),
            // It was delivered often enough, and nobody lived or had the time to say how it went.
            Event::Message { payload, attempt } if attempt > ATTEMPTS => {
                (Outcome::GiveUp { error: Error::internal("it was never dealt with to its end") }, Some((payload, attempt)))
            }
            Event::Message { payload, attempt } => (run(ctx, entry, payload.clone()).await, Some((payload, attempt))),
            Event::Changes(changes) => (self.follower.follow(ctx, &changes).await, None),
        };
        let verdict = match (outcome, message) {
            (Outcome::Done, _) => Verdict::Done,
            (Outcome::Retry { after, error }, Some((_, attempt))) if attempt < ATTEMPTS => Verdict::Again { after, error },
            // A message that fails again and again stands in nobody's way any longer.
            (Outcome::Retry { error, .. } | Outcome::GiveUp { error }, Some((payload, attempt))) => {
                let work = Work { job: entry.name, payload: &payload };
                match self.dead_letters.set_aside(ctx, work, attempt, &error).await {
                    Ok(()) => Verdict::Done,
                    // It stays where it is until it can be filed.
                    Err(error) => Verdict::Again { after: Duration::ZERO, error },
                }
            }
            // A timer comes again by itself, and changes are delivered until they were dealt with.
            (Outcome::Retry { after, error }, None) => Verdict::Again { after, error },
            (Outcome::GiveUp { error }, None) => Verdict::Again { after: Duration::ZERO, error },
        };
        match &verdict {
            Verdict::Done => tracing::debug!(job = entry.name, "job"),
            Verdict::Again { error, .. } => tracing::warn!(job = entry.name, error = %error.chain(), "a job failed"),
        }
        verdict
    }

    /// Runs a job because a person asks for it. Errors: `NotFound`, and the job's own.
    pub async fn run(&self, ctx: &Ctx, name: &str, payload: Value) -> Result<()> {
        let entry = self.registry.get(name).ok_or_else(|| Error::not_found("Job"))?;
        finished(run(ctx, entry, payload).await)
    }

    /// Tries again what was set aside, and forgets it when it goes well. Errors: `NotFound`, and those of the work.
    pub async fn replay(&self, ctx: &Ctx, id: &str) -> Result<()> {
        let read = self.dead_letters.get(id).await?;
        let DeadLetter { job, payload, .. } = read.value.clone();
        if let Some(entry) = self.registry.get(&job) {
            finished(run(ctx, entry, payload).await)?;
        } else {
            let followed: Followed = serde_json::from_value(payload).map_err(|_| Error::not_found("Job"))?;
            self.follower.replay(ctx, &job, followed).await?;
        }
        self.dead_letters.drop(ctx, &read).await
    }
}

/// A panic is a failure like any other: what fails with one will be set aside.
async fn run(ctx: &Ctx, entry: &Entry, payload: Value) -> Outcome {
    let run = AssertUnwindSafe(entry.run(ctx, payload)).catch_unwind();
    run.await.unwrap_or_else(|_| Outcome::Retry { after: Duration::ZERO, error: Error::internal("a panic") })
}

/// What a person who asked for it is told.
fn finished(outcome: Outcome) -> Result<()> {
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::Retry { error, .. } | Outcome::GiveUp { error } => Err(error),
    }
}
