//! Use cases on rests.

use std::sync::Arc;

use super::{
    booking,
    model::{PastRest, Rest, RestId, RestKind},
    repo::RestRepo,
};
use crate::{
    accounts::settings::model::Settings,
    domain::Shared,
    kernel::{
        Code, Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Timestamp, Versioned,
    },
    ledger::{Decision, Ledger, Summary, Transaction},
    wellbeing::{budget::Reminder, counters::RESTS, entries, entry::Between, lunch::Window, reminded},
};

/// Until when a rest lasts that is under way, as far as others are concerned: later than any place in the store.
const FOREVER: Timestamp = Timestamp::from_micros(1 << 53);

#[derive(Debug, Clone)]
pub struct RestService {
    repo: RestRepo,
    ledger: Ledger,
}

impl RestService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: RestRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// Starts a rest now. One that was forgotten ends first. Errors: `RestActive`, `RestsOverlap`, `TooManyEntries`, `NotFound`
    /// when there is no such user, `IdempotencyKeyReused`.
    pub async fn start(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        kind: RestKind,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<Rest>>> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let now = change.now();
                    if let Some(active) = booking::active(&change.summary, now)? {
                        return Err(Error::new(Code::RestActive, format!("The rest {} is under way", active.id)));
                    }
                    end_active(change, now).await?;
                    // Later than now are only rests from before the clock was set back.
                    self.check_free(owner, now, FOREVER, now).await?;
                    let date = change.today();
                    entries::check_room(change, date, RESTS).await?;
                    let id = Id::new(change.next_id());
                    let rest = Rest { id, user_id: owner.id(), kind, start_time: now, date, end: None };
                    booking::begin(&mut change.summary, &rest)?;
                    reminded::entered(change, date, answered(kind))?;
                    change.touch();
                    Ok(Decision::Write(Created::now(change.created(rest, key)?)))
                })
            })
            .await
    }

    /// Enters a rest that is over. Errors: `RestsOverlap`, naming the other, `TooManyEntries`, `NotFound` when there is no such
    /// user, `IdempotencyKeyReused`.
    pub async fn record(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        new: PastRest,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<Rest>>> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    self.check_free(owner, new.start, new.end, change.now()).await?;
                    let date = change.summary.date_at(new.start);
                    entries::check_room(change, date, RESTS).await?;
                    let id = Id::new(change.next_id());
                    let begun = Rest { id, user_id: owner.id(), kind: new.kind, start_time: new.start, date, end: None };
                    let rest = begun.until(new.end, false, window(&change.summary, &begun)?);
                    booking::ended(change, &rest)?;
                    reminded::entered(change, date, answered(new.kind))?;
                    // The work after it is another stretch.
                    reminded::look_now(change)?;
                    change.touch();
                    Ok(Decision::Write(Created::now(change.created(rest, key)?)))
                })
            })
            .await
    }

    /// Ends a rest now; one that has ended stays as it is. Errors: `NotFound`.
    pub async fn end(&self, _ctx: &Ctx, owner: Owner, id: RestId) -> Result<Rest> {
        let end = |rest: &Rest, change: &mut Transaction<'_>| {
            if rest.end.is_some() {
                return Ok(None);
            }
            let ended = rest.ended(change.now(), window(&change.summary, rest)?);
            booking::clear(&mut change.summary);
            booking::ended(change, &ended)?;
            // The work that it interrupted goes on.
            reminded::look_now(change)?;
            change.touch();
            Ok(Some(ended))
        };
        Ok(self.ledger.edit(owner, &id.to_string(), &Precondition::None, end).await?.value)
    }

    /// Makes a rest go on that has ended since it was `before`. Errors: `RestActive`, `NotFound`.
    pub async fn go_on(&self, owner: Owner, before: &Rest) -> Result<()> {
        self.ledger
            .edit(owner, &before.id.to_string(), &Precondition::None, |rest: &Rest, change| {
                if let Some(active) = booking::known(&change.summary)?.filter(|active| active.id != rest.id.uuid()) {
                    return Err(Error::new(Code::RestActive, format!("The rest {} is under way", active.id)));
                }
                if rest.end.is_none() {
                    return Ok(None);
                }
                booking::forget(change, rest)?;
                booking::begin(&mut change.summary, before)?;
                reminded::look_now(change)?;
                change.touch();
                Ok(Some(before.clone()))
            })
            .await?;
        Ok(())
    }

    /// Ends the rest under way when it has been forgotten. A repetition does nothing. Errors: `NotFound` when there is no such
    /// user.
    pub async fn end_forgotten(&self, _ctx: &Ctx, owner: Owner) -> Result<()> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let now = change.now();
                    let Some(known) = booking::known(&change.summary)? else {
                        let due = change.summary.due.get(booking::END).is_some();
                        booking::clear(&mut change.summary);
                        return Ok(if due { Decision::Write(()) } else { Decision::Keep(()) });
                    };
                    if booking::active(&change.summary, now)?.is_some() {
                        // The work may have been put off after a failure, or hastened by a change of the zone.
                        let before = change.summary.due.clone();
                        booking::begin(&mut change.summary, &known.rest(owner.id()))?;
                        return Ok(if change.summary.due == before { Decision::Keep(()) } else { Decision::Write(()) });
                    }
                    end_active(change, now).await?;
                    reminded::look_now(change)?;
                    Ok(Decision::Write(()))
                })
            })
            .await
    }

    /// The rest under way. Errors: `NotFound` when there is no such user.
    pub async fn active(&self, ctx: &Ctx, owner: Owner) -> Result<Option<Rest>> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        Ok(booking::active(&summary, ctx.now())?.map(|active| active.rest(owner.id())))
    }

    /// Those that began on some dates, by date and time.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, between: Between, page: PageRequest) -> Result<Page<Rest>> {
        entries::list(self.repo.all(), owner, between, page).await
    }

    /// Takes a rest back, which may be under way: nothing of it is counted any more. Errors: `NotFound`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: RestId) -> Result<()> {
        self.ledger
            .delete(owner, &id.to_string(), &Precondition::None, |rest: &Rest, change| {
                change.touch();
                reminded::taken_back(change, rest.date)?;
                booking::forget(change, rest)
            })
            .await
    }

    /// Errors: `RestsOverlap`, naming the other rest.
    async fn check_free(&self, owner: Owner, from: Timestamp, to: Timestamp, now: Timestamp) -> Result<()> {
        let other = self.repo.overlapping(owner, from, to, now).await?;
        let error = |other: Rest| Error::new(Code::RestsOverlap, format!("It would overlap the rest {}", other.id));
        other.map_or(Ok(()), |other| Err(error(other)))
    }
}

