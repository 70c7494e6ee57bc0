//! Use cases on progress. How it follows what people do is told in `follow`.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    achievements::{ALL, Measures},
    entry::Entry,
    goals::{Care, Done, Goals, Lunch},
    repo::ProgressRepo,
    seen::{DaySeen, WorkSeen},
    standing::{Achievements, Latest, Progress},
    streak::Streak,
};
use crate::{
    accounts::{
        settings::model::{DaySettings, Language, Settings},
        time_off::model::Begins,
    },
    domain::Shared,
    kernel::{Ctx, Error, Owner, Page, PageRequest, Result},
    ledger::{Day, Ledger, Summary},
    store::Stored,
    wellbeing::counters::WATER_ML,
    work::counters::{COMPLETED_TASKS, FOCUS},
};

/// How a user stands at an instant.
#[derive(Debug, Clone)]
pub struct Standing {
    pub progress: Progress,
    pub streak: Streak,
    /// The sum of the entries for today.
    pub xp_today: i64,
    pub goals: Goals,
}

/// What a user has achieved, and in which language it is told.
#[derive(Debug, Clone)]
pub struct Achieved {
    pub earned: Achievements,
    pub measures: Measures,
    pub language: Language,
}

#[derive(Debug, Clone)]
pub struct ProgressService {
    pub(super) repo: ProgressRepo,
    pub(super) ledger: Ledger,
}

impl ProgressService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: ProgressRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// How the owner stands now. Errors: `NotFound` when there is no such user.
    pub async fn standing(&self, ctx: &Ctx, owner: Owner) -> Result<Standing> {
        let (summary, progress) = self.up_to_date(owner).await?;
        let today = summary.date_at(ctx.now());
        let Latest(_, xp_today, work) = match progress.latest {
            Some(latest) if latest.0 == today => latest,
            // The date may have gone back with the zone.
            Some(latest) if latest.0 > today => {
                let seen = self.repo.day(owner, today).await?.map_or_else(|| DaySeen::new(today), |read| read.value);
                Latest(today, seen.xp, seen.work)
            }
            _ => Latest(today, 0, WorkSeen::default()),
        };
        let day = match &summary.day {
            Some(day) if day.date > today => self.ledger.days(&summary, today, today).await?.pop(),
            day => day.clone().filter(|day| day.date == today),
        };
        let terms = day.as_ref().and_then(|day| day.terms.clone()).unwrap_or_else(|| summary.terms_on(today));
        let set = DaySettings::of(&terms)?;
        let lunch = if progress.dates.has_lunch(today) {
            Lunch::Had
        } else if progress.expects(today, &summary)? {
            Lunch::Open
        } else {
            Lunch::NotExpected
        };
        let done = done(day.as_ref(), work, lunch);
        let goals = Goals::of(&done, &set.goals, set.hydration_goal_ml.get().into());
        Ok(Standing { streak: progress.streak_at(ctx.now(), &summary)?, progress, xp_today, goals })
    }

    /// A page of the owner's entries, the newest last. Errors: `NotFound` when there is no such user.
    pub async fn entries(&self, _ctx: &Ctx, owner: Owner, dates: Begins, page: PageRequest) -> Result<Page<Entry>> {
        self.up_to_date(owner).await?;
        self.repo.entries(owner, dates, page).await
    }

    /// What the owner has achieved. Errors: `NotFound` when there is no such user.
    pub async fn achieved(&self, ctx: &Ctx, owner: Owner) -> Result<Achieved> {
        let (summary, progress) = self.up_to_date(owner).await?;
        let measures = progress.measures_at(ctx.now(), &summary)?;
        let mut read = self.repo.achievements(owner).await?;
        let known = read.as_ref().map(|read| &read.value.earned);
        let is_new = |id: &str| known.is_none_or(|known| !known.contains_key(id));
        let mut achieved = ALL.iter().filter(|achievement| achievement.is_earned(&measures));
        let language = Settings::of(&summary)?.language;
        let judged = progress.to_be_judged(ctx.now(), &summary).is_empty();
        if judged && !achieved.any(|achievement| is_new(achievement.id)) {
            return Ok(Achieved { earned: earned(owner, read), measures, language });
        }
        self.award(owner).await?;
        let (summary, progress) = self.up_to_date(owner).await?;
        read = self.repo.achievements(owner).await?;
        Ok(Achieved { earned: earned(owner, read), measures: progress.measures_at(ctx.now(), &summary)?, language })
    }

    /// The summary, and the progress once it has taken in what was committed before. Errors: `NotFound` when there is no such
    /// user.
    pub async fn up_to_date(&self, owner: Owner) -> Result<(Summary, Progress)> {
        let summary = self.summary(owner).await?;
        let progress = self.repo.progress(owner).await?.map_or_else(|| Progress::new(owner.id()), |read| read.value);
        if progress.seq >= summary.seq {
            return Ok((summary, progress));
        }
        self.take_in(owner, None).await?;
        let summary = self.summary(owner).await?;
        let progress = self.repo.progress(owner).await?.map_or_else(|| Progress::new(owner.id()), |read| read.value);
        Ok((summary, progress))
    }

    async fn summary(&self, owner: Owner) -> Result<Summary> {
        self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))
    }
}

fn earned(owner: Owner, read: Option<Stored<Achievements>>) -> Achievements {
    read.map_or_else(|| Achievements { user_id: owner.id(), earned: BTreeMap::new() }, |read| read.value)
}

fn done(day: Option<&Day>, work: WorkSeen, lunch: Lunch) -> Done {
    let count = |counter| day.map_or(0, |day| day.get(counter));
    Done {
        completed_tasks: count(COMPLETED_TASKS),
        worked_micros: day.map_or(0, |day| day.counts.of(FOCUS).map(|(_, micros)| micros).sum()),
        breaks_due: work.breaks.due.into(),
        breaks_taken: work.breaks.taken.into(),
        care: Care { water_ml: count(WATER_ML), lunch },
    }
}
