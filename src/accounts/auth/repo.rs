//! Where logins are kept: each name in a partition of its own, so that creating one decides whose the name is.

use std::sync::Arc;

use super::model::{Login, NameKey};
use crate::{
    accounts::users::model::User,
    kernel::{IdempotencyKey, Result, Timestamp, Versioned},
    ledger::{
        idempotency::{self, Record},
        summary,
    },
    store::{Batch, Collection, Entity, Partition, Store, StoreError, Stored, Write, collection},
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

/// The partition of what is known under a name.
pub fn partition_of(name: &NameKey) -> Partition {
    Partition::named(name.as_str().to_owned())
}

#[derive(Debug, Clone)]
pub struct LoginRepo {
    logins: Collection<Login>,
    records: Collection<Record>,
}

impl LoginRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { logins: Collection::new(Arc::clone(&store)), records: Collection::new(store) }
    }

    pub async fn get(&self, name: &NameKey) -> Result<Option<Stored<Login>>> {
        Ok(self.logins.get(partition_of(name), Login::ID).await?)
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
        op: uuid::Uuid,
    ) -> Result<bool> {
        let mut batch = Batch::new(partition_of(name), op).with(collection::put(login, 0, read.map(|read| &read.etag))?);
        batch.writes.extend(record.map(|record| collection::create(record, 0)).transpose()?);
        self.won(batch).await
    }

    /// Writes the documents that a user begins with, unless they exist.
    pub async fn open_account(&self, user: &Versioned<User>, opening: Write) -> Result<()> {
        let first = collection::create(&user.value, summary::FIRST_SEQ)?;
        let batch = Batch::new(Partition::of(user.value.id), user.version).with(first).with(opening);
        self.won(batch).await.map(drop)
    }

    async fn won(&self, batch: Batch) -> Result<bool> {
        match self.logins.store().commit(batch).await {
            Ok(_) => Ok(true),
            Err(StoreError::Exists(_) | StoreError::Stale(_)) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}
