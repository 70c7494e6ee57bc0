//! One attempt at a consent: what goes to the service and the browser, and what is kept until both are back. Pure but for
//! randomness.
//!
//! What comes back is an address that anybody can make up and send to anybody. So an attempt is bound twice: to what was asked of
//! the service, by `state`, and to the browser in which it began, by a cookie. Without the cookie somebody could have a victim end
//! the attempt that they began, and get the victim's tasks into their own account.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{
    integrations::credentials::{
        envelope::{Envelope, Part, Place},
        keyring::{CannotOpen, Keyring},
    },
    kernel::{Error, Result, Timestamp, UserId},
    outbound::providers::ProviderName,
};

/// How long an attempt may take.
pub const LIFE: Duration = Duration::from_mins(10);
/// In bytes.
const RANDOM: usize = 32;

/// What a service gives back unchanged: where the attempt is found, and a secret. It cannot be shown by accident.
pub struct State {
    pub user_id: UserId,
    pub connection_id: Uuid,
    secret: [u8; 16],
}

impl State {
    /// Errors: `Internal`.
    fn new(user_id: UserId, connection_id: Uuid) -> Result<Self> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).map_err(Error::internal)?;
        Ok(Self { user_id, connection_id, secret })
    }

    /// `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 48] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let id = |from: usize| Uuid::from_slice(&bytes[from..from + 16]).ok();
        Some(Self { user_id: UserId::new(id(0)?), connection_id: id(16)?, secret: bytes[32..].try_into().ok()? })
    }

    /// 64 characters that need no escaping in an address.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([*self.user_id.uuid().as_bytes(), *self.connection_id.as_bytes(), self.secret].concat())
    }
}

/// What is kept of a random text, from which it cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Mark(String);

impl Mark {
    fn of(bytes: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)))
    }

    fn is_of(&self, bytes: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(Self::of(bytes).0.as_bytes()).into()
    }
}

/// What a service is told of the verifier: a digest of it (RFC 7636).
pub struct Challenge(String);

impl Challenge {
    pub fn of(verifier: &SecretString) -> Self {
        Self(Mark::of(verifier.expose_secret().as_bytes()).0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An attempt that has begun; of each connection the newest alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// That of its connection.
    pub id: Uuid,
    pub user_id: UserId,
    pub provider: ProviderName,
    pub expires_at: Timestamp,
    state: Mark,
    cookie: Mark,
    verifier: Envelope,
}

/// What leaves with an attempt that begins.
pub struct Begun {
    pub attempt: Attempt,
    pub state: State,
    pub challenge: Challenge,
    pub cookie: SecretString,
}

impl Attempt {
    /// Errors: `Internal`.
    pub fn begin(ring: &Keyring, user_id: UserId, id: Uuid, provider: ProviderName, now: Timestamp) -> Result<Begun> {
        let (state, cookie, verifier) = (State::new(user_id, id)?, random()?, random()?);
        let place = Place { user: user_id, connection: id, generation: 0 };
        let attempt = Self {
            id,
            user_id,
            provider,
            expires_at: now.plus(LIFE),
            state: Mark::of(&state.secret),
            cookie: Mark::of(cookie.expose_secret().as_bytes()),
            verifier: Envelope::seal(ring, place, [(Part::Verifier, &verifier)])?,
        };
        Ok(Begun { attempt, state, challenge: Challenge::of(&verifier), cookie })
    }

    /// Whether what came back is of this attempt, by the state and by one of the browser's cookies.
    pub fn is_of(&self, state: &State, cookies: &[String], now: Timestamp) -> bool {
        let cookie = cookies.iter().any(|cookie| self.cookie.is_of(cookie.as_bytes()));
        self.state.is_of(&state.secret) && cookie && now < self.expires_at
    }

    /// What proves to the service that it is we who began.
    pub fn verifier(&self, ring: &Keyring) -> Result<SecretString, CannotOpen> {
        self.verifier.open(ring, Place { user: self.user_id, connection: self.id, generation: 0 }, Part::Verifier)
    }
}

/// 43 characters of base64url: as short as a verifier may be. Errors: `Internal`.
fn random() -> Result<SecretString> {
    let mut bytes = [0; RANDOM];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::credentials::keyring::{KEY, Key};

    const NOW: Timestamp = Timestamp::from_micros(1_772_442_000_000_000);

    fn begun() -> (Keyring, Begun) {
        let ring = Keyring::new(Key::new(&mut [1; KEY]), Vec::new());
        let user = UserId::new(Uuid::from_u128(1));
        let begun = Attempt::begin(&ring, user, Uuid::from_u128(2), ProviderName::Github, NOW).expect("begun");
        (ring, begun)
    }

    #[test]
    fn a_state_is_read_as_it_was_written_and_leads_to_the_attempt() {
        let (_, Begun { state, .. }) = begun();
        let text = state.text();
        let read = State::parse(&text).expect("a state");
        assert_eq!((read.user_id, read.connection_id, read.secret), (state.user_id, state.connection_id, state.secret));
        assert_eq!(text.len(), 64);
        for bad in ["", "a", &text[1..], &format!("{text}AAAA"), &format!("{text}="), &text.replace(&text[..1], "ñ")] {
            assert!(State::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn an_attempt_is_ended_by_its_own_state_and_cookie_alone_and_not_for_ever() {
        let (_, Begun { attempt, state, cookie, .. }) = begun();
        let own = cookie.expose_secret().to_owned();
        let other = begun().1;
        let theirs = other.cookie.expose_secret().to_owned();
        assert!(attempt.is_of(&state, std::slice::from_ref(&own), NOW));
        assert!(attempt.is_of(&state, &[theirs.clone(), String::new(), own.clone()], NOW));
        assert!(!attempt.is_of(&state, &[], NOW) && !attempt.is_of(&state, &[theirs, String::new()], NOW));
        assert!(!attempt.is_of(&other.state, std::slice::from_ref(&own), NOW));
        assert!(!attempt.is_of(&state, std::slice::from_ref(&own), NOW.plus(LIFE)));
    }

    #[test]
    fn the_verifier_is_what_the_challenge_was_made_of_and_is_stored_sealed() {
        let (ring, Begun { attempt, challenge, state, cookie }) = begun();
        let verifier = attempt.verifier(&ring).expect("opened");
        assert_eq!(Challenge::of(&verifier).as_str(), challenge.as_str());
        assert_eq!(verifier.expose_secret().len(), 43);
        let stored = format!("{attempt:?} {}", serde_json::to_string(&attempt).expect("a text"));
        let secret = URL_SAFE_NO_PAD.encode(state.secret);
        for secret in [verifier.expose_secret(), cookie.expose_secret(), &secret] {
            assert!(!stored.contains(secret));
        }
        // The example of RFC 7636.
        let example = Challenge::of(&"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(example.as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
