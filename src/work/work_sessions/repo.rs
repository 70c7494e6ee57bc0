//! Where work sessions are kept: in their user's partition.

use std::sync::Arc;

use super::model::{WorkSession, WorkSessionId};
use crate::{
    kernel::{Owner, Page, PageRequest, Result},
    store::{Collection, Entity, Partition, Store, Stored},
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

#[derive(Debug, Clone)]
pub struct WorkSessionRepo(Collection<WorkSession>);

impl WorkSessionRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    pub async fn get(&self, owner: Owner, id: WorkSessionId) -> Result<Option<Stored<WorkSession>>> {
        Ok(self.0.get(Partition::of(owner.id()), id.to_string()).await?)
    }

    /// The owner's sessions, or everybody's.
    pub async fn list(&self, owner: Option<Owner>, page: PageRequest) -> Result<Page<WorkSession>> {
        let partition = owner.map(|owner| Partition::of(owner.id()));
        Ok(self.0.list(partition, None, page).await?)
    }
}
