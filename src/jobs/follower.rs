//! Who follows which changes, and how what they do takes effect once however the changes are delivered.
//!
//! A change is a hint: that something of a user's has changed, and the number of that change. Hints come late, twice,
//! merged or out of order; whoever follows them reads the data itself, and drops a hint that is not newer than what it has
//! dealt with.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};

use super::{
    Job, Outcome,
    dead_letter::{Counted, DeadLetters, Work},
};
use crate::{
    kernel::{Ctx, Error, Result, UserId},
    store::Change,
};

/// How long to wait before what failed is delivered again.
const RETRY_DELAY: Duration = Duration::from_secs(5);

/// Keeps something up to date with a user's data.
#[async_trait::async_trait]
pub trait Consumer: Send + Sync {
    fn name(&self) -> &'static str;

    /// The kinds of documents whose changes it follows.
    fn reads(&self) -> &'static [&'static str];

    /// The published kinds that it writes. None of them may lead back to what it reads.
    fn writes(&self) -> &'static [&'static str];

    /// Brings what it keeps up to date with the user's data as it is now, which is that of the change `seq` or newer.
    async fn follow(&self, ctx: &Ctx, user: UserId, seq: u64) -> Result<()>;
}

/// What a consumer was asked to do, as it is set aside and replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    pub user_id: UserId,
    pub seq: u64,
}

/// Passes changes on to all consumers.
#[derive(Clone)]
pub struct Follower {
    consumers: Arc<[Box<dyn Consumer>]>,
    dead_letters: DeadLetters,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.consumers.iter().map(|consumer| consumer.name())).finish()
    }
}

impl Follower {
    pub fn new(consumers: Vec<Box<dyn Consumer>>, dead_letters: DeadLetters) -> Self {
        Self { consumers: consumers.into(), dead_letters }
    }

    pub fn consumers(&self) -> impl Iterator<Item = &dyn Consumer> {
        self.consumers.iter().map(|consumer| &**consumer)
    }

    /// Whether anybody follows changes of that kind.
    pub fn follows(&self, kind: &str) -> bool {
        self.consumers().any(|consumer| consumer.reads().contains(&kind))
    }

    /// Deals with a delivery, each user once for each consumer. `Retry` when some of it may go well another time, after
    /// everything else of it was done; what cannot is set aside.
    pub async fn follow(&self, ctx: &Ctx, changes: &[Change]) -> Outcome {
        let mut left: Option<Error> = None;
        for (index, user, seq) in self.wanted(changes) {
            let Some(consumer) = self.consumers.get(index) else { continue };
            if let Err(error) = self.one(ctx, &**consumer, Followed { user_id: user, seq }).await {
                left = Some(error);
            }
        }
        left.map_or(Outcome::Done, |error| Outcome::Retry { after: error.retry_after().unwrap_or(RETRY_DELAY), error })
    }

    /// Has every consumer look at what it is told, for a person who asks for it.
    async fn follow_all(&self, ctx: &Ctx, followed: &[Followed]) -> Result<()> {
        for followed in followed {
            for consumer in self.consumers() {
                attempt(ctx, consumer, *followed).await?;
            }
        }
        Ok(())
    }

    /// Has the named consumer look at a user again. Errors: `NotFound` when there is no such consumer, or its own.
    pub async fn replay(&self, ctx: &Ctx, consumer: &str, followed: Followed) -> Result<()> {
        let found = self.consumers().find(|known| known.name() == consumer);
        attempt(ctx, found.ok_or_else(|| Error::not_found("Consumer"))?, followed).await
    }

    /// The latest change of each user for each consumer; what belongs to no user is nobody's.
    fn wanted(&self, changes: &[Change]) -> impl Iterator<Item = (usize, UserId, u64)> {
        let mut latest = BTreeMap::new();
        for change in changes {
            let Some(user) = UserId::parse(change.partition.as_str()) else { continue };
            for (index, consumer) in self.consumers().enumerate() {
                if consumer.reads().contains(&&*change.kind) {
                    let seq = latest.entry((index, user.uuid())).or_insert(change.seq);
                    *seq = change.seq.max(*seq);
                }
            }
        }
        latest.into_iter().map(|((index, user), seq)| (index, UserId::new(user), seq))
    }

    /// Fails only when another attempt makes sense.
    async fn one(&self, ctx: &Ctx, consumer: &dyn Consumer, followed: Followed) -> Result<()> {
        let Err(error) = attempt(ctx, consumer, followed).await else { return Ok(()) };
        if error.retryable() {
            // An outage says nothing about the data, however long it lasts.
            return Err(error);
        }
        tracing::warn!(consumer = consumer.name(), error = %error.chain(), "a change could not be followed");
        let payload = serde_json::to_value(followed).map_err(Error::internal)?;
        let work = Work { job: consumer.name(), payload: &payload };
        let id = format!("{}:{}", consumer.name(), followed.user_id);
        match self.dead_letters.count(ctx, &id, work, &error).await? {
            Counted::Again => Err(error),
            Counted::SetAside => Ok(()),
        }
    }
}

/// The function that Azure's change feed starts. Its events go through [`Follower::follow`]; by hand it takes users and
/// the changes up to which they are to be looked at.
#[async_trait::async_trait]
impl Job for Follower {
    const NAME: &'static str = "changes";
    type Payload = Vec<Followed>;

    async fn run(&self, ctx: &Ctx, payload: Vec<Followed>) -> Outcome {
        self.follow_all(ctx, &payload).await.into()
    }
}

/// A panic is a defect of the consumer, and no reason for all other changes to wait.
async fn attempt(ctx: &Ctx, consumer: &dyn Consumer, Followed { user_id, seq }: Followed) -> Result<()> {
    let run = AssertUnwindSafe(consumer.follow(ctx, user_id, seq)).catch_unwind();
    run.await.unwrap_or_else(|_| Err(Error::internal("a panic")))
}
