//! The documents as Cosmos DB holds them, and their translation from and to the store's own.
//!
//! `body` is nested JSON, so that it can be read in the portal and by whatever follows the change feed. Its meaning
//! is kept, not its spelling: the keys of objects come back sorted.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    kernel::Timestamp,
    store::{Batch, Document, Draft, Etag, Key, Kind, Partition, Places, StoreError},
};

/// The most bytes that the service takes as an id.
const MAX_ID: usize = 1_023;
/// The largest whole number that survives a store whose only number is a double.
pub const MAX_EXACT: i64 = 1 << 53;

/// A document as it is sent.
#[derive(Serialize)]
struct Outgoing<'a> {
    id: String,
    pk: &'a str,
    kind: &'a str,
    seq: u64,
    /// The same as `seq`, on what is published alone: what is followed can then be found by its index, and the rest costs
    /// that index nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<u64>,
    op: Uuid,
    /// The places in lists. The first has the name that it had when there was no other; one that is absent is in no index.
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort1: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort2: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort3: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facet: Option<&'a str>,
    /// Microseconds; what counts when reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// Seconds after the write; when the service may take it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<i64>,
    body: Value,
}

/// A document as it is received.
#[derive(Deserialize)]
pub struct Stored {
    pub id: String,
    pub pk: String,
    pub kind: String,
    pub seq: u64,
    pub op: Uuid,
    sort: Option<i64>,
    sort1: Option<i64>,
    sort2: Option<i64>,
    sort3: Option<i64>,
    expires_at: Option<i64>,
    deleted_at: Option<i64>,
    body: Value,
    #[serde(rename = "_etag")]
    pub etag: String,
}

impl Stored {
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now.micros())
    }

    pub fn visible(&self, now: Timestamp) -> bool {
        self.deleted_at.is_none() && !self.expired(now)
    }

    pub fn version(&self) -> Etag {
        let state = match (self.deleted_at, self.expires_at) {
            (Some(_), _) => State::Tombstone,
            (None, at) => State::Live { expires_at: at.map(Timestamp::from_micros) },
        };
        Version { etag: self.etag.clone(), state }.to_etag()
    }

    pub fn places(&self) -> Places {
        [self.sort, self.sort1, self.sort2, self.sort3]
    }

    pub fn into_document(self) -> Result<Document, StoreError> {
        let etag = self.version();
        let id =
            plain_id(&self.id).ok_or_else(|| StoreError::Broken(anyhow::anyhow!("a document has an id that is not ours")))?;
        Ok(Document {
            key: Key { partition: Partition::named(self.pk), kind: Kind::Owned(self.kind), id },
            etag,
            op: self.op,
            seq: self.seq,
            deleted_at: self.deleted_at.map(Timestamp::from_micros),
            body: self.body.to_string(),
        })
    }
}

/// What the store's etag says: the service's own, and what of the document it stands for decides whether it can be
/// replaced at all. A replacement of what has expired or is a tombstone is refused without asking the service, which
/// knows neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub etag: String,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Live { expires_at: Option<Timestamp> },
    Tombstone,
}

impl Version {
    pub fn to_etag(&self) -> Etag {
        Etag::new(match self.state {
            State::Live { expires_at: None } => format!("={}", self.etag),
            State::Live { expires_at: Some(at) } => format!("{}={}", at.micros(), self.etag),
            State::Tombstone => format!("buried={}", self.etag),
        })
    }

    /// `None` for what this store never gave.
    pub fn parse(etag: &Etag) -> Option<Self> {
        let (state, etag) = etag.as_str().split_once('=')?;
        let state = match state {
            "" => State::Live { expires_at: None },
            "buried" => State::Tombstone,
            micros => State::Live { expires_at: Some(Timestamp::from_micros(micros.parse().ok()?)) },
        };
        Some(Self { etag: etag.to_owned(), state })
    }

    pub fn replaceable(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Live { expires_at } if expires_at.is_none_or(|at| at > now))
    }
}

/// An etag that no document has.
pub fn no_etag() -> Etag {
    Etag::new("gone")
}

pub fn draft(batch: &Batch, draft: &Draft, now: Timestamp) -> Result<Value, StoreError> {
    if draft.places.iter().flatten().any(|place| place.unsigned_abs() > MAX_EXACT.unsigned_abs()) {
        return Err(StoreError::Broken(anyhow::anyhow!("a place in lists is beyond what a double can tell apart")));
    }
    let body = serde_json::from_str(&draft.body).map_err(|e| {
        // The position, never the content: a document is somebody's data.
        StoreError::Broken(anyhow::anyhow!("the body of a document of kind {} is not JSON at column {}", draft.kind, e.column()))
    })?;
    let [sort, sort1, sort2, sort3] = draft.places;
    outgoing(&Outgoing {
        id: document_id(&draft.kind, &draft.id)?,
        pk: batch.partition.as_str(),
        kind: &draft.kind,
        seq: draft.seq,
        change: draft.published.then_some(draft.seq),
        op: batch.op,
        sort,
        sort1,
        sort2,
        sort3,
        facet: draft.facet,
        expires_at: draft.expires_at.map(Timestamp::micros),
        ttl: draft.expires_at.map(|at| ttl(at, now)),
        deleted_at: None,
        body,
    })
}

