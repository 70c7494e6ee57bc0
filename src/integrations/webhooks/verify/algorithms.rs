//! The five algorithms that webhooks are signed with.

use aws_lc_rs::{
    hmac,
    signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey},
};
use serde::Deserialize;
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

use super::{encoding::base64url, keys::Key};

/// What a secret or an Ed25519 key of a sender signs with. The fifth, `RSA-SHA256`, has keys of its own: [`RsaKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    HmacSha256,
    /// Only for senders that have nothing else, or where somebody asked for it.
    HmacSha1,
    HmacSha512,
    Ed25519,
}

impl Algorithm {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "HMAC-SHA256" => Self::HmacSha256,
            "HMAC-SHA1" => Self::HmacSha1,
            "HMAC-SHA512" => Self::HmacSha512,
            "Ed25519" => Self::Ed25519,
            _ => return None,
        })
    }

    /// How many bytes each of its signatures has.
    pub const fn length(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
            Self::HmacSha512 | Self::Ed25519 => 64,
        }
    }

    /// Which of the keys, by its index, made one of the signatures of the message, whose parts follow each other. How long
    /// that takes does not depend on which it is, nor on how much of a signature is right: all are tried and compared whole.
    pub fn matching<'k>(
        self,
        keys: impl DoubleEndedIterator<Item = (usize, &'k Key)>,
        message: &[&[u8]],
        signatures: &[Vec<u8>],
    ) -> Option<usize> {
        let mac = match self {
            Self::HmacSha256 => hmac::HMAC_SHA256,
            Self::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::HmacSha512 => hmac::HMAC_SHA512,
            Self::Ed25519 => {
                let message = message.concat();
                return first(keys, |key| {
                    let key = UnparsedPublicKey::new(&ED25519, key);
                    any(signatures, |signature| u8::from(key.verify(&message, signature).is_ok()).into())
                });
            }
        };
        first(keys, |key| {
            let mut context = hmac::Context::with_key(&hmac::Key::new(mac, key));
            for part in message {
                context.update(part);
            }
            let tag = context.sign();
            any(signatures, |signature| tag.as_ref().ct_eq(signature))
        })
    }
}

fn any(signatures: &[Vec<u8>], fits: impl Fn(&[u8]) -> Choice) -> Choice {
    signatures.iter().fold(Choice::from(0), |any, signature| any | fits(signature))
}

/// The first key that fits, after trying all.
pub(super) fn first<'k>(
    keys: impl DoubleEndedIterator<Item = (usize, &'k Key)>,
    fits: impl Fn(&[u8]) -> Choice,
) -> Option<usize> {
    let mut found = u64::MAX;
    for (index, key) in keys.rev() {
        found.conditional_assign(&(index as u64), fits(key.bytes()));
    }
    usize::try_from(found).ok().filter(|_| found != u64::MAX)
}

/// A public RSA key of 2048 to 8192 bits, which verifies PKCS #1 v1.5 with SHA-256.
#[derive(Debug)]
pub struct RsaKey(RsaPublicKeyComponents<Vec<u8>>);

impl RsaKey {
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}

/// A key as RFC 7517 writes it; the members that matter here.
#[derive(Debug, Clone, Deserialize)]
pub struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    pub kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    /// `None` for a key of another type or for another purpose than verifying RS256.
    pub fn rsa(&self) -> Option<RsaKey> {
        let verifies = self.kty == "RSA"
            && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == "RS256");
        if !verifies {
            return None;
        }
        Some(RsaKey(RsaPublicKeyComponents { n: base64url(self.n.as_ref()?)?, e: base64url(self.e.as_ref()?)? }))
    }
}
