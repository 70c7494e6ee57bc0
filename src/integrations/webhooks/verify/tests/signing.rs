//! What senders do, without the library that verifies it: the definition of HMAC over other implementations of the hashes.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn sha256(message: &[u8]) -> Vec<u8> {
    Sha256::digest(message).to_vec()
}

fn sha512(message: &[u8]) -> Vec<u8> {
    Sha512::digest(message).to_vec()
}

/// As FIPS 180-4 has it.
#[expect(clippy::many_single_char_names, reason = "the names of the standard")]
pub fn sha1(message: &[u8]) -> Vec<u8> {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(padded.len() + (120 - padded.len() % 64) % 64, 0);
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded.chunks(64) {
        let mut words: Vec<u32> = block.chunks(4).map(|word| u32::from_be_bytes(word.try_into().expect("four"))).collect();
        for t in 16..80 {
            words.push((words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in words.into_iter().enumerate() {
            let (f, k) = match t / 20 {
                0 => (b & c | !b & d, 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (sum, value) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(value);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn hmac(hash: fn(&[u8]) -> Vec<u8>, block: usize, key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut padded = if key.len() > block { hash(key) } else { key.to_vec() };
    padded.resize(block, 0);
    let with = |pad: u8, rest: &[u8]| hash(&padded.iter().map(|byte| byte ^ pad).chain(rest.iter().copied()).collect::<Vec<_>>());
    with(0x5c, &with(0x36, message))
}

pub fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac(sha1, 64, key, message)
}

pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac(sha256, 64, key, message)
}

pub fn hmac_sha512(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac(sha512, 128, key, message)
}

/// The public key and the signature.
pub fn ed25519(seed: u8, message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed");
    (pair.public_key().as_ref().to_vec(), pair.sign(message).as_ref().to_vec())
}

/// An issuer of tokens with a key of its own.
pub struct Issuer(KeyPair);

impl Issuer {
    pub fn new() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    /// Its public key with a name.
    pub fn jwk(&self, kid: &str) -> Value {
        // RFC 8017: a sequence of two integers, the first with a zero before its 256 bytes, the second 65537.
        let der = self.0.public_key().as_ref();
        assert_eq!(der.len(), 270);
        json!({ "kty": "RSA", "use": "sig", "kid": kid, "n": URL_SAFE_NO_PAD.encode(&der[9..265]), "e": "AQAB" })
    }

    pub fn token(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
