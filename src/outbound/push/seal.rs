//! Encrypts for one subscription, as RFC 8291 has it with the coding of RFC 8188. Pure but for the key and the salt, which are given.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};
use secrecy::zeroize::Zeroizing;

/// How long the salt is.
pub const SALT: usize = 16;
/// Everything is in one record, which is no longer than that.
const RECORD: u32 = 4096;
/// What is encrypted is at most so long, so that all of it fits into 4096 bytes.
pub const MOST: usize = 3993;
/// Marks the end of the last record.
const LAST: u8 = 2;

/// Whom something is encrypted for: the public key and the secret that a browser gave.
pub struct Recipient<'a> {
    pub public: &'a [u8],
    pub auth: &'a [u8],
}

/// The body of a request. `ours` is for this message alone, as is the salt. `None` for a key that is none, or too much.
pub fn seal(plain: &[u8], recipient: &Recipient<'_>, ours: &PrivateKey, salt: [u8; SALT]) -> Option<Vec<u8>> {
    if plain.len() > MOST {
        return None;
    }
    let public = ours.compute_public_key().ok()?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, recipient.public);
    let combined = |secret: &[u8]| Ok(Salt::new(HKDF_SHA256, recipient.auth).extract(secret));
    let combined = agree(ours, theirs, (), combined).ok()?;
    let ikm: Zeroizing<[u8; 32]> = derived(&combined, &[b"WebPush: info\0", recipient.public, public.as_ref()])?;
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&*ikm);
    let key: Zeroizing<[u8; 16]> = derived(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: Zeroizing<[u8; 12]> = derived(&prk, &[b"Content-Encoding: nonce\0"])?;
    let mut sealed = [plain, &[LAST]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &*key).ok()?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut sealed).ok()?;
    let length = u8::try_from(public.as_ref().len()).ok()?;
    Some([&salt[..], &RECORD.to_be_bytes(), &[length], public.as_ref(), &sealed].concat())
}

/// So many bytes.
struct Bytes<const N: usize>;

impl<const N: usize> KeyType for Bytes<N> {
    fn len(&self) -> usize {
        N
    }
}

fn derived<const N: usize>(from: &Prk, info: &[&[u8]]) -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    from.expand(info, Bytes::<N>).ok()?.fill(&mut *bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn decoded(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    #[test]
    fn the_message_of_rfc_8291_appendix_a_comes_out_byte_for_byte() {
        let plain = decoded("V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24");
        let ours = decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let ours = PrivateKey::from_private_key(&ECDH_P256, &ours).expect("a key");
        let public = decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let (auth, salt) = (decoded("BTBZMqHH6r4Tts7J_aSIgg"), decoded("DGv6ra1nlYgDCS1FRnbzlw"));
        let recipient = Recipient { public: &public, auth: &auth };
        let sealed = seal(&plain, &recipient, &ours, salt.try_into().expect("16 bytes")).expect("sealed");
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn nothing_is_longer_than_push_services_take_and_no_key_is_no_message() {
        let ours = PrivateKey::generate(&ECDH_P256).expect("a key");
        let public = ours.compute_public_key().expect("a key");
        let recipient = Recipient { public: public.as_ref(), auth: &[7; 16] };
        assert_eq!(seal(&[b'x'; MOST], &recipient, &ours, [0; SALT]).map(|body| body.len()), Some(4096));
        assert_eq!(seal(&[b'x'; MOST + 1], &recipient, &ours, [0; SALT]), None);
        assert_eq!(seal(b"x", &Recipient { public: &[4; 65], ..recipient }, &ours, [0; SALT]), None);
    }
}
