//! Use cases on connections as a person sets them; what starts and stops them is in `running`.

use std::{collections::BTreeMap, sync::Arc};

use secrecy::ExposeSecret as _;
use serde_json::json;
use uuid::Uuid;

use super::{
    given::{self, ConnectionPatch, NewConnection},
    model::{Connection, ConnectionId, ConnectionName, Direction, MAX_CONNECTIONS, Moment, Priority, Status, Trigger},
    repo::{self, Connected, Numbers},
    run::{ConnectionState, LinkCounts, Run, RunId},
    schedule,
    settings::Settings,
};
use crate::{
    accounts::settings::{model::Language, repo::SettingsRepo},
    domain::Shared,
    integrations::{
        counters::{FAILED, LINKED, WAITING},
        credentials::{
            model::{Credential, CredentialKind, NewCredential},
            vault::Vault,
        },
        messages::{INBOUND, Inbound},
        opener::Opener,
        removal::Removal,
    },
    jobs::queue::{NewMessage, Queue},
    kernel::{
        Code, Created, Ctx, Error, Id, IdempotencyKey, Limit, Owner, Page, PageRequest, Precondition, Resource as _, Result,
        Rule, Versioned,
    },
    ledger::{Decision, Ledger, Summary, Transaction},
    outbound::{http::Policy, providers::ProviderName},
    store::Stored,
    work::work_sessions::repo::WorkSessionRepo,
};

#[derive(Clone)]
pub struct ConnectionService {
    pub(super) ledger: Ledger,
    pub(super) vault: Vault,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) opener: Arc<dyn Opener>,
    pub(super) removal: Removal,
    pub(super) sessions: WorkSessionRepo,
    settings: SettingsRepo,
    /// Where we are known, so that people can consent there.
    oauth: Arc<[ProviderName]>,
    policy: Policy,
}

/// A connection with all that is shown of it.
pub struct Shown {
    pub connection: Connection,
    pub credential: Option<Credential>,
    pub state: Option<ConnectionState>,
    pub counts: LinkCounts,
}

