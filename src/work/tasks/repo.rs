//! Where tasks are kept, in their user's partition, and what they count for.

use std::sync::Arc;

use super::model::Task;
use crate::{
    kernel::{Owner, Page, PageRequest, Result},
    ledger::{ACHIEVEMENTS, Add, Counted},
    store::{Collection, Entity, Partition, Places, Store},
    work::counters::{COMPLETED_TASKS, CREATED_TASKS, TASKS},
};

impl Entity for Task {
    const KIND: &'static str = "tasks";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.created_at.micros()), None, None, None]
    }

    fn facet(&self) -> Option<&'static str> {
        Some(Self::facet_of(self.completion.is_some()))
    }
}

impl Counted for Task {
    fn counts(&self, add: Add<'_>) {
        add(TASKS, None, 1);
        // A task from before dates were counted was created on none.
        if let Some(date) = self.created_on {
            add(CREATED_TASKS, Some(date), 1);
        }
        if let Some(completion) = self.completion {
            add(COMPLETED_TASKS, None, 1);
            add(COMPLETED_TASKS, Some(completion.date), 1);
            add(ACHIEVEMENTS, Some(completion.date), 1);
        }
    }
}

#[derive(Debug, Clone)]
pub struct TaskRepo(Collection<Task>);

impl TaskRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    /// The owner's tasks, or everybody's.
    pub async fn list(&self, owner: Option<Owner>, completed: Option<bool>, page: PageRequest) -> Result<Page<Task>> {
        let partition = owner.map(|owner| Partition::of(owner.id()));
        Ok(self.0.list(partition, completed.map(Task::facet_of), page).await?)
    }
}
