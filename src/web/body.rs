//! JSON bodies: how they are read, and what is wrong with those that cannot be.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::kernel::{Code, Error};

/// The most that a body may have, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// How long a peer may take to send it.
const PATIENCE: Duration = Duration::from_secs(15);

/// A body that must be there: a JSON object. It may hold a secret, so it cannot be shown.
pub struct Json<T> {
    pub value: T,
    /// As it was sent.
    pub raw: Bytes,
}

/// A body that may be left out.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        check_type(&parts.headers)?;
        let raw = read(body, MAX_BODY).await?;
        Ok(Self { value: parse(&raw)?, raw })
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let raw = read(body, MAX_BODY).await?;
        if raw.is_empty() {
            return Ok(Self(T::default()));
        }
        check_type(&parts.headers)?;
        parse(&raw).map(Self)
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Err(invalid_json()) };
    let essence = value.to_str().unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let subtype = essence.strip_prefix("application/");
    if subtype.is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json")) {
        return Ok(());
    }
    Err(Error::new(Code::UnsupportedMediaType, "The Content-Type must be application/json"))
}

/// The whole body, however it is sent. Errors: `body_too_large` beyond `limit` bytes, `request_timeout`, `invalid_json`
/// for one that breaks off.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Error> {
    let collected = tokio::time::timeout(PATIENCE, Limited::new(body, limit).collect()).await;
    let collected = collected.map_err(|_| Error::new(Code::RequestTimeout, "The request body took too long to arrive"))?;
    match collected {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Error::new(Code::BodyTooLarge, format!("The request body is larger than {} KiB", limit / 1024)))
        }
        Err(_) => Err(Error::new(Code::InvalidJson, "The request body is incomplete")),
    }
}

fn parse<T: DeserializeOwned>(raw: &[u8]) -> Result<T, Error> {
    // A struct could be read from an array too, which no caller means.
    if raw.trim_ascii_start().first() != Some(&b'{') {
        return Err(invalid_json());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(raw);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| match error.inner().classify() {
        Category::Data => Error::invalid_field(format!("Field '{}' is missing or of the wrong type", error.path())),
        _ => invalid_json(),
    })?;
    deserializer.end().map_err(|_| invalid_json())?;
    Ok(value)
}

fn invalid_json() -> Error {
    Error::new(Code::InvalidJson, "Invalid JSON payload")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Thing {
        title: Option<String>,
    }

    #[test]
    fn reads_objects_only() {
        assert_eq!(parse::<Thing>(br#" {"title":"a","more":[1]} "#).expect("an object"), Thing { title: Some("a".into()) });
        for bad in [&b""[..], b"[\"a\"]", b"null", b"\"a\"", b"{", b"{} {}", b"{\"title\":\"\xff\"}", br#"{"title":"\ud800"}"#] {
            assert_eq!(parse::<Thing>(bad).expect_err("not an object").code(), Code::InvalidJson, "{bad:?}");
        }
    }

    #[test]
    fn names_the_field_that_does_not_fit_and_not_its_value() {
        let error = parse::<Thing>(br#"{"title":12345}"#).expect_err("a number");
        assert_eq!(error.code(), Code::InvalidField);
        assert!(error.message().contains("'title'") && !error.message().contains("12345"));
    }

    #[test]
    fn knows_json_by_its_type() {
        let check = |value: Option<&'static str>| {
            let headers = value.map(|value| (header::CONTENT_TYPE, value.parse().expect("a header"))).into_iter().collect();
            check_type(&headers).map_err(|error| error.code())
        };
        assert_eq!(check(Some("application/json")), Ok(()));
        assert_eq!(check(Some("Application/JSON; charset=utf-8")), Ok(()));
        assert_eq!(check(Some("application/merge-patch+json")), Ok(()));
        assert_eq!(check(Some("text/plain")), Err(Code::UnsupportedMediaType));
        assert_eq!(check(None), Err(Code::InvalidJson));
    }
}
