//! Where secrets may be asked for besides the settings.

use secrecy::SecretString;

/// Another place to ask for secrets.
#[async_trait::async_trait]
pub trait SecretSource: Send + Sync {
    /// The secret of this name; `None` when there is none.
    async fn read(&self, name: &str) -> anyhow::Result<Option<SecretString>>;
}
