//! Where tasks are kept, in their user's partition, and what they count for.

use std::{sync::Arc, time::Duration};

use chrono::NaiveDate;

use super::{
    agenda::{self, List, Stretch},
    filter::{CreationOrder, Present, SortKey, TaskFilter},
    model::{Task, TaskId},
    selection::Selection,
    shown::is_overdue,
};
use crate::{
    kernel::{Code, DayRule, Error, Limit, Owner, Page, PageRequest, Result, Timestamp},
    ledger::{ACHIEVEMENTS, Add, Counted},
    store::{Collection, Entity, Order, Partition, Place, Places, Scope, Span, Store, Stored},
    work::counters::{
        CARRIED_OVER_TASKS, COMPLETED_TASKS, CREATED_TASKS, ESTIMATED_MINUTES, SPENT_ON_COMPLETED_SECONDS,
        SPENT_ON_ESTIMATED_SECONDS, TASKS, TIMED_COMPLETED_TASKS, TIMED_SECONDS,
    },
};

impl List {
    fn place(self) -> Place {
        match self {
            Self::Agenda => Place::SECOND,
            Self::Due => Place::THIRD,
            Self::Planned => Place::FOURTH,
        }
    }
}

impl Entity for Task {
    const KIND: &'static str = "tasks";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        self.list_places()
    }

    fn facet(&self) -> Option<&'static str> {
        self.trashed.is_none().then_some(Self::facet_of(self.completion.is_some()))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.trashed.map(|trashed| trashed.until)
    }
}

impl Counted for Task {
    fn counts(&self, add: Add<'_>) {
        if self.trashed.is_some() {
            return;
        }
        add(TASKS, None, 1);
        // A task from before dates were counted was created on none.
        if let Some(date) = self.created_on {
            add(CREATED_TASKS, Some(date), 1);
        }
        for (date, seconds) in self.spent.by_date() {
            add(TIMED_SECONDS, Some(date), seconds);
        }
        if let Some(carried) = self.carried {
            add(CARRIED_OVER_TASKS, Some(carried.to), 1);
        }
        let Some(completion) = self.completion else { return };
        let date = Some(completion.date);
        add(COMPLETED_TASKS, None, 1);
        add(COMPLETED_TASKS, date, 1);
        add(ACHIEVEMENTS, date, 1);
        let spent = self.spent.seconds();
        if spent > 0 {
            add(TIMED_COMPLETED_TASKS, date, 1);
            add(SPENT_ON_COMPLETED_SECONDS, date, spent);
        }
        if let Some(estimate) = self.estimate_minutes
            && spent > 0
        {
            add(ESTIMATED_MINUTES, date, estimate.get().into());
            add(SPENT_ON_ESTIMATED_SECONDS, date, spent);
        }
    }
}

#[derive(Debug, Clone)]
pub struct TaskRepo(Collection<Task>);

