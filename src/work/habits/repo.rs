//! Where habits are kept, and the sessions that they are learned from.

use std::sync::Arc;

use super::model::Habits;
use crate::{
    kernel::{Limit, Owner, PageRequest, Result, Timestamp},
    ledger::Counted,
    store::{Collection, Entity, Partition, Span, Store, Stored},
    work::work_sessions::model::WorkSession,
};

/// The id of the one document in a user's partition.
const ID: &str = "habits";

impl Entity for Habits {
    const KIND: &'static str = "habits";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        ID.into()
    }
}

impl Counted for Habits {}

#[derive(Debug, Clone)]
pub struct HabitsRepo {
    habits: Collection<Habits>,
    sessions: Collection<WorkSession>,
}

impl HabitsRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { habits: Collection::new(Arc::clone(&store)), sessions: Collection::new(store) }
    }

    pub async fn get(&self, owner: Owner) -> Result<Option<Stored<Habits>>> {
        Ok(self.habits.get(Partition::of(owner.id()), ID).await?)
    }

    /// The sessions that began since.
    pub async fn sessions_since(&self, owner: Owner, since: Timestamp) -> Result<Vec<WorkSession>> {
        let span = Span { from: since.micros(), ..Span::ALL };
        let mut page = PageRequest::first(Limit::MAX);
        let mut sessions = Vec::new();
        loop {
            let read = self.sessions.range(Some(Partition::of(owner.id())), span, page).await?;
            sessions.extend(read.items);
            let Some(after) = read.next else { return Ok(sessions) };
            page = PageRequest { limit: Limit::MAX, after: Some(after) };
        }
    }
}
