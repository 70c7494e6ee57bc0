//! What carries messages to people, by the kinds of channels that there are. An adapter implements [`Carrier`] and is handed over in
//! the composition root; whoever decides what is sent, when and how often knows no kind's protocol.

pub mod email;
pub mod push;
pub mod webhook;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{choice, kernel::Timestamp};

choice!(
    /// By what somebody is reached.
    ChannelKind as "ChannelKind",
    Slack = "slack",
    Teams = "teams",
    Email = "email",
    /// A program of the person's own.
    Webhook = "webhook",
    /// The browser.
    Push = "push",
);

choice!(
    /// Why a channel is off, or about to be.
    ChannelProblem as "ChannelProblem",
    /// Five days without a success.
    Failing = "failing",
    /// There is nobody at the address any more, as it says itself.
    Gone = "gone",
    /// The service does not let us in any more.
    Refused = "refused",
    /// The key that its address and secrets were sealed with is not here any more.
    SecretLost = "secret_lost",
);

/// A message as it is handed over. It cannot be shown: the address and what is said are the person's.
pub struct Message {
    /// Of the notification; the same whenever it is tried again, so that a repetition can be recognised.
    pub id: Uuid,
    /// When what it tells of happened.
    pub created_at: Timestamp,
    /// Where it goes: an address of e-mail, the URL of a webhook, a push subscription as the JSON that the browser gave.
    pub to: SecretString,
    /// What it is signed with, the newest first; of webhooks alone.
    pub secrets: Vec<SecretString>,
    /// Such as `nudge.created`.
    pub event: &'static str,
    /// Of the texts, such as `es`.
    pub language: &'static str,
    /// The stable name of the text.
    pub key: String,
    /// One line that says what it is about, and nothing of its content.
    pub title: String,
    pub text: String,
    /// What a program may want to know besides: ids and numbers, no notes and no addresses.
    pub data: Map<String, Value>,
    /// Where it leads: the page, or for `channel.verify` the address that verifies.
    pub link: String,
    /// Where one click ends messages of this kind by this channel; of e-mail alone, and not of `channel.verify`.
    pub unsubscribe: Option<String>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// It was certainly not taken, and may be another time: not before `after`, where that is said.
    NotSent {
        reason: Reason,
        after: Option<Duration>,
    },
    /// This message will never be taken; others may be.
    Refused {
        reason: Reason,
    },
    /// Nothing will be taken any more: the channel is switched off.
    Ended {
        problem: ChannelProblem,
    },
    /// It was sent and no answer came. It is sent again only where a repetition is recognised.
    Unknown,
}

/// Our own words for what went wrong, such as `http_500`: never the other side's, which may hold anything.
pub type Reason = Cow<'static, str>;

/// What comes of a message that is sent twice under its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// The receiver takes it once.
    Recognised,
    /// Somebody would read it twice.
    Seen,
}

/// After which waits a message that was certainly not taken is tried again, where nothing else is said.
pub const SOON: &[Duration] =
    &[Duration::from_secs(5), Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(30), Duration::from_hours(2)];

/// Carries messages by one kind of channel. One for the process.
#[async_trait]
pub trait Carrier: Send + Sync + fmt::Debug {
    fn kind(&self) -> ChannelKind;

    fn repetition(&self) -> Repetition;

    /// The waits before each further attempt; after the last of them a message has failed.
    fn retries(&self) -> &'static [Duration] {
        SOON
    }

    /// Whether anything may be sent to that address at all, as far as it can be told without asking for it.
    fn allows(&self, to: &SecretString) -> bool;

    /// The key that browsers subscribe with; of push alone.
    fn push_key(&self) -> Option<String> {
        None
    }

    /// Sends one message once, within 15 seconds.
    async fn send(&self, message: &Message) -> Outcome;
}

/// The carriers that are set up here, one for each kind.
#[derive(Debug, Clone)]
pub struct Carriers(Arc<[Arc<dyn Carrier>]>);

impl Carriers {
    pub fn new(all: Vec<Arc<dyn Carrier>>) -> Self {
        Self(all.into())
    }

    pub fn of(&self, kind: ChannelKind) -> Option<&Arc<dyn Carrier>> {
        self.0.iter().find(|carrier| carrier.kind() == kind)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A message for `ann@example.org` in English.
    pub fn message(event: &'static str) -> Message {
        Message {
            id: Uuid::nil(),
            created_at: Timestamp::from_micros(0),
            to: "ann@example.org".into(),
            secrets: vec![],
            event,
            language: "en",
            key: "break_due".into(),
            title: "A reminder".into(),
            text: "You have worked for 50 minutes.".into(),
            data: Map::new(),
            link: "https://a.example/app".into(),
            unsubscribe: None,
        }
    }
}
