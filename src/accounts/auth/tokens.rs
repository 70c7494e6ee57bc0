//! Bearer tokens: JSON Web Tokens signed with HS256, and no other kind.

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

/// What a token says.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    /// Seconds since the epoch, like `exp`.
    iat: i64,
    exp: i64,
    jti: Uuid,
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

    /// What the token says, if one of our secrets has signed it.
    fn decode(&self, token: &str) -> Option<Claims> {
        self.decoding.iter().find_map(|key| Some(jsonwebtoken::decode(token, key, &self.validation).ok()?.claims))
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
