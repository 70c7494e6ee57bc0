//! What is kept of a channel and shown to nobody: its address and secrets, sealed, and when what was sent. Pure but for randomness.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::NaiveDate;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::model::{BOTH_SIGN, Channel, ChannelId};
use crate::{
    integrations::credentials::{
        envelope::{Envelope, Part, Place, Rewrapping},
        keyring::{CannotOpen, Keyring},
    },
    kernel::{Code, Error, Result, Timestamp, UserId},
};

/// How long the link in a mail verifies its address.
pub const LINK_LASTS: Duration = Duration::from_hours(24);
/// How often that mail is sent at most, and a test.
pub const ASK_AGAIN: Duration = Duration::from_mins(1);
const ASKS_A_DATE: u32 = 5;

/// Proves that a mail was read; 128 bits.
pub type Nonce = [u8; 16];

/// The state of one channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChannelState {
    pub id: ChannelId,
    pub user_id: UserId,
    /// When something was last sent, whatever it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// When the person last asked for a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested_at: Option<Timestamp>,
    /// That a link was asked for which verifies the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<Asked>,
    /// Until when the secret before the newest signs too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    both_sign_until: Option<Timestamp>,
    /// Grows with each change of what is sealed.
    generation: u64,
    envelope: Envelope,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Asked {
    at: Timestamp,
    /// How often on that date.
    on: NaiveDate,
    times: u32,
}

/// What is sealed of a channel.
pub struct Secrets {
    pub address: SecretString,
    /// What its messages are signed with, the newest first.
    pub signing: Vec<SecretString>,
    nonce: Option<Nonce>,
}

impl ChannelState {
    /// Errors: `Internal`.
    pub fn new(ring: &Keyring, channel: &Channel, address: SecretString, signing: Option<SecretString>) -> Result<Self> {
        let (id, user_id) = (channel.id, channel.user_id);
        let secrets = Secrets { address, signing: signing.into_iter().collect(), nonce: None };
        let envelope = secrets.sealed(ring, Place { user: user_id, connection: id.uuid(), generation: 1 })?;
        Ok(Self { id, user_id, last_at: None, tested_at: None, asked: None, both_sign_until: None, generation: 1, envelope })
    }

    pub fn opened(&self, ring: &Keyring) -> Result<Secrets, CannotOpen> {
        let open = |part| self.envelope.open(ring, self.place(), part);
        let list: Vec<String> =
            serde_json::from_str(open(Part::WebhookSecrets)?.expose_secret()).map_err(|_| CannotOpen::Damaged)?;
        let nonce = open(Part::Verifier)?;
        let nonce = URL_SAFE_NO_PAD.decode(nonce.expose_secret()).map_err(|_| CannotOpen::Damaged)?;
        let signing = list.into_iter().map(SecretString::from).collect();
        Ok(Secrets { address: open(Part::Address)?, signing, nonce: nonce.try_into().ok() })
    }

    /// With another secret; the one before signs too for a day. Errors: `NotConfigured`.
    pub fn with_secret(&self, ring: &Keyring, secret: SecretString, now: Timestamp) -> Result<Self> {
        let mut secrets = self.opened(ring).map_err(lost)?;
        secrets.signing.insert(0, secret);
        secrets.signing.truncate(2);
        Ok(Self { both_sign_until: Some(now.plus(BOTH_SIGN)), ..self.resealed(ring, &secrets)? })
    }

    /// Once a link is asked for, which takes the place of the one before. Errors: `TooManyAttempts`, `NotConfigured`.
    pub fn asked(&self, ring: &Keyring, now: Timestamp, today: NaiveDate) -> Result<Self> {
        let before = self.asked.filter(|asked| asked.on >= today).map_or(0, |asked| asked.times);
        if let Some(last) = self.asked {
            once_a_minute(last.at, now)?;
        }
        if before >= ASKS_A_DATE {
            return Err(Error::new(Code::TooManyAttempts, "The link was sent five times today").after(Duration::from_hours(1)));
        }
        let mut secrets = self.opened(ring).map_err(lost)?;
        let mut nonce = Nonce::default();
        getrandom::fill(&mut nonce).map_err(Error::internal)?;
        secrets.nonce = Some(nonce);
        Ok(Self { asked: Some(Asked { at: now, on: today, times: before + 1 }), ..self.resealed(ring, &secrets)? })
    }

    /// What the link has to have in it, while there is one.
    pub fn nonce(&self, secrets: &Secrets, now: Timestamp) -> Option<Nonce> {
        secrets.nonce.filter(|_| self.asked.is_some_and(|asked| now < asked.at.plus(LINK_LASTS)))
    }

    /// Once the link was followed, which is then good for nothing; `None` where it is not the link. Errors: `Internal`.
    pub fn answered(&self, ring: &Keyring, nonce: &Nonce, now: Timestamp) -> Result<Option<Self>> {
        let Ok(mut secrets) = self.opened(ring) else { return Ok(None) };
        if !self.nonce(&secrets, now).is_some_and(|expected| expected.ct_eq(nonce).into()) {
            return Ok(None);
        }
        secrets.nonce = None;
        self.resealed(ring, &secrets).map(Some)
    }

    /// Once the person asks for a test. Errors: `TooManyAttempts`.
    pub fn tested(&self, now: Timestamp) -> Result<Self> {
        if let Some(last) = self.tested_at {
            once_a_minute(last, now)?;
        }
        Ok(Self { tested_at: Some(now), ..self.clone() })
    }

