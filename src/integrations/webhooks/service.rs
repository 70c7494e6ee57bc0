//! Use cases on webhooks: a person makes one, gives it other secrets, and takes it away.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    address::BELOW,
    model::{MAX_WEBHOOKS, Origin, Webhook, WebhookId, WebhookPreset},
    repo::WebhookRepo,
};
use crate::{
    domain::Shared,
    integrations::{
        connections::model::{Connection, ConnectionId, Trigger},
        credentials::{
            keyring::Keyring,
            keys::Keys,
            rotation::{Rotated, rotate},
            vault::Vault,
        },
        opener::Opener,
    },
    kernel::{Code, Created, Ctx, Error, IdempotencyKey, Owner, Resource as _, Result, Rule, Timestamp},
    ledger::{Decision, Ledger, Transaction},
    outbound::providers::{Failure, Provider, Subscribed},
    store::Stored,
};

/// How long a service may take to be told of a webhook.
pub(super) const TELLING: Duration = Duration::from_secs(10);
/// The name of the work that has services go on sending.
pub(super) const RENEWAL: &str = "webhook_renewal";
/// When that looks at a new webhook: whether its service was told, and what it said was kept.
const SOON: Duration = Duration::from_mins(5);

/// A webhook to be made.
pub struct NewWebhook {
    pub preset: Option<WebhookPreset>,
    pub secret: Option<SecretString>,
}

/// Another secret, if it is given.
pub struct NewSecret(pub Option<SecretString>);

/// A webhook with all that is shown of it.
pub struct ShownWebhook {
    pub webhook: Webhook,
    pub url: String,
    pub registered: bool,
    pub suspect: bool,
    pub secret: Option<SecretString>,
}

/// What a request made: a webhook, as it was after so many changes of its secrets.
#[derive(Serialize, Deserialize)]
struct Made {
    id: WebhookId,
    generation: u64,
}

#[derive(Clone)]
pub struct WebhookService {
    pub(super) ledger: Ledger,
    pub(super) repo: WebhookRepo,
    pub(super) keys: Keys,
    pub(super) vault: Vault,
    opener: Arc<dyn Opener>,
    pub(super) public_url: Arc<str>,
}

impl WebhookService {
    /// `public_url`: where people and services reach this program, without a path.
    pub fn new(shared: &Shared, keys: Keys, vault: Vault, opener: Arc<dyn Opener>, public_url: &str) -> Self {
        let repo = WebhookRepo::new(&shared.store, Arc::clone(&shared.ids));
        Self { ledger: shared.ledger.clone(), repo, keys, vault, opener, public_url: public_url.into() }
    }

    /// A digest of what was sent about a connection or a webhook, by which its repetition is recognised. Errors: `NotConfigured`.
    pub async fn fingerprint(&self, of: &str, preset: Option<WebhookPreset>, secret: Option<&SecretString>) -> Result<Vec<u8>> {
        let (preset, secret) = (preset.map(WebhookPreset::name), secret.map(ExposeSecret::expose_secret));
        let text = serde_json::to_vec(&(of, preset, secret)).map_err(Error::internal)?;
        self.vault.fingerprint(&text).await
    }

