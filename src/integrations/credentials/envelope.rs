//! The secrets of one connection, sealed together: each under a key made for them, and that key under the program's, so that
//! another key of the program seals one short text anew and none of the secrets. Pure but for randomness.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroize as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keyring::{CannotOpen, KEY, Key, Keyring, Sealed};
use crate::kernel::{Result, UserId};

/// Which secret of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Token,
    Username,
    Password,
    AccessToken,
    RefreshToken,
    /// What proves, once the consent is there, that it is we who asked for it.
    Verifier,
    /// All that count, as a JSON array.
    WebhookSecrets,
    /// Where messages go.
    Address,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Username => "username",
            Self::Password => "password",
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::Verifier => "verifier",
            Self::WebhookSecrets => "webhook_secrets",
            Self::Address => "address",
        }
    }
}

/// To what secrets belong: in another row, or as those of another generation, they are refused.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub user: UserId,
    pub connection: Uuid,
    /// Grows with each change of the secrets.
    pub generation: u64,
}

impl Place {
    fn of(self, name: &str) -> String {
        let Self { user, connection, generation } = self;
        format!("{user}|{connection}|{name}|{generation}")
    }

    fn of_key(self) -> String {
        self.of("key")
    }
}

/// Sealed secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    key: Sealed,
    parts: BTreeMap<Part, Sealed>,
}

impl Envelope {
    /// Errors: `Internal`.
    pub fn seal<'s>(ring: &Keyring, place: Place, secrets: impl IntoIterator<Item = (Part, &'s SecretString)>) -> Result<Self> {
        let key = Key::random()?;
        let parts = secrets
            .into_iter()
            .map(|(part, secret)| Ok((part, key.seal(secret.expose_secret().as_bytes(), &place.of(part.name()))?)));
        let parts = parts.collect::<Result<_>>()?;
        Ok(Self { key: ring.current().seal(key.bytes(), &place.of_key())?, parts })
    }

    /// One of the secrets; `Damaged` also when it is not there.
    pub fn open(&self, ring: &Keyring, place: Place, part: Part) -> Result<SecretString, CannotOpen> {
        let key = Keyring::new(self.opened_key(ring, place)?, Vec::new());
        let sealed = self.parts.get(&part).ok_or(CannotOpen::Damaged)?;
        let mut secret = key.open(sealed, &place.of(part.name()))?;
        String::from_utf8(std::mem::take(&mut *secret)).map(SecretString::from).map_err(|error| {
            error.into_bytes().zeroize();
            CannotOpen::Damaged
        })
    }

    /// The same secrets under the key that seals now; `None` when they are already.
    pub fn rewrapped(&self, ring: &Keyring, place: Place) -> Result<Option<Self>, Rewrapping> {
        if ring.has_sealed(&self.key) {
            return Ok(None);
        }
        let key = ring.current().seal(self.opened_key(ring, place)?.bytes(), &place.of_key())?;
        Ok(Some(Self { key, parts: self.parts.clone() }))
    }

    fn opened_key(&self, ring: &Keyring, place: Place) -> Result<Key, CannotOpen> {
        let opened = ring.open(&self.key, &place.of_key())?;
        let mut bytes: [u8; KEY] = opened.as_slice().try_into().map_err(|_| CannotOpen::Damaged)?;
        Ok(Key::new(&mut bytes))
    }
}

/// Why secrets could not be put under another key.
#[derive(Debug, thiserror::Error)]
pub enum Rewrapping {
    #[error(transparent)]
    CannotOpen(#[from] CannotOpen),
    #[error(transparent)]
    Failed(#[from] crate::kernel::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { user: UserId::new(Uuid::from_u128(1)), connection: Uuid::from_u128(2), generation: 3 };

    fn ring(current: u8, previous: &[u8]) -> Keyring {
        let key = |byte: u8| Key::new(&mut [byte; KEY]);
        Keyring::new(key(current), previous.iter().copied().map(key).collect())
    }

    fn sealed(place: Place) -> Envelope {
        let [username, password] = ["ann", "hunter2"].map(SecretString::from);
        Envelope::seal(&ring(1, &[]), place, [(Part::Username, &username), (Part::Password, &password)]).expect("sealed")
    }

    fn opened(envelope: &Envelope, ring: &Keyring, place: Place) -> Result<String, CannotOpen> {
        envelope.open(ring, place, Part::Password).map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn secrets_are_opened_in_their_own_row_and_generation_alone() {
        let (envelope, ring) = (sealed(PLACE), ring(1, &[]));
        assert_eq!(opened(&envelope, &ring, PLACE).as_deref(), Ok("hunter2"));
        let (user, connection) = (UserId::new(Uuid::from_u128(9)), Uuid::from_u128(9));
        for other in [
            Place { user, ..PLACE },
            Place { connection, ..PLACE },
            Place { generation: 2, ..PLACE },
            Place { generation: 4, ..PLACE },
        ] {
            assert_eq!(opened(&envelope, &ring, other), Err(CannotOpen::Damaged), "{other:?}");
        }
        assert_eq!(envelope.open(&ring, PLACE, Part::Token).map(drop), Err(CannotOpen::Damaged));
    }

    #[test]
    fn parts_of_envelopes_cannot_be_swapped() {
        let ring = ring(1, &[]);
        let (one, other) = (sealed(PLACE), sealed(Place { generation: 4, ..PLACE }));
        let theirs = Envelope { key: one.key.clone(), parts: other.parts.clone() };
        assert_eq!(opened(&theirs, &ring, PLACE), Err(CannotOpen::UnknownKey));
        let swapped = [(Part::Password, Part::Username), (Part::Username, Part::Password)];
        let parts = swapped.map(|(to, from)| (to, one.parts[&from].clone())).into();
        assert_eq!(opened(&Envelope { parts, ..one }, &ring, PLACE), Err(CannotOpen::Damaged));
    }

    #[test]
    fn another_key_of_the_program_seals_the_key_alone() {
        let (envelope, both) = (sealed(PLACE), ring(2, &[1]));
        let rewrapped = envelope.rewrapped(&both, PLACE).expect("opened").expect("under the former key");
        assert_eq!(rewrapped.parts, envelope.parts);
        assert_eq!(opened(&rewrapped, &ring(2, &[]), PLACE).as_deref(), Ok("hunter2"));
        assert_eq!(opened(&rewrapped, &ring(1, &[]), PLACE), Err(CannotOpen::UnknownKey));
        assert!(rewrapped.rewrapped(&both, PLACE).expect("opened").is_none());
        assert!(matches!(envelope.rewrapped(&ring(2, &[]), PLACE), Err(Rewrapping::CannotOpen(CannotOpen::UnknownKey))));
    }

    #[test]
    fn nothing_of_it_is_in_what_is_stored_or_printed() {
        let envelope = sealed(PLACE);
        let shown = format!("{envelope:?} {}", serde_json::to_string(&envelope).expect("a text"));
        assert!(!shown.contains("hunter2") && !shown.contains("ann"), "{shown}");
    }
}
