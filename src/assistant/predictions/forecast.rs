//! Forecasts with intervals and their errors. A candidate is served only where it was better than what the last week says; else
//! that is served. Pure.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    levels::Evaluation,
    methods::{Method, Shape, seasons_before},
    risk::rounded,
};
use crate::assistant::record::Record;

/// Each date of a week, from the next one on.
const DAILY: Shape = Shape { season: 7, horizons: (1, 7) };
/// The week after the present one, which is not over.
const WEEKLY: Shape = Shape { season: 1, horizons: (2, 2) };
/// With fewer steps known than these there is only a mean, no smoothing, and no candidate.
const ONLY_MEAN: usize = 14;
const NO_SMOOTHING: usize = 21;
const ONLY_MEAN_OF_WEEKS: usize = 4;
/// So many origins tell which method is better.
const ORIGINS: usize = 8;
/// Older ones tell nothing of how somebody works now.
const MOST_ORIGINS: usize = 182;
/// How much better than the baseline a candidate has to be.
const BETTER: f64 = 0.95;
/// The least half of an interval for which nothing but a mean is known, as a part of it.
const WIDE: f64 = 0.25;

/// What is forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ForecastTarget)]
pub enum Target {
    /// Hours of work on a date.
    Hours,
    /// Completed tasks on a date.
    Tasks,
    /// Hours of work in the next week.
    WeekHours,
    /// The score of the risk at the end of the next week.
    WeekScore,
}

/// By what a forecast is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ForecastModel)]
pub enum Model {
    /// As the last week: the baseline.
    SeasonalNaive,
    /// As the same day of the week in the last four weeks, on average.
    WeekdayMean,
    /// Exponential smoothing with a season of a week.
    Ets,
    /// A trend that fades.
    Damped,
    /// As usual.
    Mean,
}

impl Target {
    const fn most(self) -> f64 {
        match self {
            Self::Hours => 24.0,
            Self::Tasks => 1000.0,
            Self::WeekHours => 168.0,
            Self::WeekScore => 100.0,
        }
    }
}

/// A date to come, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    pub date: NaiveDate,
    /// Whether work is expected, unless it is off.
    pub work_day: bool,
    pub off: bool,
}

/// What is to be expected, within an interval that four of five fall into.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    pub target: Target,
    /// The date, or the first of the week.
    pub date: NaiveDate,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// By what it was made.
    pub model: Model,
    /// The mean error in units of what the last week would have been wrong by in the past; `None` with too few origins.
    pub mase: Option<f64>,
    pub baseline_mase: Option<f64>,
    /// From how many origins that was found.
    pub n: usize,
}

/// All forecasts of a person, from the first of the dates to come on: those follow the last record. Dates off are left out.
pub fn forecasts(records: &[Record], evaluations: &[Evaluation], coming: &[Coming], week_start: Weekday) -> Vec<Forecast> {
    let mut all = Vec::new();
    let dates: Vec<NaiveDate> = coming.iter().take(7).map(|coming| coming.date).collect();
    for (target, series) in [
        (Target::Hours, dates_of(records, Record::hours)),
        (Target::Tasks, dates_of(records, |record| f64::from(record.completed))),
    ] {
        let found = predict(target, &series);
        all.extend(found.into_iter().zip(&dates).map(|(forecast, date)| Forecast { date: *date, ..forecast }));
    }
    all.retain(|forecast| !coming.iter().any(|coming| coming.date == forecast.date && coming.off));
    if let Some(today) = dates.first() {
        let next = week_of(*today, week_start) + Days::new(7);
        let share = share_of_work(coming, next);
        let hours = predict(Target::WeekHours, &weeks(records, week_start)).into_iter();
        all.extend(hours.map(|of| Forecast { date: next, ..of.scaled(share) }));
        let scores = predict(Target::WeekScore, &week_scores(evaluations, week_start)).into_iter();
        all.extend(scores.map(|forecast| Forecast { date: next, ..forecast }));
    }
    all
}

impl Forecast {
    fn scaled(self, by: f64) -> Self {
        let [value, low, high] = [self.value, self.low, self.high].map(|of| rounded(of * by, 2));
        Self { value, low, high, ..self }
    }
}

/// Time off says nothing of how somebody works.
fn is_missing(record: &Record) -> bool {
    record.off && record.worked_micros == 0
}

fn week_of(date: NaiveDate, week_start: Weekday) -> NaiveDate {
    date - Days::new(date.weekday().days_since(week_start).into())
}

