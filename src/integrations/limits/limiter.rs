//! Whether a request to a service may be sent now.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use uuid::Uuid;

use super::{
    gcra::{Decision, Level, Urgency},
    local::{Key, Local},
    quotas,
    shared::{NotAsked, Shared},
};
use crate::{
    credentials::CredentialManager,
    kernel::{Clock, Timestamp},
    outbound::{
        http::{Answer, Effect},
        providers::ProviderName,
    },
};

/// How long a request waits in its place, in microseconds. To end a run and begin another costs more than a second of waiting, and
/// what GitHub wants to be a second apart would need a run for each task.
const PATIENCE: i64 = 1_000_000;

/// Counts what is sent to services, in Redis where there is one, else in this process.
#[derive(Debug)]
pub struct Limits {
    clock: Arc<dyn Clock>,
    local: Mutex<Local>,
    shared: Option<Shared>,
}

/// On whose behalf a request is sent.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    pub provider: ProviderName,
    pub connection: Uuid,
    pub user: Uuid,
    pub urgency: Urgency,
}

impl Limits {
    /// `redis`: knows the address of a Redis, or that there is none.
    pub fn new(clock: Arc<dyn Clock>, redis: Option<Arc<CredentialManager>>) -> Self {
        Self { clock, local: Mutex::default(), shared: redis.map(Shared::new) }
    }

    #[cfg(test)]
    #[must_use]
    pub fn patient(self) -> Self {
        Self { shared: self.shared.map(Shared::patient), ..self }
    }

    /// Takes place for a request. How long to wait with it, which is a second at most. Errors: the instant before which nothing is
    /// to be sent; nothing was taken then.
    pub async fn ask(&self, asker: &Asker, effect: Effect, units: u32) -> Result<Duration, Timestamp> {
        let now = self.clock.now();
        let (quotas, connection, urgency) = (quotas::of(asker.provider), asker.connection, asker.urgency);
        let learned = self.local().learned(connection, quotas.connection.interval);
        if learned.blocked_until > now {
            return Err(learned.blocked_until);
        }
        let (class, of_class) = match effect {
            Effect::Reads => (Key::Reads(connection), quotas.reads),
            Effect::Writes => (Key::Writes(connection), quotas.writes),
        };
        let keys = [Key::App(asker.provider.name()), Key::Connection(connection), class, Key::User(asker.user)];
        let levels = [
            quotas.app.level(units, urgency),
            quotas.connection.slowed_to(learned.interval, units, urgency),
            of_class.level(units, urgency),
            quotas::PERSON.level(units, urgency),
        ];
        let together = match &self.shared {
            Some(shared) => {
                let owed = || self.local().take(now, &keys);
                shared.decide(now, PATIENCE, (connection, &keys), &levels, owed).await
            }
            None => Err(NotAsked::Absent),
        };
        let decision = together.unwrap_or_else(|why| {
            let alone = matches!(why, NotAsked::Absent);
            let levels = if alone { levels } else { levels.map(Level::share) };
            self.local().decide(now, PATIENCE, &keys, &levels)
        });
        let micros = |micros: i64| Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        match decision {
            Decision::Allowed(wait) => Ok(micros(wait)),
            Decision::Denied(wait) => Err(now.plus(micros(wait))),
        }
    }

    /// Takes into account what an answer says of the service's own limit.
    pub async fn learn(&self, asker: &Asker, answer: &Answer) {
        let now = self.clock.now();
        let usual = quotas::of(asker.provider).connection.interval;
        let blocked = self.local().learn(asker.connection, usual, answer, now);
        if let (Some(wait), Some(shared)) = (blocked, &self.shared) {
            // What fails is told there, and this instance knows.
            let _known_to_all = shared.block(now, asker.connection, wait).await;
        }
    }

    /// Who counts: `local`, `redis`, or `degraded` when it is to be Redis and that does not answer.
    pub fn mode(&self) -> &'static str {
        match self.shared.as_ref().and_then(Shared::is_failing) {
            None => "local",
            Some(false) => "redis",
            Some(true) => "degraded",
        }
    }

    fn local(&self) -> MutexGuard<'_, Local> {
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
