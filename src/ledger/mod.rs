//! A user's ledger: the one summary document that every change of the user's data passes through, and the
//! transaction that does it.
//!
//! The summary numbers the changes, counts what exists, and is replaced in every batch under its etag. That makes
//! every use case of one user serial whatever the store and however many instances, so that a rule which the summary
//! can decide (one active session, not deleted) holds without reading any list. Knows no domain: counters, facts and
//! dues have the names that slices give them.

mod calendar;
mod counts;
mod day;
mod dues;
mod edit;
mod facts;
mod glance;
pub mod idempotency;
pub mod summary;
mod terms;
mod transaction;

use std::{sync::Arc, time::Duration};

use chrono::NaiveDate;
use tokio::sync::broadcast;

use self::glance::Glance;
pub use calendar::Calendar;
pub use counts::{ACHIEVEMENTS, Add, Counted, Counter, Counts, Family};
pub use day::Day;
pub use dues::Dues;
pub use edit::Decision;
pub use facts::{Fact, Facts};
pub use summary::Summary;
pub use terms::{DayTerms, FormerTerms};
pub use transaction::Transaction;

use crate::{
    kernel::{Clock, Error, IdSource, KeyedLocks, Limit, Owner, Page, PageRequest, Result, Timestamp, UserId},
    store::{Batch, Collection, Entity, Key, KeyRange, Partition, Store, StoreError, Write, collection, query::Span},
};

/// How many changes whoever watches may be behind.
const WATCH_CAPACITY: usize = 256;
/// How often a change of a summary alone begins anew before it gives up.
const MAX_ATTEMPTS: u32 = 64;

/// Opens transactions on the ledgers of users. Every service has it, and is cloned for each request.
#[derive(Debug, Clone)]
pub struct Ledger(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    store: Arc<dyn Store>,
    records: Collection<idempotency::Record>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    locks: Arc<KeyedLocks>,
    changed: broadcast::Sender<UserId>,
}

impl Ledger {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self(Arc::new(Parts {
            records: Collection::new(Arc::clone(&store)),
            store,
            clock,
            ids,
            locks: Arc::default(),
            changed: broadcast::Sender::new(WATCH_CAPACITY),
        }))
    }

    /// The summary of a user who exists; one point read.
    pub async fn read(&self, user: UserId) -> Result<Option<Summary>> {
        Ok(self.read_even_closed(user).await?.filter(|summary| !summary.is_closed()))
    }

    /// As [`Self::read`], for what is left to be done for a user whose account is being deleted.
    pub async fn read_even_closed(&self, user: UserId) -> Result<Option<Summary>> {
        let found = self.collection::<Summary>().get(Partition::of(user), summary::ID).await?;
        Ok(found.map(|found| found.value))
    }

    /// One fact of a user who exists, and no more of the summary than that: for what is asked all the time. One point read.
    /// Errors: `NotFound` when there is no such user.
    pub async fn fact<T: Fact>(&self, user: UserId) -> Result<Option<T>> {
        let key = Key { partition: Partition::of(user), kind: Summary::KIND.into(), id: summary::ID.into() };
        let document = self.0.store.get(key).await?.ok_or_else(|| Error::not_found("User"))?;
        Glance::of(&document.body)?.fact()
    }

    /// What the user whose summary was just read did from one date to another, both included, on each date that has
    /// anything, ascending.
    pub async fn days(&self, summary: &Summary, from: NaiveDate, to: NaiveDate) -> Result<Vec<Day>> {
        let span = Span { from: Day::place(from), until: Day::place(to) + 1 };
        let mut days = Vec::new();
        let mut page = Some(PageRequest::first(Limit::MAX));
        while let Some(wanted) = page {
            let read = self.collection::<Day>().range(Some(Partition::of(summary.user_id)), span, wanted).await?;
            days.extend(read.items);
            page = read.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
        }
        // The latest is in the summary, which was read first. When its day was over between the two readings, the day is
        // found twice, and never not at all; the document is then the later one.
        let latest = summary.day.as_ref().filter(|day| (from..=to).contains(&day.date));
        if let Some(latest) = latest.filter(|latest| days.iter().all(|day| day.date != latest.date)) {
            days.push(latest.clone());
            days.sort_by_key(|day| day.date);
        }
        days.retain(|day| !day.is_blank());
        Ok(days)
    }

    /// To whom something is due by now, of those in a range of the store, the most overdue first.
    pub async fn due(&self, range: KeyRange, now: Timestamp, page: PageRequest) -> Result<Page<UserId>> {
        let span = Span { until: now.micros().saturating_add(1), ..Span::ALL };
        let page = self.collection::<Summary>().range_of(range, span, page).await?;
        page.try_map(|summary| Ok(summary.user_id))
    }

    /// The ranges by which [`Self::due`] is asked: together they hold everybody.
    pub async fn ranges(&self) -> Result<Vec<KeyRange>> {
        Ok(self.0.store.ranges().await?)
    }

    /// The documents that a new user begins with, besides those of the caller.
    pub fn opening(&self, user: UserId, time_zone: chrono_tz::Tz) -> Result<Write> {
        Ok(collection::create(&Summary::new(user, time_zone), summary::FIRST_SEQ)?)
    }

    /// Begins a change of the owner's data, for whoever writes many documents in one batch. Errors: `NotFound` when there
    /// is no such user.
    pub async fn begin(&self, owner: Owner) -> Result<Transaction<'_>> {
        Transaction::begin(self, owner.id()).await
    }

    /// Puts work off that cannot be done now, so that it does not come again at once.
    pub async fn postpone(&self, user: UserId, work: &str, by: Duration) -> Result<()> {
        let at = self.0.clock.now().plus(by);
        self.change_summary(user, |summary| {
            let mut later = summary.clone();
            let due = later.due.get(work)?;
            later.due.set_named(work.into(), Some(at.max(due)));
            Some(later)
        })
        .await
    }

    /// Ends a closed ledger once nothing else of the user is left: its summary goes by itself, after a day in which no
    /// late request can bring the user back.
    pub async fn erased(&self, user: UserId) -> Result<()> {
        let now = self.0.clock.now();
        self.change_summary(user, |summary| (summary.closed && summary.forget_at.is_none()).then(|| summary.erased_at(now))).await
    }

    /// Tells whose data this process changes, from now on. Whoever is too slow is told that something was missed.
    pub fn watch(&self) -> broadcast::Receiver<UserId> {
        self.0.changed.subscribe()
    }

    /// The source of ids, for whoever makes documents.
    pub fn ids(&self) -> &dyn IdSource {
        &*self.0.ids
    }

    /// The documents of a type, for the repositories.
    pub fn collection<T: Entity>(&self) -> Collection<T> {
        Collection::new(Arc::clone(&self.0.store))
    }

    /// Replaces a summary, which may be closed, without a change of anything else; `None` leaves it.
    async fn change_summary(&self, user: UserId, change: impl Fn(&Summary) -> Option<Summary>) -> Result<()> {
        let partition = Partition::of(user);
        for _ in 0..MAX_ATTEMPTS {
            let Some(read) = self.collection::<Summary>().get(partition.clone(), summary::ID).await? else { return Ok(()) };
            let Some(changed) = change(&read.value) else { return Ok(()) };
            let write = collection::replace(&changed, changed.seq, &read.etag)?;
            let op = self.0.ids.next(self.0.clock.now());
            match self.0.store.commit(Batch::new(partition.clone(), op).with(write)).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Stale(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Error::busy())
    }
}