impl ConnectionService {
    pub fn new(shared: &Shared, oauth: Vec<ProviderName>, policy: Policy, vault: Vault, opener: Arc<dyn Opener>) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            vault,
            queue: Arc::clone(&shared.queue),
            opener,
            removal: Removal::new(shared),
            sessions: WorkSessionRepo::new(Arc::clone(&shared.store)),
            settings: SettingsRepo::new(Arc::clone(&shared.store)),
            oauth: oauth.into(),
            policy,
        }
    }

    /// Whether people can consent at the service.
    pub fn takes_consent(&self, provider: ProviderName) -> bool {
        self.oauth.contains(&provider)
    }

    /// A digest of a body that may hold a secret, by which its repetition is recognised. Errors: `NotConfigured`.
    pub async fn fingerprint(&self, body: &[u8]) -> Result<Vec<u8>> {
        self.vault.fingerprint(body).await
    }

    /// The language of the texts for the owner.
    pub async fn language(&self, owner: Owner) -> Result<Language> {
        Ok(self.settings.get(owner).await?.map(|read| read.value.settings.0).unwrap_or_default().language)
    }

    /// Makes a connection, and asks for its first run where there is a credential. Errors: `NotConfigured`, `InvalidField`,
    /// `AddressNotAllowed`, `AlreadyConnected`, `TooManyConnections`, `NotFound` when there is no such user,
    /// `IdempotencyKeyReused`.
    pub async fn create(
        &self,
        ctx: &Ctx,
        owner: Owner,
        new: &NewConnection,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<Connection>>> {
        let provider = new.settings.provider();
        if new.credential.is_none() && provider == ProviderName::Caldav {
            return Err(Rule::field("is required").of_field("credential"));
        }
        if new.credential.is_none() && !self.takes_consent(provider) {
            return Err(Error::new(
                Code::NotConfigured,
                "This server is not known to the service, which would ask for your consent",
            ));
        }
        self.check_address(&new.settings)?;
        let made = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let others = self.all(owner).await?;
                    if others.len() >= MAX_CONNECTIONS {
                        return Err(Error::new(Code::TooManyConnections, "You have 20 connections; delete one first"));
                    }
                    self.refuse_double(owner, &others, &new.settings, new.credential.as_ref(), None).await?;
                    let connection = Connection {
                        id: Id::new(change.next_id()),
                        user_id: owner.id(),
                        number: Numbers::next(&mut change.summary)?,
                        name: new.name.clone().unwrap_or_else(|| ConnectionName::usual(provider)),
                        settings: new.settings.clone(),
                        direction: new.direction,
                        priority: new.priority,
                        condition: Status::Pending,
                        paused: false,
                        problem: None,
                        created_at: change.now(),
                        stands_since: None,
                        updated_at: None,
                        version: change.version(),
                    };
                    let mut state = ConnectionState::new(&connection);
                    if let Some(given) = &new.credential {
                        self.vault.put(change, connection.id.uuid(), provider, given).await?;
                        state = state.due_now(Id::new(change.next_id()), Trigger::First, change.now());
                    }
                    change.create(&state)?;
                    Connected::keep(&mut change.summary, &connection)?;
                    Ok(Decision::Write(Created::now(change.created(connection, key)?)))
                })
            })
            .await?;
        if new.credential.is_some() {
            self.hasten(ctx, owner, made.value.value.id, Trigger::First).await;
        }
        Ok(made)
    }

    /// The owner's connections, oldest first. Errors: `NotFound` when there is no such user.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, page: PageRequest) -> Result<Page<Shown>> {
        let page = repo::list(&self.ledger, owner, page).await?;
        let states = repo::states(&self.ledger, owner).await?;
        let mut states: BTreeMap<Uuid, _> = states.into_iter().map(|state| (state.id.uuid(), state)).collect();
        let mut credentials: BTreeMap<Uuid, _> =
            self.vault.list(owner).await?.into_iter().map(|credential| (credential.id, credential)).collect();
        let summary = self.summary(owner).await?;
        let mut conflicts: BTreeMap<u16, u32> = BTreeMap::new();
        for conflict in repo::conflicts(&self.ledger, owner, None, PageRequest::first(Limit::MAX)).await?.items {
            *conflicts.entry(conflict.number).or_default() += u32::from(conflict.restored_at.is_none());
        }
        let shown = |connection: Connection| {
            let (id, number) = (connection.id.uuid(), connection.number);
            let counts = counts(&summary, number, conflicts.get(&number).copied().unwrap_or_default());
            Ok(Shown { credential: credentials.remove(&id), state: states.remove(&id), counts, connection })
        };
        page.try_map(shown)
    }

    /// The connection alone. Errors: `NotFound`.
    pub async fn load(&self, owner: Owner, id: ConnectionId) -> Result<Connection> {
        Ok(self.ledger.load::<Connection>(owner, &id.to_string()).await?.value)
    }

    /// With all that is shown of it. Errors: `NotFound` when there is no such user.
    pub async fn show(&self, owner: Owner, connection: Connection) -> Result<Shown> {
        let state = repo::state_of(&self.ledger, &connection).await?;
        let credential = self.vault.find(owner, connection.id.uuid()).await?;
        let page = repo::conflicts(&self.ledger, owner, Some(connection.number), PageRequest::first(Limit::MAX)).await?;
        let conflicts = page.items.iter().filter(|conflict| conflict.restored_at.is_none()).count();
        let counts = counts(&self.summary(owner).await?, connection.number, u32::try_from(conflicts).unwrap_or(u32::MAX));
        Ok(Shown { connection, credential, state, counts })
    }

    /// Changes what a person sets. What is connected otherwise runs at once. Errors: `NotFound`, `StaleEtag`, and those of
    /// [`Self::create`].
    pub async fn update(
        &self,
        ctx: &Ctx,
        owner: Owner,
        id: ConnectionId,
        patch: &ConnectionPatch,
        expected: &Precondition,
    ) -> Result<Connection> {
        let (connection, starts) = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = find(change, id).await?;
                    let was = &read.value;
                    expected.check(was.version)?;
                    let given = patch.credential.as_ref().map(|given| given::credential(was.provider(), given)).transpose()?;
                    let credential = self.unless_known(owner, was, given).await?;
                    let is = patched(was, patch, credential.is_some(), Moment { now: change.now(), op: change.version() })?;
                    let stored = change.find::<ConnectionState>(&id.to_string()).await?;
                    if is == *was {
                        // The message for an earlier delivery of this request may have been lost.
                        let waits = is.runs() && stored.is_some_and(|stored| stored.value.asked.is_some());
                        return Ok(Decision::Keep((is, waits)));
                    }
                    let elsewhere = is.settings.service != was.settings.service;
                    if elsewhere {
                        self.check_address(&is.settings)?;
                    }
                    if elsewhere || credential.is_some() {
                        self.refuse_double(owner, &self.all(owner).await?, &is.settings, credential.as_ref(), Some(id)).await?;
                    }
                    if let Some(given) = &credential {
                        self.vault.put(change, id.uuid(), is.provider(), given).await?;
                    }
                    let mut state = state_of(stored.as_ref(), was).reset_for(was, &is);
                    let otherwise = credential.is_some() || is.settings != was.settings || is.direction != was.direction;
                    let starts = otherwise && is.runs() && (credential.is_some() || self.has_credential(owner, &state).await?);
                    if starts {
                        state = state.due_now(Id::new(change.next_id()), Trigger::Person, change.now());
                    } else if is.priority != was.priority {
                        let next = schedule::next(is.priority, change.now(), change.next_id().as_u64_pair().1);
                        state.next_run = state.next_run.map(|at| at.min(next));
                    }
                    Connected::keep(&mut change.summary, &is)?;
                    change.put(&state, stored.as_ref())?;
                    change.replace(&is, &read)?;
                    Ok(Decision::Write((is, starts)))
                })
            })
            .await?;
        if starts {
            self.hasten(ctx, owner, id, Trigger::Person).await;
        }
        Ok(connection)
    }

    /// The last runs of a connection, the newest last. Errors: `NotFound`.
    pub async fn runs(&self, _ctx: &Ctx, owner: Owner, id: ConnectionId) -> Result<Vec<Run>> {
        let connection = self.load(owner, id).await?;
        repo::runs(&self.ledger, owner, connection.number).await
    }

    /// Errors: `NotFound`.
    pub async fn run(&self, _ctx: &Ctx, owner: Owner, id: ConnectionId, run: RunId) -> Result<Run> {
        let found = self.ledger.load::<Run>(owner, &run.to_string()).await?.value;
        if found.connection_id == id { Ok(found) } else { Err(Error::not_found(Run::NOUN)) }
    }

    /// Tells whoever runs connections that one is due. What was committed before says so too: when this is lost, the schedule
    /// finds it.
    pub async fn hasten(&self, ctx: &Ctx, owner: Owner, connection_id: ConnectionId, trigger: Trigger) {
        let correlation_id = ctx.request_id().to_string();
        let body = json!(Inbound { user_id: owner.id(), connection_id, trigger, correlation_id });
        if let Err(error) = self.queue.send(INBOUND, NewMessage::of(body)).await {
            tracing::warn!(error = %error.chain(), "a run has to wait for the schedule");
        }
    }

    /// Whether there is a credential for what is not due.
    pub(super) async fn has_credential(&self, owner: Owner, state: &ConnectionState) -> Result<bool> {
        Ok(state.next_run.is_some() || self.vault.find(owner, state.id.uuid()).await?.is_some())
    }

    async fn summary(&self, owner: Owner) -> Result<Summary> {
        self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))
    }

    /// There are far fewer than a page has.
    async fn all(&self, owner: Owner) -> Result<Vec<Connection>> {
        Ok(repo::list(&self.ledger, owner, PageRequest::first(Limit::MAX)).await?.items)
    }

    /// The credential that is given, unless it is the one that there is and nothing is wrong with that.
    async fn unless_known(&self, owner: Owner, was: &Connection, given: Option<NewCredential>) -> Result<Option<NewCredential>> {
        let Some(given) = given else { return Ok(None) };
        let works = matches!(was.condition, Status::Pending | Status::Active) && was.problem.is_none();
        let known = works && self.vault.is_same(owner, was.id.uuid(), &given).await?;
        Ok((!known).then_some(given))
    }

    /// An address that a person gives must be one that may be called at all.
    fn check_address(&self, settings: &Settings) -> Result<()> {
        let Some(address) = settings.address() else { return Ok(()) };
        if address.url().is_some_and(|url| self.policy.allows(&url)) {
            return Ok(());
        }
        let message = "Field 'settings.url' is not an address that this server may call";
        Err(Error::new(Code::AddressNotAllowed, message).about("settings.url"))
    }

    /// Refuses what is covered by another connection with the same account, as far as accounts are known. `given`: the credential
    /// that comes with it; without one, the own one of `except` is compared.
    async fn refuse_double(
        &self,
        owner: Owner,
        others: &[Connection],
        settings: &Settings,
        given: Option<&NewCredential>,
        except: Option<ConnectionId>,
    ) -> Result<()> {
        let own = match (given, except) {
            (None, Some(id)) => self.vault.find(owner, id.uuid()).await?.and_then(|own| own.account),
            (Some(NewCredential::Basic { username, .. }), _) => Some(username.expose_secret().to_owned()),
            _ => None,
        };
        for other in others.iter().filter(|other| Some(other.id) != except && other.settings.overlap(settings)) {
            let known = self.vault.find(owner, other.id.uuid()).await?.and_then(|known| known.account);
            let is_same = match given {
                _ if own.is_some() && own == known => true,
                Some(given) => self.vault.is_same(owner, other.id.uuid(), given).await?,
                None => false,
            };
            if is_same {
                let message = format!("The connection {} has the same account and what you name there", other.id);
                return Err(Error::new(Code::AlreadyConnected, message));
            }
        }
        Ok(())
    }
}

