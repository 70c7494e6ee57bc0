//! Says to a push service who sends, as RFC 8292 has it.

use std::{fmt, time::Duration};

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde_json::json;
use url::Url;

use crate::kernel::Timestamp;

/// How long a service may believe it; a day at most.
const LIFETIME: Duration = Duration::from_hours(12);

/// The key that this server is known by, and whom a service turns to.
pub struct Vapid {
    pair: EcdsaKeyPair,
    public: String,
    subject: String,
}

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vapid").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Vapid {
    /// `None` for what is no private key of P-256: 32 bytes in base64url.
    pub fn new(key: &SecretString, subject: String) -> Option<Self> {
        let scalar = Zeroizing::new(URL_SAFE_NO_PAD.decode(key.expose_secret().trim_end_matches('=')).ok()?);
        let public = PrivateKey::from_private_key(&ECDH_P256, &scalar).ok()?.compute_public_key().ok()?;
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &scalar, public.as_ref()).ok()?;
        Some(Self { pair, public: URL_SAFE_NO_PAD.encode(public.as_ref()), subject })
    }

    /// What browsers subscribe with: an uncompressed point in base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The value of the header `Authorization` for that service. `None` where nothing can be signed.
    pub fn authorization(&self, endpoint: &Url, now: Timestamp) -> Option<String> {
        let expires = now.plus(LIFETIME).unix_seconds();
        let claims = json!({ "aud": endpoint.origin().ascii_serialization(), "exp": expires, "sub": self.subject });
        let encoded = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encoded(&json!({ "typ": "JWT", "alg": "ES256" })), encoded(&claims));
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).ok()?;
        Some(format!("vapid t={text}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.as_ref()), self.public))
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_service_reads_who_sends_and_until_when() {
        let key = SecretString::from("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let vapid = Vapid::new(&key, "mailto:ann@example.org".into()).expect("a key");
        let expected = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
        assert_eq!(vapid.public(), expected);
        let now = Timestamp::from_rfc3339("2026-01-14T10:00:00Z").expect("a time");
        let endpoint = Url::parse("https://push.example:8443/secret/hunter2").expect("an address");
        let header = vapid.authorization(&endpoint, now).expect("signed");
        let token = header.strip_prefix("vapid t=").and_then(|rest| rest.split(", k=").next()).expect("a token");
        let point = URL_SAFE_NO_PAD.decode(expected).expect("base64url");
        let (x, y) = point[1..].split_at(32);
        let by = DecodingKey::from_ec_components(&URL_SAFE_NO_PAD.encode(x), &URL_SAFE_NO_PAD.encode(y)).expect("a key");
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&["https://push.example:8443"]);
        let claims = decode::<Value>(token, &by, &validation).expect("signed by it").claims;
        assert_eq!(claims["exp"], now.unix_seconds() + 12 * 3600);
        assert_eq!(claims["sub"], "mailto:ann@example.org");
        assert!(!claims.to_string().contains("hunter2"));
        assert!(Vapid::new(&"AAAA".into(), String::new()).is_none());
        assert!(Vapid::new(&URL_SAFE_NO_PAD.encode([0; 32]).into(), String::new()).is_none());
    }
}
