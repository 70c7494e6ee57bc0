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
    work::work_sessions::booking::Traces,
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

    /// Takes the sessions as they are into account, unless they have been since the change `seq`, or there has been nothing
    /// to learn since: today does not count yet, so that only the first change of a date and those of earlier sessions
    /// matter. What it has learned depends on the sessions alone, so that a repetition changes nothing.
    pub async fn learn(&self, _ctx: &Ctx, owner: Owner, seq: u64) -> Result<()> {
        let learned = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = self.repo.get(owner).await?;
                    if read.as_ref().is_some_and(|read| read.value.seq >= seq) {
                        return Ok(Decision::Keep(()));
                    }
                    let seen = change.summary.seq - 1;
                    let lesson = change.summary.facts.get::<Traces>()?.map(|traces| traces.lesson);
                    let learned = read.as_ref().zip(lesson).is_some_and(|(read, lesson)| read.value.seq >= lesson);
                    // A summary from before the change is a store's answer from before it too. Writing holds it against what
                    // is there.
                    if learned && seen >= seq {
                        return Ok(Decision::Keep(()));
                    }
                    let sessions = self.repo.sessions_since(owner, model::look_back(change.now())).await?;
                    let habits = Habits::of(owner.id(), seen, &sessions, change.summary.day_rule(), change.today());
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
