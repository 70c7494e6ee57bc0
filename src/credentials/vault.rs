//! Azure Key Vault as a source of secrets.

use std::{sync::Arc, time::Duration};

use azure_core::credentials::TokenCredential;
use azure_security_keyvault_secrets::{SecretClient, SecretClientOptions};
use secrecy::SecretString;

use super::source::SecretSource;

/// How long a vault may take: a request is waiting for it. Its client would try for a minute.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(4);

/// One vault.
pub struct KeyVault(SecretClient);

impl KeyVault {
    pub fn new(url: &str, identity: Arc<dyn TokenCredential>, options: Option<SecretClientOptions>) -> azure_core::Result<Self> {
        Ok(Self(SecretClient::new(url, identity, options)?))
    }
}

#[async_trait::async_trait]
impl SecretSource for KeyVault {
    async fn read(&self, name: &str) -> anyhow::Result<Option<SecretString>> {
        let name = vault_name(name);
        match tokio::time::timeout(REQUEST_TIMEOUT, self.0.get_secret(&name, None)).await? {
            Ok(response) => Ok(response.into_model()?.value.map(SecretString::from)),
            Err(error) if error.http_status().is_some_and(|status| u16::from(status) == 404) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A vault takes letters, digits and hyphens, and does not tell upper case from lower.
fn vault_name(setting: &str) -> String {
    setting.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use azure_core::http::{AsyncRawResponse, ClientOptions, HttpClient, Request, Transport, headers::Headers};
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::credentials::tests::Somebody;

    /// A vault with one secret that asks who is there, as the real one does.
    #[derive(Debug)]
    struct Server;

    #[async_trait::async_trait]
    impl HttpClient for Server {
        async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
            let mut headers = Headers::new();
            let token = request.headers().get_optional_str(&azure_core::http::headers::AUTHORIZATION);
            let (status, body) = match (token, request.url().path()) {
                (None, _) => {
                    let challenge = r#"Bearer authorization="https://login.invalid/t", resource="https://vault.azure.net""#;
                    headers.insert("www-authenticate", challenge);
                    (401_u16, "")
                }
                (Some("Bearer token"), path) if path.trim_end_matches('/') == "/secrets/COSMOS-DB-PRIMARY-KEY" => {
                    (200, r#"{"value":"a2V5","id":"https://mine.vault.azure.net/secrets/COSMOS-DB-PRIMARY-KEY/1"}"#)
                }
                (Some("Bearer token"), path) if path.trim_end_matches('/') == "/secrets/FORBIDDEN" => {
                    (403, r#"{"error":{"code":"Forbidden","message":"no role"}}"#)
                }
                (Some("Bearer token"), _) => (404, r#"{"error":{"code":"SecretNotFound","message":"no such secret"}}"#),
                (Some(other), _) => panic!("{other}"),
            };
            Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
        }
    }

    #[tokio::test]
    async fn a_secret_is_read_with_the_token_of_the_identity() {
        let client_options = ClientOptions { transport: Some(Transport::new(Arc::new(Server))), ..Default::default() };
        let options = SecretClientOptions { client_options, ..Default::default() };
        let vault = KeyVault::new("https://mine.vault.azure.net/", Arc::new(Somebody), Some(options)).expect("a vault");
        let secret = vault.read("COSMOS_DB_PRIMARY_KEY").await.expect("an answer").expect("a secret");
        assert_eq!(secret.expose_secret(), "a2V5");
        assert!(vault.read("ABSENT").await.expect("an answer").is_none());
        assert!(vault.read("FORBIDDEN").await.is_err());
    }

    #[test]
    fn a_setting_has_a_name_that_a_vault_takes() {
        assert_eq!(vault_name("COSMOS_DB_PRIMARY_KEY"), "COSMOS-DB-PRIMARY-KEY");
    }
}
