//! From the settings to a running set of services: adapters, then domains, then routes.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use secrecy::SecretString;
use tokio::sync::watch;
use utoipa::openapi::OpenApi;

use super::{
    carriers,
    consents::clients,
    health::Health,
    jobs,
    keys::keys,
    routes,
    secret::{JWT_SECRET, VAPID_KEY},
    services::Services,
};
use crate::{
    accounts,
    assistant::{
        self,
        dialogue::{
            asks::{AsksModel, PATIENCE},
            proposes::Proposes,
        },
        phrasing::service::Phrasing,
    },
    changes, companion,
    config::{Config, StoreChoice},
    credentials::CredentialManager,
    domain::{self, AtStart, Contribution, Kinds, Shared},
    functions::{self, Invoked, alone::Alone},
    integrations::{
        self,
        connections::service::ConnectionService,
        credentials::{Keys, Vault},
        limits::Limits,
        oauth::{self, Consents, issuer::Issuers},
        sync::service::Synchronisation,
        webhooks::{self, receiver::Receiver, service::WebhookService, signing_keys::SigningKeys},
    },
    interaction::{
        self,
        channels::{repo::LinkRepo, service::ChannelService},
        notifications::service::{Addresses, NotificationService},
    },
    jobs::{
        Checkpoints, Dispatcher,
        queue::{AzureQueue, Queue, StoredQueue},
    },
    kernel::{Clock, IdSource, RandomIds, SystemClock},
    outbound::{
        channels::{Carrier, Carriers},
        http::{Outgoing, Policy},
        model::{Model, Patience},
    },
    progress,
    store::{Feed, Store, cosmos::Cosmos, embedded::Embedded},
    web::{APP, Edge},
    wellbeing::{self, at_work::AtWork},
    work,
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
    /// Where secrets are asked for while the program runs.
    pub credentials: Arc<CredentialManager>,
    /// Seal what people give for their connections.
    pub keys: Keys,
    /// What push services know this server by, if the settings do not say it.
    pub push_key: Option<SecretString>,
    /// Who proposes actions for what was said and not understood, in the place of the model host of the settings.
    pub proposes: Option<Arc<dyn Proposes>>,
    /// What carries messages to people besides what the settings ask for.
    pub carriers: Vec<Arc<dyn Carrier>>,
    /// The commits of the store, where nobody else tells of them.
    pub feed: Option<Arc<dyn Feed>>,
    /// Whether the messages are in the store, of which the host knows nothing.
    pub message_delivery: MessageDelivery,
}

/// Who hands out messages under the Functions host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageDelivery {
    /// This process.
    InProcess,
    /// The Functions host.
    ByHost,
}

impl Adapters {
    /// Everything in the one store, and nobody who tells of its commits. What seals credentials follows from the secret.
    pub fn over(store: Arc<dyn Store>, clock: Arc<dyn Clock>, secret: SecretString) -> Self {
        let ids: Arc<dyn IdSource> = Arc::new(RandomIds::default());
        let queue = Arc::new(StoredQueue::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&ids)));
        let credentials = Arc::new(CredentialManager::new(|_| None, Arc::clone(&clock)));
        let keys = Keys::following(&secret);
        let (carriers, message_delivery) = (Vec::new(), MessageDelivery::InProcess);
        Self {
            store,
            clock,
            ids,
            queue,
            secret,
            credentials,
            keys,
            push_key: None,
            proposes: None,
            carriers,
            feed: None,
            message_delivery,
        }
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
        let (queue, message_delivery): (Arc<dyn Queue>, _) = match &config.queue {
            Some(url) => (Arc::new(AzureQueue::new(url, Arc::clone(&credentials))?), MessageDelivery::ByHost),
            None => {
                (Arc::new(StoredQueue::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&ids))), MessageDelivery::InProcess)
            }
        };
        let secret = match &config.auth.secret {
            Some(secret) => secret.clone(),
            None => JWT_SECRET.load_or_make(&config.data).context("the token secret cannot be kept in the data folder")?,
        };
        let keys = keys(config, &credentials)?;
        let push_key = match &config.push {
            Some(push) if push.key.is_none() && !config.in_azure => {
                Some(VAPID_KEY.load_or_make(&config.data).context("the key of push cannot be kept in the data folder")?)
            }
            _ => None,
        };
        let carriers = Vec::new();
        Ok(Self {
            store,
            clock,
            ids,
            queue,
            secret,
            credentials,
            keys,
            push_key,
            proposes: None,
            carriers,
            feed,
            message_delivery,
        })
    }
}