/// What a rest answers.
fn answered(kind: RestKind) -> &'static [Reminder] {
    match kind {
        RestKind::Lunch => &[Reminder::BreakDue, Reminder::BreakOverdue, Reminder::Lunch],
        RestKind::Micro | RestKind::Short | RestKind::Long => &[Reminder::BreakDue, Reminder::BreakOverdue],
    }
}

/// When lunch is to be had on the date of a rest.
fn window(summary: &Summary, rest: &Rest) -> Result<Window> {
    Ok(Window::on(rest.date, Settings::of(summary)?.lunch, summary.day_rule()))
}

/// Ends the rest that the summary knows to be under way, if there is one.
async fn end_active(change: &mut Transaction<'_>, at: Timestamp) -> Result<()> {
    let Some(known) = booking::known(&change.summary)? else { return Ok(()) };
    booking::clear(&mut change.summary);
    let read = change.find::<Rest>(&known.id.to_string()).await?.filter(|read| read.value.end.is_none());
    // Only damage leaves a summary that knows of a rest which is not under way.
    let Some(read) = read else { return Ok(()) };
    let ended = read.value.ended(at, window(&change.summary, &read.value)?);
    booking::ended(change, &ended)?;
    change.replace(&ended, &read)
}

/// Ends the rest under way when work starts at an instant after it.
pub async fn end_before(change: &mut Transaction<'_>, at: Timestamp) -> Result<()> {
    match booking::known(&change.summary)? {
        Some(known) if known.start_time < at => end_active(change, at).await,
        _ => Ok(()),
    }
}
