//! Hashing passwords: Argon2id off the threads that serve connections, a few at once.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use super::model::Password;
use crate::kernel::{Error, Result, text};

/// 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many callers may wait for their turn; the next one is told to come back.
const WAITING: usize = 128;

/// Hashes and compares passwords with bounded memory and processor time.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    present: Arc<AtomicUsize>,
    /// Compared with when there is nothing to compare with, so that this takes as long.
    decoy: Arc<OnceLock<String>>,
}

/// What a comparison found.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and the stored form is an older one; this is the new one.
    RightButOld {
        new_hash: String,
    },
}

impl Passwords {
    /// `at_once` computations run at the same time, each with 19 MiB and one thread.
    pub fn new(at_once: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once.max(1))), present: Arc::default(), decoy: Arc::default() }
    }

    /// Errors: `Busy`.
    pub async fn hash(&self, password: Password) -> Result<String> {
        self.in_turn(move || hash(&password)).await
    }

    /// Compares; without a stored hash the answer is `Wrong` and takes as long. Whatever is stored, one Argon2id
    /// computation is made. Errors: `Busy`.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<Verdict> {
        let decoy = Arc::clone(&self.decoy);
        self.in_turn(move || match stored {
            Some(old) if is_legacy(&old) => {
                let digest = text::hex(&Sha256::digest(password.expose().as_bytes()));
                let right: bool = digest.as_bytes().ct_eq(old.to_ascii_lowercase().as_bytes()).into();
                let new_hash = hash(&password)?;
                Ok(if right { Verdict::RightButOld { new_hash } } else { Verdict::Wrong })
            }
            Some(stored) => Ok(if matches(&password, &stored)? { Verdict::Right } else { Verdict::Wrong }),
            None => {
                if let Some(decoy) = decoy.get() {
                    matches(&password, decoy)?;
                } else {
                    // Making the decoy costs what comparing with it does.
                    let made = hash(&password)?;
                    let _ = decoy.set(made);
                }
                Ok(Verdict::Wrong)
            }
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = Place::take(&self.present).ok_or_else(Error::busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Error::internal)?;
        let computed = tokio::task::spawn_blocking(move || {
            // The turn lasts as long as the computation, also when the caller has gone away.
            let _turn = turn;
            work()
        });
        computed.await.map_err(Error::internal)?
    }
}

/// A place among those who wait or compute.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(present: &'a AtomicUsize) -> Option<Self> {
        let place = Self(present);
        (present.fetch_add(1, Ordering::Relaxed) < WAITING).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| Error::internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password) -> Result<String> {
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2()?.hash_password(password.expose().as_bytes()).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

fn matches(password: &Password, stored: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(|e| Error::internal(e.to_string()))?;
    Ok(argon2()?.verify_password(password.expose().as_bytes(), &stored).is_ok())
}

/// 64 hexadecimal digits: an unsalted SHA-256.
fn is_legacy(stored: &str) -> bool {
    stored.len() == 64 && stored.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::attempt(text.to_owned().into())
    }

    #[tokio::test]
    async fn tells_right_from_wrong() {
        let passwords = Passwords::new(1);
        let stored = passwords.hash(password("correct horse")).await.expect("hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verify = async |text: &str, stored: Option<&str>| {
            passwords.verify(password(text), stored.map(str::to_owned)).await.expect("verdict")
        };
        assert_eq!(verify("correct horse", Some(&stored)).await, Verdict::Right);
        assert_eq!(verify("wrong horse", Some(&stored)).await, Verdict::Wrong);
        assert_eq!(verify("correct horse", None).await, Verdict::Wrong);
        assert_eq!(verify("correct horse", None).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn an_old_hash_is_accepted_and_replaced() {
        let passwords = Passwords::new(1);
        // SHA-256 of "password", as the older accounts have it.
        let old = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".to_owned();
        let verdict = passwords.verify(password("password"), Some(old.clone())).await.expect("verdict");
        let Verdict::RightButOld { new_hash } = verdict else { panic!("{verdict:?}") };
        assert_eq!(passwords.verify(password("password"), Some(new_hash)).await.expect("verdict"), Verdict::Right);
        assert_eq!(passwords.verify(password("passwort"), Some(old)).await.expect("verdict"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_storm_is_turned_away_before_it_costs_memory() {
        let passwords = Passwords::new(1);
        let _all_turns = passwords.turns.acquire().await.expect("a turn");
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..WAITING {
            let passwords = passwords.clone();
            waiting.spawn(async move { passwords.hash(password("correct horse")).await });
        }
        while passwords.present.load(Ordering::Relaxed) < WAITING {
            tokio::task::yield_now().await;
        }
        let refused = passwords.hash(password("correct horse")).await.expect_err("full");
        assert_eq!(refused.code(), crate::kernel::Code::Busy);
        waiting.abort_all();
        while waiting.join_next().await.is_some() {}
        assert_eq!(passwords.present.load(Ordering::Relaxed), 0);
    }
}
