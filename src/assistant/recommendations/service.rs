//! Use cases on recommendations.

use std::{sync::Arc, time::Duration};

use chrono::{Days, NaiveDate};

use super::{
    choice::{Answer, Answered, Chosen, answered, choose},
    repo::Recommendations,
    rules,
    situation::Situation,
};
use crate::{
    accounts::settings::model::{LabourRules, Language, Settings},
    assistant::predictions::{
        forecast::Target,
        made::Made,
        service::{Predicted, PredictionService},
    },
    domain::Shared,
    integrations::connections::{
        model::Status,
        repo::{self as connections, Connected},
    },
    kernel::{Ctx, Limit, Owner, PageRequest, Result},
    ledger::{Decision, Ledger, Summary},
    store::Partition,
    wellbeing::today::{
        dated::hours_of_work,
        model::{Today, due_after},
        service::TodayService,
    },
    work::{
        counters::COMPLETED_TASKS,
        tasks::{agenda, repo::TaskRepo},
        work_sessions::model::WorkSession,
    },
};

/// Sessions of so many dates are read; how long they were is of interest of the last fourteen.
const DATES: u64 = 28;
const FORTNIGHT: u64 = 14;

#[derive(Debug, Clone)]
pub struct RecommendationService {
    ledger: Ledger,
    predictions: PredictionService,
    today: TodayService,
    tasks: TaskRepo,
}

/// What is recommended, and in which language that is told.
#[derive(Debug)]
pub struct Recommended {
    pub chosen: Vec<Chosen>,
    pub language: Language,
}

