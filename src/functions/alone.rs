//! Where no Functions host is: the same events, from loops in this process. Timers fire by the schedules of the
//! function.json files, messages come from the store's own queue, and changes from the order of its commits.

use std::{sync::Arc, time::Duration};

use futures_util::future;

use super::trigger::{Definition, Schedule, Trigger};
use crate::{
    jobs::{Dispatcher, Entry, Event, Marks, Tick, Verdict, queue::Queue},
    kernel::{Error, Result, Timestamp},
    store::Feed,
};

/// How long a job may take, as in host.json.
const TIME_LIMIT: Duration = Duration::from_mins(5);
/// How long a message is hidden while its job runs. A job that was killed is tried again after that.
const HIDDEN: Duration = Duration::from_mins(6);
/// How long at least a message waits that could not be handled, as in host.json.
const AGAIN: Duration = Duration::from_secs(30);
/// How long after a failure of the store, or of what is behind it.
const PAUSE: Duration = Duration::from_secs(5);
/// How often an empty queue is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The longest sleep before a timer: a clock that was set is noticed then.
const DOZE: Duration = Duration::from_mins(1);
/// How many changes are passed on together.
const CHANGES: usize = 256;
/// After how many changes that nobody follows the place is written down all the same.
const UNMARKED: u64 = 4_096;
/// The ending of queues into which the host moves what nobody survived.
const POISON: &str = "-poison";
const FEED: &str = "changes";

/// Starts jobs until it is dropped.
#[derive(Debug, Clone)]
pub struct Alone {
    pub dispatcher: Dispatcher,
    pub marks: Marks,
}

impl Alone {
    /// Fires all timers.
    pub async fn timers(&self) -> Result<()> {
        let timers = self.definitions()?.filter_map(|(entry, definition)| match definition.trigger {
            Trigger::Timer { schedule } => Some(self.timer(entry, schedule)),
            _ => None,
        });
        future::join_all(timers.collect::<Vec<_>>()).await;
        Ok(())
    }

    /// Hands out the messages of all queues.
    pub async fn messages(&self, queue: &Arc<dyn Queue>) -> Result<()> {
        let queues = self.definitions()?.filter_map(|(entry, definition)| match definition.trigger {
            Trigger::Queue { queue_name } if !queue_name.ends_with(POISON) => Some(self.queue(queue, entry, queue_name)),
            _ => None,
        });
        future::join_all(queues.collect::<Vec<_>>()).await;
        Ok(())
    }

    /// Passes on what is published.
    pub async fn changes(&self, feed: &Arc<dyn Feed>) -> Result<()> {
        let mut entries = self.definitions()?.filter(|(_, definition)| matches!(definition.trigger, Trigger::Changes));
        let Some((entry, _)) = entries.next() else { return Ok(()) };
        loop {
            if let Err(error) = self.follow(feed, entry).await {
                tracing::warn!(error = %error.chain(), "changes must wait");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn definitions(&self) -> Result<impl Iterator<Item = (&Entry, Definition)>> {
        let mut definitions = Vec::new();
        for entry in self.dispatcher.registry.iter() {
            let unreadable = |why| Error::internal(format!("the function.json of {}: {why}", entry.name));
            definitions.push((entry, Definition::read(entry.function_json).map_err(unreadable)?));
        }
        Ok(definitions.into_iter())
    }

    async fn timer(&self, entry: &Entry, schedule: Schedule) {
        loop {
            if let Err(error) = self.tick(entry, &schedule).await {
                tracing::warn!(job = entry.name, error = %error.chain(), "a timer must wait");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Sleeps until the timer is due, or for a while; runs it once, however often it should have fired meanwhile.
    async fn tick(&self, entry: &Entry, schedule: &Schedule) -> Result<()> {
        let ctx = self.dispatcher.ctx(None);
        let Some(last) = self.marks.get(entry.name).await? else {
            // Its first start: what came before is not its business.
            return self.marks.set(&ctx, entry.name, ctx.now.micros()).await;
        };
        let Some(next) = schedule.next(Timestamp::from_micros(last.min(ctx.now.micros()))) else {
            return future::pending().await;
        };
        if next > ctx.now {
            tokio::time::sleep(next.since(ctx.now).min(DOZE)).await;
            return Ok(());
        }
        let past_due = ctx.now.since(next) > DOZE;
        self.bounded(entry, Event::Tick(Tick { past_due })).await;
        self.marks.set(&ctx, entry.name, ctx.now.micros()).await
    }

    async fn queue(&self, queue: &Arc<dyn Queue>, entry: &Entry, name: String) {
        loop {
            match self.message(&**queue, entry, &name).await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(LOOK_EVERY).await,
                Err(error) => {
                    tracing::warn!(job = entry.name, error = %error.chain(), "messages must wait");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Whether there was a message.
    async fn message(&self, queue: &dyn Queue, entry: &Entry, name: &str) -> Result<bool> {
        let Some(delivery) = queue.receive(name, HIDDEN).await? else { return Ok(false) };
        // Too late for either means that it has been delivered again, which is somebody else's business.
        let _ = match self.bounded(entry, Event::Message { payload: delivery.body, attempt: delivery.attempt }).await {
            Verdict::Done => queue.complete(&delivery.receipt).await?,
            Verdict::Again { after, .. } => queue.retry(&delivery.receipt, after.max(AGAIN)).await?,
        };
        Ok(true)
    }

    async fn follow(&self, feed: &Arc<dyn Feed>, entry: &Entry) -> Result<()> {
        let mut marked = u64::try_from(self.marks.get(FEED).await?.unwrap_or(0)).unwrap_or(0);
        let mut position = marked;
        loop {
            feed.wait(position).await;
            let (mut changes, last) = feed.changes(position, CHANGES).await?;
            changes.retain(|change| self.dispatcher.follower.follows(&change.kind));
            let followed = !changes.is_empty();
            if followed && let Verdict::Again { after, .. } = self.bounded(entry, Event::Changes(changes)).await {
                tokio::time::sleep(after.max(PAUSE)).await;
                continue;
            }
            position = last;
            if followed || position - marked >= UNMARKED {
                let ctx = self.dispatcher.ctx(None);
                self.marks.set(&ctx, FEED, i64::try_from(position).unwrap_or(i64::MAX)).await?;
                marked = position;
            }
        }
    }

    async fn bounded(&self, entry: &Entry, event: Event) -> Verdict {
        let ctx = self.dispatcher.ctx(None);
        let run = tokio::time::timeout(TIME_LIMIT, self.dispatcher.dispatch(&ctx, entry, event));
        run.await.unwrap_or_else(|_| Verdict::Again { after: AGAIN, error: Error::busy().caused_by("a job took too long") })
    }
}
