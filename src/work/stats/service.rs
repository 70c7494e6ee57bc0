//! The one use case of statistics.

use super::model::Stats;
use crate::{
    kernel::{Ctx, Error, Owner, Result},
    ledger::Ledger,
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
        Ok(Stats::of(&summary, ctx.now))
    }
}
