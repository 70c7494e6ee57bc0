//! What the queues of synchronisation carry. Pure.

use serde::{Deserialize, Serialize};

use super::connections::model::{ConnectionId, Trigger};
use crate::kernel::UserId;

/// What is to be taken from a service, and then written to it.
pub const INBOUND: &str = "sync-inbound";
/// What changed here alone.
pub const OUTBOUND: &str = "sync-outbound";

/// Asks for a run of a connection. It is only a hint: whoever gets it decides on what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    pub user_id: UserId,
    pub connection_id: ConnectionId,
    pub trigger: Trigger,
    /// Of the request or the job that asks for it.
    pub correlation_id: String,
}

/// Says that tasks which go to a connection were changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    pub user_id: UserId,
    pub connection_id: ConnectionId,
    pub correlation_id: String,
}
