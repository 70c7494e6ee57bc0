//! The one use case of days.

use super::model::{DayEntry, History, Wanted};
use crate::{
    domain::Shared,
    kernel::{Ctx, Error, Owner, Result},
    ledger::{Counter, Day, Ledger},
    work::counters::{COMPLETED_TASKS, CREATED_TASKS, ENDED_WORK_SESSIONS, FOCUS},
};

#[derive(Debug, Clone)]
pub struct DayService {
    ledger: Ledger,
}

impl DayService {
    pub fn new(shared: &Shared) -> Self {
        Self { ledger: shared.ledger.clone() }
    }

    /// What the owner did on the dates wanted. Errors: `NotFound` when there is no such user, `InvalidParameter`.
    pub async fn history(&self, ctx: &Ctx, owner: Owner, wanted: Wanted) -> Result<History> {
        // The summary comes first. When its day is over between the two readings, the day is found twice, and never not
        // at all; the document is then the later one.
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        let range = wanted.on(summary.date_at(ctx.now()))?;
        let mut days = self.ledger.days(owner.id(), range.from, range.to).await?;
        let latest = summary.day.filter(|day| (range.from..=range.to).contains(&day.date));
        if let Some(latest) = latest.filter(|latest| days.iter().all(|day| day.date != latest.date)) {
            days.push(latest);
            days.sort_by_key(|day| day.date);
        }
        let days = days.iter().filter(|day| !day.is_blank()).map(entry).collect();
        Ok(History { user_id: owner.id(), time_zone: summary.time_zone, range, days })
    }
}

fn entry(day: &Day) -> DayEntry {
    let count = |counter: Counter| u32::try_from(day.get(counter)).unwrap_or(u32::MAX);
    DayEntry {
        date: day.date,
        created_tasks: count(CREATED_TASKS),
        completed_tasks: count(COMPLETED_TASKS),
        sessions: count(ENDED_WORK_SESSIONS),
        focus_by_hour: FOCUS.map(|hour| day.get(hour)),
        first_activity: day.first_activity,
        last_activity: day.last_activity,
    }
}
