//! One use case on one user's data: load, decide, commit; again from the start when another writer was faster.

use std::{collections::BTreeMap, time::Duration};

use chrono::NaiveDate;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    Ledger, Summary,
    counts::{Counted, Counter},
    day::Day,
    idempotency::{self, Record},
    summary,
};
use crate::{
    kernel::{Error, IdempotencyKey, KeyedLockGuard, Result, Timestamp, UserId, id},
    store::{Batch, Collection, Entity, Etag, Partition, StoreError, Stored, Write, batch::MAX_WRITES, collection},
};

/// How long a deleted document is remembered as deleted.
const TOMBSTONE_TTL: Duration = Duration::from_hours(720);
/// How often a use case begins anew before it gives up; each time, some other one has succeeded.
const MAX_ATTEMPTS: u32 = 64;

/// An open change of one user's data. Nothing happens before the commit, which writes all of it or nothing.
#[derive(Debug)]
pub struct Transaction<'a> {
    ledger: &'a Ledger,
    _lock: KeyedLockGuard<'a>,
    user: UserId,
    now: Timestamp,
    read: Stored<Summary>,
    attempts: u32,
    op: Uuid,
    writes: Vec<Write>,
    /// What is counted when it commits: by date, or in the totals.
    counts: BTreeMap<(Option<NaiveDate>, Counter), i64>,
    /// When the user did something, by date: the first and the last time. It is one change of each of the dates.
    touched: BTreeMap<NaiveDate, (Timestamp, Timestamp)>,
    /// The summary as it will be. Its `seq` is the number of this change.
    pub summary: Summary,
}

/// Whether a document is added to what exists or taken from it.
#[derive(Clone, Copy)]
enum Counting {
    Add,
    TakeAway,
}

impl<'a> Transaction<'a> {
    /// Waits for its turn among the user's changes, then reads the summary and the clock, so that a change is never
    /// older than one that it has waited for. Errors: `NotFound` when there is no such user.
    pub(super) async fn begin(ledger: &'a Ledger, user: UserId) -> Result<Self> {
        let lock = ledger.0.locks.lock(&user).await;
        let read = load(ledger, user).await?;
        let now = ledger.0.clock.now();
        let op = ledger.0.ids.next(now);
        let summary = next(&read.value);
        let (writes, counts, touched) = Default::default();
        Ok(Self { ledger, _lock: lock, user, now, read, attempts: 0, op, writes, counts, touched, summary })
    }

    /// The version that everything written will have.
    pub fn version(&self) -> Uuid {
        self.op
    }

    /// The user's date.
    pub fn today(&self) -> NaiveDate {
        self.summary.date_at(self.now)
    }

    /// The instant of all that the change does.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// An id for a new document.
    pub fn next_id(&self) -> Uuid {
        self.ledger.0.ids.next(self.now)
    }

    /// Creates a document, which then counts for what it says.
    pub fn create<T: Counted>(&mut self, value: &T) -> Result<()> {
        self.count(value, Counting::Add);
        self.writes.push(collection::create(value, self.summary.seq)?);
        Ok(())
    }

    /// Replaces what was read. What the former document counted for is taken back.
    pub fn replace<T: Counted>(&mut self, value: &T, read: &Stored<T>) -> Result<()> {
        self.count(&read.value, Counting::TakeAway);
        self.count(value, Counting::Add);
        self.writes.push(collection::replace(value, self.summary.seq, &read.etag)?);
        Ok(())
    }

    /// Creates, or replaces what was read.
    pub fn put<T: Counted>(&mut self, value: &T, read: Option<&Stored<T>>) -> Result<()> {
        match read {
            Some(read) => self.replace(value, read),
            None => self.create(value),
        }
    }

    /// Deletes what was read and leaves a tombstone, by which those who keep a copy learn of it.
    pub fn delete<T: Counted>(&mut self, read: &Stored<T>) {
        self.count(&read.value, Counting::TakeAway);
        self.writes.push(Write::Tombstone {
            kind: T::KIND.into(),
            id: read.value.document_id(),
            seq: self.summary.seq,
            published: T::PUBLISHED,
            at: self.now,
            forget_at: self.forget_at(),
            etag: read.etag.clone(),
        });
    }

