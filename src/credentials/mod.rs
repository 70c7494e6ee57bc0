//! The credential manager: the only place that hands out secrets.
//!
//! A secret comes from the settings (where the platform resolves Key Vault references), else from the Key Vault that
//! `KEY_VAULT_URL` names. What a vault said counts for five minutes, or until somebody whom a secret failed has it
//! forgotten; so a rotated secret needs no restart. Does not read the environment: the settings are given to it.

mod source;
mod vault;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use azure_core::credentials::TokenCredential;
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};
use secrecy::{ExposeSecret as _, SecretString};

pub use self::source::SecretSource;
use self::vault::KeyVault;
use crate::kernel::{Clock, Timestamp};

/// How long an answer of a vault counts.
const SECRET_TTL: Duration = Duration::from_mins(5);

const VAULT: &str = "KEY_VAULT_URL";
const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const URI: &str = "COSMOS_DB_URI";
const ACCOUNT: &str = "COSMOS_DB_ACCOUNT";
const DATABASE: &str = "COSMOS_DB_DATABASE";
const CONTAINER: &str = "COSMOS_DB_CONTAINER";
const PRIMARY_KEY: &str = "COSMOS_DB_PRIMARY_KEY";
const QUEUE_URL: &str = "AVANOCHI_QUEUE_URL";

/// Looks a setting up by the name of its environment variable.
pub type Settings = Box<dyn Fn(&str) -> Option<SecretString> + Send + Sync>;

/// Why a secret cannot be handed out now. No message contains one.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error("{VAULT} is set but the vault does not give {name}; does the app's identity have the role Key Vault Secrets User?")]
    Vault { name: String, source: anyhow::Error },
    #[error("no managed identity can be used; assign one to the app, or set {PRIMARY_KEY} and a SAS in {QUEUE_URL}")]
    Identity(#[source] azure_core::Error),
    #[error("neither {URI} nor {ACCOUNT} is set")]
    NoAccount,
}

/// What it takes to use the Cosmos DB account.
#[derive(Debug, Clone)]
pub struct CosmosCredentials {
    /// A URL.
    pub endpoint: String,
    pub database: String,
    pub container: String,
    pub access: CosmosAccess,
}

/// By what right the account is used.
#[derive(Clone)]
pub enum CosmosAccess {
    /// The account's key, in base64.
    Key(SecretString),
    Identity(Arc<dyn TokenCredential>),
}

impl fmt::Debug for CosmosAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(***)",
            Self::Identity(_) => "Identity",
        })
    }
}

/// Hands out secrets.
pub struct CredentialManager {
    settings: Settings,
    clock: Arc<dyn Clock>,
    given_identity: Option<Arc<dyn TokenCredential>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    vault: Option<Arc<dyn SecretSource>>,
    identity: Option<Arc<dyn TokenCredential>>,
    kept: HashMap<String, Kept>,
}

struct Kept {
    since: Timestamp,
    secret: Option<SecretString>,
}

impl CredentialManager {
    pub fn new(settings: impl Fn(&str) -> Option<SecretString> + Send + Sync + 'static, clock: Arc<dyn Clock>) -> Self {
        Self { settings: Box::new(settings), clock, given_identity: None, state: Mutex::default() }
    }

    /// Asks `vault` where the settings have nothing, instead of the one that they name.
    #[must_use]
    pub fn with_vault(self, vault: Arc<dyn SecretSource>) -> Self {
        self.state().vault = Some(vault);
        self
    }

    /// Uses `identity` instead of the managed one.
    #[must_use]
    pub fn with_identity(self, identity: Arc<dyn TokenCredential>) -> Self {
        Self { given_identity: Some(identity), ..self }
    }

    /// The secret of this name, else the default. An error means that it is not known whether there is one.
    pub async fn get(&self, name: &str, default: Option<&str>) -> Result<Option<SecretString>, CredentialError> {
        let found = match self.setting(name) {
            Some(secret) => Some(secret),
            None => self.ask_vault(name).await?,
        };
        Ok(found.or_else(|| default.map(SecretString::from)))
    }

    /// Has the next `get` of this name ask the vault again.
    pub fn forget(&self, name: &str) {
        self.state().kept.remove(name);
    }

    /// Where the Cosmos DB account is and by what right it is used: the key when there is one, else the app's
    /// managed identity.
    pub async fn get_cosmos_credentials(&self) -> Result<CosmosCredentials, CredentialError> {
        let plain = |name| self.setting(name).map(|value| value.expose_secret().to_owned());
        let endpoint = plain(URI)
            .or_else(|| plain(ACCOUNT).map(|account| format!("https://{account}.documents.azure.com:443/")))
            .ok_or(CredentialError::NoAccount)?;
        let access = match self.get(PRIMARY_KEY, None).await? {
            Some(key) => CosmosAccess::Key(key),
            None => CosmosAccess::Identity(self.identity()?),
        };
        Ok(CosmosCredentials {
            endpoint,
            database: plain(DATABASE).unwrap_or_else(|| "avanochi-db".into()),
            container: plain(CONTAINER).unwrap_or_else(|| "avanochi-container".into()),
            access,
        })
    }

