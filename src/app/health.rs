//! Whether the program, and on demand what it needs, is there.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::extract::State;
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    integrations::limits::Limits,
    jobs::queue::Queue,
    kernel::{Clock, Code, Error, IdSource, Result, Timestamp},
    store::{Batch, Collection, Entity, Partition, Store, StoreError, collection},
    web::{Query, Reply},
};

/// How long an answer is given again. Whoever asks without a token cannot make more work than that.
const HEALTH_TTL: Duration = Duration::from_secs(1);
/// How long a look that has not ended is waited for by whoever comes later. Each of its parts gives up before.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(15);
/// Nothing is ever sent to it.
const QUEUE: &str = "health";
const QUEUE_CHECK: &str = "queue";
const STORE_READ: &str = "store_read";
const STORE_WRITE: &str = "store_write";

pub fn router(health: Health) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_health)).with_state(Arc::new(health))
}

/// What is looked at, and the latest look.
pub struct Health {
    parts: Parts,
    limits: Arc<Limits>,
    last: Mutex<Option<Look>>,
}

#[derive(Debug, Clone)]
struct Parts {
    store: Arc<dyn Store>,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

/// What does not work, once that is known.
type Failing = Shared<BoxFuture<'static, Vec<Failure>>>;

#[derive(Debug, Clone)]
struct Failure {
    what: &'static str,
    /// For the log.
    cause: String,
}

/// Carried on by whoever asks, so that it does not end with the first who asked.
#[derive(Clone)]
struct Look {
    began: Timestamp,
    failing: Failing,
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl Health {
    pub fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        limits: Arc<Limits>,
    ) -> Self {
        Self { parts: Parts { store, queue, clock, ids }, limits, last: Mutex::default() }
    }

    /// Names what does not work; at most one look begins in a second.
    fn failing(&self) -> Failing {
        let now = self.parts.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let young = |look: &Look| {
            let keep = if look.failing.peek().is_some() { HEALTH_TTL } else { HEALTH_TIMEOUT };
            // One that began later began before the clock was set back.
            look.began <= now && now.since(look.began) < keep
        };
        if let Some(look) = last.as_ref().filter(|look| young(look)) {
            return look.failing.clone();
        }
        let parts = self.parts.clone();
        let failing = async move { parts.failing(now).await }.boxed().shared();
        *last = Some(Look { began: now, failing: failing.clone() });
        failing
    }
}

impl Parts {
    async fn failing(&self, now: Timestamp) -> Vec<Failure> {
        let (store, queue) = futures_util::join!(self.store(now), self.queue.receive(QUEUE, HEALTH_TTL));
        let failing = [store.err(), queue.err().map(|error| (QUEUE_CHECK, error))].into_iter().flatten();
        failing.map(|(what, error)| Failure { what, cause: error.chain() }).collect()
    }

    /// Reads a document of its own and replaces it.
    async fn store(&self, now: Timestamp) -> Result<(), (&'static str, Error)> {
        let partition = Partition::fixed("health");
        let beats: Collection<Beat> = Collection::new(Arc::clone(&self.store));
        let read = beats.get(partition.clone(), Beat::ID).await.map_err(|e| (STORE_READ, e.into()))?;
        let write = collection::put(&Beat { at: now }, 0, read.as_ref().map(|read| &read.etag));
        let batch = Batch::new(partition, self.ids.next(now)).with(write.map_err(|e| (STORE_WRITE, e.into()))?);
        match self.store.commit(batch).await {
            // Another instance was faster: the store writes.
            Ok(_) | Err(StoreError::Exists(_) | StoreError::Stale(_)) => Ok(()),
            Err(error) => Err((STORE_WRITE, error.into())),
        }
    }
}

/// The document that is written to see that something can be.
#[derive(Debug, Serialize, Deserialize)]
struct Beat {
    at: Timestamp,
}

impl Beat {
    const ID: &'static str = "health";
}

impl Entity for Beat {
    const KIND: &'static str = "health";

    fn document_id(&self) -> String {
        Self::ID.into()
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct HealthView {
    /// Always `ok`: whoever is not does not answer 200.
    status: &'static str,
    version: &'static str,
    /// `embedded` or `cosmos`.
    store: &'static str,
    /// Who counts the requests to connected services: `local`, `redis`, or `degraded` while Redis does not answer and each
    /// instance goes on with its share.
    limits: &'static str,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HealthQuery {
    /// Whether to read from the store, write to it and ask the queue too. What was found is told again for a second.
    #[param(value_type = Option<bool>)]
    deep: Option<String>,
}

/// Tell that the service runs; with `deep=true` also that it can read and write its data and reach its queue.
#[utoipa::path(get, path = "/api/health", tag = "service", params(HealthQuery),
    responses((status = 200, body = HealthView, description = "It does"),
        (status = 503, body = crate::web::ErrorBody, description = "With `deep=true`: the sentence names what does not work, of `store_read`, `store_write` and `queue`")))]
async fn get_health(State(health): State<Arc<Health>>, Query(query): Query<HealthQuery>) -> Result<Reply> {
    match query.deep.as_deref() {
        Some("true") => {
            let failing = health.failing().await;
            if !failing.is_empty() {
                let list = |part: fn(&Failure) -> &str| failing.iter().map(part).collect::<Vec<_>>().join(", ");
                let error = Error::new(Code::StoreUnavailable, format!("Not working: {}", list(|failure| failure.what)));
                return Err(error.after(Duration::from_secs(2)).caused_by(list(|failure| &failure.cause)));
            }
        }
        None | Some("false") => {}
        Some(_) => return Err(Error::new(Code::InvalidParameter, "Query parameter 'deep' must be true or false")),
    }
    let (store, limits) = (health.parts.store.name(), health.limits.mode());
    Reply::ok(&HealthView { status: "ok", version: env!("CARGO_PKG_VERSION"), store, limits })
}
