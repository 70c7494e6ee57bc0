//! A store on the client's own emulator, in this process, whose every request can be counted and made to fail.

use std::sync::{Arc, Mutex, PoisonError};

use azure_core::http::{Request, Url};
use azure_data_cosmos::{
    AccountReference, ContainerClient, CosmosClient, CosmosRuntime, CosmosRuntimeBuilder, RoutingStrategy,
    fault_injection::FaultInjectionRule,
};
use azure_data_cosmos_driver::in_memory_emulator::{
    InMemoryEmulatorHttpClient, RequestObserver, VirtualAccountConfig, VirtualRegion,
};

use super::Cosmos;
use crate::{
    credentials::CredentialManager,
    kernel::{Clock, ManualClock, Timestamp},
};

pub const ENDPOINT: &str = "https://emulator.invalid/";
/// The emulator does not look at signatures; it is any text in base64.
pub const KEY: &str = "c2VjcmV0";

/// An account of its own, empty.
pub struct Emulator {
    pub http: Arc<InMemoryEmulatorHttpClient>,
    pub requests: Arc<Requests>,
    runtime: CosmosRuntime,
}

impl Emulator {
    /// Needs a runtime of several threads.
    pub fn start() -> Self {
        let url: Url = ENDPOINT.parse().expect("a URL");
        let account = VirtualAccountConfig::new(vec![VirtualRegion::new("Japan East", url)]).expect("an account");
        let requests = Arc::new(Requests::default());
        let http = Arc::new(InMemoryEmulatorHttpClient::new(account).with_request_observer(requests.clone()));
        let building = CosmosRuntimeBuilder::from(http.runtime_builder()).build();
        let runtime = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(building)).expect("a runtime");
        Self { http, requests, runtime }
    }

    /// A store that connects with the account key.
    pub fn store(&self, clock: Arc<dyn Clock>) -> Cosmos {
        self.store_with(credentials(), clock, Vec::new())
    }

    pub fn store_with(
        &self,
        credentials: Arc<CredentialManager>,
        clock: Arc<dyn Clock>,
        rules: Vec<Arc<FaultInjectionRule>>,
    ) -> Cosmos {
        let runtime = self.runtime.clone();
        let transport = move || {
            let builder = CosmosClient::builder().with_runtime(runtime.clone());
            builder.with_fault_injection_rules(rules.clone()).expect("rules")
        };
        Cosmos::over(transport, credentials, clock)
    }
}

impl Emulator {
    /// The container as the client sees it, without our store.
    pub async fn container(&self) -> ContainerClient {
        let account = AccountReference::with_authentication_key(ENDPOINT.parse().expect("a URL"), KEY);
        let client = CosmosClient::builder().with_runtime(self.runtime.clone());
        let client = client.build(account, RoutingStrategy::PreferredRegions(Vec::new())).await.expect("a client");
        client.database_client("avanochi-db").container_client("avanochi-container", None).await.expect("a container")
    }
}

pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_micros(1_767_323_045_000_000)))
}

pub fn credentials() -> Arc<CredentialManager> {
    let lookup = |name: &str| match name {
        "COSMOS_DB_URI" => Some(ENDPOINT.into()),
        "COSMOS_DB_PRIMARY_KEY" => Some(KEY.into()),
        _ => None,
    };
    Arc::new(CredentialManager::new(lookup, clock()))
}

/// Every request that reached the service, as method and kind of resource.
#[derive(Debug, Default)]
pub struct Requests(Mutex<Vec<String>>);

impl Requests {
    /// Those since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl RequestObserver for Requests {
    fn on_request(&self, request: &Request) {
        let header = |name: &'static str| {
            request.headers().get_optional_str(&azure_core::http::headers::HeaderName::from_static(name)).is_some()
        };
        let path = request.url().path();
        let kind = if path.ends_with("/docs") || path.contains("/docs/") {
            match (header("x-ms-documentdb-isquery"), header("x-ms-cosmos-is-batch-request")) {
                (true, _) => "query",
                (_, true) => "batch",
                _ => "item",
            }
        } else {
            "metadata"
        };
        let line = format!("{} {kind}", request.method());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}
