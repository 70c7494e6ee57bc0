//! How a channel is told something of itself. Who keeps what is sent implements it.

use std::fmt;

use uuid::Uuid;

use super::model::Channel;
use crate::{
    kernel::{Ctx, Owner, Result},
    ledger::Transaction,
};

/// What is said of the channel itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announcement {
    /// Whether it works.
    Test,
    /// The link that verifies its address.
    Verify,
}

/// Has messages sent.
#[async_trait::async_trait]
pub trait Announcer: Send + Sync + fmt::Debug {
    /// Queues that it is sent to this channel alone, with what else is committed. The id of the notification. Errors: `Internal`.
    fn announce(&self, change: &mut Transaction<'_>, channel: &Channel, what: Announcement) -> Result<Uuid>;

    /// Has somebody look soon at what was committed. When this is lost, what is due finds it.
    async fn hasten(&self, ctx: &Ctx, owner: Owner);
}
