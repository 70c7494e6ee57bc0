//! What a credential is: what people give, what is kept of it, what is opened of it. Pure.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{
    envelope::{Envelope, Part, Place},
    keyring::{CannotOpen, Keyring},
};
use crate::{
    choice,
    kernel::{Result, Timestamp, UserId},
    outbound::providers::ProviderName,
};

choice!(
    /// By what right a service lets us in.
    CredentialKind as "CredentialKind",
    Token = "token",
    Basic = "basic",
    Oauth = "oauth",
);

/// What a person gives.
#[derive(Debug)]
pub enum NewCredential {
    Token(SecretString),
    Basic { username: SecretString, password: SecretString },
}

/// What is used at a service.
#[derive(Debug, Clone)]
pub enum OpenedCredential {
    Token(SecretString),
    Basic { username: SecretString, password: SecretString },
}

impl OpenedCredential {
    /// Whether just that was given.
    pub fn is(&self, given: &NewCredential) -> bool {
        let same = |one: &SecretString, other: &SecretString| {
            one.expose_secret().as_bytes().ct_eq(other.expose_secret().as_bytes()).into()
        };
        match (self, given) {
            (Self::Token(one), NewCredential::Token(other)) => same(one, other),
            (Self::Basic { username, password }, NewCredential::Basic { username: name, password: word }) => {
                same(username, name) && same(password, word)
            }
            _ => false,
        }
    }
}

/// What a consent, or the renewal of one, has brought.
#[derive(Debug)]
pub struct Tokens {
    pub access: SecretString,
    /// `None`: the one before stays good, if there was one.
    pub refresh: Option<SecretString>,
    /// How long the access token lasts, where the service says so.
    pub lasts: Option<Duration>,
    /// How long the refresh token does.
    pub refresh_lasts: Option<Duration>,
    /// What we may do, where the service says so.
    pub scopes: Option<Vec<String>>,
}

/// Why a service gave no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRenewed {
    /// It takes the refresh token no more, or wants the person.
    Refused,
    /// It does not know us.
    Misconfigured,
    /// Not now. Nothing was done.
    Later(Option<Duration>),
    /// No answer came: it may have been done.
    Unknown,
}

/// How long an access token without a stated end is taken to last: whether it does, its use will show.
const ASSUMED_LIFE: Duration = Duration::from_hours(1);
/// How much sooner than it ends an access token is renewed, at least and of its life.
const MARGIN: Duration = Duration::from_mins(5);
const MARGIN_OF_LIFE: u32 = 10;
/// How much the clock of a service may differ from ours.
const SKEW: Duration = Duration::from_mins(1);
/// After how long without use a consent is renewed, since services forget one that is never used.
const IDLE: Duration = Duration::from_hours(20 * 24);
/// How long before its end a consent is renewed, or the person told of it.
const BEFORE_END: Duration = Duration::from_hours(14 * 24);
/// The place of what never has to be looked at: within what a double holds.
const NEVER: i64 = 1 << 53;

/// The credential of one connection, its secrets sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credential {
    /// That of its connection.
    pub id: Uuid,
    pub user_id: UserId,
    pub provider: ProviderName,
    pub kind: CredentialKind,
    /// As whom the service knows us, for people.
    pub account: Option<String>,
    /// By which it names that account in what it tells all who use its app, where it does so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    pub scopes: Vec<String>,
    /// Of what is renewed, when the access token ends.
    pub expires_at: Option<Timestamp>,
    /// When a person gave it, or consented.
    pub set_at: Timestamp,
    /// Grows with each change of the secrets.
    pub generation: u64,
    /// Of a consent alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    envelope: Envelope,
}

/// How a consent stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Consent {
    /// Whether there is a refresh token.
    pub renewable: bool,
    /// When the access token is to be renewed, if it can be.
    renew_at: Timestamp,
    renewed_at: Timestamp,
    /// When the refresh token ends, where the service says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
    /// That is when the consent ends, however often it is renewed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ends_anyway: bool,
    /// When the person was told of that end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
    /// The service takes the refresh token no more: only another consent helps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// Who is renewing it, or until when it is not to be tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

