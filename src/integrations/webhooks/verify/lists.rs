//! Several signatures in one header: while a sender changes its key, and where it signs in more than one way.

use super::{
    algorithms::Algorithm,
    config::Config,
    encoding::Encoding,
    keys::Key,
    request::Request,
    verdict::{Accepted, Reason},
    window::{self, digits},
};
use crate::kernel::Timestamp;

/// So many of one version make sense: a former and a new one for each key. More would only be work.
const MAX_SIGNATURES: usize = 10;

/// `t=…,v1=…`: a time and signatures with labels.
#[derive(Debug)]
pub struct Labelled {
    pub header: &'static str,
    /// The label of a signature over `t.body`.
    pub over_body: &'static str,
    /// The label of one over `t.h.values.body`, where `h` lists headers; where it is present the other counts for nothing.
    pub over_headers: Option<&'static str>,
}

impl Labelled {
    pub(super) fn verify(&self, config: &Config, request: &Request<'_>, now: Timestamp) -> Result<Accepted, Reason> {
        let text = str::from_utf8(request.required(self.header)?).map_err(|_| Reason::MalformedSignature)?;
        let entries: Option<Vec<(&str, &str)>> = text.split(',').map(|entry| entry.split_once('=')).collect();
        let entries = entries.ok_or(Reason::MalformedSignature)?;
        let labelled =
            |label: &str| entries.iter().filter(|(given, _)| *given == label).map(|(_, value)| *value).collect::<Vec<_>>();
        let [time] = labelled("t")[..] else { return Err(Reason::MalformedSignature) };
        let covering = self.over_headers.map(&labelled).filter(|signatures| !signatures.is_empty());
        let covered = match labelled("h")[..] {
            [] => "",
            [names] if self.over_headers.is_some() => names,
            _ if self.over_headers.is_some() => return Err(Reason::MalformedSignature),
            _ => "",
        };
        let names = covered.to_ascii_lowercase();
        let mut values = Vec::new();
        // Also where they are not signed: whoever says that they matter has sent them.
        for name in names.split(' ').filter(|_| !names.is_empty()) {
            values.push(request.required(name)?);
        }
        window::seconds(digits(time.as_bytes())?, now, config.tolerance.unwrap_or(window::USUAL))?;
        let values = values.join(&b'.');
        let time_bytes = time.as_bytes();
        let (signatures, message) = match covering {
            Some(signatures) => (signatures, vec![time_bytes, b".", names.as_bytes(), b".", &values, b".", request.body]),
            None => (labelled(self.over_body), vec![time_bytes, b".", request.body]),
        };
        let signatures = decoded(&signatures, Encoding::Hex, Algorithm::HmacSha256)?;
        if signatures.is_empty() {
            return Err(Reason::MalformedSignature);
        }
        request.some_body()?;
        let index = Algorithm::HmacSha256.matching(config.secrets.iter(), &message, &signatures);
        accepted(index, time, None)
    }
}

/// Standard Webhooks, and the same with the headers of its first sender, by those secrets that sign.
pub(super) fn standard(
    config: &Config,
    request: &Request<'_>,
    now: Timestamp,
    signs: impl Fn(&Key) -> bool,
) -> Result<Accepted, Reason> {
    let family = if request.has("webhook-signature") || !request.has("svix-signature") { "webhook" } else { "svix" };
    let id = request.required(&format!("{family}-id"))?;
    let time = request.required(&format!("{family}-timestamp"))?;
    let list = request.required(&format!("{family}-signature"))?;
    window::seconds(digits(time)?, now, config.tolerance.unwrap_or(window::USUAL))?;
    let list = str::from_utf8(list).map_err(|_| Reason::MalformedSignature)?;
    let entries: Option<Vec<(&str, &str)>> = list.split(' ').map(|entry| entry.split_once(',')).collect();
    let entries = entries.ok_or(Reason::MalformedSignature)?;
    let versioned = |version: &str, algorithm| {
        let written: Vec<&str> = entries.iter().filter(|(given, _)| *given == version).map(|(_, value)| *value).collect();
        decoded(&written, Encoding::Base64, algorithm)
    };
    let by_secrets = versioned("v1", Algorithm::HmacSha256)?;
    let by_pairs = versioned("v1a", Algorithm::Ed25519)?;
    if by_secrets.is_empty() && by_pairs.is_empty() {
        return Err(Reason::MalformedSignature);
    }
    request.some_body()?;
    let message = [id, b".", time, b".", request.body];
    let signing = config.secrets.iter().filter(|(_, key)| signs(key));
    let index = Algorithm::HmacSha256.matching(signing, &message, &by_secrets);
    let index = index.or_else(|| Algorithm::Ed25519.matching(config.public_keys.iter(), &message, &by_pairs));
    accepted(index, &String::from_utf8_lossy(time), Some(String::from_utf8_lossy(id).into_owned()))
}

fn decoded(written: &[&str], encoding: Encoding, algorithm: Algorithm) -> Result<Vec<Vec<u8>>, Reason> {
    if written.len() > MAX_SIGNATURES {
        return Err(Reason::MalformedSignature);
    }
    let decode = |text: &&str| encoding.decode(text.as_bytes()).filter(|bytes| bytes.len() == algorithm.length());
    written.iter().map(decode).collect::<Option<_>>().ok_or(Reason::MalformedSignature)
}

fn accepted(index: Option<usize>, time: &str, delivery: Option<String>) -> Result<Accepted, Reason> {
    let index = index.ok_or(Reason::SignatureMismatch)?;
    Ok(Accepted { secret_index: Some(index), moment: Some(time.to_owned()), delivery, ..Accepted::default() })
}
