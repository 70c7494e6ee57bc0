//! Where work sessions and their heartbeats are kept: in their user's partition.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Times, WorkSession, WorkSessionId};
use crate::{
    kernel::{Limit, Owner, Page, PageRequest, Result, Timestamp},
    ledger::Counted,
    store::{Batch, Collection, Entity, Partition, Place, Places, Span, Store, StoreError, Stored, collection},
};

/// The list of sessions by their start, in microseconds.
const BY_START: Place = Place::FIRST;

impl Entity for WorkSession {
    const KIND: &'static str = "work_sessions";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.start_time.micros()), None, None, None]
    }
}

/// When the user was last known to be at a session. A document of its own, since it is written once a minute and the
/// summary, which all other changes need, would be many times its size. It exists while the session is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Heartbeat {
    pub work_session_id: WorkSessionId,
    pub at: Timestamp,
}

impl Entity for Heartbeat {
    const KIND: &'static str = "heartbeats";

    fn document_id(&self) -> String {
        self.work_session_id.to_string()
    }
}

impl Counted for Heartbeat {}

#[derive(Debug, Clone)]
pub struct WorkSessionRepo {
    sessions: Collection<WorkSession>,
    heartbeats: Collection<Heartbeat>,
}

impl WorkSessionRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { sessions: Collection::new(Arc::clone(&store)), heartbeats: Collection::new(store) }
    }

    pub async fn get(&self, owner: Owner, id: WorkSessionId) -> Result<Option<Stored<WorkSession>>> {
        Ok(self.sessions.get(Partition::of(owner.id()), id.to_string()).await?)
    }

    /// The owner's sessions, or everybody's, that began at the first instant or later, and before the other.
    pub async fn list(
        &self,
        owner: Option<Owner>,
        [from, until]: [Option<Timestamp>; 2],
        page: PageRequest,
    ) -> Result<Page<WorkSession>> {
        let span = Span {
            from: from.map_or(Span::ALL.from, Timestamp::micros),
            until: until.map_or(Span::ALL.until, Timestamp::micros),
        };
        let partition = owner.map(|owner| Partition::of(owner.id()));
        Ok(self.sessions.range(partition, span, page).await?)
    }

    /// The owner's sessions that began at an instant or later and have ended.
    pub async fn ended_since(&self, owner: Owner, from: Timestamp) -> Result<Vec<WorkSession>> {
        let mut found = Vec::new();
        let mut page = Some(PageRequest::first(Limit::MAX));
        while let Some(wanted) = page {
            let read = self.list(Some(owner), [Some(from), None], wanted).await?;
            found.extend(read.items.into_iter().filter(|session| session.end.is_some()));
            page = read.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
        }
        Ok(found)
    }

    /// The session but `except` that overlaps the times, if there is one: where none overlap each other, it can only be
    /// the last that begins before the end, and those of no length that begin after that one.
    pub async fn overlapping(&self, owner: Owner, times: Times, except: Option<WorkSessionId>) -> Result<Option<WorkSession>> {
        let last = self.last_before(owner, times.end, except).await?;
        Ok(last.into_iter().find(|session| session.overlaps(times)))
    }

    /// When the last session ended, if one has.
    pub async fn last_end(&self, owner: Owner) -> Result<Option<Timestamp>> {
        let last = self.last_before(owner, Timestamp::from_micros(Span::ALL.until), None).await?;
        Ok(last.iter().filter_map(|session| Some(session.end?.at)).max())
    }

    /// The sessions but `except` that began last before an instant, as far as earlier ones have ended by then: one seek, unless
    /// several began at the same time, since some of those lasted for none.
    async fn last_before(&self, owner: Owner, until: Timestamp, except: Option<WorkSessionId>) -> Result<Vec<WorkSession>> {
        for limit in Limit::new(2).into_iter().chain([Limit::MAX]) {
            let mut last = self.sessions.last_before(Partition::of(owner.id()), BY_START, until.micros(), limit).await?;
            let all = last.len() < limit.get() || limit == Limit::MAX;
            let lowest = last.last().map(|session| session.start_time);
            last.retain(|session| Some(session.id) != except);
            if all || last.iter().any(|session| !session.is_instant() || Some(session.start_time) > lowest) {
                return Ok(last);
            }
        }
        Ok(Vec::new())
    }

    pub async fn heartbeat(&self, owner: Owner, id: WorkSessionId) -> Result<Option<Stored<Heartbeat>>> {
        Ok(self.heartbeats.get(Partition::of(owner.id()), id.to_string()).await?)
    }

    /// Replaces a heartbeat that was read, without a change of anything else; `false` when it is not what it was: another
    /// one came, or the session has ended.
    pub async fn beat(&self, owner: Owner, read: &Stored<Heartbeat>, at: Timestamp, op: Uuid) -> Result<bool> {
        let write = collection::replace(&Heartbeat { at, ..read.value }, 0, &read.etag)?;
        match self.heartbeats.store().commit(Batch::new(Partition::of(owner.id()), op).with(write)).await {
            Ok(_) => Ok(true),
            Err(StoreError::Stale(_)) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}
