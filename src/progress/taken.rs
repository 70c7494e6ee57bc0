//! What has changed of what a user does since it was last taken into account, as far as one commit can.

use std::{collections::BTreeSet, time::Duration};

use chrono::NaiveDate;

use super::{
    dates,
    entry::Reason,
    repo::ProgressRepo,
    seen::{RestSeen, SESSION_DATES, SessionSeen, TaskSeen},
    standing::Progress,
    xp,
};
use crate::{
    accounts::{settings::model::DaySettings, time_off::model::TimeOff},
    integrations::connections::model::Connection,
    kernel::{DayRule, Id, Owner, Result, id::time_of},
    ledger::{Day, Ledger, Summary, Transaction},
    store::{Document, Entity, Stored, batch::MAX_WRITES, collection},
    wellbeing::{
        entry::MAX_BACK,
        hydration::model::Drink,
        meals::model::Meal,
        rests::model::{Rest, RestId},
    },
    work::{
        tasks::model::{Task, TaskId},
        work_sessions::model::{WorkSession, WorkSessionId},
    },
};

/// The kinds of documents that progress follows from.
pub const READS: &[&str] = &[Task::KIND, WorkSession::KIND, TimeOff::KIND, Drink::KIND, Meal::KIND, Rest::KIND, Connection::KIND];

/// The most writes that one date leads to: what was seen of it, and for each reason an entry that takes back and one that grants.
const OF_A_DATE: usize = 1 + 2 * xp::DATE_REASONS;
/// The most that one task does besides: what was seen of it, and two entries.
const OF_A_TASK: usize = 3;
/// The most dates that one session concerns: those of before, those of now, and the one on which it ended.
const DATES_OF_A_SESSION: usize = 2 * SESSION_DATES + 1;
/// What is granted once, and the documents of the user: the summary, progress, achievements.
const BESIDES: usize = 6;
/// The most that what has changed may lead to.
const ROOM: usize = MAX_WRITES - BESIDES;
/// How far the dates of users lie from those of UTC, and the clocks of instances from each other, with much to spare.
const FAR: Duration = Duration::from_hours(2 * 24);

/// A task of which something is to be granted or taken back.
pub struct TaskNews {
    /// The task as it is, if it is completed and not in the trash.
    pub completed: Option<Task>,
    pub seen: TaskSeen,
    pub read: Option<Stored<TaskSeen>>,
}

/// A session that says something else than before.
pub struct SessionNews {
    pub ended_on: Option<NaiveDate>,
    pub is: SessionSeen,
    pub was: SessionSeen,
    /// Whether it came to 90 minutes with no break overdue.
    pub deep: bool,
    pub read: Option<Stored<SessionSeen>>,
}

/// A rest that has ended, or is gone.
pub struct RestNews {
    pub is: RestSeen,
    pub read: Option<Stored<RestSeen>>,
}

/// What has changed.
#[derive(Default)]
pub struct Taken {
    pub tasks: Vec<TaskNews>,
    pub sessions: Vec<SessionNews>,
    pub rests: Vec<RestNews>,
    pub time_off: bool,
    /// Whether connections may have changed, which the summary counts.
    pub connections: bool,
    /// The date of the first glass of water, unless that was granted before.
    pub first_water: Option<NaiveDate>,
    /// The dates for which something may be granted or taken back.
    pub dates: BTreeSet<NaiveDate>,
    /// Those of them whose sessions or rests have changed.
    pub worked: BTreeSet<NaiveDate>,
    /// The dates that may count for the streak now, or not any more.
    pub marked: BTreeSet<NaiveDate>,
    /// How many documents were read.
    pub looked: usize,
}

/// Whether a document was taken in whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    Yes,
    /// There was no room for all that follows from it; what was taken in of it is not found again.
    No,
}

/// What is known before.
pub struct Known<'k> {
    pub owner: Owner,
    pub repo: &'k ProgressRepo,
    pub ledger: &'k Ledger,
    pub change: &'k Transaction<'k>,
    pub progress: &'k Progress,
}

