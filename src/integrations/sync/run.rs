//! One run of a connection: what is there is taken in, then what changed here is written there.

use std::{collections::HashSet, time::Duration};

use uuid::Uuid;

use super::{
    progress::LEASE,
    push::Stop,
    service::{Side, Synchronisation, Told},
};
use crate::{
    integrations::{
        connections::{
            model::{Connection, ConnectionId, Missing, Status, Trigger},
            run::{self, ConnectionState, Run, RunCounts},
        },
        counters::LINKED,
        credentials::renewal::{NoCredential, Opened},
    },
    kernel::{Ctx, Error, Id, Owner, Result, Timestamp},
    outbound::providers::{Failure, Provider},
    store::{Partition, Stored},
    work::tasks::model::Tags,
};

/// How long a run goes on at most; what is left is done by the next.
const TIME: Duration = Duration::from_secs(90);

/// What a run is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// What is there, then what changed here.
    Both,
    /// What changed here alone.
    Push,
}

/// What became of the wish to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// There is nothing to be done now.
    Done,
    /// Another run is under way.
    InFlight,
    /// It did what it could in its time, and there is more.
    More,
    /// There is something to be written, not before that instant.
    Later(Timestamp),
}

/// How a run ended.
#[derive(Debug)]
pub(super) enum End {
    Done,
    /// Its time was over.
    Partial,
    /// Too much is gone.
    Halted {
        gone: usize,
        of: usize,
    },
    Failed(Failure),
    /// Another tool changes back what is written.
    Oscillating,
    /// No credential can be had until the person gives one.
    NeedsReauth,
    /// The operator's settings are wrong.
    Misconfigured,
}

/// A run while it is under way.
pub(super) struct Running {
    pub state: Stored<ConnectionState>,
    pub run: Run,
    pub told: Told,
    pub full: bool,
    /// The versions of what was taken in.
    pub versions: HashSet<Uuid>,
    pub work: Work,
    /// How many tasks were linked before it.
    pub linked: usize,
    pub until: Timestamp,
}

/// Whether a run begins.
enum Begun {
    Here(Box<Running>),
    /// It does not, and this is what became of the wish.
    Elsewhere(Ran),
}

impl Synchronisation {
    /// Runs a connection. Repeated, late or needless calls do nothing. Errors: those of our own store.
    pub async fn run(&self, ctx: &Ctx, owner: Owner, id: ConnectionId, trigger: Trigger, work: Work) -> Result<Ran> {
        let read = self.ledger.collection::<Connection>().get(Partition::of(owner.id()), id.to_string()).await?;
        let Some(connection) = read else { return Ok(Ran::Done) };
        let connection = connection.value;
        if !connection.runs() {
            return Ok(Ran::Done);
        }
        let mut running = match self.begin(ctx, owner, &connection, trigger, work).await? {
            Begun::Here(running) => *running,
            Begun::Elsewhere(ran) => return Ok(ran),
        };
        let end = match self.attempt(ctx, owner, &connection, &mut running, work).await {
            Ok(end) => end,
            Err(Stop::Failed(failure)) => End::Failed(failure),
            Err(Stop::Oscillating) => End::Oscillating,
            Err(Stop::Error(error)) => return Err(error),
        };
        self.end(ctx, owner, &connection, running, end).await
    }

    /// Takes the connection for a while, unless another run has it, or the service is not to be asked yet.
    async fn begin(&self, ctx: &Ctx, owner: Owner, connection: &Connection, trigger: Trigger, work: Work) -> Result<Begun> {
        let now = self.clock.now();
        let Some(read) = self.progress.read(owner, connection.id.uuid()).await? else { return Ok(Begun::Elsewhere(Ran::Done)) };
        if read.value.running(now).is_some() {
            return Ok(Begun::Elsewhere(Ran::InFlight));
        }
        // After a failure nothing is asked before it is due, which what a person asks for is at once. A message comes then.
        if connection.problem.is_some() && read.value.next_run.is_some_and(|due| due > now) {
            return Ok(Begun::Elsewhere(Ran::Done));
        }
        // What was asked for is a run of both ways, and waits for one.
        let asked = read.value.asked.filter(|_| work == Work::Both);
        let (run_id, trigger) =
            asked.map_or_else(|| (Id::new(self.ids.next(now)), trigger), |asked| (asked.run_id, asked.trigger));
        let run = Run {
            id: run_id,
            connection_id: connection.id,
            number: connection.number,
            trigger,
            started_at: now,
            finished_at: None,
            result: None,
            counts: RunCounts::default(),
            problem: None,
            full: false,
            correlation_id: ctx.request_id().to_string(),
        };
        let correlation_id = run.correlation_id.clone();
        let running = run::Running { run_id, trigger, started_at: now, until: now.plus(LEASE), correlation_id };
        let state = ConnectionState {
            running: Some(running),
            asked: read.value.asked.filter(|_| work == Work::Push),
            ..read.value.clone()
        };
        let state = self.progress.replace(now, &read, state, None).await?;
        let Some(state) = state else { return Ok(Begun::Elsewhere(Ran::InFlight)) };
        let (told, versions, until) = (Told::default(), HashSet::new(), now.plus(TIME));
        Ok(Begun::Here(Box::new(Running { state, run, told, full: false, versions, work, linked: 0, until })))
    }

