//! Messages to browsers, by the service that the browser named.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_ENCODING, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Carrier, ChannelKind, ChannelProblem, Message, Outcome, Repetition};
use crate::{
    kernel::Clock,
    outbound::{
        http::{Effect, Outgoing, Policy, Request},
        providers::Failure,
        push::{
            seal::{Recipient, SALT, seal},
            vapid::Vapid,
        },
    },
};

const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");
const PATIENCE: Duration = Duration::from_secs(15);
/// The services of the browsers that there are; one that begins with a dot is the end of a name.
const SERVICES: [&str; 4] = ["fcm.googleapis.com", "updates.push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"];

/// What a browser gave, as channels keep it.
#[derive(Deserialize)]
struct Subscription {
    endpoint: String,
    keys: Keys,
}

impl Subscription {
    /// With the endpoint as an address; `None` for what is none.
    fn read(to: &SecretString) -> Option<(Url, Keys)> {
        let Self { endpoint, keys } = serde_json::from_str(to.expose_secret()).ok()?;
        Some((Url::parse(&endpoint).ok()?, keys))
    }
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// Sends to browsers.
#[derive(Debug)]
pub struct Pushes {
    out: Arc<Outgoing>,
    policy: Policy,
    /// Services besides those that are known, as `host` or `host:port`.
    hosts: Vec<String>,
    vapid: Vapid,
    clock: Arc<dyn Clock>,
}

impl Pushes {
    pub fn new(out: Arc<Outgoing>, policy: Policy, hosts: Vec<String>, vapid: Vapid, clock: Arc<dyn Clock>) -> Self {
        Self { out, policy, hosts, vapid, clock }
    }

    /// Whether a subscription may be there: anybody can say that they have one.
    fn is_service(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let known = |service: &&str| {
            let end = service.starts_with('.') && host.ends_with(*service);
            url.scheme() == "https" && url.port().is_none() && (end || host == *service)
        };
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        SERVICES.iter().any(known) || self.hosts.iter().any(|named| named == host || Some(named) == with_port.as_ref())
    }

    fn request(&self, message: &Message) -> Option<Request> {
        let (endpoint, keys) = Subscription::read(&message.to)?;
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let (public, auth) = (decoded(&keys.p256dh)?, decoded(&keys.auth)?);
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).ok()?;
        let ours = PrivateKey::generate(&ECDH_P256).ok()?;
        let body = seal(payload(message).as_bytes(), &Recipient { public: &public, auth: &auth }, &ours, salt)?;
        let mut authorization = HeaderValue::from_str(&self.vapid.authorization(&endpoint, self.clock.now())?).ok()?;
        authorization.set_sensitive(true);
        let (seconds, urgency) = patience(message.event);
        let topic = HeaderValue::from_str(&URL_SAFE_NO_PAD.encode(message.id.as_bytes())).ok()?;
        let request = Request::new(Effect::Writes, Method::POST, endpoint).body("application/octet-stream", body);
        let request =
            request.header(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm")).header(AUTHORIZATION, authorization);
        let request = request.header(TTL, seconds.into()).header(URGENCY, HeaderValue::from_static(urgency));
        Some(request.header(TOPIC, topic))
    }
}

#[async_trait]
impl Carrier for Pushes {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Push
    }

    /// By its topic, and by the id that the page shows it under.
    fn repetition(&self) -> Repetition {
        Repetition::Recognised
    }

    fn allows(&self, to: &SecretString) -> bool {
        Subscription::read(to).is_some_and(|(endpoint, _)| self.policy.allows(&endpoint) && self.is_service(&endpoint))
    }

    fn push_key(&self) -> Option<String> {
        Some(self.vapid.public().to_owned())
    }

    async fn send(&self, message: &Message) -> Outcome {
        if !self.allows(&message.to) {
            return Outcome::NotSent { reason: "address_not_allowed".into(), after: None };
        }
        // With keys that are none nothing will ever be sent there.
        let Some(request) = self.request(message) else { return Outcome::Ended { problem: ChannelProblem::Gone } };
        match self.out.open(request, PATIENCE).await {
            Ok(answer) => outcome(answer.status, answer.retry_after(self.clock.now())),
            Err(Failure::AddressNotAllowed) => Outcome::NotSent { reason: "address_not_allowed".into(), after: None },
            Err(Failure::Unknown) => Outcome::Unknown,
            Err(_) => Outcome::NotSent { reason: "unreachable".into(), after: None },
        }
    }
}

