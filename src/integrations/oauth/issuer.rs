//! Asks services for tokens.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use form_urlencoded::Serializer;
use reqwest::{
    Method,
    header::{ACCEPT, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use super::{
    answer,
    clients::{Client, ClientSecret, Revocation},
};
use crate::{
    credentials::CredentialManager,
    integrations::credentials::{
        model::{NotRenewed, Tokens},
        renewal::Issuer,
    },
    kernel::Clock,
    outbound::{
        http::{Answer, Effect, Outgoing, Request},
        providers::{Failure, ProviderName},
    },
};

const FORM: &str = "application/x-www-form-urlencoded";

/// The services that know this program, and how they are asked.
#[derive(Clone)]
pub struct Issuers {
    clients: Arc<[Client]>,
    outgoing: Arc<Outgoing>,
    secrets: Arc<CredentialManager>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuers").field("clients", &self.clients).finish_non_exhaustive()
    }
}

impl Issuers {
    pub fn new(clients: Vec<Client>, outgoing: Arc<Outgoing>, secrets: Arc<CredentialManager>, clock: Arc<dyn Clock>) -> Self {
        Self { clients: clients.into(), outgoing, secrets, clock }
    }

    /// The services where people can consent.
    pub fn providers(&self) -> impl Iterator<Item = ProviderName> {
        self.clients.iter().map(|client| client.provider)
    }

    /// By what a service knows this program; `None` when it does not.
    pub fn client(&self, provider: ProviderName) -> Option<&Client> {
        self.clients.iter().find(|client| client.provider == provider)
    }

    /// The tokens that a code is good for, once.
    pub async fn exchange(
        &self,
        provider: ProviderName,
        code: &SecretString,
        verifier: &SecretString,
        redirect: &Url,
    ) -> Result<Tokens, NotRenewed> {
        let (code, verifier) = (code.expose_secret(), verifier.expose_secret());
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", verifier),
        ];
        self.ask(provider, &grant).await
    }

    async fn ask(&self, provider: ProviderName, grant: &[(&str, &str)]) -> Result<Tokens, NotRenewed> {
        let client = self.client(provider).ok_or(NotRenewed::Misconfigured)?;
        let secret = self.secret(client).await?;
        let pairs = grant.iter().copied().chain([("client_id", client.id.as_str()), ("client_secret", secret.expose_secret())]);
        let form = Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::new(Effect::Writes, Method::POST, client.token.clone())
            .to_the_operators()
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .body(FORM, form.into_bytes());
        match self.outgoing.send(request).await {
            Ok(answer) => {
                let tokens = answer::read(answer.status, &answer.body, self.wait(&answer));
                if let Err(why) = &tokens {
                    tracing::info!(provider = provider.name(), status = answer.status, ?why, "a service gave no tokens");
                }
                tokens
            }
            Err(Failure::Unknown) => Err(NotRenewed::Unknown),
            Err(_) => Err(NotRenewed::Later(None)),
        }
    }

    fn wait(&self, answer: &Answer) -> Option<Duration> {
        let now = self.clock.now();
        let asked = answer.header("retry-after").and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
        asked.or_else(|| match answer.failure(now) {
            Failure::Limited { until } => Some(until.since(now)),
            _ => None,
        })
    }

    /// The secret that a service shares with this program. Errors: `Misconfigured` where there is none, else it cannot be had now.
    pub async fn client_secret(&self, provider: ProviderName) -> Result<SecretString, NotRenewed> {
        self.secret(self.client(provider).ok_or(NotRenewed::Misconfigured)?).await
    }

    async fn secret(&self, client: &Client) -> Result<SecretString, NotRenewed> {
        match &client.secret {
            ClientSecret::Given(secret) => Ok(secret.clone()),
            ClientSecret::Asked(name) => match self.secrets.get(name, None).await {
                Ok(Some(secret)) => Ok(secret),
                Ok(None) => Err(NotRenewed::Misconfigured),
                Err(_) => Err(NotRenewed::Later(None)),
            },
        }
    }

    /// Errors: it was not told.
    async fn tell(&self, client: &Client, how: &Revocation, token: &SecretString) -> Result<Answer, Failure> {
        let secret = self.secret(client).await.map_err(|_| Failure::Unauthorized)?;
        let token = token.expose_secret();
        let request = match how {
            Revocation::Posted(url) => {
                let form = Serializer::new(String::new())
                    .append_pair("token", token)
                    .append_pair("token_type_hint", "access_token")
                    .finish();
                Request::new(Effect::Writes, Method::POST, url.clone()).body(FORM, form.into_bytes())
            }
            Revocation::Deleted(url) => {
                Request::new(Effect::Writes, Method::DELETE, url.clone()).json(&json!({ "access_token": token }))?
            }
        };
        self.outgoing.send(request.to_the_operators().basic(&client.id, &secret)?).await
    }
}

#[async_trait]
impl Issuer for Issuers {
    async fn renew(&self, provider: ProviderName, refresh_token: &SecretString) -> Result<Tokens, NotRenewed> {
        self.ask(provider, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose_secret())]).await
    }

    async fn revoke(&self, provider: ProviderName, access_token: &SecretString) {
        let Some(client) = self.client(provider) else { return };
        let Some(how) = &client.revocation else { return };
        match self.tell(client, how, access_token).await {
            Ok(answer) if answer.succeeded() => {}
            Ok(answer) => tracing::info!(provider = provider.name(), status = answer.status, "a token was not revoked"),
            Err(failure) => tracing::info!(provider = provider.name(), %failure, "a token was not revoked"),
        }
    }
}