/// The assembled program.
pub struct App {
    /// Every route with its layers.
    pub routes: Router,
    /// What the routes say of themselves.
    pub document: OpenApi,
    /// The kinds of documents that users have.
    pub kinds: Arc<Kinds>,
    /// What the services work with.
    pub shared: Shared,
    /// The credentials of connections.
    pub vault: Vault,
    /// Their webhooks, with secrets of their own.
    pub webhooks: WebhookService,
    /// Where people are reached, with addresses and secrets of their own.
    pub channels: ChannelService,
    /// What is done without a request.
    pub jobs: Dispatcher,
    edge: Edge,
    at_start: Vec<Arc<dyn AtStart>>,
    adapters: Adapters,
    stopping: watch::Sender<bool>,
}

impl App {
    pub fn new(config: &Config, adapters: Adapters) -> anyhow::Result<Self> {
        let Adapters { store, clock, ids, queue, secret, .. } = adapters.clone();
        let shared = Shared::new(store, clock, ids, queue);
        let edge = |authenticator| Edge {
            clock: Arc::clone(&shared.clock),
            ids: Arc::clone(&shared.ids),
            authenticator,
            origins: config.origins.clone().into(),
            trusted_proxies: config.trusted_proxies.clone().into(),
            behind_host: config.listen.behind_host,
            always_secure: config.in_azure,
        };
        let settings = accounts::Settings {
            secret,
            previous: config.auth.previous.clone(),
            lifetime: config.auth.lifetime,
            admins: config.auth.admins.clone(),
        };
        let policy = Policy { private: config.outbound.allow_private.clone(), ..Policy::default() };
        let outgoing = Arc::new(Outgoing::new(&policy));
        let carriers = carriers::all(config, &adapters, &outgoing, &policy)?;
        let (clients, credentials) = (clients(config), Arc::clone(&adapters.credentials));
        let issuers = Issuers::new(clients, Arc::clone(&outgoing), credentials, Arc::clone(&shared.clock));
        let vault = Vault::new(&shared, adapters.keys.clone(), Arc::new(issuers.clone()));
        let google_keys = config.providers.google_keys_url.clone();
        let signing_keys = SigningKeys::new(Arc::clone(&outgoing), google_keys, Arc::clone(&shared.clock));
        let model = config.model.clone().map(|settings| {
            let (credentials, clock) = (Arc::clone(&adapters.credentials), Arc::clone(&shared.clock));
            Arc::new(Model::new(settings, Arc::clone(&outgoing), credentials, clock, Patience::default()))
        });
        let phrasing = Phrasing::new(&shared, model.clone());
        let asks = |model| Arc::new(AsksModel::new(&shared, model, PATIENCE)) as Arc<dyn Proposes>;
        let proposes = adapters.proposes.clone().or_else(|| model.map(asks));
        let redis = config.redis.then(|| Arc::clone(&adapters.credentials));
        let limits = Arc::new(Limits::new(Arc::clone(&shared.clock), redis));
        let services = Arc::new(Services {
            out: outgoing,
            limits: Arc::clone(&limits),
            clock: Arc::clone(&shared.clock),
            providers: config.providers.clone(),
        });
        let public_url = config.public_url.as_str().trim_end_matches('/');
        let webhooks = WebhookService::new(&shared, adapters.keys.clone(), vault.clone(), services.clone(), public_url);
        let receiver = Receiver::new(&shared, &webhooks, signing_keys, issuers.clone());
        let (channels, notifications) = reached(&adapters, &shared, carriers, public_url);
        let sync = Synchronisation::new(&shared, vault.clone(), services.clone());
        let known_at = issuers.providers().collect();
        let connections = ConnectionService::new(&shared, known_at, policy, vault.clone(), services);
        let consents = Consents {
            connections: connections.clone(),
            vault: vault.clone(),
            keys: adapters.keys.clone(),
            issuers,
            public_url: config.public_url.clone(),
        };
        // On the heap: they are large.
        let domains = vec![
            domain::ledger_kinds(),
            accounts::contribute(&shared, settings, edge, Arc::new(connections.clone())),
            work::contribute(&shared, Arc::new(AtWork), Arc::new(sync.clone())),
            progress::contribute(&shared),
            wellbeing::contribute(&shared),
            companion::contribute(&shared),
            assistant::contribute(&shared, Arc::new(AtWork), Arc::new(sync.clone()), proposes, phrasing),
            integrations::contribute(&shared, connections, sync, public_url),
        ];
        let mut domains = domains.into_iter().fold(Contribution::default(), Contribution::and);
        let edge = edge(domains.authenticator.take().context("no domain knows the callers")?);
        let domains = domains.and(oauth::contribute(&shared, edge.clone(), consents)?);
        let domains = domains.and(webhooks::contribute(webhooks.clone(), receiver, edge.clone()));
        let domains = domains.and(interaction::contribute(&shared, channels.clone(), notifications, edge.clone()));
        let kinds = Arc::new(domains.kinds.clone());
        let stopping = watch::Sender::new(false);
        let domains = domains.and(companion::contribute_pictures(&shared, edge.clone()));
        let mut all = domains.and(changes::contribute(&shared, Arc::clone(&kinds), edge.clone(), stopping.subscribe()));
        let (due, consumers, jobs) =
            (std::mem::take(&mut all.due), std::mem::take(&mut all.consumers), std::mem::take(&mut all.jobs));
        let jobs = jobs::assemble(&adapters, &shared.ledger, due, consumers, jobs);
        let at_start = std::mem::take(&mut all.at_start);
        let health = Health::new(
            Arc::clone(&shared.store),
            Arc::clone(&adapters.queue),
            Arc::clone(&shared.clock),
            Arc::clone(&shared.ids),
            limits,
        );
        let (routes, document) = routes::assemble(all, health, &edge)?;
        Ok(Self { routes, document, kinds, shared, vault, webhooks, channels, jobs, edge, at_start, adapters, stopping })
    }

