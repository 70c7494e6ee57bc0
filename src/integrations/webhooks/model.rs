//! What a webhook is: where a service tells of changes, and by what we know that it is the service. Pure but for randomness.

use std::time::Duration;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::verify::{Config, Key, KeyForm, KeySet, Keys, Preset, TokenRules};
use crate::{
    choice,
    integrations::{
        connections::model::{Connection, ConnectionId},
        credentials::{
            envelope::{Envelope, Part, Place, Rewrapping},
            keyring::{CannotOpen, Keyring},
        },
    },
    kernel::{Error, Id, Resource, Result, Rule, Timestamp, UserId, text::hex},
    outbound::providers::{ProviderName, Subscribed},
};

pub type WebhookId = Id<Webhook>;

/// How many webhooks a connection has at most.
pub const MAX_WEBHOOKS: usize = 20;
/// How many secrets count at a time.
const MAX_SECRETS: usize = 5;
/// How long it is known of one that it was deleted.
pub const GONE_FOR: Duration = Duration::from_hours(90 * 24);
/// How long a sender that makes the secret itself may take to hand it over, and how long that is then shown where the person has to
/// give it back.
pub const HANDSHAKE: Duration = Duration::from_hours(1);
/// How long one is called suspect.
const SUSPECT_FOR: Duration = Duration::from_hours(24);
/// How long a delivery is remembered.
const SEEN_FOR: Duration = Duration::from_hours(24);
/// What somebody gives is short, and not what everybody guesses.
const GIVEN: std::ops::RangeInclusive<usize> = 8..=512;

choice!(
    /// How deliveries are verified.
    WebhookPreset as "WebhookPreset",
    Github = "github",
    Todoist = "todoist",
    Msgraph = "msgraph",
    StandardWebhooks = "standard_webhooks",
    Asana = "asana",
    Discord = "discord",
    Gitlab = "gitlab",
    GoogleChannel = "google_channel",
    GooglePubsub = "google_pubsub",
    AuthorizeNet = "hmac_sha512_anet",
    Hook0 = "hook0",
    Jira = "jira",
    Linear = "linear",
    Notion = "notion",
    Shopify = "shopify",
    Slack = "slack",
    Stripe = "stripe",
    TeamsOutgoing = "teams_outgoing",
    Trello = "trello",
    Twilio = "twilio",
);

/// Where a secret comes from that nobody gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// We make it, for the person to hand over where we may not.
    Us,
    /// We make it, and hand it over ourselves: nobody else can, and nobody is shown it.
    UsAlone,
    /// The sender hands it over, in its first request.
    Handshake,
    /// Nowhere: it has to be given.
    Nobody,
}

impl WebhookPreset {
    /// That of a service; `None` where it tells nobody of changes in this way.
    pub const fn of(provider: ProviderName) -> Option<Self> {
        match provider {
            ProviderName::Github => Some(Self::Github),
            ProviderName::Todoist => Some(Self::Todoist),
            ProviderName::MicrosoftTodo => Some(Self::Msgraph),
            ProviderName::Caldav => None,
        }
    }

    /// Errors: `Internal` for one that nobody knows how to verify.
    pub fn rules(self) -> Result<&'static Preset> {
        Preset::named(self.name()).ok_or_else(|| Error::internal("a preset without rules"))
    }

    pub const fn origin(self) -> Origin {
        match self {
            Self::Asana | Self::Notion => Origin::Handshake,
            Self::Msgraph => Origin::UsAlone,
            // A public key, and the e-mail address of the account that signs.
            Self::Discord | Self::GooglePubsub => Origin::Nobody,
            _ => Origin::Us,
        }
    }

    /// Whether one webhook of it tells of a change by the same bytes as of the one before.
    pub const fn repeats_itself(self) -> bool {
        matches!(self, Self::Msgraph)
    }

    /// A secret of 256 bits, in the form in which the sender takes it. Errors: `Internal`.
    pub fn secret(self) -> Result<SecretString> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        let text = match self.rules()?.key {
            KeyForm::Text | KeyForm::TextOrPrefixed => URL_SAFE_NO_PAD.encode(bytes),
            KeyForm::Base64 => STANDARD.encode(bytes),
            KeyForm::Hex => hex(&bytes),
            KeyForm::Prefixed => format!("whsec_{}", STANDARD.encode(bytes)),
        };
        bytes.zeroize();
        Ok(text.into())
    }

    /// Errors: `InvalidField` for what cannot be a secret of this sender, with nothing of it.
    pub fn check(self, given: &SecretString) -> Result<()> {
        let text = given.expose_secret();
        let fits = GIVEN.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(Rule::field("must be 8 to 512 visible ASCII characters").of_field("secret"));
        }
        match Key::read(text, self.rules()?.key) {
            Ok(_) => Ok(()),
            Err(_) => Err(Rule::field("is not written as this sender writes its secrets").of_field("secret")),
        }
    }
}

/// As what a service tells an address that it tells for some time only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// In what it tells.
    pub id: String,
    pub ends_at: Timestamp,
    /// At half of its life.
    pub renew_at: Timestamp,
}

