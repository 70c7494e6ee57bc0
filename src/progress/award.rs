//! Awards what was achieved: with what is taken into account, and at a look at achievements once a date is over for good.

use std::collections::BTreeMap;

use super::{achievements, follow::Desk, repo::ProgressRepo, service::ProgressService, standing::Achievements};
use crate::{
    kernel::{DayRule, Owner, Result},
    ledger::{Decision, Transaction},
};

impl ProgressService {
    /// Awards what has been achieved as time passed, without a change that says so. Errors: `NotFound` when there is no such user.
    pub(super) async fn award(&self, owner: Owner) -> Result<()> {
        self.ledger.run(owner, |change| Box::pin(step(&self.repo, change, owner))).await
    }
}

async fn step(repo: &ProgressRepo, change: &mut Transaction<'_>, owner: Owner) -> Result<Decision<()>> {
    let Some(read) = repo.progress(owner).await? else { return Ok(Decision::Keep(())) };
    // What has changed since is taken in first.
    if read.value.seq + 1 < change.summary.seq {
        return Ok(Decision::Keep(()));
    }
    let mut desk = Desk::new(change, repo, owner, read.value.clone());
    desk.award().await?;
    let Desk { change, mut progress, .. } = desk;
    if progress == read.value {
        return Ok(Decision::Keep(()));
    }
    progress.seq = change.summary.seq;
    change.replace(&progress, &read)?;
    Ok(Decision::Write(()))
}

impl Desk<'_, '_> {
    /// Awards what was achieved by now and was not before.
    pub async fn award(&mut self) -> Result<()> {
        self.judge().await?;
        let measures = self.progress.measures_at(self.change.now(), &self.change.summary)?;
        let earned: Vec<&str> =
            achievements::ALL.iter().filter(|all| all.is_earned(&measures)).map(|achievement| achievement.id).collect();
        self.progress.keep(measures);
        if earned.is_empty() {
            return Ok(());
        }
        let read = self.repo.achievements(self.owner).await?;
        let mut all = read
            .as_ref()
            .map_or_else(|| Achievements { user_id: self.owner.id(), earned: BTreeMap::new() }, |read| read.value.clone());
        let before = all.earned.len();
        for id in earned {
            all.earned.entry(id.to_owned()).or_insert(self.change.now());
        }
        self.progress.awarded = all.earned.len();
        if all.earned.len() == before { Ok(()) } else { self.change.put(&all, read.as_ref()) }
    }

    /// Finds out of dates that are over whether anything was overdue at their end: of each once, unless its tasks change.
    async fn judge(&mut self) -> Result<()> {
        for date in self.progress.to_be_judged(self.change.now(), &self.change.summary) {
            let terms = self.change.summary.terms_on(date);
            let rule = DayRule { zone: terms.zone, day_start: terms.day_start };
            self.progress.slate.waiting.remove(&date);
            if !self.repo.is_any_overdue_at_end_of(self.owner, date, rule).await? {
                self.progress.slate.clean = true;
                self.progress.slate.waiting.clear();
                break;
            }
        }
        Ok(())
    }
}
