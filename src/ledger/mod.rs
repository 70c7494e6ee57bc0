//! A user's ledger: the one summary document that every change of the user's data passes through, and the
//! transaction that does it.
//!
//! The summary numbers the changes, counts what exists, and is replaced in every batch under its etag. That makes
//! every use case of one user serial whatever the store and however many instances, so that a rule which the summary
//! can decide (one active session, not deleted) holds without reading any list. Knows no domain: it counts what it
//! is told.

pub mod calendar;
pub mod day;
pub mod idempotency;
pub mod summary;
pub mod transaction;

use std::sync::Arc;

use chrono::NaiveDate;

pub use calendar::Calendar;
pub use day::Day;
pub use summary::{OpenSession, Summary};
pub use transaction::Transaction;

use tokio::sync::broadcast;

use crate::{
    kernel::{Ctx, Gates, IdSource, Limit, Owner, Page, PageRequest, Result, Timestamp, UserId},
    store::{Collection, Partition, Store, Write, collection, query::Span},
};

/// How many changes whoever watches may be behind.
const CHANGES_HEARD: usize = 256;

/// Opens transactions on the ledgers of users. Every service has it, and is cloned for each request.
#[derive(Debug, Clone)]
pub struct Ledger(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    summaries: Collection<Summary>,
    days: Collection<Day>,
    records: Collection<idempotency::Record>,
    ids: Arc<dyn IdSource>,
    gates: Arc<Gates>,
    bell: broadcast::Sender<UserId>,
}

impl Ledger {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self(Arc::new(Parts {
            summaries: Collection::new(Arc::clone(&store)),
            days: Collection::new(Arc::clone(&store)),
            records: Collection::new(store),
            ids,
            gates: Arc::default(),
            bell: broadcast::Sender::new(CHANGES_HEARD),
        }))
    }

    /// The summary of a user who exists; one point read.
    pub async fn read(&self, user: UserId) -> Result<Option<Summary>> {
        let found = self.0.summaries.get(Partition::of(user), summary::ID).await?;
        Ok(found.map(|found| found.value).filter(|summary| !summary.is_closed()))
    }

    /// The user's days from one date to another, both included, as far as they are documents: all but the latest, which
    /// is in the summary.
    pub async fn days(&self, user: UserId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Day>> {
        let span = Span { from: Day::place(from), until: Day::place(to) + 1 };
        let mut days = Vec::new();
        let mut page = PageRequest::first(Limit::MAX);
        loop {
            let read = self.0.days.range(Some(Partition::of(user)), span, page).await?;
            days.extend(read.items);
            let Some(after) = read.next else { return Ok(days) };
            page = PageRequest { limit: Limit::MAX, after: Some(after) };
        }
    }

    /// Whose active session something is to be done about by now, the most overdue first.
    pub async fn due(&self, now: Timestamp, page: PageRequest) -> Result<Page<UserId>> {
        let span = Span { until: now.micros().saturating_add(1), ..Span::ALL };
        let page = self.0.summaries.range(None, span, page).await?;
        page.try_map(|summary| Ok(summary.user_id))
    }

    /// The documents that a new user begins with, besides those of the caller.
    pub fn opening(&self, user: UserId, time_zone: chrono_tz::Tz) -> Result<Write> {
        Ok(collection::create(&Summary::new(user, time_zone), summary::FIRST_SEQ)?)
    }

    /// Begins a change of the owner's data. Errors: `NotFound` when there is no such user.
    pub async fn begin(&self, ctx: &Ctx, owner: Owner) -> Result<Transaction<'_>> {
        Transaction::begin(self, ctx, owner.id()).await
    }

    /// Tells whose data this process changes, from now on. Whoever is too slow is told that something was missed.
    pub fn watch(&self) -> broadcast::Receiver<UserId> {
        self.0.bell.subscribe()
    }

    /// The source of ids, for whoever makes documents.
    pub fn ids(&self) -> &dyn IdSource {
        &*self.0.ids
    }
}
