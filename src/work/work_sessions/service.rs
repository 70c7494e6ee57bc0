//! Use cases on work sessions. What is done about one that was forgotten is in `forgotten`.

use std::{sync::Arc, time::Duration};

use super::{
    booking,
    model::{EndedBy, NewWorkSession, Times, WorkSession, WorkSessionId, WorkSessionPatch},
    repo::{Heartbeat, WorkSessionRepo},
    review::Signs,
};
use crate::{
    domain::Shared,
    kernel::{Code, Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::{Decision, Ledger, Summary, Transaction},
    store::Stored,
};

/// A heartbeat that follows another so soon says nothing that is worth a write.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct WorkSessionService {
    pub(super) repo: WorkSessionRepo,
    pub(super) ledger: Ledger,
}

impl WorkSessionService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: WorkSessionRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// Errors: `ActiveSessionExists`, `NotFound` when there is no such user, `IdempotencyKeyReused`.
    pub async fn start(&self, _ctx: &Ctx, owner: Owner, key: Option<&IdempotencyKey>) -> Result<Created<Versioned<WorkSession>>> {
        self.ledger
            .create(owner, key, |change| {
                if booking::active(&change.summary)?.is_some() {
                    return Err(Error::new(Code::ActiveSessionExists, "Active session already exists"));
                }
                let session = WorkSession::start(Id::new(change.next_id()), owner.id(), change.now());
                booking::keep(&mut change.summary, &session, Signs::default())?;
                change.touch();
                Ok(session)
            })
            .await
    }

    /// Ends the session; one that has ended stays as it is. Errors: `NotFound`.
    pub async fn end(&self, _ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        self.ledger
            .edit(owner, &id.to_string(), &Precondition::None, |session: &WorkSession, change| {
                if session.end.is_some() {
                    return Ok(None);
                }
                let ended = session.ended(change.now(), change.summary.time_zone, EndedBy::User);
                close(change, &ended)?;
                change.touch();
                Ok(Some(ended))
            })
            .await
    }

    /// Writes down a session that is over. Errors: `SessionsOverlap`, `NotFound` when there is no such user,
    /// `IdempotencyKeyReused`.
    pub async fn record(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        new: NewWorkSession,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<WorkSession>>> {
        let new = &new;
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    self.check_free(owner, &change.summary, new.times, None).await?;
                    let past = WorkSession::past(Id::new(change.next_id()), owner.id(), new.times, change.summary.time_zone);
                    change.touch();
                    let made = change.created(WorkSession { note: new.note.clone(), ..past }, key)?;
                    Ok(Decision::Write(Created::now(made)))
                })
            })
            .await
    }

    /// Corrects a session that is over, or the note of one that is not. Errors: `NotFound`, `StaleEtag`, `InvalidField`,
    /// `SessionActive`, `SessionsOverlap`, `TooManyEdits`.
    pub async fn update(
        &self,
        ctx: &Ctx,
        owner: Owner,
        id: WorkSessionId,
        patch: WorkSessionPatch,
        expected: &Precondition,
    ) -> Result<Versioned<WorkSession>> {
        let (by, patch) = (ctx.own()?.id(), &patch);
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = change.load::<WorkSession>(&id.to_string(), expected).await?;
                    let Some(session) = read.value.patched(patch, by, change.now(), change.summary.time_zone)? else {
                        return Ok(Decision::Keep(read.versioned()));
                    };
                    if let Some(times) = session.times().filter(|times| Some(*times) != read.value.times()) {
                        self.check_free(owner, &change.summary, times, Some(id)).await?;
                    }
                    keep_active(&mut change.summary, &session, |signs| signs)?;
                    change.replace(&session, &read)?;
                    change.touch();
                    Ok(Decision::Write(Versioned { value: session, version: change.version() }))
                })
            })
            .await
    }

    /// Interrupts the session; one that is interrupted stays as it is. Errors: `NotFound`, `SessionEnded`,
    /// `TooManyPauses`.
    pub async fn pause(&self, _ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        self.ledger
            .edit(owner, &id.to_string(), &Precondition::None, |session: &WorkSession, change| {
                let Some(paused) = session.paused(change.now())? else { return Ok(None) };
                keep_active(&mut change.summary, &paused, |signs| signs)?;
                change.touch();
                Ok(Some(paused))
            })
            .await
    }

    /// Goes on with the session; one that is not interrupted stays as it is. Errors: `NotFound`, `SessionEnded`.
    pub async fn resume(&self, _ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        self.ledger
            .edit(owner, &id.to_string(), &Precondition::None, |session: &WorkSession, change| {
                let Some(resumed) = session.resumed(change.now())? else { return Ok(None) };
                let now = change.now();
                keep_active(&mut change.summary, &resumed, |signs| Signs { last: Some(now), ..signs })?;
                change.touch();
                Ok(Some(resumed))
            })
            .await
    }

    /// Notes that the user is still at it: one point read and one write of a small document, but for the first time.
    /// Errors: `NotFound`, `SessionEnded`.
    pub async fn keep_alive(&self, ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<()> {
        let Some(read) = self.repo.heartbeat(owner, id).await? else { return self.first_heartbeat(owner, id).await };
        if ctx.now().since(read.value.at) < HEARTBEAT_INTERVAL {
            return Ok(());
        }
        if self.repo.beat(owner, &read, ctx.now(), self.ledger.ids().next(ctx.now())).await? {
            return Ok(());
        }
        // Another heartbeat says the same; and without one the session has ended meanwhile.
        match self.repo.heartbeat(owner, id).await? {
            Some(_) => Ok(()),
            None => self.first_heartbeat(owner, id).await,
        }
    }

    /// Writes the document that the later heartbeats replace. The summary says whether the session is under way, and
    /// whoever ends it removes the document in the same commit.
    async fn first_heartbeat(&self, owner: Owner, id: WorkSessionId) -> Result<()> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if booking::active(&change.summary)?.is_none_or(|active| active.id != id.uuid()) {
                        let ended = self.ledger.load::<WorkSession>(owner, &id.to_string()).await?.value.end.is_some();
                        let ended = if ended { Err(Error::new(Code::SessionEnded, "The session has ended")) } else { Ok(()) };
                        // Of several without an end, which only damage leaves, the summary knows one.
                        return ended.map(Decision::Keep);
                    }
                    if self.repo.heartbeat(owner, id).await?.is_some() {
                        return Ok(Decision::Keep(()));
                    }
                    change.create(&Heartbeat { work_session_id: id, at: change.now() })?;
                    Ok(Decision::Write(()))
                })
            })
            .await
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        self.ledger.load(owner, &id.to_string()).await.map(Stored::versioned)
    }

    /// The session under way: the summary knows all of it. Errors: `NotFound` when there is no such user.
    pub async fn active(&self, _ctx: &Ctx, owner: Owner) -> Result<Option<WorkSession>> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        booking::active(&summary)?.map(|active| active.session(owner.id())).transpose()
    }

    /// The owner's sessions, oldest first; everybody's for an admin who names nobody. Errors: `Forbidden`.
    pub async fn list(&self, ctx: &Ctx, owner: Option<Owner>, page: PageRequest) -> Result<Page<WorkSession>> {
        if owner.is_none() {
            ctx.require_admin()?;
        }
        self.repo.list(owner, page).await
    }

    /// Errors: `SessionsOverlap`, naming the other session.
    async fn check_free(&self, owner: Owner, summary: &Summary, times: Times, except: Option<WorkSessionId>) -> Result<()> {
        let active = booking::active(summary)?.map(|active| active.session(owner.id())).transpose()?;
        let other = match active.filter(|active| active.overlaps(times)) {
            Some(active) => Some(active),
            None => self.repo.overlapping(owner, times, except).await?,
        };
        other.map_or(Ok(()), |other| {
            Err(Error::new(Code::SessionsOverlap, format!("It would overlap the work session {}", other.id)))
        })
    }
}

/// Keeps what the summary says of the session equal to it, while it is the one under way.
pub(super) fn keep_active(summary: &mut Summary, session: &WorkSession, sign: impl Fn(Signs) -> Signs) -> Result<()> {
    match booking::active(summary)?.filter(|active| active.id == session.id.uuid()) {
        Some(active) => booking::keep(summary, session, sign(active.signs())),
        None => Ok(()),
    }
}

/// What follows, besides the session, when it ends.
pub(super) fn close(change: &mut Transaction<'_>, ended: &WorkSession) -> Result<()> {
    if booking::active(&change.summary)?.is_some_and(|active| active.id == ended.id.uuid()) {
        booking::clear(&mut change.summary);
    }
    change.remove_if_there::<Heartbeat>(ended.id.to_string());
    Ok(())
}