    /// Has the next `get_cosmos_credentials` ask again for the key, or for a token.
    pub fn forget_cosmos_credentials(&self) {
        self.forget(PRIMARY_KEY);
        self.state().identity = None;
    }

    /// A variable that is set to nothing is taken as not set, as templates of settings leave it.
    fn setting(&self, name: &str) -> Option<SecretString> {
        (self.settings)(name).filter(|value| !value.expose_secret().trim().is_empty())
    }

    async fn ask_vault(&self, name: &str) -> Result<Option<SecretString>, CredentialError> {
        let now = self.clock.now();
        if let Some(kept) = self.state().kept.get(name).filter(|kept| now.since(kept.since) < SECRET_TTL) {
            return Ok(kept.secret.clone());
        }
        let failed = |source| CredentialError::Vault { name: name.to_owned(), source };
        let Some(vault) = self.vault(failed)? else { return Ok(None) };
        let answer = vault.read(name).await;
        let mut state = self.state();
        let secret = match (answer, state.kept.get(name)) {
            (Ok(secret), _) => secret,
            // What was good so far is better than nothing while the vault is away.
            (Err(error), Some(kept)) => {
                tracing::warn!(name, error = %error, "the vault does not answer; going on with its last answer");
                kept.secret.clone()
            }
            (Err(error), None) => return Err(failed(error)),
        };
        state.kept.insert(name.to_owned(), Kept { since: now, secret: secret.clone() });
        Ok(secret)
    }

    fn vault(&self, failed: impl Fn(anyhow::Error) -> CredentialError) -> Result<Option<Arc<dyn SecretSource>>, CredentialError> {
        if let Some(vault) = &self.state().vault {
            return Ok(Some(Arc::clone(vault)));
        }
        let Some(url) = self.setting(VAULT) else { return Ok(None) };
        let vault = KeyVault::new(url.expose_secret(), self.identity()?, None).map_err(|e| failed(e.into()))?;
        let vault: Arc<dyn SecretSource> = Arc::new(vault);
        self.state().vault = Some(Arc::clone(&vault));
        Ok(Some(vault))
    }

    /// The app's own identity, or the user-assigned one whose client id is set. It keeps its tokens until they expire.
    pub fn identity(&self) -> Result<Arc<dyn TokenCredential>, CredentialError> {
        if let Some(identity) = self.given_identity.as_ref().or(self.state().identity.as_ref()) {
            return Ok(Arc::clone(identity));
        }
        let user_assigned_id = self.setting(CLIENT_ID).map(|id| UserAssignedId::ClientId(id.expose_secret().to_owned()));
        let options = ManagedIdentityCredentialOptions { user_assigned_id, ..Default::default() };
        let identity: Arc<dyn TokenCredential> =
            ManagedIdentityCredential::new(Some(options)).map_err(CredentialError::Identity)?;
        self.state().identity = Some(Arc::clone(&identity));
        Ok(identity)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CredentialManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialManager").finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use azure_core::{
        credentials::{AccessToken, TokenRequestOptions},
        time::OffsetDateTime,
    };

    use super::*;
    use crate::kernel::ManualClock;

    /// An identity that a server of the tests believes.
    #[derive(Debug)]
    pub struct Somebody;

    #[async_trait::async_trait]
    impl TokenCredential for Somebody {
        async fn get_token(
            &self,
            _scopes: &[&str],
            _options: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            let expires_on = OffsetDateTime::UNIX_EPOCH + azure_core::time::Duration::days(100_000);
            Ok(AccessToken::new("token", expires_on))
        }
    }

    /// A vault that counts how often it is asked, and answers with the count.
    #[derive(Default)]
    struct Counting(AtomicU32);

    #[async_trait::async_trait]
    impl SecretSource for Counting {
        async fn read(&self, name: &str) -> anyhow::Result<Option<SecretString>> {
            let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            match name {
                "ABSENT" => Ok(None),
                "BROKEN" => anyhow::bail!("no route"),
                "FAILING" if count > 1 => anyhow::bail!("no route"),
                _ => Ok(Some(format!("{name} {count}").into())),
            }
        }
    }

