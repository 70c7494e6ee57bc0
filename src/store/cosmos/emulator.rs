//! A store on the client's own emulator, in this process, whose every request can be counted and made to fail.

use std::sync::{Arc, Mutex, PoisonError};

use azure_core::{
    credentials::Secret,
    http::{Request, Url, headers::HeaderName},
};
use azure_data_cosmos::{
    AccountReference, ContainerClient, CosmosClient, CosmosRuntime, CosmosRuntimeBuilder, RoutingStrategy,
    fault_injection::FaultInjectionRule,
};
use azure_data_cosmos_driver::in_memory_emulator::{
    InMemoryEmulatorHttpClient, RequestObserver, VirtualAccountConfig, VirtualRegion,
};

use avanochi::{
    credentials::CredentialManager,
    kernel::{Clock, ManualClock, Timestamp},
    store::cosmos::Cosmos,
};
use tokio::sync::OnceCell;

pub const ENDPOINT: &str = "https://emulator.invalid/";
/// The emulator does not look at signatures; it is any text in base64.
pub const KEY: &str = "c2VjcmV0";

/// An account of its own, empty.
pub struct Emulator {
    pub http: Arc<InMemoryEmulatorHttpClient>,
    pub requests: Arc<Requests>,
    /// Made when it is first needed, for what it takes has to be waited for.
    runtime: Arc<OnceCell<CosmosRuntime>>,
}

impl Emulator {
    pub fn start() -> Self {
        let url: Url = ENDPOINT.parse().expect("a URL");
        let account = VirtualAccountConfig::new(vec![VirtualRegion::new("Japan East", url)]).expect("an account");
        let requests = Arc::new(Requests::default());
        let http = Arc::new(InMemoryEmulatorHttpClient::new(account).with_request_observer(requests.clone()));
        Self { http, requests, runtime: Arc::default() }
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
        let (http, runtime) = (Arc::clone(&self.http), Arc::clone(&self.runtime));
        let transport = move || {
            let (http, runtime, rules) = (Arc::clone(&http), Arc::clone(&runtime), rules.clone());
            async move {
                let builder = CosmosClient::builder().with_runtime(made(&runtime, &http).await);
                builder.with_fault_injection_rules(rules).expect("rules")
            }
        };
        Cosmos::over(transport, credentials, clock)
    }
}

impl Emulator {
    /// The container as the client sees it, without our store.
    pub async fn container(&self) -> ContainerClient {
        let account = AccountReference::with_authentication_key(ENDPOINT.parse().expect("a URL"), KEY);
        let client = CosmosClient::builder().with_runtime(made(&self.runtime, &self.http).await);
        let client = client.build(account, RoutingStrategy::PreferredRegions(Vec::new())).await.expect("a client");
        client.database_client("avanochi-db").container_client("avanochi-container", None).await.expect("a container")
    }
}

async fn made(runtime: &OnceCell<CosmosRuntime>, http: &Arc<InMemoryEmulatorHttpClient>) -> CosmosRuntime {
    let make = || async { CosmosRuntimeBuilder::from(http.runtime_builder()).build().await.expect("a runtime") };
    runtime.get_or_init(make).await.clone()
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

/// Every request that reached the service, as method and kind of resource. One whose signature the service would not
/// take is a panic; the emulator takes all.
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
        let wrong = wrong_signature(request, KEY);
        assert_eq!(wrong, None);
        let line = format!("{} {}", request.method(), kind(request));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// What a request is about. A query that names no partition is asked of each physical one.
pub fn kind(request: &Request) -> &'static str {
    let path = request.url().path();
    let is = |name: &'static str| header(request, name).is_some();
    if !path.ends_with("/docs") && !path.contains("/docs/") {
        return "metadata";
    }
    match (is("x-ms-documentdb-isquery"), is("x-ms-cosmos-is-batch-request")) {
        (true, _) if is("x-ms-documentdb-partitionkey") => "query",
        (true, _) => "query across partitions",
        (_, true) => "batch",
        _ => "item",
    }
}

pub fn header<'a>(request: &'a Request, name: &'static str) -> Option<&'a str> {
    request.headers().get_optional_str(&HeaderName::from_static(name))
}

/// The token that a request shows instead of a signature.
pub fn token(request: &Request) -> Option<String> {
    let given = percent_decode(&header(request, "authorization")?.replace('+', " "));
    given.strip_prefix("type=aad&ver=1.0&sig=").map(ToOwned::to_owned)
}

/// Signs the request as the service does, over what it finds in the path once that is decoded. Returns what differs;
/// a token is for somebody else to judge.
pub fn wrong_signature(request: &Request, key: &str) -> Option<String> {
    if token(request).is_some() {
        return None;
    }
    let given = percent_decode(&header(request, "authorization").expect("signed").replace('+', " "));
    let path = percent_decode(request.url().path().trim_matches('/'));
    // At most a database, a container and a document, of which the last may contain anything but a slash.
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let (kind, link) = match parts.len() % 2 {
        1 => (parts[parts.len() - 1], parts[..parts.len() - 1].join("/")),
        _ if parts.is_empty() => ("", String::new()),
        _ => (parts[parts.len() - 2], parts.join("/")),
    };
    let date = header(request, "x-ms-date").expect("dated").to_lowercase();
    let text = format!("{}\n{kind}\n{link}\n{date}\n\n", request.method().as_str().to_lowercase());
    let right = azure_core::hmac::hmac_sha256(&text, &Secret::from(key.to_owned())).expect("a signature");
    (given != format!("type=master&ver=1.0&sig={right}")).then(|| format!("{given} is not the signature of {text:?}"))
}

fn percent_decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next().expect("a digit")).to_digit(16).expect("a digit");
        decoded.push(if byte == b'%' { u8::try_from(digit() * 16 + digit()).expect("a byte") } else { byte });
    }
    String::from_utf8(decoded).expect("text")
}