impl Taken {
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
            && self.sessions.is_empty()
            && self.rests.is_empty()
            && self.dates.is_empty()
            && !self.time_off
            && !self.connections
    }

    /// The most writes that follow from it.
    fn writes(&self) -> usize {
        self.dates.len() * OF_A_DATE + self.tasks.len() * OF_A_TASK + self.sessions.len() + self.rests.len()
    }

    /// Whether there is room for what follows from one more document.
    fn has_room_for(&self, kind: &str) -> bool {
        let writes = match kind {
            Task::KIND => OF_A_TASK + 2 * OF_A_DATE,
            WorkSession::KIND => 1 + DATES_OF_A_SESSION * OF_A_DATE,
            Rest::KIND => 1 + 2 * OF_A_DATE,
            _ => OF_A_DATE,
        };
        self.writes() + writes <= ROOM
    }

    /// Takes in a document of one of [`READS`], unless nothing follows from it that was not seen before.
    pub async fn take(&mut self, known: &Known<'_>, document: Document) -> Result<Whole> {
        let id = document.key.id.clone();
        if !self.has_room_for(&document.key.kind) {
            return Ok(Whole::No);
        }
        match &*document.key.kind {
            Task::KIND => self.task(known, &id, held(document)?).await?,
            WorkSession::KIND => self.session(known, &id, held(document)?).await?,
            Rest::KIND => self.rest(known, &id, held(document)?).await?,
            Drink::KIND => match held::<Drink>(document)? {
                Some(drink) => self.drink(known, &drink).await?,
                None => return self.gone(known, &id).await,
            },
            Meal::KIND => match held::<Meal>(document)? {
                Some(meal) if meal.in_window => self.entry(known, meal.date).await?,
                Some(_) => {}
                None => return self.gone(known, &id).await,
            },
            Connection::KIND => self.connections = true,
            _ => self.time_off = true,
        }
        Ok(Whole::Yes)
    }

    async fn task(&mut self, known: &Known<'_>, id: &str, task: Option<Task>) -> Result<()> {
        // One that was never changed was never completed before.
        if task.as_ref().is_some_and(|task| task.is_open() && task.updated_at.is_none()) {
            return Ok(());
        }
        let Some(own) = TaskId::parse(id) else { return Ok(()) };
        let completed = task.filter(|task| task.completion.is_some() && task.trashed.is_none());
        let read = known.repo.task(known.owner, id).await?;
        let seen = read.as_ref().map_or_else(|| TaskSeen::new(own), |read| read.value.clone());
        if seen.agrees(completed.as_ref()) {
            return Ok(());
        }
        self.dates.extend(seen.granted().map(|(_, granted)| granted.date));
        self.dates.extend(completed.as_ref().and_then(|task| task.completion).map(|completion| completion.date));
        self.tasks.push(TaskNews { completed, seen, read });
        Ok(())
    }

    async fn session(&mut self, known: &Known<'_>, id: &str, session: Option<WorkSession>) -> Result<()> {
        // One that is under way has not ended before.
        if session.as_ref().is_some_and(|session| session.end.is_none()) {
            return Ok(());
        }
        let Some(own) = WorkSessionId::parse(id) else { return Ok(()) };
        let read = known.repo.session(known.owner, id).await?;
        let was = read.as_ref().map_or_else(|| SessionSeen::of(own, None), |read| read.value.clone());
        let is = SessionSeen::of(own, session.as_ref());
        if is == was {
            return Ok(());
        }
        let ended_on = session.as_ref().and_then(|session| session.end).map(|end| end.date);
        let deep = is.paid && session.as_ref().is_some_and(WorkSession::is_deep);
        self.dates.extend(was.last_dates().chain(is.last_dates()).chain(ended_on));
        self.worked.extend(was.last_dates().chain(is.last_dates()));
        self.marked.extend(was.dates.keys().chain(is.dates.keys()));
        self.sessions.push(SessionNews { ended_on, is, was, deep, read });
        Ok(())
    }

    async fn rest(&mut self, known: &Known<'_>, id: &str, rest: Option<Rest>) -> Result<()> {
        // One that is under way has not ended before.
        if rest.as_ref().is_some_and(|rest| rest.end.is_none()) {
            return Ok(());
        }
        let Some(own) = RestId::parse(id) else { return Ok(()) };
        let read = known.repo.rest(known.owner, id).await?;
        let was = read.as_ref().map_or_else(|| RestSeen::of(own, None), |read| read.value.clone());
        let is = RestSeen::of(own, rest.as_ref());
        if is == was {
            return Ok(());
        }
        let dates = || was.date.into_iter().chain(is.date);
        self.dates.extend(dates());
        self.worked.extend(dates());
        self.rests.push(RestNews { is, read });
        Ok(())
    }

    async fn drink(&mut self, known: &Known<'_>, drink: &Drink) -> Result<()> {
        if self.first_water.is_none() && !known.progress.firsts.contains(&Reason::FirstWater) {
            self.first_water = Some(drink.date);
            self.dates.insert(drink.date);
        }
        self.entry(known, drink.date).await
    }

    /// Looks at a date for which something was entered.
    async fn entry(&mut self, known: &Known<'_>, date: NaiveDate) -> Result<()> {
        if self.dates.contains(&date) {
            return Ok(());
        }
        let day = day(known.change, date).await?;
        if known.differs(date, day.as_ref())? {
            self.dates.insert(date);
        }
        Ok(())
    }

    /// Looks for the date of an entry that is gone. Nothing says which one it was, but only one that had something can have lost
    /// it, and an entry is of the month before it was made.
    async fn gone(&mut self, known: &Known<'_>, id: &str) -> Result<Whole> {
        let made = Id::<()>::parse(id).and_then(|id| time_of(id.uuid()));
        let utc = DayRule::default();
        let near = made.map(|made| utc.date_at(made.minus(MAX_BACK + FAR))..=utc.date_at(made.plus(FAR)));
        let had = &known.progress.dates;
        let all: BTreeSet<NaiveDate> = had.water.dates().chain(had.lunches.dates()).collect();
        let is_possible = |date: &NaiveDate| near.as_ref().is_none_or(|near| near.contains(date)) && !self.dates.contains(date);
        let possible: Vec<NaiveDate> = all.into_iter().filter(is_possible).collect();
        let (Some(first), Some(last)) = (possible.first(), possible.last()) else { return Ok(Whole::Yes) };
        let days = known.ledger.days(&known.change.summary, *first, *last).await?;
        for date in possible {
            if known.differs(date, days.iter().find(|day| day.date == date))? {
                if self.writes() + OF_A_DATE > ROOM {
                    return Ok(Whole::No);
                }
                self.dates.insert(date);
            }
        }
        Ok(Whole::Yes)
    }
}