    fn manager(settings: &'static [(&str, &str)]) -> (CredentialManager, Arc<Counting>, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
        let vault = Arc::new(Counting::default());
        let lookup = |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into());
        (CredentialManager::new(lookup, clock.clone()).with_vault(vault.clone()), vault, clock)
    }

    async fn get(manager: &CredentialManager, name: &str, default: Option<&str>) -> Option<String> {
        let secret = manager.get(name, default).await.expect("an answer");
        secret.map(|secret| secret.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn the_settings_come_before_the_vault_and_that_before_the_default() {
        let (manager, vault, _) = manager(&[("A", "set"), ("B", " ")]);
        assert_eq!(get(&manager, "A", Some("default")).await.as_deref(), Some("set"));
        assert_eq!(vault.0.load(Ordering::SeqCst), 0);
        assert_eq!(get(&manager, "B", Some("default")).await.as_deref(), Some("B 1"));
        assert_eq!(get(&manager, "ABSENT", Some("default")).await.as_deref(), Some("default"));
        assert_eq!(get(&manager, "ABSENT", None).await, None);
        assert!(matches!(manager.get("BROKEN", Some("default")).await, Err(CredentialError::Vault { .. })));
    }

    #[tokio::test]
    async fn what_the_vault_says_counts_for_five_minutes_or_until_it_is_forgotten() {
        let (manager, _, clock) = manager(&[]);
        assert_eq!(get(&manager, "A", None).await.as_deref(), Some("A 1"));
        clock.advance_micros(299_999_999);
        assert_eq!(get(&manager, "A", None).await.as_deref(), Some("A 1"));
        clock.advance_micros(1);
        assert_eq!(get(&manager, "A", None).await.as_deref(), Some("A 2"));
        manager.forget("A");
        assert_eq!(get(&manager, "A", None).await.as_deref(), Some("A 3"));
    }

    #[tokio::test]
    async fn a_vault_that_is_away_leaves_what_it_said_unless_that_is_forgotten() {
        let (manager, vault, clock) = manager(&[]);
        assert_eq!(get(&manager, "FAILING", None).await.as_deref(), Some("FAILING 1"));
        clock.advance_micros(300_000_000);
        assert_eq!(get(&manager, "FAILING", None).await.as_deref(), Some("FAILING 1"));
        assert_eq!(get(&manager, "FAILING", None).await.as_deref(), Some("FAILING 1"));
        assert_eq!(vault.0.load(Ordering::SeqCst), 2);
        manager.forget("FAILING");
        assert!(manager.get("FAILING", None).await.is_err());
    }

    #[tokio::test]
    async fn the_account_is_used_by_key_when_there_is_one() {
        let (by_key, ..) = manager(&[(URI, "https://there/"), (PRIMARY_KEY, "a2V5"), (DATABASE, "d"), (CONTAINER, "c")]);
        let credentials = by_key.get_cosmos_credentials().await.expect("credentials");
        assert_eq!((&*credentials.endpoint, &*credentials.database, &*credentials.container), ("https://there/", "d", "c"));
        assert!(matches!(credentials.access, CosmosAccess::Key(key) if key.expose_secret() == "a2V5"));

        let (unset, ..) = manager(&[(ACCOUNT, "mine")]);
        let credentials = unset.get_cosmos_credentials().await.expect("credentials");
        assert_eq!(credentials.endpoint, "https://mine.documents.azure.com:443/");
        let (nothing, ..) = manager(&[]);
        assert!(matches!(nothing.get_cosmos_credentials().await, Err(CredentialError::NoAccount)));
    }

    #[tokio::test]
    async fn without_a_key_the_managed_identity_is_used() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
        let lookup = |name: &str| (name == URI).then(|| "https://there/".into());
        let manager = CredentialManager::new(lookup, clock);
        let credentials = manager.get_cosmos_credentials().await.expect("credentials");
        assert!(matches!(credentials.access, CosmosAccess::Identity(_)));
    }

    #[tokio::test]
    async fn a_key_that_failed_is_asked_for_again() {
        let (manager, ..) = manager(&[(URI, "https://there/")]);
        let key = async || match manager.get_cosmos_credentials().await.expect("credentials").access {
            CosmosAccess::Key(key) => key.expose_secret().to_owned(),
            CosmosAccess::Identity(_) => panic!("a key"),
        };
        assert_eq!((key().await, key().await), ("COSMOS_DB_PRIMARY_KEY 1".into(), "COSMOS_DB_PRIMARY_KEY 1".into()));
        manager.forget_cosmos_credentials();
        assert_eq!(key().await, "COSMOS_DB_PRIMARY_KEY 2");
    }

    #[tokio::test]
    async fn no_secret_is_ever_shown() {
        let (manager, ..) = manager(&[(URI, "https://there/"), (PRIMARY_KEY, "hunter2")]);
        let credentials = manager.get_cosmos_credentials().await.expect("credentials");
        let secret = manager.get(PRIMARY_KEY, None).await.expect("an answer");
        let broken = manager.get("BROKEN", Some("hunter2")).await.expect_err("broken");
        let shown = format!("{manager:?} {manager:#?} {credentials:?} {credentials:#?} {secret:?} {broken:?} {broken}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("Key(***)"), "{shown}");
    }
}
