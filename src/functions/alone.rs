//! The same events without a Functions host, from loops in this process. Timers fire by the schedules of the function.json
//! files, messages come from the queue in the store, and changes from the store's commits in their order.

use std::{sync::Arc, time::Duration};

use futures_util::future;

use super::trigger::{Definition, Schedule, Trigger};
use crate::{
    jobs::{Checkpoints, Dispatcher, Entry, Event, Tick, Verdict, queue::Queue},
    kernel::{Error, Result, Timestamp},
    store::Feed,
};

/// The timeout of a job, as in host.json.
const JOB_TIMEOUT: Duration = Duration::from_mins(5);
/// How long a message is hidden from other receivers while its job runs. A message whose job was killed comes again after it.
const VISIBILITY_TIMEOUT: Duration = Duration::from_mins(6);
/// The shortest delay before a message is delivered again whose job failed, as in host.json.
const RETRY_DELAY: Duration = Duration::from_secs(30);
/// The delay before the next attempt when the store or a service behind it fails.
const STORE_RETRY_DELAY: Duration = Duration::from_secs(5);
/// The interval at which an empty queue is read.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// The longest sleep before a timer fires, so that a change of the system clock is noticed within it.
const MAX_TIMER_SLEEP: Duration = Duration::from_mins(1);
/// The delay before a change is followed, so that those of a user shortly after each other are followed together. Nobody waits
/// for it: the feed of Azure comes later.
const CHANGES_DELAY: Duration = Duration::from_secs(1);
/// The largest number of changes in a batch.
const CHANGES_BATCH: usize = 2_048;
/// The number of changes after which the position in the feed is stored. Those after it are followed again when the program
/// starts, which writes nothing.
const CHECKPOINT_INTERVAL: u64 = 4_096;
/// The suffix of poison queues: the host moves a message there when its last delivery has failed.
const POISON: &str = "-poison";
/// The name under which the position in the feed is stored.
const FEED: &str = "changes";

/// Starts jobs until its futures are dropped.
#[derive(Debug, Clone)]
pub struct Alone {
    pub dispatcher: Dispatcher,
    pub checkpoints: Checkpoints,
}

impl Alone {
    /// Runs the jobs of all timers.
    pub async fn timers(&self) -> Result<()> {
        let timers = self.definitions()?.filter_map(|(entry, definition)| match definition.trigger {
            Trigger::Timer { schedule } => Some(self.timer(entry, schedule)),
            _ => None,
        });
        future::join_all(timers.collect::<Vec<_>>()).await;
        Ok(())
    }

    /// Receives the messages of all queues and runs their jobs.
    pub async fn messages(&self, queue: &Arc<dyn Queue>) -> Result<()> {
        let queues = self.definitions()?.filter_map(|(entry, definition)| match definition.trigger {
            Trigger::Queue { queue_name } if !queue_name.ends_with(POISON) => Some(self.queue(queue, entry, queue_name)),
            _ => None,
        });
        future::join_all(queues.collect::<Vec<_>>()).await;
        Ok(())
    }

    /// Reads the feed of published changes and runs the job that passes them to the consumers.
    pub async fn changes(&self, feed: &Arc<dyn Feed>) -> Result<()> {
        let mut entries = self.definitions()?.filter(|(_, definition)| matches!(definition.trigger, Trigger::Changes));
        let Some((entry, _)) = entries.next() else { return Ok(()) };
        loop {
            if let Err(error) = self.follow(feed, entry).await {
                tracing::warn!(error = %error.chain(), "changes must wait");
                tokio::time::sleep(STORE_RETRY_DELAY).await;
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
                tokio::time::sleep(STORE_RETRY_DELAY).await;
            }
        }
    }

    /// Sleeps until the timer is due, at most for [`MAX_TIMER_SLEEP`]; then runs its job once, however many times it was due.
    async fn tick(&self, entry: &Entry, schedule: &Schedule) -> Result<()> {
        let ctx = self.dispatcher.ctx(None);
        let Some(last) = self.checkpoints.get(entry.name).await? else {
            // The first start of the timer: earlier times do not count.
            return self.checkpoints.set(&ctx, entry.name, ctx.now().micros()).await;
        };
        let Some(next) = schedule.next(Timestamp::from_micros(last.min(ctx.now().micros()))) else {
            return future::pending().await;
        };
        if next > ctx.now() {
            tokio::time::sleep(next.since(ctx.now()).min(MAX_TIMER_SLEEP)).await;
            return Ok(());
        }
        let past_due = ctx.now().since(next) > MAX_TIMER_SLEEP;
        self.bounded(entry, Event::Tick(Tick { past_due })).await;
        self.checkpoints.set(&ctx, entry.name, ctx.now().micros()).await
    }

    async fn queue(&self, queue: &Arc<dyn Queue>, entry: &Entry, name: String) {
        loop {
            match self.message(&**queue, entry, &name).await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(POLL_INTERVAL).await,
                Err(error) => {
                    tracing::warn!(job = entry.name, error = %error.chain(), "messages must wait");
                    tokio::time::sleep(STORE_RETRY_DELAY).await;
                }
            }
        }
    }

    /// Receives one message and runs its job; `false` when the queue is empty.
    async fn message(&self, queue: &dyn Queue, entry: &Entry, name: &str) -> Result<bool> {
        let Some(delivery) = queue.receive(name, VISIBILITY_TIMEOUT).await? else { return Ok(false) };
        // `TooLate` means that the message was delivered again meanwhile: the later delivery decides about it.
        let _ = match self.bounded(entry, Event::Message { payload: delivery.body, attempt: delivery.attempt }).await {
            Verdict::Done => queue.complete(&delivery.receipt).await?,
            Verdict::Again { after, .. } => queue.retry(&delivery.receipt, after.max(RETRY_DELAY)).await?,
        };
        Ok(true)
    }

    async fn follow(&self, feed: &Arc<dyn Feed>, entry: &Entry) -> Result<()> {
        let mut marked = u64::try_from(self.checkpoints.get(FEED).await?.unwrap_or(0)).unwrap_or(0);
        let mut position = marked;
        let mut are_more = false;
        loop {
            if !are_more {
                feed.wait(position).await;
                tokio::time::sleep(CHANGES_DELAY).await;
            }
            let (mut changes, last) = feed.changes(position, CHANGES_BATCH).await?;
            are_more = changes.len() == CHANGES_BATCH;
            changes.retain(|change| self.dispatcher.follower.follows(&change.kind));
            if !changes.is_empty()
                && let Verdict::Again { after, .. } = self.bounded(entry, Event::Changes(changes)).await
            {
                tokio::time::sleep(after.max(STORE_RETRY_DELAY)).await;
                continue;
            }
            position = last;
            if position - marked >= CHECKPOINT_INTERVAL {
                let ctx = self.dispatcher.ctx(None);
                self.checkpoints.set(&ctx, FEED, i64::try_from(position).unwrap_or(i64::MAX)).await?;
                marked = position;
            }
        }
    }

    async fn bounded(&self, entry: &Entry, event: Event) -> Verdict {
        let ctx = self.dispatcher.ctx(None);
        let run = tokio::time::timeout(JOB_TIMEOUT, self.dispatcher.dispatch(&ctx, entry, event));
        run.await.unwrap_or_else(|_| Verdict::Again { after: RETRY_DELAY, error: Error::busy().caused_by("a job took too long") })
    }
}
