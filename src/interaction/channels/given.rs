//! What people give of a new channel: its address by its kind, and as much of that as is shown. Pure.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use url::Url;
use utoipa::openapi::ObjectBuilder;

use super::model::{ChannelName, Topics};
use crate::{
    described,
    kernel::{FromText, Result, Rule, field},
    outbound::channels::ChannelKind,
};

/// In characters.
const MAX_URL: usize = 2048;
const MAX_EMAIL: usize = 254;
const MAX_LOCAL: usize = 64;
/// In bytes: an uncompressed point of P-256, and what authenticates.
const P256DH: usize = 65;
const AUTH: usize = 16;

/// A channel to be made.
pub struct NewChannel {
    pub kind: ChannelKind,
    pub name: Option<ChannelName>,
    pub events: Topics,
    /// `None` where the bot is to write to the chat that is linked.
    pub address: Option<Address>,
}

/// Where messages go, and as much of it as is shown.
pub struct Address {
    pub full: SecretString,
    pub shown: String,
    /// The member that it was given by.
    pub field: &'static str,
}

/// An address of `http` or `https` without a user in it.
#[derive(Debug, Clone)]
pub struct ChannelUrl(Url);

described!(ChannelUrl, "ChannelUrl");

impl FromText for ChannelUrl {
    fn schema() -> ObjectBuilder {
        field::text(1, MAX_URL)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let wrong = Rule::field("must be an http or https address without a user in it, of at most 2048 characters");
        let url = Url::parse(text.trim()).map_err(|_| wrong)?;
        let fits = text.chars().count() <= MAX_URL && url.has_host() && ["http", "https"].contains(&url.scheme());
        let anonymous = url.username().is_empty() && url.password().is_none();
        if fits && anonymous { Ok(Self(url)) } else { Err(wrong) }
    }
}

impl ChannelUrl {
    fn address(self, field: &'static str) -> Address {
        // What follows is nobody's but the receiver's, and often a secret.
        let mut url = self.0;
        url.set_fragment(None);
        Address { shown: url.host_str().unwrap_or_default().to_owned(), full: String::from(url).into(), field }
    }
}

/// An address of e-mail, in the form that people have: a name, `@`, and a host with a dot in it.
#[derive(Debug, Clone)]
pub struct EmailAddress(String);

described!(EmailAddress, "EmailAddress");

impl FromText for EmailAddress {
    fn schema() -> ObjectBuilder {
        field::text(3, MAX_EMAIL)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let wrong = Rule::field("must be an e-mail address such as ann@example.org");
        let (local, host) = text.trim().rsplit_once('@').ok_or(wrong)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let named = host.contains('.') && host.split('.').all(label) && !host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let fits = (1..=MAX_LOCAL).contains(&local.len()) && local.len() + host.len() < MAX_EMAIL;
        if fits && dots && named && local.chars().all(plain) {
            Ok(Self(format!("{local}@{}", host.to_ascii_lowercase())))
        } else {
            Err(wrong)
        }
    }
}

impl EmailAddress {
    fn address(self) -> Address {
        let (local, host) = self.0.split_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        Address { shown: format!("{first}…@{host}"), full: self.0.into(), field: "address" }
    }
}

/// A subscription as the browser gives it.
#[derive(Deserialize)]
pub struct Subscription {
    pub endpoint: String,
    pub keys: SubscriptionKeys,
}

#[derive(Deserialize)]
pub struct SubscriptionKeys {
    pub p256dh: String,
    pub auth: String,
}

impl Subscription {
    /// Errors: `InvalidField`, naming the member.
    fn address(self) -> Result<Address> {
        let of = |member: &str| format!("subscription.{member}");
        let url = ChannelUrl::from_text(&self.endpoint).map_err(|rule| rule.of_field(&of("endpoint")))?;
        let length = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map(|bytes| bytes.len()).unwrap_or_default();
        for (text, name, expected) in [(&self.keys.p256dh, "keys.p256dh", P256DH), (&self.keys.auth, "keys.auth", AUTH)] {
            if length(text) != expected {
                return Err(Rule::field("must be the key that the browser gave, in base64url").of_field(&of(name)));
            }
        }
        let keys = json!({ "p256dh": self.keys.p256dh.trim_end_matches('='), "auth": self.keys.auth.trim_end_matches('=') });
        let shown = url.address("subscription.endpoint");
        let full = json!({ "endpoint": secrecy::ExposeSecret::expose_secret(&shown.full), "keys": keys }).to_string().into();
        Ok(Address { full, ..shown })
    }
}

