//! Outgoing webhooks as Standard Webhooks has them: signed with a secret that the receiver has too, under the id of the message, by
//! which the receiver recognises a repetition.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::{Carrier, ChannelKind, ChannelProblem, Message, Outcome, Repetition};
use crate::{
    kernel::{Clock, Error, Result, Timestamp},
    outbound::{
        http::{Effect, Outgoing, Policy, Request},
        providers::Failure,
    },
};

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
/// What each secret begins with.
const PREFIX: &str = "whsec_";
/// In bytes; 24 to 64 are allowed.
const SECRET: usize = 32;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The waits that Standard Webhooks recommends: more than three days in all.
const RETRIES: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// A new secret of 256 bits, from the randomness of the operating system. Errors: `Internal`.
pub fn new_secret() -> Result<SecretString> {
    let mut bytes = Zeroizing::new([0; SECRET]);
    getrandom::fill(&mut *bytes).map_err(Error::internal)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(*bytes)).into())
}

/// The body of a message, which is signed as it is sent.
#[derive(Serialize)]
struct Body {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Map<String, Value>,
}

/// Sends to the programs that people have named.
#[derive(Debug)]
pub struct Webhooks {
    out: Arc<Outgoing>,
    policy: Policy,
    clock: Arc<dyn Clock>,
}

impl Webhooks {
    pub fn new(out: Arc<Outgoing>, policy: Policy, clock: Arc<dyn Clock>) -> Self {
        Self { out, policy, clock }
    }

    fn request(&self, message: &Message) -> Option<Request> {
        let url = Url::parse(message.to.expose_secret()).ok()?;
        let body = body(message)?;
        let (id, timestamp) = (message.id.to_string(), self.clock.now().unix_seconds().to_string());
        let mut signature = HeaderValue::from_str(&signatures(&message.secrets, &id, &timestamp, &body)?).ok()?;
        signature.set_sensitive(true);
        let request = Request::new(Effect::Writes, Method::POST, url).body("application/json", body);
        let request = request.header(ID, HeaderValue::from_str(&id).ok()?);
        Some(request.header(TIMESTAMP, HeaderValue::from_str(&timestamp).ok()?).header(SIGNATURE, signature))
    }
}

#[async_trait]
impl Carrier for Webhooks {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Webhook
    }

    fn repetition(&self) -> Repetition {
        Repetition::Recognised
    }

    fn retries(&self) -> &'static [Duration] {
        RETRIES
    }

    fn allows(&self, to: &SecretString) -> bool {
        Url::parse(to.expose_secret()).is_ok_and(|url| self.policy.allows(&url))
    }

    async fn send(&self, message: &Message) -> Outcome {
        let Some(request) = self.request(message) else { return Outcome::Refused { reason: "unsigned".into() } };
        // Of the answer nothing but its head is read: its body would be kept for nobody.
        match self.out.open(request, PATIENCE).await {
            Ok(answer) => outcome(answer.status, answer.retry_after(self.clock.now())),
            Err(Failure::AddressNotAllowed) => Outcome::NotSent { reason: "address_not_allowed".into(), after: None },
            Err(Failure::Unknown) => Outcome::Unknown,
            Err(_) => Outcome::NotSent { reason: "unreachable".into(), after: None },
        }
    }
}

/// What the status of an answer means. Redirects are failures: whoever moves tells us the new address.
fn outcome(status: u16, after: Option<Duration>) -> Outcome {
    match status {
        200..=299 => Outcome::Sent,
        410 => Outcome::Ended { problem: ChannelProblem::Gone },
        429 | 502..=504 => Outcome::NotSent { reason: format!("http_{status}").into(), after },
        _ => Outcome::NotSent { reason: format!("http_{status}").into(), after: None },
    }
}

fn body(message: &Message) -> Option<Vec<u8>> {
    let mut data = Map::new();
    data.insert("id".to_owned(), message.id.to_string().into());
    data.insert("key".to_owned(), message.key.as_str().into());
    data.insert("text".to_owned(), message.text.as_str().into());
    data.extend(message.data.clone());
    serde_json::to_vec(&Body { r#type: message.event, timestamp: message.created_at, data }).ok()
}

/// One signature for each secret, separated by spaces; `None` without a secret that is one.
fn signatures(secrets: &[SecretString], id: &str, timestamp: &str, body: &[u8]) -> Option<String> {
    let text = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let sign = |secret: &SecretString| {
        let key = Zeroizing::new(STANDARD.decode(secret.expose_secret().strip_prefix(PREFIX)?).ok()?);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &text);
        Some(format!("v1,{}", STANDARD.encode(tag.as_ref())))
    };
    let all: Option<Vec<String>> = secrets.iter().map(sign).collect();
    all.filter(|all| !all.is_empty()).map(|all| all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specification_has_it() {
        // The example of the specification's own libraries.
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = |secrets: &[SecretString]| {
            signatures(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#)
        };
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed(std::slice::from_ref(&secret)).as_deref(), Some(expected));
        let both = signed(&[new_secret().expect("a secret"), secret]).expect("signatures");
        assert!(both.starts_with("v1,") && both.ends_with(&format!(" {expected}")), "{both}");
        for bad in [&[][..], &["whsec_!".into()], &["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()]] {
            assert_eq!(signed(bad), None);
        }
        let secret = new_secret().expect("a secret");
        assert_ne!(secret.expose_secret(), new_secret().expect("another").expose_secret());
        assert_eq!(STANDARD.decode(&secret.expose_secret()[PREFIX.len()..]).map(|key| key.len()), Ok(SECRET));
    }

    #[test]
    fn the_status_says_what_became_of_it() {
        let wait = Some(Duration::from_secs(30));
        let failed = |status, after| Outcome::NotSent { reason: format!("http_{status}").into(), after };
        for (status, expected) in [
            (200, Outcome::Sent),
            (204, Outcome::Sent),
            (302, failed(302, None)),
            (404, failed(404, None)),
            (410, Outcome::Ended { problem: ChannelProblem::Gone }),
            (429, failed(429, wait)),
            (500, failed(500, None)),
            (503, failed(503, wait)),
        ] {
            assert_eq!(outcome(status, wait), expected, "{status}");
        }
    }
}
