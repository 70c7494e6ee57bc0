//! Predictions as callers see them.

use chrono::{Days, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ahead::{AHEAD, Basis},
    forecast::{Forecast, Model, Target},
    levels::Level,
    made::PastRisk,
    repo::Predictions,
    risk::{Factor, FactorInputs, rounded},
    texts::said,
};
use crate::{kernel::UserId, texts::Language};

/// How near you are to overload, and what the coming days look like. A hint and no diagnosis, for your eyes alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct PredictionsView {
    user_id: UserId,
    /// The last date that is over: what came after it has no part in this.
    #[schema(value_type = String, format = Date)]
    as_of: NaiveDate,
    risk: RiskView,
    /// Of hours and tasks, of each of the next 7 dates that is not off; of the hours of the next week, and of the score at its end.
    #[schema(max_items = 16)]
    forecasts: Vec<ForecastView>,
}

/// The risk of overload.
#[derive(Debug, Serialize, ToSchema)]
struct RiskView {
    /// What the factors come to in whole numbers, or the floor where that is more. Null where nothing is known.
    #[schema(minimum = 0, maximum = 100)]
    score: Option<u8>,
    #[schema(schema_with = level_schema)]
    level: &'static str,
    /// The sum of the points.
    raw: Option<f64>,
    /// The score is at least this.
    floor: u8,
    /// Below 0.5 there is no level.
    #[schema(minimum = 0, maximum = 1)]
    confidence: f64,
    #[schema(min_items = 8, max_items = 8)]
    factors: Vec<FactorView>,
    /// The newest last; the last is that of `as_of`.
    #[schema(max_items = 28)]
    history: Vec<PastView>,
    in_7_days: OutlookView,
}

/// What adds to the risk.
#[derive(Debug, Serialize, ToSchema)]
struct FactorView {
    id: &'static str,
    /// Null where it is not known.
    value: Option<f64>,
    /// What it adds. Null where it is not known.
    points: Option<f64>,
    /// In the language of the settings.
    text: String,
}

/// The risk at the end of a date.
#[derive(Debug, Serialize, ToSchema)]
struct PastView {
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    score: Option<u8>,
    #[schema(schema_with = level_schema)]
    level: &'static str,
}

/// The risk as it is expected to be.
#[derive(Debug, Serialize, ToSchema)]
struct OutlookView {
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    score: Option<u8>,
    #[schema(schema_with = level_schema)]
    level: &'static str,
    /// How likely the score is 50 or more, by how wrong such outlooks were. Null where there were too few.
    likely_elevated: Option<f64>,
    /// What it is made by: `last_week` where that was less wrong than to say that the risk stays as it is.
    #[schema(value_type = String, pattern = "^(today|last_week)$")]
    basis: &'static str,
}

/// What is to be expected.
#[derive(Debug, Serialize, ToSchema)]
struct ForecastView {
    target: Target,
    /// A date, or the first one of a week.
    #[schema(value_type = String, format = Date)]
    r#for: NaiveDate,
    value: f64,
    /// Four of five fall between this and `high`.
    low: f64,
    high: f64,
    model: Model,
    /// The mean error, in units of what one week says of the next. Null where it could not be tried often enough.
    mase: Option<f64>,
    /// That of the last week, which is served where nothing was better.
    baseline_mase: Option<f64>,
    /// How often both were tried.
    n: usize,
}

fn level_schema() -> utoipa::openapi::Object {
    let names = ["insufficient_data", "low", "watch", "elevated", "high"];
    let string = utoipa::openapi::schema::SchemaType::from(utoipa::openapi::schema::Type::String);
    utoipa::openapi::ObjectBuilder::new().schema_type(string).enum_values(Some(names)).build()
}

impl PredictionsView {
    pub fn new(of: &Predictions, language: Language) -> Self {
        let as_of = of.today.pred_opt().unwrap_or(of.today);
        let (made, risk) = (&of.made, of.made.risk());
        let outlook = made.outlook;
        Self {
            user_id: of.user_id,
            as_of,
            risk: RiskView {
                score: risk.score,
                level: Level::name(made.level()),
                raw: risk.raw.map(|raw| rounded(raw, 2)),
                floor: risk.floor,
                confidence: rounded(risk.confidence, 4),
                factors: risk.factors.iter().map(|factor| FactorView::new(factor, &made.inputs, language)).collect(),
                history: made.history.iter().map(PastView::from).collect(),
                in_7_days: OutlookView {
                    date: as_of.checked_add_days(Days::new(AHEAD as u64)).unwrap_or(as_of),
                    score: outlook.score,
                    level: Level::name(outlook.level),
                    likely_elevated: outlook.elevated.map(|likely| rounded(likely, 4)),
                    basis: if outlook.basis == Basis::AsLastWeek { "last_week" } else { "today" },
                },
            },
            forecasts: made.forecasts.iter().map(ForecastView::from).collect(),
        }
    }
}

impl FactorView {
    fn new(factor: &Factor, inputs: &FactorInputs, language: Language) -> Self {
        let points = factor.points.map(|points| rounded(points, 2));
        Self {
            id: factor.id.name(),
            value: factor.value.map(|value| rounded(value, 4)),
            points,
            text: said(factor, inputs, language),
        }
    }
}

impl From<&PastRisk> for PastView {
    fn from(of: &PastRisk) -> Self {
        Self { date: of.date, score: of.score, level: Level::name(of.level) }
    }
}

impl From<&Forecast> for ForecastView {
    fn from(of: &Forecast) -> Self {
        let Forecast { target, date, value, low, high, model, mase, baseline_mase, n } = *of;
        Self { target, r#for: date, value, low, high, model, mase, baseline_mase, n }
    }
}
