//! Twilio signs the address that it was given and the pairs of a form; of any other body, an address that has its digest.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use super::{
    algorithms::Algorithm,
    config::Config,
    encoding::{Encoding, to_hex},
    request::Request,
    verdict::{Accepted, Reason},
};

const SIGNATURE: &str = "X-Twilio-Signature";
const BODY_DIGEST: &str = "bodySHA256";
const FORM: &[u8] = b"application/x-www-form-urlencoded";
/// Twilio may leave the usual port out or put it in, whatever it was given.
const USUAL_PORTS: [(&str, &str); 2] = [("https://", ":443"), ("http://", ":80")];

pub(super) fn verify(config: &Config, request: &Request<'_>) -> Result<Accepted, Reason> {
    let signature = request.required(SIGNATURE)?;
    let content_type = request.header("Content-Type")?.unwrap_or_default();
    let signature = Encoding::Base64.decode(signature).filter(|bytes| bytes.len() == Algorithm::HmacSha1.length());
    let signature = [signature.ok_or(Reason::MalformedSignature)?];
    request.some_body()?;
    let given = config.url.as_deref().ok_or(Reason::SignatureMismatch)?;
    let essence = content_type.split(|c| *c == b';').next().unwrap_or_default().trim_ascii();
    let (address, pairs) = if essence.eq_ignore_ascii_case(FORM) {
        (given.to_owned(), pairs(request.body))
    } else {
        let said = request.parameter(BODY_DIGEST).ok_or(Reason::SignatureMismatch)?;
        let has = to_hex(digest(&SHA256, request.body).as_ref());
        if !bool::from(has.as_bytes().ct_eq(said.as_bytes())) {
            return Err(Reason::SignatureMismatch);
        }
        // Twilio adds the digest to the address; the rest of it stays as it was registered.
        let registered = given.split_once('?').map_or(given, |(before, _)| before);
        (format!("{registered}?{}", request.query.unwrap_or_default()), String::new())
    };
    let index = spellings(&address).into_iter().find_map(|address| {
        let message = [address.as_bytes(), pairs.as_bytes()];
        Algorithm::HmacSha1.matching(config.secrets.iter(), &message, &signature)
    });
    index.map(|index| Accepted { secret_index: Some(index), ..Accepted::default() }).ok_or(Reason::SignatureMismatch)
}

/// Names and values without anything between them, sorted, each pair once.
fn pairs(body: &[u8]) -> String {
    let pairs: BTreeSet<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    pairs.into_iter().flat_map(|(name, value)| [name, value]).collect()
}

/// The address with the usual port of its scheme and without it; as it is when it has another.
fn spellings(address: &str) -> Vec<String> {
    let mut spellings = vec![address.to_owned()];
    for (scheme, port) in USUAL_PORTS {
        let Some(rest) = address.strip_prefix(scheme) else { continue };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host_end = authority.rfind(']').map_or(0, |end| end + 1);
        if let Some(host) = authority.strip_suffix(port) {
            spellings.push(format!("{scheme}{host}{path}"));
        } else if !authority[host_end..].contains(':') {
            spellings.push(format!("{scheme}{authority}{port}{path}"));
        }
    }
    spellings
}
