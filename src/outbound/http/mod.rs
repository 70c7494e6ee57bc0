//! The one client by which requests go out: where it may go, how long it waits and how much it reads.

mod answer;
mod arriving;
mod policy;
mod request;

use std::{
    error::Error,
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use reqwest::{Client, header::HeaderName, redirect};
use uuid::{Builder, Uuid};

pub use self::{
    answer::{Answer, LONGEST, Pause},
    arriving::{Arriving, MOST_BYTES},
    policy::Policy,
    request::{Effect, Request},
};
use self::{arriving::failed, policy::Reach, request::Origin};
use super::providers::Failure;
use crate::kernel::RequestId;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What requests go out by.
#[async_trait]
pub trait Sends: Send + Sync + fmt::Debug {
    /// The answer, whatever its status. Errors: as those of [`Outgoing::send`], and `Limited` before anything is sent.
    async fn send(&self, request: Request) -> Result<Answer, Failure>;
}

#[async_trait]
impl Sends for Outgoing {
    async fn send(&self, request: Request) -> Result<Answer, Failure> {
        Self::send(self, request).await
    }
}

/// Sends requests. One for the process: it keeps connections open for those that follow. Redirects are not followed, and no proxy
/// is used, behind which nobody could tell where a request goes.
#[derive(Debug)]
pub struct Outgoing {
    policy: Arc<Policy>,
    operator: OnceLock<Client>,
    public: OnceLock<Client>,
    private: OnceLock<Client>,
}

impl Outgoing {
    /// Nothing is opened before the first request.
    pub fn new(policy: &Policy) -> Self {
        let client = OnceLock::new;
        Self { policy: Arc::new(policy.clone()), operator: client(), public: client(), private: client() }
    }

    /// The answer, whatever its status.
    ///
    /// Errors: `AddressNotAllowed` before anything is sent; `Unreachable` where nothing was done, or what was asked only reads;
    /// `Unknown` where a request that writes was sent and its answer did not come whole; `Malformed` for an answer to a reading
    /// one that is too large.
    pub async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let (effect, began) = (request.effect, Instant::now());
        let id = RequestId::current().unwrap_or_else(|| request_id().into());
        let (method, host) = (request.method.clone(), request.url.host_str().unwrap_or_default().to_owned());
        let result = self.exchange(request, &id).await;
        let milliseconds = began.elapsed().as_millis();
        match &result {
            Ok(answer) => tracing::debug!(%method, host, status = answer.status, request_id = %id, milliseconds, "asked"),
            Err(failure) => tracing::debug!(%method, host, %failure, request_id = %id, milliseconds, ?effect, "asked in vain"),
        }
        result
    }

    async fn exchange(&self, request: Request, id: &RequestId) -> Result<Answer, Failure> {
        self.begin(request, id, self.policy.timeout).await?.whole().await
    }

    /// The head of an answer whose body is still to come, as that of a service which answers for long; `within` is from the first byte
    /// that is sent to the last that comes. Errors: as those of [`Self::send`].
    pub async fn open(&self, request: Request, within: Duration) -> Result<Arriving, Failure> {
        let id = RequestId::current().unwrap_or_else(|| request_id().into());
        self.begin(request, &id, within).await
    }

    async fn begin(&self, request: Request, id: &RequestId, within: Duration) -> Result<Arriving, Failure> {
        let Request { method, url, headers, body, effect, origin, units: _ } = request;
        let reach = match origin {
            Origin::Operator => Reach::Operator,
            Origin::Person => self.policy.reach(&url).ok_or(Failure::AddressNotAllowed)?,
        };
        let client = self.client(reach)?;
        let mut asked = client.request(method, url).timeout(within).headers(headers).header(REQUEST_ID, id.as_str());
        if let Some(body) = body {
            asked = asked.body(body);
        }
        let response = asked.send().await.map_err(|error| failed(&error, effect))?;
        Ok(Arriving::of(response, effect))
    }

    /// Made when it is first needed: it reads the certificates of the machine.
    fn client(&self, reach: Reach) -> Result<&Client, Failure> {
        let cell = match reach {
            Reach::Operator => &self.operator,
            Reach::Public => &self.public,
            Reach::Private => &self.private,
        };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let made = Client::builder()
            .user_agent(concat!("Avanochi/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .pool_idle_timeout(Duration::from_secs(30));
        let made = match reach {
            Reach::Operator => made,
            Reach::Public | Reach::Private => made.dns_resolver(policy::Guard { policy: Arc::clone(&self.policy), reach }),
        };
        let made = made.build().map_err(|error| {
            tracing::error!(error = &error as &dyn Error, "no client for outgoing requests");
            Failure::Unreachable
        })?;
        Ok(cell.get_or_init(|| made))
    }
}

/// By which both sides find in their logs a request that is not part of anything.
fn request_id() -> Uuid {
    let mut bytes = [0; 16];
    // Without randomness the id is all that is lost: the request does not depend on it.
    let _filled = getrandom::fill(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid()
}
