//! What signatures are verified with: at most five keys, so that one can be replaced while the former still counts.

use secrecy::{ExposeSecret as _, SecretSlice};

use super::encoding::{Encoding, any_hex, padded_or_not};

/// As many keys may count at a time.
const MAX_KEYS: usize = 5;
const SIGNING_PREFIX: &str = "whsec_";
const PUBLIC_PREFIX: &str = "whpk_";

/// How the text that a sender gives out stands for the bytes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyForm {
    /// The bytes of the text.
    Text,
    Base64,
    Hex,
    /// Base64, padded or not, after `whsec_` or `whpk_`.
    Prefixed,
    /// A token as it is, or a key after `whsec_`.
    TextOrPrefixed,
}

impl KeyForm {
    /// By the name that it has in a description of a webhook.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "utf8" => Self::Text,
            "base64" => Self::Base64,
            "hex" => Self::Hex,
            "whsec" | "whpk" => Self::Prefixed,
            _ => return None,
        })
    }
}

/// Why keys cannot be used. No message contains one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Whoever knows that it is empty can sign with it.
    #[error("a key is empty")]
    Empty,
    #[error("a key is not written in the form that it should have")]
    Form,
    #[error("there are more than {MAX_KEYS} keys")]
    TooMany,
}

/// A secret, a public key, or a token that is compared.
#[derive(Debug)]
pub struct Key {
    bytes: SecretSlice<u8>,
    prefixed: bool,
}

impl Key {
    pub fn read(text: &str, form: KeyForm) -> Result<Self, BadKey> {
        let prefixed = form == KeyForm::Prefixed || form == KeyForm::TextOrPrefixed && text.starts_with(SIGNING_PREFIX);
        let bytes = match form {
            KeyForm::Base64 => Encoding::Base64.decode(text.as_bytes()),
            KeyForm::Hex => any_hex(text.as_bytes()),
            _ if prefixed => {
                let bare = text.strip_prefix(SIGNING_PREFIX).or_else(|| text.strip_prefix(PUBLIC_PREFIX));
                padded_or_not(bare.unwrap_or(text))
            }
            _ => Some(text.as_bytes().to_vec()),
        };
        let bytes = bytes.ok_or(BadKey::Form)?;
        if bytes.is_empty() {
            return Err(BadKey::Empty);
        }
        Ok(Self { bytes: bytes.into(), prefixed })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.expose_secret()
    }

    /// Whether it was written as a key of Standard Webhooks, so that it is never sent along as a token.
    pub(super) const fn is_prefixed(&self) -> bool {
        self.prefixed
    }
}

/// The keys of one kind that count at the moment, the newest wherever its owner put it.
#[derive(Debug, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    pub fn new(keys: Vec<Key>) -> Result<Self, BadKey> {
        if keys.len() > MAX_KEYS { Err(BadKey::TooMany) } else { Ok(Self(keys)) }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &Key)> {
        self.0.iter().enumerate()
    }
}
