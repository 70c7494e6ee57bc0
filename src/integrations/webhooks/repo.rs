//! Where webhooks are kept, what was delivered by them, and the key of their addresses.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{
    address::{AddressKey, Addresses},
    model::{Seen, Webhook, WebhookId},
};
use crate::{
    integrations::{
        counters::{place_of, places_of},
        credentials::{envelope::Rewrapping, keyring::Keyring, rotation::Rewrapped},
    },
    kernel::{IdSource, Limit, PageRequest, Result, Timestamp, UserId},
    ledger::Counted,
    store::{Batch, Collection, Entity, Order, Partition, Place, Places, Scope, Span, Store, StoreError, Stored, collection},
};

/// Webhooks that are not deleted, by the number of the connection.
const IN_USE: Place = Place::SECOND;
/// Whose the key of the addresses is.
const NOBODYS: Partition = Partition::fixed("webhooks");

impl Entity for Webhook {
    const KIND: &'static str = "webhooks";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    /// All of a connection, and those in use.
    fn places(&self) -> Places {
        let place = place_of(self.number, self.created_at);
        [Some(place), self.deleted_at.is_none().then_some(place), None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.deleted_at.map(|at| at.plus(super::model::GONE_FOR))
    }
}

impl Counted for Webhook {}

impl Rewrapped for Webhook {
    fn user_id(&self) -> UserId {
        self.user_id
    }

    fn rewrapped(&self, ring: &Keyring) -> Result<Option<Self>, Rewrapping> {
        Self::rewrapped(self, ring)
    }
}

impl Entity for Seen {
    const KIND: &'static str = "webhook_deliveries";

    fn document_id(&self) -> String {
        self.id.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Counted for Seen {}

impl AddressKey {
    const ID: &'static str = "key";
}

impl Entity for AddressKey {
    const KIND: &'static str = "webhook_addresses";

    fn document_id(&self) -> String {
        Self::ID.to_owned()
    }
}

#[derive(Clone)]
pub struct WebhookRepo {
    webhooks: Collection<Webhook>,
    seen: Collection<Seen>,
    keys: Collection<AddressKey>,
    ids: Arc<dyn IdSource>,
    addresses: Arc<OnceCell<Addresses>>,
}

impl WebhookRepo {
    pub fn new(store: &Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self {
            webhooks: Collection::new(Arc::clone(store)),
            seen: Collection::new(Arc::clone(store)),
            keys: Collection::new(Arc::clone(store)),
            ids,
            addresses: Arc::default(),
        }
    }

    pub async fn get(&self, user: UserId, id: WebhookId) -> Result<Option<Stored<Webhook>>> {
        Ok(self.webhooks.get(Partition::of(user), id.to_string()).await?)
    }

    /// The one with that address, a deleted one too.
    pub async fn at(&self, path: &str) -> Result<Option<Stored<Webhook>>> {
        let Some(addresses) = self.known_addresses().await? else { return Ok(None) };
        let Some((user, id)) = addresses.read(path) else { return Ok(None) };
        Ok(self.get(user, id).await?.filter(|read| read.value.path == path))
    }

    /// Those of a connection that are in use, oldest first; there are far fewer than a page has.
    pub async fn of(&self, user: UserId, number: u16) -> Result<Vec<Webhook>> {
        let scope = Scope::Partition(Partition::of(user), IN_USE);
        let page = PageRequest::first(Limit::MAX);
        let page = self.webhooks.list_in(scope, None, Order::Ascending, places_of(number, None), page).await?;
        Ok(page.items.into_iter().map(|read| read.value).collect())
    }

    /// Those of a user that are in use and whose service sends for some time only.
    pub async fn lapsing(&self, user: UserId) -> Result<Vec<Stored<Webhook>>> {
        let scope = Scope::Partition(Partition::of(user), IN_USE);
        let page = self.webhooks.list_in(scope, None, Order::Ascending, Span::ALL, PageRequest::first(Limit::MAX)).await?;
        Ok(page.items.into_iter().filter(|read| read.value.lapses()).collect())
    }

    /// Everybody's.
    pub fn all(&self) -> &Collection<Webhook> {
        &self.webhooks
    }

    /// Writes over what was read, without a change of the owner's; `false` when somebody else was faster.
    pub async fn replace(&self, webhook: &Webhook, read: &Stored<Webhook>, now: Timestamp) -> Result<bool> {
        let write = collection::replace(webhook, 0, &read.etag)?;
        let batch = Batch::new(Partition::of(webhook.user_id), self.ids.next(now)).with(write);
        match self.webhooks.store().commit(batch).await {
            Ok(_) => Ok(true),
            Err(StoreError::Stale(_)) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }

    pub async fn was_seen(&self, user: UserId, seen: &Seen) -> Result<bool> {
        Ok(self.seen.get(Partition::of(user), seen.id.as_str()).await?.is_some())
    }

    /// Remembers all of these, or finds that one is known already.
    pub async fn keep_seen(&self, user: UserId, seen: &[Seen], now: Timestamp) -> Result<()> {
        let mut batch = Batch::new(Partition::of(user), self.ids.next(now));
        for one in seen {
            batch = batch.with(collection::create(one, 0)?);
        }
        match self.seen.store().commit(batch).await {
            Ok(_) | Err(StoreError::Exists(_)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    /// What makes addresses; the first that is ever wanted makes the key.
    pub async fn addresses(&self, now: Timestamp) -> Result<&Addresses> {
        if self.known_addresses().await?.is_none() {
            let write = collection::create(&AddressKey::random()?, 0)?;
            match self.keys.store().commit(Batch::new(NOBODYS, self.ids.next(now)).with(write)).await {
                Ok(_) | Err(StoreError::Exists(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        self.known_addresses().await?.ok_or_else(|| crate::kernel::Error::internal("no key of addresses was kept"))
    }

    /// Read once: it never changes.
    async fn known_addresses(&self) -> Result<Option<&Addresses>> {
        if let Some(known) = self.addresses.get() {
            return Ok(Some(known));
        }
        let Some(read) = self.keys.get(NOBODYS, AddressKey::ID).await? else { return Ok(None) };
        let addresses = read.value.addresses()?;
        Ok(Some(self.addresses.get_or_init(async || addresses).await))
    }
}
