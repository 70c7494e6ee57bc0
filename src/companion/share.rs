//! The link by which a companion is shown to others: what it says, and what is kept of it. Pure.
//!
//! It names the account by its id, so that what is asked for is found by one point read in the partition from which it goes with
//! the account. The id opens nothing; the secret beside it does.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::kernel::{Error, Result, UserId};

/// Opens the picture of one companion. It cannot be shown by accident.
pub struct ShareToken {
    pub user_id: UserId,
    secret: [u8; 16],
}

/// What is kept of a token, from which it cannot be made: half of the SHA-256 of its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShareKey(Uuid);

impl ShareToken {
    /// A new one, from the randomness of the operating system. Errors: `Internal`.
    pub fn new(user_id: UserId) -> Result<Self> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).map_err(Error::internal)?;
        Ok(Self { user_id, secret })
    }

    /// `None` for what is no token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (id, secret) = bytes.split_at(16);
        Some(Self { user_id: UserId::new(Uuid::from_slice(id).ok()?), secret: secret.try_into().ok()? })
    }

    /// 43 characters that need no escaping in an address.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([*self.user_id.uuid().as_bytes(), self.secret].concat())
    }

    pub fn key(&self) -> ShareKey {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(self.secret)[..16]);
        ShareKey(Uuid::from_bytes(half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_no_two_are_alike() {
        let user = UserId::new(Uuid::from_u128(7));
        let (token, other) = (ShareToken::new(user).expect("a token"), ShareToken::new(user).expect("a token"));
        let text = token.text();
        let read = ShareToken::parse(&text).expect("a token");
        assert_eq!((read.user_id, read.key(), text.len()), (user, token.key(), 43));
        assert_ne!(other.key(), token.key());
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        for bad in ["", "a", &text[1..], &format!("{text}="), &format!("{text}AAAA"), &text.replace(&text[..1], "ñ")] {
            assert!(ShareToken::parse(bad).is_none(), "{bad:?}");
        }
        // Of another account, or with another secret, it opens nothing.
        assert_ne!(ShareToken { secret: [0; 16], ..read }.key(), token.key());
    }
}
