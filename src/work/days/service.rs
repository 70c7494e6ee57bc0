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
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        let range = wanted.on(summary.date_at(ctx.now()))?;
        let days = self.ledger.days(&summary, range.from, range.to).await?.iter().map(entry).collect();
        Ok(History { user_id: owner.id(), time_zone: summary.time_zone, range, days })
    }
}

/// What is shown of a day.
pub fn entry(day: &Day) -> DayEntry {
    let mut focus_by_hour = [0; 24];
    for (hour, micros) in day.counts.of(FOCUS) {
        if let Some(known) = usize::try_from(hour).ok().and_then(|hour| focus_by_hour.get_mut(hour)) {
            *known = micros;
        }
    }
    let count = |counter: Counter| u32::try_from(day.get(counter)).unwrap_or(u32::MAX);
    DayEntry {
        date: day.date,
        created_tasks: count(CREATED_TASKS),
        completed_tasks: count(COMPLETED_TASKS),
        sessions: count(ENDED_WORK_SESSIONS),
        focus_by_hour,
        first_activity: day.first_activity,
        last_activity: day.last_activity,
    }
}