/// Why a consent is not renewed just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub until: Timestamp,
    /// The operation that renews it; `None` when the service asked for patience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Uuid>,
}

impl Credential {
    /// What a person gave for a connection, in the place of what was there. Errors: `Internal`.
    pub fn given(ring: &Keyring, place: Place, provider: ProviderName, given: &NewCredential, now: Timestamp) -> Result<Self> {
        let (kind, account, secrets) = match given {
            NewCredential::Token(token) => (CredentialKind::Token, None, vec![(Part::Token, token)]),
            NewCredential::Basic { username, password } => {
                let account = Some(username.expose_secret().to_owned());
                (CredentialKind::Basic, account, vec![(Part::Username, username), (Part::Password, password)])
            }
        };
        Ok(Self {
            id: place.connection,
            user_id: place.user,
            provider,
            kind,
            account,
            account_id: None,
            scopes: Vec::new(),
            expires_at: None,
            set_at: now,
            generation: place.generation,
            consent: None,
            envelope: Envelope::seal(ring, place, secrets)?,
        })
    }

    /// What a consent has brought. Errors: `Internal`.
    pub fn consented(ring: &Keyring, place: Place, provider: ProviderName, tokens: &Tokens, now: Timestamp) -> Result<Self> {
        let refresh = tokens.refresh.as_ref();
        let secrets = [(Part::AccessToken, &tokens.access)].into_iter().chain(refresh.map(|token| (Part::RefreshToken, token)));
        Ok(Self {
            id: place.connection,
            user_id: place.user,
            provider,
            kind: CredentialKind::Oauth,
            account: None,
            account_id: None,
            scopes: tokens.scopes.clone().unwrap_or_default(),
            expires_at: expiry(tokens, refresh.is_some(), now),
            set_at: now,
            generation: place.generation,
            consent: Some(Consent::new(tokens, refresh.is_some(), now)),
            envelope: Envelope::seal(ring, place, secrets)?,
        })
    }

    /// In the place of another, until the service says whose it is.
    #[must_use]
    pub fn after(self, former: Option<&Self>) -> Self {
        Self { account_id: former.and_then(|former| former.account_id.clone()), ..self }
    }

    /// The same consent with the tokens that its renewal has brought. `former` is the refresh token that was sent. Errors:
    /// `Internal`.
    pub fn renewed(&self, ring: &Keyring, former: &SecretString, tokens: &Tokens, now: Timestamp) -> Result<Self> {
        let place = Place { generation: self.generation + 1, ..self.place() };
        let refresh = tokens.refresh.as_ref().unwrap_or(former);
        let envelope = Envelope::seal(ring, place, [(Part::AccessToken, &tokens.access), (Part::RefreshToken, refresh)])?;
        let mut consent = Consent::new(tokens, true, now);
        if let Some(before) = &self.consent {
            consent.follow(before, tokens.refresh.is_none());
        }
        Ok(Self {
            expires_at: expiry(tokens, true, now),
            scopes: tokens.scopes.clone().unwrap_or_else(|| self.scopes.clone()),
            generation: place.generation,
            consent: Some(consent),
            envelope,
            ..self.clone()
        })
    }

