//! Use cases on credentials: a person gives one, a run opens it, the account forgets it.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    accounts::{Accounts, OfAccount},
    envelope::Place,
    keys::Keys,
    model::{Credential, NewCredential, Tokens},
    renewal::{Issuer, NoCredential, Opened, Renewal},
    repo::CredentialRepo,
    rotation::Rotated,
};
use crate::{
    domain::Shared,
    kernel::{Ctx, Owner, Result, Timestamp},
    ledger::{Ledger, Transaction},
    outbound::providers::{KnownAs, ProviderName},
    store::Stored,
};

/// How long a service may take to forget a token.
const REVOCATION: Duration = Duration::from_secs(5);

/// The credentials of all connections.
#[derive(Clone)]
pub struct Vault {
    keys: Keys,
    repo: CredentialRepo,
    accounts: Accounts,
    ledger: Ledger,
    renewal: Arc<Renewal>,
}

impl Vault {
    pub fn new(shared: &Shared, keys: Keys, issuer: Arc<dyn Issuer>) -> Self {
        let repo = CredentialRepo::new(Arc::clone(&shared.store), Arc::clone(&shared.ids));
        let renewal = Renewal::new(repo.clone(), issuer, Arc::clone(&shared.clock), Arc::clone(&shared.ids));
        let accounts = Accounts::new(Arc::clone(&shared.store), Arc::clone(&shared.ids));
        Self { keys, repo, accounts, ledger: shared.ledger.clone(), renewal: Arc::new(renewal) }
    }

    /// Queues what a person gave, in the place of what there was. Errors: `NotConfigured` without a key.
    pub async fn put(
        &self,
        change: &mut Transaction<'_>,
        connection: Uuid,
        provider: ProviderName,
        given: &NewCredential,
    ) -> Result<Credential> {
        let ring = self.keys.ring().await?;
        let (place, read) = next_place(change, connection).await?;
        let credential =
            Credential::given(&ring, place, provider, given, change.now())?.after(read.as_ref().map(|read| &read.value));
        change.put(&credential, read.as_ref())?;
        Ok(credential)
    }

    /// Queues what a consent has brought, in the place of what there was. Errors: `NotConfigured` without a key.
    pub async fn put_consent(
        &self,
        change: &mut Transaction<'_>,
        connection: Uuid,
        provider: ProviderName,
        tokens: &Tokens,
    ) -> Result<Credential> {
        let ring = self.keys.ring().await?;
        let (place, read) = next_place(change, connection).await?;
        let credential =
            Credential::consented(&ring, place, provider, tokens, change.now())?.after(read.as_ref().map(|read| &read.value));
        change.put(&credential, read.as_ref())?;
        Ok(credential)
    }

    /// Queues that nothing is kept any more.
    pub fn forget(change: &mut Transaction<'_>, connection: Uuid) {
        change.remove_if_there::<Credential>(connection.to_string());
    }

    /// What is kept for a connection, sealed.
    pub async fn find(&self, owner: Owner, connection: Uuid) -> Result<Option<Credential>> {
        Ok(self.repo.get(owner.id(), connection).await?.map(|read| read.value))
    }

    /// What is kept for all connections of the owner, sealed; one query.
    pub async fn list(&self, owner: Owner) -> Result<Vec<Credential>> {
        self.repo.of(owner).await
    }

    /// Keeps as whom the service knows us.
    pub async fn known_as(&self, ctx: &Ctx, owner: Owner, connection: Uuid, known: &KnownAs) -> Result<()> {
        while let Some(read) = self.repo.get(owner.id(), connection).await? {
            let former = &read.value;
            if former.account == known.name && former.account_id == known.id {
                break;
            }
            if former.account_id != known.id {
                self.accounts.forget(former, ctx.now()).await?;
            }
            let mut credential = former.clone();
            (credential.account, credential.account_id) = (known.name.clone(), known.id.clone());
            if self.repo.replace(credential, &read, ctx.now()).await?.is_some() {
                break;
            }
        }
        if known.id.is_some() { self.keep_account(ctx, owner, connection).await } else { Ok(()) }
    }

