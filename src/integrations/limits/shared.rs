//! What all instances know together, in Redis: one script decides and keeps. It may fail or be away at any time.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{AsyncConnectionConfig, Client, RedisError, Script, aio::MultiplexedConnection};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    circuit::Circuit,
    gcra::{Decision, Level},
    local::{Key, LEVELS},
};
use crate::{credentials::CredentialManager, kernel::Timestamp};

const URL: &str = "REDIS_URL";
/// How long each may take. The vault is asked at most every five minutes.
const TO_CONNECT: Duration = Duration::from_millis(50);
const TO_ANSWER: Duration = Duration::from_millis(20);
const VAULT: Duration = Duration::from_secs(2);

pub(super) const SCRIPT: &str = include_str!("limits.lua");

/// The Redis that the settings or the Key Vault name, connected to when it is first asked.
pub struct Shared {
    secrets: Arc<CredentialManager>,
    script: Script,
    connection: tokio::sync::Mutex<Option<MultiplexedConnection>>,
    circuit: Mutex<Circuit>,
    absent: AtomicBool,
}

/// Why Redis did not decide.
#[derive(Debug, thiserror::Error)]
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
    #[error(transparent)]
    Failed(#[from] RedisError),
}

impl Shared {
    pub fn new(secrets: Arc<CredentialManager>) -> Self {
        let (connection, circuit) = (tokio::sync::Mutex::default(), Mutex::default());
        Self { secrets, script: Script::new(SCRIPT), connection, circuit, absent: AtomicBool::new(false) }
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
        self.came(now, decided).await
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
        self.came(now, blocked).await
    }

    /// Whether the last attempt failed, where there is a Redis at all.
    pub fn is_failing(&self) -> Option<bool> {
        (!self.absent.load(Ordering::Relaxed)).then(|| self.circuit().is_failing())
    }

    async fn connected(&self, now: Timestamp) -> Result<MultiplexedConnection, NotAsked> {
        if !self.circuit().lets_through(now) {
            return Err(NotAsked::LeftAlone);
        }
        let mut kept = timeout(TO_CONNECT, self.connection.lock()).await.map_err(|_| NotAsked::Late)?;
        if let Some(connection) = &*kept {
            return Ok(connection.clone());
        }
        let url = timeout(VAULT, self.secrets.get(URL, None)).await.map_err(|_| NotAsked::Late)?;
        let url = url.map_err(|_| NotAsked::Address)?;
        self.absent.store(url.is_none(), Ordering::Relaxed);
        let client = Client::open(url.ok_or(NotAsked::Absent)?.expose_secret())?;
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(TO_CONNECT)).set_response_timeout(Some(TO_ANSWER));
        let connection = timeout(TO_CONNECT, client.get_multiplexed_async_connection_with_config(&config)).await;
        let connection = connection.map_err(|_| NotAsked::Late)??;
        *kept = Some(connection.clone());
        Ok(connection)
    }

    /// Notes what came of an attempt. One that failed leaves its connection, which may be dead.
    async fn came<T>(&self, now: Timestamp, came: Result<T, NotAsked>) -> Result<T, NotAsked> {
        match &came {
            Ok(_) => {
                if self.circuit().succeeded() {
                    tracing::info!("the limits are shared by Redis again");
                }
            }
            Err(NotAsked::Absent | NotAsked::LeftAlone) => {}
            Err(error) => {
                if let Ok(mut kept) = timeout(TO_CONNECT, self.connection.lock()).await {
                    *kept = None;
                }
                if self.circuit().failed(now) {
                    tracing::warn!(%error, "Redis does not answer; this instance goes on with its share of the limits");
                }
            }
        }
        came
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
