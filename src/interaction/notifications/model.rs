//! What a notification is: something that happened, said once, with one delivery for each channel that carries it. Pure.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{delivery::Delivery, event::Event};
use crate::{
    integrations::connections::model::Status,
    interaction::channels::model::ChannelId,
    kernel::{Id, Resource, Timestamp, UserId},
    outbound::channels::ChannelProblem,
    progress::texts as achievements,
    texts::{Arg, Language, text},
    wellbeing::reminders::model::What,
};

pub type NotificationId = Id<Notification>;

/// How long it is known what was sent.
pub const KEPT: Duration = Duration::from_hours(90 * 24);

/// What a notification tells of. What it says in words follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    Nudge {
        nudge_id: String,
        #[serde(flatten)]
        what: What,
    },
    /// Those of half an hour, in the order in which they were earned.
    Achievements {
        ids: Vec<String>,
    },
    Connection {
        connection_id: Uuid,
        name: String,
        status: Status,
    },
    /// A channel was switched off.
    Channel {
        of: ChannelId,
        name: String,
        problem: ChannelProblem,
    },
    Test {},
    Verify {},
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Follows from what it tells of, so that the same is never told twice.
    pub id: NotificationId,
    pub user_id: UserId,
    pub event: Event,
    #[serde(flatten)]
    pub about: About,
    /// That of the settings when it was decided.
    pub language: Language,
    /// When it happened, and the user's date then.
    pub created_at: Timestamp,
    pub date: NaiveDate,
    pub deliveries: Vec<Delivery>,
}

impl Notification {
    /// The id of what is told of `source`, which says what that is within the event.
    pub fn id_of(user: UserId, event: Event, source: &str) -> NotificationId {
        Id::new(Uuid::new_v5(&user.uuid(), format!("{}:{source}", event.name()).as_bytes()))
    }

    /// The key of its text.
    pub fn key(&self) -> String {
        match &self.about {
            About::Nudge { what, .. } => what.key().to_owned(),
            About::Achievements { .. } => "notification_achievements".to_owned(),
            About::Connection { status, .. } => format!("notification_{}", status.name()),
            About::Channel { .. } => "notification_channel_off".to_owned(),
            About::Test {} => "notification_test".to_owned(),
            About::Verify {} => "notification_verify".to_owned(),
        }
    }

    /// What it says in words.
    pub fn text(&self) -> String {
        let say = |args: &[(&str, Arg<'_>)]| text(self.language, &self.key(), args);
        match &self.about {
            About::Nudge { what, .. } => what.text(self.language),
            About::Achievements { ids } => {
                let name = |id: &String| achievements::of(id, self.language).map_or(id.as_str(), |(name, _)| name).to_owned();
                let names = ids.iter().map(name).collect::<Vec<_>>().join(", ");
                say(&[("count", Arg::Number(ids.len() as u64)), ("names", Arg::Text(&names))])
            }
            About::Connection { name, .. } => say(&[("name", Arg::Text(name))]),
            About::Channel { name, problem, .. } => {
                let problem = text(self.language, &format!("channel_{}", problem.name()), &[]);
                say(&[("name", Arg::Text(name)), ("problem", Arg::Text(&problem))])
            }
            About::Test {} | About::Verify {} => say(&[]),
        }
    }

    /// One line that says what it is about.
    pub fn title(&self) -> String {
        text(self.language, &format!("title_{}", self.event.name().replace('.', "_")), &[])
    }

    /// What a program may want to know besides the text: ids, and the figures that a nudge was made of.
    pub fn data(&self) -> Map<String, Value> {
        let data = match &self.about {
            About::Nudge { nudge_id, what } => {
                let evidence = serde_json::to_value(what).map(|mut what| what["evidence"].take()).unwrap_or_default();
                json!({ "nudge_id": nudge_id, "kind": what.kind(), "evidence": evidence })
            }
            About::Achievements { ids } => json!({ "achievements": ids }),
            About::Connection { connection_id, status, .. } => json!({ "connection_id": connection_id, "status": status }),
            About::Channel { of, problem, .. } => json!({ "channel_id": of, "problem": problem }),
            About::Test {} | About::Verify {} => json!({}),
        };
        if let Value::Object(members) = data { members } else { Map::new() }
    }

    /// When something of it is to be looked at next.
    pub fn next(&self) -> Option<Timestamp> {
        self.deliveries.iter().filter_map(Delivery::next).min()
    }

    pub fn expires_at(&self) -> Timestamp {
        self.created_at.plus(KEPT)
    }
}

impl Resource for Notification {
    const NOUN: &'static str = "Notification";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(event: Event, about: About) -> Notification {
        let user_id = UserId::new(Uuid::from_u128(7));
        let (language, created_at, date) = (Language::En, Timestamp::from_micros(5), NaiveDate::default());
        let id = Notification::id_of(user_id, event, "x");
        Notification { id, user_id, event, about, language, created_at, date, deliveries: vec![] }
    }

    #[test]
    fn the_id_follows_from_what_it_tells_of() {
        let user = UserId::new(Uuid::from_u128(7));
        let id = Notification::id_of(user, Event::SummaryDaily, "digest:2026-01-14");
        assert_eq!(id.uuid(), Uuid::new_v5(&user.uuid(), b"summary.daily:digest:2026-01-14"));
        assert_ne!(id, Notification::id_of(user, Event::SummaryDaily, "digest:2026-01-15"));
        assert_ne!(id, Notification::id_of(UserId::new(Uuid::from_u128(8)), Event::SummaryDaily, "digest:2026-01-14"));
    }

    #[test]
    fn each_says_something_in_each_language_and_is_read_as_it_was_written() {
        let name = || "Home".to_owned();
        let connection = |status| About::Connection { connection_id: Uuid::nil(), name: name(), status };
        for (event, about) in [
            (Event::NudgeCreated, About::Nudge { nudge_id: "n".into(), what: What::BreakDue { continuous_minutes: 50 } }),
            (Event::AchievementEarned, About::Achievements { ids: vec!["first_task".into(), "tasks_10".into()] }),
            (Event::SyncAttention, connection(Status::NeedsReauth)),
            (Event::SyncAttention, connection(Status::Halted)),
            (Event::SyncAttention, connection(Status::Failed)),
            (Event::SyncAttention, About::Channel { of: Id::new(Uuid::nil()), name: name(), problem: ChannelProblem::Failing }),
            (Event::ChannelTest, About::Test {}),
            (Event::ChannelVerify, About::Verify {}),
        ] {
            let english = notification(event, about);
            let spanish = Notification { language: Language::Es, ..english.clone() };
            assert!(english.text() != spanish.text() && english.title() != spanish.title(), "{}", english.text());
            let stored = serde_json::to_string(&english).expect("JSON");
            assert_eq!(serde_json::from_str::<Notification>(&stored).expect("read back"), english, "{stored}");
            assert!(english.data().len() < 4 && !english.key().is_empty());
        }
        let earned = notification(Event::AchievementEarned, About::Achievements { ids: vec!["first_task".into()] });
        assert_eq!(earned.text(), "You have earned an achievement: First task.");
    }
}
