//! Progress over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    service::ProgressService,
    view::{self, AchievementView, EntryView, ProgressView},
};
use crate::{
    accounts::time_off::model::Begins,
    kernel::{Ctx, Result},
    web::{ListQuery, Own, Query, Reply, parameter},
};

pub fn router(service: ProgressService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_progress))
        .routes(routes!(list_progress_ledger))
        .routes(routes!(list_achievements))
        .with_state(service)
}

/// How far you have come, with your streak and the goals of today.
#[utoipa::path(get, path = "/api/progress", tag = "progress", params(Own),
    responses((status = 200, body = ProgressView, description = "What follows from all that you did until now")))]
async fn get_progress(State(service): State<ProgressService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    Reply::ok(&ProgressView::from(&service.standing(&ctx, owner).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListLedgerQuery {
    /// The earliest date that an entry may be for. With it, or `to`, the list is by these dates.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The latest one.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

/// List what experience was granted and taken back, the newest last.
#[utoipa::path(get, path = "/api/progress/ledger", tag = "progress", params(Own, ListLedgerQuery, ListQuery),
    responses((status = 200, body = Vec<EntryView>, description = "A page; `Link` leads to the next one")))]
async fn list_progress_ledger(
    State(service): State<ProgressService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(filter): Query<ListLedgerQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let dates = Begins::between(parameter("from", filter.from.as_deref())?, parameter("to", filter.to.as_deref())?)?;
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string());
    let paging = list.paging("/api/progress/ledger", &[("from", date(dates.from)), ("to", date(dates.to))], &ctx)?;
    let page = service.entries(&ctx, owner, dates, paging.request.clone()).await?;
    Reply::page::<EntryView, _>(&page, &paging)
}

/// List all achievements, those that are still to be earned too.
#[utoipa::path(get, path = "/api/achievements", tag = "progress", params(Own),
    responses((status = 200, body = Vec<AchievementView>, description = "All of them, always in the same order")))]
async fn list_achievements(State(service): State<ProgressService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    Reply::ok(&view::achievements(&service.achieved(&ctx, owner).await?))
}
