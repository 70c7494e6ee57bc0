//! The present date over HTTP.

use std::borrow::Cow;

use axum::extract::State;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    breaks::{Interruption, Source},
    labour::Standing,
    model::Today,
    service::TodayService,
};
use crate::{
    accounts::settings::model::Settings,
    kernel::{Ctx, Result, Timestamp},
    texts::{Arg, Language, text},
    web::{Own, Reply},
    wellbeing::{
        check_ins::http::CheckInView,
        meals::http::MealView,
        rests::model::{Rest, RestId, RestKind},
    },
};

pub fn router(service: TodayService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_today)).with_state(service)
}

/// How the present date goes.
#[derive(Debug, Serialize, ToSchema)]
struct WellbeingView<'a> {
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    hydration: HydrationView,
    /// In order of time.
    meals: Vec<MealView>,
    /// In order of time: the rests that were entered, and what else was a break of 5 minutes or more.
    rests: Vec<BreakView>,
    r#break: BreakDueView,
    lunch: LunchView,
    check_in: Option<CheckInView<'a>>,
    hours: HoursView,
    /// How the work stands to each of the rules on working time that the settings name: hints, and no legal advice.
    #[schema(max_items = 6)]
    labour: Vec<LabourView>,
}

/// What was drunk, in millilitres.
#[derive(Debug, Serialize, ToSchema)]
struct HydrationView {
    ml: u32,
    goal_ml: u32,
    /// What lacks to drink evenly within the hours of work. 0 where no work is expected.
    behind_ml: u32,
    /// There when more than a litre was drunk within an hour, less than an hour ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warning: Option<TextView>,
}

/// A hint in the language of the settings, and the key of it.
#[derive(Debug, Serialize, ToSchema)]
struct TextView {
    key: Cow<'static, str>,
    text: String,
}

/// A break from work.
#[derive(Debug, Serialize, ToSchema)]
struct BreakView {
    /// Of a rest that was entered.
    id: Option<RestId>,
    /// Of a rest that was entered.
    kind: Option<RestKind>,
    start_time: Timestamp,
    /// Null while it lasts.
    end_time: Option<Timestamp>,
    source: BreakSource,
}

/// What a break is: a rest that was entered, a pause of a work session, or the time between two of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BreakSource {
    Rest,
    Pause,
    Gap,
}

/// Whether a break is due.
#[derive(Debug, Serialize, ToSchema)]
struct BreakDueView {
    due: bool,
    /// After 90 minutes.
    overdue: bool,
    /// When it fell due, or will if the work goes on. Null without a work session under way, and while it is interrupted before.
    due_at: Option<Timestamp>,
    /// Worked since the last break of 5 minutes or more, shorter interruptions not counted. 0 without a work session under way.
    continuous_minutes: u64,
}

/// Whether lunch is due.
#[derive(Debug, Serialize, ToSchema)]
struct LunchView {
    due: bool,
    had: bool,
}

/// Work of the date, with that of the session under way.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "callers know them by these names")]
struct HoursView {
    worked_minutes: u64,
    target_minutes: u32,
    /// Beyond this it is too much.
    overload_minutes: u32,
}

/// How the work stands to one rule.
#[derive(Debug, Serialize, ToSchema)]
struct LabourView {
    #[schema(value_type = String, pattern = "^(daily_rest|weekly_rest|daily_hours|weekly_hours|break|night)$")]
    rule: &'static str,
    #[schema(value_type = String, pattern = "^(ok|near|broken)$")]
    state: &'static str,
    detail: TextView,
    /// What the rule was taken from.
    source: &'static str,
    /// Of when that is.
    #[schema(value_type = String, format = Date)]
    source_date: &'static str,
}

impl TextView {
    fn new(key: impl Into<Cow<'static, str>>, language: Language, args: &[(&str, Arg<'_>)]) -> Self {
        let key = key.into();
        Self { text: text(language, &key, args), key }
    }
}

impl From<&Rest> for BreakView {
    fn from(rest: &Rest) -> Self {
        let end_time = rest.end.map(|end| end.at);
        Self { id: Some(rest.id), kind: Some(rest.kind), start_time: rest.start_time, end_time, source: BreakSource::Rest }
    }
}

impl From<&Interruption> for BreakView {
    fn from(one: &Interruption) -> Self {
        let source = match one.source {
            Source::Pause => BreakSource::Pause,
            Source::Gap => BreakSource::Gap,
        };
        Self { id: None, kind: None, start_time: one.from, end_time: (!one.lasts).then_some(one.to), source }
    }
}

impl LabourView {
    fn new(standing: &Standing, language: Language) -> Self {
        let Standing { rule, state, limit, source: [source, source_date] } = *standing;
        let key = format!("labour_{rule}_{}", state.name());
        let detail = TextView::new(key, language, &[("limit", Arg::Number(limit))]);
        Self { rule, state: state.name(), detail, source, source_date }
    }
}

impl<'a> WellbeingView<'a> {
    fn new(of: &'a Today, settings: &Settings) -> Self {
        let language = settings.language;
        let warning = of.too_fast.then(|| TextView::new("hydration_too_fast", language, &[]));
        let mut rests: Vec<BreakView> = of.rests.iter().map(BreakView::from).collect();
        rests.extend(of.interruptions.iter().map(BreakView::from));
        rests.sort_by_key(|rest| rest.start_time);
        Self {
            date: of.date,
            hydration: HydrationView { ml: of.ml, goal_ml: of.goal_ml, behind_ml: of.behind_ml, warning },
            meals: of.meals.iter().map(MealView::from).collect(),
            rests,
            r#break: BreakDueView {
                due: of.breaks.due,
                overdue: of.breaks.overdue,
                due_at: of.breaks.continuous.due_at,
                continuous_minutes: of.breaks.continuous.length.as_secs() / 60,
            },
            lunch: LunchView { due: of.lunch.due, had: of.lunch.had },
            check_in: of.check_in.as_ref().map(CheckInView::from),
            hours: HoursView {
                worked_minutes: of.worked.as_secs() / 60,
                target_minutes: settings.day_target_minutes.get(),
                overload_minutes: settings.overload_minutes.get(),
            },
            labour: of.labour.iter().map(|standing| LabourView::new(standing, language)).collect(),
        }
    }
}

/// Get how your present date goes, with the work session under way up to now.
#[utoipa::path(get, path = "/api/wellbeing/today", tag = "wellbeing", params(Own),
    responses((status = 200, body = WellbeingView, description = "The date so far; it has no `ETag`, since it goes on by itself")))]
async fn get_today(State(service): State<TodayService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    let (today, settings) = service.today(&ctx, owner).await?;
    Reply::ok(&WellbeingView::new(&today, &settings))
}
