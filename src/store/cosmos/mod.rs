//! The store on Azure Cosmos DB: one container, partitioned by `/pk`, reached on first use.
//!
//! A read is a point read, a page one query request, a commit one request, in one partition. Expiry is judged by our
//! clock in every read; the service's own removal of expired documents only tidies up.
//!
//! With the account's usual consistency (session) a process reads what it wrote; what another process wrote a moment
//! ago it may not see yet. No write is ever wrong for that, since every one depends on an etag or on absence.

mod client;
mod commit;
pub mod container;
mod fault;
mod read;
mod sql;
mod wire;

use std::sync::Arc;

use azure_data_cosmos::{CosmosClient, CosmosClientBuilder};
use uuid::Uuid;

use self::client::Client;
pub use self::wire::plain_id;
use super::{Batch, Document, Etag, Key, KeyRange, Query, Store, StoreError, batch};
use crate::{
    credentials::CredentialManager,
    kernel::{Clock, Page},
};

/// The store in one container.
#[derive(Debug)]
pub struct Cosmos {
    client: Client,
    clock: Arc<dyn Clock>,
}

impl Cosmos {
    /// A store that connects when it is first asked for something, with what `credentials` then says.
    pub fn new(credentials: Arc<CredentialManager>, clock: Arc<dyn Clock>) -> Self {
        Self::over(|| std::future::ready(CosmosClient::builder()), credentials, clock)
    }

    /// The same over another transport: an emulator, or one that fails on purpose.
    pub fn over<F: Future<Output = CosmosClientBuilder> + Send + 'static>(
        transport: impl Fn() -> F + Send + Sync + 'static,
        credentials: Arc<CredentialManager>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { client: Client::new(credentials, Box::new(move || Box::pin(transport()))), clock }
    }
}

#[async_trait::async_trait]
impl Store for Cosmos {
    fn name(&self) -> &'static str {
        "cosmos"
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        self.client.history().await
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        let now = self.clock.now();
        self.client.call(|container| read::get(container, &key, now)).await
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        let now = self.clock.now();
        self.client.call(|container| read::query(container, &query, now)).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        self.client.call(read::ranges).await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        batch::check_size(&batch)?;
        let now = self.clock.now();
        self.client.call(|container| commit::commit(container, &batch, now)).await
    }
}

#[cfg(test)]
pub(crate) mod emulator;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;
