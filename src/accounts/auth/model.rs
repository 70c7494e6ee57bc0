//! What a login is, and when it must wait. Pure.

mod common;
mod names;
mod password;
mod session;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use names::{LoginName, NameKey};
pub use password::Password;
pub use session::{Device, Family, Presented, RefreshToken};

use crate::{
    accounts::users::model::User,
    kernel::{Code, Error, Result, Timestamp, UserId, Versioned},
};

/// How many failures in [`FAILURE_WINDOW`] lead to a pause.
const MAX_FAILURES: usize = 10;
const FAILURE_WINDOW: Duration = Duration::from_mins(15);
/// How many known browsers have failures of their own at a time; those of further ones count with everybody's.
const MAX_DEVICES: usize = 20;
/// How many logins of one account can be refreshed at a time; one more ends the oldest.
pub const MAX_FAMILIES: usize = 50;

/// What is known under one login name: who it belongs to, if anybody, and which attempts failed lately. It is kept
/// for names that nobody has too, so that the two cannot be told apart.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Login {
    pub credential: Option<Credential>,
    /// The latest failures, oldest first, but for those of known browsers.
    pub failures: Vec<Timestamp>,
    /// Those of browsers that have logged in to the account before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceFailures>,
    /// The families of refresh tokens, oldest first; some may have ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<Uuid>,
}

/// The failures of one browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceFailures {
    pub id: Uuid,
    pub failures: Vec<Timestamp>,
}

/// With whose failures an attempt counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    WithEverybody,
    WithDevice(Uuid),
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

    /// With whose failures an attempt of this browser counts: its own when it has logged in to this account before.
    pub fn counted(&self, device: Option<Device>, now: Timestamp) -> Counted {
        let known = device.filter(|device| self.belongs_to(device.user_id)).map(|device| device.id);
        let others = |id: Uuid| self.devices.iter().filter(|other| other.id != id && other.is_recent(now)).count();
        known.filter(|&id| others(id) < MAX_DEVICES).map_or(Counted::WithEverybody, Counted::WithDevice)
    }

    /// Errors: `TooManyAttempts`, with the time until the oldest failure that counts is old enough.
    pub fn check_pause(&self, counted: Counted, now: Timestamp) -> Result<()> {
        let failures = self.failures_of(counted);
        let recent = failures.iter().filter(|&&at| now < at.plus(FAILURE_WINDOW));
        if recent.count() < MAX_FAILURES {
            return Ok(());
        }
        let free_at = failures[failures.len() - MAX_FAILURES].plus(FAILURE_WINDOW);
        // Whole seconds, rounded up: one who waits that long does get in.
        let wait = Duration::from_secs(free_at.since(now).as_micros().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX));
        Err(Error::new(Code::TooManyAttempts, "Too many failed attempts for this name; try again later").after(wait))
    }

    /// When it need not be remembered any more: a name that belongs to nobody is kept only for its failures.
    pub fn forget_at(&self) -> Option<Timestamp> {
        if self.credential.is_some() { None } else { self.failures.last().map(|at| at.plus(FAILURE_WINDOW)) }
    }

    /// With an attempt of which nothing is known yet, and which is a failure until it is taken back.
    #[must_use]
    pub fn with_attempt(mut self, counted: Counted, now: Timestamp) -> Self {
        self.devices.retain(|device| device.is_recent(now));
        let failures = match counted {
            Counted::WithEverybody => &mut self.failures,
            Counted::WithDevice(id) => {
                let index = self.devices.iter().position(|device| device.id == id).unwrap_or_else(|| {
                    self.devices.push(DeviceFailures { id, failures: Vec::new() });
                    self.devices.len() - 1
                });
                &mut self.devices[index].failures
            }
        };
        failures.push(now);
        let excess = failures.len().saturating_sub(MAX_FAILURES);
        failures.drain(..excess);
        self
    }

    /// Without the attempt that was made at that time.
    #[must_use]
    pub fn without_attempt(mut self, counted: Counted, at: Timestamp) -> Self {
        let failures = match counted {
            Counted::WithEverybody => Some(&mut self.failures),
            Counted::WithDevice(id) => self.devices.iter_mut().find(|device| device.id == id).map(|device| &mut device.failures),
        };
        if let Some(failures) = failures
            && let Some(index) = failures.iter().rposition(|known| *known == at)
        {
            failures.remove(index);
        }
        self.devices.retain(|device| !device.failures.is_empty());
        self
    }

    fn failures_of(&self, counted: Counted) -> &[Timestamp] {
        match counted {
            Counted::WithEverybody => &self.failures,
            Counted::WithDevice(id) => self.devices.iter().find(|device| device.id == id).map_or(&[], |device| &device.failures),
        }
    }
}

