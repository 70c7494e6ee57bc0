//! The one use case of statistics.

use super::model::Stats;
use crate::{
    kernel::{Ctx, Error, Owner, Result, Timestamp},
    ledger::{Ledger, Summary},
};

#[derive(Debug, Clone)]
pub struct StatsService {
    ledger: Ledger,
}

impl StatsService {
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Errors: `NotFound` when there is no such user.
    pub async fn get(&self, ctx: &Ctx, owner: Owner) -> Result<Stats> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        Ok(read_off(&summary, ctx.now))
    }
}

fn read_off(summary: &Summary, now: Timestamp) -> Stats {
    Stats {
        user_id: summary.user_id,
        total_tasks: summary.total_tasks,
        completed_tasks: summary.completed_tasks,
        total_sessions: summary.total_sessions,
        worked_micros: summary.worked_micros,
        current_streak: summary.current_streak(now),
        longest_streak: summary.longest_streak,
        active_session: summary.active_session.is_some(),
        as_of: now,
    }
}
