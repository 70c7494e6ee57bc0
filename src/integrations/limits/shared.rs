//! What all instances know together, in Redis: one script decides and keeps. It may fail or be away at any time.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared as Common},
};
use redis::{AsyncConnectionConfig, Client, RedisError, Script, aio::MultiplexedConnection};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    gcra::{Decision, Level},
    local::{Key, LEVELS},
};
use crate::{
    credentials::CredentialManager,
    kernel::{Circuit, Timestamp},
};

const URL: &str = "REDIS_URL";
/// How long a request waits for a connection, which is made on without it, and for an answer.
const TO_CONNECT: Duration = Duration::from_millis(50);
const TO_ANSWER: Duration = Duration::from_millis(20);
/// How long making a connection may take: reading the certificates of the machine for the first time takes a fifth of a second, and
/// the address may have to be asked of the vault.
const AT_MOST: Duration = Duration::from_secs(2);

pub(super) const SCRIPT: &str = include_str!("limits.lua");

/// The Redis that the settings or the Key Vault name, connected to when it is first asked.
pub struct Shared {
    secrets: Arc<CredentialManager>,
    script: Script,
    connection: Mutex<Option<Connecting>>,
    circuit: Mutex<Circuit>,
    absent: AtomicBool,
    to_connect: Duration,
    to_answer: Duration,
}

/// A connection, once it is made.
type Connecting = Common<BoxFuture<'static, Result<MultiplexedConnection, NotAsked>>>;

/// Why Redis did not decide.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotAsked {
    /// Nobody has named one.
    #[error("there is none")]
    Absent,
    /// It has failed too often to be tried now.
    #[error("it is left alone")]
    LeftAlone,
    #[error("it did not answer in time")]
    Late,
    #[error("its address cannot be had")]
    Address,
    #[error("{0}")]
    Failed(Arc<RedisError>),
}

impl From<RedisError> for NotAsked {
    fn from(error: RedisError) -> Self {
        Self::Failed(Arc::new(error))
    }
}

impl Shared {
    pub fn new(secrets: Arc<CredentialManager>) -> Self {
        let (connection, circuit) = (Mutex::default(), Mutex::default());
        let (script, absent) = (Script::new(SCRIPT), AtomicBool::new(false));
        Self { secrets, script, connection, circuit, absent, to_connect: TO_CONNECT, to_answer: TO_ANSWER }
    }

    /// Waits longer, for tests on a machine that has other things to do.
    #[cfg(test)]
    #[must_use]
    pub fn patient(self) -> Self {
        let wait = Duration::from_millis(500);
        Self { to_connect: wait, to_answer: wait, ..self }
    }

    /// Takes what is asked for from all levels, or nothing. `owed`: by what each is filled before; asked for when there is a
    /// connection, and charged at most once.
    pub async fn decide(
        &self,
        now: Timestamp,
        patience: i64,
        (connection, keys): (Uuid, &[Key; LEVELS]),
        levels: &[Level; LEVELS],
        owed: impl FnOnce() -> [i64; LEVELS],
    ) -> Result<Decision, NotAsked> {
        let decided = async {
            let mut redis = self.connected(now).await?;
            let mut script = self.script.prepare_invoke();
            script.key(blocked(connection)).arg(patience);
            for ((key, level), owed) in keys.iter().zip(levels).zip(owed()) {
                script.key(name(*key)).arg(level.cost).arg(level.tolerance).arg(owed);
            }
            let (allowed, wait): (bool, i64) = script.invoke_async(&mut redis).await?;
            Ok(if allowed { Decision::Allowed(wait) } else { Decision::Denied(wait) })
        };
        let decided = decided.await;
        self.came(now, decided)
    }

    /// Has all instances leave a connection alone.
    pub async fn block(&self, now: Timestamp, connection: Uuid, wait: Duration) -> Result<(), NotAsked> {
        let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        let blocked = async {
            let mut redis = self.connected(now).await?;
            let set = redis::cmd("SET").arg(blocked(connection)).arg(1).arg("PX").arg(milliseconds).exec_async(&mut redis).await;
            Ok(set?)
        };
        let blocked = blocked.await;
        self.came(now, blocked)
    }

