//! A good request of each sender that signs with a secret or an Ed25519 key, and what in it the verdict depends on.

use serde_json::{Value, json};

use super::{
    super::{Config, KeyForm, Preset, Sketch, Template},
    NOW, Sent, keys, preset, secrets, signing,
};

/// The key of all of them, in each of the forms that keys have.
const SECRET: &str = "a-secret-of-ours";
pub const BODY: &[u8] = br#"{"id":"7","text":"\u00fc"}"#;
pub const ADDRESS: &str = "https://hooks.example.test/api/webhooks/x?m=1";

/// Where the time is that a request was signed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    None,
    Header(&'static str),
    /// In a list of labels, or in the body.
    Within,
}

pub struct Sample {
    pub preset: &'static Preset,
    pub sent: Sent,
    /// With the right key, mostly among others, or with others alone.
    config: fn(right: &str) -> Config,
    /// The header with the signature.
    pub signature: &'static str,
    /// Other headers that must be there, once.
    pub others: &'static [&'static str],
    pub time: Time,
    /// In seconds.
    pub tolerance: i64,
}

impl Sample {
    pub fn right(&self) -> Config {
        (self.config)(SECRET)
    }

    pub fn wrong(&self) -> Config {
        (self.config)("a-secret-of-others")
    }

    fn timed(self, header: &'static str) -> Self {
        let sent = self.sent.with(header, &NOW.to_string());
        Self { sent, time: Time::Header(header), ..self }
    }
}

fn text_keys(right: &str) -> Config {
    Config { url: Some(ADDRESS.to_owned()), ..secrets(&["another", right]) }
}

fn encoded_keys(right: &str) -> Config {
    let encoded = |text: &str| signing::base64(text.as_bytes());
    Config { secrets: keys(&[&encoded("another"), &encoded(right)], KeyForm::Base64), ..Config::default() }
}

fn hex_keys(right: &str) -> Config {
    Config { secrets: keys(&[&signing::hex(right.as_bytes())], KeyForm::Hex), ..Config::default() }
}

fn prefixed_keys(right: &str) -> Config {
    let encoded = |text: &str| format!("whsec_{}", signing::base64(text.as_bytes()));
    Config { secrets: keys(&[&encoded("another"), &encoded(right)], KeyForm::Prefixed), ..Config::default() }
}

/// The seed is made of the length of the text, which is enough to have two.
fn seed(right: &str) -> u8 {
    u8::try_from(right.len()).expect("a short text")
}

fn public_hex(right: &str) -> Config {
    let public = signing::hex(&signing::ed25519(seed(right), b"").0);
    Config { public_keys: keys(&[&public], KeyForm::Hex), ..Config::default() }
}

fn public_prefixed(right: &str) -> Config {
    let public = format!("whpk_{}", signing::base64(&signing::ed25519(seed(right), b"").0));
    Config { public_keys: keys(&[&public], KeyForm::Prefixed), ..Config::default() }
}

fn sample(preset: &'static Preset, signature: &'static str, value: &str, config: fn(&str) -> Config) -> Sample {
    let sent = Sent::new(BODY).with(signature, value);
    Sample { preset, sent, config, signature, others: &[], time: Time::None, tolerance: 300 }
}

/// A template as somebody would write it.
fn generic(sketch: Value) -> &'static Preset {
    let sketch: Sketch = serde_json::from_value(sketch).expect("a sketch");
    Box::leak(Box::new(Preset::generic(Template::try_from(sketch).expect("a template"))))
}

/// What is signed: the parts, one after the other.
fn over(parts: &[&str]) -> Vec<u8> {
    parts.iter().flat_map(|part| if *part == "body" { BODY } else { part.as_bytes() }).copied().collect()
}