impl DeviceFailures {
    fn is_recent(&self, now: Timestamp) -> bool {
        self.failures.last().is_some_and(|at| now < at.plus(FAILURE_WINDOW))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYBODY: Counted = Counted::WithEverybody;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn login() -> Login {
        let credential =
            Credential { user_id: UserId::new(Uuid::from_u128(7)), password_hash: "$argon2id$x".into(), pending: None };
        Login { credential: Some(credential), ..Login::default() }
    }

    fn device(n: u128) -> Device {
        Device { user_id: UserId::new(Uuid::from_u128(7)), id: Uuid::from_u128(n) }
    }

    #[test]
    fn the_tenth_failure_in_a_quarter_of_an_hour_leads_to_a_pause() {
        for counted in [EVERYBODY, Counted::WithDevice(Uuid::from_u128(1))] {
            let mut login = login();
            for n in 0..10 {
                assert!(login.check_pause(counted, at(n)).is_ok(), "{n}");
                login = login.with_attempt(counted, at(n));
            }
            let error = login.check_pause(counted, at(10)).expect_err("a pause");
            assert_eq!((error.code(), error.retry_after()), (Code::TooManyAttempts, Some(Duration::from_secs(890))));
            assert!(login.check_pause(counted, at(899)).is_err());
            assert!(login.check_pause(counted, at(900)).is_ok());
            assert_eq!(login.with_attempt(counted, at(900)).failures_of(counted).len(), 10);
        }
    }

    #[test]
    fn an_attempt_that_is_taken_back_leaves_the_others() {
        for counted in [EVERYBODY, Counted::WithDevice(Uuid::from_u128(1))] {
            let twice = login().with_attempt(counted, at(1)).with_attempt(counted, at(1)).with_attempt(counted, at(2));
            let left = twice.without_attempt(counted, at(1));
            assert_eq!(left.failures_of(counted), [at(1), at(2)]);
            let none = left.without_attempt(counted, at(1)).without_attempt(counted, at(2)).without_attempt(counted, at(2));
            assert!(none.failures.is_empty() && none.devices.is_empty());
        }
    }

    #[test]
    fn a_known_browser_and_everybody_else_do_not_hold_each_other() {
        let own = login().counted(Some(device(1)), at(0));
        assert_eq!(own, Counted::WithDevice(Uuid::from_u128(1)));
        let stormed = (0..10).fold(login(), |login, n| login.with_attempt(EVERYBODY, at(n)));
        assert!(stormed.check_pause(EVERYBODY, at(10)).is_err());
        assert!(stormed.check_pause(own, at(10)).is_ok());
        let failed = (0..10).fold(login(), |login, n| login.with_attempt(own, at(n)));
        assert!(failed.check_pause(own, at(10)).is_err());
        assert!(failed.check_pause(EVERYBODY, at(10)).is_ok());
        assert!(failed.check_pause(login().counted(Some(device(2)), at(10)), at(10)).is_ok());
    }

    #[test]
    fn a_browser_is_known_to_its_own_account_and_to_no_other() {
        let other = Device { user_id: UserId::new(Uuid::from_u128(8)), ..device(1) };
        for unknown in [None, Some(other)] {
            assert_eq!(login().counted(unknown, at(0)), EVERYBODY);
        }
        assert_eq!(Login::default().counted(Some(device(1)), at(0)), EVERYBODY);
    }

    #[test]
    fn the_failures_of_browsers_are_bounded_and_go_with_their_time() {
        let full = (0..20).fold(login(), |login, n| {
            let counted = login.counted(Some(device(n)), at(0));
            login.with_attempt(counted, at(0))
        });
        assert_eq!(full.devices.len(), MAX_DEVICES);
        assert_eq!(full.counted(Some(device(99)), at(0)), EVERYBODY);
        assert_eq!(full.counted(Some(device(3)), at(0)), Counted::WithDevice(Uuid::from_u128(3)));
        assert_eq!(full.counted(Some(device(99)), at(900)), Counted::WithDevice(Uuid::from_u128(99)));
        assert_eq!(full.with_attempt(EVERYBODY, at(900)).devices.len(), 0);
    }

    #[test]
    fn a_login_of_an_earlier_version_can_be_read() {
        let read: Login = serde_json::from_str(r#"{"credential":null,"failures":[]}"#).expect("a login");
        assert!(read.devices.is_empty() && read.families.is_empty());
        assert_eq!(serde_json::to_string(&read).expect("JSON"), r#"{"credential":null,"failures":[]}"#);
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?} {:?}", login(), Password::attempt("hunter2!".to_owned().into()));
        assert!(!shown.contains("argon2id") && !shown.contains("hunter2"), "{shown}");
    }
}
