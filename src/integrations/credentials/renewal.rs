//! Renewing consents: at use, by one of all who want it, in this process and others.
//!
//! Services that rotate refresh tokens take each of them once, and some end the whole consent when one comes twice. So whoever
//! renews holds the credential's document first, for longer than the service may take; what the service answers is written over
//! the document that was held before anything is done with it; and whoever is refused looks first whether another was faster.

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use secrecy::SecretString;

use super::{
    keyring::{CannotOpen, Keyring},
    model::{Consent, Credential, Hold, NotRenewed, OpenedCredential, Tokens},
    repo::CredentialRepo,
};
use crate::{
    kernel::{Clock, Code, Error, IdSource, KeyedLocks, RequestId, Result},
    outbound::providers::ProviderName,
    store::Stored,
};

/// How long a renewal may take before anybody may try it again: longer than two requests to a service may take.
const HOLD: Duration = Duration::from_secs(30);
/// How long others wait for it, and how often they look.
const WAIT: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(100);
/// How long nobody tries again after a service that could not answer.
const PAUSE: Duration = Duration::from_secs(10);
/// The longest that a service is believed to want us to wait.
const LONGEST_PAUSE: Duration = Duration::from_hours(6);
/// How often what a service answered is tried to be kept.
const SAVES: u32 = 4;

/// A credential for use, and which it is.
#[derive(Debug, Clone)]
pub struct Opened {
    pub credential: OpenedCredential,
    /// To be told when the service refuses it.
    pub generation: u64,
}

/// Why there is no credential to use.
#[derive(Debug, thiserror::Error)]
pub enum NoCredential {
    /// Only the person can mend it: there is none, its key is lost, or the service takes it no more.
    #[error("the person has to give the credential anew")]
    NeedsReauth,
    /// The service does not know us: the operator's settings are wrong, and no connection is at fault.
    #[error("the service does not take this program's own credentials")]
    Misconfigured,
    /// It cannot be had now. Its `retry_after` says when to try again.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<CannotOpen> for NoCredential {
    fn from(why: CannotOpen) -> Self {
        tracing::warn!(error = %why, "a credential cannot be opened");
        Self::NeedsReauth
    }
}

/// Who asks a service for tokens.
#[async_trait]
pub trait Issuer: Send + Sync {
    /// Sends the refresh token once.
    async fn renew(&self, provider: ProviderName, refresh_token: &SecretString) -> Result<Tokens, NotRenewed>;

    /// Tells the service that the tokens are used no more, where it can be told.
    async fn revoke(&self, provider: ProviderName, access_token: &SecretString);
}

pub struct Renewal {
    repo: CredentialRepo,
    issuer: Arc<dyn Issuer>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    locks: KeyedLocks,
}

type Read = Stored<Credential>;

/// Whose turn it is to renew.
enum Turn {
    /// Ours: it is held.
    Ours(Read),
    /// It was another's, who has done it.
    Theirs(Read),
}

impl Renewal {
    pub fn new(repo: CredentialRepo, issuer: Arc<dyn Issuer>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { repo, issuer, clock, ids, locks: KeyedLocks::default() }
    }

    /// What was read for use, renewed where its access token is about to end.
    pub async fn usable(self: &Arc<Self>, ring: &Arc<Keyring>, read: Read) -> Result<Opened, NoCredential> {
        if read.value.consent.as_ref().is_some_and(|consent| consent.refused) {
            return Err(NoCredential::NeedsReauth);
        }
        let now = self.clock.now();
        if !read.value.wants_renewal(now) {
            return opened(ring, &read);
        }
        let (lasts, current) = (read.value.lasts(now), opened(ring, &read));
        match self.renewed(ring, read).await {
            // What still lasts is used while the service does not renew it.
            Err(NoCredential::Failed(_) | NoCredential::Misconfigured) if lasts => current,
            other => other,
        }
    }

    /// Another one than that of the generation, which the service has refused.
    pub async fn after_refusal(
        self: &Arc<Self>,
        ring: &Arc<Keyring>,
        read: Read,
        generation: u64,
    ) -> Result<Opened, NoCredential> {
        if read.value.generation != generation {
            return self.usable(ring, read).await;
        }
        self.renewed(ring, read).await
    }

    /// Tells the service that the credential is used no more, if it is a consent.
    pub async fn revoke(&self, ring: &Keyring, credential: &Credential) {
        if credential.consent.is_some()
            && let Ok(OpenedCredential::Token(token)) = credential.opened(ring)
        {
            self.issuer.revoke(credential.provider, &token).await;
        }
    }

    /// The credential in its next generation, whoever renews it. What has begun is ended also when its caller has gone: an answer
    /// that is not kept may be the last that the service gives.
    #[expect(clippy::disallowed_methods, reason = "whoever asked waits for it; it goes on alone only when they have gone")]
    async fn renewed(self: &Arc<Self>, ring: &Arc<Keyring>, read: Read) -> Result<Opened, NoCredential> {
        let (renewal, ring) = (Arc::clone(self), Arc::clone(ring));
        let work = async move {
            // In this process they come one after another, so that the rest find it done.
            let began = Instant::now();
            let turn = tokio::time::timeout(WAIT, renewal.locks.lock(&read.value.id)).await.map_err(|_| later(LOOK))?;
            let renewed = match renewal.turn(read, began).await? {
                Turn::Ours(held) => renewal.renew(&ring, held).await,
                Turn::Theirs(read) => opened(&ring, &read),
            };
            drop(turn);
            renewed
        };
        let work: Pin<Box<dyn Future<Output = _> + Send>> = match RequestId::current() {
            Some(request) => Box::pin(request.around(work)),
            None => Box::pin(work),
        };
        tokio::spawn(work).await.map_err(|error| NoCredential::Failed(Error::internal(error)))?
    }

