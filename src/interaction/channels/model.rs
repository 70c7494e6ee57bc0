//! What a channel is: where somebody is reached, of what, and how that goes. Pure.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema},
};

use crate::{
    choice, described,
    kernel::{
        FromText, Id, Resource, Rule, Timestamp, UserId, field, member,
        text::{self, TextError},
    },
    outbound::channels::{ChannelKind, ChannelProblem},
    texts::Language,
};

pub type ChannelId = Id<Channel>;

/// How many channels a user has at most, and how many can be made on a date.
pub const MAX_CHANNELS: usize = 10;
pub const MAX_A_DATE: u32 = 20;
/// After so long without a success a channel is switched off.
pub const FAILING: Duration = Duration::from_hours(5 * 24);
/// For so long after a change of the secret the one before signs too.
pub const BOTH_SIGN: Duration = Duration::from_hours(24);

choice!(
    /// What somebody is told of by a channel.
    Topic as "ChannelTopic",
    Nudges = "nudges",
    Summaries = "summaries",
    Achievements = "achievements",
    /// The risk of overload.
    Risk = "risk",
    /// What connections and channels need attention for.
    Sync = "sync",
);

/// Topics, each once, in the order in which they are declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Topics(Vec<Topic>);

impl Topics {
    /// Those of a channel for which nobody has said any: few where each is a mail.
    pub fn usual(kind: ChannelKind) -> Self {
        match kind {
            ChannelKind::Email => Self(vec![Topic::Risk, Topic::Sync]),
            _ => Self(Topic::ALL.to_vec()),
        }
    }

    pub fn has(&self, topic: Topic) -> bool {
        self.0.contains(&topic)
    }

    #[must_use]
    pub fn without(&self, topic: Topic) -> Self {
        Self(self.0.iter().copied().filter(|other| *other != topic).collect())
    }
}

impl<'de> Deserialize<'de> for Topics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given: Vec<Topic> = member::distinct(deserializer, Topic::ALL.len(), PartialEq::eq)?;
        Ok(Self(Topic::ALL.iter().copied().filter(|topic| given.contains(topic)).collect()))
    }
}

impl PartialSchema for Topics {
    fn schema() -> RefOr<Schema> {
        let list = ArrayBuilder::new().items(<Topic as FromText>::schema()).unique_items(true);
        list.max_items(Some(Topic::ALL.len())).into()
    }
}

impl ToSchema for Topics {
    fn name() -> std::borrow::Cow<'static, str> {
        "ChannelTopics".into()
    }
}

/// 1 to 64 characters, trimmed, on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelName(String);

described!(ChannelName, "ChannelName");

impl FromText for ChannelName {
    fn schema() -> ObjectBuilder {
        field::text(1, 64)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::name(text, 64) {
            Ok(name) => Ok(Self(name.into())),
            Err(TextError::Empty) => Err(Rule::field("cannot be empty")),
            Err(TextError::TooLong(_)) => Err(Rule::field("cannot be longer than 64 characters")),
            Err(TextError::ControlCharacter) => Err(Rule::field("must not contain control characters")),
        }
    }
}

impl ChannelName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a channel is off, in the language that the person had when it was switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: ChannelProblem,
    pub language: Language,
}

/// A channel: what a person sets, and how it goes. Its address and secrets are sealed, elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub id: ChannelId,
    pub user_id: UserId,
    pub kind: ChannelKind,
    pub name: Option<ChannelName>,
    /// As much of the address as is shown.
    pub address: String,
    pub events: Topics,
    /// Whether it was shown that the address takes what we send, or is the person's.
    pub verified: bool,
    pub enabled: bool,
    /// The first failure after the last success.
    pub failing_since: Option<Timestamp>,
    pub problem: Option<Problem>,
    pub created_at: Timestamp,
}

/// What to change of a channel; `None` leaves it.
#[derive(Debug, Default)]
pub struct ChannelPatch {
    /// An inner `None` takes the name away.
    pub name: Option<Option<ChannelName>>,
    /// An inner `None` puts the usual ones back.
    pub events: Option<Option<Topics>>,
    pub enabled: Option<bool>,
}

impl Channel {
    /// Whether the person wants to be told of it by this channel, and can be.
    pub fn takes(&self, topic: Topic) -> bool {
        self.enabled && self.verified && self.events.has(topic)
    }

