//! Work that is due to a user at an instant: a timer finds to whom, and a message for each of them has it done.
//!
//! What is due stays so until it was done, so that whatever is lost on the way is found again, and a second message about
//! the same user finds nothing to do.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    DeadLetters, Job, Leases, Outcome, Tick,
    dead_letter::{ATTEMPTS, Work},
    queue::{NewMessage, Queue},
};
use crate::{
    kernel::{Clock, Code, Ctx, Error, Limit, Owner, PageRequest, Result, UserId},
    ledger::Ledger,
};

/// The queue of those to whom something is due.
const QUEUE: &str = "jobs";
/// How long the timer's lease lasts after each page.
const LEASE_TTL: Duration = Duration::from_mins(2);
/// How many users are read at once.
const PAGE: u32 = 100;
/// How long work is put off that failed for good, so that it is set aside once an hour and not with each tick.
const FAILED_WORK_DELAY: Duration = Duration::from_hours(1);

/// Work that a user's ledger says is due at an instant.
///
/// It decides on what it reads, and sets in the same commit when it is next due, or that it is not any more.
#[async_trait::async_trait]
pub trait DueWork: Send + Sync {
    /// The name under which the ledger says when it is due.
    fn name(&self) -> &'static str;

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()>;
}

/// The timer: finds the users to whom something is due.
pub struct FindDue {
    pub ledger: Ledger,
    pub leases: Leases,
    pub queue: Arc<dyn Queue>,
    pub clock: Arc<dyn Clock>,
}

/// Something that is due, as a message.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct DueMessage {
    user_id: UserId,
}

#[async_trait::async_trait]
impl Job for FindDue {
    const NAME: &'static str = "tick";
    type Payload = Tick;

    async fn run(&self, ctx: &Ctx, _: Tick) -> Outcome {
        self.find(ctx).await.into()
    }
}

impl FindDue {
    async fn find(&self, ctx: &Ctx) -> Result<()> {
        let Some(mut lease) = self.leases.take(ctx, Self::NAME, LEASE_TTL).await? else { return Ok(()) };
        let mut page = PageRequest::first(Limit::new(PAGE).unwrap_or(Limit::MAX));
        loop {
            let due = self.ledger.due(ctx.now, page.clone()).await?;
            for user_id in due.items {
                self.queue.send(QUEUE, NewMessage::of(json!(DueMessage { user_id }))).await?;
            }
            let Some(next) = due.next else { break };
            page.after = Some(next);
            self.leases.keep(self.clock.now(), &mut lease, LEASE_TTL).await?;
        }
        self.leases.finish(self.clock.now(), lease).await
    }
}

/// Does what is due to one user.
pub struct DoDue {
    pub ledger: Ledger,
    pub work: Vec<Arc<dyn DueWork>>,
    pub dead_letters: DeadLetters,
}

#[async_trait::async_trait]
impl Job for DoDue {
    const NAME: &'static str = "jobs";
    type Payload = DueMessage;

    async fn run(&self, ctx: &Ctx, due: DueMessage) -> Outcome {
        self.all_of(ctx, due.user_id).await.into()
    }
}

impl DoDue {
    /// One failure keeps nothing else from being done. Errors: the last that another attempt may mend.
    async fn all_of(&self, ctx: &Ctx, user: UserId) -> Result<()> {
        let owner = ctx.owner_for_program(user)?;
        let Some(summary) = self.ledger.read_even_closed(user).await? else { return Ok(()) };
        let mut left = Ok(());
        for name in summary.due.by(ctx.now) {
            let Some(work) = self.work.iter().find(|work| work.name() == name) else {
                tracing::warn!(work = name, "due work that this version does not know");
                self.ledger.postpone(user, name, FAILED_WORK_DELAY).await?;
                continue;
            };
            match work.run(ctx, owner).await {
                Ok(()) => {}
                // The account is gone, and with it what was to be done.
                Err(error) if error.code() == Code::NotFound => {}
                Err(error) if error.retryable() => left = Err(error),
                Err(error) => self.set_aside(ctx, user, name, &error).await?,
            }
        }
        left
    }

    async fn set_aside(&self, ctx: &Ctx, user: UserId, name: &str, error: &Error) -> Result<()> {
        self.ledger.postpone(user, name, FAILED_WORK_DELAY).await?;
        let payload = json!(DueMessage { user_id: user });
        self.dead_letters.set_aside(ctx, Work { job: Self::NAME, payload: &payload }, 1, error).await
    }
}

/// Files what neither the job nor the program survived: the host moves such a message aside after the fifth attempt.
pub struct FilePoison {
    /// The job whose messages these were.
    pub job: &'static str,
    pub dead_letters: DeadLetters,
}

#[async_trait::async_trait]
impl Job for FilePoison {
    const NAME: &'static str = "jobs_poison";
    type Payload = Value;

    async fn run(&self, ctx: &Ctx, payload: Value) -> Outcome {
        let error = Error::internal("the program did not survive it");
        self.dead_letters.set_aside(ctx, Work { job: self.job, payload: &payload }, ATTEMPTS, &error).await.into()
    }
}
