//! What could not be done and was set aside, so that the rest goes on: for a person to look at, replay or drop.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::PARTITION;
use crate::{
    kernel::{Ctx, Error, IdSource, Page, PageRequest, Result, Timestamp},
    store::{Batch, Collection, Entity, Places, Store, StoreError, Stored, Write, collection},
};

/// How often something is tried before it is set aside.
pub const ATTEMPTS: u32 = 5;
/// How often an attempt is counted again that another instance counted at the same time.
const MAX_COUNTS: u32 = 16;
/// How long is remembered what could not be done.
const DEAD_LETTER_TTL: Duration = Duration::from_hours(720);

/// Work that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub id: String,
    /// The job or the consumer.
    pub job: String,
    /// What it was given: ids.
    pub payload: Value,
    pub attempts: u32,
    /// The last error, as it is logged.
    pub reason: String,
    /// The id under which the last attempt was logged.
    pub correlation_id: String,
    pub failed_at: Timestamp,
    /// False while it is still being tried, and then it is not listed.
    pub set_aside: bool,
}

impl Entity for DeadLetter {
    const KIND: &'static str = "dead_letters";

    fn document_id(&self) -> String {
        self.id.clone()
    }

    fn places(&self) -> Places {
        [self.set_aside.then(|| self.failed_at.micros()), None, None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.failed_at.plus(DEAD_LETTER_TTL))
    }
}

/// What failed.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    pub job: &'a str,
    pub payload: &'a Value,
}

#[derive(Debug, Clone)]
pub struct DeadLetters {
    letters: Collection<DeadLetter>,
    ids: Arc<dyn IdSource>,
}

impl DeadLetters {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self { letters: Collection::new(store), ids }
    }

    /// Sets work aside that whoever delivered it has counted the attempts of.
    pub async fn set_aside(&self, ctx: &Ctx, work: Work<'_>, attempts: u32, error: &Error) -> Result<()> {
        let letter = letter(ctx, self.ids.next(ctx.now()).to_string(), work, attempts, error, Standing::SetAside);
        self.write(ctx, collection::create(&letter, 0)?).await?;
        tell(&letter);
        Ok(())
    }

    /// Counts a failed attempt at work that nobody else counts, across restarts and instances; at the fifth the work is
    /// set aside. `id` names the work, and `payload` its version: another version begins anew.
    pub async fn count(&self, ctx: &Ctx, id: &str, work: Work<'_>, error: &Error) -> Result<Counted> {
        for _ in 0..MAX_COUNTS {
            let found = self.letters.get(PARTITION, id).await?;
            let same = found.as_ref().filter(|found| found.value.payload == *work.payload);
            if same.is_some_and(|same| same.value.set_aside) {
                return Ok(Counted::SetAside);
            }
            let attempts = same.map_or(0, |same| same.value.attempts) + 1;
            let standing = if attempts < ATTEMPTS { Standing::BeingTried } else { Standing::SetAside };
            let letter = letter(ctx, id.to_owned(), work, attempts, error, standing);
            let write = collection::put(&letter, 0, found.as_ref().map(|found| &found.etag))?;
            match self.write(ctx, write).await {
                Ok(()) if letter.set_aside => {
                    tell(&letter);
                    return Ok(Counted::SetAside);
                }
                Ok(()) => return Ok(Counted::Again),
                // Another instance counted at the same time.
                Err(StoreError::Exists(_) | StoreError::Stale(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Error::busy())
    }

    /// A page of what was set aside, oldest first.
    pub async fn list(&self, page: PageRequest) -> Result<Page<DeadLetter>> {
        Ok(self.letters.list(Some(PARTITION), None, page).await?)
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, id: &str) -> Result<Stored<DeadLetter>> {
        let found = self.letters.get(PARTITION, id).await?.filter(|found| found.value.set_aside);
        found.ok_or_else(|| Error::not_found("Dead letter"))
    }

    /// Forgets a letter that was read. Errors: `Busy` when it has changed since.
    pub async fn drop(&self, ctx: &Ctx, read: &Stored<DeadLetter>) -> Result<()> {
        let kind = DeadLetter::KIND.into();
        let write = Write::Remove { kind, id: read.value.id.clone(), etag: Some(read.etag.clone()) };
        Ok(self.write(ctx, write).await?)
    }

    async fn write(&self, ctx: &Ctx, write: Write) -> Result<(), StoreError> {
        let op: Uuid = self.ids.next(ctx.now());
        self.letters.store().commit(Batch::new(PARTITION, op).with(write)).await.map(drop)
    }
}

/// What becomes of work after another failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It is worth another attempt.
    Again,
    /// It is not tried any more.
    SetAside,
}

#[derive(Clone, Copy)]
enum Standing {
    BeingTried,
    SetAside,
}

fn letter(ctx: &Ctx, id: String, work: Work<'_>, attempts: u32, error: &Error, standing: Standing) -> DeadLetter {
    DeadLetter {
        id,
        job: work.job.to_owned(),
        payload: work.payload.clone(),
        attempts,
        reason: error.chain(),
        correlation_id: ctx.request_id().to_string(),
        failed_at: ctx.now(),
        set_aside: matches!(standing, Standing::SetAside),
    }
}

fn tell(letter: &DeadLetter) {
    let DeadLetter { id, job, attempts, correlation_id, reason, .. } = letter;
    tracing::error!(dead_letter = id, job, attempts, correlation_id, reason, "set aside what cannot be done");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{jobs::tests::Bench, kernel::Limit};

    #[tokio::test]
    async fn the_fifth_failure_sets_aside_and_another_version_begins_anew() {
        let bench = Bench::new();
        let (letters, ctx) = (bench.dead_letters(), bench.ctx());
        let (first, second) = (json!({ "seq": 1 }), json!({ "seq": 2 }));
        let error = Error::internal("damaged");
        let count =
            async |payload| letters.count(&ctx, "habits:ann", Work { job: "habits", payload }, &error).await.expect("counted");
        let listed = async || letters.list(PageRequest::first(Limit::MAX)).await.expect("listed").items;
        for _ in 1..ATTEMPTS {
            assert_eq!(count(&first).await, Counted::Again);
            assert_eq!(listed().await, []);
        }
        assert!(letters.get("habits:ann").await.is_err());
        assert_eq!(count(&first).await, Counted::SetAside);
        let found = listed().await;
        assert_eq!((found.len(), found[0].attempts, found[0].job.as_str()), (1, ATTEMPTS, "habits"));
        assert!(found[0].reason.contains("damaged") && found[0].correlation_id == ctx.request_id().as_str(), "{found:?}");
        // A repeated delivery changes nothing any more.
        assert_eq!(count(&first).await, Counted::SetAside);
        assert_eq!(listed().await, found);
        assert_eq!(count(&second).await, Counted::Again);
        assert_eq!(listed().await, []);
    }

    #[tokio::test]
    async fn a_letter_is_dropped_once() {
        let bench = Bench::new();
        let (letters, ctx) = (bench.dead_letters(), bench.ctx());
        let payload = json!({ "user_id": "ann" });
        letters.set_aside(&ctx, Work { job: "close", payload: &payload }, 5, &Error::internal("x")).await.expect("set aside");
        let found = letters.list(PageRequest::first(Limit::MAX)).await.expect("listed").items;
        let read = letters.get(&found[0].id).await.expect("there");
        letters.drop(&ctx, &read).await.expect("dropped");
        assert!(letters.drop(&ctx, &read).await.is_err());
        assert!(letters.get(&found[0].id).await.is_err());
    }
}