    /// Waits until the credential is renewed by another, or held for us.
    async fn turn(&self, read: Read, began: Instant) -> Result<Turn, NoCredential> {
        let former = read.value.generation;
        loop {
            let read = self.again(&read).await?;
            if read.value.generation != former {
                return Ok(Turn::Theirs(read));
            }
            let consent = read.value.consent.as_ref().filter(|consent| consent.renewable && !consent.refused);
            let now = self.clock.now();
            match consent.ok_or(NoCredential::NeedsReauth)?.hold.filter(|hold| hold.until > now) {
                None => {
                    let ours = Hold { until: now.plus(HOLD), by: Some(self.ids.next(now)) };
                    let changed = read.value.with(|consent| consent.hold = Some(ours));
                    if let Some(held) = self.repo.replace(changed, &read, now).await? {
                        return Ok(Turn::Ours(held));
                    }
                }
                Some(Hold { by: None, until }) => return Err(later(until.since(now))),
                Some(Hold { by: Some(_), until }) if began.elapsed() >= WAIT => return Err(later(until.since(now))),
                Some(_) => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Renews what is held.
    async fn renew(&self, ring: &Keyring, held: Read) -> Result<Opened, NoCredential> {
        let credential = &held.value;
        let token = credential.refresh_token(ring)?;
        let mut answer = self.issuer.renew(credential.provider, &token).await;
        if matches!(answer, Err(NotRenewed::Unknown)) {
            // Services that rotate tokens take the former one for a moment, or never: now is the best time to find out.
            answer = self.issuer.renew(credential.provider, &token).await;
        }
        match answer {
            Ok(tokens) => self.keep(ring, held, &token, &tokens).await,
            Err(NotRenewed::Refused) => {
                tracing::info!(connection = %credential.id, "a consent is not renewed any more");
                self.settle(ring, held, |consent| consent.refused = true).await?.ok_or(NoCredential::NeedsReauth)
            }
            Err(NotRenewed::Misconfigured) => {
                tracing::error!(
                    provider = credential.provider.name(),
                    "the service does not take the client id and secret of this program"
                );
                let until = self.clock.now().plus(PAUSE);
                let settled = self.settle(ring, held, |consent| consent.hold = Some(Hold { until, by: None })).await?;
                settled.ok_or(NoCredential::Misconfigured)
            }
            Err(NotRenewed::Later(_) | NotRenewed::Unknown) => {
                let asked = if let Err(NotRenewed::Later(asked)) = answer { asked } else { None };
                let pause = asked.unwrap_or(PAUSE).clamp(Duration::from_secs(1), LONGEST_PAUSE);
                let until = self.clock.now().plus(pause);
                let settled = self.settle(ring, held, |consent| consent.hold = Some(Hold { until, by: None })).await?;
                settled.ok_or_else(|| later(pause))
            }
        }
    }

    /// Keeps what the service answered: over what was held, or over what only has another seal or hold since.
    async fn keep(&self, ring: &Keyring, mut held: Read, sent: &SecretString, tokens: &Tokens) -> Result<Opened, NoCredential> {
        let former = held.value.generation;
        let mut failed = Error::busy();
        for _ in 0..SAVES {
            let now = self.clock.now();
            match self.repo.replace(held.value.renewed(ring, sent, tokens, now)?, &held, now).await {
                Ok(Some(kept)) => return opened(ring, &kept),
                Ok(None) => {
                    held = self.again(&held).await?;
                    if held.value.generation != former {
                        return opened(ring, &held);
                    }
                }
                Err(error) => {
                    failed = error;
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
        tracing::error!(connection = %held.value.id, error = %failed.chain(), "the answer of a service could not be kept");
        Err(failed.into())
    }

    /// Ends a hold that brought nothing; what another has brought meanwhile, if any has.
    async fn settle(&self, ring: &Keyring, mut held: Read, how: impl Fn(&mut Consent)) -> Result<Option<Opened>, NoCredential> {
        let former = held.value.generation;
        loop {
            held = self.again(&held).await?;
            if held.value.generation != former {
                return opened(ring, &held).map(Some);
            }
            let settled = held.value.with(|consent| {
                consent.hold = None;
                how(consent);
            });
            if self.repo.replace(settled, &held, self.clock.now()).await?.is_some() {
                return Ok(None);
            }
        }
    }

    /// The credential as it is now.
    async fn again(&self, read: &Read) -> Result<Read, NoCredential> {
        self.repo.get(read.value.user_id, read.value.id).await?.ok_or(NoCredential::NeedsReauth)
    }
}

fn opened(ring: &Keyring, read: &Read) -> Result<Opened, NoCredential> {
    Ok(Opened { credential: read.value.opened(ring)?, generation: read.value.generation })
}

fn later(wait: Duration) -> NoCredential {
    let message = "The service does not answer right now; try again shortly";
    NoCredential::Failed(Error::new(Code::Busy, message).after(wait.max(Duration::from_secs(1))))
}
