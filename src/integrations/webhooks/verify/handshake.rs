//! What senders ask before they send anything, and what they want to read at once. Nothing that a stranger chose is kept:
//! a handshake that hands over a secret counts only while we wait for it.

use secrecy::SecretString;
use serde::Deserialize;

use super::{
    config::Config,
    request::Request,
    tokens::CHANNEL_STATE,
    verdict::{Answer, Handshake, Reason},
};

const HOOK_SECRET: &str = "X-Hook-Secret";
const NOTION_SIGNATURE: &str = "X-Notion-Signature";
/// Longer ones are nobody's secret, and would go into a header of ours.
const MAX_SECRET: usize = 255;

/// How a sender greets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    None,
    /// `HEAD` must be answered.
    Head,
    /// A first request with the secret in a header, which the answer has too.
    HookSecret,
    /// A first request with the secret as the body.
    VerificationToken,
    /// The parameter `validationToken` is the answer.
    ValidationToken,
    /// A signed request, whose `challenge` is the answer.
    Challenge,
    /// A signed request of type 1, whose answer is that too.
    Ping,
    /// A first notification with the state `sync`.
    Sync,
}

#[derive(Deserialize)]
struct Verification {
    verification_token: String,
}

#[derive(Deserialize)]
struct Challenge {
    r#type: String,
    challenge: String,
}

#[derive(Deserialize)]
struct Interaction {
    r#type: u64,
}

impl Greeting {
    /// A greeting that is not signed; `None` when the request is none, or comes when nobody waits for it.
    pub(super) fn unsigned(self, config: &Config, request: &Request<'_>) -> Result<Option<Handshake>, Reason> {
        match self {
            Self::Head => Ok((request.method == "HEAD").then(|| Handshake::answered(Answer::Empty))),
            Self::HookSecret if config.handshake => {
                let Some(secret) = request.header(HOOK_SECRET)? else { return Ok(None) };
                let secret = secret_text(secret).ok_or(Reason::MalformedSignature)?;
                let answer = Answer::Header { name: HOOK_SECRET, value: secret.clone() };
                Ok(Some(Handshake { answer, secret: Some(secret) }))
            }
            Self::VerificationToken if config.handshake && !request.has(NOTION_SIGNATURE) => {
                let Ok(sent) = serde_json::from_slice::<Verification>(request.body) else { return Ok(None) };
                let secret = secret_text(sent.verification_token.as_bytes()).ok_or(Reason::MalformedBody)?;
                Ok(Some(Handshake { answer: Answer::Empty, secret: Some(secret) }))
            }
            Self::ValidationToken => {
                let token = request.parameter("validationToken").filter(|token| !token.is_empty());
                Ok(token.map(|token| Handshake::answered(Answer::Text(token))))
            }
            _ => Ok(None),
        }
    }

    /// What an accepted request wants to read at once.
    pub(super) fn wanted(self, request: &Request<'_>) -> Option<Answer> {
        match self {
            Self::Challenge => {
                let sent: Challenge = serde_json::from_slice(request.body).ok()?;
                (sent.r#type == "url_verification").then_some(Answer::Text(sent.challenge))
            }
            Self::Ping => {
                let sent: Interaction = serde_json::from_slice(request.body).ok()?;
                (sent.r#type == 1).then_some(Answer::Json(r#"{"type":1}"#))
            }
            _ => None,
        }
    }

    /// Whether an accepted request is no more than a greeting.
    pub(super) fn is_all(self, request: &Request<'_>) -> bool {
        self == Self::Sync && request.told(CHANNEL_STATE).as_deref() == Some("sync")
    }
}

fn secret_text(bytes: &[u8]) -> Option<SecretString> {
    let fits = (1..=MAX_SECRET).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    str::from_utf8(bytes).ok().filter(|_| fits).map(SecretString::from)
}
