//! Keys, and texts sealed under them: XChaCha20-Poly1305, whose nonces are long enough to be drawn at random. Pure but for the
//! randomness of the operating system.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use secrecy::{
    ExposeSecret as _, SecretBox,
    zeroize::{Zeroize as _, Zeroizing},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::kernel::{Error, Result, text::hex};

/// The form of a sealed text: `v1.{key id}.{nonce}.{ciphertext}`, the last two in base64url.
const VERSION: &str = "v1";
const NONCE: usize = 24;
/// In bytes.
pub const KEY: usize = 32;

/// A text that says nothing without its key, and cannot be changed or put elsewhere without being refused.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What may be one.
impl From<String> for Sealed {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

/// Why a sealed text cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    #[error("it was sealed under a key that is not here")]
    UnknownKey,
    /// It was changed, or belongs elsewhere.
    #[error("it is not what was sealed for this place")]
    Damaged,
}

/// One key of 256 bits. It is wiped when it goes, and is in no output.
pub struct Key {
    /// From which the key cannot be found: half of a digest of it.
    id: String,
    bytes: SecretBox<[u8; KEY]>,
}

impl Key {
    /// Takes the bytes, and wipes where they were.
    pub fn new(bytes: &mut [u8; KEY]) -> Self {
        let id = hex(&Sha256::digest([b"key id".as_slice(), bytes.as_slice()].concat())[..8]);
        let kept = SecretBox::init_with_mut(|kept: &mut [u8; KEY]| kept.copy_from_slice(bytes));
        bytes.zeroize();
        Self { id, bytes: kept }
    }

    /// A new one, from the randomness of the operating system. Errors: `Internal`.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; KEY];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        Ok(Self::new(&mut bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        self.bytes.expose_secret()
    }

    /// Seals what is then opened for the same `place` alone. Errors: `Internal`.
    pub fn seal(&self, plain: &[u8], place: &str) -> Result<Sealed> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(Error::internal)?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).map_err(|_| Error::internal("a text could not be sealed"))?;
        let [nonce, sealed] = [nonce.as_slice(), &sealed].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        Ok(Sealed(format!("{VERSION}.{}.{nonce}.{sealed}", self.id)))
    }

    fn open(&self, nonce: &str, sealed: &str, place: &str) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| CannotOpen::Damaged);
        let nonce: [u8; NONCE] = bytes(nonce)?.try_into().map_err(|_| CannotOpen::Damaged)?;
        let payload = Payload { msg: &bytes(sealed)?, aad: place.as_bytes() };
        self.cipher().decrypt(&nonce.into(), payload).map(Zeroizing::new).map_err(|_| CannotOpen::Damaged)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes().into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A key that seals, and those before it, which still open.
#[derive(Debug)]
pub struct Keyring {
    current: Key,
    previous: Vec<Key>,
}

impl Keyring {
    pub fn new(current: Key, previous: Vec<Key>) -> Self {
        Self { current, previous }
    }

    /// The key that seals.
    pub fn current(&self) -> &Key {
        &self.current
    }

    /// What was sealed for the place under any of the keys.
    pub fn open(&self, sealed: &Sealed, place: &str) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let (id, nonce, text) = parts(sealed)?;
        let key = std::iter::once(&self.current).chain(&self.previous).find(|key| key.id == id);
        key.ok_or(CannotOpen::UnknownKey)?.open(nonce, text, place)
    }

    /// Whether the key that seals has sealed it.
    pub fn has_sealed(&self, sealed: &Sealed) -> bool {
        parts(sealed).is_ok_and(|(id, ..)| id == self.current.id)
    }

    /// A digest that nobody can make or guess the text of without the key, for comparing texts that are not kept.
    pub fn digest(&self, text: &[u8]) -> Vec<u8> {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, self.current.bytes());
        aws_lc_rs::hmac::sign(&key, text).as_ref().to_vec()
    }
}

