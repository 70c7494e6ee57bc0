//! Where logins are kept: each name in a partition of its own, so that creating one decides whose the name is.

use std::sync::Arc;

use super::model::{Login, NameKey};
use crate::{
    kernel::{IdempotencyKey, Result},
    ledger::idempotency::{self, Record},
    store::{Batch, Collection, Store, StoreError, Stored, Write, collection},
};

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
        Ok(self.logins.get(name.partition(), Login::ID).await?)
    }

    /// What an earlier registration under the key made.
    pub async fn replay<T: serde::de::DeserializeOwned>(
        &self,
        name: &NameKey,
        key: Option<&IdempotencyKey>,
    ) -> Result<Option<T>> {
        idempotency::replay(&self.records, name.partition(), key).await
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
        let mut batch = Batch::new(name.partition(), op).with(collection::put(login, 0, read.map(|read| &read.etag))?);
        batch.writes.extend(record.map(|record| collection::create(record, 0)).transpose()?);
        self.won(batch).await
    }

    /// Writes documents of another partition for the first time; `false` when they exist.
    pub async fn create(&self, partition: crate::store::Partition, op: uuid::Uuid, writes: Vec<Write>) -> Result<bool> {
        self.won(Batch { partition, op, writes }).await
    }

    async fn won(&self, batch: Batch) -> Result<bool> {
        match self.logins.store().commit(batch).await {
            Ok(_) => Ok(true),
            Err(StoreError::Exists(_) | StoreError::Stale(_)) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}