/// A webhook. A deleted one keeps its address and no secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Webhook {
    pub id: WebhookId,
    pub user_id: UserId,
    pub connection_id: ConnectionId,
    /// Of the connection.
    pub number: u16,
    pub preset: WebhookPreset,
    /// The last part of its address.
    pub path: String,
    /// Whether the service has said that it sends there.
    pub registered: bool,
    /// Where it does so for some time only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Subscription>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// When many deliveries were refused at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspect_at: Option<Timestamp>,
    /// How long we wait for the secret, or show the one that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handshake_until: Option<Timestamp>,
    /// Grows with each change of the secrets.
    pub generation: u64,
    /// How many secrets there are.
    pub secrets: usize,
    envelope: Option<Envelope>,
}

impl Resource for Webhook {
    const NOUN: &'static str = "Webhook";
    const IN_PATH: &'static str = "wid";
}

impl Webhook {
    /// A new one that knows no secret yet.
    pub fn new(id: WebhookId, connection: &Connection, preset: WebhookPreset, path: String, now: Timestamp) -> Self {
        Self {
            id,
            user_id: connection.user_id,
            connection_id: connection.id,
            number: connection.number,
            preset,
            path,
            registered: false,
            subscription: None,
            created_at: now,
            deleted_at: None,
            suspect_at: None,
            handshake_until: (preset.origin() == Origin::Handshake).then(|| now.plus(HANDSHAKE)),
            generation: 0,
            secrets: 0,
            envelope: None,
        }
    }

    /// With one more secret, the newest; of more than five the oldest goes. The same with a secret that it has. Errors:
    /// `NotConfigured` when those before cannot be opened.
    pub fn with_secret(&self, ring: &Keyring, secret: &SecretString) -> Result<Self> {
        let mut secrets = self.opened(ring).map_err(lost)?;
        if secrets.iter().any(|known| known.expose_secret() == secret.expose_secret()) {
            return Ok(self.clone());
        }
        secrets.push(secret.clone());
        let from = secrets.len().saturating_sub(MAX_SECRETS);
        let kept: Vec<&str> = secrets[from..].iter().map(ExposeSecret::expose_secret).collect();
        let text = SecretString::from(serde_json::to_string(&kept).map_err(Error::internal)?);
        let generation = self.generation + 1;
        let place = Place { generation, ..self.place() };
        let envelope = Some(Envelope::seal(ring, place, [(Part::WebhookSecrets, &text)])?);
        Ok(Self { generation, secrets: kept.len(), envelope, suspect_at: None, ..self.clone() })
    }

    /// With the secret that its sender has handed over, while we wait for one; `None` when we do not. Errors: `NotConfigured`.
    pub fn handed(&self, ring: &Keyring, secret: &SecretString, now: Timestamp) -> Result<Option<Self>> {
        if !self.waits(now) {
            return Ok(None);
        }
        let kept = self.with_secret(ring, secret)?;
        // What is pasted back there is shown for as long again.
        let until = (self.preset == WebhookPreset::Notion).then(|| now.plus(HANDSHAKE));
        Ok(Some(Self { handshake_until: until, ..kept }))
    }

    /// Its secrets, the newest last.
    pub fn opened(&self, ring: &Keyring) -> Result<Vec<SecretString>, CannotOpen> {
        let Some(envelope) = &self.envelope else { return Ok(Vec::new()) };
        let text = envelope.open(ring, self.place(), Part::WebhookSecrets)?;
        let secrets: Vec<String> = serde_json::from_str(text.expose_secret()).map_err(|_| CannotOpen::Damaged)?;
        Ok(secrets.into_iter().map(SecretString::from).collect())
    }

    /// The same under the key that seals now; `None` when it is already.
    pub fn rewrapped(&self, ring: &Keyring) -> Result<Option<Self>, Rewrapping> {
        let Some(envelope) = &self.envelope else { return Ok(None) };
        Ok(envelope.rewrapped(ring, self.place())?.map(|envelope| Self { envelope: Some(envelope), ..self.clone() }))
    }

