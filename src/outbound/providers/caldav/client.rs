//! The requests of WebDAV and CalDAV that we send.

use std::sync::Arc;

use reqwest::{
    Method,
    header::{ACCEPT_ENCODING, ETAG, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, LOCATION},
};
use secrecy::SecretString;
use url::Url;

use super::xml::Multistatus;
use crate::{
    kernel::Clock,
    outbound::{
        http::{Answer, Effect, Request, Sends},
        providers::Failure,
    },
};

const DEPTH: HeaderName = HeaderName::from_static("depth");
/// How often an answer may lead elsewhere.
const MOST_REDIRECTS: usize = 3;

pub(super) struct Dav {
    pub(super) out: Arc<dyn Sends>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) username: String,
    pub(super) password: SecretString,
}

/// The text of a calendar object and the version that it is.
pub(super) struct Stored {
    pub(super) etag: String,
    pub(super) text: Vec<u8>,
}

/// Over what a text is written.
pub(super) enum Over<'a> {
    Nothing,
    Version(&'a str),
}

impl Dav {
    /// Follows what leads elsewhere on the same host. The address that answered, and its answer.
    pub(super) async fn discover(&self, url: &Url, depth: &'static str, body: &str) -> Result<(Url, Multistatus), Failure> {
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.ask("PROPFIND", &url, depth, body).await?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok((url, self.looked(&answer)?));
            }
            let refused = Failure::Rejected(answer.status);
            let next =
                answer.header(LOCATION.as_str()).and_then(|location| url.join(location).ok()).ok_or_else(|| refused.clone())?;
            if next.host() != url.host() || (next.scheme() != "https" && next.scheme() != url.scheme()) {
                return Err(refused);
            }
            url = next;
        }
        Err(Failure::Rejected(302))
    }

    pub(super) async fn propfind(&self, url: &Url, depth: &'static str, body: &str) -> Result<Multistatus, Failure> {
        self.looked(&self.ask("PROPFIND", url, depth, body).await?)
    }

    /// The answer, whatever its status: what a report refuses is told in its body.
    pub(super) async fn report(&self, url: &Url, depth: &'static str, body: &str) -> Result<Answer, Failure> {
        self.ask("REPORT", url, depth, body).await
    }

    pub(super) fn multistatus(&self, answer: &Answer) -> Result<Multistatus, Failure> {
        match answer.status {
            207 => Multistatus::read(&answer.body).ok_or(Failure::Malformed),
            _ => Err(answer.failure(self.clock.now())),
        }
    }

    /// Where looking is forbidden the credential is the wrong one: its owner may look at an address that was given with it.
    fn looked(&self, answer: &Answer) -> Result<Multistatus, Failure> {
        self.multistatus(answer).map_err(|failure| if failure == Failure::Forbidden { Failure::Unauthorized } else { failure })
    }

    /// `None` when there is nothing at that address.
    pub(super) async fn get(&self, url: &Url) -> Result<Option<Stored>, Failure> {
        let answer = self.send(self.request(Effect::Reads, Method::GET, url)?).await?;
        match answer.status {
            200 => {
                let etag = answer.header(ETAG.as_str()).ok_or(Failure::Malformed)?.to_owned();
                Ok(Some(Stored { etag, text: answer.body }))
            }
            404 | 410 => Ok(None),
            _ => Err(answer.failure(self.clock.now())),
        }
    }

    /// The answer, whatever its status.
    pub(super) async fn put(&self, url: &Url, text: Vec<u8>, over: Over<'_>) -> Result<Answer, Failure> {
        let request = self.request(Effect::Writes, Method::PUT, url)?.body("text/calendar; charset=utf-8", text);
        self.send(match over {
            Over::Nothing => request.header(IF_NONE_MATCH, HeaderValue::from_static("*")),
            Over::Version(etag) => request.header(IF_MATCH, version(etag)?),
        })
        .await
    }

    /// What is gone already is no error.
    pub(super) async fn delete(&self, url: &Url, etag: &str) -> Result<(), Failure> {
        let request = self.request(Effect::Writes, Method::DELETE, url)?.header(IF_MATCH, version(etag)?);
        let answer = self.send(request).await?;
        match answer.status {
            200..=299 | 404 | 410 => Ok(()),
            // What is not there has no version either.
            412 if self.get(url).await?.is_none() => Ok(()),
            _ => Err(answer.failure(self.clock.now())),
        }
    }

    async fn ask(&self, method: &str, url: &Url, depth: &'static str, body: &str) -> Result<Answer, Failure> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| Failure::Malformed)?;
        // Not `application/xml`, which Xandikos does not take.
        let request = self.request(Effect::Reads, method, url)?.body("text/xml; charset=utf-8", body.as_bytes().to_vec());
        self.send(request.header(DEPTH, HeaderValue::from_static(depth))).await
    }

    /// Unpacked, since servers that pack an answer change its version with it.
    fn request(&self, effect: Effect, method: Method, url: &Url) -> Result<Request, Failure> {
        let request = Request::new(effect, method, url.clone()).basic(&self.username, &self.password)?;
        Ok(request.header(ACCEPT_ENCODING, HeaderValue::from_static("identity")))
    }

    async fn send(&self, request: Request) -> Result<Answer, Failure> {
        self.out.send(request).await
    }
}

/// Errors: `Changed` for a version that nobody knows.
fn version(etag: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(etag).ok().filter(|value| !value.is_empty()).ok_or(Failure::Changed)
}