/// What follows from a consent of the person's, whose tokens the same commit keeps: a run is due. Errors: `NotFound`.
pub async fn consented(change: &mut Transaction<'_>, connection_id: Uuid) -> Result<()> {
    let read = find(change, Id::new(connection_id)).await?;
    let stored = change.find::<ConnectionState>(&connection_id.to_string()).await?;
    let moment = Moment { now: change.now(), op: change.version() };
    let is = read.value.reauthorized(moment);
    let mut state = state_of(stored.as_ref(), &is);
    if is.runs() {
        state = state.due_now(Id::new(change.next_id()), Trigger::First, change.now());
    }
    change.put(&state, stored.as_ref())?;
    if is == read.value { Ok(()) } else { change.replace(&is, &read) }
}

/// Errors: `NotFound`.
pub(super) async fn find(change: &Transaction<'_>, id: ConnectionId) -> Result<Stored<Connection>> {
    change.find::<Connection>(&id.to_string()).await?.ok_or_else(|| Error::not_found(Connection::NOUN))
}

/// Only damage leaves a connection without one.
pub(super) fn state_of(stored: Option<&Stored<ConnectionState>>, connection: &Connection) -> ConnectionState {
    stored.map_or_else(|| ConnectionState::new(connection), |stored| stored.value.clone())
}

