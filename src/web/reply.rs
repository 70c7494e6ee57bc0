//! Successful answers.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{conditional, cursor::Paging, error};
use crate::kernel::{Error, Page, Result};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How many bytes of JSON an entry of a page usually has.
const ENTRY: usize = 768;

/// How a call succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Success {
    Ok,
    Created,
    NoContent,
}

impl Success {
    /// The status that it has as an answer.
    pub fn code(self) -> u16 {
        match self {
            Self::Ok => StatusCode::OK,
            Self::Created => StatusCode::CREATED,
            Self::NoContent => StatusCode::NO_CONTENT,
        }
        .as_u16()
    }
}

/// Builds an answer with a JSON body.
#[derive(Debug)]
pub struct Reply(Response);

impl Reply {
    /// 200 with `body`.
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        Self::json(StatusCode::OK, body)
    }

    /// 202 with `body`: it will be done.
    pub fn accepted(body: &impl Serialize) -> Result<Self> {
        Self::json(StatusCode::ACCEPTED, body)
    }

    /// 201 with `body`, telling where it is from now on.
    pub fn created(body: &impl Serialize, location: &str) -> Result<Self> {
        let mut reply = Self::json(StatusCode::CREATED, body)?;
        reply.set(header::LOCATION, location)?;
        Ok(reply)
    }

    /// 200 with a picture, which may style itself and load nothing.
    pub fn svg(picture: String) -> Self {
        let mut response = Response::new(Body::from(picture));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
        let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        Self(response)
    }

    /// 200 with a picture for who shows no SVG.
    #[cfg(feature = "png")]
    pub fn png(picture: Vec<u8>) -> Self {
        let mut response = Response::new(Body::from(picture));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
        Self(response)
    }

    /// The same for everybody: others may keep it for that many seconds.
    pub fn kept_by_all(mut self, seconds: u32) -> Result<Self> {
        self.set(header::CACHE_CONTROL, &format!("public, max-age={seconds}"))?;
        Ok(self)
    }

    /// 200 with a table of comma-separated values.
    pub fn csv(table: String) -> Self {
        let mut response = Response::new(Body::from(table));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
        Self(response)
    }

    /// 200 with nothing, for programs that ask no more.
    pub fn empty() -> Self {
        Self(Response::new(Body::empty()))
    }

    /// 200 with plain text.
    pub fn text(text: String) -> Self {
        let mut response = Response::new(Body::from(text));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        Self(response)
    }

    /// 200 with a small page, which may style itself, send its form back to where it came from, and load nothing.
    pub fn page_for_people(page: String) -> Self {
        let mut response = Response::new(Body::from(page));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self(response)
    }

    /// 200 with JSON that is always the same.
    pub fn json_text(json: &'static str) -> Self {
        Self::written(StatusCode::OK, json.into())
    }

    /// The status of an error and nothing else, for programs that are to learn no more.
    pub fn refusal(error: &Error) -> Self {
        error::log(error);
        let mut response = error::status(error.meaning()).into_response();
        error::tell_when(&mut response, error);
        Self(response)
    }

    pub fn no_content() -> Self {
        Self(StatusCode::NO_CONTENT.into_response())
    }

    /// 303: the browser goes on to that address, which nobody need remember.
    pub fn see_other(location: &str) -> Result<Self> {
        let mut reply = Self(StatusCode::SEE_OTHER.into_response());
        reply.set(header::LOCATION, location)?;
        reply.set(header::CACHE_CONTROL, "no-store")?;
        Ok(reply)
    }

    /// 304: the caller has this version already.
    pub fn not_modified(version: Uuid) -> Self {
        Self(StatusCode::NOT_MODIFIED.into_response()).versioned(version)
    }

    /// A page, and the way to the next one.
    pub fn page<'a, V: Serialize + From<&'a T>, T>(page: &'a Page<T>, paging: &Paging) -> Result<Self> {
        let views: Vec<V> = page.items.iter().map(V::from).collect();
        let mut json = Vec::with_capacity(views.len() * ENTRY);
        serde_json::to_writer(&mut json, &views).map_err(Error::internal)?;
        Self::page_of(json, page.next.as_deref(), paging)
    }

    /// As [`Self::page`], of what is written already. `next` is where it ends, when there is more.
    pub fn page_of(json: Vec<u8>, next: Option<&str>, paging: &Paging) -> Result<Self> {
        let mut reply = Self::written(StatusCode::OK, json);
        if let Some(next) = next {
            reply.set(header::LINK, &paging.link_to(next))?;
        }
        Ok(reply)
    }

    #[must_use]
    pub fn versioned(mut self, version: Uuid) -> Self {
        self.0.headers_mut().insert(header::ETAG, conditional::etag(version));
        self
    }

    /// Marks the answer to an earlier delivery of the same request.
    #[must_use]
    pub fn replayed(mut self, replayed: bool) -> Self {
        if replayed {
            self.0.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        self
    }

    /// Sets a header. Errors: `Internal` when the value cannot be one.
    pub fn set(&mut self, name: HeaderName, value: &str) -> Result<()> {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        self.0.headers_mut().insert(name, value);
        Ok(())
    }

    /// Adds a cookie to those that the answer sets.
    pub fn cookie(&mut self, set_cookie: &str) -> Result<()> {
        let value = HeaderValue::from_str(set_cookie).map_err(Error::internal)?;
        self.0.headers_mut().append(header::SET_COOKIE, value);
        Ok(())
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self> {
        Ok(Self::written(status, serde_json::to_vec(body).map_err(Error::internal)?))
    }

    fn written(status: StatusCode, json: Vec<u8>) -> Self {
        let mut response = Response::new(Body::from(json));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self(response)
    }
}

/// A stored document as its own route shows it. Errors: `Internal` when it cannot be read.
pub fn render<T: DeserializeOwned>(
    body: &str,
    show: impl FnOnce(&T) -> serde_json::Result<Box<RawValue>>,
) -> Result<Box<RawValue>> {
    let value = serde_json::from_str(body)
        .map_err(|e| Error::internal(format!("a document that cannot be read at column {}", e.column())))?;
    show(&value).map_err(Error::internal)
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        self.0
    }
}
