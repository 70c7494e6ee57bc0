//! JSON Web Tokens as Google and Microsoft send them: RS256 and nothing else, by keys that are given.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    algorithms::{Jwk, RsaKey},
    encoding::base64url,
    request::Request,
    verdict::{Accepted, Reason},
};
use crate::kernel::Timestamp;

const HEADER: &str = "Authorization";
const SCHEME: &[u8] = b"Bearer ";

/// What a token must be like. Without keys or issuers, none is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TokenRules {
    #[serde(rename = "jwks")]
    pub keys: KeySet,
    pub issuers: Vec<String>,
    /// `None` where the issuer says no audience; otherwise one of these.
    pub audiences: Option<Vec<String>>,
    /// Claims that must be exactly so.
    pub require: Map<String, Value>,
    /// The application that must have asked for the token.
    #[serde(rename = "publisher_appid")]
    pub publisher: Option<String>,
    /// By how many seconds clocks may differ.
    pub leeway: u32,
}

/// The keys that an issuer publishes.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct KeySet {
    pub keys: Vec<Jwk>,
}

impl KeySet {
    /// The key that a token names; without a name, only where there is no choice.
    fn find(&self, kid: Option<&str>) -> Result<RsaKey, Reason> {
        let mut fit = self.keys.iter().filter(|key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))).filter_map(Jwk::rsa);
        match (fit.next(), fit.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(Reason::UnknownKid),
        }
    }
}

/// What decides how a token is verified. Keys that it brings along, or says where to fetch, are not even read.
#[derive(Debug, Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
}

/// The token of the header `Authorization`.
pub(super) fn bearer(rules: &TokenRules, request: &Request<'_>, now: Timestamp) -> Result<Accepted, Reason> {
    let header = request.required(HEADER)?;
    let token = header.strip_prefix(SCHEME).and_then(|token| str::from_utf8(token).ok()).ok_or(Reason::MalformedSignature)?;
    request.some_body()?;
    rules.verify(token, now)?;
    Ok(Accepted::default())
}

impl TokenRules {
    pub(super) fn verify(&self, token: &str, now: Timestamp) -> Result<(), Reason> {
        let (message, signature) = token.rsplit_once('.').ok_or(Reason::MalformedSignature)?;
        let (header, claims) = message.split_once('.').ok_or(Reason::MalformedSignature)?;
        let header: Header = read(header)?;
        // Said by us, not by the token: it may only agree.
        if header.alg.as_deref() != Some("RS256") {
            return Err(Reason::AlgNotAllowed);
        }
        if header.crit.is_some() {
            return Err(Reason::CritNotAllowed);
        }
        let signature = base64url(signature).ok_or(Reason::MalformedSignature)?;
        let claims: Map<String, Value> = read(claims)?;
        if !self.keys.find(header.kid.as_deref())?.verify(message.as_bytes(), &signature) {
            return Err(Reason::SignatureMismatch);
        }
        self.claims(&claims, now)
    }

    fn claims(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), Reason> {
        let instant = |name: &str| claims.get(name).map(|value| value.as_f64().ok_or(Reason::WrongClaim)).transpose();
        #[expect(clippy::cast_precision_loss, reason = "RFC 7519 has numbers with fractions, exact for some 285 million years")]
        let now = now.unix_seconds() as f64;
        let leeway = f64::from(self.leeway);
        if now >= instant("exp")?.ok_or(Reason::WrongClaim)? + leeway {
            return Err(Reason::TokenExpired);
        }
        if instant("nbf")?.is_some_and(|from| now + leeway < from) {
            return Err(Reason::TokenNotYetValid);
        }
        let is = |name: &str, expected: &str| claims.get(name).and_then(Value::as_str) == Some(expected);
        if !self.issuers.iter().any(|issuer| is("iss", issuer)) {
            return Err(Reason::WrongIssuer);
        }
        if let Some(audiences) = &self.audiences {
            let meant: Vec<&str> = match claims.get("aud") {
                Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
                one => one.and_then(Value::as_str).into_iter().collect(),
            };
            if !audiences.iter().any(|audience| meant.contains(&audience.as_str())) {
                return Err(Reason::WrongAudience);
            }
        }
        let required = self.require.iter().all(|(name, value)| claims.get(name) == Some(value));
        // The one name is of the first version of such tokens, the other of the second.
        let published = self.publisher.as_deref().is_none_or(|publisher| {
            let names: Vec<&str> = ["appid", "azp"].into_iter().filter(|name| claims.contains_key(*name)).collect();
            !names.is_empty() && names.iter().all(|name| is(name, publisher))
        });
        if required && published { Ok(()) } else { Err(Reason::WrongClaim) }
    }
}

fn read<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Reason> {
    base64url(part).and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(Reason::MalformedSignature)
}
