//! Where tasks are kept: in their user's partition.

use std::sync::Arc;

use super::model::{Task, TaskId};
use crate::{
    kernel::{Owner, Page, PageRequest, Result},
    store::{Collection, Entity, Partition, Store, Stored},
};

impl Entity for Task {
    const KIND: &'static str = "tasks";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn sort(&self) -> Option<i64> {
        Some(self.created_at.micros())
    }

    fn facet(&self) -> Option<&'static str> {
        Some(Self::facet_of(self.completion.is_some()))
    }
}

#[derive(Debug, Clone)]
pub struct TaskRepo(Collection<Task>);

impl TaskRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    pub async fn get(&self, owner: Owner, id: TaskId) -> Result<Option<Stored<Task>>> {
        Ok(self.0.get(Partition::of(owner.id()), id.to_string()).await?)
    }

    /// The owner's tasks, or everybody's.
    pub async fn list(&self, owner: Option<Owner>, completed: Option<bool>, page: PageRequest) -> Result<Page<Task>> {
        let partition = owner.map(|owner| Partition::of(owner.id()));
        Ok(self.0.list(partition, completed.map(Task::facet_of), page).await?)
    }
}
