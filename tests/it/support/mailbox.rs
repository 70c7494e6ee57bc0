//! What carries mail in the tests: it keeps what it is given, and answers as it is told. As with mail, whoever gets the same message
//! twice reads it twice.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use avanochi::outbound::channels::{Carrier, ChannelKind, Message, Outcome, Repetition};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// A mail as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub id: Uuid,
    pub to: String,
    pub event: &'static str,
    pub language: &'static str,
    pub title: String,
    pub text: String,
    pub link: String,
    pub unsubscribe: Option<String>,
}

#[derive(Debug, Default)]
pub struct Mailbox(Mutex<(Vec<Mail>, VecDeque<Outcome>)>);

impl Mailbox {
    /// All that came.
    pub fn all(&self) -> Vec<Mail> {
        self.lock().0.clone()
    }

    /// The last that came.
    pub fn last(&self) -> Mail {
        self.lock().0.last().cloned().expect("a mail")
    }

    /// What the next message comes to, after those that were told before.
    pub fn answers(&self, outcome: Outcome) {
        self.lock().1.push_back(outcome);
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<Mail>, VecDeque<Outcome>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Carrier for Mailbox {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn repetition(&self) -> Repetition {
        Repetition::Seen
    }

    fn allows(&self, _: &SecretString) -> bool {
        true
    }

    async fn send(&self, message: &Message) -> Outcome {
        let mut inner = self.lock();
        let outcome = inner.1.pop_front().unwrap_or(Outcome::Sent);
        if matches!(outcome, Outcome::Sent | Outcome::Unknown) {
            inner.0.push(Mail {
                id: message.id,
                to: message.to.expose_secret().to_owned(),
                event: message.event,
                language: message.language,
                title: message.title.clone(),
                text: message.text.clone(),
                link: message.link.clone(),
                unsubscribe: message.unsubscribe.clone(),
            });
        }
        outcome
    }
}