/// What was given of an address, before it is known what the kind needs of it.
#[derive(Default)]
pub struct GivenAddress {
    pub url: Option<ChannelUrl>,
    pub email: Option<EmailAddress>,
    pub subscription: Option<Subscription>,
}

impl GivenAddress {
    /// What the kind needs; `None` for a chat that is linked. Errors: `InvalidField`.
    pub fn of(self, kind: ChannelKind) -> Result<Option<Address>> {
        let required = |name: &str| Rule::field("is required").of_field(name);
        match kind {
            ChannelKind::Slack | ChannelKind::Teams => Ok(self.url.map(|url| url.address("url"))),
            ChannelKind::Webhook => Ok(Some(self.url.ok_or_else(|| required("url"))?.address("url"))),
            ChannelKind::Email => Ok(Some(self.email.ok_or_else(|| required("address"))?.address())),
            ChannelKind::Push => Ok(Some(self.subscription.ok_or_else(|| required("subscription"))?.address()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn of_an_address_little_is_shown() {
        let url = ChannelUrl::from_text(" https://Hooks.example.org/secret?token=hunter2#x ").expect("an address");
        let address = url.address("url");
        let full = "https://hooks.example.org/secret?token=hunter2";
        assert_eq!((address.shown.as_str(), address.full.expose_secret()), ("hooks.example.org", full));
        let mail = EmailAddress::from_text(" Ann.Lee+x@Example.org ").expect("an address").address();
        assert_eq!((mail.shown.as_str(), mail.full.expose_secret()), ("A…@example.org", "Ann.Lee+x@example.org"));
        let given = |p256dh: &str, auth: &str| {
            let keys = SubscriptionKeys { p256dh: p256dh.into(), auth: auth.into() };
            let subscription = Some(Subscription { endpoint: "https://push.example.org/hunter2".into(), keys });
            GivenAddress { subscription, ..GivenAddress::default() }.of(ChannelKind::Push)
        };
        let (point, auth) = (URL_SAFE_NO_PAD.encode([4; P256DH]), URL_SAFE_NO_PAD.encode([7; AUTH]));
        let push = given(&point, &format!("{auth}==")).expect("an address").expect("one");
        assert_eq!(push.shown, "push.example.org");
        let kept: serde_json::Value = serde_json::from_str(push.full.expose_secret()).expect("JSON");
        let expected = json!({ "endpoint": "https://push.example.org/hunter2", "keys": { "p256dh": point.as_str(), "auth": auth.as_str() } });
        assert_eq!(kept, expected);
        let wrong = given(&auth, &auth).map(drop).expect_err("wrong");
        assert_eq!(wrong.field(), Some("subscription.keys.p256dh"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in ["", "example.org", "ftp://example.org", "mailto:a@example.org", "https://ann@example.org", "https://"] {
            assert!(ChannelUrl::from_text(bad).is_err(), "{bad}");
        }
        for bad in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "ann@example",
            "ann@1.2.3.4",
            "a b@example.org",
            "ann@exa_mple.org",
            "a@b@example.org",
            ".a@example.org",
            "a..b@example.org",
            "ann@example..org",
            "ann@-x.org",
            "ann@example.org\nbcc:x@example.org",
            "\"a\"@example.org",
        ] {
            assert!(EmailAddress::from_text(bad).is_err(), "{bad}");
        }
        let lacking = GivenAddress::default().of(ChannelKind::Webhook).map(drop).expect_err("required");
        assert_eq!(lacking.field(), Some("url"));
        assert!(GivenAddress::default().of(ChannelKind::Slack).expect("linked").is_none());
    }
}
