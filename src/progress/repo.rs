//! Where progress is kept: in its user's partition, and how it reads what has changed there.

use std::{sync::Arc, time::Duration};

use chrono::{Datelike as _, NaiveDate};

use super::{
    entry::Entry,
    seen::{DaySeen, RestSeen, SessionSeen, TaskSeen},
    standing::{Achievements, Progress},
};
use crate::{
    accounts::time_off::{
        model::{Begins, Dates},
        repo::TimeOffRepo,
    },
    kernel::{DayRule, Limit, Owner, Page, PageRequest, Result, Timestamp},
    ledger::Counted,
    store::{Collection, Document, Entity, Order, Partition, Place, Places, Query, Scope, Span, Store, Stored},
    wellbeing::{entries, entry::Between, rests::model::Rest},
    work::{
        tasks::repo::TaskRepo,
        work_sessions::{model::WorkSession, repo::WorkSessionRepo},
    },
};

/// How long before its date's midnight in UTC a session may have begun that is of it or of the date before, and how long after it
/// one that is of the date after: dates begin at most 15 hours earlier and 24 later. What began earlier is of no date that matters.
const BEFORE: Duration = Duration::from_hours(24 + 24 + 15);
const AFTER: Duration = Duration::from_hours(24 + 24 + 24);

/// How many entries of one date can be told apart in the list by date.
const OF_A_DATE: i64 = 1_000_000_000;

impl Entity for Progress {
    const KIND: &'static str = "progress";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }
}

impl Entity for Achievements {
    const KIND: &'static str = "achievements";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }
}

impl Entity for Entry {
    const KIND: &'static str = "progress_ledger";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    /// By number, which is the order in which they were made; and by date, then number.
    fn places(&self) -> Places {
        let number = i64::try_from(self.number).unwrap_or(i64::MAX).min(OF_A_DATE - 1);
        [Some(number), Some(place(self.date) + number), None, None]
    }
}

impl Counted for Progress {}
impl Counted for Achievements {}
impl Counted for Entry {}

fn place(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) * OF_A_DATE
}

#[derive(Debug, Clone)]
pub struct ProgressRepo {
    store: Arc<dyn Store>,
    time_off: TimeOffRepo,
    sessions: WorkSessionRepo,
    tasks: TaskRepo,
}

impl ProgressRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            time_off: TimeOffRepo::new(Arc::clone(&store)),
            sessions: WorkSessionRepo::new(Arc::clone(&store)),
            tasks: TaskRepo::new(Arc::clone(&store)),
            store,
        }
    }

    pub async fn progress(&self, owner: Owner) -> Result<Option<Stored<Progress>>> {
        self.find(owner, owner.id().to_string()).await
    }

    pub async fn achievements(&self, owner: Owner) -> Result<Option<Stored<Achievements>>> {
        self.find(owner, owner.id().to_string()).await
    }

    pub async fn task(&self, owner: Owner, id: &str) -> Result<Option<Stored<TaskSeen>>> {
        self.find(owner, id.to_owned()).await
    }

    pub async fn session(&self, owner: Owner, id: &str) -> Result<Option<Stored<SessionSeen>>> {
        self.find(owner, id.to_owned()).await
    }

    pub async fn rest(&self, owner: Owner, id: &str) -> Result<Option<Stored<RestSeen>>> {
        self.find(owner, id.to_owned()).await
    }

    pub async fn day(&self, owner: Owner, date: NaiveDate) -> Result<Option<Stored<DaySeen>>> {
        self.find(owner, DaySeen::id(date)).await
    }

    /// The entries, the newest last; those for some dates by these.
    pub async fn entries(&self, owner: Owner, dates: Begins, page: PageRequest) -> Result<Page<Entry>> {
        let all = dates == Begins::default();
        let list = if all { Place::FIRST } else { Place::SECOND };
        let span = Span {
            from: dates.from.map_or(Span::ALL.from, place),
            until: dates.to.and_then(|to| to.succ_opt()).map_or(Span::ALL.until, place),
        };
        let scope = Scope::Partition(Partition::of(owner.id()), list);
        let entries: Collection<Entry> = self.collection();
        let page = entries.list_in(scope, None, Order::Ascending, span, page).await?;
        page.try_map(|read| Ok(read.value))
    }

    /// A page of what was published of the owner, by the number of the change, from the one after `seq` on.
    pub async fn changed_after(&self, owner: Owner, seq: u64, page: PageRequest) -> Result<Page<Document>> {
        let partition = Partition::of(owner.id());
        Ok(self.store.query(Query::Changes { partition, since: seq + 1, page }).await?)
    }

    /// The sessions that have ended and may be of a date, or of those next to it.
    pub async fn sessions_around(&self, owner: Owner, date: NaiveDate) -> Result<Vec<WorkSession>> {
        let midnight = DayRule::default().start_of(date);
        let began = [Some(midnight.minus(BEFORE)), Some(midnight.plus(AFTER))];
        let mut page = Some(PageRequest::first(Limit::MAX));
        let mut found = Vec::new();
        while let Some(wanted) = page {
            let read = self.sessions.list(Some(owner), began, wanted).await?;
            found.extend(read.items.into_iter().filter(|session| session.end.is_some()));
            page = read.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
        }
        Ok(found)
    }

    /// From when to when the rests of a date were that have ended, ascending.
    pub async fn rests_of(&self, owner: Owner, date: NaiveDate) -> Result<Vec<(Timestamp, Timestamp)>> {
        let of = Between { from: Some(date), to: Some(date) };
        let rests = entries::all::<Rest>(&self.collection(), owner, of).await?;
        Ok(rests.iter().filter_map(|rest| Some((rest.start_time, rest.end?.at))).collect())
    }

    /// Whether a task was overdue at the end of a date.
    pub async fn is_any_overdue_at_end_of(&self, owner: Owner, date: NaiveDate, rule: DayRule) -> Result<bool> {
        self.tasks.is_any_overdue_at_end_of(owner, date, rule).await
    }

    /// All dates off.
    pub async fn time_off(&self, owner: Owner) -> Result<Vec<Dates>> {
        let mut page = Some(PageRequest::first(Limit::MAX));
        let mut off = Vec::new();
        while let Some(wanted) = page {
            let read = self.time_off.list(owner, Begins::default(), wanted).await?;
            off.extend(read.items.iter().map(|off| off.dates));
            page = read.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
        }
        Ok(off)
    }

    async fn find<T: Entity>(&self, owner: Owner, id: String) -> Result<Option<Stored<T>>> {
        Ok(self.collection::<T>().get(Partition::of(owner.id()), id).await?)
    }

    fn collection<T: Entity>(&self) -> Collection<T> {
        Collection::new(Arc::clone(&self.store))
    }
}