    /// Keeps whose the account is that the credential names, and looks afterwards whether that is to be known still: whoever takes
    /// the credential or the person away forgets the account after that is decided.
    async fn keep_account(&self, ctx: &Ctx, owner: Owner, connection: Uuid) -> Result<()> {
        let Some(read) = self.repo.get(owner.id(), connection).await? else { return Ok(()) };
        self.accounts.keep(&read.value, ctx.now()).await?;
        let is_there = self.repo.get(owner.id(), connection).await?.is_some();
        if is_there && self.ledger.read(owner.id()).await?.is_some() {
            return Ok(());
        }
        self.accounts.forget(&read.value, ctx.now()).await
    }

    /// The connections with an account, for what its service tells all who use its app.
    pub async fn of_account(&self, provider: ProviderName, account: &str) -> Result<Vec<OfAccount>> {
        self.accounts.of(provider, account).await
    }

    /// Forgets whose the account of a credential is.
    pub async fn forget_account(&self, ctx: &Ctx, credential: &Credential) -> Result<()> {
        self.accounts.forget(credential, ctx.now()).await
    }

    /// The credential for use: an access token that is about to end is renewed first, by one of all that ask at once.
    pub async fn open(&self, owner: Owner, connection: Uuid) -> Result<Opened, NoCredential> {
        let ring = self.keys.ring().await?;
        let read = self.repo.get(owner.id(), connection).await?.ok_or(NoCredential::NeedsReauth)?;
        self.renewal.usable(&ring, read).await
    }

    /// The credential for use after the service has refused the one of that generation, if another can be had.
    pub async fn refused(&self, owner: Owner, connection: Uuid, generation: u64) -> Result<Opened, NoCredential> {
        let ring = self.keys.ring().await?;
        let read = self.repo.get(owner.id(), connection).await?.ok_or(NoCredential::NeedsReauth)?;
        self.renewal.after_refusal(&ring, read, generation).await
    }

    /// Renews a consent that would otherwise be forgotten for want of use; any other is left.
    pub async fn keep_alive(&self, ctx: &Ctx, owner: Owner, connection: Uuid) -> Result<(), NoCredential> {
        match self.repo.get(owner.id(), connection).await? {
            Some(read) if read.value.is_idle(ctx.now()) => {
                let generation = read.value.generation;
                self.renewal.after_refusal(&self.keys.ring().await?, read, generation).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Whether just that was given for the connection.
    pub async fn is_same(&self, owner: Owner, connection: Uuid, given: &NewCredential) -> Result<bool> {
        let Some(read) = self.repo.get(owner.id(), connection).await? else { return Ok(false) };
        Ok(read.value.consent.is_none() && read.value.opened(&*self.keys.ring().await?).is_ok_and(|kept| kept.is(given)))
    }

    /// Tells the service that we have no more use for the credential, where it can be told: once, and for a few seconds at most; what
    /// there was.
    pub async fn revoke(&self, owner: Owner, connection: Uuid) -> Result<Option<Credential>> {
        let Some(credential) = self.find(owner, connection).await? else { return Ok(None) };
        let told = async {
            if let Ok(ring) = self.keys.ring().await {
                self.renewal.revoke(&ring, &credential).await;
            }
        };
        // Whether it was told or not, nothing of it is kept here.
        let _ = tokio::time::timeout(REVOCATION, told).await;
        Ok(Some(credential))
    }

    /// Puts everybody's secrets under the key that seals now. What no key opens is left as it is, and counted. Errors:
    /// `NotConfigured`; after any, it can be done again.
    pub async fn rotate(&self, now: Timestamp) -> Result<Rotated> {
        self.repo.rotate(&*self.keys.ring().await?, now).await
    }

    /// A digest of a body with a secret in it, by which its repetition is recognised. Errors: `NotConfigured`.
    pub async fn fingerprint(&self, body: &[u8]) -> Result<Vec<u8>> {
        Ok(self.keys.ring().await?.digest(body))
    }
}

/// Where the next secrets of the connection belong, and what is there now.
async fn next_place(change: &Transaction<'_>, connection: Uuid) -> Result<(Place, Option<Stored<Credential>>)> {
    let read = change.find::<Credential>(&connection.to_string()).await?;
    let generation = read.as_ref().map_or(1, |read| read.value.generation + 1);
    Ok((Place { user: change.summary.user_id, connection, generation }, read))
}