    /// Until when it is remembered that something was deleted now: from the newest time on that is known, since the clock may
    /// be late.
    pub fn forget_at(&self) -> Timestamp {
        let newest = id::time_of(self.read.op).map_or(self.now, |newest| newest.max(self.now));
        newest.plus(TOMBSTONE_TTL)
    }

    /// Deletes what was read and leaves nothing.
    pub fn remove<T: Counted>(&mut self, read: &Stored<T>) {
        self.count(&read.value, Counting::TakeAway);
        let (kind, id) = (T::KIND.into(), read.value.document_id());
        self.writes.push(Write::Remove { kind, id, etag: Some(read.etag.clone()) });
    }

    /// Deletes a document that counts for nothing and of which it is not known whether there is one.
    pub fn remove_if_there<T: Counted>(&mut self, id: String) {
        self.writes.push(Write::Remove { kind: T::KIND.into(), id, etag: None });
    }

    /// Records that the user did something now.
    pub fn touch(&mut self) {
        self.touch_at(self.now);
    }

    /// Records that the user did something at the instant, on the date that it was.
    pub fn touch_at(&mut self, at: Timestamp) {
        let date = self.summary.date_at(at);
        let (first, last) = self.touched.entry(date).or_insert((at, at));
        (*first, *last) = ((*first).min(at), (*last).max(at));
    }

    /// How much was counted for a date before this change. Of a past one it is read.
    pub async fn count_on(&self, date: NaiveDate, counter: Counter) -> Result<u64> {
        if self.summary.is_past(date) {
            return Ok(self.past_day(date).await?.0.get(counter));
        }
        Ok(self.summary.day.as_ref().filter(|day| day.date == date).map_or(0, |day| day.get(counter)))
    }

    /// Changes what holds for dates from the user's present one on: the zone, the start of days, what slices leave for them.
    /// What held until now is kept for those before.
    pub fn change_terms(&mut self, change: impl FnOnce(&mut Summary) -> Result<()>) -> Result<()> {
        let held = self.summary.terms();
        change(&mut self.summary)?;
        if self.summary.terms() != held {
            let today = self.today();
            self.summary.former_terms.ended(today, held);
        }
        Ok(())
    }

    /// Closes the ledger: nothing can be written for the user from then on, and only what is made due before the commit
    /// is left to be done.
    pub fn close(&mut self) {
        self.summary = self.summary.closed();
    }

    /// How many more writes the batch has room for. Each date that is counted for takes one at most.
    pub fn room(&self) -> usize {
        let counted = self.counts.iter().filter(|(_, sum)| **sum != 0);
        let dates: std::collections::BTreeSet<_> =
            counted.filter_map(|((date, _), _)| *date).chain(self.touched.keys().copied()).collect();
        // One for the summary, and one for the day that was the latest.
        MAX_WRITES.saturating_sub(self.writes.len() + dates.len() + 2)
    }

    /// The answer to an earlier delivery of the same request, if there was one.
    pub(super) async fn replay<T: DeserializeOwned>(&self, key: Option<&IdempotencyKey>) -> Result<Option<T>> {
        idempotency::replay(&self.ledger.0.records, self.partition(), key).await
    }

