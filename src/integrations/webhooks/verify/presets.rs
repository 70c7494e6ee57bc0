//! What is known of each sender, as data: headers, prefix, encoding, what is signed, clock, greeting.

use std::{borrow::Cow, time::Duration};

use super::{
    algorithms::Algorithm,
    encoding::Encoding,
    handshake::Greeting,
    keys::KeyForm,
    lists::Labelled,
    template::{Clock, Part, Template},
};

/// How a sender's requests are verified.
#[derive(Debug)]
pub struct Preset {
    /// By which connections choose it. It never follows from a request: senders share names of headers.
    pub name: &'static str,
    pub scheme: Scheme,
    /// How its keys are written.
    pub key: KeyForm,
    /// The header with the id that stays the same when a request is sent again; mostly not signed.
    pub delivery: Option<&'static str>,
    pub greeting: Greeting,
}

/// The ways of telling who sent a request.
#[derive(Debug)]
pub enum Scheme {
    Template(Template),
    /// The second only where the first is absent and the connection allows it.
    Legacy(Template, Template),
    Labelled(Labelled),
    StandardWebhooks,
    Twilio,
    GitLab,
    GoogleChannel,
    Bearer,
    Graph,
}

const BODY: &[Part] = &[Part::Body];

/// Over the body alone.
const fn over_body(signature: &'static str, prefix: &'static str, algorithm: Algorithm, encoding: Encoding) -> Template {
    Template {
        signature: Cow::Borrowed(signature),
        prefix: Cow::Borrowed(prefix),
        algorithm,
        encoding,
        clock: Clock::None,
        parts: Cow::Borrowed(BODY),
    }
}

const fn sha256_hex(signature: &'static str, prefix: &'static str) -> Template {
    over_body(signature, prefix, Algorithm::HmacSha256, Encoding::Hex)
}

const fn sha256_base64(signature: &'static str, prefix: &'static str) -> Template {
    over_body(signature, prefix, Algorithm::HmacSha256, Encoding::Base64)
}

/// Over what `parts` say, with the time in a header.
const fn timed(
    signature: &'static str,
    prefix: &'static str,
    algorithm: Algorithm,
    time: &'static str,
    parts: &'static [Part],
) -> Template {
    Template {
        signature: Cow::Borrowed(signature),
        prefix: Cow::Borrowed(prefix),
        algorithm,
        encoding: Encoding::Hex,
        clock: Clock::Header(Cow::Borrowed(time)),
        parts: Cow::Borrowed(parts),
    }
}

const SLACK: &[Part] = &[Part::Literal(Cow::Borrowed("v0:")), Part::Timestamp, Part::Literal(Cow::Borrowed(":")), Part::Body];
const DISCORD: &[Part] = &[Part::Timestamp, Part::Body];
const BODY_AND_URL: &[Part] = &[Part::Body, Part::Url];

const LINEAR: Template = Template {
    signature: Cow::Borrowed("Linear-Signature"),
    prefix: Cow::Borrowed(""),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Hex,
    // A header has the time too, which is not signed.
    clock: Clock::Body { member: "webhookTimestamp", tolerance: Duration::from_mins(1) },
    parts: Cow::Borrowed(BODY),
};
const TRELLO: Template = Template {
    signature: Cow::Borrowed("X-Trello-Webhook"),
    prefix: Cow::Borrowed(""),
    algorithm: Algorithm::HmacSha1,
    encoding: Encoding::Base64,
    clock: Clock::None,
    parts: Cow::Borrowed(BODY_AND_URL),
};

const fn preset(name: &'static str, scheme: Scheme, key: KeyForm, delivery: Option<&'static str>, greeting: Greeting) -> Preset {
    Preset { name, scheme, key, delivery, greeting }
}

