//! Forgotten sessions: a timer finds whose turn it is, and a message for each of them has it looked at.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use super::service::WorkSessionService;
use crate::{
    jobs::{
        DeadLetters, Job, Leases, Outcome, Tick,
        dead_letter::{ATTEMPTS, Work},
        queue::{NewMessage, Queue},
    },
    kernel::{Clock, Code, Ctx, Error, Limit, PageRequest, Result, UserId},
    work::habits::service::HabitsService,
};

/// The queue of those whose session is to be looked at.
const QUEUE: &str = "work-sessions-due";
/// How long the sweep has the lease after each page.
const LEASE: Duration = Duration::from_mins(2);
/// How many are read at once.
const PAGE: u32 = 100;

/// Finds the sessions about which something is due. Each stays due until that was done, so that whatever is lost on the
/// way is found again, and a second message about the same session finds nothing to do.
pub struct Sweep {
    pub sessions: WorkSessionService,
    pub leases: Leases,
    pub queue: Arc<dyn Queue>,
    pub clock: Arc<dyn Clock>,
}

#[async_trait::async_trait]
impl Job for Sweep {
    const NAME: &'static str = "work_sessions_sweep";
    type Payload = Tick;

    async fn run(&self, ctx: &Ctx, _: Tick) -> Outcome {
        self.sweep(ctx).await.into()
    }
}

impl Sweep {
    async fn sweep(&self, ctx: &Ctx) -> Result<()> {
        let Some(mut lease) = self.leases.take(ctx, Self::NAME, LEASE).await? else { return Ok(()) };
        let mut page = PageRequest::first(Limit::new(PAGE).unwrap_or(Limit::MAX));
        loop {
            let due = self.sessions.due(ctx, page.clone()).await?;
            for user_id in due.items {
                self.queue.send(QUEUE, NewMessage::of(json!({ "user_id": user_id }))).await?;
            }
            let Some(next) = due.next else { break };
            page.after = Some(next);
            self.leases.keep(self.clock.now(), &mut lease, LEASE).await?;
        }
        self.leases.finish(self.clock.now(), lease).await
    }
}

/// Whose session is to be looked at.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Due {
    user_id: UserId,
}

/// Looks at one user's session under way.
pub struct Review {
    pub sessions: WorkSessionService,
    pub habits: HabitsService,
}

#[async_trait::async_trait]
impl Job for Review {
    const NAME: &'static str = "work_sessions_due";
    type Payload = Due;

    async fn run(&self, ctx: &Ctx, due: Due) -> Outcome {
        self.review(ctx, due.user_id).await.into()
    }
}

impl Review {
    async fn review(&self, ctx: &Ctx, user: UserId) -> Result<()> {
        let owner = ctx.owner_for_program(user)?;
        let habits = self.habits.get(ctx, owner).await?;
        match self.sessions.review(ctx, owner, habits.as_ref()).await {
            // The account is gone, and the session with it.
            Err(error) if error.code() == Code::NotFound => Ok(()),
            result => result,
        }
    }
}

/// Files what neither the job nor the program survived: the host moves such a message aside after the fifth attempt.
pub struct Poisoned(pub DeadLetters);

#[async_trait::async_trait]
impl Job for Poisoned {
    const NAME: &'static str = "work_sessions_due_poison";
    type Payload = Value;

    async fn run(&self, ctx: &Ctx, payload: Value) -> Outcome {
        let error = Error::internal("the program did not survive it");
        self.0.set_aside(ctx, Work { job: Review::NAME, payload: &payload }, ATTEMPTS, &error).await.into()
    }
}
