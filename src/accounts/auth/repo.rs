//! Where logins are kept: each name in a partition of its own, so that creating one decides whose the name is. What follows
//! a login is in the same partition, and so goes with the account.

use std::sync::Arc;

use uuid::Uuid;

use super::model::{Family, Login, NameKey};
use crate::{
    accounts::users::model::User,
    kernel::{IdempotencyKey, Limit, PageRequest, Result, Timestamp, Versioned},
    ledger::{
        idempotency::{self, Record},
        summary,
    },
    store::{Batch, Collection, Entity, Etag, Partition, Places, Store, StoreError, Stored, Write, collection},
};

impl Entity for Login {
    const KIND: &'static str = "logins";

    fn document_id(&self) -> String {
        Self::ID.into()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.forget_at()
    }
}

impl Entity for Family {
    const KIND: &'static str = "refresh_families";

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(self.began_at.micros()), None, None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at())
    }
}

/// The partition of what is known under a name.
pub fn partition_of(name: &NameKey) -> Partition {
    Partition::named(name.as_str().to_owned())
}

#[derive(Debug, Clone)]
pub struct LoginRepo {
    logins: Collection<Login>,
    families: Collection<Family>,
    records: Collection<Record>,
}

impl LoginRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            logins: Collection::new(Arc::clone(&store)),
            families: Collection::new(Arc::clone(&store)),
            records: Collection::new(store),
        }
    }

    pub async fn get(&self, name: &NameKey) -> Result<Option<Stored<Login>>> {
        Ok(self.logins.get(partition_of(name), Login::ID).await?)
    }

    pub async fn family(&self, name: &NameKey, id: Uuid) -> Result<Option<Stored<Family>>> {
        Ok(self.families.get(partition_of(name), id.to_string()).await?)
    }

    /// The families that have not ended, oldest first.
    pub async fn families(&self, name: &NameKey) -> Result<Vec<Family>> {
        // There are far fewer than one page has.
        let page = PageRequest::first(Limit::MAX);
        Ok(self.families.list(Some(partition_of(name)), None, page).await?.items)
    }

    /// What an earlier registration under the key made.
    pub async fn replay<T: serde::de::DeserializeOwned>(
        &self,
        name: &NameKey,
        key: Option<&IdempotencyKey>,
    ) -> Result<Option<T>> {
        idempotency::replay(&self.records, partition_of(name), key).await
    }

    /// Writes the login over what was read, together with a record; `false` when somebody else was faster.
    pub async fn put(
        &self,
        name: &NameKey,
        login: &Login,
        read: Option<&Stored<Login>>,
        record: Option<&Record>,
        op: Uuid,
    ) -> Result<bool> {
        Ok(self.write(name, login, read, remembering(record)?, op).await?.is_some())
    }

    /// As [`Self::put`], with any other writes of the partition; the login as it is then, to be written over.
    pub async fn write(
        &self,
        name: &NameKey,
        login: &Login,
        read: Option<&Stored<Login>>,
        others: Vec<Write>,
        op: Uuid,
    ) -> Result<Option<Stored<Login>>> {
        let mut batch = Batch::new(partition_of(name), op).with(collection::put(login, 0, read.map(|read| &read.etag))?);
        batch.writes.extend(others);
        let etags = self.won(batch).await?;
        Ok(etags.and_then(|etags| etags.into_iter().next()).map(|etag| Stored { value: login.clone(), etag, op }))
    }

    /// Writes the documents that a user begins with, unless they exist.
    pub async fn open_account(&self, user: &Versioned<User>, opening: Write) -> Result<()> {
        let first = collection::create(&user.value, summary::FIRST_SEQ)?;
        let batch = Batch::new(Partition::of(user.value.id), user.version).with(first).with(opening);
        self.won(batch).await.map(drop)
    }

    /// Writes the family over what was read; `false` when somebody else was faster.
    pub async fn put_family(&self, name: &NameKey, family: &Family, read: &Stored<Family>, op: Uuid) -> Result<bool> {
        let batch = Batch::new(partition_of(name), op).with(collection::replace(family, 0, &read.etag)?);
        Ok(self.won(batch).await?.is_some())
    }

    /// Ends a family, whether it lives or not.
    pub async fn remove_family(&self, name: &NameKey, id: Uuid, op: Uuid) -> Result<()> {
        self.won(Batch::new(partition_of(name), op).with(removal(id))).await.map(drop)
    }

    async fn won(&self, batch: Batch) -> Result<Option<Vec<Etag>>> {
        match self.logins.store().commit(batch).await {
            Ok(etags) => Ok(Some(etags)),
            Err(StoreError::Exists(_) | StoreError::Stale(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

/// What remembers a request, if it has a key.
pub fn remembering(record: Option<&Record>) -> Result<Vec<Write>> {
    Ok(record.map(|record| collection::create(record, 0)).transpose()?.into_iter().collect())
}

/// What begins a family, and ends those that make room for it.
pub fn beginning(family: &Family, ended: &[Uuid]) -> Result<Vec<Write>> {
    let mut writes: Vec<Write> = ended.iter().map(|&id| removal(id)).collect();
    writes.push(collection::create(family, 0)?);
    Ok(writes)
}

fn removal(id: Uuid) -> Write {
    Write::Remove { kind: Family::KIND.into(), id: id.to_string(), etag: None }
}
