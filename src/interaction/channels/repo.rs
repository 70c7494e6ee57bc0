//! Where channels and their state are kept, and the key of their links.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{
    links::{LinkKey, Links},
    model::{Channel, ChannelId},
    state::ChannelState,
};
use crate::{
    integrations::credentials::{envelope::Rewrapping, keyring::Keyring, rotation::Rewrapped},
    kernel::{Error, IdSource, Limit, Owner, Page, PageRequest, Result, Timestamp, UserId},
    ledger::{Add, Counted, Counter, Ledger},
    store::{Batch, Collection, Entity, Partition, Places, Store, StoreError, Stored, collection},
};

/// Channels that exist: whoever has none is not asked about any further.
pub const CHANNELS: Counter = Counter::named("channels");
/// Whose the key of the links is.
const NOBODYS: Partition = Partition::fixed("channels");

impl Entity for Channel {
    const KIND: &'static str = "channels";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.created_at.micros()), None, None, None]
    }
}

impl Counted for Channel {
    fn counts(&self, add: Add<'_>) {
        add(CHANNELS, None, 1);
    }
}

impl Entity for ChannelState {
    const KIND: &'static str = "channel_states";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(0), None, None, None]
    }
}

impl Counted for ChannelState {}

impl Rewrapped for ChannelState {
    fn user_id(&self) -> UserId {
        self.user_id
    }

    fn rewrapped(&self, ring: &Keyring) -> Result<Option<Self>, Rewrapping> {
        Self::rewrapped(self, ring)
    }
}

impl LinkKey {
    const ID: &'static str = "key";
}

impl Entity for LinkKey {
    const KIND: &'static str = "channel_links";

    fn document_id(&self) -> String {
        Self::ID.to_owned()
    }
}

/// A page of the owner's channels, oldest first.
pub async fn list(ledger: &Ledger, owner: Owner, page: PageRequest) -> Result<Page<Stored<Channel>>> {
    let partition = Some(Partition::of(owner.id()));
    Ok(ledger.collection().list_stored(partition, None, crate::store::Span::ALL, page).await?)
}

/// All of them; there are far fewer than a page has.
pub async fn all(ledger: &Ledger, owner: Owner) -> Result<Vec<Stored<Channel>>> {
    Ok(list(ledger, owner, PageRequest::first(Limit::MAX)).await?.items)
}

/// The states of all of them.
pub async fn states(ledger: &Ledger, owner: Owner) -> Result<Vec<ChannelState>> {
    Ok(ledger.collection().list(Some(Partition::of(owner.id())), None, PageRequest::first(Limit::MAX)).await?.items)
}

pub async fn state(ledger: &Ledger, owner: Owner, id: ChannelId) -> Result<Option<ChannelState>> {
    Ok(ledger.collection().get(Partition::of(owner.id()), id.to_string()).await?.map(|read| read.value))
}

/// The links that end messages. Cloned, all know what one has read.
#[derive(Clone)]
pub struct LinkRepo {
    keys: Collection<LinkKey>,
    ids: Arc<dyn IdSource>,
    known: Arc<OnceCell<Links>>,
}

impl LinkRepo {
    pub fn new(store: &Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self { keys: Collection::new(Arc::clone(store)), ids, known: Arc::default() }
    }

    /// What makes links; the first that is ever wanted makes the key.
    pub async fn made(&self, now: Timestamp) -> Result<&Links> {
        if self.known().await?.is_none() {
            let write = collection::create(&LinkKey::random()?, 0)?;
            match self.keys.store().commit(Batch::new(NOBODYS, self.ids.next(now)).with(write)).await {
                Ok(_) | Err(StoreError::Exists(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        self.known().await?.ok_or_else(|| Error::internal("no key of links was kept"))
    }

    /// Read once: it never changes. `None` where no link was ever made.
    pub async fn known(&self) -> Result<Option<&Links>> {
        if let Some(known) = self.known.get() {
            return Ok(Some(known));
        }
        let Some(read) = self.keys.get(NOBODYS, LinkKey::ID).await? else { return Ok(None) };
        let links = read.value.links()?;
        Ok(Some(self.known.get_or_init(async || links).await))
    }
}
