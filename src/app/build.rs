//! From the settings to a running set of services: adapters, then domains, then routes.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use secrecy::SecretString;
use tokio::sync::watch;
use utoipa::openapi::OpenApi;

use super::{
    health::Health,
    jobs::{self, Services},
    routes::{self, Slices},
    secret,
};
use crate::{
    accounts::{
        auth::{liveness::Liveness, passwords::Passwords, repo::LoginRepo, service::AuthService, tokens::Tokens},
        users::{deletion::Deletions, repo::UserRepo, service::UserService},
    },
    changes::{repo::ChangesRepo, service::ChangesService},
    config::{Config, StoreChoice},
    credentials::CredentialManager,
    functions::{self, Invoked, alone::Alone},
    jobs::{
        Dispatcher, Marks,
        queue::{AzureQueue, Queue, StoredQueue},
    },
    kernel::{Caller, Clock, Ctx, IdSource, RandomIds, RequestId, SystemClock},
    ledger::Ledger,
    store::{Feed, Store, cosmos::Cosmos, embedded::Embedded},
    web::Edge,
    work::{
        days::service::DayService,
        habits::{repo::HabitsRepo, service::HabitsService},
        stats::service::StatsService,
        tasks::{repo::TaskRepo, service::TaskService},
        work_sessions::{repo::WorkSessionRepo, service::WorkSessionService},
    },
};

/// What the program needs of the world.
#[derive(Debug, Clone)]
pub struct Adapters {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub queue: Arc<dyn Queue>,
    /// Signs the tokens.
    pub secret: SecretString,
    /// The commits of the store, where nobody else tells of them.
    pub feed: Option<Arc<dyn Feed>>,
    /// Whether the messages are in the store, of which the host knows nothing.
    pub own_queue: OwnQueue,
}

/// Who hands out messages under the Functions host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnQueue {
    /// This process.
    Yes,
    /// The Functions host.
    No,
}

impl Adapters {
    /// Everything in the one store, and nobody who tells of its commits.
    pub fn over(store: Arc<dyn Store>, clock: Arc<dyn Clock>, secret: SecretString) -> Self {
        let ids: Arc<dyn IdSource> = Arc::new(RandomIds::default());
        let queue = Arc::new(StoredQueue::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&ids)));
        Self { store, clock, ids, queue, secret, feed: None, own_queue: OwnQueue::Yes }
    }

    /// Those that the settings ask for.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdSource> = Arc::new(RandomIds::default());
        let settings = config.source.clone();
        let credentials = CredentialManager::new(move |name| settings.get(name).map(SecretString::from), Arc::clone(&clock));
        let credentials = Arc::new(credentials);
        let (store, feed): (Arc<dyn Store>, Option<Arc<dyn Feed>>) = match config.store {
            StoreChoice::Embedded => {
                let embedded = Arc::new(Embedded::open(&config.data, Arc::clone(&clock))?);
                (embedded.clone(), Some(embedded))
            }
            StoreChoice::Cosmos => (Arc::new(Cosmos::new(Arc::clone(&credentials), Arc::clone(&clock))), None),
        };
        let (queue, own_queue): (Arc<dyn Queue>, _) = match &config.queue {
            Some(url) => (Arc::new(AzureQueue::new(url, credentials)?), OwnQueue::No),
            None => (Arc::new(StoredQueue::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&ids))), OwnQueue::Yes),
        };
        let secret = match &config.auth.secret {
            Some(secret) => secret.clone(),
            None => secret::load_or_make(&config.data).context("the token secret cannot be kept in the data folder")?,
        };
        Ok(Self { store, clock, ids, queue, secret, feed, own_queue })
    }
}

/// The assembled program.
pub struct App {
    /// Every route with its layers.
    pub routes: Router,
    /// What the routes say of themselves.
    pub document: OpenApi,
    /// What is done without a request.
    pub jobs: Dispatcher,
    edge: Edge,
    deletions: Deletions,
    adapters: Adapters,
    stopping: watch::Sender<bool>,
}