/// Over the body alone.
fn plain() -> Vec<Sample> {
    let key = SECRET.as_bytes();
    let hex = signing::hex(&signing::hmac_sha256(key, BODY));
    let base64 = signing::base64(&signing::hmac_sha256(key, BODY));
    let sha512 = signing::hex(&signing::hmac_sha512(key, BODY));
    let labelled = format!("sha256={hex}");
    let sha512_hex = Box::leak(Box::new(Preset::sha512_hex("X-Any".to_owned())));
    let salesforce = json!({ "signature_header": "X-Salesforce", "prefix": "sha256=", "hash": "sha256", "encoding": "hex", "parts": ["body"] });
    vec![
        sample(preset("github"), "X-Hub-Signature-256", &labelled, text_keys),
        sample(preset("jira"), "X-Hub-Signature", &labelled, text_keys),
        sample(preset("notion"), "X-Notion-Signature", &labelled, text_keys),
        sample(preset("asana"), "X-Hook-Signature", &hex, text_keys),
        sample(preset("todoist"), "X-Todoist-Hmac-SHA256", &base64, text_keys),
        sample(preset("shopify"), "X-Shopify-Hmac-Sha256", &base64, text_keys),
        sample(preset("teams_outgoing"), "Authorization", &format!("HMAC {base64}"), encoded_keys),
        sample(preset("hmac_sha512_anet"), "X-ANET-Signature", &format!("sha512={}", sha512.to_uppercase()), hex_keys),
        sample(sha512_hex, "X-Any", &sha512, text_keys),
        sample(generic(salesforce), "X-Salesforce", &labelled, text_keys),
    ]
}

/// Over more than the body, or with a time.
fn composed() -> Vec<Sample> {
    let key = SECRET.as_bytes();
    let now = NOW.to_string();
    let sha256 = |parts: &[&str]| signing::hmac_sha256(key, &over(parts));
    let trello = signing::base64(&signing::hmac_sha1(key, &over(&["body", ADDRESS])));
    let slack = format!("v0={}", signing::hex(&sha256(&["v0:", &now, ":", "body"])));
    let discord = signing::hex(&signing::ed25519(seed(SECRET), &over(&[&now, "body"])).1);
    let dotted = signing::hex(&sha256(&[&now, ".", "body"]));
    let sketch = json!({
        "signature_header": "X-Sig", "timestamp_header": "X-Time", "hash": "sha1", "encoding": "base64",
        "parts": ["timestamp", "|", "url", "|", "body"],
    });
    let generic_sha1 = signing::base64(&signing::hmac_sha1(key, &over(&[&now, "|", ADDRESS, "|", "body"])));
    let mut samples = vec![
        sample(preset("trello"), "X-Trello-Webhook", &trello, text_keys),
        sample(preset("slack"), "X-Slack-Signature", &slack, text_keys).timed("X-Slack-Request-Timestamp"),
        sample(preset("discord"), "X-Signature-Ed25519", &discord, public_hex).timed("X-Signature-Timestamp"),
        sample(generic(sketch), "X-Sig", &generic_sha1, text_keys).timed("X-Time"),
        Sample { time: Time::Within, ..sample(preset("stripe"), "Stripe-Signature", &format!("t={now},v1={dotted}"), text_keys) },
        Sample { time: Time::Within, ..sample(preset("hook0"), "X-Hook0-Signature", &format!("t={now},v0={dotted}"), text_keys) },
    ];
    let linear = format!(r#"{{"webhookTimestamp":{NOW}000}}"#);
    let signature = signing::hex(&signing::hmac_sha256(key, linear.as_bytes()));
    let mut linear_sample = sample(preset("linear"), "Linear-Signature", &signature, text_keys);
    linear_sample.sent.body = linear.into_bytes();
    samples.push(Sample { time: Time::Within, tolerance: 60, ..linear_sample });
    samples
}

/// Standard Webhooks in all their forms.
fn standard() -> Vec<Sample> {
    let message = over(&["msg_1", ".", &NOW.to_string(), ".", "body"]);
    let v1 = format!("v1,{}", signing::base64(&signing::hmac_sha256(SECRET.as_bytes(), &message)));
    let v1a = format!("v1a,{}", signing::base64(&signing::ed25519(seed(SECRET), &message).1));
    let unbranded = |name: &str, value: &str, config| {
        let mut sample = sample(preset(name), "webhook-signature", value, config).timed("webhook-timestamp");
        sample.sent = sample.sent.with("webhook-id", "msg_1");
        Sample { others: &["webhook-id"], ..sample }
    };
    let mut svix = sample(preset("svix"), "svix-signature", &v1, prefixed_keys).timed("svix-timestamp");
    svix.sent = svix.sent.with("svix-id", "msg_1");
    svix.others = &["svix-id"];
    vec![
        unbranded("standard_webhooks", &v1, prefixed_keys),
        unbranded("standard_webhooks", &v1a, public_prefixed),
        unbranded("gitlab", &v1, prefixed_keys),
        svix,
    ]
}

pub fn all() -> Vec<Sample> {
    [plain(), composed(), standard()].into_iter().flatten().collect()
}
