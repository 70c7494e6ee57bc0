//! Messages as mail.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::{Carrier, ChannelKind, ChannelProblem, Message, Outcome, Repetition};
use crate::{
    kernel::FromText as _,
    outbound::mail::{
        Mail, Mailed, Mailer,
        letter::{Letter, Link},
    },
    texts::{Language, text},
};

/// A day, which is as long as servers that put off strangers need at most.
const RETRIES: &[Duration] = &[
    Duration::from_mins(1),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(3),
    Duration::from_hours(7),
    Duration::from_hours(12),
];

/// Draws the picture that mails have in them, as PNG; takes a while.
pub type Draw = fn() -> Option<Vec<u8>>;

/// Writes to people's mailboxes.
pub struct Emails {
    mailer: Arc<Mailer>,
    draw: Option<Draw>,
    picture: OnceCell<Option<Arc<[u8]>>>,
}

impl fmt::Debug for Emails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emails").finish_non_exhaustive()
    }
}

impl Emails {
    /// `draw`: the picture in each mail, where there is one.
    pub fn new(mailer: Arc<Mailer>, draw: Option<Draw>) -> Self {
        Self { mailer, draw, picture: OnceCell::new() }
    }

    /// Drawn for the first mail, beside what else is done. Without it a mail is a mail.
    async fn picture(&self) -> Option<Arc<[u8]>> {
        let draw = self.draw?;
        let drawn = || async move { tokio::task::spawn_blocking(draw).await.ok().flatten().map(Arc::from) };
        self.picture.get_or_init(drawn).await.clone()
    }
}

#[async_trait]
impl Carrier for Emails {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    /// Also by Azure Communication Services, which do not promise to send one operation once.
    fn repetition(&self) -> Repetition {
        Repetition::Seen
    }

    fn retries(&self) -> &'static [Duration] {
        RETRIES
    }

    /// Mail goes to our own server, wherever the mailbox is.
    fn allows(&self, _: &SecretString) -> bool {
        true
    }

    async fn send(&self, message: &Message) -> Outcome {
        let mail = Mail {
            id: message.id,
            to: message.to.clone(),
            letter: letter(message),
            unsubscribe: message.unsubscribe.clone(),
            picture: self.picture().await,
        };
        outcome(self.mailer.send(&mail).await)
    }
}

fn letter(message: &Message) -> Letter {
    let language = Language::from_text(message.language).unwrap_or(Language::En);
    let link = |key: &str, url: &str| Link { label: text(language, key, &[]), url: url.to_owned() };
    let button = if message.event == "channel.verify" { "mail_verify" } else { "mail_open" };
    Letter {
        language,
        subject: message.title.clone(),
        text: message.text.clone(),
        button: Some(link(button, &message.link)),
        footer: message.unsubscribe.as_deref().map(|url| link("mail_unsubscribe", url)),
    }
}

/// What an operator has to mend ends this message and keeps the channel: people are not to lose theirs by it.
fn outcome(mailed: Mailed) -> Outcome {
    match mailed {
        Mailed::Sent => Outcome::Sent,
        Mailed::NotSent { reason, after } => Outcome::NotSent { reason, after },
        Mailed::NoMailbox { .. } => Outcome::Ended { problem: ChannelProblem::Gone },
        Mailed::Refused { reason } | Mailed::Broken { reason } => Outcome::Refused { reason },
        Mailed::Unknown => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::channels::tests::message;

    #[test]
    fn a_letter_leads_to_the_page_or_verifies_and_says_how_to_end_it() {
        let unsubscribe = Some("https://a.example/u".to_owned());
        let nudge = letter(&Message { unsubscribe, ..message("nudge.created") });
        assert_eq!((nudge.language, nudge.subject.as_str()), (Language::En, "A reminder"));
        assert_eq!(nudge.button.expect("a button").label, "Open Avanochi");
        assert_eq!(nudge.footer.expect("a footer").url, "https://a.example/u");
        let verify = letter(&Message { language: "es", ..message("channel.verify") });
        assert_ne!(verify.button.as_ref().expect("a button").label, "Open Avanochi");
        assert!(verify.footer.is_none() && verify.language == Language::Es);
    }

    #[test]
    fn only_a_mailbox_that_is_not_there_ends_the_channel() {
        let reason = || "x".into();
        for (mailed, expected) in [
            (Mailed::Sent, Outcome::Sent),
            (Mailed::NotSent { reason: reason(), after: None }, Outcome::NotSent { reason: reason(), after: None }),
            (Mailed::NoMailbox { reason: reason() }, Outcome::Ended { problem: ChannelProblem::Gone }),
            (Mailed::Refused { reason: reason() }, Outcome::Refused { reason: reason() }),
            (Mailed::Broken { reason: reason() }, Outcome::Refused { reason: reason() }),
            (Mailed::Unknown, Outcome::Unknown),
        ] {
            assert_eq!(outcome(mailed), expected);
        }
        let day: Duration = RETRIES.iter().sum();
        assert!(day > Duration::from_hours(23) && day < Duration::from_hours(25));
    }
}
