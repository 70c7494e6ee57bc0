//! From the settings to a running set of services: adapters, then domains, then routes.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use secrecy::SecretString;
use tokio::sync::watch;
use utoipa::openapi::OpenApi;

use super::{
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
    kernel::{Caller, Clock, Ctx, IdSource, RandomIds, RequestId, SystemClock},
    ledger::Ledger,
    store::{Store, cosmos::Cosmos, embedded::Embedded},
    web::Edge,
    work::{
        days::service::DayService,
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
    /// Signs the tokens.
    pub secret: SecretString,
}

impl Adapters {
    /// Those that the settings ask for.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store: Arc<dyn Store> = match config.store {
            StoreChoice::Embedded => Arc::new(Embedded::open(&config.data, Arc::clone(&clock))?),
            StoreChoice::Cosmos => {
                let settings = config.source.clone();
                let credentials =
                    CredentialManager::new(move |name| settings.get(name).map(SecretString::from), Arc::clone(&clock));
                Arc::new(Cosmos::new(Arc::new(credentials), Arc::clone(&clock)))
            }
        };
        let secret = match &config.auth.secret {
            Some(secret) => secret.clone(),
            None => secret::load_or_make(&config.data).context("the token secret cannot be kept in the data folder")?,
        };
        Ok(Self { store, clock, ids: Arc::new(RandomIds::default()), secret })
    }
}

/// The assembled program.
pub struct App {
    /// Every route with its layers.
    pub routes: Router,
    /// What the routes say of themselves.
    pub document: OpenApi,
    deletions: Deletions,
    adapters: Adapters,
    stopping: watch::Sender<bool>,
}

impl App {
    pub fn new(config: &Config, adapters: Adapters) -> anyhow::Result<Self> {
        let Adapters { store, clock, ids, secret } = adapters.clone();
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
        let slices = Slices {
            auth,
            users: UserService::new(UserRepo::new(Arc::clone(&store)), ledger.clone(), deletions.clone()),
            tasks: TaskService::new(TaskRepo::new(Arc::clone(&store)), ledger.clone()),
            work_sessions: WorkSessionService::new(WorkSessionRepo::new(Arc::clone(&store)), ledger.clone()),
            days: DayService::new(ledger.clone()),
            stats: StatsService::new(ledger.clone()),
            changes: ChangesService::new(ChangesRepo::new(Arc::clone(&store)), ledger),
            stopping: stopping.subscribe(),
            store,
        };
        let (routes, document) = routes::assemble(slices, &edge)?;
        Ok(Self { routes, document, deletions, adapters, stopping })
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
