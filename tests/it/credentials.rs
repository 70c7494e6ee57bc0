//! Credentials as the services see them: consents that are renewed once for all who ask, whatever goes wrong on the way, and secrets
//! that are opened where they belong alone.

mod renewal;
mod sealing;

use std::{sync::Arc, time::Duration};

use avanochi::{
    domain::Shared,
    integrations::{
        credentials::{Issuer, Keys, NewCredential, NoCredential, Opened, OpenedCredential, Vault, model::Tokens},
        oauth::{
            clients::{Client, ClientSecret},
            issuer::Issuers,
        },
    },
    kernel::{Admins, Caller, Clock as _, Ctx, Owner, RequestId, UserId},
    ledger::Decision,
    outbound::{
        http::{Outgoing, Policy},
        providers::ProviderName,
    },
};
use sandbox::{
    Running,
    oauth::{CLIENT_ID, CLIENT_SECRET, Manners, Oauth},
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use uuid::Uuid;

use crate::support::TestApp;

/// A key of 32 bytes.
pub fn key(byte: u8) -> SecretString {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode([byte; 32]).into()
}

/// A person with a connection to a service, and the service.
struct World {
    app: TestApp,
    service: Running<Oauth>,
    owner: Owner,
    connection: Uuid,
}

impl World {
    async fn new(manners: Manners) -> Self {
        Self::over(TestApp::new(), manners).await
    }

    async fn over(app: TestApp, manners: Manners) -> Self {
        let now = chrono::DateTime::from_timestamp_micros(app.clock.now().micros()).expect("an instant");
        let service = Oauth::start(sandbox::Clock::at(now), manners, 0).await.expect("started");
        let owner = owner(&app, &app.somebody().await.id);
        Self { app, service, owner, connection: Uuid::from_u128(7) }
    }

    fn shared(&self) -> &Shared {
        &self.app.app.shared
    }

    /// As another process of the program has it.
    fn vault(&self) -> Vault {
        self.vault_with(Keys::parse(&key(1), []).expect("a key"))
    }

    fn vault_with(&self, keys: Keys) -> Vault {
        Vault::new(self.shared(), keys, Arc::new(self.issuers()))
    }

    fn issuers(&self) -> Issuers {
        let url = Url::parse(&self.service.url).expect("an address");
        let client = Client::github(CLIENT_ID.into(), ClientSecret::Given(CLIENT_SECRET.into()), &url, &url);
        let policy = Policy { timeout: Duration::from_secs(2), ..Policy::default() };
        let clock = self.app.clock.clone();
        Issuers::new(
            vec![client],
            Arc::new(Outgoing::new(&policy)),
            Arc::new(avanochi::credentials::CredentialManager::new(|_| None, clock.clone())),
            clock,
        )
    }

    /// Has the person consent, and keeps what came of it.
    async fn consent(&self) {
        let (access, refresh) = self.service.state.grant();
        let tokens = Tokens {
            access: access.into(),
            refresh: refresh.map(SecretString::from),
            lasts: Some(Duration::from_hours(1)),
            refresh_lasts: None,
            scopes: None,
        };
        self.keep(&tokens).await;
    }

    async fn keep(&self, tokens: &Tokens) {
        let (vault, connection) = (&self.vault(), self.connection);
        let kept = self.shared().ledger.run(self.owner, |change| {
            Box::pin(async move {
                vault.put_consent(change, connection, ProviderName::Github, tokens).await?;
                Ok(Decision::Write(()))
            })
        });
        kept.await.expect("kept");
    }

    async fn give(&self, vault: &Vault, connection: Uuid, given: &NewCredential) {
        let kept = self.shared().ledger.run(self.owner, |change| {
            Box::pin(async move {
                vault.put(change, connection, ProviderName::Caldav, given).await?;
                Ok(Decision::Write(()))
            })
        });
        kept.await.expect("kept");
    }

    async fn open(&self) -> Result<Opened, NoCredential> {
        self.vault().open(self.owner, self.connection).await
    }

    fn advance(&self, time: Duration) {
        self.app.clock.set(self.app.clock.now().plus(time));
        self.service.stand.clock.advance(time);
    }

    /// How often the service was asked for tokens since the last time.
    fn asked(&self) -> usize {
        self.service.stand.log.take().iter().filter(|asked| asked.path == "/login/oauth/access_token").count()
    }

    /// Whether the service takes the token now.
    fn takes(&self, opened: &Opened) -> bool {
        self.service.state.knows(token(opened))
    }
}

fn owner(app: &TestApp, id: &str) -> Owner {
    let caller = Caller::user(UserId::parse(id).expect("an id"), &Admins::default());
    Ctx::new(caller, app.clock.now(), RequestId::from(Uuid::nil())).own().expect("an owner")
}

fn token(opened: &Opened) -> &str {
    match &opened.credential {
        OpenedCredential::Token(token) => token.expose_secret(),
        OpenedCredential::Basic { .. } => "",
    }
}

/// An issuer that is not asked.
struct Nobody;

#[async_trait::async_trait]
impl Issuer for Nobody {
    async fn renew(
        &self,
        _: ProviderName,
        _: &SecretString,
    ) -> Result<Tokens, avanochi::integrations::credentials::model::NotRenewed> {
        panic!("nobody asks for that");
    }

    async fn revoke(&self, _: ProviderName, _: &SecretString) {
        panic!("nobody asks for that");
    }
}
