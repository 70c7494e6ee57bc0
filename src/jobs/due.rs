//! Work that is due to a user at an instant. A timer sends a message for each range of the store, whoever gets one sends a
//! message for each user of the range to whom something is due, and whoever gets that does it.
//!
//! What is due stays so until it was done, so that whatever is lost on the way is found again, and a second message about
//! the same user finds nothing to do.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    DeadLetters, Job, Leases, Outcome, Tick,
    dead_letter::Work,
    queue::{NewMessage, Queue},
};
use crate::{
    kernel::{Clock, Code, Ctx, Error, Limit, Owner, PageRequest, Result, UserId},
    ledger::Ledger,
    store::KeyRange,
};

/// The queue of those to whom something is due.
const QUEUE: &str = "jobs";
/// How long the timer's lease lasts at most: its instances send the messages for a minute once.
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

/// The timer: has each range of the store looked through for users to whom something is due.
pub struct FindDue {
    pub ledger: Ledger,
    pub leases: Leases,
    pub queue: Arc<dyn Queue>,
    pub clock: Arc<dyn Clock>,
}

/// What is to be done, as a message.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DueMessage {
    /// What is due to one user.
    User { user_id: UserId },
    /// Finding the users of a range to whom something is due.
    Range { range: KeyRange },
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
        let Some(lease) = self.leases.take(ctx, Self::NAME, LEASE_TTL).await? else { return Ok(()) };
        for range in self.ledger.ranges().await? {
            self.queue.send(QUEUE, NewMessage::of(json!(DueMessage::Range { range }))).await?;
        }
        self.leases.finish(self.clock.now(), lease).await
    }
}

/// Does what a message asks for.
pub struct DoDue {
    pub ledger: Ledger,
    pub queue: Arc<dyn Queue>,
    pub work: Vec<Arc<dyn DueWork>>,
    pub dead_letters: DeadLetters,
}

#[async_trait::async_trait]
impl Job for DoDue {
    const NAME: &'static str = "jobs";
    type Payload = DueMessage;

    async fn run(&self, ctx: &Ctx, message: DueMessage) -> Outcome {
        match message {
            DueMessage::User { user_id } => self.all_of(ctx, user_id).await,
            DueMessage::Range { range } => self.find_in(ctx, range).await,
        }
        .into()
    }
}

impl DoDue {
    /// Sends a message for each user of the range to whom something is due.
    async fn find_in(&self, ctx: &Ctx, range: KeyRange) -> Result<()> {
        let mut page = PageRequest::first(Limit::new(PAGE).unwrap_or(Limit::MAX));
        loop {
            let due = self.ledger.due(range.clone(), ctx.now(), page.clone()).await?;
            for user_id in due.items {
                self.queue.send(QUEUE, NewMessage::of(json!(DueMessage::User { user_id }))).await?;
            }
            let Some(next) = due.next else { return Ok(()) };
            page.after = Some(next);
        }
    }

    /// One failure keeps nothing else from being done. Errors: the last that another attempt may mend.
    async fn all_of(&self, ctx: &Ctx, user: UserId) -> Result<()> {
        let owner = ctx.owner_for_program(user)?;
        let Some(summary) = self.ledger.read_even_closed(user).await? else { return Ok(()) };
        let mut left = Ok(());
        for name in summary.due.by(ctx.now()) {
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
        let payload = json!(DueMessage::User { user_id: user });
        self.dead_letters.set_aside(ctx, Work { job: Self::NAME, payload: &payload }, 1, error).await
    }
}