impl Known<'_> {
    /// Whether more or less was entered for a date than was seen, as far as it matters. Errors: `Internal`.
    fn differs(&self, date: NaiveDate, day: Option<&Day>) -> Result<bool> {
        let had = &self.progress.dates;
        let is = dates::entered(day, &set_for(&self.change.summary, date, day)?);
        Ok(is != (had.water.contains(date), had.lunches.contains(date)))
    }
}

/// What was set for a date: what its day kept, or else what held for it. Errors: `Internal`.
pub fn set_for(summary: &Summary, date: NaiveDate, day: Option<&Day>) -> Result<DaySettings> {
    match day.and_then(|day| day.terms.as_ref()) {
        Some(terms) => DaySettings::of(terms),
        None => DaySettings::of(&summary.terms_on(date)),
    }
}

/// What a date is like now: the latest is in the summary.
pub async fn day(change: &Transaction<'_>, date: NaiveDate) -> Result<Option<Day>> {
    match &change.summary.day {
        Some(day) if day.date == date => Ok(Some(day.clone())),
        _ => Ok(change.find::<Day>(&Day::id(date)).await?.map(|found| found.value)),
    }
}

/// What a document holds; `None` where it was deleted.
fn held<T: Entity>(document: Document) -> Result<Option<T>> {
    if document.deleted_at.is_some() {
        return Ok(None);
    }
    Ok(Some(collection::read::<T>(document)?.value))
}
