//! Whose an account at a service is, for what the service tells all who use its app: one partition for each account, which nothing
//! leads to but the account, so that whoever takes the credential away takes this along.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::Credential;
use crate::{
    kernel::{IdSource, Limit, PageRequest, Result, Timestamp, UserId},
    outbound::providers::ProviderName,
    store::{Batch, Collection, Entity, Partition, Places, Store, StoreError, Write, collection},
};

/// A connection with an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfAccount {
    pub user_id: UserId,
    pub connection_id: Uuid,
}

impl Entity for OfAccount {
    const KIND: &'static str = "service_accounts";

    fn document_id(&self) -> String {
        self.connection_id.to_string()
    }

    fn places(&self) -> Places {
        [Some(0), None, None, None]
    }
}

fn partition(provider: ProviderName, account: &str) -> Partition {
    Partition::named(format!("account:{}:{account}", provider.name()))
}

#[derive(Debug, Clone)]
pub struct Accounts {
    known: Collection<OfAccount>,
    ids: Arc<dyn IdSource>,
}

impl Accounts {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self { known: Collection::new(store), ids }
    }

    /// The connections with an account; there are far fewer than a page has.
    pub async fn of(&self, provider: ProviderName, account: &str) -> Result<Vec<OfAccount>> {
        Ok(self.known.list(Some(partition(provider, account)), None, PageRequest::first(Limit::MAX)).await?.items)
    }

    /// Keeps whose the account of a credential is, where it has one.
    pub async fn keep(&self, credential: &Credential, now: Timestamp) -> Result<()> {
        let of = OfAccount { user_id: credential.user_id, connection_id: credential.id };
        self.commit(credential, collection::create(&of, 0)?, now).await
    }

    /// Forgets it.
    pub async fn forget(&self, credential: &Credential, now: Timestamp) -> Result<()> {
        let gone = Write::Remove { kind: OfAccount::KIND.into(), id: credential.id.to_string(), etag: None };
        self.commit(credential, gone, now).await
    }

    async fn commit(&self, credential: &Credential, write: Write, now: Timestamp) -> Result<()> {
        let Some(account) = &credential.account_id else { return Ok(()) };
        let batch = Batch::new(partition(credential.provider, account), self.ids.next(now)).with(write);
        match self.known.store().commit(batch).await {
            Ok(_) | Err(StoreError::Exists(_)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}
