//! Use cases on progress. How it follows what people do is told in `follow`.

use std::sync::Arc;

use super::{
    achievements::Measures,
    entry::Entry,
    goals::{Care, Done, Goals},
    repo::ProgressRepo,
    standing::{Achievements, Progress},
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
    work::metrics::service::figures,
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
        let xp_today = match progress.latest {
            Some((latest, xp)) if latest == today => xp,
            // The date may have gone back with the zone.
            Some((latest, _)) if latest > today => self.repo.day(owner, today).await?.map_or(0, |read| read.value.xp),
            _ => 0,
        };
        let day = match &summary.day {
            Some(day) if day.date > today => self.ledger.days(&summary, today, today).await?.pop(),
            day => day.clone().filter(|day| day.date == today),
        };
        let terms = day.as_ref().and_then(|day| day.terms.clone()).unwrap_or_else(|| summary.terms_on(today));
        let (set, hydration) = (DaySettings::of(&terms)?.goals, Settings::of(&summary)?.hydration_goal_ml);
        let done = day.as_ref().map(done).transpose()?.unwrap_or_default();
        let goals = Goals::of(&done, &set, hydration.get().into());
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
        let earned = self.repo.achievements(owner).await?.map(|read| read.value);
        let earned = earned.unwrap_or_else(|| Achievements { user_id: owner.id(), earned: std::collections::BTreeMap::new() });
        let streak = progress.streak_at(ctx.now(), &summary)?;
        let longest_streak = progress.measures.longest_streak.max(streak.longest.into());
        let measures = Measures { longest_streak, ..progress.measures };
        Ok(Achieved { earned, measures, language: Settings::of(&summary)?.language })
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

/// Errors: `Internal`.
fn done(day: &Day) -> Result<Done> {
    let figures = figures(day)?;
    Ok(Done {
        completed_tasks: figures.completed_tasks,
        worked_micros: figures.worked_micros,
        breaks_due: figures.breaks_due,
        breaks_taken: figures.taken_when_due(),
        care: Care::default(),
    })
}