pub struct Tombstone<'a> {
    pub kind: &'a str,
    pub id: &'a str,
    pub seq: u64,
    pub published: bool,
    pub at: Timestamp,
    pub forget_at: Timestamp,
}

pub fn tombstone(batch: &Batch, tombstone: &Tombstone<'_>, now: Timestamp) -> Result<Value, StoreError> {
    outgoing(&Outgoing {
        id: document_id(tombstone.kind, tombstone.id)?,
        pk: batch.partition.as_str(),
        kind: tombstone.kind,
        seq: tombstone.seq,
        change: tombstone.published.then_some(tombstone.seq),
        op: batch.op,
        sort: None,
        sort1: None,
        sort2: None,
        sort3: None,
        facet: None,
        expires_at: Some(tombstone.forget_at.micros()),
        ttl: Some(ttl(tombstone.forget_at, now)),
        deleted_at: Some(tombstone.at.micros()),
        body: Value::Null,
    })
}

fn outgoing(document: &Outgoing<'_>) -> Result<Value, StoreError> {
    serde_json::to_value(document).map_err(|e| StoreError::Broken(e.into()))
}

/// Whole seconds, rounded up and at least one: never shorter than the life that the document has.
fn ttl(expires_at: Timestamp, now: Timestamp) -> i32 {
    let left = expires_at.since(now);
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX).max(1)
}

/// The id within the partition: kind and id in one, since that is what the service keeps unique.
pub fn document_id(kind: &str, id: &str) -> Result<String, StoreError> {
    let mut text = String::with_capacity(kind.len() + 1 + id.len());
    encode(kind, &mut text);
    text.push(':');
    encode(id, &mut text);
    if text.len() <= MAX_ID { Ok(text) } else { Err(StoreError::TooLarge) }
}

/// Writes text in the characters that mean themselves in the path of a URL, which an id is a part of: nobody between
/// here and the data needs to escape one, so nobody can disagree on how. `~` stands before the hexadecimal digits of
/// any other byte.
fn encode(text: &str, to: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            to.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(to, "~{byte:02X}");
        }
    }
}

/// The id that a document has in the store, of the one that it has in the service; `None` for one that is not ours.
pub fn plain_id(document_id: &str) -> Option<String> {
    let (_, text) = document_id.split_once(':')?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'~' {
            let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_has_a_form_that_the_service_takes() {
        for id in ["", "plain-1_2.3~@", "a/b\\c?d#e%f:g", " leading and trailing ", "ñ漢🦀", "\u{0}\n"] {
            let text = document_id("things", id).expect("fits");
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:".contains(&b)), "{text}");
            assert_eq!(plain_id(&text).as_deref(), Some(id));
        }
        assert!(matches!(document_id("things", &"x".repeat(1_017)), Err(StoreError::TooLarge)));
        assert_eq!(plain_id("things:~f"), None);
        assert_eq!(plain_id("things:~FF"), None);
    }

    #[test]
    fn kinds_and_ids_cannot_be_mistaken_for_each_other() {
        let id = |kind, id| document_id(kind, id).expect("fits");
        assert_ne!(id("a:b", "c"), id("a", "b:c"));
        // The order of ids is the order of kinds first, as long as kinds are words.
        assert!(id("tasks", "z") < id("tasks_done", "a"));
    }

    #[test]
    fn a_version_says_whether_it_can_be_replaced() {
        let at = Timestamp::from_micros;
        for state in [State::Live { expires_at: None }, State::Live { expires_at: Some(at(-5)) }, State::Tombstone] {
            let version = Version { etag: "\"0=1\"".into(), state };
            assert_eq!(Version::parse(&version.to_etag()), Some(version));
        }
        let expiring = Version { etag: "e".into(), state: State::Live { expires_at: Some(at(10)) } };
        assert!(expiring.replaceable(at(9)) && !expiring.replaceable(at(10)));
        assert_eq!(Version::parse(&no_etag()), None);
        assert_eq!(Version::parse(&Etag::new("x=y")), None);
    }

    #[test]
    fn the_service_keeps_a_document_at_least_as_long_as_it_lives() {
        let left = |micros| ttl(Timestamp::from_micros(micros), Timestamp::from_micros(0));
        assert_eq!((left(1), left(1_000_000), left(1_000_001), left(-1)), (1, 1, 2, 1));
        assert_eq!(left(i64::MAX), i32::MAX);
    }
}