impl App {
    pub fn new(config: &Config, adapters: Adapters) -> anyhow::Result<Self> {
        let Adapters { store, clock, ids, secret, .. } = adapters.clone();
        let ledger = Ledger::new(Arc::clone(&store), Arc::clone(&ids));
        let liveness = Liveness::default();
        let deletions = Deletions::new(Arc::clone(&store), liveness.clone(), Arc::clone(&ids));
        let tokens = Tokens::new(&secret, &config.auth.previous, config.auth.lifetime);
        let auth = AuthService::new(
            LoginRepo::new(Arc::clone(&store)),
            ledger.clone(),
            Passwords::new(hashing_at_once()),
            tokens,
            liveness,
            config.auth.admins.clone(),
        );
        let edge = Edge {
            clock,
            ids,
            authenticator: Arc::new(auth.clone()),
            origins: config.origins.clone().into(),
            behind_host: config.listen.behind_host,
            always_secure: config.in_azure,
        };
        let stopping = watch::Sender::new(false);
        let work_sessions = WorkSessionService::new(WorkSessionRepo::new(Arc::clone(&store)), ledger.clone());
        let habits = HabitsService::new(HabitsRepo::new(Arc::clone(&store)), ledger.clone());
        let jobs = jobs::assemble(&adapters, Services { work_sessions: work_sessions.clone(), habits });
        let slices = Slices {
            auth,
            users: UserService::new(UserRepo::new(Arc::clone(&store)), ledger.clone(), deletions.clone()),
            tasks: TaskService::new(TaskRepo::new(Arc::clone(&store)), ledger.clone()),
            work_sessions: work_sessions.clone(),
            days: DayService::new(ledger.clone()),
            stats: StatsService::new(ledger.clone()),
            changes: ChangesService::new(ChangesRepo::new(Arc::clone(&store)), ledger),
            stopping: stopping.subscribe(),
            health: Health::new(store, Arc::clone(&adapters.queue), Arc::clone(&adapters.clock), Arc::clone(&adapters.ids)),
        };
        let (routes, document) = routes::assemble(slices, &edge)?;
        Ok(Self { routes, document, jobs, edge, deletions, adapters, stopping })
    }

    /// The routes by which the Functions host hands over its events, with those of the API: for the host's port alone.
    pub fn routes_for_host(&self) -> crate::kernel::Result<Router> {
        let handler: Arc<dyn Invoked> = Arc::new(self.jobs.clone());
        Ok(self.routes.clone().merge(functions::http::routes(&self.jobs.registry, &handler, &self.edge)?))
    }

    /// Starts, until it is dropped, the jobs that nobody else starts: all of them without a host; with one, those whose
    /// messages or changes are in our own store.
    pub async fn work(&self) -> crate::kernel::Result<()> {
        let Adapters { store, ids, queue, feed, own_queue, .. } = &self.adapters;
        let marks = Marks::new(Arc::clone(store), Arc::clone(ids));
        let alone = Alone { dispatcher: self.jobs.clone(), marks };
        let timers = async {
            if !self.edge.behind_host {
                alone.timers().await?;
            }
            Ok(())
        };
        let messages = async {
            if *own_queue == OwnQueue::Yes || !self.edge.behind_host {
                alone.messages(queue).await?;
            }
            Ok(())
        };
        let changes = async {
            if let Some(feed) = feed {
                alone.changes(feed).await?;
            }
            Ok(())
        };
        tokio::try_join!(timers, messages, changes).map(drop)
    }

    /// Ends what would otherwise go on for as long as its listeners like.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Finishes what an earlier process had to leave half done. Returns how much there was.
    pub async fn recover(&self) -> crate::kernel::Result<usize> {
        let now = self.adapters.clock.now();
        let request_id = RequestId::from(self.adapters.ids.next(now));
        self.deletions.resume(&Ctx { caller: Caller::Anonymous, now, request_id }).await
    }
}

/// Half of the processors may hash passwords at once, so that the other half answers everything else.
fn hashing_at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2))
}
