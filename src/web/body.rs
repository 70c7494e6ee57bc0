//! JSON bodies: how they are read, and what is wrong with those that cannot be.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{member::fields, strict};
use crate::kernel::{Code, Error, Rule, field::told};

/// The most that a body may have, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// How long a peer may take to send it.
const BODY_READ_TIMEOUT: Duration = Duration::from_secs(15);

/// A body that must be there: a JSON object. It may hold a secret, so it cannot be shown.
pub struct Json<T> {
    pub value: T,
    /// As it was sent.
    pub raw: Bytes,
}

/// A body that may be left out.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

/// What to change of something, of which at least one member is known; `None` for an empty object.
#[derive(Debug)]
pub struct Patch<T>(pub Option<T>);

/// As [`Patch`], where no body is as good as an empty object.
#[derive(Debug)]
pub struct OptionalPatch<T>(pub Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        check_type(&parts.headers)?;
        let raw = read(body, MAX_BODY).await?;
        Ok(Self { value: read_members(&strict::object(&raw)?)?, raw })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Patch<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        check_type(&parts.headers)?;
        read_change(&read(body, MAX_BODY).await?).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OptionalPatch<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let raw = read(body, MAX_BODY).await?;
        if raw.is_empty() {
            return Ok(Self(None));
        }
        check_type(&parts.headers)?;
        read_change(&raw).map(Self)
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
        read_members(&strict::object(&raw)?).map(Self)
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    let encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if encodings.filter(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")).count() > 0 {
        return Err(Error::new(Code::UnsupportedMediaType, "The body must not have a Content-Encoding"));
    }
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Err(strict::invalid_json()) };
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
    let collected = tokio::time::timeout(BODY_READ_TIMEOUT, Limited::new(body, limit).collect()).await;
    let collected = collected.map_err(|_| Error::new(Code::RequestTimeout, "The request body took too long to arrive"))?;
    match collected {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Error::new(Code::BodyTooLarge, format!("The request body is larger than {} KiB", limit / 1024)))
        }
        Err(_) => Err(Error::new(Code::InvalidJson, "The request body is incomplete")),
    }
}

/// Reads a value from the members of an object. Errors: the rule that a member breaks, with its name and never its value.
pub fn read_members<T: DeserializeOwned>(members: &Map<String, Value>) -> Result<T, Error> {
    let error = match serde_path_to_error::deserialize(members) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let (path, words) = (error.path().to_string(), error.inner().to_string());
    let Some(name) = missing(&words) else {
        let of_the_wrong_type = || Rule::field("is missing or of the wrong type").of_field(&path);
        return Err(told(&words, &path).unwrap_or_else(of_the_wrong_type));
    };
    let required = || Rule::field("is required").of_field(&if path == "." { name.to_owned() } else { format!("{path}.{name}") });
    if path != "." || members.contains_key(name) {
        return Err(required());
    }
    // What the type has to say of a missing one it says of null.
    let mut filled = members.clone();
    filled.insert(name.to_owned(), Value::Null);
    match serde_path_to_error::deserialize::<_, T>(&filled) {
        Err(error) if error.path().to_string() == name => Err(told(&error.inner().to_string(), name).unwrap_or_else(required)),
        _ => Err(required()),
    }
}

/// The member that a struct of ours has and the body lacks; its name is ours.
fn missing(words: &str) -> Option<&str> {
    words.strip_prefix("missing field `")?.strip_suffix('`')
}

/// A change: at least one of its members must be one that can be changed; `None` for an empty object.
fn read_change<T: DeserializeOwned>(raw: &[u8]) -> Result<Option<T>, Error> {
    let members = strict::object(raw)?;
    let known = fields::<T>();
    if !members.is_empty() && !members.keys().any(|name| known.contains(&name.as_str())) {
        let sentence = format!("None of the fields can be changed; those that can are: {}", known.join(", "));
        let first = members.keys().next().map(|name| strict::named(name)).unwrap_or_default();
        return Err(Error::invalid_field(sentence).about(first));
    }
    if members.is_empty() { Ok(None) } else { read_members(&members).map(Some) }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    use crate::kernel::Timestamp;
    use crate::web::{Change, Field};

    #[derive(Debug, Deserialize)]
    struct Thing {
        at: Field<Timestamp>,
        more: Option<Part>,
    }

    #[derive(Debug, Deserialize)]
    struct Part {
        #[serde(rename = "count")]
        _count: u32,
        at: Change<Field<Timestamp>>,
    }

    fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
        read_members(&strict::object(text.as_bytes())?)
    }

    #[test]
    fn names_the_field_and_the_rule_and_not_the_value() {
        let at = "\"at\":\"2026-01-14T10:15:30Z\"";
        for (body, field, rule) in [
            (String::from("{}"), "at", "is required"),
            (r#"{"at":null}"#.into(), "at", "is required"),
            (r#"{"at":"12345"}"#.into(), "at", "must be a time with its offset"),
            (r#"{"at":12345}"#.into(), "at", "is missing or of the wrong type"),
            (r#"{"at":{"12345":12345}}"#.into(), "at", "is missing or of the wrong type"),
            (format!("{{{at},\"more\":12345}}"), "more", "is missing or of the wrong type"),
            (format!("{{{at},\"more\":{{}}}}"), "more.count", "is required"),
            (format!("{{{at},\"more\":{{\"count\":-12345}}}}"), "more.count", "is missing or of the wrong type"),
            (format!("{{{at},\"more\":{{\"count\":1,\"at\":\"12345\"}}}}"), "more.at", "must be a time with its offset"),
        ] {
            let error = parse::<Thing>(&body).expect_err(&body);
            assert_eq!((error.code(), error.field()), (Code::InvalidField, Some(field)), "{body}: {error}");
            assert!(error.message().starts_with(&format!("Field '{field}' {rule}")), "{error}");
            assert!(!error.message().contains("12345"), "{error}");
        }
        let good =
            parse::<Thing>(&format!("{{{at},\"more\":{{\"count\":1,\"at\":\"2026-01-14T10:15:30Z\"}}}}")).expect("a thing");
        assert_eq!(good.more.expect("more").at.0.map(|field| field.0), Some(good.at.0));
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Changes {
        at: Change<Field<Timestamp>>,
        also: Change<Field<Timestamp>>,
    }

    #[test]
    fn a_change_of_nothing_that_is_known_is_refused() {
        let read = |text: &str| read_change::<Changes>(text.as_bytes());
        assert!(read("{}").expect("empty").is_none());
        let some = read(r#"{"at":"2026-01-14T10:15:30Z","more":1}"#).expect("a change").expect("some");
        assert!(some.at.0.is_some() && some.also.0.is_none());
        for unknown in [r#"{"more":1}"#, r#"{"At":"2026-01-14T10:15:30Z"}"#, r#"{"more":null,"and":2}"#] {
            let error = read(unknown).expect_err(unknown);
            assert!(error.code() == Code::InvalidField && error.message().ends_with("at, also"), "{error}");
        }
        assert_eq!(read(r#"{"at":null}"#).expect_err("null").field(), Some("at"));
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

    #[test]
    fn a_body_is_not_encoded() {
        for (encoding, fits) in [("gzip", false), ("br", false), ("identity, gzip", false), ("Identity", true)] {
            let pairs = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_ENCODING, encoding)];
            let headers = pairs.map(|(name, value)| (name, value.parse().expect("a header"))).into_iter().collect();
            assert_eq!(check_type(&headers).is_ok(), fits, "{encoding}");
        }
    }
}