    /// Whether the last attempt failed, where there is a Redis at all.
    pub fn is_failing(&self) -> Option<bool> {
        (!self.absent.load(Ordering::Relaxed)).then(|| self.circuit().is_failing())
    }

    async fn connected(&self, now: Timestamp) -> Result<MultiplexedConnection, NotAsked> {
        if !self.circuit().lets_through(now) {
            return Err(NotAsked::LeftAlone);
        }
        let connected = async {
            loop {
                let (connecting, is_new) = self.connecting();
                match connecting.await {
                    // An attempt from before, which may have been too early.
                    Err(_) if !is_new => {}
                    came => return came,
                }
            }
        };
        let connected = timeout(self.to_connect, connected).await.unwrap_or(Err(NotAsked::Late));
        self.absent.store(matches!(connected, Err(NotAsked::Absent)), Ordering::Relaxed);
        connected
    }

    /// The connection that there is or is being made, and whether that begins now. One that could not be made is not there.
    #[expect(
        clippy::disallowed_methods,
        reason = "no request waits for it to the end; one that was frozen meanwhile is begun anew"
    )]
    fn connecting(&self) -> (Connecting, bool) {
        let mut kept = self.kept();
        match &*kept {
            Some(connecting) if !matches!(connecting.peek(), Some(Err(_))) => (connecting.clone(), false),
            _ => {
                let made = tokio::spawn(timeout(AT_MOST, connect(Arc::clone(&self.secrets), self.to_answer)));
                let made = async { made.await.ok().and_then(Result::ok).unwrap_or(Err(NotAsked::Late)) };
                let connecting = made.boxed().shared();
                *kept = Some(connecting.clone());
                (connecting, true)
            }
        }
    }

    /// Notes what came of an attempt. A connection on which something failed is left: it may be dead.
    fn came<T>(&self, now: Timestamp, came: Result<T, NotAsked>) -> Result<T, NotAsked> {
        match &came {
            Ok(_) => {
                if self.circuit().succeeded() {
                    tracing::info!("the limits are shared by Redis again");
                }
            }
            Err(NotAsked::Absent | NotAsked::LeftAlone) => {}
            Err(error) => {
                if matches!(error, NotAsked::Failed(_)) {
                    *self.kept() = None;
                }
                if self.circuit().failed(now) {
                    tracing::warn!(%error, "Redis does not answer; this instance goes on with its share of the limits");
                }
            }
        }
        came
    }

    fn kept(&self) -> MutexGuard<'_, Option<Connecting>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn connect(secrets: Arc<CredentialManager>, to_answer: Duration) -> Result<MultiplexedConnection, NotAsked> {
    let url = secrets.get(URL, None).await.map_err(|_| NotAsked::Address)?.ok_or(NotAsked::Absent)?;
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(AT_MOST)).set_response_timeout(Some(to_answer));
    Ok(Client::open(url.expose_secret())?.get_multiplexed_async_connection_with_config(&config).await?)
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("circuit", &self.circuit).finish_non_exhaustive()
    }
}

/// All in one slot of a cluster, since one step looks at all of them: what is kept is small, and asked for less often than other
/// services answer.
fn name(key: Key) -> String {
    match key {
        Key::App(service) => format!("avanochi:{{limits}}:app:{service}"),
        Key::Connection(id) => format!("avanochi:{{limits}}:connection:{id}"),
        Key::Reads(id) => format!("avanochi:{{limits}}:reads:{id}"),
        Key::Writes(id) => format!("avanochi:{{limits}}:writes:{id}"),
        Key::User(id) => format!("avanochi:{{limits}}:user:{id}"),
    }
}

fn blocked(connection: Uuid) -> String {
    format!("avanochi:{{limits}}:blocked:{connection}")
}
