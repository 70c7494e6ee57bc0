//! How credentials are stored: in the partition of their owner, and so gone with the account. They are written over what was
//! read and never anew but by a change of the owner's ledger, so that none comes back after its connection has gone.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    keyring::Keyring,
    model::Credential,
    rotation::{self, Rewrapped, Rotated},
};
use crate::{
    kernel::{IdSource, Limit, Owner, Page, PageRequest, Result, Timestamp, UserId},
    ledger::Counted,
    store::{Batch, Collection, Entity, KeyRange, Partition, Places, Span, Store, StoreError, Stored, collection},
};

impl Counted for Credential {}

impl Entity for Credential {
    const KIND: &'static str = "connection_credentials";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.look_at()), None, None, None]
    }
}

impl Rewrapped for Credential {
    fn user_id(&self) -> UserId {
        self.user_id
    }

    fn rewrapped(&self, ring: &Keyring) -> Result<Option<Self>, super::envelope::Rewrapping> {
        Self::rewrapped(self, ring)
    }
}

#[derive(Debug, Clone)]
pub struct CredentialRepo {
    credentials: Collection<Credential>,
    ids: Arc<dyn IdSource>,
}

impl CredentialRepo {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self { credentials: Collection::new(store), ids }
    }

    pub async fn get(&self, user: UserId, connection: Uuid) -> Result<Option<Stored<Credential>>> {
        Ok(self.credentials.get(Partition::of(user), connection.to_string()).await?)
    }

    /// All of the owner's.
    pub async fn of(&self, owner: Owner) -> Result<Vec<Credential>> {
        // There are far fewer than one page has.
        Ok(self.credentials.list(Some(Partition::of(owner.id())), None, PageRequest::first(Limit::MAX)).await?.items)
    }

    /// See [`rotation::rotate`].
    pub async fn rotate(&self, ring: &Keyring, now: Timestamp) -> Result<Rotated> {
        rotation::rotate(&self.credentials, ring, &*self.ids, now).await
    }

    /// Those in a range of the store that have to be looked at by now, the longest due first.
    pub async fn due(&self, range: KeyRange, now: Timestamp, page: PageRequest) -> Result<Page<Credential>> {
        let span = Span { until: now.micros().saturating_add(1), ..Span::ALL };
        Ok(self.credentials.range_of(range, span, page).await?)
    }

    /// Writes over what was read; `None` when somebody else was faster.
    pub async fn replace(
        &self,
        credential: Credential,
        read: &Stored<Credential>,
        now: Timestamp,
    ) -> Result<Option<Stored<Credential>>> {
        let op = self.ids.next(now);
        let write = collection::replace(&credential, 0, &read.etag)?;
        match self.credentials.store().commit(Batch::new(Partition::of(credential.user_id), op).with(write)).await {
            Ok(etags) => Ok(etags.into_iter().next().map(|etag| Stored { value: credential, etag, op })),
            Err(StoreError::Stale(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}
