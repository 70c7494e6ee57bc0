//! Use cases on work sessions.

use std::time::Duration;

use super::{
    booking,
    model::{EndedBy, NewWorkSession, Nudge, Times, WorkSession, WorkSessionId, WorkSessionPatch},
    repo::WorkSessionRepo,
    review::{self, Signs, Verdict},
};
use crate::{
    kernel::{
        Caller, Code, Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, UserId, Versioned,
    },
    ledger::{Ledger, Summary, Transaction},
    store::Stored,
    work::habits::model::Habits,
};

/// A sign of life that follows another so soon says nothing that is worth a write.
const SAME_SIGN: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct WorkSessionService {
    repo: WorkSessionRepo,
    ledger: Ledger,
}

impl WorkSessionService {
    pub fn new(repo: WorkSessionRepo, ledger: Ledger) -> Self {
        Self { repo, ledger }
    }

    /// Errors: `ActiveSessionExists`, `NotFound` when there is no such user, `IdempotencyKeyReused`.
    pub async fn start(&self, ctx: &Ctx, owner: Owner, key: Option<&IdempotencyKey>) -> Result<Created<Versioned<WorkSession>>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        let session = WorkSession::start(Id::new(self.ledger.ids().next(ctx.now)), owner.id(), ctx.now);
        loop {
            if let Some(first) = change.replay(key).await? {
                return Ok(Created::before(first));
            }
            if change.summary.active_session.is_some() {
                return Err(Error::new(Code::ActiveSessionExists, "Active session already exists"));
            }
            let made = Versioned { value: session.clone(), version: change.version() };
            change.create(&session)?;
            change.remember(key, &made)?;
            change.summary.active_session = Some(booking::open(&session, Signs::default()));
            change.touch(ctx.now).await?;
            if change.commit().await?.is_some() {
                return Ok(Created::now(made));
            }
        }
    }

    /// Ends the session; one that has ended stays as it is. Errors: `NotFound`.
    pub async fn end(&self, ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner, id).await?;
            if read.value.end.is_some() {
                return Ok(read.versioned());
            }
            let session = read.value.ended(ctx.now, change.summary.time_zone, EndedBy::User);
            close(&mut change, &session, &read).await?;
            change.touch(ctx.now).await?;
            if let Some(version) = change.commit().await? {
                return Ok(Versioned { value: session, version });
            }
        }
    }

    /// Writes down a session that is over. Errors: `SessionsOverlap`, `NotFound` when there is no such user,
    /// `IdempotencyKeyReused`.
    pub async fn record(
        &self,
        ctx: &Ctx,
        owner: Owner,
        new: NewWorkSession,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<WorkSession>>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        let id = Id::new(self.ledger.ids().next(ctx.now));
        loop {
            if let Some(first) = change.replay(key).await? {
                return Ok(Created::before(first));
            }
            self.check_free(owner, &change.summary, new.times, None).await?;
            let past = WorkSession::past(id, owner.id(), new.times, change.summary.time_zone);
            let session = WorkSession { note: new.note.clone(), ..past };
            change.create(&session)?;
            booking::count(&mut change, &session).await?;
            let made = Versioned { value: session, version: change.version() };
            change.remember(key, &made)?;
            change.touch(ctx.now).await?;
            if change.commit().await?.is_some() {
                return Ok(Created::now(made));
            }
        }
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
        let by = ctx.own()?.id();
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner, id).await?;
            expected.check(read.op)?;
            let Some(session) = read.value.patched(&patch, by, ctx.now, change.summary.time_zone)? else {
                return Ok(read.versioned());
            };
            if let Some(times) = session.times().filter(|times| Some(*times) != read.value.times()) {
                self.check_free(owner, &change.summary, times, Some(id)).await?;
                booking::take_back(&mut change, &read.value).await?;
                booking::count(&mut change, &session).await?;
            }
            keep_open(&mut change.summary, &session, |signs| signs);
            change.replace(&session, &read)?;
            change.touch(ctx.now).await?;
            if let Some(version) = change.commit().await? {
                return Ok(Versioned { value: session, version });
            }
        }
    }

    /// Interrupts the session; one that is interrupted stays as it is. Errors: `NotFound`, `SessionEnded`,
    /// `TooManyPauses`.
    pub async fn pause(&self, ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        self.change_active(ctx, owner, id, |session| session.paused(ctx.now), |signs| signs).await
    }

    /// Goes on with the session; one that is not interrupted stays as it is. Errors: `NotFound`, `SessionEnded`.
    pub async fn resume(&self, ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        let sign = |signs| Signs { last: Some(ctx.now), ..signs };
        self.change_active(ctx, owner, id, |session| session.resumed(ctx.now), sign).await
    }

    /// Notes that the user is still at it. Errors: `NotFound`, `SessionEnded`.
    pub async fn keep_alive(&self, ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<()> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let Some(active) = change.summary.active_session.as_mut().filter(|active| active.id == id.uuid()) else {
                let ended = self.load(owner, id).await?.value.end.is_some();
                // Of several without an end, which only damage leaves, the summary knows one.
                return if ended { Err(Error::new(Code::SessionEnded, "The session has ended")) } else { Ok(()) };
            };
            if active.last_sign.is_some_and(|last| ctx.now.since(last) < SAME_SIGN) {
                return Ok(());
            }
            active.last_sign = Some(ctx.now);
            if change.commit().await?.is_some() {
                return Ok(());
            }
        }
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner, id: WorkSessionId) -> Result<Versioned<WorkSession>> {
        self.load(owner, id).await.map(Stored::versioned)
    }

    /// The session under way: the summary knows all of it. Errors: `NotFound` when there is no such user.
    pub async fn active(&self, _ctx: &Ctx, owner: Owner) -> Result<Option<WorkSession>> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        summary.active_session.map(|open| booking::session(&open, owner.id())).transpose()
    }

    /// The owner's sessions, oldest first; everybody's for an admin who names nobody. Errors: `Forbidden`.
    pub async fn list(&self, ctx: &Ctx, owner: Option<Owner>, page: PageRequest) -> Result<Page<WorkSession>> {
        if owner.is_none() {
            ctx.require_admin()?;
        }
        self.repo.list(owner, page).await
    }

    /// Whose session [`review`](Self::review) has something to do about, for the program and administrators. Errors:
    /// `Forbidden`.
    pub async fn due(&self, ctx: &Ctx, page: PageRequest) -> Result<Page<UserId>> {
        if ctx.caller != Caller::Program {
            ctx.require_admin()?;
        }
        self.ledger.due(ctx.now, page).await
    }

    /// Reminds the user of a session that has been going on for long, and ends one that was forgotten. `habits`: what is known
    /// of when the user works. A repetition does nothing. Errors: `NotFound` when there is no
    /// such user.
    pub async fn review(&self, ctx: &Ctx, owner: Owner, habits: Option<&Habits>) -> Result<()> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let Some(active) = &change.summary.active_session else { return Ok(()) };
            let (session, signs) = (booking::session(active, owner.id())?, booking::signs(active));
            let usual = habits.and_then(|habits| habits.length_on(change.summary.date_at(session.start_time)));
            match review::judge(&session, signs, usual, ctx.now) {
                Verdict::Leave => return Ok(()),
                Verdict::Nudge(hours) => {
                    let nudge = Nudge::new(&session, hours, ctx.now);
                    // A summary that was made anew does not know of it.
                    if !self.repo.has_nudge(owner, &nudge).await? {
                        change.create(&nudge)?;
                    }
                    keep_open(&mut change.summary, &session, |signs| Signs { nudged: Some(hours), ..signs });
                }
                Verdict::End(at) => {
                    let Some(read) = self.repo.get(owner, session.id).await?.filter(|read| read.value.end.is_none()) else {
                        // Only damage leaves a summary that knows of a session which is not under way.
                        return Ok(());
                    };
                    let ended = read.value.ended(at, change.summary.time_zone, EndedBy::Sweep);
                    close(&mut change, &ended, &read).await?;
                }
            }
            if change.commit().await?.is_some() {
                return Ok(());
            }
        }
    }

    async fn change_active(
        &self,
        ctx: &Ctx,
        owner: Owner,
        id: WorkSessionId,
        transition: impl Fn(&WorkSession) -> Result<Option<WorkSession>> + Send,
        sign: impl Fn(Signs) -> Signs + Send,
    ) -> Result<Versioned<WorkSession>> {
        let mut change = self.ledger.begin(ctx, owner).await?;
        loop {
            let read = self.load(owner, id).await?;
            let Some(session) = transition(&read.value)? else { return Ok(read.versioned()) };
            change.replace(&session, &read)?;
            keep_open(&mut change.summary, &session, &sign);
            change.touch(ctx.now).await?;
            if let Some(version) = change.commit().await? {
                return Ok(Versioned { value: session, version });
            }
        }
    }

    /// Errors: `SessionsOverlap`, naming the other session.
    async fn check_free(&self, owner: Owner, summary: &Summary, times: Times, except: Option<WorkSessionId>) -> Result<()> {
        let active = summary.active_session.as_ref().map(|active| booking::session(active, owner.id())).transpose()?;
        let longest = Duration::from_micros(summary.longest_span_micros);
        let other = match active.filter(|active| active.overlaps(times)) {
            Some(active) => Some(active),
            None => self.repo.overlapping(owner, times, longest, except).await?,
        };
        other.map_or(Ok(()), |other| {
            Err(Error::new(Code::SessionsOverlap, format!("It would overlap the work session {}", other.id)))
        })
    }

    async fn load(&self, owner: Owner, id: WorkSessionId) -> Result<Stored<WorkSession>> {
        self.repo.get(owner, id).await?.ok_or_else(|| Error::not_found("Work session"))
    }
}

/// Keeps what the summary says of the session equal to it, while it is the one under way.
fn keep_open(summary: &mut Summary, session: &WorkSession, sign: impl Fn(Signs) -> Signs) {
    if let Some(active) = summary.active_session.as_mut().filter(|active| active.id == session.id.uuid()) {
        *active = booking::open(session, sign(booking::signs(active)));
    }
}

async fn close(change: &mut Transaction<'_>, ended: &WorkSession, read: &Stored<WorkSession>) -> Result<()> {
    change.replace(ended, read)?;
    change.summary.active_session.take_if(|active| active.id == ended.id.uuid());
    booking::count(change, ended).await
}