    /// Once something is on its way there.
    #[must_use]
    pub fn used(&self, now: Timestamp) -> Self {
        Self { last_at: Some(now), ..self.clone() }
    }

    /// What signs now.
    pub fn signing(&self, secrets: Secrets, now: Timestamp) -> Vec<SecretString> {
        let both = self.both_sign_until.is_some_and(|until| now < until);
        secrets.signing.into_iter().take(if both { 2 } else { 1 }).collect()
    }

    /// The same under the key that seals now; `None` when it is already.
    pub fn rewrapped(&self, ring: &Keyring) -> Result<Option<Self>, Rewrapping> {
        Ok(self.envelope.rewrapped(ring, self.place())?.map(|envelope| Self { envelope, ..self.clone() }))
    }

    fn resealed(&self, ring: &Keyring, secrets: &Secrets) -> Result<Self> {
        let generation = self.generation + 1;
        let envelope = secrets.sealed(ring, Place { generation, ..self.place() })?;
        Ok(Self { generation, envelope, ..self.clone() })
    }

    fn place(&self) -> Place {
        Place { user: self.user_id, connection: self.id.uuid(), generation: self.generation }
    }
}

impl Secrets {
    fn sealed(&self, ring: &Keyring, place: Place) -> Result<Envelope> {
        let signing: Vec<&str> = self.signing.iter().map(ExposeSecret::expose_secret).collect();
        let signing = SecretString::from(serde_json::to_string(&signing).map_err(Error::internal)?);
        let nonce = SecretString::from(self.nonce.map(|nonce| URL_SAFE_NO_PAD.encode(nonce)).unwrap_or_default());
        let parts = [(Part::Address, &self.address), (Part::WebhookSecrets, &signing), (Part::Verifier, &nonce)];
        Envelope::seal(ring, place, parts)
    }
}

fn once_a_minute(last: Timestamp, now: Timestamp) -> Result<()> {
    let next = last.plus(ASK_AGAIN);
    if now >= next {
        return Ok(());
    }
    Err(Error::new(Code::TooManyAttempts, "This can be asked for once a minute").after(next.since(now)))
}

pub fn lost(why: CannotOpen) -> Error {
    Error::new(Code::NotConfigured, "The channel cannot be opened on this server; make it anew").caused_by(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        integrations::credentials::keyring::{KEY, Key},
        outbound::channels::ChannelKind,
    };

    fn ring(byte: u8) -> Keyring {
        Keyring::new(Key::new(&mut [byte; KEY]), Vec::new())
    }

    fn state() -> ChannelState {
        let channel = Channel::example(1, ChannelKind::Webhook);
        ChannelState::new(&ring(1), &channel, "https://example.org/hunter2".into(), Some("whsec_1".into())).expect("a state")
    }

    fn signing(state: &ChannelState, now: Timestamp) -> Vec<String> {
        let secrets = state.opened(&ring(1)).expect("opened");
        state.signing(secrets, now).iter().map(|secret| secret.expose_secret().to_owned()).collect()
    }

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn both_secrets_sign_for_a_day() {
        let other = state().with_secret(&ring(1), "whsec_2".into(), NOW).expect("sealed");
        let end = NOW.plus(BOTH_SIGN);
        assert_eq!(signing(&other, end.minus(Duration::from_micros(1))), ["whsec_2", "whsec_1"]);
        assert_eq!(signing(&other, end), ["whsec_2"]);
        let third = other.with_secret(&ring(1), "whsec_3".into(), NOW).expect("sealed");
        assert_eq!(signing(&third, NOW), ["whsec_3", "whsec_2"]);
        assert!(state().opened(&ring(2)).is_err());
        let stored = serde_json::to_string(&third).expect("JSON");
        assert!(
            !stored.contains("whsec") && !stored.contains("hunter2") && !format!("{third:?}").contains("hunter2"),
            "{stored}"
        );
    }

    #[test]
    fn a_link_verifies_once_and_for_a_day_and_only_the_last_one_does() {
        let (ring, today) = (ring(1), NaiveDate::default());
        let nonce = |state: &ChannelState, now| state.nonce(&state.opened(&ring).expect("opened"), now);
        assert_eq!(nonce(&state(), NOW), None);
        let first = state().asked(&ring, NOW, today).expect("asked");
        let former = nonce(&first, NOW).expect("a link");
        let later = NOW.plus(ASK_AGAIN);
        assert!(first.asked(&ring, later.minus(Duration::from_micros(1)), today).is_err());
        let second = first.asked(&ring, later, today).expect("asked again");
        let current = nonce(&second, later).expect("a link");
        let answered = |state: &ChannelState, nonce, now| state.answered(&ring, nonce, now).expect("no defect");
        assert!(former != current && answered(&second, &former, later).is_none());
        assert!(answered(&second, &current, later.plus(LINK_LASTS)).is_none());
        let used = answered(&second, &current, later).expect("the link");
        assert!(answered(&used, &current, later).is_none());

        let mut state = state();
        for n in 0..5 {
            state = state.asked(&ring, NOW.plus(ASK_AGAIN * n), today).expect("asked");
        }
        let sixth = NOW.plus(ASK_AGAIN * 5);
        assert_eq!(state.asked(&ring, sixth, today).map(drop).expect_err("too often").code(), Code::TooManyAttempts);
        assert!(state.asked(&ring, sixth, today.succ_opt().expect("a date")).is_ok());
    }
}
