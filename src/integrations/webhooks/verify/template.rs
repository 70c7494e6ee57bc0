//! One signature in one header, over a concatenation: how most senders sign, described by data.

use std::{borrow::Cow, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use super::{
    algorithms::Algorithm,
    config::Config,
    encoding::Encoding,
    request::Request,
    verdict::{Accepted, Reason},
    window,
};
use crate::kernel::Timestamp;

/// What is signed, by what, and where the signature is.
#[derive(Debug, Clone)]
pub struct Template {
    /// The header with the signature.
    pub signature: Cow<'static, str>,
    /// What stands before it there.
    pub prefix: Cow<'static, str>,
    pub algorithm: Algorithm,
    pub encoding: Encoding,
    pub clock: Clock,
    /// What is signed, one after the other.
    pub parts: Cow<'static, [Part]>,
}

/// Where the time is at which it was signed.
#[derive(Debug, Clone)]
pub enum Clock {
    /// Nowhere.
    None,
    /// In a header that is signed too, in seconds.
    Header(Cow<'static, str>),
    /// In a member of the body, in milliseconds: looked at after the signature, so that nobody's text is parsed but the sender's.
    Body { member: &'static str, tolerance: Duration },
}

/// A part of what is signed.
#[derive(Debug, Clone)]
pub enum Part {
    /// The text of the timestamp's header.
    Timestamp,
    Body,
    /// The address that the sender was given.
    Url,
    Literal(Cow<'static, str>),
}

impl Template {
    pub(super) fn verify(&self, config: &Config, request: &Request<'_>, now: Timestamp) -> Result<Accepted, Reason> {
        let signature = request.required(&self.signature)?;
        let timestamp = match &self.clock {
            Clock::Header(name) => Some(request.required(name)?),
            Clock::None | Clock::Body { .. } => None,
        };
        if let Some(text) = timestamp {
            window::seconds(window::digits(text)?, now, config.tolerance.unwrap_or(window::USUAL))?;
        }
        let signature = signature.strip_prefix(self.prefix.as_bytes()).and_then(|text| self.encoding.decode(text));
        let signature = signature.filter(|bytes| bytes.len() == self.algorithm.length()).ok_or(Reason::MalformedSignature)?;
        request.some_body()?;
        let message: Option<Vec<&[u8]>> = self.parts.iter().map(|part| part.of(config, request, timestamp)).collect();
        // Without what it is signed over, it is not verified.
        let message = message.ok_or(Reason::SignatureMismatch)?;
        let keys = if self.algorithm == Algorithm::Ed25519 { &config.public_keys } else { &config.secrets };
        let index = self.algorithm.matching(keys.iter(), &message, &[signature]).ok_or(Reason::SignatureMismatch)?;
        if let Clock::Body { member, tolerance } = self.clock {
            let then = milliseconds_in(request.body, member)?;
            window::milliseconds(then, now, config.tolerance.unwrap_or(tolerance))?;
        }
        let moment = timestamp.map(|text| String::from_utf8_lossy(text).into_owned());
        Ok(Accepted { secret_index: Some(index), moment, ..Accepted::default() })
    }
}

impl Part {
    fn of<'a>(&'a self, config: &'a Config, request: &Request<'a>, timestamp: Option<&'a [u8]>) -> Option<&'a [u8]> {
        match self {
            Self::Timestamp => timestamp,
            Self::Body => Some(request.body),
            Self::Url => config.url.as_deref().map(str::as_bytes),
            Self::Literal(text) => Some(text.as_bytes()),
        }
    }
}

fn milliseconds_in(body: &[u8], member: &str) -> Result<i64, Reason> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Reason::MalformedBody)?;
    body.get(member).and_then(Value::as_u64).and_then(|number| number.try_into().ok()).ok_or(Reason::MalformedTimestamp)
}

/// A template as an operator or a person writes it for a sender that no preset knows.
#[derive(Debug, Clone, Deserialize)]
pub struct Sketch {
    signature_header: String,
    timestamp_header: Option<String>,
    #[serde(default)]
    prefix: String,
    hash: Hash,
    encoding: Spelling,
    /// `timestamp`, `body`, `url`; anything else stands for itself.
    parts: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Spelling {
    Hex,
    HexUpper,
    Base64,
}

/// Why a sketch would not protect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    #[error("parts: without \"body\", what is sent is not signed")]
    BodyNotSigned,
    #[error("timestamp_header and \"timestamp\" in parts go together: a timestamp that is not signed can be changed")]
    TimestampNotSigned,
}

impl TryFrom<Sketch> for Template {
    type Error = BadTemplate;

    fn try_from(sketch: Sketch) -> Result<Self, BadTemplate> {
        let has = |name: &str| sketch.parts.iter().any(|part| part == name);
        if !has("body") {
            return Err(BadTemplate::BodyNotSigned);
        }
        if has("timestamp") != sketch.timestamp_header.is_some() {
            return Err(BadTemplate::TimestampNotSigned);
        }
        let part = |text: String| match text.as_str() {
            "timestamp" => Part::Timestamp,
            "body" => Part::Body,
            "url" => Part::Url,
            _ => Part::Literal(text.into()),
        };
        Ok(Self {
            signature: sketch.signature_header.into(),
            prefix: sketch.prefix.into(),
            algorithm: match sketch.hash {
                Hash::Sha1 => Algorithm::HmacSha1,
                Hash::Sha256 => Algorithm::HmacSha256,
                Hash::Sha512 => Algorithm::HmacSha512,
            },
            encoding: match sketch.encoding {
                Spelling::Hex => Encoding::Hex,
                Spelling::HexUpper => Encoding::UpperHex,
                Spelling::Base64 => Encoding::Base64,
            },
            clock: sketch.timestamp_header.map_or(Clock::None, |name| Clock::Header(name.into())),
            parts: sketch.parts.into_iter().map(part).collect(),
        })
    }
}