impl RecommendationService {
    pub fn new(shared: &Shared) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            predictions: PredictionService::new(shared),
            today: TodayService::new(shared),
            tasks: TaskRepo::new(Arc::clone(&shared.store)),
        }
    }

    /// What is recommended to the owner now. Writes only where a rule has begun or ceased to hold. Errors: `NotFound` when there is
    /// no such user.
    pub async fn list(&self, ctx: &Ctx, owner: Owner) -> Result<Recommended> {
        let predicted = self.predictions.get(ctx, owner).await?;
        let situation = self.situation(ctx, owner, &predicted).await?;
        let (held, today, language) = (rules::held(&situation), situation.today, predicted.language);
        let read = self.ledger.collection::<Recommendations>().get(Partition::of(owner.id()), owner.id().to_string()).await?;
        let known = read.map(|read| read.value.rules).unwrap_or_default();
        let (chosen, next) = choose(held.clone(), &known, today);
        if next == known {
            return Ok(Recommended { chosen, language });
        }
        let held = &held;
        let chosen = self.ledger.run(owner, |change| {
            Box::pin(async move {
                let read = change.find::<Recommendations>(&owner.id().to_string()).await?;
                let known = read.as_ref().map(|read| read.value.rules.clone()).unwrap_or_default();
                let (chosen, rules) = choose(held.clone(), &known, today);
                if rules == known {
                    return Ok(Decision::Keep(chosen));
                }
                change.put(&Recommendations { user_id: owner.id(), rules }, read.as_ref())?;
                Ok(Decision::Write(chosen))
            })
        });
        Ok(Recommended { chosen: chosen.await?, language })
    }

    /// Takes the owner's answer to a recommendation; what was answered so stays as it is. Errors: `NotFound`, `AlreadyAnswered`.
    pub async fn answer(&self, _ctx: &Ctx, owner: Owner, id: &str, answer: Answer) -> Result<Answered> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = change.find::<Recommendations>(&owner.id().to_string()).await?;
                    let known = read.as_ref().map(|read| read.value.rules.clone()).unwrap_or_default();
                    let next = answered(&known, id, answer, change.today())?;
                    let rule = id.split(':').next().unwrap_or_default();
                    let kept = next.as_ref().unwrap_or(&known).get(rule).and_then(|kept| kept.answered);
                    let kept = kept.ok_or_else(|| crate::kernel::Error::not_found("Recommendation"))?;
                    let Some(rules) = next else { return Ok(Decision::Keep(kept)) };
                    change.put(&Recommendations { user_id: owner.id(), rules }, read.as_ref())?;
                    change.touch();
                    Ok(Decision::Write(kept))
                })
            })
            .await
    }

    async fn situation(&self, ctx: &Ctx, owner: Owner, predicted: &Predicted) -> Result<Situation> {
        let Predicted { predictions, summary, progress, .. } = predicted;
        let (now, rule, date) = (ctx.now(), summary.day_rule(), predictions.today);
        let settings = Settings::of(summary)?;
        // Rules on working time have no part in it.
        let without_rules = Settings { labour_rules: LabourRules::None, ..settings };
        let earliest = rule.start_of(date.checked_sub_days(Days::new(DATES)).unwrap_or(date));
        let (known, sessions, overdue_tasks, lost_connection) = tokio::try_join!(
            self.today.known(owner, summary, now, without_rules),
            self.today.sessions(owner, summary, earliest),
            self.overdue(ctx, owner, summary),
            self.lost_connection(owner, summary),
        )?;
        let today = known.today();
        let tomorrow = date.succ_opt().unwrap_or(date);
        let is_expected = |date: NaiveDate| {
            settings.work_days.0.contains(chrono::Datelike::weekday(&date)) && !progress.off.iter().any(|off| off.contain(date))
        };
        let since_before = today.active.as_ref().is_some_and(|active| rule.date_at(active.start_time) < date);
        let next_start = [Some(date).filter(|_| since_before), Some(tomorrow)]
            .into_iter()
            .flatten()
            .filter(|date| is_expected(*date))
            .map(|date| hours_of_work(date, settings.work_hours, rule).0)
            .find(|start| *start > now);
        let done = summary.day.as_ref().is_some_and(|day| day.date == date && day.get(COMPLETED_TASKS) > 0);
        let recent = date.checked_sub_days(Days::new(FORTNIGHT)).unwrap_or(date);
        let situation = of_weeks(Situation::unknown(owner.id(), date), &predictions.made);
        Ok(Situation {
            next_start_minutes: next_start.map(|start| minutes(start.since(now))),
            work_hours: settings.work_hours,
            own_quiet_hours: settings.quiet_hours.is_some(),
            own_focus: settings.focus.is_some(),
            target_minutes: settings.day_target_minutes.get(),
            overdue_tasks,
            lost_connection,
            to_review: sessions.iter().filter(|session| session.needs_review).map(|session| session.id.uuid()).collect(),
            session_minutes: sessions
                .iter()
                .filter(|session| session.end.is_some() && !session.needs_review && rule.date_at(session.start_time) >= recent)
                .filter_map(WorkSession::micros)
                .map(|micros| minutes(Duration::from_micros(micros)))
                .collect(),
            break_after_minutes: minutes(due_after(&settings)),
            large_task: predictions.noticed.large_task,
            started_tasks: predictions.noticed.started_tasks,
            estimates: predictions.noticed.estimates.clone(),
            best_hour: predictions.noticed.best_hour,
            best: predictions.noticed.best,
            rest_days_worked: predictions.noticed.rest_days_worked,
            idle_days: if done || today.check_in.is_some() { 0 } else { predictions.noticed.idle_days },
            days_without_check_in: predictions.noticed.days_without_check_in.filter(|_| today.check_in.is_none()),
            ..of_today(situation, &today)
        })
    }

    async fn overdue(&self, ctx: &Ctx, owner: Owner, summary: &Summary) -> Result<u32> {
        let (rule, mut count) = (summary.day_rule(), 0);
        let tomorrow = rule.date_at(ctx.now()).succ_opt().unwrap_or(NaiveDate::MAX);
        let mut see =
            |task: crate::work::tasks::model::Task| count += u32::from(task.is_overdue(ctx.now(), Some(rule)) == Some(true));
        self.tasks.each(owner, agenda::open_by(tomorrow), None, &mut see).await?;
        Ok(count)
    }

    /// The first connection that somebody has to renew the consent of.
    async fn lost_connection(&self, owner: Owner, summary: &Summary) -> Result<Option<uuid::Uuid>> {
        if !summary.facts.has::<Connected>() {
            return Ok(None);
        }
        let all = connections::list(&self.ledger, owner, PageRequest::first(Limit::MAX)).await?;
        Ok(all.items.iter().find(|one| one.status() == Status::NeedsReauth).map(|one| one.id.uuid()))
    }
}

fn of_weeks(situation: Situation, made: &Made) -> Situation {
    Situation {
        after_hours: made.inputs.after_hours.unwrap_or(0.0),
        energy: made.inputs.energy,
        next_week_hours: made.forecasts.iter().find(|of| of.target == Target::WeekHours).map(|of| of.value),
        levels: made.history.iter().map(|past| past.level).collect(),
        ..situation
    }
}

fn of_today(situation: Situation, today: &Today) -> Situation {
    Situation {
        continuous_minutes: if today.is_working { minutes(today.breaks.continuous.length) } else { 0 },
        lunch_due: today.lunch.due,
        behind_ml: today.behind_ml,
        worked_minutes: minutes(today.worked),
        active_session: today.active.as_ref().map(|active| active.id.uuid()),
        ..situation
    }
}

fn minutes(time: Duration) -> u32 {
    u32::try_from(time.as_secs() / 60).unwrap_or(u32::MAX)
}
