//! The algorithms alone, on what their standards print, and the spellings of signatures and keys.

use serde_json::json;

use super::{
    super::{Algorithm, BadKey, Jwk, Key, KeyForm, Keys, encoding::Encoding},
    signing,
};

const MESSAGE: &[u8] = b"what do ya want for nothing?";
/// Test case 2 of RFC 2202 and of RFC 4231, whose key is `Jefe`.
const PRINTED: [(Algorithm, &str); 3] = [
    (Algorithm::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    (Algorithm::HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        Algorithm::HmacSha512,
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ),
];
/// Test 3 of RFC 8032: key, message, signature.
const ED25519: [&str; 3] = [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
];
/// The order of the base point of Ed25519, lowest byte first.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn bytes(text: &str) -> Vec<u8> {
    Encoding::Hex.decode(text.as_bytes()).expect("hexadecimal")
}

fn key(text: &str) -> Key {
    Key::read(text, KeyForm::Text).expect("a key")
}

fn verifies(algorithm: Algorithm, key: &Key, message: &[u8], signature: &[u8]) -> bool {
    algorithm.matching([(0, key)].into_iter(), &[message], &[signature.to_vec()]).is_some()
}

#[test]
fn what_the_standards_print_is_verified_and_nothing_else() {
    assert_eq!(signing::hex(&signing::sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    let computed = [signing::hmac_sha1, signing::hmac_sha256, signing::hmac_sha512];
    for ((algorithm, printed), compute) in PRINTED.into_iter().zip(computed) {
        let signature = bytes(printed);
        assert_eq!(compute(b"Jefe", MESSAGE), signature);
        assert_eq!(signature.len(), algorithm.length());
        assert!(verifies(algorithm, &key("Jefe"), MESSAGE, &signature), "{algorithm:?}");
        assert!(!verifies(algorithm, &key("Jeff"), MESSAGE, &signature));
        assert!(!verifies(algorithm, &key("Jefe"), &MESSAGE[1..], &signature));
        assert!(!verifies(algorithm, &key("Jefe"), MESSAGE, &signature[..8]), "a part of it is not enough");
        for changed in [0, signature.len() - 1] {
            let mut signature = signature.clone();
            signature[changed] ^= 1;
            assert!(!verifies(algorithm, &key("Jefe"), MESSAGE, &signature));
        }
    }
}

#[test]
fn an_ed25519_signature_has_one_form() {
    let [public, message, signature] = ED25519.map(bytes);
    let public = Key::read(&signing::hex(&public), KeyForm::Hex).expect("a key");
    assert!(verifies(Algorithm::Ed25519, &public, &message, &signature));
    assert!(!verifies(Algorithm::Ed25519, &public, b"", &signature));
    // S + L fulfils the same equation.
    let mut other = signature.clone();
    let mut carry = 0;
    for (byte, add) in other[32..].iter_mut().zip(bytes(ORDER)) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = (sum & 255) as u8;
        carry = sum >> 8;
    }
    assert!(!verifies(Algorithm::Ed25519, &public, &message, &other));
    assert!(!verifies(Algorithm::Ed25519, &public, &message, &[&signature[..], &[0]].concat()));
    assert!(!verifies(Algorithm::Ed25519, &key("too short"), &message, &signature));
}

#[test]
fn all_keys_are_tried_and_the_first_that_fits_is_named() {
    let made = signing::hmac_sha256(b"c", b"text");
    let index = |texts: &[&str], signatures: &[Vec<u8>]| {
        let keys = Keys::new(texts.iter().map(|text| key(text)).collect()).expect("keys");
        Algorithm::HmacSha256.matching(keys.iter(), &[b"te", b"xt"], signatures)
    };
    assert_eq!(index(&["a", "b", "c", "d", "e"], std::slice::from_ref(&made)), Some(2));
    assert_eq!(index(&["c", "c"], std::slice::from_ref(&made)), Some(0));
    assert_eq!(index(&["a", "c"], &[vec![0; 32], made.clone()]), Some(1));
    assert_eq!(index(&["a", "b"], &[made]), None);
    assert_eq!(index(&["c"], &[]), None);
    let six = (0..6).map(|n| key(&n.to_string())).collect();
    assert_eq!(Keys::new(six).unwrap_err(), BadKey::TooMany);
}

#[test]
fn a_value_has_one_spelling() {
    let refused = |encoding: Encoding, texts: &[&str]| {
        for text in texts {
            assert_eq!(encoding.decode(text.as_bytes()), None, "{text:?}");
        }
    };
    assert_eq!(Encoding::Hex.decode(b"00ff1a"), Some(vec![0, 255, 26]));
    refused(Encoding::Hex, &["00FF", "0", "0x00", " 00", "00 ", "0g", "+1", "0\n"]);
    assert_eq!(Encoding::UpperHex.decode(b"00FF"), Some(vec![0, 255]));
    refused(Encoding::UpperHex, &["00ff", "0"]);
    assert_eq!(Encoding::Base64.decode(b"/+8="), Some(vec![255, 239]));
    // Unpadded, too much of it, bits that are left over, the other alphabet, line ends.
    refused(Encoding::Base64, &["/+8", "/+8==", "/+9=", "_-8=", "/+8=\n", " /+8="]);
}

#[test]
fn keys_are_read_in_the_form_that_their_sender_gives_out() {
    let read = |text: &str, form| Key::read(text, form).map(|key| key.bytes().to_vec());
    assert_eq!(read("00FF", KeyForm::Text), Ok(b"00FF".to_vec()));
    assert_eq!(read("00Ff", KeyForm::Hex), Ok(vec![0, 255]));
    assert_eq!(read("/+8=", KeyForm::Base64), Ok(vec![255, 239]));
    for text in ["whsec_/+8=", "whsec_/+8", "/+8=", "whpk_/+8="] {
        assert_eq!(read(text, KeyForm::Prefixed), Ok(vec![255, 239]), "{text}");
    }
    assert_eq!(read("whsec_/+8=", KeyForm::TextOrPrefixed), Ok(vec![255, 239]));
    assert_eq!(read("token", KeyForm::TextOrPrefixed), Ok(b"token".to_vec()));
    for (text, form) in [("", KeyForm::Text), ("whsec_", KeyForm::Prefixed), ("", KeyForm::Hex)] {
        assert_eq!(read(text, form), Err(BadKey::Empty));
    }
    for (text, form) in [("0", KeyForm::Hex), ("/+8", KeyForm::Base64), ("whsec_!", KeyForm::Prefixed)] {
        assert_eq!(read(text, form), Err(BadKey::Form));
    }
    assert!(!format!("{:?}", key("a planted secret")).contains("planted"));
}

#[test]
fn only_rsa_keys_for_signatures_verify_tokens() {
    let issuer = signing::Issuer::new();
    let good = issuer.jwk("a");
    let usable = |change: serde_json::Value| {
        let mut jwk = good.clone();
        for (name, value) in change.as_object().expect("members") {
            jwk[name] = value.clone();
        }
        serde_json::from_value::<Jwk>(jwk).expect("a key").rsa().is_some()
    };
    assert!(usable(json!({})) && usable(json!({ "alg": "RS256" })) && usable(json!({ "use": null })));
    let unusable =
        [json!({ "kty": "EC" }), json!({ "use": "enc" }), json!({ "alg": "RS512" }), json!({ "n": null }), json!({ "e": "A=" })];
    assert!(unusable.into_iter().all(|change| !usable(change)));
}