    /// Whether its sender is still to hand over the secret.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.secrets == 0 && self.handshake_until.is_some_and(|until| now < until)
    }

    /// Whether the secret that came is shown to the person, without whom Notion does not believe that it arrived.
    pub fn shows_secret(&self, now: Timestamp) -> bool {
        self.secrets > 0 && self.handshake_until.is_some_and(|until| now < until)
    }

    pub fn is_suspect(&self, now: Timestamp) -> bool {
        self.suspect_at.is_some_and(|at| now < at.plus(SUSPECT_FOR))
    }

    /// Once the service has said whether it sends there.
    #[must_use]
    pub fn told(&self, said: &Subscribed, now: Timestamp) -> Self {
        let subscription = match said {
            Subscribed::Until { id, ends_at } => {
                let renew_at = now.plus(ends_at.since(now) / 2);
                Some(Subscription { id: id.clone(), ends_at: *ends_at, renew_at })
            }
            Subscribed::No | Subscribed::Yes => None,
        };
        Self { registered: *said != Subscribed::No, subscription, ..self.clone() }
    }

    /// Whether the service has said that it sends there at the moment.
    pub fn is_registered(&self, now: Timestamp) -> bool {
        self.registered && self.subscription.as_ref().is_none_or(|subscription| now < subscription.ends_at)
    }

    /// Whether the service sends there for some time only.
    pub fn lapses(&self) -> bool {
        self.preset == WebhookPreset::Msgraph
    }

    /// When it has to be asked to go on, where it sends at all.
    pub fn renew_at(&self) -> Option<Timestamp> {
        self.subscription.as_ref().map(|subscription| subscription.renew_at)
    }

    /// Once many deliveries were refused.
    #[must_use]
    pub fn suspected(&self, now: Timestamp) -> Self {
        Self { suspect_at: Some(now), ..self.clone() }
    }

    /// What is left of it once it is deleted.
    #[must_use]
    pub fn deleted(&self, now: Timestamp) -> Self {
        Self { deleted_at: Some(now), registered: false, subscription: None, secrets: 0, envelope: None, ..self.clone() }
    }

    fn place(&self) -> Place {
        Place { user: self.user_id, connection: self.id.uuid(), generation: self.generation }
    }

    /// What deliveries are held against. `url`: the address that the sender was given. `keys`: those that Google publishes, where they
    /// matter. Errors: `NotConfigured` when the secrets cannot be opened.
    pub fn config(&self, ring: &Keyring, url: String, keys: KeySet, now: Timestamp) -> Result<Config> {
        let form = self.preset.rules()?.key;
        let secrets = self.opened(ring).map_err(lost)?;
        let key = |secret: &SecretString| Key::read(secret.expose_secret(), form).map_err(Error::internal);
        let newest = secrets.last();
        let mut config = Config { url: Some(url), handshake: self.waits(now), ..Config::default() };
        match self.preset {
            WebhookPreset::GooglePubsub => {
                config.jwt = google(keys, newest, config.url.iter().cloned().collect());
            }
            WebhookPreset::GoogleChannel => {
                let token = newest.map(|secret| Ok::<_, Error>((self.id.to_string(), key(secret)?))).transpose()?;
                config.tokens = token.into_iter().collect();
            }
            WebhookPreset::Msgraph => {
                let known = self.subscription.as_ref().zip(newest);
                let token =
                    known.map(|(subscription, secret)| Ok::<_, Error>((subscription.id.clone(), key(secret)?))).transpose()?;
                config.tokens = token.into_iter().collect();
            }
            _ => {
                let is_public =
                    |secret: &SecretString| self.preset == WebhookPreset::Discord || secret.expose_secret().starts_with("whpk_");
                let (public, own): (Vec<_>, Vec<_>) = secrets.iter().partition(|secret| is_public(secret));
                let all = |secrets: Vec<&SecretString>| {
                    Keys::new(secrets.into_iter().map(key).collect::<Result<_>>()?).map_err(Error::internal)
                };
                (config.public_keys, config.secrets) = (all(public)?, all(own)?);
            }
        }
        Ok(config)
    }
}

/// What a token of Google must say: that it is for this address, and of this account. Everybody gets tokens of their own.
fn google(keys: KeySet, account: Option<&SecretString>, audiences: Vec<String>) -> TokenRules {
    let Some(account) = account else { return TokenRules::default() };
    let require = json!({ "email": account.expose_secret(), "email_verified": true });
    TokenRules {
        keys,
        issuers: ["https://accounts.google.com", "accounts.google.com"].map(str::to_owned).into(),
        audiences: Some(audiences),
        require: require.as_object().cloned().unwrap_or_default(),
        publisher: None,
        leeway: 60,
    }
}

/// The secrets cannot be opened: the key is not there, or another.
pub fn lost(why: CannotOpen) -> Error {
    Error::new(crate::kernel::Code::NotConfigured, "The secret of the webhook cannot be opened on this server").caused_by(why)
}

/// That a delivery was accepted, under what tells it from others. Nothing of it can be found from that.
#[derive(Debug, Serialize, Deserialize)]
pub struct Seen {
    pub id: String,
    pub expires_at: Timestamp,
}

impl Seen {
    /// By what was signed: the body, and the moment where the sender signs that too.
    pub fn signed(connection: ConnectionId, body: &[u8], moment: Option<&str>, now: Timestamp) -> Self {
        Self::of(&[b"signed", connection.uuid().as_bytes(), body, moment.unwrap_or_default().as_bytes()], now)
    }

    /// By the id that the sender gave it.
    pub fn delivered(connection: ConnectionId, delivery: &str, now: Timestamp) -> Self {
        Self::of(&[b"delivery", connection.uuid().as_bytes(), delivery.as_bytes()], now)
    }

    /// Each part follows its length, so that no two lists of parts look alike.
    fn of(parts: &[&[u8]], now: Timestamp) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self { id: hex(&hash.finalize()), expires_at: now.plus(SEEN_FOR) }
    }
}
