//! Use cases on reminders.

use std::sync::Arc;

use super::{
    decide::{OpenTask, Saying, Situation},
    model::{Answer, Nudge, NudgeId, State, What},
    repo,
};
use crate::{
    accounts::settings::model::{LabourRules, Settings, TimeOfDay},
    domain::Shared,
    kernel::{Ctx, Error, Limit, Owner, Page, PageRequest, Precondition, Result, Timestamp, wall_clock::instant_of},
    ledger::{Decision, Ledger, Summary, Transaction},
    wellbeing::{
        budget::{Budget, Snoozed},
        entry::Between,
        overload,
        presence::repo::busy_until,
        reminded::{self, LOOK},
        today::service::TodayService,
    },
    work::{
        counters::COMPLETED_TASKS,
        tasks::{model::Due, repo::TaskRepo},
    },
};

/// How many of the open tasks are looked at, those of the latest dates.
const TASKS: u32 = 100;

#[derive(Debug, Clone)]
pub struct NudgeService {
    ledger: Ledger,
    today: TodayService,
    tasks: TaskRepo,
}

impl NudgeService {
    pub fn new(shared: &Shared) -> Self {
        let tasks = TaskRepo::new(Arc::clone(&shared.store));
        Self { ledger: shared.ledger.clone(), today: TodayService::new(shared), tasks }
    }

    /// Those that were made on some dates, the latest last. Errors: `NotFound` when there is no such user.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, between: Between, page: PageRequest) -> Result<Page<Nudge>> {
        let instants = if between == Between::default() {
            [None; 2]
        } else {
            let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
            between.instants(summary.day_rule())
        };
        repo::list(&self.ledger, owner, instants, page).await
    }

    /// Takes the owner's answer to a reminder; one that was answered so stays as it is. Errors: `NotFound`, `AlreadyAnswered`.
    pub async fn answer(&self, _ctx: &Ctx, owner: Owner, id: NudgeId, answer: Answer) -> Result<Nudge> {
        let take = |nudge: &Nudge, change: &mut Transaction<'_>| {
            let (now, today) = (change.now(), change.today());
            let Some(answered) = nudge.answered(answer, now, today)? else { return Ok(None) };
            change.touch();
            let Some(reminder) = nudge.what.reminder() else { return Ok(Some(answered)) };
            let mut budget = reminded::budget(&change.summary)?;
            if budget.is_held_back(reminder) {
                reminded::look_now(change)?;
            }
            match answered.state {
                State::Done { .. } => budget.acted(reminder),
                State::Snoozed { until } => {
                    budget.snoozed(reminder, Snoozed { id: id.uuid(), until });
                    let due = &mut change.summary.due;
                    due.set(LOOK, Some(due.get(LOOK).map_or(until, |due| due.min(until))));
                }
                State::Dismissed | State::New => budget.dismissed(reminder, today),
            }
            change.summary.facts.set(&budget)?;
            Ok(Some(answered))
        };
        Ok(self.ledger.edit(owner, &id.to_string(), &Precondition::None, take).await?.value)
    }

    /// Says what there is to say now, and when to look again. Nothing happens before that is due, so that a repetition does
    /// nothing. Errors: `NotFound` when there is no such user.
    pub async fn look(&self, _ctx: &Ctx, owner: Owner) -> Result<()> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if change.summary.due.get(LOOK).is_none_or(|due| change.now() < due) {
                        return Ok(Decision::Keep(()));
                    }
                    let known = reminded::budget(&change.summary)?;
                    let mut budget = known.clone();
                    let situation = self.situation(owner, &change.summary, change.now(), &budget).await?;
                    if let Some(saying) = situation.decide(&mut budget) {
                        say(change, owner, saying, situation.settings).await?;
                    }
                    change.summary.due.set(LOOK, situation.next_look(&budget));
                    if budget != known {
                        change.summary.facts.set(&budget)?;
                    }
                    Ok(Decision::Write(()))
                })
            })
            .await
    }

    /// All that is known of the owner now: one read and one query as for the present date, and one query more where tasks could be
    /// spoken of.
    async fn situation(&self, owner: Owner, summary: &Summary, now: Timestamp, budget: &Budget) -> Result<Situation> {
        let settings = Settings::of(summary)?;
        // Rules on working time have no part in it, and would look at more than the last days.
        let known = self.today.known(owner, summary, now, Settings { labour_rules: LabourRules::None, ..settings }).await?;
        let off = known.off;
        let today = known.today();
        let date = today.date;
        let mut situation = Situation {
            now,
            days: summary.day_rule(),
            settings,
            today,
            off,
            busy_until: busy_until(summary, now)?,
            has_acted: summary.day.as_ref().is_some_and(|day| day.date == date && day.interactions > 0),
            completed: summary.counts.get(COMPLETED_TASKS),
            tasks: Vec::new(),
            overload: overload::on(summary, date)?,
        };
        if situation.asks_for_tasks(budget) {
            let open = self.tasks.latest_open_by(owner, date, Limit::new(TASKS).unwrap_or(Limit::MAX)).await?;
            let due = |due: Due| Some((instant_of(due.on, due.time?, summary.time_zone), TimeOfDay(due.time?)));
            situation.tasks = open.iter().map(|task| OpenTask { id: task.id, due: task.due.and_then(due) }).collect();
        }
        Ok(situation)
    }
}

/// Writes what is said.
async fn say(change: &mut Transaction<'_>, owner: Owner, saying: Saying, settings: Settings) -> Result<()> {
    match saying {
        Saying::New(what) => {
            if let What::OverloadAhead(found) = &what {
                let today = change.today();
                overload::said(&mut change.summary, found.level, today)?;
            }
            let id = change.next_id();
            change.create(&Nudge::new(id, owner.id(), what, settings.language, change.now()))
        }
        Saying::Again(id, what) => {
            let read = change.find::<Nudge>(&id.to_string()).await?;
            // Only damage leaves a summary that knows of a reminder which is not there.
            let Some(read) = read else { return Ok(()) };
            change.replace(&read.value.returned(what, settings.language), &read)
        }
    }
}
