//! What is known of one task at one connection. Pure.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{base::Base, oscillation::Pushes, project::Side};
use crate::{
    integrations::connections::model::ConnectionId,
    kernel::{Timestamp, UserId},
    outbound::providers::{Field, Item},
    work::tasks::model::TaskId,
};

/// How long is remembered what was deleted there: longer than any service tells of what is gone.
const REMEMBERED: Duration = Duration::from_hours(90 * 24);
/// How often something is tried before it counts as failed.
const ATTEMPTS: u32 = 6;
/// The longest pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_mins(15);

/// A task and what stands for it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub user_id: UserId,
    pub connection_id: ConnectionId,
    /// The connection's.
    pub number: u16,
    pub task_id: TaskId,
    /// Whether the item was there by itself, so that it stays linked whatever goes out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
    /// Whether it is there since the occurrence before it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
    pub created_at: Timestamp,
    /// As it was last seen there; `None` until it has been made there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<There>,
    /// Set while something is to be written there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// When it was written there of late.
    #[serde(default, skip_serializing_if = "Pushes::is_none")]
    pub pushes: Pushes,
    /// Set once the item is known to be gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Deleted>,
    /// Whether the two are kept equal no longer, though both are there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detached: bool,
}

/// Since when an item is known to be gone, and who deleted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    pub at: Timestamp,
    pub by: Side,
}

/// What was last seen there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct There {
    pub external_id: String,
    pub version: String,
    pub base: Base,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub read_only: BTreeSet<Field>,
}

/// Something that is to be written there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub since: Timestamp,
    /// Not to be tried before.
    pub not_before: Timestamp,
    pub attempts: u32,
    /// Whether it was begun, so that it may have been done although no answer came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begun: bool,
    /// Whether it will not be tried again by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

impl Link {
    pub fn new(user_id: UserId, connection_id: ConnectionId, number: u16, task_id: TaskId, now: Timestamp) -> Self {
        Self {
            user_id,
            connection_id,
            number,
            task_id,
            found: false,
            follows: false,
            created_at: now,
            there: None,
            waiting: None,
            pushes: Pushes::default(),
            gone: None,
            detached: false,
        }
    }

    /// One for each task of a connection.
    pub fn id_of(connection: ConnectionId, task: TaskId) -> Uuid {
        Uuid::new_v5(&connection.uuid(), task.uuid().as_bytes())
    }

    /// A number of 52 bits by which the link of an item is found; another item has the same one hardly ever.
    pub fn finger_of(connection: ConnectionId, external_id: &str) -> i64 {
        let digest = Sha256::new().chain_update(connection.uuid().as_bytes()).chain_update(external_id).finalize();
        let first = digest.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        i64::try_from(first >> 12).unwrap_or(i64::MAX)
    }

    /// Of an attempt to write a state there and its repetitions.
    pub fn operation(&self, digest_of_state: &[u8]) -> Uuid {
        let version = self.there.as_ref().map_or("", |there| &there.version);
        let state = Sha256::new().chain_update(version).chain_update([0]).chain_update(digest_of_state).finalize();
        Uuid::new_v5(&Self::id_of(self.connection_id, self.task_id), &state)
    }

    /// Until when it is remembered; `None` while it is in use.
    pub fn forget_at(&self) -> Option<Timestamp> {
        Some(self.gone?.at.plus(REMEMBERED))
    }

    pub fn is_linked(&self) -> bool {
        self.there.is_some() && self.gone.is_none() && !self.detached
    }

    /// Whether it may have been made there, although nothing is known of it.
    pub fn is_begun(&self) -> bool {
        let unknown = self.there.is_none() || self.gone.is_some();
        unknown && self.waiting.as_ref().is_some_and(|waiting| waiting.begun && !waiting.failed)
    }

    /// Once there is something to be written there.
    #[must_use]
    pub fn awaiting(&self, now: Timestamp) -> Self {
        let waiting = self.waiting.clone().filter(|waiting| !waiting.failed);
        Self { waiting: Some(waiting.unwrap_or_else(|| Waiting::new(now))), ..self.clone() }
    }

    /// Before it is written there for the first time: whoever tries again looks first what became of it.
    #[must_use]
    pub fn begun(&self, now: Timestamp) -> Self {
        let waiting = self.waiting.clone().unwrap_or_else(|| Waiting::new(now));
        Self { waiting: Some(Waiting { begun: true, ..waiting }), ..self.clone() }
    }

    /// Once an attempt has failed that may go well another time; after so many it has failed for good.
    #[must_use]
    pub fn after_failure(&self, now: Timestamp, for_good: bool) -> Self {
        let was = self.waiting.clone().unwrap_or_else(|| Waiting::new(now));
        let attempts = was.attempts + 1;
        let pause = Duration::from_secs(1 << attempts.min(10)).min(MAX_PAUSE);
        let failed = for_good || attempts >= ATTEMPTS;
        Self { waiting: Some(Waiting { not_before: now.plus(pause), attempts, failed, ..was }), ..self.clone() }
    }
}

impl Waiting {
    fn new(now: Timestamp) -> Self {
        Self { since: now, not_before: now, attempts: 0, begun: false, failed: false }
    }
}

impl There {
    pub fn of(item: &Item, base: Base) -> Self {
        Self {
            external_id: item.external_id.clone(),
            version: item.version.clone(),
            base,
            url: item.url.clone(),
            read_only: item.read_only.clone(),
        }
    }
}
