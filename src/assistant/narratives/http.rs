//! Narratives over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    service::{NarrativeService, Told},
    story::Story,
};
use crate::{
    accounts::settings::model::Language,
    assistant::phrasing::service::WrittenBy,
    kernel::{Ctx, Result},
    web::{Own, Query, Reply, parameter},
};

pub fn router(service: NarrativeService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_day_narrative)).routes(routes!(get_week_narrative)).with_state(service)
}

/// A day or a week in words: each number in them is a fact that this API answers elsewhere.
#[derive(Debug, Serialize, ToSchema)]
struct NarrativeView<'a> {
    #[serde(flatten)]
    story: &'a Story,
    /// That of the settings.
    language: Language,
    #[schema(inline)]
    written_by: WrittenBy,
}

impl<'a> From<&'a Told> for NarrativeView<'a> {
    fn from(told: &'a Told) -> Self {
        Self { story: &told.story, language: told.language, written_by: told.written_by }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DayQuery {
    /// The date, today or an earlier one; today when left out.
    #[param(value_type = Option<String>, format = Date)]
    date: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WeekQuery {
    /// Any date of the week, the present one or an earlier one; today when left out.
    #[param(value_type = Option<String>, format = Date)]
    of: Option<String>,
}

/// Get the story of a day. Of a day that is over it changes only when its data do.
#[utoipa::path(get, path = "/api/narratives/day", tag = "assistant", params(Own, DayQuery),
    responses((status = 200, body = NarrativeView, description = "The story")))]
async fn get_day_narrative(
    State(service): State<NarrativeService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(query): Query<DayQuery>,
) -> Result<Reply> {
    let date = parameter("date", query.date.as_deref())?;
    Reply::ok(&NarrativeView::from(&service.day(&ctx, owner, date).await?))
}

/// Get the story of a week.
#[utoipa::path(get, path = "/api/narratives/week", tag = "assistant", params(Own, WeekQuery),
    responses((status = 200, body = NarrativeView, description = "The story")))]
async fn get_week_narrative(
    State(service): State<NarrativeService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(query): Query<WeekQuery>,
) -> Result<Reply> {
    let of = parameter("of", query.of.as_deref())?;
    Reply::ok(&NarrativeView::from(&service.week(&ctx, owner, of).await?))
}
