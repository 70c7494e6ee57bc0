//! One use case on one user's data: load, decide, commit; again from the start when another writer was faster.

use std::{collections::BTreeMap, time::Duration};

use chrono::NaiveDate;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    Ledger, Summary,
    day::{Achievement, Day},
    idempotency::{self, Record},
    summary,
};
use crate::{
    kernel::{Ctx, Error, GatePass, IdempotencyKey, Result, Timestamp, UserId},
    store::{Batch, Entity, Etag, Partition, StoreError, Stored, Write, batch::MAX_WRITES, collection},
};

/// How long a deleted document is remembered as deleted.
const TOMBSTONE: Duration = Duration::from_hours(720);
/// How often a use case begins anew before it gives up; each time, some other one has succeeded.
const ATTEMPTS: u32 = 64;

/// An open change of one user's data. Nothing happens before [`commit`](Self::commit).
///
/// The use case reads what it needs, changes the summary and queues its writes, then commits. `commit` answers
/// `None` when another writer got in between: the summary has been read again and the queued writes are gone, and the
/// use case runs once more from where it read.
#[derive(Debug)]
pub struct Transaction<'a> {
    ledger: &'a Ledger,
    _gate: GatePass<'a>,
    user: UserId,
    now: Timestamp,
    read: Stored<Summary>,
    attempts: u32,
    op: Uuid,
    writes: Vec<Write>,
    /// The days before the latest as they will be, each with the version that it replaces.
    past_days: BTreeMap<NaiveDate, (Day, Option<Etag>)>,
    /// The summary as it will be. Its `seq` is the number of this change.
    pub summary: Summary,
}

impl<'a> Transaction<'a> {
    pub(super) async fn begin(ledger: &'a Ledger, ctx: &Ctx, user: UserId) -> Result<Self> {
        let gate = ledger.0.gates.pass(&user).await;
        let read = load(ledger, user).await?;
        let op = ledger.0.ids.next(ctx.now);
        let summary = next(&read.value);
        let (writes, past_days) = Default::default();
        Ok(Self { ledger, _gate: gate, user, now: ctx.now, read, attempts: 0, op, writes, past_days, summary })
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

    /// The answer to an earlier delivery of the same request, if there was one.
    pub async fn replay<T: DeserializeOwned>(&self, key: Option<&IdempotencyKey>) -> Result<Option<T>> {
        idempotency::replay(&self.ledger.0.records, self.partition(), key).await
    }

    /// Makes the batch remember what it creates, under the key.
    pub fn remember<T: Serialize>(&mut self, key: Option<&IdempotencyKey>, made: &T) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        let record = Record::new(key, made, self.now)?;
        self.create(&record)
    }

    pub fn create<T: Entity>(&mut self, value: &T) -> Result<()> {
        self.writes.push(collection::create(value, self.summary.seq)?);
        Ok(())
    }

    /// Replaces what was read.
    pub fn replace<T: Entity>(&mut self, value: &T, read: &Stored<T>) -> Result<()> {
        self.writes.push(collection::replace(value, self.summary.seq, &read.etag)?);
        Ok(())
    }

    /// Creates, or replaces what was read.
    pub fn put<T: Entity>(&mut self, value: &T, read: Option<&Stored<T>>) -> Result<()> {
        self.writes.push(collection::put(value, self.summary.seq, read.map(|read| &read.etag))?);
        Ok(())
    }

    /// Deletes what was read and leaves a tombstone.
    pub fn bury<T: Entity>(&mut self, read: &Stored<T>) {
        self.writes.push(Write::Bury {
            kind: T::KIND.into(),
            id: read.value.document_id(),
            seq: self.summary.seq,
            published: T::PUBLISHED,
            at: self.now,
            forget_at: self.now.plus(TOMBSTONE),
            etag: read.etag.clone(),
        });
    }

    /// Deletes what was read and leaves nothing.
    pub fn remove<T: Entity>(&mut self, read: &Stored<T>) {
        let (kind, id) = (T::KIND.into(), read.value.document_id());
        self.writes.push(Write::Remove { kind, id, etag: Some(read.etag.clone()) });
    }