    /// Makes a webhook, and has the service send there where it lets us. Errors: `NotFound`, `NoWebhooks`, `TooManyWebhooks`,
    /// `InvalidField`, `NotConfigured`, `IdempotencyKeyReused`.
    pub async fn create(
        &self,
        ctx: &Ctx,
        owner: Owner,
        connection_id: ConnectionId,
        new: &NewWebhook,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<ShownWebhook>> {
        let ring = &*self.keys.ring().await?;
        let addresses = self.repo.addresses(ctx.now()).await?;
        let made = self.ledger.run(owner, |change| {
            Box::pin(async move {
                if let Some(first) = change.replayed::<Made>(key).await? {
                    return Ok(Decision::Keep(first));
                }
                let connection = connection_of(change, connection_id).await?;
                let own = WebhookPreset::of(connection.provider());
                let own = own.ok_or_else(|| Error::new(Code::NoWebhooks, "The service tells nobody of changes by webhooks"))?;
                let preset = new.preset.unwrap_or(own);
                if preset.origin() == Origin::UsAlone && preset != own {
                    return Err(Rule::field("is for the connections of that service alone").of_field("preset"));
                }
                if self.repo.of(owner.id(), connection.number).await?.len() >= MAX_WEBHOOKS {
                    let message = "The connection has 20 webhooks; delete one first";
                    return Err(Error::new(Code::TooManyWebhooks, message));
                }
                let id = WebhookId::new(change.next_id());
                let mut webhook = Webhook::new(id, &connection, preset, addresses.make(owner.id(), id)?, change.now());
                if let Some(secret) = secret_for(preset, new.secret.as_ref())? {
                    webhook = webhook.with_secret(ring, &secret)?;
                }
                change.create(&webhook)?;
                look_soon(change, &webhook);
                let made = Made { id, generation: webhook.generation };
                change.remember(key, &made)?;
                Ok(Decision::Write(Created::now(made)))
            })
        });
        let Created { value, replayed } = made.await?;
        let is_ours = new.secret.is_none();
        Ok(Created { value: self.told(ctx, owner, &value, is_ours).await?, replayed })
    }

    /// Those of a connection, oldest first. Errors: `NotFound`.
    pub async fn list(&self, ctx: &Ctx, owner: Owner, connection_id: ConnectionId) -> Result<Vec<ShownWebhook>> {
        let connection = self.ledger.load::<Connection>(owner, &connection_id.to_string()).await?.value;
        let mut shown = Vec::new();
        for webhook in self.repo.of(owner.id(), connection.number).await? {
            let secret = if webhook.shows_secret(ctx.now()) { self.newest(&webhook).await? } else { None };
            shown.push(self.shown(webhook, secret, ctx.now()));
        }
        Ok(shown)
    }

    /// Adds a secret, which counts beside those before; of more than five the oldest goes. Errors: `NotFound`, `InvalidField`,
    /// `NotConfigured`, `IdempotencyKeyReused`.
    pub async fn add_secret(
        &self,
        ctx: &Ctx,
        owner: Owner,
        connection_id: ConnectionId,
        id: WebhookId,
        NewSecret(given): &NewSecret,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<ShownWebhook>> {
        let ring = &*self.keys.ring().await?;
        let made = self.ledger.run(owner, |change| {
            Box::pin(async move {
                if let Some(first) = change.replayed::<Made>(key).await? {
                    return Ok(Decision::Keep(first));
                }
                let (_, read) = find(change, connection_id, id).await?;
                let required = || Rule::field("is required: its sender makes it").of_field("secret");
                let secret = secret_for(read.value.preset, given.as_ref())?.ok_or_else(required)?;
                // The service may be signing with the one before.
                let changed = read.value.with_secret(ring, &secret)?.told(&Subscribed::No, change.now());
                look_soon(change, &changed);
                let made = Made { id, generation: changed.generation };
                change.remember(key, &made)?;
                change.replace(&changed, &read)?;
                Ok(Decision::Write(Created::now(made)))
            })
        });
        let Created { value, replayed } = made.await?;
        Ok(Created { value: self.told(ctx, owner, &value, given.is_none()).await?, replayed })
    }

    /// Ends a webhook, and has the service send there no more where it lets us. Errors: `NotFound`.
    pub async fn delete(&self, owner: Owner, connection_id: ConnectionId, id: WebhookId) -> Result<()> {
        let (connection, webhook) = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let (connection, read) = find(change, connection_id, id).await?;
                    change.replace(&read.value.deleted(change.now()), &read)?;
                    Ok(Decision::Write((connection, read.value)))
                })
            })
            .await?;
        if !is_of(&connection, &webhook) {
            return Ok(());
        }
        self.end(owner, &connection, &webhook).await;
        Ok(())
    }

    /// Puts everybody's secrets under the key that seals now. Errors: as that of credentials.
    pub async fn rotate(&self, now: Timestamp) -> Result<Rotated> {
        rotate(self.repo.all(), &*self.keys.ring().await?, self.ledger.ids(), now).await
    }

    /// Tells the service of a webhook as a request left it, unless it knows, and shows that. Its secret is shown where it was made
    /// here, for a person to hand over, and has not been replaced since.
    async fn told(&self, ctx: &Ctx, owner: Owner, made: &Made, is_ours: bool) -> Result<ShownWebhook> {
        let not_found = || Error::not_found(Webhook::NOUN);
        let read = self.repo.get(owner.id(), made.id).await?.ok_or_else(not_found)?;
        let secret = self.newest(&read.value).await?.filter(|_| read.value.generation == made.generation);
        let shows = is_ours && read.value.preset.origin() == Origin::Us;
        let webhook = match &secret {
            Some(secret) if !read.value.is_registered(ctx.now()) => {
                let said = self.subscribe(owner, &read.value, secret).await;
                self.keep(ctx, owner, read, &said).await?
            }
            _ => read.value,
        };
        Ok(self.shown(webhook, secret.filter(|_| shows), ctx.now()))
    }

    /// What the service says when it is told of a webhook. It is asked once more when its answer was lost: it finds by the address
    /// what it has made.
    pub(super) async fn subscribe(&self, owner: Owner, webhook: &Webhook, secret: &SecretString) -> Subscribed {
        let connection = self.ledger.load::<Connection>(owner, &webhook.connection_id.to_string()).await;
        let Some(connection) = connection.ok().filter(|connection| is_of(&connection.value, webhook)) else {
            return Subscribed::No;
        };
        let asked = async {
            let provider = self.provider(owner, &connection.value).await?;
            let url = url_of(&self.public_url, &webhook.path);
            match provider.subscribe(&url, secret).await {
                Err(Failure::Unknown) => said(provider.subscribe(&url, secret).await),
                other => said(other),
            }
        };
        tokio::time::timeout(TELLING, asked).await.ok().flatten().unwrap_or(Subscribed::No)
    }

    /// Keeps what the service has said; the webhook as it is then. Where another has changed it meanwhile, whoever is told last does
    /// not know which of two subscriptions is there: it is left to be made anew. Of one that was deleted nothing stays there.
    pub(super) async fn keep(&self, ctx: &Ctx, owner: Owner, read: Stored<Webhook>, said: &Subscribed) -> Result<Webhook> {
        let known = read.value.told(said, ctx.now());
        if (known.registered, &known.subscription) == (read.value.registered, &read.value.subscription) {
            return Ok(read.value);
        }
        if self.repo.replace(&known, &read, ctx.now()).await? {
            return Ok(known);
        }
        let now_there = self.repo.get(owner.id(), known.id).await?;
        let Some(again) = now_there.filter(|again| again.value.deleted_at.is_none()) else {
            if let Ok(connection) = self.ledger.load::<Connection>(owner, &known.connection_id.to_string()).await {
                self.end(owner, &connection.value, &known).await;
            }
            return Err(Error::not_found(Webhook::NOUN));
        };
        let unknown = again.value.told(&Subscribed::No, ctx.now());
        Ok(if self.repo.replace(&unknown, &again, ctx.now()).await? { unknown } else { again.value })
    }

    /// Has the service send there no more. Whoever sends there all the same is answered that it is gone.
    async fn end(&self, owner: Owner, connection: &Connection, webhook: &Webhook) {
        let told = async {
            if let Some(provider) = self.provider(owner, connection).await {
                said(provider.unsubscribe(&webhook.path).await);
            }
        };
        let _ = tokio::time::timeout(TELLING, told).await;
    }

    pub(super) async fn provider(&self, owner: Owner, connection: &Connection) -> Option<Arc<dyn Provider>> {
        let opened = self.vault.open(owner, connection.id.uuid()).await.ok()?;
        let zone = self.ledger.read(owner.id()).await.ok()??.time_zone;
        self.opener.open(connection, &opened.credential, zone, Trigger::Person).ok()
    }

    pub(super) async fn newest(&self, webhook: &Webhook) -> Result<Option<SecretString>> {
        let ring: Arc<Keyring> = self.keys.ring().await?;
        Ok(webhook.opened(&ring).map_err(super::model::lost)?.pop())
    }

    fn shown(&self, webhook: Webhook, secret: Option<SecretString>, now: Timestamp) -> ShownWebhook {
        let (registered, suspect) = (webhook.is_registered(now), webhook.is_suspect(now));
        ShownWebhook { url: url_of(&self.public_url, &webhook.path), registered, suspect, secret, webhook }
    }
}

