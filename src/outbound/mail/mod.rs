//! Mail: one message in, what became of it out, by whichever of three ways the settings name. Knows neither channels nor whom it
//! writes to.

mod azure;
pub mod letter;
mod mime;
mod sendgrid;
mod smtp;
mod way;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use lettre::{Address, message::Mailbox};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use uuid::Uuid;

use self::letter::Letter;
pub use self::way::Way;
use crate::{
    credentials::CredentialManager,
    kernel::Clock,
    outbound::{http::Outgoing, providers::Failure},
};

/// The setting of the way, which may hold a password, and those of the keys of the others.
pub const URL: &str = "MAIL_URL";
pub const SENDGRID_KEY: &str = "SENDGRID_KEY";
pub const AZURE_KEY: &str = "ACS_KEY";
/// What the picture in a mail is called there.
const PICTURE: &str = "companion";

/// From whom mail comes: an address, or a name and an address as `Avanochi <avanochi@example.org>`.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

impl Sender {
    /// `None` for what is no address.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Without the name.
    pub fn address(&self) -> &str {
        self.0.email.as_ref()
    }

    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }
}

/// What the settings say of mail.
#[derive(Debug, Clone)]
pub struct Settings {
    pub from: Sender,
    pub sendgrid_url: Url,
    /// Of the resource of Azure Communication Services, where there is one.
    pub azure_endpoint: Option<Url>,
}

/// A mail. It cannot be shown: the address and what is said are the person's.
pub struct Mail {
    /// The same whenever it is tried again: `Message-ID` and `Operation-Id` are made of it.
    pub id: Uuid,
    pub to: SecretString,
    pub letter: Letter,
    /// Where one click ends mails of this kind. `None` for those that somebody asked for.
    pub unsubscribe: Option<String>,
    /// Shown beside the text, as PNG.
    pub picture: Option<Arc<[u8]>>,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailed {
    Sent,
    /// It was certainly not taken, and may be another time: not before `after`, where that is said.
    NotSent {
        reason: Reason,
        after: Option<Duration>,
    },
    /// There is no such mailbox.
    NoMailbox {
        reason: Reason,
    },
    /// This mail will never be taken; others may be.
    Refused {
        reason: Reason,
    },
    /// It is the operator's to mend, and no fault of the mailbox's.
    Broken {
        reason: Reason,
    },
    /// It was handed over and no answer came.
    Unknown,
}

/// Our own words for what went wrong, such as `smtp_550`: never the other side's, which may quote the address.
pub type Reason = Cow<'static, str>;

impl Mailed {
    fn not_sent(reason: impl Into<Reason>) -> Self {
        Self::NotSent { reason: reason.into(), after: None }
    }

    fn refused(reason: impl Into<Reason>) -> Self {
        Self::Refused { reason: reason.into() }
    }

    fn broken(reason: impl Into<Reason>) -> Self {
        Self::Broken { reason: reason.into() }
    }
}

/// Sends mail. The way and its keys are asked of the credential manager for each, so that another password needs no restart.
pub struct Mailer {
    settings: Settings,
    out: Arc<Outgoing>,
    secrets: Arc<CredentialManager>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").finish_non_exhaustive()
    }
}

impl Mailer {
    pub fn new(settings: Settings, out: Arc<Outgoing>, secrets: Arc<CredentialManager>, clock: Arc<dyn Clock>) -> Self {
        Self { settings, out, secrets, clock }
    }

    /// Sends it once, within 15 seconds.
    pub async fn send(&self, mail: &Mail) -> Mailed {
        let Ok(to) = mail.to.expose_secret().parse::<Address>() else { return Mailed::refused("no_address") };
        let mailed = match self.way().await {
            Ok(Way::Smtp(server)) => match mime::message(mail, &self.settings.from, &to, self.clock.now()) {
                Some(message) => {
                    let mailed = smtp::send(&server, &self.settings.from.0.email, &to, &message).await;
                    if matches!(mailed, Mailed::Broken { .. }) {
                        self.secrets.forget(URL);
                    }
                    mailed
                }
                None => Mailed::refused("not_made"),
            },
            Ok(Way::SendGrid) => self.by_sendgrid(mail).await,
            Ok(Way::Azure) => self.by_azure(mail).await,
            Ok(Way::Off) => Mailed::broken("not_configured"),
            Err(mailed) => mailed,
        };
        if let Mailed::Broken { reason } = &mailed {
            tracing::error!(reason = &**reason, "mail is not taken: see MAIL_URL, MAIL_FROM and the keys of the service");
        }
        mailed
    }

    /// By which way mail goes now.
    async fn way(&self) -> Result<Way, Mailed> {
        match self.secret(URL).await? {
            Some(url) => Way::parse(url.expose_secret()).ok_or(Mailed::broken("no_way")),
            // A key of SendGrid alone says what is meant.
            None if self.secret(SENDGRID_KEY).await?.is_some() => Ok(Way::SendGrid),
            None => Err(Mailed::broken("no_way")),
        }
    }

    async fn secret(&self, name: &str) -> Result<Option<SecretString>, Mailed> {
        self.secrets.get(name, None).await.map_err(|error| {
            tracing::warn!(%error, "how mail is sent is not known now");
            Mailed::not_sent("no_key")
        })
    }

    /// What an answer over HTTP comes to that took nothing. `key`: what it was asked with.
    fn failed(&self, failure: &Failure, key: &str) -> Mailed {
        match failure {
            Failure::Unauthorized | Failure::Forbidden => {
                // Another may be in the vault by now.
                self.secrets.forget(key);
                Mailed::broken("key_refused")
            }
            Failure::Limited { until } => {
                Mailed::NotSent { reason: "http_429".into(), after: Some(until.since(self.clock.now())) }
            }
            Failure::Unreachable => Mailed::not_sent("unreachable"),
            Failure::Unknown => Mailed::Unknown,
            Failure::Rejected(status) => Mailed::refused(format!("http_{status}")),
            _ => Mailed::broken("wrong_service"),
        }
    }
}

/// In one line, whatever it was made of: a line break in a header would begin another.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')).collect::<Vec<_>>().join(" ")
}

/// What each mail has besides, as names and values.
fn headers(mail: &Mail) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Auto-Submitted", "auto-generated".to_owned())];
    if let Some(url) = &mail.unsubscribe {
        headers.push(("List-Unsubscribe", format!("<{}>", one_line(url))));
        headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers
}

/// The same whenever the mail is tried again, by which programs show a mail once that came twice.
fn message_id(mail: &Mail, from: &Sender) -> String {
    format!("<{}@{}>", mail.id, from.0.email.domain())
}

#[cfg(test)]
mod tests;
