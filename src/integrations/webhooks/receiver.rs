//! A delivery: whose it is, whether it comes from who it should come from, and that somebody looks at the service for it.
//!
//! A delivery is remembered after its hint was sent. Whoever is interrupted in between is sent it once more, and a hint that comes
//! twice does nothing, while one that was remembered and not sent would be lost.

use std::{net::IpAddr, sync::Arc, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{
    model::{Seen, Webhook, WebhookPreset},
    refusals::Refusals,
    repo::WebhookRepo,
    service::{WebhookService, url_of},
    signing_keys::SigningKeys,
    verify::{Accepted, Answer, Config, Handshake, Key, KeySet, Keys as SigningSecrets, Reason, Request, Verdict, verify},
};
use crate::{
    accounts::auth::budgets::Budget,
    domain::Shared,
    integrations::{
        connections::model::{ConnectionId, Trigger},
        credentials::{keys::Keys, model::NotRenewed, vault::Vault},
        messages::{INBOUND, Inbound},
        oauth::issuer::Issuers,
    },
    jobs::queue::{NewMessage, Queue},
    kernel::{Code, Ctx, Error, Result, UserId, network::one_caller},
    outbound::providers::ProviderName,
    store::Stored,
};

/// Many people's deliveries come from the few addresses of one service: so many at once, and one more for each period.
const AT_ONCE: u32 = 1_000;
const PERIOD: Duration = Duration::from_millis(20);

/// Takes deliveries.
#[derive(Clone)]
pub struct Receiver(Arc<Parts>);

struct Parts {
    repo: WebhookRepo,
    keys: Keys,
    queue: Arc<dyn Queue>,
    signing_keys: SigningKeys,
    refusals: Refusals,
    budget: Budget<IpAddr>,
    vault: Vault,
    /// What this program is known as.
    apps: Issuers,
    public_url: Arc<str>,
}

impl Receiver {
    pub fn new(shared: &Shared, webhooks: &WebhookService, signing_keys: SigningKeys, apps: Issuers) -> Self {
        Self(Arc::new(Parts {
            repo: webhooks.repo.clone(),
            keys: webhooks.keys.clone(),
            vault: webhooks.vault.clone(),
            public_url: Arc::clone(&webhooks.public_url),
            apps,
            queue: Arc::clone(&shared.queue),
            signing_keys,
            refusals: Refusals::default(),
            budget: Budget::new(AT_ONCE, PERIOD),
        }))
    }

    /// The webhook at an address, before anything of the request but that is read. Errors: `TooManyAttempts`, `NotFound`, `Gone`.
    pub async fn find(&self, ctx: &Ctx, caller: Option<IpAddr>, path: &str) -> Result<Stored<Webhook>> {
        self.admit(ctx, caller)?;
        match self.0.repo.at(path).await? {
            None => Err(Error::not_found("Webhook")),
            Some(read) if read.value.deleted_at.is_some() => Err(Error::new(Code::Gone, "The webhook was deleted")),
            Some(read) => Ok(read),
        }
    }

    fn admit(&self, ctx: &Ctx, caller: Option<IpAddr>) -> Result<()> {
        caller.map_or(Ok(()), |caller| self.0.budget.take(&one_caller(caller), ctx.now()))
    }

    /// Takes a delivery, or a greeting; what its sender wants to read. Errors: `Unauthorized`; `InvalidJson` for a body that is empty
    /// or cannot be read; `StoreUnavailable` and others that pass, for which it has to be sent again.
    pub async fn take(&self, ctx: &Ctx, webhook: &Stored<Webhook>, request: &Request<'_>) -> Result<Answer> {
        match self.verdict(ctx, &webhook.value, request).await? {
            Verdict::Accept(accepted) => {
                let Webhook { id, user_id, connection_id, preset, .. } = webhook.value;
                let secret = accepted.secret_index;
                tracing::info!(webhook = %id, connection = %connection_id, ?secret, "a delivery was accepted");
                if preset.repeats_itself() {
                    // Of two that are alike the second may tell of another change.
                    self.ask(ctx, user_id, connection_id).await?;
                } else {
                    self.accept(ctx, user_id, connection_id, request.body, &accepted).await?;
                }
                Ok(accepted.answer.unwrap_or(Answer::Empty))
            }
            Verdict::Handshake(Handshake { answer, secret: None }) => Ok(answer),
            Verdict::Handshake(Handshake { answer, secret: Some(secret) }) => {
                self.keep(ctx, webhook, &secret).await?;
                Ok(answer)
            }
            Verdict::Reject(reason) => Err(self.refuse(ctx, webhook, reason).await),
        }
    }

    /// What Todoist signs with when it tells of all who use this program's app there. Errors: `TooManyAttempts`; `NotFound` where
    /// there is no such app; `StoreUnavailable` when its secret cannot be had now.
    pub async fn secret_of_todoist(&self, ctx: &Ctx, caller: Option<IpAddr>) -> Result<SecretString> {
        self.admit(ctx, caller)?;
        self.0.apps.client_secret(ProviderName::Todoist).await.map_err(|why| match why {
            NotRenewed::Misconfigured => Error::not_found("Webhook"),
            _ => Error::busy(),
        })
    }

    /// Takes that, and has somebody look at the connections of the account that it is about. Errors: as [`Self::take`].
    pub async fn take_of_todoist(&self, ctx: &Ctx, secret: &SecretString, request: &Request<'_>) -> Result<()> {
        let rules = WebhookPreset::Todoist.rules()?;
        let key = Key::read(secret.expose_secret(), rules.key).map_err(Error::internal)?;
        let config = Config { secrets: SigningSecrets::new(vec![key]).map_err(Error::internal)?, ..Config::default() };
        let accepted = match verify(rules, &config, request, ctx.now()) {
            Verdict::Accept(accepted) => accepted,
            Verdict::Handshake(_) => return Ok(()),
            Verdict::Reject(reason) => {
                tracing::info!(reason = reason.name(), "a delivery to all who use the app at Todoist was refused");
                return Err(refusal(reason));
            }
        };
        let event: Event = serde_json::from_slice(request.body).map_err(|_| refusal(Reason::MalformedBody))?;
        for of in self.0.vault.of_account(ProviderName::Todoist, &event.account()).await? {
            self.accept(ctx, of.user_id, ConnectionId::new(of.connection_id), request.body, &accepted).await?;
        }
        Ok(())
    }

    async fn verdict(&self, ctx: &Ctx, webhook: &Webhook, request: &Request<'_>) -> Result<Verdict> {
        let (ring, rules) = (self.0.keys.ring().await?, webhook.preset.rules()?);
        let by_tokens = webhook.preset == WebhookPreset::GooglePubsub;
        let held = |keys: KeySet| {
            let config = webhook.config(&ring, url_of(&self.0.public_url, &webhook.path), keys, ctx.now())?;
            Ok::<_, Error>(verify(rules, &config, request, ctx.now()))
        };
        if !by_tokens {
            return held(KeySet::default());
        }
        let verdict = held(self.0.signing_keys.current().await?)?;
        if matches!(verdict, Verdict::Reject(Reason::UnknownKid))
            && let Some(keys) = self.0.signing_keys.anew().await
        {
            return held(keys);
        }
        Ok(verdict)
    }

    /// Has somebody look, unless the delivery came before.
    async fn accept(
        &self,
        ctx: &Ctx,
        user_id: UserId,
        connection_id: ConnectionId,
        body: &[u8],
        accepted: &Accepted,
    ) -> Result<()> {
        let repo = &self.0.repo;
        let mut seen = vec![Seen::signed(connection_id, body, accepted.moment.as_deref(), ctx.now())];
        seen.extend(accepted.delivery.as_ref().map(|delivery| Seen::delivered(connection_id, delivery, ctx.now())));
        let mut known = false;
        for one in &seen {
            // What cannot be looked up is taken for new: a hint too many is harmless.
            known |= !known && repo.was_seen(user_id, one).await.unwrap_or_else(|error| forgotten(&error));
        }
        if known {
            tracing::info!(connection = %connection_id, "a delivery came before");
            return Ok(());
        }
        self.ask(ctx, user_id, connection_id).await?;
        let _kept = repo.keep_seen(user_id, &seen, ctx.now()).await.map_err(|error| forgotten(&error));
        Ok(())
    }

    /// Has somebody look.
    async fn ask(&self, ctx: &Ctx, user_id: UserId, connection_id: ConnectionId) -> Result<()> {
        let correlation_id = ctx.request_id().to_string();
        let body = json!(Inbound { user_id, connection_id, trigger: Trigger::Webhook, correlation_id });
        self.0.queue.send(INBOUND, NewMessage::of(body)).await
    }

    /// Keeps the secret that a sender hands over. Errors: `Unauthorized` when nobody waits for it any more.
    async fn keep(&self, ctx: &Ctx, webhook: &Stored<Webhook>, secret: &SecretString) -> Result<()> {
        let ring = self.0.keys.ring().await?;
        let handed = webhook.value.handed(&ring, secret, ctx.now())?.ok_or_else(Error::unauthorized)?;
        // Of two that come at once one is right, and nobody knows which.
        if self.0.repo.replace(&handed, webhook, ctx.now()).await? { Ok(()) } else { Err(Error::unauthorized()) }
    }

    /// What a sender is told, which is not why; and whether many were refused is kept.
    async fn refuse(&self, ctx: &Ctx, webhook: &Stored<Webhook>, reason: Reason) -> Error {
        let (id, now) = (webhook.value.id, ctx.now());
        tracing::info!(webhook = %id, connection = %webhook.value.connection_id, reason = reason.name(), "a delivery was refused");
        if self.0.refusals.count(id, now) && !webhook.value.is_suspect(now) {
            let suspect = webhook.value.suspected(now);
            let _kept = self.0.repo.replace(&suspect, webhook, now).await.map_err(|error| forgotten(&error));
        }
        refusal(reason)
    }
}

fn refusal(reason: Reason) -> Error {
    match reason {
        Reason::EmptyBody | Reason::MalformedBody => Error::new(Code::InvalidJson, "The body cannot be used"),
        _ => Error::unauthorized(),
    }
}

/// What Todoist tells of: nothing of it is believed but whose it is.
#[derive(Deserialize)]
struct Event {
    user_id: Account,
}

/// A number, in former versions of its interface.
#[derive(Deserialize)]
#[serde(untagged)]
enum Account {
    Text(String),
    Number(u64),
}

impl Event {
    fn account(self) -> String {
        match self.user_id {
            Account::Text(text) => text,
            Account::Number(number) => number.to_string(),
        }
    }
}

/// What is only a help may fail.
fn forgotten(error: &Error) -> bool {
    tracing::warn!(error = %error.chain(), "what is remembered of webhooks cannot be had");
    false
}
