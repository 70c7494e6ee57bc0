//! Use cases on predictions.

use std::{sync::Arc, time::Duration};

use chrono::{Days, NaiveDate};

use super::{
    inputs::Tasks,
    levels::Level,
    made::{HISTORY, Known, Made},
    repo::{PredictionRepo, Predictions},
};
use crate::{
    accounts::settings::model::{Language, Settings},
    assistant::{
        gathered::{coming, counted, without_guesses},
        noticed::{Noticed, SeenTasks},
        record::records,
    },
    domain::Shared,
    kernel::{Ctx, IdSource, Owner, Result},
    ledger::{Decision, Ledger, Summary},
    progress::{service::ProgressService, standing::Progress},
    wellbeing::{
        overload::{self, EVALUATE},
        reminders::model::{Load, Overload},
    },
    work::counters::{TASKS, WORKED_MICROS},
};

/// How many closed dates are looked at: a year of whole weeks.
const DATES: u64 = 364;
/// A session began that long before the first of the dates at most that has time on it.
const EARLIER: Duration = Duration::from_hours(48);

#[derive(Debug, Clone)]
pub struct PredictionService {
    ledger: Ledger,
    ids: Arc<dyn IdSource>,
    progress: ProgressService,
    repo: PredictionRepo,
}

/// What is predicted for a user, and the summary that it follows from.
#[derive(Debug, Clone)]
pub struct Predicted {
    pub predictions: Predictions,
    pub summary: Summary,
    pub progress: Progress,
    pub language: Language,
}

impl PredictionService {
    pub fn new(shared: &Shared) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            ids: Arc::clone(&shared.ids),
            progress: ProgressService::new(shared),
            repo: PredictionRepo::new(Arc::clone(&shared.store)),
        }
    }

    /// What is predicted for the owner now. Errors: `NotFound` when there is no such user.
    pub async fn get(&self, ctx: &Ctx, owner: Owner) -> Result<Predicted> {
        let (summary, progress) = self.progress.up_to_date(owner).await?;
        let (today, language) = (summary.date_at(ctx.now()), Settings::of(&summary)?.language);
        let read = self.repo.get(owner).await?;
        if let Some(kept) = read.as_ref().filter(|kept| kept.value.seq == summary.seq && kept.value.today == today) {
            return Ok(Predicted { predictions: kept.value.clone(), summary, progress, language });
        }
        let (made, noticed) = self.make(owner, &summary, &progress, today).await?;
        let predictions = Predictions { user_id: owner.id(), seq: summary.seq, today, made_at: ctx.now(), made, noticed };
        self.repo.keep(&predictions, read.as_ref(), self.ids.next(ctx.now())).await?;
        Ok(Predicted { predictions, summary, progress, language })
    }

    /// Two queries; a third one only where the end of a session is a guess, whose time does not count.
    async fn make(&self, owner: Owner, summary: &Summary, progress: &Progress, today: NaiveDate) -> Result<(Made, Noticed)> {
        let settings = Settings::of(summary)?;
        let before = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(today);
        let (first, last) = (before(DATES), before(1));
        let mut days = self.ledger.days(summary, first, last).await?;
        if progress.measures.focus_micros < summary.counts.get(WORKED_MICROS)
            && let Some(day) = days.first()
        {
            let from = summary.day_rule().start_of(day.date).minus(EARLIER);
            without_guesses(&mut days, &self.repo.sessions_since(owner, from).await?);
        }
        let records = records(&counted(&days, last, summary, &progress.off)?);
        let mut seen = SeenTasks::new(today, summary.day_rule());
        self.repo.see_tasks(owner, before(HISTORY as u64), &mut seen).await?;
        let tasks = Tasks { exist: summary.counts.get(TASKS) > 0, spans: std::mem::take(&mut seen.spans) };
        let coming = coming(today, &settings, &progress.off);
        let known = Known { records: &records, tasks: &tasks, coming: &coming, week_start: settings.week_start.weekday() };
        Ok((Made::of(known), Noticed::of(&records, seen)))
    }

    /// Evaluates the date that is over, and has the owner told if the risk calls for it. Nothing happens before that is due.
    /// Errors: `NotFound` when there is no such user.
    pub async fn evaluate(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        let made = &self.get(ctx, owner).await?.predictions.made;
        let warning = made.warning().map(|warning| Overload {
            level: if warning.level == Level::High { Load::High } else { Load::Elevated },
            in_a_week: warning.in_a_week,
            factors: warning.factors.into_iter().map(|factor| factor.name().to_owned()).collect(),
        });
        self.ledger
            .run(owner, |change| {
                let warning = warning.clone();
                Box::pin(async move {
                    if change.summary.due.get(EVALUATE).is_none_or(|due| change.now() < due) {
                        return Ok(Decision::Keep(()));
                    }
                    overload::evaluated(change, warning, made.fallen)?;
                    Ok(Decision::Write(()))
                })
            })
            .await
    }
}