impl TaskRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    /// The task, which may be in the trash.
    pub async fn get(&self, owner: Owner, id: TaskId) -> Result<Option<Stored<Task>>> {
        Ok(self.0.get(Partition::of(owner.id()), id.to_string()).await?)
    }

    /// The owner's tasks, or everybody's, in the order of their creation or against it, as they are stored.
    pub async fn texts(
        &self,
        owner: Option<Owner>,
        completed: Option<bool>,
        creation: CreationOrder,
        page: PageRequest,
    ) -> Result<Page<String>> {
        let scope = Scope::first(owner.map(|owner| Partition::of(owner.id())));
        let order = match creation {
            CreationOrder::OldestFirst => Order::Ascending,
            CreationOrder::LatestFirst => Order::Descending,
        };
        Ok(self.0.texts_in(scope, completed.map(Task::facet_of), order, page).await?)
    }

    /// The owner's tasks that the filter lets through, in its order: the store is asked for one stretch of one list.
    pub async fn select(
        &self,
        owner: Owner,
        filter: &TaskFilter,
        present: Present,
        overdue: &(dyn Fn(&Task) -> bool + Sync),
        page: &PageRequest,
    ) -> Result<Page<Task>> {
        let bad_cursor = |_| Error::new(Code::InvalidCursor, "The cursor does not belong to this list");
        let after = page.after.as_deref().map(serde_json::from_str::<SortKey>).transpose().map_err(bad_cursor)?;
        let mut selection = Selection::new(page.limit, after);
        let stretch = filter.stretch(present);
        // In the agenda the stretch says it.
        let facet = filter.completed.filter(|_| stretch.list != List::Agenda).map(Task::facet_of);
        self.each(owner, stretch, facet, &mut |task| {
            if filter.lets_through(&task, present, || overdue(&task)) {
                let bytes = task.weight();
                selection.offer(filter.key(&task, present), task, bytes);
            }
        })
        .await?;
        selection.page().map_err(Error::internal)
    }

    /// Shows each task of a stretch.
    pub async fn each(
        &self,
        owner: Owner,
        stretch: Stretch,
        facet: Option<&'static str>,
        see: &mut (dyn FnMut(Task) + Send),
    ) -> Result<()> {
        let scope = Scope::Partition(Partition::of(owner.id()), stretch.list.place());
        let span = Span { from: stretch.from, until: stretch.until.min(Span::ALL.until) };
        let mut page = PageRequest::first(Limit::MAX);
        loop {
            let read = self.0.list_in(scope.clone(), facet, Order::Ascending, span, page).await?;
            read.items.into_iter().for_each(|read| see(read.value));
            let Some(after) = read.next else { return Ok(()) };
            page = PageRequest { limit: Limit::MAX, after: Some(after) };
        }
    }

    /// Whether a task that there is was overdue at the end of a date: due by then, and not done until later. One question, of
    /// what was completed since and what is open.
    pub async fn is_any_overdue_at_end_of(&self, owner: Owner, date: NaiveDate, rule: DayRule) -> Result<bool> {
        let end = rule.start_of(date.succ_opt().unwrap_or(date));
        // What is due at the very end, as by the date itself, is overdue.
        let after = end.plus(Duration::from_micros(1));
        let mut found = false;
        self.each(owner, agenda::left_at_end_of(date), None, &mut |task| {
            let left = task.created_at < end && task.completion.is_none_or(|completion| completion.at >= end);
            found |= left && is_overdue(task.due, after, Some(rule)) == Some(true);
        })
        .await?;
        Ok(found)
    }

    /// How many open tasks the owner has with a date no later than this one.
    pub async fn count_open_by(&self, owner: Owner, date: NaiveDate) -> Result<u64> {
        let mut count = 0;
        self.each(owner, agenda::open_by(date), None, &mut |_| count += 1).await?;
        Ok(count)
    }

    /// The open tasks with a date no later than this one, those with the latest first: at most `limit`.
    pub async fn latest_open_by(&self, owner: Owner, date: NaiveDate, limit: Limit) -> Result<Vec<Task>> {
        let Stretch { list, from, until } = agenda::open_by(date);
        let scope = Scope::Partition(Partition::of(owner.id()), list.place());
        let read = self.0.list_in(scope, None, Order::Descending, Span { from, until }, PageRequest::first(limit)).await?;
        Ok(read.items.into_iter().map(|read| read.value).collect())
    }

    /// Whether an open task is planned for any date.
    pub async fn is_any_planned(&self, owner: Owner) -> Result<bool> {
        let first = PageRequest::first(Limit::new(1).unwrap_or(Limit::MAX));
        Ok(!self.planned_before(owner, Span::ALL.until, first).await?.items.is_empty())
    }

    /// The open tasks that are planned for a date before another one, by that date, with what is needed to replace each.
    pub async fn planned_before(&self, owner: Owner, until: i64, page: PageRequest) -> Result<Page<Stored<Task>>> {
        let scope = Scope::Partition(Partition::of(owner.id()), List::Planned.place());
        let span = Span { until, ..Span::ALL };
        Ok(self.0.list_in(scope, Some(Task::facet_of(false)), Order::Ascending, span, page).await?)
    }
}
