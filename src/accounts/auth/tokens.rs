//! What the secret signs: bearer tokens, which are JSON Web Tokens signed with HS256 and no other kind, and short texts.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::{Error, Result, Timestamp, UserId};

/// How many tokens are remembered at most, in some 400 bytes each.
const REMEMBERED: usize = 4_096;

/// The longest sealed text that is looked at, in bytes; ours are shorter.
const LONGEST_SEALED: usize = 512;

/// What a token says.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    /// Seconds since the epoch, like `exp`.
    iat: i64,
    exp: i64,
    jti: Uuid,
}

/// What a sealed text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Refresh,
    Device,
}

impl Purpose {
    fn signed(self, text: &str) -> String {
        let purpose = match self {
            Self::Refresh => "refresh",
            Self::Device => "device",
        };
        format!("{purpose}:{text}")
    }
}

/// Issues and checks tokens, with keys that are prepared once.
pub struct Tokens {
    encoding: EncodingKey,
    /// The current secret first, then those before it.
    decoding: Vec<DecodingKey>,
    header: Header,
    validation: Validation,
    lifetime: Duration,
    /// What tokens say whose signature was found good: the same one comes with each request.
    good: Mutex<HashMap<Box<str>, Claims>>,
}

impl Tokens {
    pub fn new(secret: &SecretString, previous: &[SecretString], lifetime: Duration) -> Self {
        let bytes = |secret: &SecretString| secret.expose_secret().as_bytes().to_vec();
        let mut validation = Validation::new(Algorithm::HS256);
        // The time is compared with the call's own, below.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            encoding: EncodingKey::from_secret(&bytes(secret)),
            decoding: std::iter::once(secret).chain(previous).map(|secret| DecodingKey::from_secret(&bytes(secret))).collect(),
            header: Header::new(Algorithm::HS256),
            validation,
            lifetime,
            good: Mutex::default(),
        }
    }

    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    pub fn issue(&self, user: UserId, jti: Uuid, now: Timestamp) -> Result<String> {
        let claims = Claims { sub: user, iat: now.unix_seconds(), exp: now.plus(self.lifetime).unix_seconds(), jti };
        jsonwebtoken::encode(&self.header, &claims, &self.encoding).map_err(Error::internal)
    }

    /// Whose the token is. Errors: `Unauthorized`, whatever is wrong with it.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<UserId> {
        let known = self.good().get(token).copied();
        let claims = known.or_else(|| self.decode(token)).filter(|claims| now.unix_seconds() < claims.exp);
        let claims = claims.ok_or_else(Error::unauthorized)?;
        if known.is_none() {
            let mut good = self.good();
            if good.len() >= REMEMBERED {
                good.clear();
            }
            good.insert(token.into(), claims);
        }
        Ok(claims.sub)
    }

    /// A text that only this program can have made, for one purpose; `text` has no blanks.
    ///
    /// The colon is in nothing that is signed for a token, so that neither can be taken for the other.
    pub fn seal(&self, purpose: Purpose, text: &str) -> Result<SecretString> {
        let signature = jsonwebtoken::crypto::sign(purpose.signed(text).as_bytes(), &self.encoding, Algorithm::HS256);
        Ok(format!("{text}.{}", signature.map_err(Error::internal)?).into())
    }

    /// The text that was sealed, if it was, for this purpose and with one of our secrets.
    pub fn unseal<'t>(&self, purpose: Purpose, sealed: &'t str) -> Option<&'t str> {
        let (text, signature) = sealed.rsplit_once('.').filter(|_| sealed.len() <= LONGEST_SEALED)?;
        let signed = purpose.signed(text);
        let good = |key| jsonwebtoken::crypto::verify(signature, signed.as_bytes(), key, Algorithm::HS256).unwrap_or(false);
        self.decoding.iter().any(good).then_some(text)
    }

    /// What the token says, if one of our secrets has signed it.
    fn decode(&self, token: &str) -> Option<Claims> {
        let read = |key| Some(jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims);
        // One for longer than we give was not made by us, or before the setting was lowered.
        let most = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        self.decoding.iter().find_map(read).filter(|claims| claims.exp.saturating_sub(claims.iat) <= most)
    }

    fn good(&self) -> MutexGuard<'_, HashMap<Box<str>, Claims>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_767_323_045_000_000);

    fn tokens(secret: &str, previous: &[&str]) -> Tokens {
        let previous: Vec<SecretString> = previous.iter().map(|&text| text.to_owned().into()).collect();
        Tokens::new(&secret.to_owned().into(), &previous, Duration::from_hours(1))
    }

    fn user() -> UserId {
        UserId::new(Uuid::from_u128(7))
    }

    #[test]
    fn a_token_is_good_until_it_expires() {
        let tokens = tokens("a", &[]);
        let token = tokens.issue(user(), Uuid::nil(), NOW).expect("token");
        assert_eq!(tokens.verify(&token, NOW).expect("good"), user());
        assert!(tokens.verify(&token, NOW.plus(Duration::from_secs(3599))).is_ok());
        assert!(tokens.verify(&token, NOW.plus(Duration::from_hours(1))).is_err());
    }

    #[test]
    fn a_bounded_number_of_good_tokens_is_remembered() {
        let tokens = tokens("a", &[]);
        for n in 0..=REMEMBERED as u128 {
            let user = UserId::new(Uuid::from_u128(n));
            let token = tokens.issue(user, Uuid::nil(), NOW).expect("token");
            assert_eq!((tokens.verify(&token, NOW).expect("good"), tokens.verify(&token, NOW).expect("again")), (user, user));
        }
        assert!(tokens.verify("bad", NOW).is_err());
        assert_eq!(tokens.good().len(), 1);
    }

    #[test]
    fn a_rotated_secret_still_verifies_and_a_removed_one_does_not() {
        let old = tokens("old", &[]).issue(user(), Uuid::nil(), NOW).expect("token");
        assert!(tokens("new", &["older", "old"]).verify(&old, NOW).is_ok());
        assert!(tokens("new", &["older"]).verify(&old, NOW).is_err());
    }

    #[test]
    fn a_token_for_longer_than_we_give_is_refused() {
        let issued_for = |lifetime| {
            let issuer = Tokens::new(&"a".to_owned().into(), &[], lifetime);
            issuer.issue(user(), Uuid::nil(), NOW).expect("token")
        };
        let tokens = tokens("a", &[]);
        assert!(tokens.verify(&issued_for(Duration::from_hours(1)), NOW).is_ok());
        assert!(tokens.verify(&issued_for(Duration::from_mins(5)), NOW).is_ok());
        for longer in [Duration::from_secs(3601), Duration::from_hours(24 * 365)] {
            assert!(tokens.verify(&issued_for(longer), NOW).is_err(), "{longer:?}");
        }
        let endless = Claims { sub: user(), iat: i64::MIN, exp: i64::MAX, jti: Uuid::nil() };
        let endless = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &endless, &EncodingKey::from_secret(b"a"));
        assert!(tokens.verify(&endless.expect("token"), NOW).is_err());
    }

    #[test]
    fn a_sealed_text_is_good_for_its_purpose_and_as_long_as_its_secret() {
        let old = tokens("old", &[]).seal(Purpose::Refresh, "a.b").expect("sealed");
        let old = old.expose_secret();
        for (tokens, purpose, good) in [
            (tokens("old", &[]), Purpose::Refresh, true),
            (tokens("new", &["older", "old"]), Purpose::Refresh, true),
            (tokens("new", &["older"]), Purpose::Refresh, false),
            (tokens("old", &[]), Purpose::Device, false),
        ] {
            assert_eq!(tokens.unseal(purpose, old), good.then_some("a.b"));
        }
        let tokens = tokens("old", &[]);
        let token = tokens.issue(user(), Uuid::nil(), NOW).expect("token");
        let signature = old.rsplit_once('.').expect("parts").1;
        for bad in ["", ".", "a.b", "a.b.", &format!("a.c.{signature}"), &format!("{}.{signature}", "a".repeat(1000)), &token] {
            assert_eq!(tokens.unseal(Purpose::Refresh, bad), None, "{bad}");
        }
        assert!(tokens.verify(old, NOW).is_err());
    }

    #[test]
    fn no_other_algorithm_and_no_altered_token_is_accepted() {
        let tokens = tokens("a", &[]);
        let good = tokens.issue(user(), Uuid::nil(), NOW).expect("token");
        let (_, rest) = good.split_once('.').expect("three parts");
        let (payload, signature) = rest.split_once('.').expect("three parts");
        let header = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let none = header(r#"{"alg":"none","typ":"JWT"}"#);
        let hs512 = jsonwebtoken::encode(
            &Header::new(Algorithm::HS512),
            &Claims { sub: user(), iat: 0, exp: i64::MAX, jti: Uuid::nil() },
            &EncodingKey::from_secret(b"a"),
        )
        .expect("token");
        let other = header(
            r#"{"sub":"00000000-0000-0000-0000-000000000008","iat":0,"exp":9999999999,"jti":"00000000-0000-0000-0000-000000000000"}"#,
        );
        let hs256 = header(r#"{"alg":"HS256","typ":"JWT"}"#);
        for bad in [
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{hs256}.{other}.{signature}"),
            format!("{hs256}.{payload}.{}", signature.chars().rev().collect::<String>()),
            hs512,
            String::new(),
            "..".into(),
            good[1..].to_owned(),
        ] {
            assert!(tokens.verify(&bad, NOW).is_err(), "{bad}");
        }
    }
}
