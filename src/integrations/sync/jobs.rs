//! What starts runs: messages of the two queues, and changes of tasks.

use std::time::Duration;

use serde_json::json;

use super::{
    run::{Ran, Work},
    service::Synchronisation,
};
use crate::{
    integrations::{
        connections::{
            model::{ConnectionId, Direction, Trigger},
            repo::Connected,
        },
        credentials::renewal::NoCredential,
        messages::{INBOUND, Inbound, OUTBOUND, Outbound},
    },
    jobs::{
        Consumer, Job, Outcome,
        queue::{MAX_DELAY, NewMessage},
    },
    kernel::{Code, Ctx, Owner, Result, UserId},
    store::Entity as _,
    work::tasks::model::Task,
};

/// How long after a change here it is written there, so that several are written together.
const PAUSE: Duration = Duration::from_secs(2);
/// When a message is looked at again for which the connection was not free.
const BUSY: Duration = Duration::from_secs(5);

/// Takes from a service what is there, and writes to it what changed here.
pub struct InboundWorker(pub Synchronisation);

/// Writes to a service what changed here.
pub struct OutboundWorker(pub Synchronisation);

#[async_trait::async_trait]
impl Job for InboundWorker {
    const NAME: &'static str = "sync_inbound_worker";
    type Payload = Inbound;

    async fn run(&self, ctx: &Ctx, message: Inbound) -> Outcome {
        self.0.inbound(ctx, message).await.into()
    }
}

#[async_trait::async_trait]
impl Job for OutboundWorker {
    const NAME: &'static str = "sync_outbound_worker";
    type Payload = Outbound;

    async fn run(&self, ctx: &Ctx, message: Outbound) -> Outcome {
        let Outbound { user_id, connection_id, .. } = message;
        self.0.work(ctx, user_id, connection_id, Trigger::Change, Work::Push).await.into()
    }
}

impl Synchronisation {
    async fn inbound(&self, ctx: &Ctx, message: Inbound) -> Result<()> {
        let Inbound { user_id, connection_id, trigger, .. } = message;
        if trigger == Trigger::Token {
            let owner = ctx.owner_for_program(user_id)?;
            return match self.vault.keep_alive(ctx, owner, connection_id.uuid()).await {
                // The next run says so.
                Ok(()) | Err(NoCredential::NeedsReauth | NoCredential::Misconfigured) => Ok(()),
                Err(NoCredential::Failed(error)) => Err(error),
            };
        }
        self.work(ctx, user_id, connection_id, trigger, Work::Both).await
    }

    /// Runs, and asks for another run where there is more to do: by a message of its own, since that is no failure.
    async fn work(&self, ctx: &Ctx, user: UserId, id: ConnectionId, trigger: Trigger, work: Work) -> Result<()> {
        let owner = ctx.owner_for_program(user)?;
        let (work, delay) = match self.run(ctx, owner, id, trigger, work).await {
            Ok(Ran::Done) => return Ok(()),
            // The account is gone, and the connection with it.
            Err(error) if error.code() == Code::NotFound => return Ok(()),
            Err(error) => return Err(error),
            Ok(Ran::InFlight) => (work, BUSY),
            Ok(Ran::More) => (Work::Both, Duration::ZERO),
            Ok(Ran::Later(at)) => (work, at.since(self.clock.now()).max(Duration::from_secs(1)).min(MAX_DELAY)),
        };
        self.ask(ctx, owner, id, trigger, work, delay).await
    }

    async fn ask(&self, ctx: &Ctx, owner: Owner, id: ConnectionId, trigger: Trigger, work: Work, delay: Duration) -> Result<()> {
        let (user_id, correlation_id) = (owner.id(), ctx.request_id().to_string());
        let (queue, body) = match work {
            Work::Both => (INBOUND, json!(Inbound { user_id, connection_id: id, trigger, correlation_id })),
            Work::Push => (OUTBOUND, json!(Outbound { user_id, connection_id: id, correlation_id })),
        };
        let now = self.clock.now();
        if self.asked.comes((id, queue), now, delay) {
            return Ok(());
        }
        self.queue.send(queue, NewMessage { body, delay }).await?;
        self.asked.note((id, queue), now, delay);
        Ok(())
    }
}

/// Has tasks written where they are kept too, once they have changed here.
#[async_trait::async_trait]
impl Consumer for Synchronisation {
    fn name(&self) -> &'static str {
        "sync"
    }

    fn reads(&self) -> &'static [&'static str] {
        &[Task::KIND]
    }

    fn writes(&self) -> &'static [&'static str] {
        &[]
    }

    async fn follow(&self, ctx: &Ctx, user: UserId, _: u64) -> Result<()> {
        let owner = ctx.owner_for_program(user)?;
        let connected = match self.ledger.fact::<Connected>(user).await {
            Err(error) if error.code() == Code::NotFound => return Ok(()),
            other => other?.unwrap_or_default(),
        };
        for connection in connected.0.into_iter().filter(|connection| connection.direction != Direction::In) {
            self.ask(ctx, owner, connection.id, Trigger::Change, Work::Push, PAUSE).await?;
        }
        Ok(())
    }
}
