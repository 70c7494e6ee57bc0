//! Use cases on consents: a person asks for one, comes back from the service, and the connection runs.

use std::sync::Arc;

use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use super::{
    issuer::Issuers,
    model::{Attempt, Begun, State},
};
use crate::{
    domain::Shared,
    integrations::{
        connections::{
            model::{ConnectionId, Trigger},
            service::{ConnectionService, consented},
        },
        credentials::{
            keys::Keys,
            model::{NotRenewed, Tokens},
            renewal::Issuer as _,
            vault::Vault,
        },
    },
    kernel::{Admins, Caller, Code, Ctx, Error, Owner, Result, Timestamp},
    ledger::{Decision, Ledger},
};

/// Where a person consents.
pub struct Invitation {
    pub url: Url,
    pub expires_at: Timestamp,
    /// Whoever comes back has to bring it.
    pub cookie: SecretString,
}

/// What a service sends back with a person.
pub struct Returned {
    pub state: String,
    /// Those of the browser.
    pub cookies: Vec<String>,
    /// What is good for tokens, or why there is none.
    pub code: Result<SecretString, String>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Ok,
    /// The person said no.
    Denied,
    Failed,
}

/// A way back to the page for people, which says of which connection and how it went.
pub struct Back {
    pub connection_id: Uuid,
    pub ended: Ended,
}

#[derive(Clone)]
pub struct OauthService {
    ledger: Ledger,
    connections: ConnectionService,
    vault: Vault,
    keys: Keys,
    issuers: Issuers,
    redirect: Arc<Url>,
}

impl OauthService {
    /// `redirect`: where services send people back.
    pub fn new(
        shared: &Shared,
        connections: ConnectionService,
        vault: Vault,
        keys: Keys,
        issuers: Issuers,
        redirect: Url,
    ) -> Self {
        Self { ledger: shared.ledger.clone(), connections, vault, keys, issuers, redirect: Arc::new(redirect) }
    }

    /// Begins an attempt at a consent; one before it for the same connection is void. Errors: `NotFound`; `NotConfigured` where the
    /// service does not know this program.
    pub async fn authorize(&self, owner: Owner, id: ConnectionId) -> Result<Invitation> {
        let provider = self.connections.load(owner, id).await?.provider();
        let client = self.issuers.client(provider).ok_or_else(|| {
            Error::new(Code::NotConfigured, "This server is not known to the service, so that nobody can consent there")
        })?;
        let ring = &self.keys.ring().await?;
        let Begun { attempt, state, challenge, cookie } = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let begun = Attempt::begin(ring, owner.id(), id.uuid(), provider, change.now())?;
                    let former = change.find::<Attempt>(&id.to_string()).await?;
                    change.put(&begun.attempt, former.as_ref())?;
                    Ok(Decision::Write(begun))
                })
            })
            .await?;
        let url = client.authorization(&state, &challenge, &self.redirect);
        Ok(Invitation { url, expires_at: attempt.expires_at, cookie })
    }

    /// Ends an attempt with what came back: once, and for the browser in which it began alone. Errors: `OauthState` for anything
    /// else, of which the service is asked nothing.
    pub async fn finish(&self, ctx: &Ctx, returned: &Returned) -> Result<Back> {
        let state = &State::parse(&returned.state).ok_or_else(not_an_attempt)?;
        let owner = ctx.clone().called_by(Caller::user(state.user_id, &Admins::default())).own()?;
        let taken = self.ledger.run(owner, |change| {
            Box::pin(async move {
                let read = change.find::<Attempt>(&state.connection_id.to_string()).await?;
                let read = read.filter(|read| read.value.is_of(state, &returned.cookies, change.now()));
                let read = read.ok_or_else(not_an_attempt)?;
                change.remove(&read);
                Ok(Decision::Write(read.value))
            })
        });
        let attempt = taken.await.map_err(|error| if error.code() == Code::NotFound { not_an_attempt() } else { error })?;
        let ended = match &returned.code {
            Ok(code) => self.redeem(ctx, owner, &attempt, code).await?,
            Err(error) if error == "access_denied" => Ended::Denied,
            Err(_) => Ended::Failed,
        };
        Ok(Back { connection_id: attempt.id, ended })
    }

    async fn redeem(&self, ctx: &Ctx, owner: Owner, attempt: &Attempt, code: &SecretString) -> Result<Ended> {
        let ring = self.keys.ring().await?;
        let Ok(verifier) = attempt.verifier(&ring) else { return Ok(Ended::Failed) };
        let tokens = match self.issuers.exchange(attempt.provider, code, &verifier, &self.redirect).await {
            Ok(tokens) => tokens,
            Err(NotRenewed::Misconfigured) => {
                tracing::error!(
                    provider = attempt.provider.name(),
                    "the service does not take this program's client id and secret"
                );
                return Ok(Ended::Failed);
            }
            Err(_) => return Ok(Ended::Failed),
        };
        match self.keep(owner, attempt, &tokens).await {
            Ok(()) => {
                self.connections.hasten(ctx, owner, ConnectionId::new(attempt.id), Trigger::First).await;
                Ok(Ended::Ok)
            }
            Err(error) => {
                // The connection has gone meanwhile, or nothing can be kept now: nobody has the tokens.
                tracing::warn!(error = %error.chain(), "a consent could not be kept");
                self.issuers.revoke(attempt.provider, &tokens.access).await;
                Ok(Ended::Failed)
            }
        }
    }

    async fn keep(&self, owner: Owner, attempt: &Attempt, tokens: &Tokens) -> Result<()> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    self.vault.put_consent(change, attempt.id, attempt.provider, tokens).await?;
                    consented(change, attempt.id).await?;
                    Ok(Decision::Write(()))
                })
            })
            .await
    }
}

fn not_an_attempt() -> Error {
    Error::new(Code::OauthState, "This is not the end of an attempt that began in this browser within 10 minutes; begin again")
}
