//! The client's own emulator behind HTTP on the loopback, for the real program: it looks at signatures and tokens, counts,
//! fails on demand, and can be away for a while without losing its address or what it holds. Its port is never given up, since
//! another program of the machine could take it: while it is away, connections are closed as soon as they are made.

use std::{
    collections::BTreeMap,
    future::IntoFuture as _,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use azure_core::http::{
    Method as AzureMethod, Request as AzureRequest, Url,
    headers::{HeaderName as AzureName, HeaderValue as AzureValue},
};
use azure_data_cosmos_driver::in_memory_emulator::{InMemoryEmulatorHttpClient, VirtualAccountConfig, VirtualRegion};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{self, Runtime},
    sync::oneshot,
    task::JoinHandle,
};

use super::{
    emulator::{self, KEY},
    http::PATIENCE,
    process::Program,
};

/// When a fault strikes: before anything was done, or after it was, so that only the answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

/// An answer that the service gives instead of its own.
#[derive(Debug, Clone)]
pub struct Fault {
    /// To requests whose method and path contain this, such as `POST /dbs`.
    pub to: &'static str,
    pub status: u16,
    pub sub_status: u32,
    pub retry_after_ms: Option<u64>,
    pub when: When,
    /// Every how manieth of those requests.
    pub every: usize,
    /// How often at most.
    pub times: usize,
}

impl Fault {
    /// Every request for data, until further notice.
    pub fn of_data(status: u16) -> Self {
        Self { to: "/docs", status, sub_status: 0, retry_after_ms: None, when: When::Before, every: 1, times: usize::MAX }
    }
}

/// The account, reachable or not.
pub struct ServedEmulator {
    service: Arc<Service>,
    runtime: Runtime,
    listener: Arc<TcpListener>,
    doing: Mutex<Option<Doing>>,
}

/// What is done with connections.
enum Doing {
    Answering { stop: oneshot::Sender<()>, done: JoinHandle<()> },
    Refusing(JoinHandle<()>),
}

/// The one listener, for as long as a server has it.
struct Lent(Arc<TcpListener>);

impl axum::serve::Listener for Lent {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        self.0.accept().await.expect("a connection")
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

struct Service {
    http: InMemoryEmulatorHttpClient,
    base: String,
    state: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// With the number of requests that each one has seen, and of those that it struck.
    faults: Vec<(Fault, usize, usize)>,
    counts: BTreeMap<String, usize>,
    /// What to believe besides the account's key.
    token: Option<String>,
    /// The bodies with which containers were asked for, and with what throughput.
    containers: Vec<(Value, Option<String>)>,
    /// The documents that were written, in their order: what the change feed is made of.
    written: Vec<Value>,
}

impl ServedEmulator {
    pub fn start() -> Self {
        let emulator = Self::stopped();
        emulator.resume();
        emulator
    }

    /// One whose connections are refused until it is resumed.
    pub fn stopped() -> Self {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let region = VirtualRegion::new("Japan East", base.parse().expect("a URL"));
        let account = VirtualAccountConfig::new(vec![region]).expect("an account");
        let http = {
            let _inside = runtime.enter();
            InMemoryEmulatorHttpClient::new(account)
        };
        let service = Arc::new(Service { http, base, state: Mutex::default() });
        let emulator = Self { service, runtime, listener: Arc::new(listener), doing: Mutex::default() };
        emulator.refuse();
        emulator
    }

    /// Answers again.
    pub fn resume(&self) {
        if let Some(Doing::Refusing(refusing)) = self.doing().take() {
            refusing.abort();
            // Or else it could take one connection more.
            let _ = self.runtime.block_on(refusing);
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&self.service));
        let server = axum::serve(Lent(Arc::clone(&self.listener)), routes).with_graceful_shutdown(async { drop(stopped.await) });
        let done = self.runtime.spawn(async { server.into_future().await.expect("served") });
        *self.doing() = Some(Doing::Answering { stop, done });
    }

    /// Finishes what has been asked, then refuses connections.
    pub fn stop(&self) {
        let doing = self.doing().take();
        let Some(Doing::Answering { stop, done }) = doing else {
            *self.doing() = doing;
            return;
        };
        stop.send(()).expect("a server");
        let done = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, done).await });
        done.expect("its connections to end").expect("no panic");
        self.refuse();
    }

    fn refuse(&self) {
        let listener = Arc::clone(&self.listener);
        let refusing = self.runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // The peer is told at once that nobody is there.
                let _ = stream.set_zero_linger();
            }
        });
        *self.doing() = Some(Doing::Refusing(refusing));
    }

    fn doing(&self) -> MutexGuard<'_, Option<Doing>> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns once nothing is under way that a caller asked for who is gone.
    pub fn settle(&self) {
        self.stop();
        self.resume();
    }

    /// The program with the settings for this account and its key.
    pub fn program(&self, folder: &std::path::Path) -> Program {
        self.program_without_key(folder).set("COSMOS_DB_PRIMARY_KEY", KEY)
    }

    pub fn program_without_key(&self, folder: &std::path::Path) -> Program {
        let program = Program::new(folder).set("COSMOS_DB_URI", &format!("{}/", self.service.base));
        // The service speaks both; this server only the older.
        program.set("AZURE_COSMOS_CONNECTION_POOL_IS_HTTP2_ALLOWED", "false")
    }

    pub fn fail(&self, fault: Fault) {
        self.known().faults.push((fault, 0, 0));
    }

    /// Ends all faults; how many requests they struck.
    pub fn heal(&self) -> usize {
        std::mem::take(&mut self.known().faults).into_iter().map(|(_, _, struck)| struck).sum()
    }

    pub fn believe(&self, token: &str) {
        self.known().token = Some(token.to_owned());
    }

    /// The requests since the last call, by kind and by how they showed who they are.
    pub fn take_counts(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.known().counts)
    }

    /// What it was given as containers, with their throughput.
    pub fn containers(&self) -> Vec<(Value, Option<String>)> {
        self.known().containers.clone()
    }

    /// The documents that were written so far, each as often as it was: of deletions there is nothing.
    pub fn written(&self) -> Vec<Value> {
        self.known().written.clone()
    }

    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.service.known()
    }
}