    /// Does the work with a credential, once more with another one when the service refuses the first.
    async fn attempt(
        &self,
        ctx: &Ctx,
        owner: Owner,
        connection: &Connection,
        running: &mut Running,
        work: Work,
    ) -> Result<End, Stop> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        let zone = summary.day_rule().zone;
        running.linked = usize::try_from(summary.counts.get(LINKED.at(connection.number.into()))).unwrap_or(usize::MAX);
        let mut opened = match self.vault.open(owner, connection.id.uuid()).await {
            Ok(opened) => opened,
            Err(none) => return without_credential(none),
        };
        for last in [false, true] {
            let Opened { credential, generation } = &opened;
            let provider = self.opener.open(connection, credential, zone, running.run.trigger).map_err(Stop::Failed)?;
            match self.go(owner, connection, &*provider, running, work).await {
                Err(Stop::Failed(Failure::Unauthorized)) if last => return Ok(End::NeedsReauth),
                Err(Stop::Failed(Failure::Unauthorized)) => {
                    opened = match self.vault.refused(owner, connection.id.uuid(), *generation).await {
                        Ok(opened) => opened,
                        Err(none) => return without_credential(none),
                    };
                }
                came => {
                    if came.is_ok() && connection.condition == Status::Pending {
                        self.keep_account(ctx, owner, connection, &*provider).await?;
                    }
                    return came;
                }
            }
        }
        Ok(End::NeedsReauth)
    }

    /// Keeps as whom the service knows us, once: people see it, and what the service tells all who use its app leads here by it.
    async fn keep_account(&self, ctx: &Ctx, owner: Owner, connection: &Connection, provider: &dyn Provider) -> Result<()> {
        match provider.account().await {
            Ok(known) => self.vault.known_as(ctx, owner, connection.id.uuid(), &known).await,
            Err(_) => Ok(()),
        }
    }

    async fn go(
        &self,
        owner: Owner,
        connection: &Connection,
        provider: &dyn Provider,
        running: &mut Running,
        work: Work,
    ) -> Result<End, Stop> {
        let recreates = running.state.value.resume == Some(Missing::Recreate);
        let mut tags = Tags::default();
        // One fits.
        let _fits = connection.settings.tag.clone().is_none_or(|tag| tags.add(tag));
        let side = Side { owner, connection, provider, run: running.run.id, tags, recreates };
        self.finish_begun(&side, &mut running.told).await?;
        if work == Work::Both
            && let Some(end) = self.pull(&side, running).await?
        {
            return Ok(end);
        }
        let since = running.state.value.scanned_seq;
        let scanned_seq = self.scan(&side, since, &running.versions).await?;
        // Kept with the next step: until then it is only looked at once more.
        running.state.value.scanned_seq = scanned_seq;
        self.push(&side, &mut running.told, running.until).await?;
        let over = self.clock.now() >= running.until;
        Ok(if over { End::Partial } else { End::Done })
    }

    /// Keeps how far the run has got. Errors: `Busy` when another has taken the connection since, or it is gone.
    pub(super) async fn keep(&self, running: &mut Running, next: impl FnOnce(ConnectionState) -> ConnectionState) -> Result<()> {
        let now = self.clock.now();
        let state = next(running.state.value.clone());
        let running_on = state.running.clone().map(|running| run::Running { until: now.plus(LEASE), ..running });
        let state = ConnectionState { running: running_on, ..state };
        let kept = self.progress.replace(now, &running.state, state, None).await?;
        running.state = kept.ok_or_else(|| Error::busy().caused_by("another has taken the connection"))?;
        Ok(())
    }
}

fn without_credential(none: NoCredential) -> Result<End, Stop> {
    match none {
        NoCredential::NeedsReauth => Ok(End::NeedsReauth),
        NoCredential::Misconfigured => Ok(End::Misconfigured),
        NoCredential::Failed(error) => Err(Stop::Error(error)),
    }
}
