//! The one use case of statistics.

use super::model::Stats;
use crate::{
    domain::Shared,
    kernel::{Ctx, Error, Owner, Result, Timestamp},
    ledger::{Ledger, Summary},
    work::{
        counters::{COMPLETED_TASKS, TASKS, WORK_SESSIONS, WORKED_MICROS},
        work_sessions::booking::ActiveSession,
    },
};

#[derive(Debug, Clone)]
pub struct StatsService {
    ledger: Ledger,
}

impl StatsService {
    pub fn new(shared: &Shared) -> Self {
        Self { ledger: shared.ledger.clone() }
    }

    /// Errors: `NotFound` when there is no such user.
    pub async fn get(&self, ctx: &Ctx, owner: Owner) -> Result<Stats> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        Ok(read_off(&summary, ctx.now()))
    }
}

fn read_off(summary: &Summary, now: Timestamp) -> Stats {
    Stats {
        user_id: summary.user_id,
        total_tasks: summary.counts.get(TASKS),
        completed_tasks: summary.counts.get(COMPLETED_TASKS),
        total_sessions: summary.counts.get(WORK_SESSIONS),
        worked_micros: summary.counts.get(WORKED_MICROS),
        current_streak: summary.current_streak(now),
        longest_streak: summary.longest_streak,
        active_session: summary.facts.has::<ActiveSession>(),
        as_of: now,
    }
}
