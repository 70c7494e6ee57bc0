//! Where connections, their state, their runs and their conflicts are kept, and what the summary knows of them.

use serde::{Deserialize, Serialize};

use super::{
    model::{Connection, ConnectionId, Direction, Priority, Status},
    run::{Conflict, ConnectionState, KEPT, Run},
    steps::Steps,
};
use crate::{
    integrations::counters::{place_of, places_of},
    kernel::{Code, Error, Limit, Owner, Page, PageRequest, Result, Timestamp},
    ledger::{Add, Counted, Fact, Ledger, Summary},
    store::{Entity, KeyRange, Order, Partition, Place, Places, Scope, Span},
    work::counters::ACTIVE_CONNECTIONS,
};

/// How many runs are shown.
const RUNS: u32 = 100;
/// States by the number of the connection.
const BY_NUMBER: Place = Place::SECOND;

impl Entity for Connection {
    const KIND: &'static str = "connections";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.created_at.micros()), None, None, None]
    }
}

impl Counted for Connection {
    fn counts(&self, add: Add<'_>) {
        if self.condition == Status::Active {
            add(ACTIVE_CONNECTIONS, None, 1);
        }
    }
}

impl Entity for ConnectionState {
    const KIND: &'static str = "connection_states";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [self.next_run.map(Timestamp::micros), Some(self.number.into()), None, None]
    }

    fn facet(&self) -> Option<&'static str> {
        Some(self.priority.name())
    }
}

impl Counted for ConnectionState {}

impl Entity for Run {
    const KIND: &'static str = "sync_runs";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place_of(self.number, self.started_at)), None, None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.started_at.plus(KEPT))
    }
}

impl Counted for Run {}

impl Entity for Steps {
    const KIND: &'static str = "sync_steps";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place_of(self.number, self.at)), None, None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(Steps::expires_at(self))
    }
}

impl Counted for Steps {}

impl Entity for Conflict {
    const KIND: &'static str = "sync_conflicts";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place_of(self.number, self.created_at)), None, None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(Conflict::expires_at(self))
    }
}

impl Counted for Conflict {}

/// The connections that are not paused, so that every change of a task can tell where it may have to go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Connected(pub Vec<Known>);

/// What the summary knows of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub id: ConnectionId,
    pub number: u16,
    pub direction: Direction,
}

impl Fact for Connected {
    const NAME: &'static str = "connected";
}

impl Connected {
    /// Makes the summary know the connection as it is. Errors: `Internal`.
    pub fn keep(summary: &mut Summary, connection: &Connection) -> Result<()> {
        let Connection { id, number, direction, .. } = *connection;
        Self::set(summary, id, (!connection.paused).then_some(Known { id, number, direction }))
    }

    /// Makes it forget one. Errors: `Internal`.
    pub fn forget(summary: &mut Summary, id: ConnectionId) -> Result<()> {
        Self::set(summary, id, None)
    }

    fn set(summary: &mut Summary, id: ConnectionId, known: Option<Known>) -> Result<()> {
        let mut connected: Self = summary.facts.get()?.unwrap_or_default();
        connected.0.retain(|other| other.id != id);
        connected.0.extend(known);
        connected.0.sort_by_key(|known| known.number);
        if connected.0.is_empty() {
            summary.facts.clear::<Self>();
            return Ok(());
        }
        summary.facts.set(&connected)
    }
}

/// Which numbers were given to connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    last: u16,
    /// Those of connections that are gone, of which something may be left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<Gone>,
}

/// A connection that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub id: ConnectionId,
    pub number: u16,
}

impl Fact for Numbers {
    const NAME: &'static str = "connection_numbers";
}

impl Numbers {
    /// A number that no connection of the user ever had. Errors: `TooManyConnections`, `Internal`.
    pub fn next(summary: &mut Summary) -> Result<u16> {
        let mut numbers: Self = summary.facts.get()?.unwrap_or_default();
        let too_many = || Error::new(Code::TooManyConnections, "There were too many connections");
        numbers.last = numbers.last.checked_add(1).ok_or_else(too_many)?;
        summary.facts.set(&numbers)?;
        Ok(numbers.last)
    }