    /// The routes by which the Functions host hands over its events, with those of the API: for the host's port alone.
    pub fn routes_for_host(&self) -> crate::kernel::Result<Router> {
        let handler: Arc<dyn Invoked> = Arc::new(self.jobs.clone());
        Ok(self.routes.clone().merge(functions::http::routes(&self.jobs.registry, &handler, &self.edge)?))
    }

    /// Starts, until it is dropped, the jobs that nobody else starts: all of them without a host; with one, those whose
    /// messages or changes are in our own store.
    pub async fn work(&self) -> crate::kernel::Result<()> {
        let Adapters { store, ids, queue, feed, message_delivery, .. } = &self.adapters;
        let checkpoints = Checkpoints::new(Arc::clone(store), Arc::clone(ids));
        let alone = Alone { dispatcher: self.jobs.clone(), checkpoints };
        let timers = async {
            if !self.edge.behind_host {
                alone.timers().await?;
            }
            Ok(())
        };
        let messages = async {
            if *message_delivery == MessageDelivery::InProcess || !self.edge.behind_host {
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

    /// Does what is to be done once at each start.
    pub async fn start(&self) -> crate::kernel::Result<()> {
        let ctx = self.jobs.ctx(None);
        for work in &self.at_start {
            work.run(&ctx).await?;
        }
        Ok(())
    }
}

/// The channels by which people are reached, and what is sent by them.
fn reached(adapters: &Adapters, shared: &Shared, carriers: Carriers, public_url: &str) -> (ChannelService, NotificationService) {
    let keys = || adapters.keys.clone();
    let links = LinkRepo::new(&shared.store, Arc::clone(&shared.ids));
    let addresses = Addresses { public_url, page: APP };
    let notifications = NotificationService::new(shared, keys(), carriers.clone(), links.clone(), &addresses);
    (ChannelService::new(shared, keys(), carriers, links, Arc::new(notifications.clone())), notifications)
}
