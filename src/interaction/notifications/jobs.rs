//! What has notifications decided and sent: changes, messages of the queue, and what is due.

use std::time::Duration;

use serde::Deserialize;

use super::service::{DUE, NotificationService};
use crate::{
    integrations::connections::model::Connection,
    jobs::{Consumer, DueWork, Job, Outcome},
    kernel::{Ctx, Owner, Result, UserId},
    progress::standing::Achievements,
    store::Entity as _,
    wellbeing::reminders::model::Nudge,
};

/// Follows what people are told of.
pub struct Decides(pub NotificationService);

/// Sends.
pub struct NotificationWorker(pub NotificationService);

/// Has sent what is due, by a message of its own: a receiver that is slow keeps nothing else that is due from being done.
pub struct SendDue(pub NotificationService);

/// To whom something is to be sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Recipient {
    user_id: UserId,
}

#[async_trait::async_trait]
impl Consumer for Decides {
    fn name(&self) -> &'static str {
        "notifications"
    }

    fn reads(&self) -> &'static [&'static str] {
        &[Nudge::KIND, Achievements::KIND, Connection::KIND]
    }

    /// The documents that it writes are followed by nobody.
    fn writes(&self) -> &'static [&'static str] {
        &[]
    }

    async fn follow(&self, ctx: &Ctx, user: UserId, _: u64) -> Result<()> {
        self.0.follow(ctx, ctx.owner_for_program(user)?).await
    }
}

#[async_trait::async_trait]
impl Job for NotificationWorker {
    const NAME: &'static str = "notification_worker";
    type Payload = Recipient;

    async fn run(&self, ctx: &Ctx, Recipient { user_id }: Recipient) -> Outcome {
        match ctx.owner_for_program(user_id) {
            Ok(owner) => self.0.deliver(owner).await.into(),
            Err(error) => Outcome::GiveUp { error },
        }
    }
}

#[async_trait::async_trait]
impl DueWork for SendDue {
    fn name(&self) -> &'static str {
        DUE
    }

    /// It stays due until whoever gets the message has done it.
    async fn run(&self, _ctx: &Ctx, owner: Owner) -> Result<()> {
        self.0.tell(owner.id(), Duration::ZERO).await
    }
}
