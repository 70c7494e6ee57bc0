//! The connection: made on first use, kept for the process, made anew when the service refuses its key.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use azure_data_cosmos::{
    AccountEndpoint, AccountReference, ContainerClient, CosmosClient, CosmosClientBuilder, RoutingStrategy,
    options::{EndToEndOperationLatencyPolicy, OperationOptions, OperationOptionsBuilder, ThrottlingRetryOptionsBuilder},
};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{container, fault::Failure};
use crate::{
    credentials::{CosmosAccess, CosmosCredentials, CredentialManager},
    store::StoreError,
};

/// How long a call may take, connecting included: a person is waiting for it.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a throttled request is sent again, and how long is waited for that altogether. A caller that is told to
/// come back later is better off than one that waits without an end.
const THROTTLED_RETRIES: u32 = 3;
const MAX_THROTTLED_DELAY: Duration = Duration::from_secs(2);

/// Makes the client's builder before the policy is added: another transport, in tests.
pub type Transport = Box<dyn Fn() -> Pin<Box<dyn Future<Output = CosmosClientBuilder> + Send>> + Send + Sync>;

pub struct Client {
    credentials: Arc<CredentialManager>,
    transport: Transport,
    /// The connection in use. Replaced as a whole, so that those who are still using the old one are not disturbed.
    link: Mutex<Arc<OnceCell<ContainerClient>>>,
    history: OnceCell<Uuid>,
}

impl Client {
    pub fn new(credentials: Arc<CredentialManager>, transport: Transport) -> Self {
        Self { credentials, transport, link: Mutex::default(), history: OnceCell::new() }
    }

    /// Does the work over the connection, within the deadline. When the key is refused, the credentials are asked
    /// for again, once.
    pub async fn call<T, F>(&self, work: impl Fn(ContainerClient) -> F + Sync) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let result = tokio::time::timeout(CALL_TIMEOUT, async {
            let link = self.link();
            match self.attempt(&link, &work).await {
                Err(failure) if failure.is_refused_key() => {
                    tracing::warn!("the store refuses its key; asking for it again");
                    self.renew(&link);
                    self.attempt(&self.link(), &work).await.map_err(Failure::explained)
                }
                result => result,
            }
        });
        match result.await {
            Ok(result) => result.map_err(StoreError::from),
            Err(_) => Err(StoreError::Unavailable(anyhow::anyhow!("no answer within {} s", CALL_TIMEOUT.as_secs()))),
        }
    }

    /// Made of where the container is. The service puts a copy back into another account, and nothing in a copy says that it
    /// is one, so that a document that names the history would be copied along.
    pub async fn history(&self) -> Result<Uuid, StoreError> {
        let named = async || {
            let credentials = self.credentials.get_cosmos_credentials().await.map_err(unavailable)?;
            let CosmosCredentials { endpoint, database, container, .. } = credentials;
            let place = [endpoint.trim_end_matches('/').to_ascii_lowercase(), database, container].join("\n");
            Ok(uuid::Builder::from_slice(&Sha256::digest(place)[..16]).map_err(unavailable)?.into_uuid())
        };
        self.history.get_or_try_init(named).await.copied()
    }

    async fn attempt<T, F>(
        &self,
        link: &OnceCell<ContainerClient>,
        work: &(impl Fn(ContainerClient) -> F + Sync),
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let container = link.get_or_try_init(|| self.connect()).await?;
        work(container.clone()).await
    }

    fn link(&self) -> Arc<OnceCell<ContainerClient>> {
        Arc::clone(&self.link.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets the connection and what it was made with, unless somebody else has done so already.
    fn renew(&self, refused: &Arc<OnceCell<ContainerClient>>) {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&link, refused) {
            self.credentials.forget_cosmos_credentials();
            *link = Arc::default();
        }
    }

    async fn connect(&self) -> Result<ContainerClient, Failure> {
        let credentials = self.credentials.get_cosmos_credentials().await.map_err(unavailable)?;
        let CosmosCredentials { endpoint, database, container: name, access } = &credentials;
        let address: AccountEndpoint = endpoint.parse().map_err(unavailable)?;
        let account = match access {
            CosmosAccess::Key(key) => AccountReference::with_authentication_key(address, key.expose_secret().to_owned()),
            CosmosAccess::Identity(identity) => AccountReference::with_credential(address, Arc::clone(identity)),
        };
        let client = (self.transport)()
            .await
            .with_default_operation_options(policy())
            // The regions in the order that the account gives them.
            .build(account, RoutingStrategy::PreferredRegions(Vec::new()))
            .await?;
        let container = match access {
            CosmosAccess::Key(_) => container::open_or_create(&client, database, name).await?,
            CosmosAccess::Identity(_) => open(&client, database, name).await?,
        };
        check(&container, name).await?;
        tracing::info!(endpoint, database, container = name, "connected to the store");
        Ok(container)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

/// The bounds of every request.
fn policy() -> OperationOptions {
    let throttling = ThrottlingRetryOptionsBuilder::new()
        .with_max_retry_count(THROTTLED_RETRIES)
        .with_max_retry_wait_time(MAX_THROTTLED_DELAY)
        .build();
    OperationOptionsBuilder::new()
        .with_end_to_end_latency_policy(EndToEndOperationLatencyPolicy::new(CALL_TIMEOUT))
        .with_throttling_retry_options(throttling)
        .build()
}

/// An identity may use the data but not make the container.
async fn open(client: &CosmosClient, database: &str, name: &str) -> Result<ContainerClient, Failure> {
    client.database_client(database.to_owned()).container_client(name.to_owned(), None).await.map_err(|error| {
        if container::is_missing(&error) {
            let hint = anyhow::anyhow!(
                "there is no container {name} in the database {database}, and a managed identity cannot create it: deploy \
                 templates/cosmosdb.json, or set COSMOS_DB_PRIMARY_KEY"
            );
            StoreError::Unavailable(hint).into()
        } else {
            Failure::from(error)
        }
    })
}

/// Refuses a container that is partitioned otherwise, which every write would fail in with a puzzling message.
async fn check(container: &ContainerClient, name: &str) -> Result<(), Failure> {
    let properties = container.read(None).await?.into_model()?;
    let paths = properties.partition_key.paths();
    if paths.len() == 1 && paths[0] == container::PARTITION_KEY {
        return Ok(());
    }
    Err(StoreError::Broken(anyhow::anyhow!(
        "the container {name} is partitioned by {}, not by {}; set COSMOS_DB_CONTAINER to another name",
        paths.join(", "),
        container::PARTITION_KEY
    ))
    .into())
}

fn unavailable(error: impl Into<anyhow::Error>) -> StoreError {
    StoreError::Unavailable(error.into())
}