/// Key id, nonce and ciphertext.
fn parts(sealed: &Sealed) -> Result<(&str, &str, &str), CannotOpen> {
    let rest = sealed.0.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('.')).ok_or(CannotOpen::Damaged)?;
    let mut parts = rest.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(id), Some(nonce), Some(text), None) => Ok((id, nonce, text)),
        _ => Err(CannotOpen::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &str = "user|connection|token|1";

    fn ring(current: u8, previous: &[u8]) -> Keyring {
        let key = |byte: u8| Key::new(&mut [byte; KEY]);
        Keyring::new(key(current), previous.iter().copied().map(key).collect())
    }

    #[test]
    fn what_is_sealed_is_opened_for_its_place_alone() {
        let ring = ring(1, &[]);
        let sealed = ring.current().seal(b"secret", PLACE).expect("sealed");
        assert_eq!(ring.open(&sealed, PLACE).expect("opened").as_slice(), b"secret");
        for place in
            ["", "user|connection|token|2", "user|connection|password|1", "user|other|token|1", "other|connection|token|1"]
        {
            assert_eq!(ring.open(&sealed, place).expect_err(place), CannotOpen::Damaged);
        }
        // The same text is sealed differently each time, so that nobody sees that it is the same.
        assert_ne!(ring.current().seal(b"secret", PLACE).expect("sealed"), sealed);
    }

    #[test]
    fn every_changed_character_is_refused() {
        let ring = ring(1, &[]);
        let Sealed(text) = ring.current().seal(b"secret", PLACE).expect("sealed");
        for index in 0..text.len() {
            for other in ['A', 'B', '_', '.', '='] {
                let mut changed: Vec<char> = text.chars().collect();
                if std::mem::replace(&mut changed[index], other) != other {
                    assert!(ring.open(&Sealed(changed.into_iter().collect()), PLACE).is_err(), "{index}");
                }
            }
            assert!(ring.open(&Sealed(text[..index].to_owned()), PLACE).is_err(), "cut at {index}");
        }
        for more in ["A", "=", ".", ".A", "\n"] {
            assert!(ring.open(&Sealed(format!("{text}{more}")), PLACE).is_err(), "{more:?}");
        }
    }

    #[test]
    fn a_key_that_is_not_here_is_told_from_damage() {
        let sealed = ring(1, &[]).current().seal(b"secret", PLACE).expect("sealed");
        assert_eq!(ring(2, &[3]).open(&sealed, PLACE), Err(CannotOpen::UnknownKey));
        let rotated = ring(2, &[3, 1]);
        assert_eq!(rotated.open(&sealed, PLACE).expect("opened").as_slice(), b"secret");
        assert!(!rotated.has_sealed(&sealed) && ring(1, &[2]).has_sealed(&sealed));
        // Under another key's name it is as good as damaged.
        let renamed = Sealed(sealed.0.replace(&ring(1, &[]).current.id, &ring(2, &[]).current.id));
        assert_eq!(rotated.open(&renamed, PLACE), Err(CannotOpen::Damaged));
    }

    #[test]
    fn the_bytes_are_wiped_where_they_were_and_shown_nowhere() {
        let mut bytes = [0x5a; KEY];
        let ring = Keyring::new(Key::new(&mut bytes), Vec::new());
        assert_eq!(bytes, [0; KEY]);
        let shown = format!("{ring:?} {:?}", ring.current().seal(b"secret", PLACE).expect("sealed"));
        assert!(!shown.contains("5a5a") && !shown.contains("90, 90") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn a_digest_depends_on_the_key_and_the_text() {
        assert_eq!(ring(1, &[]).digest(b"a"), ring(1, &[2]).digest(b"a"));
        assert_ne!(ring(1, &[]).digest(b"a"), ring(2, &[]).digest(b"a"));
        assert_ne!(ring(1, &[]).digest(b"a"), ring(1, &[]).digest(b"b"));
    }
}
