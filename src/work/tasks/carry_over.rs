//! Carrying over: at the start of a user's week or day, the open tasks that were planned for an earlier date are planned for
//! the first date of that week or day.

use std::sync::Arc;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::{
    model::{Planned, Task},
    repo::TaskRepo,
    series::week_of,
};
use crate::{
    accounts::settings::model::{CarryOver as CarryOverSetting, Settings},
    domain::Shared,
    jobs::{Consumer, DueWork},
    kernel::{Ctx, Limit, Owner, PageRequest, Result, Timestamp, UserId},
    ledger::{Decision, Ledger, Summary},
};

/// The work that is due when the next week or day begins.
pub const CARRY_OVER: &str = "task_carry_over";
/// How many tasks are carried over in one commit: each may take away from another day for which it was carried over before.
const AT_ONCE: u32 = 48;

/// The weeks or days at whose start tasks are carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Week(Weekday),
    Day,
}

impl Period {
    /// The first date of the one that the date lies in.
    fn start_of(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Week(start) => week_of(date, start),
            Self::Day => date,
        }
    }

    /// The first date of the one after that.
    fn next_after(self, date: NaiveDate) -> NaiveDate {
        let days = match self {
            Self::Week(_) => 7,
            Self::Day => 1,
        };
        self.start_of(date).checked_add_days(Days::new(days)).unwrap_or(date)
    }
}

/// `None` for a user who wants nothing carried over.
fn period(settings: &Settings) -> Option<Period> {
    match settings.carry_over {
        CarryOverSetting::Weekly => Some(Period::Week(settings.week_start.weekday())),
        CarryOverSetting::Daily => Some(Period::Day),
        CarryOverSetting::Never => None,
    }
}

/// Makes the work due at the next start after an instant, where an open task has a date for which it is planned. What is due
/// before, and not yet done, stays so.
pub fn keep_due(summary: &mut Summary, now: Timestamp) -> Result<()> {
    let next = next_start(summary, now)?;
    let at = summary.due.get(CARRY_OVER).into_iter().chain([next]).min();
    summary.due.set(CARRY_OVER, at);
    Ok(())
}

/// When the next week or day begins at whose start tasks are carried over. A user who wants nothing of it is looked at once a
/// week, so that another setting needs no look at the tasks.
fn next_start(summary: &Summary, now: Timestamp) -> Result<Timestamp> {
    let settings = Settings::of(summary)?;
    let period = period(&settings).unwrap_or(Period::Week(settings.week_start.weekday()));
    Ok(summary.day_rule().start_of(period.next_after(summary.date_at(now))))
}

/// Whether the start of a week or day carries the task over: not when it was, and not when its date was set since.
fn is_carried(task: &Task, planned: Planned, first: NaiveDate, began: Timestamp) -> bool {
    planned.on < first && planned.at < began && task.carried.is_none_or(|carried| carried.to < first)
}

/// Carries over one user's tasks.
pub struct CarryOver {
    ledger: Ledger,
    repo: TaskRepo,
}

impl CarryOver {
    pub fn new(shared: &Shared) -> Self {
        Self { ledger: shared.ledger.clone(), repo: TaskRepo::new(Arc::clone(&shared.store)) }
    }

    /// One page of those that are planned for earlier dates; then, where the next page begins. After the last one it is set
    /// when the work is due again, for as long as any task is planned.
    async fn carry(&self, owner: Owner, page: &PageRequest) -> Result<Option<String>> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let next = next_start(&change.summary, change.now())?;
                    let Some(period) = period(&Settings::of(&change.summary)?) else {
                        change.summary.due.set(CARRY_OVER, Some(next));
                        return Ok(Decision::Write(None));
                    };
                    let first = period.start_of(change.today());
                    let began = change.summary.day_rule().start_of(first);
                    let place = i64::from(first.num_days_from_ce());
                    let read = self.repo.planned_before(owner, place, page.clone()).await?;
                    let none = read.items.is_empty() && page.after.is_none();
                    let mut changes = false;
                    for read in read.items {
                        let carried = read.value.planned.filter(|planned| is_carried(&read.value, *planned, first, began));
                        if carried.is_some() {
                            change.replace(&read.value.carried_to(first, change.now()), &read)?;
                            changes = true;
                        }
                    }
                    if read.next.is_none() {
                        let planned = !none || self.repo.is_any_planned(owner).await?;
                        let next = planned.then_some(next);
                        changes |= change.summary.due.get(CARRY_OVER) != next;
                        change.summary.due.set(CARRY_OVER, next);
                    }
                    Ok(if changes { Decision::Write(read.next) } else { Decision::Keep(read.next) })
                })
            })
            .await
    }
}

#[async_trait::async_trait]
impl DueWork for CarryOver {
    fn name(&self) -> &'static str {
        CARRY_OVER
    }

    async fn run(&self, _: &Ctx, owner: Owner) -> Result<()> {
        let mut page = PageRequest::first(Limit::new(AT_ONCE).unwrap_or(Limit::MAX));
        while let Some(after) = self.carry(owner, &page).await? {
            page.after = Some(after);
        }
        Ok(())
    }
}

/// Keeps the work due at the starts that follow from where the user is and what the user has set.
pub struct FollowSettings(pub Ledger);

#[async_trait::async_trait]
impl Consumer for FollowSettings {
    fn name(&self) -> &'static str {
        CARRY_OVER
    }

    fn reads(&self) -> &'static [&'static str] {
        &["settings", "users"]
    }

    fn writes(&self) -> &'static [&'static str] {
        &[]
    }

    /// Needs no number of what it has seen: the same settings give the same start.
    async fn follow(&self, ctx: &Ctx, user: UserId, _: u64) -> Result<()> {
        self.0
            .run(ctx.owner_for_program(user)?, |change| {
                Box::pin(async move {
                    let next = next_start(&change.summary, change.now())?;
                    // What is due by now is done first, and sets the next start itself.
                    let due = change.summary.due.get(CARRY_OVER).filter(|due| change.now() < *due && *due != next);
                    if due.is_none() {
                        return Ok(Decision::Keep(()));
                    }
                    change.summary.due.set(CARRY_OVER, Some(next));
                    Ok(Decision::Write(()))
                })
            })
            .await
    }
}
