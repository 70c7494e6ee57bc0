//! Typed ids: UUID strings outside, distinct types inside, so that a task's id cannot stand where a user's belongs.

use std::{borrow::Cow, fmt, hash::Hash, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, schema::Schema},
};
use uuid::{ContextV7, Timestamp as UuidTime, Uuid};

use super::{FromText, Rule, Timestamp, field::formatted};

/// The id of a `T`. New ones are UUIDv7, so that the order of ids is the order of creation.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

/// Marks the ids of users, who own everything else.
#[derive(Debug)]
pub enum UserMarker {}

/// The id of a user.
pub type UserId = Id<UserMarker>;

impl<T> Id<T> {
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// Reads the hyphenated form of 36 characters, in either case; `None` for anything else, which no id can be.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        Uuid::try_parse(text).ok().map(Self::new)
    }
}

impl FromText for Uuid {
    fn schema() -> ObjectBuilder {
        formatted(KnownFormat::Uuid)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        Id::<()>::parse(text).map(Id::uuid).ok_or(Rule::field("must be a UUID with its hyphens"))
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T> PartialSchema for Id<T> {
    fn schema() -> RefOr<Schema> {
        formatted(KnownFormat::Uuid).into()
    }
}

impl<T> ToSchema for Id<T> {
    fn name() -> Cow<'static, str> {
        "Id".into()
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::new)
    }
}

/// Makes new ids.
pub trait IdSource: Send + Sync + fmt::Debug {
    /// A UUIDv7 for `now`, greater than every one made before for the same or an earlier time.
    fn next(&self, now: Timestamp) -> Uuid;
}

/// When an id was made, to the millisecond; `None` for an id that does not say so.
pub fn time_of(id: Uuid) -> Option<Timestamp> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    Some(Timestamp::from_micros(i64::try_from(seconds).ok()? * 1_000_000 + i64::from(nanos / 1_000)))
}

/// Ids from the operating system's randomness.
#[derive(Debug)]
pub struct RandomIds(std::sync::Mutex<ContextV7>);

impl Default for RandomIds {
    fn default() -> Self {
        Self(std::sync::Mutex::new(ContextV7::new()))
    }
}

impl IdSource for RandomIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let seconds = u64::try_from(now.unix_seconds()).unwrap_or(0);
        let nanos = u32::try_from(now.micros().rem_euclid(1_000_000) * 1_000).unwrap_or(0);
        let context = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(UuidTime::from_unix(&*context, seconds, nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_version_7_and_ascend() {
        let ids = RandomIds::default();
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().expect("a time");
        let made: Vec<Uuid> = (0..2_000).map(|_| ids.next(now)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert!(made.iter().all(|id| time_of(*id) == Some(now)));
        assert_eq!(time_of(Uuid::nil()), None);
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let text = "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b";
        assert!(UserId::parse(text).is_some());
        assert_eq!(UserId::parse(&text.to_uppercase()), UserId::parse(text));
        for other in ["", "user_123", "0193c7a85b6e7d2f8a1b0c9d8e7f6a5b", "{0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b}"] {
            assert_eq!(UserId::parse(other), None, "{other}");
        }
    }
}