#[rustfmt::skip]
static PRESETS: [Preset; 20] = {
    use Algorithm::{Ed25519, HmacSha1, HmacSha256, HmacSha512};
    use Encoding::{Hex, UpperHex};
    use KeyForm::{Base64, Prefixed, Text, TextOrPrefixed};
    use Scheme as S;
    [
        preset("github", S::Legacy(sha256_hex("X-Hub-Signature-256", "sha256="), over_body("X-Hub-Signature", "sha1=", HmacSha1, Hex)), Text, Some("X-GitHub-Delivery"), Greeting::None),
        preset("slack", S::Template(timed("X-Slack-Signature", "v0=", HmacSha256, "X-Slack-Request-Timestamp", SLACK)), Text, None, Greeting::Challenge),
        // The key is the whole text, `whsec_` included, unlike that of Standard Webhooks.
        preset("stripe", S::Labelled(Labelled { header: "Stripe-Signature", over_body: "v1", over_headers: None }), Text, None, Greeting::None),
        preset("hook0", S::Labelled(Labelled { header: "X-Hook0-Signature", over_body: "v0", over_headers: Some("v1") }), Text, None, Greeting::None),
        preset("standard_webhooks", S::StandardWebhooks, Prefixed, None, Greeting::None),
        preset("todoist", S::Template(sha256_base64("X-Todoist-Hmac-SHA256", "")), Text, Some("X-Todoist-Delivery-ID"), Greeting::None),
        preset("linear", S::Template(LINEAR), Text, Some("Linear-Delivery"), Greeting::None),
        preset("jira", S::Template(sha256_hex("X-Hub-Signature", "sha256=")), Text, Some("X-Atlassian-Webhook-Identifier"), Greeting::None),
        // The key looks like hexadecimal, and is the text.
        preset("asana", S::Template(sha256_hex("X-Hook-Signature", "")), Text, None, Greeting::HookSecret),
        preset("trello", S::Template(TRELLO), Text, None, Greeting::Head),
        preset("notion", S::Template(sha256_hex("X-Notion-Signature", "sha256=")), Text, None, Greeting::VerificationToken),
        preset("shopify", S::Template(sha256_base64("X-Shopify-Hmac-Sha256", "")), Text, Some("X-Shopify-Webhook-Id"), Greeting::None),
        preset("discord", S::Template(timed("X-Signature-Ed25519", "", Ed25519, "X-Signature-Timestamp", DISCORD)), KeyForm::Hex, None, Greeting::Ping),
        preset("twilio", S::Twilio, Text, None, Greeting::None),
        preset("teams_outgoing", S::Template(sha256_base64("Authorization", "HMAC ")), Base64, None, Greeting::None),
        preset("msgraph", S::Graph, Text, None, Greeting::ValidationToken),
        preset("jwt_bearer", S::Bearer, Text, None, Greeting::None),
        preset("google_channel", S::GoogleChannel, Text, None, Greeting::Sync),
        preset("hmac_sha512_anet", S::Template(over_body("X-ANET-Signature", "sha512=", HmacSha512, UpperHex)), KeyForm::Hex, None, Greeting::None),
        preset("gitlab", S::GitLab, TextOrPrefixed, None, Greeting::None),
    ]
};

impl Preset {
    /// The preset of a sender whose requests are all alike.
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = match name {
            "svix" => "standard_webhooks",
            "google_pubsub" => "jwt_bearer",
            name => name,
        };
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// HMAC-SHA512 of the body in lower-case hexadecimal, in any header.
    pub fn sha512_hex(header: String) -> Self {
        let template = Template { signature: header.into(), ..over_body("", "", Algorithm::HmacSha512, Encoding::Hex) };
        preset("hmac_sha512_hex", Scheme::Template(template), KeyForm::Text, None, Greeting::None)
    }

    /// A sender that nobody knows here.
    pub const fn generic(template: Template) -> Self {
        preset("generic_hmac", Scheme::Template(template), KeyForm::Text, None, Greeting::None)
    }
}