/// The connection after a patch, which may bring a credential.
fn patched(was: &Connection, patch: &ConnectionPatch, with_credential: bool, moment: Moment) -> Result<Connection> {
    let name = match &patch.name {
        Some(given) => given.0.clone().unwrap_or_else(|| ConnectionName::usual(was.provider())),
        None => was.name.clone(),
    };
    let settings = patch.settings.as_ref().map_or_else(|| Ok(was.settings.clone()), |given| was.settings.patched(given))?;
    let direction = patch.direction.as_ref().map_or(was.direction, |given| given.0.unwrap_or(Direction::Both));
    let priority = patch.priority.as_ref().map_or(was.priority, |given| given.0.unwrap_or(Priority::Normal));
    let is = was.set(name, settings, direction, priority, moment);
    if !with_credential {
        return Ok(is);
    }
    Ok(Connection { updated_at: Some(moment.now), version: moment.op, ..is.reauthorized(moment) })
}

pub(super) fn counts(summary: &Summary, number: u16, conflicts: u32) -> LinkCounts {
    let count = |family: crate::ledger::Family| u32::try_from(summary.counts.get(family.at(number.into()))).unwrap_or(u32::MAX);
    LinkCounts { linked: count(LINKED), waiting: count(WAITING), conflicts, failed: count(FAILED) }
}

impl Shown {
    /// Whether the person has to consent at the service before anything can run, or goes on doing so.
    pub fn wants_consent(&self) -> bool {
        match &self.credential {
            None => self.connection.provider() != ProviderName::Caldav,
            Some(known) => {
                let told = known.consent.as_ref().is_some_and(|consent| consent.told_at.is_some());
                told || (known.kind == CredentialKind::Oauth && self.connection.condition == Status::NeedsReauth)
            }
        }
    }
}
