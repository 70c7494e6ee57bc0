//! The one use case of metrics.

use std::sync::Arc;

use super::model::{DayFigures, Report, SessionEnd, metrics};
use crate::{
    accounts::settings::model::DaySettings,
    domain::Shared,
    kernel::{Ctx, Error, Owner, Result},
    ledger::{Day, Family, Ledger},
    work::{
        counters::{
            BREAK_MICROS, BREAKS, BREAKS_DUE, BREAKS_TAKEN, CARRIED_OVER_TASKS, COMPLETED_TASKS, ENDED_AT, ENDED_DUE_AT,
            ESTIMATED_MINUTES, FOCUS, NUDGE_RESPONSE, SPENT_ON_COMPLETED_SECONDS, SPENT_ON_ESTIMATED_SECONDS, STARTED_AT,
            TIMED_COMPLETED_TASKS, TIMED_SECONDS,
        },
        days::model::Wanted,
        tasks::repo::TaskRepo,
    },
};

#[derive(Debug, Clone)]
pub struct MetricsService {
    ledger: Ledger,
    tasks: TaskRepo,
}

impl MetricsService {
    pub fn new(shared: &Shared) -> Self {
        Self { ledger: shared.ledger.clone(), tasks: TaskRepo::new(Arc::clone(&shared.store)) }
    }

    /// The owner's metrics for the dates wanted. Errors: `NotFound` when there is no such user, `InvalidParameter`.
    pub async fn report(&self, ctx: &Ctx, owner: Owner, wanted: Wanted) -> Result<Report> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        let range = wanted.on(summary.date_at(ctx.now()))?;
        let days: Vec<DayFigures> =
            self.ledger.days(&summary, range.from, range.to).await?.iter().map(figures).collect::<Result<_>>()?;
        let metrics = metrics(&days, self.tasks.count_open_by(owner, range.to).await?);
        Ok(Report { user_id: owner.id(), time_zone: summary.time_zone, range, metrics })
    }
}

/// What is counted of a day. Errors: `Internal`.
pub fn figures(day: &Day) -> Result<DayFigures> {
    let set = day.terms.as_ref().map(DaySettings::of).transpose()?.unwrap_or_default();
    let mut ends: Vec<SessionEnd> = [(ENDED_AT, false), (ENDED_DUE_AT, true)]
        .into_iter()
        .flat_map(|(family, due)| each(day, family).map(move |second| SessionEnd { second, due }))
        .collect();
    ends.sort_unstable();
    Ok(DayFigures {
        worked_micros: day.counts.of(FOCUS).map(|(_, micros)| micros).sum(),
        completed_tasks: day.get(COMPLETED_TASKS),
        estimated_minutes: day.get(ESTIMATED_MINUTES),
        spent_on_estimated_seconds: day.get(SPENT_ON_ESTIMATED_SECONDS),
        spent_on_completed_seconds: day.get(SPENT_ON_COMPLETED_SECONDS),
        timed_completed_tasks: day.get(TIMED_COMPLETED_TASKS),
        timed_seconds: day.get(TIMED_SECONDS),
        carried_over_tasks: day.get(CARRIED_OVER_TASKS),
        breaks: day.get(BREAKS),
        break_micros: day.get(BREAK_MICROS),
        breaks_due: day.get(BREAKS_DUE),
        breaks_taken: day.get(BREAKS_TAKEN),
        starts: each(day, STARTED_AT).collect(),
        ends,
        responses: each(day, NUDGE_RESPONSE).collect(),
        interactions: day.interactions,
        overload_minutes: set.overload_minutes.get().into(),
    })
}

/// The numbers of a family, each as often as it is counted, ascending.
fn each(day: &Day, family: Family) -> impl Iterator<Item = u32> {
    day.counts.of(family).flat_map(|(number, count)| std::iter::repeat_n(number, usize::try_from(count).unwrap_or(0)))
}