    /// The connections that are gone, of which something may be left. Errors: `Internal`.
    pub fn gone(summary: &Summary) -> Result<Vec<Gone>> {
        Ok(summary.facts.get::<Self>()?.unwrap_or_default().gone)
    }

    /// Notes that it is gone. Errors: `Internal`.
    pub fn note(summary: &mut Summary, gone: Gone) -> Result<()> {
        Self::edit(summary, |all| all.push(gone))
    }

    /// Notes that nothing is left of it. Errors: `Internal`.
    pub fn cleared(summary: &mut Summary, gone: Gone) -> Result<()> {
        Self::edit(summary, |all| all.retain(|other| *other != gone))
    }

    fn edit(summary: &mut Summary, edit: impl FnOnce(&mut Vec<Gone>)) -> Result<()> {
        let mut numbers: Self = summary.facts.get()?.unwrap_or_default();
        edit(&mut numbers.gone);
        summary.facts.set(&numbers)
    }
}

/// The owner's connections, oldest first.
pub async fn list(ledger: &Ledger, owner: Owner, page: PageRequest) -> Result<Page<Connection>> {
    Ok(ledger.collection().list(Some(Partition::of(owner.id())), None, page).await?)
}

/// The states of all connections of the owner; there are far fewer than a page has.
pub async fn states(ledger: &Ledger, owner: Owner) -> Result<Vec<ConnectionState>> {
    let scope = Scope::Partition(Partition::of(owner.id()), BY_NUMBER);
    let page = ledger.collection().list_in(scope, None, Order::Ascending, Span::ALL, PageRequest::first(Limit::MAX)).await?;
    Ok(page.items.into_iter().map(|read| read.value).collect())
}

pub async fn state_of(ledger: &Ledger, connection: &Connection) -> Result<Option<ConnectionState>> {
    let read = ledger.collection().get(Partition::of(connection.user_id), connection.id.to_string()).await?;
    Ok(read.map(|read| read.value))
}

/// The states of a priority that are due by then, of those in a range of the store, the most overdue first.
pub async fn due(
    ledger: &Ledger,
    range: KeyRange,
    priority: Priority,
    now: Timestamp,
    page: PageRequest,
) -> Result<Page<ConnectionState>> {
    let span = Span { until: now.micros().saturating_add(1), ..Span::ALL };
    let facet = Some(priority.name());
    let page = ledger.collection().list_in(Scope::Range(range), facet, Order::Ascending, span, page).await?;
    page.try_map(|read| Ok(read.value))
}

/// The last runs of a connection, the newest last.
pub async fn runs(ledger: &Ledger, owner: Owner, number: u16) -> Result<Vec<Run>> {
    let scope = Scope::Partition(Partition::of(owner.id()), Place::FIRST);
    let page = PageRequest::first(Limit::new(RUNS).unwrap_or(Limit::MAX));
    let page = ledger.collection().list_in(scope, None, Order::Descending, places_of(number, None), page).await?;
    Ok(page.items.into_iter().rev().map(|read| read.value).collect())
}

/// The conflicts of a connection, or of all, the newest of each last.
pub async fn conflicts(ledger: &Ledger, owner: Owner, number: Option<u16>, page: PageRequest) -> Result<Page<Conflict>> {
    let span = number.map_or(Span::ALL, |number| places_of(number, None));
    Ok(ledger.collection().range(Some(Partition::of(owner.id())), span, page).await?)
}

/// What a run did, commit by commit; a page may have fewer than asked for, since others ran within the same second.
pub async fn steps(ledger: &Ledger, owner: Owner, run: &Run, page: PageRequest) -> Result<Page<Steps>> {
    let until = run.finished_at.map_or(places_of(run.number, None).until, |at| place_of(run.number, at) + 1);
    let span = Span { from: place_of(run.number, run.started_at), until };
    let mut page = ledger.collection::<Steps>().range(Some(Partition::of(owner.id())), span, page).await?;
    page.items.retain(|steps| steps.run_id == run.id);
    Ok(page)
}
