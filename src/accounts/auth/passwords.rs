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

/// How many callers of each kind may wait for their turn; the next one is told to come back.
const WAITING: usize = 128;

/// Hashes and compares passwords with bounded memory and processor time.
#[derive(Debug, Clone)]
pub struct Passwords(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    turns: Arc<Semaphore>,
    /// Strangers take one of these before they ask for a turn. There are as many as turns, so that whoever is known has never
    /// more than one computation before theirs, however many strangers wait.
    strangers: Arc<Semaphore>,
    waiting_known: AtomicUsize,
    waiting_strangers: AtomicUsize,
    /// Compared with when there is nothing to compare with, so that this takes as long.
    decoy: OnceLock<String>,
}

/// Who waits for a computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A browser that has logged in before.
    Known,
    Stranger,
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
        let turns = || Arc::new(Semaphore::new(at_once.max(1)));
        let waiting = AtomicUsize::default;
        Self(Arc::new(Parts {
            turns: turns(),
            strangers: turns(),
            waiting_known: waiting(),
            waiting_strangers: waiting(),
            decoy: OnceLock::new(),
        }))
    }

    /// A place in the queue, for one computation. Errors: `Busy`.
    pub fn place(&self, class: Class) -> Result<Place> {
        // Made before it is asked whether it fits, so that it is given back in either case.
        let place = Place { parts: Arc::clone(&self.0), class };
        if place.waiting().fetch_add(1, Ordering::Relaxed) < WAITING { Ok(place) } else { Err(Error::busy()) }
    }
}

/// A place among those who wait or compute.
#[derive(Debug)]
pub struct Place {
    parts: Arc<Parts>,
    class: Class,
}

impl Place {
    pub async fn hash(self, password: Password) -> Result<String> {
        self.in_turn(move |_| hash(&password.normal())).await
    }