/// What the page shows. Nothing of what a message says is in it, which may be about somebody's health: a screen is seen by others.
fn payload(message: &Message) -> String {
    let Message { id, event, language, title, link, .. } = message;
    json!({ "id": id, "event": event, "language": language, "title": title, "link": link }).to_string()
}

/// For how many seconds a service keeps it for a browser that is away, and how much it may wake one for it.
fn patience(event: &str) -> (u32, &'static str) {
    match event {
        "channel.test" => (300, "high"),
        "nudge.created" | "risk.raised" => (3600, "high"),
        "summary.daily" | "summary.weekly" => (12 * 3600, "low"),
        _ => (24 * 3600, "normal"),
    }
}

/// What the status of an answer means.
fn outcome(status: u16, after: Option<Duration>) -> Outcome {
    match status {
        200..=299 => Outcome::Sent,
        404 | 410 => Outcome::Ended { problem: ChannelProblem::Gone },
        // It was subscribed with another key.
        401 | 403 => Outcome::Ended { problem: ChannelProblem::Refused },
        429 | 500..=599 => Outcome::NotSent { reason: format!("http_{status}").into(), after },
        _ => Outcome::Refused { reason: format!("http_{status}").into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::{ManualClock, Timestamp},
        outbound::channels::tests::message,
    };

    fn pushes(hosts: &[&str]) -> Pushes {
        let key = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw".into();
        let vapid = Vapid::new(&key, "mailto:ann@example.org".into()).expect("a key");
        let (policy, clock) = (Policy::default(), Arc::new(ManualClock::at(Timestamp::from_micros(0))));
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        Pushes::new(Arc::new(Outgoing::new(&policy)), policy, hosts, vapid, clock)
    }

    #[test]
    fn only_services_of_browsers_are_called_and_those_that_the_operator_named() {
        let pushes = pushes(&["push.example", "other.example:8443"]);
        let allows =
            |url: &str| pushes.allows(&json!({ "endpoint": url, "keys": { "p256dh": "", "auth": "" } }).to_string().into());
        for good in [
            "https://fcm.googleapis.com/fcm/send/x",
            "https://web.push.apple.com/x",
            "https://wns2-par02p.notify.windows.com/w/?token=x",
            "https://push.example/x",
        ] {
            assert!(allows(good), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://evilpush.apple.com.example/x",
            "https://notify.windows.com.example/x",
            "https://example.org/x",
            "https://fcm.googleapis.com:8443/x",
            "https://127.0.0.1/x",
            // Named, and yet at no port that strangers may have us call.
            "https://other.example:8443/x",
        ] {
            assert!(!allows(bad), "{bad}");
        }
        assert!(!pushes.allows(&"https://push.example".into()));
    }

    #[test]
    fn what_is_pushed_says_nothing_of_what_a_message_says() {
        let payload = payload(&message("nudge.created"));
        assert_eq!(
            payload,
            r#"{"event":"nudge.created","id":"00000000-0000-0000-0000-000000000000","language":"en","link":"https://a.example/app","title":"A reminder"}"#
        );
    }

    #[test]
    fn the_status_says_what_became_of_it() {
        let wait = Some(Duration::from_secs(30));
        let not_sent = |status: u16| Outcome::NotSent { reason: format!("http_{status}").into(), after: wait };
        for (status, expected) in [
            (201, Outcome::Sent),
            (202, Outcome::Sent),
            (404, Outcome::Ended { problem: ChannelProblem::Gone }),
            (410, Outcome::Ended { problem: ChannelProblem::Gone }),
            (403, Outcome::Ended { problem: ChannelProblem::Refused }),
            (400, Outcome::Refused { reason: "http_400".into() }),
            (413, Outcome::Refused { reason: "http_413".into() }),
            (429, not_sent(429)),
            (503, not_sent(503)),
        ] {
            assert_eq!(outcome(status, wait), expected, "{status}");
        }
    }
}
