//! What follows a login: the family of refresh tokens that begins with it, and the browser that is known from then on.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::names::NameKey;
use crate::kernel::{Timestamp, UserId};

/// How long a family lives after its last use, and after its login.
const REFRESH_IDLE_TTL: Duration = Duration::from_hours(30 * 24);
const REFRESH_MAX_TTL: Duration = Duration::from_hours(90 * 24);
/// How long the token used last is answered with its successor again, since that answer may have been lost.
const REPLAY_WINDOW: Duration = Duration::from_secs(30);

/// The refresh tokens that follow one login, each taking the place of the one before. Which is the current one is all that is
/// kept; the token itself can be made with the secret alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    pub id: Uuid,
    pub user_id: UserId,
    /// The number of the token that has not been used.
    pub current: u32,
    pub began_at: Timestamp,
    /// When the token before the current one was used; the login, for the first.
    pub used_at: Timestamp,
}

/// What a token of the family is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// It is the current one; the family as it is once it has been used.
    Current(Family),
    /// It was used a moment ago.
    JustUsed,
    /// It was used before: one of those who have it is not whom it was given to.
    Spent,
}

/// What a refresh token says: where its family is, and which of its tokens it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    pub name: NameKey,
    pub family: Uuid,
    pub number: u32,
}

/// A browser that has logged in to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub user_id: UserId,
    pub id: Uuid,
}

impl Family {
    pub fn begun(id: Uuid, user_id: UserId, now: Timestamp) -> Self {
        Self { id, user_id, current: 0, began_at: now, used_at: now }
    }

    pub fn ends_at(&self) -> Timestamp {
        self.used_at.plus(REFRESH_IDLE_TTL).min(self.began_at.plus(REFRESH_MAX_TTL))
    }

    pub fn judge(&self, number: u32, now: Timestamp) -> Presented {
        if number == self.current {
            // A family ends after 90 days, so that the number does not run out.
            return Presented::Current(Self { current: self.current.saturating_add(1), used_at: now, ..self.clone() });
        }
        if Some(number) == self.current.checked_sub(1) && now < self.used_at.plus(REPLAY_WINDOW) {
            return Presented::JustUsed;
        }
        Presented::Spent
    }
}

impl RefreshToken {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        format!("{}.{}.{}", self.name.digest(), self.family.simple(), self.number)
    }

    /// Reads a text that was signed.
    pub fn of_text(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let name = NameKey::of_digest(parts.next()?);
        Some(Self { name, family: parts.next()?.parse().ok()?, number: parts.next()?.parse().ok()? })
    }
}

impl Device {
    /// How long it stays known without a login.
    pub const TTL: Duration = Duration::from_hours(365 * 24);

    /// The text that is signed.
    pub fn to_text(self) -> String {
        format!("{}.{}", self.user_id, self.id.simple())
    }

    /// Reads a text that was signed.
    pub fn of_text(text: &str) -> Option<Self> {
        let (user, id) = text.split_once('.')?;
        Some(Self { user_id: UserId::parse(user)?, id: id.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn begun() -> Family {
        Family::begun(Uuid::from_u128(1), UserId::new(Uuid::from_u128(7)), at(0))
    }

    fn used(family: &Family, now: Timestamp) -> Family {
        let Presented::Current(next) = family.judge(family.current, now) else { panic!("the current one") };
        next
    }

    #[test]
    fn the_token_used_last_is_good_for_another_30_seconds_and_no_other_is() {
        let second = used(&begun(), at(100));
        assert_eq!(second.judge(0, at(129)), Presented::JustUsed);
        assert_eq!(second.judge(0, at(130)), Presented::Spent);
        let third = used(&second, at(101));
        assert_eq!(third.judge(0, at(101)), Presented::Spent);
        assert_eq!(third.judge(1, at(101)), Presented::JustUsed);
        // One that has not been made yet is there after the data was put back from a copy.
        assert_eq!(third.judge(3, at(101)), Presented::Spent);
        assert_eq!(begun().judge(u32::MAX, at(0)), Presented::Spent);
    }

    #[test]
    fn a_family_ends_30_days_after_its_last_use_and_90_after_its_login() {
        const DAY: i64 = 24 * 3600;
        let mut family = begun();
        assert_eq!(family.ends_at(), at(30 * DAY));
        for (day, end) in [(29, 59), (58, 88), (70, 90), (89, 90)] {
            family = used(&family, at(day * DAY));
            assert_eq!(family.ends_at(), at(end * DAY));
        }
    }

    #[test]
    fn tokens_and_browsers_survive_as_text() {
        let token = RefreshToken { name: NameKey::of("ann"), family: Uuid::from_u128(9), number: 3 };
        assert_eq!(RefreshToken::of_text(&token.to_text()), Some(token));
        let device = Device { user_id: UserId::new(Uuid::from_u128(7)), id: Uuid::from_u128(9) };
        assert_eq!(Device::of_text(&device.to_text()), Some(device));
        for bad in ["", "..", "a.b", "a.b.c"] {
            assert_eq!((RefreshToken::of_text(bad), Device::of_text(bad)), (None, None));
        }
    }
}
