//! Queues on the document store: durable, and nothing else to install. Each queue is a partition of its own.
//!
//! A message's place in the list is the time from which it is visible, so that those in hand and those that are still
//! to wait stand behind. Taking one is replacing it as it was read: of several receivers, one succeeds.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Delivery, MAX_DELAY, NewMessage, Queue, Receipt, Settled, check_name, codec};
use crate::{
    kernel::{Clock, Error, IdSource, KeyedLocks, Limit, PageRequest, Result, Timestamp},
    store::{Batch, Collection, Entity, Etag, Kind, Partition, Places, Span, Store, StoreError, Stored, Write, collection},
};

/// How many messages are looked at together.
const LOOK: u32 = 16;
/// How often a receiver looks again when others took all that it saw.
const LOOKS: u32 = 8;

/// A message as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Message {
    id: Uuid,
    /// As on the wire: how deep a body is nested is then no concern of the store's.
    text: String,
    /// How often it has been received.
    attempt: u32,
    visible_at: Timestamp,
}

impl Entity for Message {
    const KIND: &'static str = "messages";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.visible_at.micros()), None, None, None]
    }
}

/// Queues in the store. What has been visible for longer comes first.
#[derive(Debug)]
pub struct StoredQueue {
    messages: Collection<Message>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    /// Keeps the receivers of this process from racing for the same messages.
    locks: KeyedLocks,
}

impl StoredQueue {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { messages: Collection::new(store), clock, ids, locks: KeyedLocks::default() }
    }

    /// The messages that can be taken, those to be tried first in front.
    async fn visible(&self, partition: &Partition, now: Timestamp) -> Result<Vec<Stored<Message>>> {
        let page = PageRequest::first(Limit::new(LOOK).unwrap_or(Limit::MAX));
        let visible = Span { until: now.micros().saturating_add(1), ..Span::ALL };
        Ok(self.messages.list_stored(Some(partition.clone()), None, visible, page).await?.items)
    }

    /// Hides the message until then, unless somebody else has changed it since it was read.
    async fn take(&self, queue: &str, read: Stored<Message>, until: Timestamp) -> Result<Option<Delivery>> {
        let attempt = read.value.attempt.saturating_add(1);
        let taken = Message { attempt, visible_at: until, ..read.value };
        let Some(etag) = self.commit(queue, collection::replace(&taken, 0, &read.etag)?).await? else { return Ok(None) };
        let receipt = Receipt { queue: queue.to_owned(), id: taken.document_id(), version: etag.as_str().to_owned() };
        Ok(Some(Delivery { body: codec::decode(&taken.text), attempt, receipt }))
    }

    /// The new etag; `None` when the document is not as it was read.
    async fn commit(&self, queue: &str, write: Write) -> Result<Option<Etag>> {
        let batch = Batch::new(partition(queue), self.ids.next(self.clock.now())).with(write);
        match self.messages.store().commit(batch).await {
            Ok(etags) => Ok(etags.into_iter().next()),
            Err(StoreError::Stale(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

#[async_trait::async_trait]
impl Queue for StoredQueue {
    async fn send(&self, queue: &str, message: NewMessage) -> Result<()> {
        check_name(queue)?;
        let now = self.clock.now();
        let message =
            Message { id: self.ids.next(now), text: message.checked()?, attempt: 0, visible_at: now.plus(message.delay) };
        self.commit(queue, collection::create(&message, 0)?).await.map(|_| ())
    }

    async fn receive(&self, queue: &str, visibility: Duration) -> Result<Option<Delivery>> {
        check_name(queue)?;
        let _turn = self.locks.lock(&queue).await;
        for _ in 0..LOOKS {
            let now = self.clock.now();
            let found = self.visible(&partition(queue), now).await?;
            if found.is_empty() {
                return Ok(None);
            }
            for message in found {
                let until = now.plus(visibility.min(MAX_DELAY));
                if let Some(delivery) = self.take(queue, message, until).await? {
                    return Ok(Some(delivery));
                }
            }
        }
        Err(Error::busy())
    }

    async fn complete(&self, receipt: &Receipt) -> Result<Settled> {
        let (kind, id) = (Kind::Borrowed(Message::KIND), receipt.id.clone());
        let remove = Write::Remove { kind, id, etag: Some(Etag::new(&receipt.version)) };
        self.commit(&receipt.queue, remove).await.map(settled)
    }

    async fn retry(&self, receipt: &Receipt, after: Duration) -> Result<Settled> {
        let Some(read) = self.messages.get(partition(&receipt.queue), &receipt.id).await? else { return Ok(Settled::TooLate) };
        let visible_at = self.clock.now().plus(after.min(MAX_DELAY));
        // The etag is that of the receipt: when what was read is newer, nothing is written.
        let replace = collection::replace(&Message { visible_at, ..read.value }, 0, &Etag::new(&receipt.version))?;
        self.commit(&receipt.queue, replace).await.map(settled)
    }
}

fn partition(queue: &str) -> Partition {
    Partition::named(format!("queue:{queue}"))
}

fn settled(etag: Option<Etag>) -> Settled {
    etag.map_or(Settled::TooLate, |_| Settled::Done)
}

#[cfg(test)]
mod tests;
