//! Where notifications are kept, and what is read to decide on one.

use super::model::Notification;
use crate::{
    integrations::connections::model::Connection,
    kernel::{Limit, Owner, Page, PageRequest, Result, Timestamp},
    ledger::{Counted, Ledger},
    store::{Entity, Order, Partition, Place, Places, Scope, Span, Stored},
    wellbeing::reminders::model::Nudge,
};

/// Those of which something is still to be done, by when.
const WAITING: Place = Place::SECOND;

impl Entity for Notification {
    const KIND: &'static str = "notifications";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.created_at.micros()), self.next().map(Timestamp::micros), None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(Self::expires_at(self))
    }
}

impl Counted for Notification {}

fn between([from, until]: [Option<Timestamp>; 2]) -> Span {
    Span { from: from.map_or(Span::ALL.from, Timestamp::micros), until: until.map_or(Span::ALL.until, Timestamp::micros) }
}

/// A page of what happened from the first instant on and before the other, the newest last.
pub async fn list(
    ledger: &Ledger,
    owner: Owner,
    instants: [Option<Timestamp>; 2],
    page: PageRequest,
) -> Result<Page<Notification>> {
    Ok(ledger.collection().range(Some(Partition::of(owner.id())), between(instants), page).await?)
}

/// What happened since then, with what is needed to replace it; there is far less of a day than a page has.
pub async fn since(ledger: &Ledger, owner: Owner, from: Timestamp) -> Result<Vec<Stored<Notification>>> {
    let (partition, page) = (Some(Partition::of(owner.id())), PageRequest::first(Limit::MAX));
    Ok(ledger.collection().list_stored(partition, None, between([Some(from), None]), page).await?.items)
}

/// Those of which something is to be done before an instant, the longest due first: so many at most.
pub async fn waiting(ledger: &Ledger, owner: Owner, until: Option<Timestamp>, most: Limit) -> Result<Vec<Stored<Notification>>> {
    let scope = Scope::Partition(Partition::of(owner.id()), WAITING);
    let page = PageRequest::first(most);
    Ok(ledger.collection().list_in(scope, None, Order::Ascending, between([None, until]), page).await?.items)
}

/// The owner's reminders that were made since then; the budget lets there be few.
pub async fn nudges_since(ledger: &Ledger, owner: Owner, from: Timestamp) -> Result<Vec<Nudge>> {
    let page = PageRequest::first(Limit::MAX);
    Ok(ledger.collection().range(Some(Partition::of(owner.id())), between([Some(from), None]), page).await?.items)
}

pub async fn connections(ledger: &Ledger, owner: Owner) -> Result<Vec<Connection>> {
    Ok(ledger.collection().list(Some(Partition::of(owner.id())), None, PageRequest::first(Limit::MAX)).await?.items)
}