/// Which part of the working days of a week is not off.
fn share_of_work(coming: &[Coming], week: NaiveDate) -> f64 {
    let of_week = |coming: &&Coming| coming.work_day && (week..week + Days::new(7)).contains(&coming.date);
    let (mut off, mut all) = (0_u32, 0_u32);
    for date in coming.iter().filter(of_week) {
        all += 1;
        off += u32::from(date.off);
    }
    if off == 0 { 1.0 } else { 1.0 - f64::from(off) / f64::from(all) }
}

/// What dates have, from the first with any on; those off are missing.
pub fn dates_of(records: &[Record], value: fn(&Record) -> f64) -> Vec<Option<f64>> {
    let of = |record: &Record| (!is_missing(record)).then(|| value(record));
    records.iter().map(of).skip_while(|value| value.is_none_or(|value| value == 0.0)).collect()
}

/// The hours of whole weeks from the first with any on; those with time off are missing.
pub fn weeks(records: &[Record], week_start: Weekday) -> Vec<Option<f64>> {
    let begins = records.iter().position(|record| record.date.weekday() == week_start).unwrap_or(records.len());
    let of = |week: &[Record]| (!week.iter().any(is_missing)).then(|| week.iter().map(Record::hours).sum());
    records[begins..].chunks_exact(7).map(of).skip_while(|hours| hours.is_none_or(|hours| hours == 0.0)).collect()
}

/// The scores at the end of whole weeks that have confidence, from the first on.
fn week_scores(evaluations: &[Evaluation], week_start: Weekday) -> Vec<Option<f64>> {
    let ends = evaluations.iter().filter(|evaluation| evaluation.date.weekday().succ() == week_start);
    ends.map(|end| end.sure_score().map(f64::from)).skip_while(Option::is_none).collect()
}

/// What a method was wrong by at each origin, for each horizon, where it is known.
struct Trial {
    method: Method,
    /// From the first origin on, those of one origin after each other.
    residuals: Vec<Option<f64>>,
    next: Vec<f64>,
}

impl Trial {
    /// `first` is the first origin.
    fn of(method: Method, series: &[Option<f64>], shape: Shape, first: usize) -> Self {
        let mut said = method.run(series, shape, first);
        let next = said.split_off((series.len() - first) * shape.width());
        let residual = |(index, value): (usize, &f64)| {
            let step = first + index / shape.width() + shape.horizons.0 - 1 + index % shape.width();
            series.get(step).copied().flatten().map(|known| known - value)
        };
        Self { method, residuals: said.iter().enumerate().map(residual).collect(), next }
    }

    /// The mean absolute error of the origins all of whose horizons lie in the series.
    fn error(&self, values: usize) -> Option<f64> {
        let known: Vec<f64> = self.residuals.iter().take(values).flatten().map(|residual| residual.abs()).collect();
        mean(&known)
    }

    /// The residuals that tell how wrong it may be at a horizon: those of the same horizon and place in the season; with too few of
    /// these, of the horizon; with too few of these, all.
    fn residuals_at(&self, horizon: usize, shape: Shape) -> Vec<f64> {
        let count = self.residuals.len() / shape.width();
        let of = |step: usize| -> Vec<f64> {
            let origins = (1..=count).rev().filter(|origin| (count + 1 - origin).is_multiple_of(step));
            origins.filter_map(|origin| self.residuals[(origin - 1) * shape.width() + horizon]).collect()
        };
        let same_place = of(shape.season);
        if same_place.len() >= ORIGINS {
            return same_place;
        }
        let same_horizon = of(1);
        if same_horizon.len() >= ORIGINS { same_horizon } else { self.residuals.iter().flatten().copied().collect() }
    }
}

/// What comes next in a series that begins with its first value; nothing where there is none. The dates are set by the caller.
fn predict(target: Target, series: &[Option<f64>]) -> Vec<Forecast> {
    let shape = if matches!(target, Target::Hours | Target::Tasks) { DAILY } else { WEEKLY };
    let known: Vec<f64> = series.iter().flatten().copied().collect();
    let only_mean = if shape.season == 1 { ONLY_MEAN_OF_WEEKS } else { ONLY_MEAN };
    if known.len() < only_mean {
        return of_the_mean(target, &known, shape);
    }
    let least = if shape.season == 1 { ONLY_MEAN_OF_WEEKS } else { NO_SMOOTHING };
    // So many places from which all that follows is known.
    let origins = (series.len() + 1).saturating_sub(least + shape.horizons.1).min(MOST_ORIGINS);
    let baseline_alone = |first| Trial::of(Method::SeasonalNaive, series, shape, first);
    if origins < ORIGINS {
        return served(target, &baseline_alone(shape.season), (None, None, 0), shape);
    }
    let first = series.len() + 1 - shape.horizons.1 - origins;
    let scale = scale(series, shape.season);
    let mase = |trial: &Trial| trial.error(origins * shape.width()).zip(scale).map(|(error, scale)| error / scale);
    let baseline = baseline_alone(first);
    let of_baseline = mase(&baseline);
    let tried = candidates(shape).into_iter().map(|method| Trial::of(method, series, shape, first));
    let best = tried.filter_map(|trial| Some((mase(&trial)?, trial))).min_by(|one, other| one.0.total_cmp(&other.0));
    match (best, of_baseline) {
        (Some((error, best)), Some(usual)) if error < 1.0 && error <= BETTER * usual => {
            served(target, &best, (Some(error), of_baseline, origins), shape)
        }
        _ => served(target, &baseline, (of_baseline, of_baseline, origins), shape),
    }
}