    /// Closes the ledger: nothing can be written for the user from then on.
    pub fn close(&mut self) {
        self.summary = self.summary.closed_at(self.now);
    }

    /// How many more writes the batch has room for. Each date that is counted for takes one at most.
    pub fn room(&self) -> usize {
        let summary = 1;
        MAX_WRITES.saturating_sub(self.writes.len() + self.past_days.len() + summary)
    }

    /// Counts something for a date of the user's. Of several dates the earliest comes best first, since a date that is
    /// still to come needs no reading.
    pub async fn count(&mut self, date: NaiveDate, what: Achievement) -> Result<()> {
        self.change_day(date, |day| day.add(what)).await
    }

    /// Takes back what was counted for the date.
    pub async fn take_back(&mut self, date: NaiveDate, what: Achievement) -> Result<()> {
        self.change_day(date, |day| day.take_back(what)).await
    }

    /// Records that the user did something at the instant, on the date that it was.
    pub async fn touch(&mut self, at: Timestamp) -> Result<()> {
        self.change_day(self.summary.date_at(at), |day| day.touch(at)).await
    }

    /// Does it, and names the version that everything written now has. `None`: somebody else was faster, run the use
    /// case again. Errors: `Busy` after many tries.
    pub async fn commit(&mut self) -> Result<Option<Uuid>> {
        let summary = collection::replace(&self.summary, self.summary.seq, &self.read.etag)?;
        let mut writes = std::mem::take(&mut self.writes);
        for (day, etag) in std::mem::take(&mut self.past_days).into_values() {
            writes.push(collection::put(&day, self.summary.seq, etag.as_ref())?);
        }
        writes.push(summary);
        match self.ledger.0.summaries.store().commit(Batch { partition: self.partition(), op: self.op, writes }).await {
            Ok(_) => {
                // Nobody need be watching.
                let _ = self.ledger.0.bell.send(self.user);
                Ok(Some(self.op))
            }
            Err(StoreError::Exists(_) | StoreError::Stale(_)) => {
                self.restart().await?;
                Ok(None)
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn restart(&mut self) -> Result<()> {
        self.attempts += 1;
        if self.attempts >= ATTEMPTS {
            return Err(Error::busy());
        }
        // Only other processes are met here, and each collision means that one of them got on. The pause, different
        // for each operation, keeps them from meeting in the same order again.
        let spread = u64::from(self.op.as_bytes()[15]) % 16 + 1;
        tokio::time::sleep(Duration::from_millis(spread * u64::from(self.attempts.min(8)) / 2)).await;
        self.read = load(self.ledger, self.user).await?;
        self.op = self.ledger.0.ids.next(self.now);
        self.summary = next(&self.read.value);
        Ok(())
    }

    async fn change_day(&mut self, date: NaiveDate, change: impl FnOnce(&mut Day)) -> Result<()> {
        if !self.summary.is_past(date) {
            if let Some(former) = self.summary.change_day(date, change) {
                // No document of that date can exist: a day gets one only here, when a later one takes its place.
                self.past_days.insert(former.date, (former, None));
            }
            return Ok(());
        }
        // It happened long ago, or the user's zone has moved west: the day has been closed.
        if !self.past_days.contains_key(&date) {
            let found = self.ledger.0.days.get(self.partition(), Day::id(date)).await?;
            let read = found.map_or_else(|| (Day::new(date), None), |found| (found.value, Some(found.etag)));
            self.past_days.insert(date, read);
        }
        if let Some((day, _)) = self.past_days.get_mut(&date) {
            change(day);
            self.summary.mark(date, day.counts());
        }
        Ok(())
    }

    fn partition(&self) -> Partition {
        Partition::of(self.user)
    }
}

async fn load(ledger: &Ledger, user: UserId) -> Result<Stored<Summary>> {
    let found = ledger.0.summaries.get(Partition::of(user), summary::ID).await?;
    found.filter(|found| !found.value.is_closed()).ok_or_else(|| Error::not_found("User"))
}

fn next(read: &Summary) -> Summary {
    Summary { seq: read.seq + 1, ..read.clone() }
}
