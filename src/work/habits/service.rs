//! Learning and looking up habits.

use std::sync::Arc;

use super::{
    model::{self, Habits},
    repo::HabitsRepo,
};
use crate::{
    domain::Shared,
    kernel::{Code, Ctx, Owner, Result},
    ledger::{Decision, Ledger},
};

#[derive(Debug, Clone)]
pub struct HabitsService {
    repo: HabitsRepo,
    ledger: Ledger,
}

impl HabitsService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: HabitsRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// Takes the sessions as they are into account, unless they have been since the change `seq`. What it has learned
    /// depends on the sessions alone, so that a repetition changes nothing.
    pub async fn learn(&self, _ctx: &Ctx, owner: Owner, seq: u64) -> Result<()> {
        let learned = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = self.repo.get(owner).await?;
                    if read.as_ref().is_some_and(|read| read.value.seq >= seq) {
                        return Ok(Decision::Keep(()));
                    }
                    let sessions = self.repo.sessions_since(owner, model::look_back(change.now())).await?;
                    let seen = change.summary.seq - 1;
                    let habits = Habits::of(owner.id(), seen, &sessions, change.summary.time_zone, change.today());
                    let same = read.as_ref().map_or(habits.weekdays.is_empty(), |read| read.value.says_the_same_as(&habits));
                    // A summary from before the change is a store's answer from before it too. Writing holds it against what
                    // is there.
                    if same && seen >= seq {
                        return Ok(Decision::Keep(()));
                    }
                    change.put(&habits, read.as_ref())?;
                    Ok(Decision::Write(()))
                })
            })
            .await;
        match learned {
            // The account is gone, and with it what there was to learn.
            Err(error) if error.code() == Code::NotFound => Ok(()),
            learned => learned,
        }
    }

    /// What has been learned so far.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner) -> Result<Option<Habits>> {
        Ok(self.repo.get(owner).await?.map(|read| read.value))
    }
}