    /// The same, with another word about its consent.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Consent)) -> Self {
        let mut changed = self.clone();
        if let Some(consent) = &mut changed.consent {
            change(consent);
        }
        changed
    }

    /// The same under the key that seals now; `None` when it is already.
    pub fn rewrapped(&self, ring: &Keyring) -> Result<Option<Self>, super::envelope::Rewrapping> {
        Ok(self.envelope.rewrapped(ring, self.place())?.map(|envelope| Self { envelope, ..self.clone() }))
    }

    /// What is used at the service.
    pub fn opened(&self, ring: &Keyring) -> Result<OpenedCredential, CannotOpen> {
        let open = |part| self.envelope.open(ring, self.place(), part);
        Ok(match self.kind {
            CredentialKind::Token => OpenedCredential::Token(open(Part::Token)?),
            CredentialKind::Oauth => OpenedCredential::Token(open(Part::AccessToken)?),
            CredentialKind::Basic => OpenedCredential::Basic { username: open(Part::Username)?, password: open(Part::Password)? },
        })
    }

    /// What renews a consent.
    pub fn refresh_token(&self, ring: &Keyring) -> Result<SecretString, CannotOpen> {
        self.envelope.open(ring, self.place(), Part::RefreshToken)
    }

    /// Whether the access token should be renewed before it is used.
    pub fn wants_renewal(&self, now: Timestamp) -> bool {
        self.consent.as_ref().is_some_and(|consent| consent.renewable && consent.renew_at <= now)
    }

    /// Whether the access token still lasts as far as is known.
    pub fn lasts(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now.plus(SKEW))
    }

    /// Whether nobody used the consent for so long that the service may forget it.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        self.look_at() <= now.micros()
    }

    /// When somebody has to look whether the consent still lives; far in the future for what lives by itself.
    pub fn look_at(&self) -> i64 {
        let Some(consent) = self.living() else { return NEVER };
        let idle = consent.renewed_at.plus(IDLE);
        let end = consent.ends_at.filter(|_| consent.told_at.is_none()).map(|end| {
            let soon = end.minus(BEFORE_END);
            // What ends within days of being renewed would be looked at without a pause.
            if consent.ends_anyway { soon } else { soon.max(consent.renewed_at.plus(end.since(consent.renewed_at) / 2)) }
        });
        end.map_or(idle, |end| idle.min(end)).micros()
    }

    /// When the consent ends whatever we do, if that is soon and the person was not told yet.
    pub fn ends_soon(&self, now: Timestamp) -> Option<Timestamp> {
        let consent = self.living().filter(|consent| consent.ends_anyway && consent.told_at.is_none())?;
        consent.ends_at.filter(|end| end.minus(BEFORE_END) <= now)
    }

    /// The consent, while it can be renewed.
    fn living(&self) -> Option<&Consent> {
        self.consent.as_ref().filter(|consent| consent.renewable && !consent.refused)
    }

    pub fn place(&self) -> Place {
        Place { user: self.user_id, connection: self.id, generation: self.generation }
    }
}

impl Consent {
    fn new(tokens: &Tokens, renewable: bool, now: Timestamp) -> Self {
        let life = tokens.lasts.unwrap_or(ASSUMED_LIFE);
        let margin = (life / MARGIN_OF_LIFE).max(MARGIN) + SKEW;
        Self {
            renewable,
            // One that is shorter than the margin is renewed at half of its life, and not at every use.
            renew_at: now.plus(life.checked_sub(margin).unwrap_or(life / 2)),
            renewed_at: now,
            ends_at: tokens.refresh_lasts.map(|life| now.plus(life)),
            ends_anyway: false,
            told_at: None,
            refused: false,
            hold: None,
        }
    }

    /// As the renewal of another one, of which the refresh token may have stayed.
    fn follow(&mut self, before: &Self, stayed: bool) {
        if stayed {
            self.ends_at = before.ends_at;
        }
        // A life that begins anew moves its end by all of the time in between; of one that goes on, services say what is left in
        // whole seconds.
        self.ends_anyway = self.ends_at.zip(before.ends_at).is_some_and(|(end, former)| {
            let passed = self.renewed_at.since(before.renewed_at);
            end <= former.plus(passed / 2)
        });
        self.told_at = before.told_at.filter(|_| self.ends_anyway);
    }
}

/// When an access token ends. One that nobody can renew and of which nothing is said lasts until it is refused.
fn expiry(tokens: &Tokens, renewable: bool, now: Timestamp) -> Option<Timestamp> {
    let life = tokens.lasts.or(renewable.then_some(ASSUMED_LIFE));
    life.map(|life| now.plus(life))
}
