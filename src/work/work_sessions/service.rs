//! Use cases on work sessions. What is done about one that was forgotten is in `forgotten`.

use std::{sync::Arc, time::Duration};

use super::{
    booking::{self, ActiveSession, Traces},
    model::{Began, Moment, NewWorkSession, Times, WorkSession, WorkSessionId, WorkSessionPatch},
    on_work::OnWork,
    repo::{Heartbeat, WorkSessionRepo},
};
use crate::{
    accounts::settings::model::Settings,
    domain::Shared,
    kernel::{
        Code, Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Timestamp, Versioned,
    },
    ledger::{Decision, Ledger, Summary, Transaction},
    store::Stored,
    work::counters::WORK_SESSIONS,
};

/// A heartbeat that follows another so soon says nothing that is worth a write.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct WorkSessionService {
    pub(super) repo: WorkSessionRepo,
    pub(super) ledger: Ledger,
    on_work: Option<Arc<dyn OnWork>>,
}

impl WorkSessionService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: WorkSessionRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone(), on_work: None }
    }

    /// The same, after which something else follows.
    #[must_use]
    pub fn on_work(self, on_work: Arc<dyn OnWork>) -> Self {
        Self { on_work: Some(on_work), ..self }
    }

    /// Starts a session, now or when it is said that it began: never before the end of the last one, also when the clock was
    /// set back since. Errors: `ActiveSessionExists`, `InvalidField`, `SessionsOverlap`, `NotFound` when there is no such
    /// user, `IdempotencyKeyReused`.
    pub async fn start(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        at: Option<Timestamp>,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<WorkSession>>> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    if booking::active(&change.summary)?.is_some() {
                        return Err(Error::new(Code::ActiveSessionExists, "Active session already exists"));
                    }
                    let moment = Moment { now: change.now(), stated: at };
                    let last = self.last_end(owner, change).await?;
                    let start = match moment.checked()? {
                        Some(at) => {
                            if last.is_some_and(|last| at < last) {
                                self.check_free(owner, &change.summary, WorkSession::times_from(at), None).await?;
                            }
                            at
                        }
                        None => last.map_or(moment.now, |last| last.max(moment.now)),
                    };
                    let session = WorkSession::start(Id::new(change.next_id()), owner.id(), start);
                    booking::keep(&mut change.summary, &session, None)?;
                    booking::trace(change, None, Some(&session))?;
                    if let Some(on_work) = &self.on_work {
                        on_work.started(change, start).await?;
                    }
                    change.touch_at(at.unwrap_or(moment.now));
                    let made = change.created(session, key)?;
                    Ok(Decision::Write(Created::now(made)))
                })
            })
            .await
    }

    fn worked(&self, change: &mut Transaction<'_>) {
        if let Some(on_work) = &self.on_work {
            on_work.worked(change);
        }
    }

    /// When the last session ended, if one has. The summary knows it but after a deletion or a correction of that session;
    /// then it is looked up.
    async fn last_end(&self, owner: Owner, change: &mut Transaction<'_>) -> Result<Option<Timestamp>> {
        let traces = change.summary.facts.get::<Traces>()?;
        let known = traces.as_ref().and_then(|traces| traces.last_end);
        if known.is_some() || change.summary.counts.get(WORK_SESSIONS) == 0 {
            return Ok(known);
        }
        let last_end = self.repo.last_end(owner).await?;
        let new = Traces { last_end, changed_on: change.today(), lesson: change.summary.seq };
        change.summary.facts.set(&traces.map_or(new, |traces| Traces { last_end, ..traces }))?;
        Ok(last_end)
    }

    /// Ends the session, now or when it is said that it ended; one that has ended stays as it is. Errors: `NotFound`,
    /// `StaleEtag`, `InvalidField`.
    pub async fn end(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        id: WorkSessionId,
        at: Option<Timestamp>,
        expected: &Precondition,
    ) -> Result<Versioned<WorkSession>> {
        self.ledger
            .edit(owner, &id.to_string(), expected, |session: &WorkSession, change| {
                if session.end.is_some() {
                    return Ok(None);
                }
                let moment = Moment { now: change.now(), stated: at };
                let ended = session.ended_at(moment, change.summary.day_rule())?.with_breaks_after(break_after(&change.summary)?);
                close(change, session)?;
                booking::trace(change, Some(session), Some(&ended))?;
                self.worked(change);
                change.touch_at(at.unwrap_or(moment.now));
                Ok(Some(ended))
            })
            .await
    }

    /// Deletes the session, which may be under way. Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: WorkSessionId, expected: &Precondition) -> Result<()> {
        self.ledger
            .delete(owner, &id.to_string(), expected, |session: &WorkSession, change| {
                if session.end.is_none() {
                    close(change, session)?;
                }
                booking::trace(change, Some(session), None)?;
                change.touch();
                Ok(())
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
                    let past = WorkSession::past(Id::new(change.next_id()), owner.id(), new.times, change.summary.day_rule());
                    let past = past.with_breaks_after(break_after(&change.summary)?);
                    booking::trace(change, None, Some(&past))?;
                    self.worked(change);
                    change.touch();
                    let made = change.created(WorkSession { note: new.note.clone(), ..past }, key)?;
                    Ok(Decision::Write(Created::now(made)))
                })
            })
            .await
    }

    /// Corrects a session. Errors: `NotFound`, `StaleEtag`, `InvalidField`, `SessionActive` for the end of one that is under
    /// way, `SessionsOverlap`, `TooManyPauses`, `TooManyEdits`.
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
                    let Some(session) = read.value.patched(patch, by, change.now(), change.summary.day_rule())? else {
                        return Ok(Decision::Keep(read.versioned()));
                    };
                    if session.times() != read.value.times() {
                        self.check_moved(owner, &change.summary, &read.value, session.times()).await?;
                    }
                    keep_active(&mut change.summary, &session, None)?;
                    booking::trace(change, Some(&read.value), Some(&session))?;
                    change.replace(&session, &read)?;
                    change.touch();
                    Ok(Decision::Write(Versioned { value: session, version: change.version() }))
                })
            })
            .await
    }

    /// Interrupts the session, now or when it is said that it was; one that is interrupted stays as it is. Errors:
    /// `NotFound`, `StaleEtag`, `InvalidField`, `SessionEnded`, `TooManyPauses`.
    pub async fn pause(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        id: WorkSessionId,
        at: Option<Timestamp>,
        expected: &Precondition,
    ) -> Result<Versioned<WorkSession>> {
        self.ledger
            .edit(owner, &id.to_string(), expected, |session: &WorkSession, change| {
                let moment = Moment { now: change.now(), stated: at };
                let Some(paused) = session.paused(moment)? else { return Ok(None) };
                keep_active(&mut change.summary, &paused, None)?;
                booking::trace(change, Some(session), Some(&paused))?;
                change.touch_at(at.unwrap_or(moment.now));
                Ok(Some(paused))
            })
            .await
    }

    /// Goes on with the session, now or when it is said that it went on; one that is not interrupted stays as it is. Errors:
    /// `NotFound`, `StaleEtag`, `InvalidField`, `SessionEnded`.
    pub async fn resume(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        id: WorkSessionId,
        at: Option<Timestamp>,
        expected: &Precondition,
    ) -> Result<Versioned<WorkSession>> {
        self.ledger
            .edit(owner, &id.to_string(), expected, |session: &WorkSession, change| {
                let moment = Moment { now: change.now(), stated: at };
                let Some(resumed) = session.resumed(moment)? else { return Ok(None) };
                let resumed_at = at.unwrap_or(moment.now);
                keep_active(&mut change.summary, &resumed, Some(resumed_at))?;
                booking::trace(change, Some(session), Some(&resumed))?;
                if let Some(on_work) = &self.on_work {
                    on_work.resumed(change)?;
                }
                change.touch_at(resumed_at);
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
                    let Some(active) = booking::active(&change.summary)?.filter(|active| active.id == id.uuid()) else {
                        let ended = self.ledger.load::<WorkSession>(owner, &id.to_string()).await?.value.end.is_some();
                        let ended = if ended { Err(Error::new(Code::SessionEnded, "The session has ended")) } else { Ok(()) };
                        // Of several without an end, which only damage leaves, the summary knows one.
                        return ended.map(Decision::Keep);
                    };
                    if self.repo.heartbeat(owner, id).await?.is_some() {
                        return Ok(Decision::Keep(()));
                    }
                    booking::keep_heartbeats(&mut change.summary, active)?;
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

    /// The session under way: the summary knows all of it but the corrections. Errors: `NotFound` when there is no such user.
    pub async fn active(&self, _ctx: &Ctx, owner: Owner) -> Result<Option<WorkSession>> {
        let Some(active) = self.ledger.fact::<ActiveSession>(owner.id()).await? else { return Ok(None) };
        let session = active.session(owner.id())?;
        if !active.corrected {
            return Ok(Some(session));
        }
        // It may have ended meanwhile.
        let read = self.repo.get(owner, session.id).await?.map(|read| read.value);
        Ok(read.filter(|read| read.end.is_none()))
    }

    /// The owner's sessions of those dates, oldest first; everybody's for an admin who names nobody. Errors: `Forbidden`,
    /// `NotFound` when there is no such user, `InvalidParameter`.
    pub async fn list(&self, ctx: &Ctx, owner: Option<Owner>, began: Began, page: PageRequest) -> Result<Page<WorkSession>> {
        let instants = match owner {
            None => {
                ctx.require_admin()?;
                if began != Began::default() {
                    let message = "Query parameters 'from' and 'to' need 'user_id', since dates are those of a user";
                    return Err(Error::new(Code::InvalidParameter, message));
                }
                [None; 2]
            }
            Some(_) if began == Began::default() => [None; 2],
            Some(owner) => {
                let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
                began.instants(summary.day_rule())?
            }
        };
        self.repo.list(owner, instants, page).await
    }

    /// Errors: `SessionsOverlap`, naming the other session.
    pub(super) async fn check_free(
        &self,
        owner: Owner,
        summary: &Summary,
        times: Times,
        except: Option<WorkSessionId>,
    ) -> Result<()> {
        self.overlapping(owner, summary, times, except).await?.map_or(Ok(()), |other| Err(overlap(&other)))
    }

    /// As [`Self::check_free`], for a session that takes up other times now. What it overlaps already, as earlier versions
    /// let it and as imports bring it, it may go on to overlap, but no more than before.
    async fn check_moved(&self, owner: Owner, summary: &Summary, from: &WorkSession, to: Times) -> Result<()> {
        let Some(other) = self.overlapping(owner, summary, to, Some(from.id)).await? else { return Ok(()) };
        if !other.overlaps(from.times()) {
            return Err(overlap(&other));
        }
        for added in to.beyond(from.times()) {
            self.check_free(owner, summary, added, Some(from.id)).await?;
        }
        Ok(())
    }

    async fn overlapping(
        &self,
        owner: Owner,
        summary: &Summary,
        times: Times,
        except: Option<WorkSessionId>,
    ) -> Result<Option<WorkSession>> {
        let active = booking::active(summary)?.map(|active| active.session(owner.id())).transpose()?;
        match active.filter(|active| Some(active.id) != except && active.overlaps(times)) {
            Some(active) => Ok(Some(active)),
            None => self.repo.overlapping(owner, times, except).await,
        }
    }
}

fn overlap(other: &WorkSession) -> Error {
    Error::new(Code::SessionsOverlap, format!("It would overlap the work session {}", other.id))
}

/// Keeps what the summary says of the session equal to it, while it is the one under way. `sign`: a new sign that the user is at
/// it.
pub(super) fn keep_active(summary: &mut Summary, session: &WorkSession, sign: Option<Timestamp>) -> Result<()> {
    match booking::active(summary)?.filter(|active| active.id == session.id.uuid()) {
        Some(active) => booking::keep(summary, session, sign.or(active.last_sign)),
        None => Ok(()),
    }
}

/// After how many minutes of work a break is due for the user. Errors: `Internal`.
pub(super) fn break_after(summary: &Summary) -> Result<u16> {
    Ok(u16::try_from(Settings::of(summary)?.break_after_minutes.get()).unwrap_or(u16::MAX))
}

/// What follows, besides the session, when it ends.
pub(super) fn close(change: &mut Transaction<'_>, ended: &WorkSession) -> Result<()> {
    let active = booking::active(&change.summary)?.filter(|active| active.id == ended.id.uuid());
    if active.is_some() {
        booking::clear(&mut change.summary);
    }
    if active.is_none_or(|active| active.heartbeats) {
        change.remove_if_there::<Heartbeat>(ended.id.to_string());
    }
    Ok(())
}
