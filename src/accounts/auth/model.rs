//! What a login is, and when it must wait. Pure.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    accounts::users::model::{DisplayName, User},
    kernel::{Code, Error, Result, Timestamp, UserId, Versioned, text},
};

/// How many failures of one name in [`WINDOW`] lead to a pause.
const MAX_FAILURES: usize = 10;
const WINDOW: Duration = Duration::from_mins(15);

/// What is known under one login name: who it belongs to, if anybody, and which attempts failed lately. It is kept
/// for names that nobody has too, so that the two cannot be told apart.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Login {
    pub credential: Option<Credential>,
    /// The latest failures, oldest first.
    pub failures: Vec<Timestamp>,
}

/// Who a name belongs to and the proof of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credential {
    pub user_id: UserId,
    /// A PHC string; 64 hexadecimal digits for an account from before Argon2id.
    pub password_hash: String,
    /// Set from the registration until the user's own documents exist: whoever logs in meanwhile finishes it.
    pub pending: Option<Versioned<User>>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl Login {
    pub const ID: &str = "login";

    pub fn belongs_to(&self, user: UserId) -> bool {
        self.credential.as_ref().is_some_and(|credential| credential.user_id == user)
    }

    /// Errors: `TooManyAttempts`, with the time until the oldest failure that counts is old enough.
    pub fn check_pause(&self, now: Timestamp) -> Result<()> {
        let recent = self.failures.iter().filter(|&&at| now < at.plus(WINDOW));
        if recent.count() < MAX_FAILURES {
            return Ok(());
        }
        let free_at = self.failures[self.failures.len() - MAX_FAILURES].plus(WINDOW);
        // Whole seconds, rounded up: one who waits that long does get in.
        let wait = Duration::from_secs(free_at.since(now).as_micros().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX));
        Err(Error::new(Code::TooManyAttempts, "Too many failed attempts for this name; try again later").after(wait))
    }

    /// When it need not be remembered any more: a name that belongs to nobody is kept only for its failures.
    pub fn forget_at(&self) -> Option<Timestamp> {
        if self.credential.is_some() { None } else { self.failures.last().map(|at| at.plus(WINDOW)) }
    }

    #[must_use]
    pub fn with_failure(mut self, now: Timestamp) -> Self {
        self.failures.push(now);
        let excess = self.failures.len().saturating_sub(MAX_FAILURES);
        self.failures.drain(..excess);
        self
    }
}

/// A login name, as it was typed and as it is compared.
#[derive(Debug, Clone)]
pub struct LoginName {
    /// What the account is called at first.
    pub shown: DisplayName,
    key: NameKey,
}

/// What two spellings of one login name have in common: their partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameKey(String);

impl LoginName {
    /// Errors: `InvalidField` unless it is 1 to 64 characters on one line after trimming.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self { shown: DisplayName::parse("username", text)?, key: NameKey::of(text) })
    }

    pub fn key(&self) -> &NameKey {
        &self.key
    }
}

impl NameKey {
    /// The key of any whether it may be a name or not: NFKC, regardless of case, trimmed.
    pub fn of(text: &str) -> Self {
        let folded = caseless::default_case_fold_str(&text.trim().nfkc().collect::<String>());
        let digest = Sha256::digest(folded.nfkc().collect::<String>().as_bytes());
        Self(format!("login:{}", text::hex(&digest)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password as it was typed.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// For a new account. Errors: `InvalidField` unless it is 8 to 256 characters.
    pub fn parse(text: SecretString) -> Result<Self> {
        let length = text.expose_secret().chars().count();
        if (8..=256).contains(&length) {
            return Ok(Self(text));
        }
        Err(Error::invalid_field("Field 'password' must be 8 to 256 characters long"))
    }

    /// For logging in: whatever was typed, to be found wrong by comparison alone.
    pub fn attempt(text: SecretString) -> Self {
        Self(text)
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (one, other) in
            [("Ann", " ann "), ("STRASSE", "straße"), ("ﬁnn", "FINN"), ("e\u{301}va", "ÉVA"), ("Ⅳ", "iv"), ("ΣΊΣΥΦΟΣ", "σίσυφος")]
        {
            assert_eq!(NameKey::of(one), NameKey::of(other), "{one} {other}");
        }
        assert_ne!(NameKey::of("ann"), NameKey::of("anna"));
    }

    #[test]
    fn the_tenth_failure_in_a_quarter_of_an_hour_leads_to_a_pause() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let mut login = Login::default();
        for n in 0..10 {
            assert!(login.check_pause(at(n)).is_ok(), "{n}");
            login = login.with_failure(at(n));
        }
        let error = login.check_pause(at(10)).expect_err("a pause");
        assert_eq!((error.code(), error.retry_after()), (Code::TooManyAttempts, Some(Duration::from_secs(890))));
        assert!(login.check_pause(at(899)).is_err());
        assert!(login.check_pause(at(900)).is_ok());
        assert_eq!(login.with_failure(at(900)).failures.len(), 10);
    }

    #[test]
    fn a_new_password_has_8_to_256_characters() {
        let parse = |text: String| Password::parse(text.into());
        assert!(parse("é".repeat(8)).is_ok() && parse("é".repeat(256)).is_ok());
        assert!(parse("é".repeat(7)).is_err() && parse("é".repeat(257)).is_err());
    }

    #[test]
    fn nothing_secret_is_shown() {
        let credential =
            Credential { user_id: UserId::new(uuid::Uuid::nil()), password_hash: "$argon2id$x".into(), pending: None };
        let login = Login { credential: Some(credential), failures: Vec::new() };
        let shown = format!("{login:?} {:?}", Password::attempt("hunter2!".to_owned().into()));
        assert!(!shown.contains("argon2id") && !shown.contains("hunter2"), "{shown}");
    }
}