    /// Makes the batch remember what it creates, under the key.
    pub fn remember<T: Serialize>(&mut self, key: Option<&IdempotencyKey>, made: &T) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        let record = Record::new(key, made, self.now)?;
        self.create(&record)
    }

    pub(super) fn collection<T: Entity>(&self) -> Collection<T> {
        self.ledger.collection()
    }

    pub(super) fn partition(&self) -> Partition {
        Partition::of(self.user)
    }

    /// Does it. `false`: somebody else was faster, nothing was done, the summary has been read again and what was queued
    /// is gone; run the use case again. Errors: `Busy` after many tries.
    pub async fn commit(&mut self) -> Result<bool> {
        let days = self.counted_days().await?;
        let mut writes = std::mem::take(&mut self.writes);
        for (day, etag) in days.into_values() {
            writes.push(collection::put(&day, self.summary.seq, etag.as_ref())?);
        }
        writes.push(collection::replace(&self.summary, self.summary.seq, &self.read.etag)?);
        match self.ledger.0.store.commit(Batch { partition: self.partition(), op: self.op, writes }).await {
            Ok(_) => {
                // Nobody need be watching.
                let _ = self.ledger.0.changed.send(self.user);
                Ok(true)
            }
            Err(StoreError::Exists(_) | StoreError::Stale(_)) => {
                self.restart().await?;
                Ok(false)
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Begins anew when somebody else has changed something since the summary was read; `false` when nobody has.
    pub(super) async fn begun_anew(&mut self) -> Result<bool> {
        let outdated = load(self.ledger, self.user).await?.etag != self.read.etag;
        if outdated {
            self.writes.clear();
            self.restart().await?;
        }
        Ok(outdated)
    }

    async fn restart(&mut self) -> Result<()> {
        self.attempts += 1;
        if self.attempts >= MAX_ATTEMPTS {
            return Err(Error::busy());
        }
        // Only other processes are met here, and each collision means that one of them got on. The pause, different
        // for each operation, keeps them from meeting in the same order again.
        let spread = u64::from(self.op.as_bytes()[15]) % 16 + 1;
        tokio::time::sleep(Duration::from_millis(spread * u64::from(self.attempts.min(8)) / 2)).await;
        self.read = load(self.ledger, self.user).await?;
        self.now = self.ledger.0.clock.now();
        self.op = self.ledger.0.ids.next(self.now);
        self.summary = next(&self.read.value);
        self.counts.clear();
        self.touched.clear();
        Ok(())
    }

    fn count<T: Counted>(&mut self, document: &T, counting: Counting) {
        document.counts(&mut |counter, date, count| {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let sum = self.counts.entry((date, counter)).or_default();
            *sum = match counting {
                Counting::Add => sum.saturating_add(count),
                Counting::TakeAway => sum.saturating_sub(count),
            };
        });
    }

    /// Counts what was queued. Returns the days before the latest as they will be, each with the version that it
    /// replaces. A date for which as much is added as is taken away is not read.
    async fn counted_days(&mut self) -> Result<BTreeMap<NaiveDate, (Day, Option<Etag>)>> {
        let mut days: BTreeMap<NaiveDate, Vec<(Counter, i64)>> = BTreeMap::new();
        for ((date, counter), sum) in std::mem::take(&mut self.counts).into_iter().filter(|(_, sum)| *sum != 0) {
            match date {
                Some(date) => days.entry(date).or_default().push((counter, sum)),
                // What is read may be newer than the summary. Such a batch loses by the summary's etag, so what is
                // counted for it does not matter as long as it can be counted.
                None => self.summary.counts.change(counter, sum),
            }
        }
        let touched = std::mem::take(&mut self.touched);
        for date in touched.keys() {
            days.entry(*date).or_default();
        }
        let mut past = BTreeMap::new();
        // The earliest comes first, since a date that is still to come needs no reading.
        for (date, counts) in days {
            let change = |day: &mut Day| {
                for (counter, sum) in &counts {
                    day.counts.change(*counter, *sum);
                }
                if let Some((first, last)) = touched.get(&date) {
                    day.touch(*first);
                    day.touch(*last);
                    day.interactions += 1;
                }
            };
            if self.summary.is_past(date) {
                let (mut day, etag) = self.past_day(date).await?;
                change(&mut day);
                self.summary.mark(date, day.is_active());
                past.insert(date, (day, etag));
            } else if let Some(former) = self.summary.change_day(date, change) {
                // No document of that date can exist: a day gets one only here, when a later one takes its place.
                past.insert(former.date, (former, None));
            }
        }
        Ok(past)
    }

    /// A day that has been closed: it is long ago, or the user's zone has moved west since.
    async fn past_day(&self, date: NaiveDate) -> Result<(Day, Option<Etag>)> {
        let found = self.collection::<Day>().get(self.partition(), Day::id(date)).await?;
        Ok(found.map_or_else(|| (self.summary.new_day(date), None), |found| (found.value, Some(found.etag))))
    }
}

async fn load(ledger: &Ledger, user: UserId) -> Result<Stored<Summary>> {
    let found = ledger.collection::<Summary>().get(Partition::of(user), summary::ID).await?;
    found.filter(|found| !found.value.is_closed()).ok_or_else(|| Error::not_found("User"))
}

fn next(read: &Summary) -> Summary {
    read.numbered(read.seq + 1)
}
