//! Where links are kept: in their user's partition, listed by connection, found by what they stand for; and what they count for.

use std::sync::Arc;

use uuid::Uuid;

use super::link::Link;
use crate::{
    integrations::{
        connections::model::ConnectionId,
        counters::{FAILED, LINKED, WAITING, place_of, places_of},
    },
    kernel::{Limit, Owner, PageRequest, Result, Timestamp, UserId},
    ledger::{Add, Counted},
    store::{Collection, Document, Entity, Order, Partition, Place, Places, Query, Scope, Span, Store, Stored},
    work::tasks::model::{Task, TaskId},
};

/// Links by their connection and age.
const BY_CONNECTION: Place = Place::FIRST;
/// Links by the item that they stand for.
const BY_ITEM: Place = Place::SECOND;
/// Links with something to be written, by connection and the instant from which on it is to be tried.
const BY_WAITING: Place = Place::THIRD;

impl Entity for Link {
    const KIND: &'static str = "sync_links";

    fn document_id(&self) -> String {
        Self::id_of(self.connection_id, self.task_id).to_string()
    }

    fn places(&self) -> Places {
        let there = self.there.as_ref().map(|there| Self::finger_of(self.connection_id, &there.external_id));
        let waiting = self.waiting.as_ref().filter(|waiting| !waiting.failed);
        let waiting = waiting.map(|waiting| place_of(self.number, waiting.not_before));
        [Some(place_of(self.number, self.created_at)), there, waiting, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.forget_at()
    }
}

impl Counted for Link {
    fn counts(&self, add: Add<'_>) {
        let number = u32::from(self.number);
        if self.is_linked() {
            add(LINKED.at(number), None, 1);
        }
        if let Some(waiting) = &self.waiting {
            add(if waiting.failed { FAILED } else { WAITING }.at(number), None, 1);
        }
    }
}

/// A task that was changed, as it is; `None` for one that is gone for good.
#[derive(Debug, Clone)]
pub struct ChangedTask {
    pub id: TaskId,
    pub version: Uuid,
    pub task: Option<Task>,
}

#[derive(Debug, Clone)]
pub struct LinkRepo {
    links: Collection<Link>,
    store: Arc<dyn Store>,
}

impl LinkRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { links: Collection::new(Arc::clone(&store)), store }
    }

    pub async fn of_task(&self, owner: Owner, connection: ConnectionId, task: TaskId) -> Result<Option<Stored<Link>>> {
        Ok(self.links.get(Partition::of(owner.id()), Link::id_of(connection, task).to_string()).await?)
    }

    /// The links of some tasks, as far as they are there, in one request.
    pub async fn of_tasks(&self, owner: Owner, ids: Vec<(ConnectionId, TaskId)>) -> Result<Vec<Link>> {
        let ids = ids.into_iter().map(|(connection, task)| Link::id_of(connection, task).to_string()).collect();
        let found = self.links.get_all(&Partition::of(owner.id()), ids).await?;
        Ok(found.into_iter().map(|read| read.value).collect())
    }

    /// The link that stands for an item.
    pub async fn of_item(&self, owner: Owner, connection: ConnectionId, external_id: &str) -> Result<Option<Stored<Link>>> {
        let finger = Link::finger_of(connection, external_id);
        let scope = Scope::Partition(Partition::of(owner.id()), BY_ITEM);
        let span = Span { from: finger, until: finger + 1 };
        let page = self.links.list_in(scope, None, Order::Ascending, span, PageRequest::first(Limit::MAX)).await?;
        Ok(page.items.into_iter().find(|read| stands_for(&read.value, connection, external_id)))
    }

    /// All links of a connection, oldest first: a page of them, and where the next one begins.
    pub async fn page(&self, owner: Owner, number: u16, after: Option<String>) -> Result<(Vec<Stored<Link>>, Option<String>)> {
        let scope = Scope::Partition(Partition::of(owner.id()), BY_CONNECTION);
        let page = PageRequest { limit: Limit::MAX, after };
        let page = self.links.list_in(scope, None, Order::Ascending, places_of(number, None), page).await?;
        Ok((page.items, page.next))
    }

    /// What is to be written there by now, what has waited longest first: a page of it.
    pub async fn waiting(&self, owner: Owner, number: u16, now: Timestamp) -> Result<Vec<Link>> {
        let scope = Scope::Partition(Partition::of(owner.id()), BY_WAITING);
        let span = places_of(number, Some(now));
        let page = self.links.list_in(scope, None, Order::Ascending, span, PageRequest::first(Limit::MAX)).await?;
        Ok(page.items.into_iter().map(|read| read.value).collect())
    }

    /// What was begun to be made there and is not known to be there, whenever it is to be tried again.
    pub async fn begun(&self, owner: Owner, number: u16) -> Result<Vec<Link>> {
        let (mut begun, mut after) = (Vec::new(), None);
        loop {
            let scope = Scope::Partition(Partition::of(owner.id()), BY_WAITING);
            let page = PageRequest { limit: Limit::MAX, after };
            let page = self.links.list_in(scope, None, Order::Ascending, places_of(number, None), page).await?;
            begun.extend(page.items.into_iter().map(|read| read.value).filter(Link::is_begun));
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(begun),
            }
        }
    }

    /// When the first of those that wait is to be tried.
    pub async fn first_waiting(&self, owner: Owner, number: u16) -> Result<Option<Timestamp>> {
        let scope = Scope::Partition(Partition::of(owner.id()), BY_WAITING);
        let span = places_of(number, None);
        let page = self.links.list_in(scope, None, Order::Ascending, span, PageRequest::first(Limit::ONE)).await?;
        Ok(page.items.into_iter().find_map(|read| Some(read.value.waiting?.not_before)))
    }

    /// The tasks among what changed from the change `since` on, in the order of the changes: those of a page.
    pub async fn changed_tasks(&self, user: UserId, since: u64, after: Option<String>) -> Result<ChangedPage> {
        let page = PageRequest { limit: Limit::MAX, after };
        let page = self.store.query(Query::Changes { partition: Partition::of(user), since, page }).await?;
        let until = page.items.last().map_or(0, |document| document.seq + 1);
        let tasks = page.items.into_iter().filter(|document| document.key.kind == Task::KIND);
        let tasks = tasks.filter_map(|document| changed(document).transpose()).collect::<Result<_>>()?;
        Ok(ChangedPage { tasks, until, next: page.next })
    }
}

/// Some of what changed.
#[derive(Debug)]
pub struct ChangedPage {
    pub tasks: Vec<ChangedTask>,
    /// The number after that of the last change.
    pub until: u64,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Whether the link is the one of an item, and not of another with the same finger.
pub fn stands_for(link: &Link, connection: ConnectionId, external_id: &str) -> bool {
    link.connection_id == connection && link.there.as_ref().is_some_and(|there| there.external_id == external_id)
}

fn changed(document: Document) -> Result<Option<ChangedTask>> {
    let (version, gone) = (document.op, document.deleted_at.is_some());
    let Some(id) = TaskId::parse(&document.key.id) else { return Ok(None) };
    let task = if gone { None } else { Some(crate::store::collection::read::<Task>(document)?.value) };
    Ok(Some(ChangedTask { id, version, task }))
}
