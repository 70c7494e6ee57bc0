//! The keys that a sender of tokens publishes: kept for a day, and asked for anew when a token names one that is not among them.

use std::{sync::Arc, time::Duration};

use reqwest::Method;
use tokio::sync::Mutex;
use url::Url;

use super::verify::KeySet;
use crate::{
    kernel::{Clock, Error, Result, Timestamp},
    outbound::http::{Effect, Outgoing, Request},
};

/// How old what is known may be.
const AGE: Duration = Duration::from_hours(24);
/// How often they are asked for because a token names an unknown one: anybody can make one up.
const ANEW: Duration = Duration::from_mins(5);
/// How often it is tried where there are none.
const AGAIN: Duration = Duration::from_secs(10);

/// Shared by all deliveries: whoever comes while they are asked for waits for that.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    out: Arc<Outgoing>,
    url: Url,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    keys: KeySet,
    /// When these were asked for.
    since: Option<Timestamp>,
    /// When somebody asked last, whether there was an answer or not.
    tried: Option<Timestamp>,
}

impl SigningKeys {
    /// `url`: where they are published, which the operator names.
    pub fn new(out: Arc<Outgoing>, url: Url, clock: Arc<dyn Clock>) -> Self {
        Self { out, url, clock, known: Arc::default() }
    }

    /// Those that are known, if they are not too old; else newly asked for. Errors: `ProviderUnavailable`.
    pub async fn current(&self) -> Result<KeySet> {
        let (mut known, now) = (self.known.lock().await, self.clock.now());
        let fresh = |known: &Known| known.since.is_some_and(|since| now.since(since) < AGE);
        if !fresh(&known) && known.may_ask(AGAIN, now) {
            self.ask(&mut known, now).await;
        }
        if fresh(&known) { Ok(known.keys.clone()) } else { Err(unavailable()) }
    }

    /// Newly asked for, after a token that names none of the known; `None` when that was done a short while ago, or in vain.
    pub async fn anew(&self) -> Option<KeySet> {
        let (mut known, now) = (self.known.lock().await, self.clock.now());
        if !known.may_ask(ANEW, now) {
            return None;
        }
        self.ask(&mut known, now).await.then(|| known.keys.clone())
    }

    async fn ask(&self, known: &mut Known, now: Timestamp) -> bool {
        known.tried = Some(now);
        let answer = self.out.send(Request::new(Effect::Reads, Method::GET, self.url.clone()).to_the_operators()).await;
        let keys = match answer {
            Ok(answer) if answer.succeeded() => answer.json::<KeySet>(),
            Ok(answer) => Err(answer.failure(now)),
            Err(failure) => Err(failure),
        };
        match keys {
            Ok(keys) => {
                (known.keys, known.since) = (keys, Some(now));
                true
            }
            Err(failure) => {
                tracing::warn!(%failure, "the keys that tokens are signed with cannot be had");
                false
            }
        }
    }
}

impl Known {
    fn may_ask(&self, pause: Duration, now: Timestamp) -> bool {
        self.tried.is_none_or(|tried| now.since(tried) >= pause)
    }
}

fn unavailable() -> Error {
    Error::new(crate::kernel::Code::ProviderUnavailable, "The keys of the sender cannot be had right now").after(AGAIN)
}
