//! Where work sessions and the reminders of them are kept: in their user's partition.

use std::{sync::Arc, time::Duration};

use super::model::{Nudge, Times, WorkSession, WorkSessionId};
use crate::{
    kernel::{Limit, Owner, Page, PageRequest, Result},
    store::{Collection, Entity, Partition, Store, Stored, query::Span},
};

impl Entity for WorkSession {
    const KIND: &'static str = "work_sessions";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn sort(&self) -> Option<i64> {
        Some(self.start_time.micros())
    }
}

impl Entity for Nudge {
    const KIND: &'static str = "nudges";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.clone()
    }

    fn sort(&self) -> Option<i64> {
        Some(self.created_at.micros())
    }
}

#[derive(Debug, Clone)]
pub struct WorkSessionRepo {
    sessions: Collection<WorkSession>,
    nudges: Collection<Nudge>,
}

impl WorkSessionRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { sessions: Collection::new(Arc::clone(&store)), nudges: Collection::new(store) }
    }

    pub async fn get(&self, owner: Owner, id: WorkSessionId) -> Result<Option<Stored<WorkSession>>> {
        Ok(self.sessions.get(Partition::of(owner.id()), id.to_string()).await?)
    }

    /// The owner's sessions, or everybody's.
    pub async fn list(&self, owner: Option<Owner>, page: PageRequest) -> Result<Page<WorkSession>> {
        let partition = owner.map(|owner| Partition::of(owner.id()));
        Ok(self.sessions.list(partition, None, page).await?)
    }

    /// The earliest session but `except` that overlaps the times, when none lasts longer than `longest`.
    pub async fn overlapping(
        &self,
        owner: Owner,
        times: Times,
        longest: Duration,
        except: Option<WorkSessionId>,
    ) -> Result<Option<WorkSession>> {
        // Whatever ends after the start began at most so long before it.
        let span = Span { from: times.start.minus(longest).micros().max(Span::ALL.from), until: times.end.micros() };
        let mut page = PageRequest::first(Limit::MAX);
        loop {
            let read = self.sessions.range(Some(Partition::of(owner.id())), span, page).await?;
            let found = read.items.into_iter().find(|session| Some(session.id) != except && session.overlaps(times));
            match (found, read.next) {
                (None, Some(after)) => page = PageRequest { limit: Limit::MAX, after: Some(after) },
                (found, _) => return Ok(found),
            }
        }
    }

    pub async fn has_nudge(&self, owner: Owner, nudge: &Nudge) -> Result<bool> {
        Ok(self.nudges.get(Partition::of(owner.id()), nudge.id.as_str()).await?.is_some())
    }
}
