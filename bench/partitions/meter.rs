//! Counts what reaches the account, by logical partition, kind of request and time of day, and what it would be charged.
//!
//! The emulator only estimates request units, so the charges here follow what Azure documents for each kind of operation;
//! docs/SCALE.md names the pages, and says which of the figures are assumptions.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use avanochi::{
    kernel::{Clock, ManualClock, Page, Timestamp},
    store::{Batch, Change, Document, Draft, Etag, Key, KeyRange, Query, Scope, Store, StoreError, Write, cosmos::Cosmos},
};
use uuid::Uuid;

/// A quarter of an hour each.
pub const SLOTS: usize = 96;
/// What a document has besides its body: our fields around it, and those of the service.
const ENVELOPE: usize = 430;
/// Whatever a query finds, this is charged for asking. An assumption.
const QUERY: f64 = 2.5;

/// What is asked of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    Read,
    Write,
    Batch,
    Query,
    /// A query of one range of the store.
    Range,
    /// A changed document that the change feed hands out.
    Feed,
}

/// What one logical partition was charged.
#[derive(Debug, Clone)]
pub struct Usage {
    pub units: Vec<f64>,
    /// Documents that were written.
    pub written: u32,
}

impl Default for Usage {
    fn default() -> Self {
        Self { units: vec![0.0; SLOTS], written: 0 }
    }
}

/// Everything that was counted.
#[derive(Debug, Default)]
pub struct Book {
    pub partitions: BTreeMap<String, Usage>,
    /// What the queries of each range cost.
    pub ranges: BTreeMap<String, Usage>,
    pub requests: BTreeMap<Request, (u32, f64)>,
    /// Documents that were not there before, and their bytes.
    pub created: BTreeMap<String, (u32, u32)>,
    pub changes: Vec<Change>,
}

/// A store that is watched.
#[derive(Debug)]
pub struct Metered {
    inner: Cosmos,
    clock: Arc<ManualClock>,
    book: Mutex<Book>,
}

impl Metered {
    pub fn new(inner: Cosmos, clock: Arc<ManualClock>) -> Self {
        Self { inner, clock, book: Mutex::default() }
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn charge(&self, partition: &str, request: Request, units: f64) {
        let slot = slot(self.clock.now());
        let mut book = self.book();
        count(&mut book, request, units);
        book.partitions.entry(partition.to_owned()).or_default().units[slot] += units;
    }
}

fn count(book: &mut Book, request: Request, units: f64) {
    let counted = book.requests.entry(request).or_default();
    *counted = (counted.0 + 1, counted.1 + units);
}

/// The quarter of the UTC day, whatever the date.
pub fn slot(at: Timestamp) -> usize {
    usize::try_from(at.unix_seconds().rem_euclid(86_400) / 900).unwrap_or(0)
}

#[async_trait::async_trait]
impl Store for Metered {
    fn name(&self) -> &'static str {
        "metered"
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.inner.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        let partition = key.partition.as_str().to_owned();
        let found = self.inner.get(key).await?;
        self.charge(&partition, Request::Read, found.as_ref().map_or(1.0, |found| read(size(found.body.len()))));
        Ok(found)
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        let scope = match &query {
            Query::List { scope, .. } => scope.clone(),
            Query::Named { partition, .. } | Query::Changes { partition, .. } | Query::Everything { partition, .. } => {
                Scope::first(Some(partition.clone()))
            }
        };
        let found = self.inner.query(query).await?;
        let units = QUERY + of_page(&found);
        match scope {
            Scope::Partition(partition, _) => self.charge(partition.as_str(), Request::Query, units),
            Scope::Range(range) => {
                let slot = slot(self.clock.now());
                let mut book = self.book();
                count(&mut book, Request::Range, units);
                book.ranges.entry(range.as_str().to_owned()).or_default().units[slot] += units;
            }
            // Administrators alone list everybody's, and none does here.
            Scope::Everybody => {}
        }
        Ok(found)
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.inner.ranges().await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        let etags = self.inner.commit(batch.clone()).await?;
        let partition = batch.partition.as_str();
        let request = if batch.writes.len() == 1 { Request::Write } else { Request::Batch };
        self.charge(partition, request, batch.writes.iter().map(charged).sum());
        for write in &batch.writes {
            let (kind, id, seq, published, bytes) = match write {
                Write::Create(draft) | Write::Replace(draft, _) => {
                    (&draft.kind, &draft.id, draft.seq, draft.published, draft.body.len())
                }
                Write::Tombstone { kind, id, seq, published, .. } => (kind, id, *seq, *published, 0),
                Write::Remove { .. } => continue,
            };
            self.charge(partition, Request::Feed, read(size(bytes)));
            let mut book = self.book();
            book.partitions.entry(partition.to_owned()).or_default().written += 1;
            if matches!(write, Write::Create(_)) {
                let created = book.created.entry(kind.to_string()).or_default();
                *created = (created.0 + 1, created.1 + u32::try_from(size(bytes)).unwrap_or(u32::MAX));
            }
            if published {
                let (partition, kind, id) = (batch.partition.clone(), kind.clone(), id.clone());
                book.changes.push(Change { partition, kind, id, seq });
            }
        }
        Ok(etags)
    }
}

