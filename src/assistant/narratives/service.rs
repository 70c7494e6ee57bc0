//! Use cases on narratives: what `days` and `metrics` answer for the dates concerned, and the story made of it.

use std::sync::Arc;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::{day::DayFacts, period::Period, story::Story, week::WeekFacts};
use crate::{
    accounts::{
        settings::model::{Language, Settings},
        time_off::{model::Dates, repo::TimeOffRepo},
    },
    assistant::phrasing::service::{Phrased, Phrasing, WrittenBy},
    domain::Shared,
    kernel::{Code, Ctx, Error, Owner, Result},
    ledger::{Day, Ledger, Summary},
    wellbeing::counters::ENERGY,
    work::{
        days::service::entry,
        metrics::{
            model::{Metric, metrics},
            service::figures,
        },
    },
};

/// So many dates before a week tell what is usual.
const USUAL: u64 = 28;
const WEEK: u64 = 7;
/// Metrics that no story tells, and that would need the tasks.
const NOT_TOLD: [&str; 2] = ["pending", "progress"];

/// A story as it is told to somebody.
#[derive(Debug)]
pub struct Told {
    pub story: Story,
    pub language: Language,
    /// Who has put it into words.
    pub written_by: WrittenBy,
}

#[derive(Clone)]
pub struct NarrativeService {
    ledger: Ledger,
    time_off: TimeOffRepo,
    phrasing: Phrasing,
}

impl NarrativeService {
    pub fn new(shared: &Shared, phrasing: Phrasing) -> Self {
        Self { ledger: shared.ledger.clone(), time_off: TimeOffRepo::new(Arc::clone(&shared.store)), phrasing }
    }

    /// The story of a date, of the owner's present one where none is named: one read and two queries. Errors: `NotFound` when there
    /// is no such user, `InvalidParameter` for a date to come.
    pub async fn day(&self, ctx: &Ctx, owner: Owner, date: Option<NaiveDate>) -> Result<Told> {
        let (summary, settings) = self.known(owner).await?;
        let today = summary.date_at(ctx.now());
        let date = date.unwrap_or(today);
        if date > today {
            return Err(Error::new(Code::InvalidParameter, "Query parameter 'date' must not be after today").about("date"));
        }
        let (days, off) = tokio::try_join!(self.ledger.days(&summary, before(date, WEEK), date), async {
            self.time_off.overlapping(owner, Dates { from: date, to: date }).await
        })?;
        let period = |from, to| period(owner, &days, from, to);
        let week = before(date, WEEK);
        let energy = days.last().filter(|day| day.date == date).map(|day| day.get(ENERGY));
        let facts = DayFacts {
            language: settings.language,
            date,
            off: off.is_some(),
            open: date == today,
            of: period(date, date)?,
            week_before: period(week, week)?,
            energy: energy.and_then(|energy| u8::try_from(energy).ok()).filter(|energy| *energy > 0),
        };
        self.told(owner, facts.story(), settings.language).await
    }

    /// The story of the week of a date, of the present one where none is named: one read and one query. Errors: as [`Self::day`].
    pub async fn week(&self, ctx: &Ctx, owner: Owner, of: Option<NaiveDate>) -> Result<Told> {
        let (summary, settings) = self.known(owner).await?;
        let today = summary.date_at(ctx.now());
        let from = first_of_week(of.unwrap_or(today), settings.week_start.weekday());
        if from > today {
            return Err(Error::new(Code::InvalidParameter, "Query parameter 'of' must not be in a week to come").about("of"));
        }
        let to = from.checked_add_days(Days::new(WEEK - 1)).unwrap_or(from);
        let days = self.ledger.days(&summary, before(from, USUAL), to).await?;
        let period = |from, to| period(owner, &days, from, to);
        let facts = WeekFacts {
            language: settings.language,
            open: to >= today,
            of: period(from, to)?,
            before: period(before(from, WEEK), before(from, 1))?,
            usual: period(before(from, USUAL), before(from, 1))?,
        };
        self.told(owner, facts.story(), settings.language).await
    }

    async fn told(&self, owner: Owner, story: Story, language: Language) -> Result<Told> {
        let Phrased { story, written_by } = self.phrasing.phrased(owner, language, story).await?;
        Ok(Told { story, language, written_by })
    }

    async fn known(&self, owner: Owner) -> Result<(Summary, Settings)> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        let settings = Settings::of(&summary)?;
        Ok((summary, settings))
    }
}

/// Dates begin in 1970.
fn before(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date).max(NaiveDate::default())
}

fn first_of_week(date: NaiveDate, week_start: Weekday) -> NaiveDate {
    before(date, date.weekday().days_since(week_start).into())
}

/// What `days` and `metrics` answer for some of the days, but for the metrics that are not told.
fn period(owner: Owner, days: &[Day], from: NaiveDate, to: NaiveDate) -> Result<Period> {
    let within = || days.iter().filter(|day| (from..=to).contains(&day.date));
    let figures = within().map(figures).collect::<Result<Vec<_>>>()?;
    let known = |metric: Metric| if NOT_TOLD.contains(&metric.key) { Metric { value: None, ..metric } } else { metric };
    let metrics = metrics(&figures, 0).into_iter().map(known).collect();
    Ok(Period { user_id: owner.id(), from, to, days: within().map(entry).collect(), metrics })
}