    /// What people know it by.
    pub fn shown_name(&self) -> &str {
        self.name.as_ref().map_or(&self.address, ChannelName::as_str)
    }

    #[must_use]
    pub fn patched(&self, patch: &ChannelPatch) -> Self {
        let mut changed = self.clone();
        if let Some(name) = &patch.name {
            changed.name.clone_from(name);
        }
        if let Some(events) = &patch.events {
            changed.events = events.clone().unwrap_or_else(|| Topics::usual(self.kind));
        }
        match patch.enabled {
            Some(true) if !self.enabled => changed = Self { enabled: true, failing_since: None, problem: None, ..changed },
            Some(enabled) => changed.enabled = enabled,
            None => {}
        }
        changed
    }

    /// Once a message was taken.
    #[must_use]
    pub fn worked(&self) -> Self {
        Self { failing_since: None, ..self.clone() }
    }

    /// Once a message was taken that was to show whether it works.
    #[must_use]
    pub fn tested(&self) -> Self {
        Self { verified: true, enabled: true, problem: None, ..self.worked() }
    }

    /// Once a message was not taken, or nobody knows.
    #[must_use]
    pub fn failed(&self, now: Timestamp) -> Self {
        Self { failing_since: self.failing_since.or(Some(now)), ..self.clone() }
    }

    #[must_use]
    pub fn off(&self, code: ChannelProblem, language: Language) -> Self {
        Self { enabled: false, problem: Some(Problem { code, language }), ..self.clone() }
    }

    /// When it is switched off, if nothing succeeds until then.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.failing_since.filter(|_| self.enabled).map(|since| since.plus(FAILING))
    }
}

impl Resource for Channel {
    const NOUN: &'static str = "Channel";
}

#[cfg(test)]
impl Channel {
    /// One that takes everything, for tests.
    pub fn example(id: u128, kind: ChannelKind) -> Self {
        Self {
            id: Id::new(uuid::Uuid::from_u128(id)),
            user_id: Id::new(uuid::Uuid::from_u128(7)),
            kind,
            name: None,
            address: "example.org".into(),
            events: Topics(Topic::ALL.to_vec()),
            verified: true,
            enabled: true,
            failing_since: None,
            problem: None,
            created_at: Timestamp::from_micros(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn topics(given: serde_json::Value) -> Result<Topics, String> {
        serde_json::from_value(given).map_err(|error| error.to_string())
    }

    #[test]
    fn topics_are_kept_in_one_order_and_each_once() {
        let both = topics(json!(["sync", "nudges"])).expect("topics");
        assert_eq!(serde_json::to_value(&both).expect("JSON"), json!(["nudges", "sync"]));
        assert_eq!(both.without(Topic::Nudges), topics(json!(["sync"])).expect("topics"));
        assert_eq!(topics(json!([])).expect("none"), Topics(vec![]));
        for bad in [json!(["sync", "sync"]), json!(["hours"]), json!("sync"), json!(null)] {
            assert!(topics(bad.clone()).is_err(), "{bad}");
        }
        assert_eq!(serde_json::to_value(Topics::usual(ChannelKind::Email)).expect("JSON"), json!(["risk", "sync"]));
    }

    #[test]
    fn a_success_ends_a_failure_and_only_a_test_switches_on_what_is_off() {
        let at = Timestamp::from_micros;
        let failing = Channel::example(1, ChannelKind::Webhook).failed(at(5)).failed(at(9));
        assert_eq!((failing.failing_since, failing.ends_at()), (Some(at(5)), Some(at(5).plus(FAILING))));
        assert_eq!(failing.worked(), Channel::example(1, ChannelKind::Webhook));
        let off = failing.off(ChannelProblem::Failing, Language::En);
        assert!(!off.takes(Topic::Sync) && off.ends_at().is_none() && !off.worked().enabled);
        assert_eq!(off.tested(), Channel::example(1, ChannelKind::Webhook));
        let patch = |enabled| ChannelPatch { enabled: Some(enabled), ..ChannelPatch::default() };
        assert_eq!(off.patched(&patch(true)), Channel::example(1, ChannelKind::Webhook));
        assert_eq!(failing.patched(&patch(true)), failing);
        assert!(!failing.patched(&patch(false)).enabled);
    }
}