impl Drop for ServedEmulator {
    fn drop(&mut self) {
        // Whoever is still connected is no reason to wait.
        *self.doing() = None;
    }
}

impl Service {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first fault that strikes this request.
    fn fault(&self, line: &str) -> Option<Fault> {
        let mut known = self.known();
        for (fault, seen, struck) in &mut known.faults {
            if line.contains(fault.to) && *struck < fault.times {
                *seen += 1;
                if *seen % fault.every == 0 {
                    *struck += 1;
                    return Some(fault.clone());
                }
            }
        }
        None
    }

    /// Whether the service would let this caller do this.
    fn refusal(&self, request: &AzureRequest) -> Option<Response> {
        if emulator::header(request, "authorization").is_none() {
            return Some(refuse(401, "Required Header authorization is missing."));
        }
        match emulator::token(request) {
            Some(token) if self.known().token.as_ref() != Some(&token) => Some(refuse(401, "The token is not known here.")),
            // Identities read and write data; databases and containers are made through the resource manager.
            Some(_) if request.method() == AzureMethod::Post && emulator::kind(request) == "metadata" => {
                Some(refuse(403, "The given request cannot be authorized by AAD token in data plane."))
            }
            Some(_) => None,
            None => emulator::wrong_signature(request, KEY)
                .map(|_| refuse(401, "The input authorization token can't serve the request.")),
        }
    }

    fn note(&self, request: &AzureRequest, body: &Bytes) {
        let by = if emulator::token(request).is_some() { "token" } else { "key" };
        let what = format!("{} {} by {by}", request.method(), emulator::kind(request));
        let mut known = self.known();
        *known.counts.entry(what).or_default() += 1;
        if request.method() == AzureMethod::Post && request.url().path().ends_with("/colls") {
            let throughput = emulator::header(request, "x-ms-offer-throughput").map(ToOwned::to_owned);
            known.containers.push((serde_json::from_slice(body).expect("JSON"), throughput));
        }
    }

    /// Takes down what a request that succeeded has written.
    fn note_written(&self, body: &[u8]) {
        let documents = match serde_json::from_slice(body) {
            Ok(Value::Array(operations)) => operations.iter().map(|operation| operation["resourceBody"].clone()).collect(),
            Ok(document) => vec![document],
            Err(_) => return,
        };
        self.known().written.extend(documents.into_iter().filter(|document| document["seq"].is_u64()));
    }
}

async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return refuse(400, "The body did not arrive.");
    };
    let request = translated(&service.base, &parts, &body);
    service.note(&request, &body);
    if let Some(refusal) = service.refusal(&request) {
        return refusal;
    }
    let fault = service.fault(&format!("{} {}", parts.method, parts.uri.path()));
    match fault {
        Some(fault) if fault.when == When::Before => struck(&fault),
        Some(fault) => {
            executed(&service, &request, &body).await;
            struck(&fault)
        }
        None => executed(&service, &request, &body).await,
    }
}

async fn executed(service: &Service, request: &AzureRequest, written: &[u8]) -> Response {
    let raw = service.http.execute_request(request).await.expect("an answer");
    let raw = raw.try_into_raw_response().await.expect("all of the answer");
    let mut response = Response::new(Body::from(raw.body().as_ref().to_vec()));
    *response.status_mut() = StatusCode::from_u16(u16::from(raw.status())).expect("a status");
    // A batch of which something was refused is answered with 207.
    if matches!(response.status(), StatusCode::OK | StatusCode::CREATED) {
        service.note_written(written);
    }
    for (name, value) in raw.headers().iter() {
        let name: HeaderName = name.as_str().parse().expect("a name");
        if name != header::CONTENT_LENGTH && name != header::TRANSFER_ENCODING {
            response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()).expect("a value"));
        }
    }
    response
}

fn translated(base: &str, parts: &Parts, body: &Bytes) -> AzureRequest {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let method = match parts.method {
        Method::POST => AzureMethod::Post,
        Method::PUT => AzureMethod::Put,
        Method::PATCH => AzureMethod::Patch,
        Method::DELETE => AzureMethod::Delete,
        Method::HEAD => AzureMethod::Head,
        _ => AzureMethod::Get,
    };
    let mut request = AzureRequest::new(Url::parse(&format!("{base}{path}")).expect("a URL"), method);
    for (name, value) in &parts.headers {
        let value = value.to_str().expect("text").to_owned();
        request.headers_mut().insert(AzureName::from(name.as_str().to_owned()), AzureValue::from(value));
    }
    request.set_body(body.to_vec());
    request
}

fn struck(fault: &Fault) -> Response {
    let mut response = refuse(fault.status, "Injected.");
    let headers = response.headers_mut();
    headers.insert("x-ms-substatus", HeaderValue::from(fault.sub_status));
    if let Some(wait) = fault.retry_after_ms {
        headers.insert("x-ms-retry-after-ms", HeaderValue::from(wait));
    }
    response
}

fn refuse(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    let body = json!({ "code": status.as_str(), "message": message }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