/// Whether it is for deliveries of the connection's own service, and of nobody who passes on what happens there.
fn is_of(connection: &Connection, webhook: &Webhook) -> bool {
    WebhookPreset::of(connection.provider()) == Some(webhook.preset)
}

/// The address of a webhook, letter by letter as its sender is given it.
pub fn url_of(public_url: &str, path: &str) -> String {
    format!("{public_url}{BELOW}{path}")
}

/// What a service has said, if it has; that it has not goes into the log.
fn said<T>(answer: Result<T, Failure>) -> Option<T> {
    answer.inspect_err(|failure| tracing::info!(%failure, "a service was not told of a webhook")).ok()
}

/// What was given, or what is made here; `None` where the sender hands it over. Errors: `InvalidField`.
fn secret_for(preset: WebhookPreset, given: Option<&SecretString>) -> Result<Option<SecretString>> {
    match (given, preset.origin()) {
        (Some(_), Origin::UsAlone) => Err(Rule::field("must be left out: it is made here").of_field("secret")),
        (Some(given), _) => {
            preset.check(given)?;
            Ok(Some(given.clone()))
        }
        (None, Origin::Us | Origin::UsAlone) => preset.secret().map(Some),
        (None, Origin::Handshake) => Ok(None),
        (None, Origin::Nobody) => Err(Rule::field("is required: its sender makes it").of_field("secret")),
    }
}

/// Has somebody see to it that the service goes on sending, where it would not by itself.
fn look_soon(change: &mut Transaction<'_>, webhook: &Webhook) {
    if webhook.lapses() {
        let (at, known) = (change.now().plus(SOON), change.summary.due.get(RENEWAL));
        change.summary.due.set(RENEWAL, Some(known.map_or(at, |known| known.min(at))));
    }
}

async fn connection_of(change: &Transaction<'_>, id: ConnectionId) -> Result<Connection> {
    let read = change.find::<Connection>(&id.to_string()).await?;
    Ok(read.ok_or_else(|| Error::not_found(Connection::NOUN))?.value)
}

async fn find(change: &Transaction<'_>, connection: ConnectionId, id: WebhookId) -> Result<(Connection, Stored<Webhook>)> {
    let connection = connection_of(change, connection).await?;
    let read = change.find::<Webhook>(&id.to_string()).await?;
    let own = read.filter(|read| read.value.connection_id == connection.id && read.value.deleted_at.is_none());
    Ok((connection, own.ok_or_else(|| Error::not_found(Webhook::NOUN))?))
}