    /// Compares; without a stored hash the answer is `Wrong` and takes as long. How many computations are made depends on what
    /// was typed and not on what is stored: one for each form that a wrong password has.
    pub async fn verify(self, password: Password, stored: Option<String>) -> Result<Verdict> {
        self.in_turn(move |decoy| match stored {
            Some(old) if is_legacy(&old) => verify_legacy(&password, &old),
            Some(stored) => verify(&password, &stored),
            None => {
                if let Some(decoy) = decoy.get() {
                    verify(&password, decoy)?;
                } else {
                    // Making the decoy costs what comparing with it does.
                    let made = hash(&password.normal())?;
                    for form in password.older() {
                        matches(&form, &made)?;
                    }
                    let _ = decoy.set(made);
                }
                Ok(Verdict::Wrong)
            }
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(self, work: impl FnOnce(&OnceLock<String>) -> Result<T> + Send + 'static) -> Result<T> {
        let parts = Arc::clone(&self.parts);
        let among_strangers = match self.class {
            Class::Known => None,
            Class::Stranger => Some(Arc::clone(&parts.strangers).acquire_owned().await.map_err(Error::internal)?),
        };
        let turn = Arc::clone(&parts.turns).acquire_owned().await.map_err(Error::internal)?;
        let computed = tokio::task::spawn_blocking(move || {
            // The turn lasts as long as the computation, also when the caller has gone away.
            let _turns = (turn, among_strangers);
            work(&parts.decoy)
        });
        computed.await.map_err(Error::internal)?
    }

    fn waiting(&self) -> &AtomicUsize {
        match self.class {
            Class::Known => &self.parts.waiting_known,
            Class::Stranger => &self.parts.waiting_strangers,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.waiting().fetch_sub(1, Ordering::Relaxed);
    }
}

fn verify(password: &Password, stored: &str) -> Result<Verdict> {
    let normal = password.normal();
    if matches(&normal, stored)? {
        return Ok(Verdict::Right);
    }
    for form in password.older() {
        if matches(&form, stored)? {
            return Ok(Verdict::RightButOld { new_hash: hash(&normal)? });
        }
    }
    Ok(Verdict::Wrong)
}

fn verify_legacy(password: &Password, stored: &str) -> Result<Verdict> {
    let stored = stored.to_ascii_lowercase();
    let equals = |form: &str| -> bool {
        let digest = text::hex(&Sha256::digest(form.as_bytes()));
        digest.as_bytes().ct_eq(stored.as_bytes()).into()
    };
    let (normal, older) = (password.normal(), password.older());
    let right = equals(&normal) || older.iter().any(|form| equals(form));
    let new_hash = hash(&normal)?;
    for form in &older {
        matches(form, &new_hash)?;
    }
    Ok(if right { Verdict::RightButOld { new_hash } } else { Verdict::Wrong })
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| Error::internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String> {
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2()?.hash_password(password.as_bytes()).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

fn matches(password: &str, stored: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(|e| Error::internal(e.to_string()))?;
    Ok(argon2()?.verify_password(password.as_bytes(), &stored).is_ok())
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

    async fn hashed(passwords: &Passwords, text: &str) -> String {
        passwords.place(Class::Stranger).expect("a place").hash(password(text)).await.expect("hash")
    }

    async fn verdict(passwords: &Passwords, text: &str, stored: Option<&str>) -> Verdict {
        let place = passwords.place(Class::Known).expect("a place");
        place.verify(password(text), stored.map(str::to_owned)).await.expect("verdict")
    }

    #[tokio::test]
    async fn tells_right_from_wrong() {
        let passwords = Passwords::new(1);
        let stored = hashed(&passwords, "correct horse").await;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(verdict(&passwords, "correct horse", Some(&stored)).await, Verdict::Right);
        assert_eq!(verdict(&passwords, "wrong horse", Some(&stored)).await, Verdict::Wrong);
        for text in ["correct horse", "corre\u{301}ct horse", "correct horse"] {
            assert_eq!(verdict(&passwords, text, None).await, Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn an_old_hash_is_accepted_and_replaced() {
        let passwords = Passwords::new(1);
        // SHA-256 of "password", as the older accounts have it.
        let old = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
        let found = verdict(&passwords, "password", Some(old)).await;
        let Verdict::RightButOld { new_hash } = found else { panic!("{found:?}") };
        assert_eq!(verdict(&passwords, "password", Some(&new_hash)).await, Verdict::Right);
        assert_eq!(verdict(&passwords, "passwort", Some(old)).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn each_form_of_a_password_is_right_and_what_is_stored_is_normal_afterwards() {
        let passwords = Passwords::new(2);
        let (composed, decomposed) = ("caf\u{e9} \u{c5}ngstr\u{f6}m", "cafe\u{301} A\u{30a}ngstro\u{308}m");
        let normal = hashed(&passwords, decomposed).await;
        for typed in [composed, decomposed] {
            assert_eq!(verdict(&passwords, typed, Some(&normal)).await, Verdict::Right);
            for stored_from in [composed, decomposed] {
                let digest = text::hex(&Sha256::digest(stored_from.as_bytes()));
                for old in [digest, hash(stored_from).expect("as it was hashed before")] {
                    match verdict(&passwords, typed, Some(&old)).await {
                        Verdict::Right => assert_eq!(stored_from, composed),
                        Verdict::RightButOld { new_hash } => {
                            assert_eq!(verdict(&passwords, composed, Some(&new_hash)).await, Verdict::Right);
                        }
                        Verdict::Wrong => panic!("{typed:?} is not {stored_from:?}"),
                    }
                }
            }
        }
        assert_eq!(verdict(&passwords, "cafe Angstrom", Some(&normal)).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_storm_is_turned_away_before_it_costs_memory() {
        for class in [Class::Known, Class::Stranger] {
            let passwords = Passwords::new(1);
            let places: Vec<Place> = (0..WAITING).map(|_| passwords.place(class).expect("a place")).collect();
            assert_eq!(passwords.place(class).expect_err("full").code(), crate::kernel::Code::Busy);
            let other = if class == Class::Known { Class::Stranger } else { Class::Known };
            assert!(passwords.place(other).is_ok());
            drop(places);
            assert!(passwords.place(class).is_ok());
        }
    }

    #[tokio::test]
    async fn strangers_do_not_keep_those_out_who_are_known() {
        let passwords = Passwords::new(1);
        let only_turn = passwords.0.turns.acquire().await.expect("a turn");
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        let mut waiting = tokio::task::JoinSet::new();
        let wait = |waiting: &mut tokio::task::JoinSet<()>, class| {
            let (place, told) = (passwords.place(class).expect("a place"), told.clone());
            waiting.spawn(async move {
                place.in_turn(move |_| told.send(class).map_err(|_| Error::busy())).await.expect("done");
            });
        };
        (0..20).for_each(|_| wait(&mut waiting, Class::Stranger));
        while passwords.0.strangers.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        wait(&mut waiting, Class::Known);
        tokio::task::yield_now().await;
        drop(only_turn);
        assert_eq!([order.recv().await, order.recv().await], [Some(Class::Stranger), Some(Class::Known)]);
        waiting.join_all().await;
    }
}