fn candidates(shape: Shape) -> Vec<Method> {
    if shape.season == 1 {
        let damped = [0.2, 0.4, 0.8].into_iter().flat_map(|alpha| [0.1, 0.3].map(|beta| Method::Damped { alpha, beta }));
        return [Method::SeasonalMean].into_iter().chain(damped).collect();
    }
    let smoothed = [0.1, 0.2, 0.4].into_iter().flat_map(|alpha| [0.05, 0.1, 0.2].map(|gamma| Method::Ets { alpha, gamma }));
    [Method::SeasonalMean].into_iter().chain(smoothed).collect()
}

fn model(method: Method, shape: Shape) -> Model {
    match method {
        Method::SeasonalNaive => Model::SeasonalNaive,
        Method::SeasonalMean if shape.season > 1 => Model::WeekdayMean,
        Method::SeasonalMean => Model::Mean,
        Method::Ets { .. } => Model::Ets,
        Method::Damped { .. } => Model::Damped,
    }
}

fn served(
    target: Target,
    trial: &Trial,
    (mase, baseline_mase, n): (Option<f64>, Option<f64>, usize),
    shape: Shape,
) -> Vec<Forecast> {
    let of = |(horizon, value): (usize, &f64)| {
        let mut residuals = trial.residuals_at(horizon, shape);
        residuals.sort_unstable_by(f64::total_cmp);
        let bound = |part| value + quantile(&residuals, part).unwrap_or(0.0);
        let within = |value: f64| rounded(value.clamp(0.0, target.most()), 2);
        Forecast {
            target,
            date: NaiveDate::default(),
            value: within(*value),
            low: within(bound(0.1).min(*value)),
            high: within(bound(0.9).max(*value)),
            model: model(trial.method, shape),
            mase: mase.map(|mase| rounded(mase, 4)),
            baseline_mase: baseline_mase.map(|mase| rounded(mase, 4)),
            n,
        }
    };
    trial.next.iter().enumerate().map(of).collect()
}

/// With little known: the mean, and twice the mean deviation to each side, but never a narrow interval.
fn of_the_mean(target: Target, known: &[f64], shape: Shape) -> Vec<Forecast> {
    let Some(value) = mean(known) else { return Vec::new() };
    let deviations: Vec<f64> = known.iter().map(|one| (one - value).abs()).collect();
    let half = (2.0 * mean(&deviations).unwrap_or(0.0)).max(WIDE * value);
    let within = |value: f64| rounded(value.clamp(0.0, target.most()), 2);
    let (value, low, high) = (within(value), within(value - half), within(value + half));
    let one = Forecast {
        target,
        date: NaiveDate::default(),
        value,
        low,
        high,
        model: Model::Mean,
        mase: None,
        baseline_mase: None,
        n: 0,
    };
    vec![one; shape.width()]
}

/// What one season would have been wrong by for the next, on average.
pub fn scale(series: &[Option<f64>], season: usize) -> Option<f64> {
    let error =
        |(step, value): (usize, &Option<f64>)| Some((seasons_before(series, season, step, step).next()? - (*value)?).abs());
    let errors: Vec<f64> = series.iter().enumerate().filter_map(error).collect();
    mean(&errors).filter(|mean| *mean > 0.0)
}

pub fn mean(values: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a count of dates")]
    let count = values.len() as f64;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count)
}

/// Of values in order, such that a further one is expected to lie below with this probability.
fn quantile(values: &[f64], part: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a count of dates")]
    let place = (part * (values.len() as f64 + 1.0) - 1.0).clamp(0.0, values.len().checked_sub(1)? as f64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies within the list")]
    let below = place as usize;
    let above = (below + 1).min(values.len() - 1);
    Some(values[below] + (values[above] - values[below]) * (place - place.floor()))
}

#[cfg(test)]
mod tests;