/// The documents of a page are charged as if each had been read: an upper bound.
fn of_page(page: &Page<Document>) -> f64 {
    page.items.iter().map(|found| read(size(found.body.len()))).sum()
}

fn size(body: usize) -> usize {
    body + ENVELOPE
}

/// The documented charges of a document of so many kilobytes, read and written.
const DOCUMENTED: [(usize, f64, f64); 7] =
    [(1, 1.00, 4.95), (2, 1.04, 6.29), (4, 1.14, 6.67), (8, 1.33, 7.04), (16, 1.67, 9.52), (32, 2.19, 11.23), (64, 4.76, 22.67)];

/// The row of the next larger size.
fn row(bytes: usize) -> (f64, f64) {
    let found = DOCUMENTED.iter().find(|(kilobytes, ..)| bytes <= kilobytes * 1024);
    found.map_or((4.76, 22.67), |(_, read, write)| (*read, *write))
}

fn read(bytes: usize) -> f64 {
    row(bytes).0
}

/// A write, and 0.2 for each term that enters or leaves an index. A replacement is a deletion and an insertion.
fn charged(write: &Write) -> f64 {
    match write {
        Write::Create(draft) => row(size(draft.body.len())).1 + 0.2 * terms(draft),
        Write::Replace(draft, _) => 2.0 * row(size(draft.body.len())).1 + 0.4 * moved(draft),
        // What there was is not known here; its terms are those of a listed, published document.
        Write::Tombstone { .. } => 2.0 * row(size(0)).1 + 0.2 * 9.0,
        Write::Remove { .. } => row(size(0)).1 + 0.2 * 9.0,
    }
}

/// The terms of a document: partition, kind and id, and those with its composite indexes that it has besides.
fn terms(draft: &Draft) -> f64 {
    let listed = if draft.places[0].is_some() { 3.0 } else { 0.0 };
    let narrowed = if draft.facet.is_some() { 2.0 } else { 0.0 };
    // In each list but the first: the place, and its composite indexes.
    let elsewhere = draft.places[1..].iter().flatten().map(|_| if draft.facet.is_some() { 3.0 } else { 2.0 }).sum::<f64>();
    let published = if draft.published { 2.0 } else { 0.0 };
    3.0 + listed + narrowed + elsewhere + published
}

/// The terms that a replacement changes: the number of the change, and for what is listed by time its place.
fn moved(draft: &Draft) -> f64 {
    let place = if draft.places[0].is_some() && !draft.published { 3.0 } else { 0.0 };
    place + if draft.published { 2.0 } else { 0.0 }
}
