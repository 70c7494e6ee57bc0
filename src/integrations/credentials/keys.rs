//! Where the keys come from that seal credentials.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use sha2::{Digest as _, Sha256};

use super::keyring::{KEY, Key, Keyring};
use crate::{
    credentials::CredentialManager,
    kernel::{Code, Error, Result},
};

const CURRENT: &str = "CREDENTIALS_KEY";
const PREVIOUS: &str = "CREDENTIALS_KEY_PREVIOUS";

/// Hands out the keys as they are now.
#[derive(Clone)]
pub enum Keys {
    Given(Arc<Keyring>),
    /// They are asked for at each use, which the manager answers for five minutes: a rotated one needs no restart.
    Asked(Arc<CredentialManager>),
    /// There is no key, and so no credential can be kept.
    None,
}

impl Keys {
    /// Those of these texts, the first of which seals. `None` when one is no key.
    pub fn parse<'k>(current: &SecretString, previous: impl IntoIterator<Item = &'k SecretString>) -> Option<Self> {
        Some(Self::Given(Arc::new(keyring(current, previous)?)))
    }

    /// A key that is always the same for the same secret, for programs whose data does not outlive them.
    pub fn following(secret: &SecretString) -> Self {
        let mut bytes: [u8; KEY] = Sha256::digest([b"credentials".as_slice(), secret.expose_secret().as_bytes()].concat()).into();
        Self::Given(Arc::new(Keyring::new(Key::new(&mut bytes), Vec::new())))
    }

    /// Errors: `NotConfigured`; `StoreUnavailable` while the vault does not answer.
    pub async fn ring(&self) -> Result<Arc<Keyring>> {
        match self {
            Self::Given(ring) => Ok(Arc::clone(ring)),
            Self::Asked(manager) => {
                let ask = async |name| manager.get(name, None).await.map_err(Error::unavailable);
                let current = ask(CURRENT).await?.ok_or_else(not_configured)?;
                let previous: Vec<SecretString> = ask(PREVIOUS).await?.as_ref().map(listed).unwrap_or_default();
                let ring =
                    keyring(&current, &previous).ok_or_else(|| not_configured().caused_by("the vault has no key of 32 bytes"))?;
                Ok(Arc::new(ring))
            }
            Self::None => Err(not_configured()),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given(_) => "Given",
            Self::Asked(_) => "Asked",
            Self::None => "None",
        })
    }
}

fn not_configured() -> Error {
    Error::new(Code::NotConfigured, "Credentials cannot be kept here: this server has no key for them")
}

/// The entries of a list that is separated by commas.
fn listed(text: &SecretString) -> Vec<SecretString> {
    text.expose_secret().split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(SecretString::from).collect()
}

fn keyring<'k>(current: &SecretString, previous: impl IntoIterator<Item = &'k SecretString>) -> Option<Keyring> {
    Some(Keyring::new(key(current)?, previous.into_iter().map(key).collect::<Option<_>>()?))
}

/// 32 bytes in base64.
fn key(text: &SecretString) -> Option<Key> {
    let bytes = Zeroizing::new(STANDARD.decode(text.expose_secret().trim()).ok()?);
    let mut bytes: [u8; KEY] = bytes.as_slice().try_into().ok()?;
    Some(Key::new(&mut bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        credentials::SecretSource,
        kernel::{ManualClock, Timestamp},
    };

    fn text(byte: u8) -> SecretString {
        STANDARD.encode([byte; KEY]).into()
    }

    struct FakeVault(&'static [(&'static str, &'static str)]);

    #[async_trait::async_trait]
    impl SecretSource for FakeVault {
        async fn read(&self, name: &str) -> anyhow::Result<Option<SecretString>> {
            Ok(self.0.iter().find(|(known, _)| *known == name).map(|(_, secret)| SecretString::from(*secret)))
        }
    }

    #[test]
    fn a_key_has_32_bytes() {
        assert!(Keys::parse(&text(1), &[text(2), text(3)]).is_some());
        for bad in ["", "secret", "AAAA", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33]), &"ab".repeat(32)] {
            assert!(Keys::parse(&SecretString::from(bad), []).is_none(), "{bad}");
            assert!(Keys::parse(&text(1), [&SecretString::from(bad)]).is_none(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_vault_is_asked_and_none_is_no_defect() {
        let asked = |secrets| {
            let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
            Keys::Asked(Arc::new(CredentialManager::new(|_| None, clock).with_vault(Arc::new(FakeVault(secrets)))))
        };
        let (one, other) = ("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=");
        let sealed =
            Keys::parse(&one.into(), []).expect("a key").ring().await.expect("keys").current().seal(b"x", "").expect("sealed");
        let leaked: &'static [(&str, &str)] = Box::leak(Box::new([(CURRENT, other), (PREVIOUS, one)]));
        let ring = asked(leaked).ring().await.expect("keys");
        assert!(ring.open(&sealed, "").is_ok() && !ring.has_sealed(&sealed));
        for keys in [asked(&[]), asked(&[(CURRENT, "no key")]), Keys::None] {
            assert_eq!(keys.ring().await.map(drop).expect_err("no key").code(), Code::NotConfigured);
        }
    }
}
