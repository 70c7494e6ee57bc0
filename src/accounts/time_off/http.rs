//! Time off over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Begins, Dates, NewTimeOff, TimeOff, TimeOffId, TimeOffKind},
    service::TimeOffService,
};
use crate::{
    kernel::{Ctx, Result, Timestamp, UserId},
    web::{self, Field, IdempotencyHeader, Json, ListQuery, Own, OwnById, Query, Reply, Whose, parameter},
};

pub fn router(service: TimeOffService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_time_off, create_time_off)).routes(routes!(delete_time_off)).with_state(service)
}

/// Dates off as callers see them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "from": "2026-02-02", "to": "2026-02-06", "kind": "vacation", "created_at": "2026-01-14T10:15:30.123456Z" }))]
pub struct TimeOffView<'a> {
    id: TimeOffId,
    user_id: UserId,
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    /// The last date.
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    kind: &'a TimeOffKind,
    created_at: Timestamp,
}

impl<'a> From<&'a TimeOff> for TimeOffView<'a> {
    fn from(off: &'a TimeOff) -> Self {
        let Dates { from, to } = off.dates;
        Self { id: off.id, user_id: off.user_id, from, to, kind: &off.kind, created_at: off.created_at }
    }
}

/// Shows stored time off.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |off: &TimeOff| to_raw_value(&TimeOffView::from(off)))
}

/// Dates off to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "from": "2026-02-02", "to": "2026-02-06", "kind": "vacation",
    "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct CreateTimeOffBody {
    /// The first date, which may be past.
    #[schema(value_type = String, format = Date)]
    from: Field<NaiveDate>,
    /// The last date, at most 365 days after the first.
    #[schema(value_type = String, format = Date)]
    to: Field<NaiveDate>,
    #[schema(value_type = TimeOffKind)]
    kind: Field<TimeOffKind>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<TimeOff>>>,
}

/// Enter time off, also of the past.
#[utoipa::path(post, path = "/api/time_off", tag = "time_off", request_body = CreateTimeOffBody, params(IdempotencyHeader),
    responses((status = 201, body = TimeOffView, description = "The time off"),
        (status = 409, body = crate::web::ErrorBody, description = "It would overlap other time off")))]
async fn create_time_off(
    State(service): State<TimeOffService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateTimeOffBody>,
) -> Result<Reply> {
    let CreateTimeOffBody { from, to, kind, user_id } = body.value;
    let owner = Whose::alone(user_id.as_ref(), &ctx)?;
    let new = NewTimeOff { dates: Dates::new(from.0, to.0)?, kind: kind.0 };
    let key = idempotency.key(&ctx, "create_time_off", &body.raw)?;
    let made = service.create(&ctx, owner, new, key.as_ref()).await?;
    let off = &made.value.value;
    Ok(Reply::created(&TimeOffView::from(off), &format!("/api/time_off/{}", off.id))?.replayed(made.replayed))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListTimeOffQuery {
    /// The earliest date on which it may begin.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The latest one.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

/// List your time off by its first date.
#[utoipa::path(get, path = "/api/time_off", tag = "time_off", params(Own, ListTimeOffQuery, ListQuery),
    responses((status = 200, body = Vec<TimeOffView>, description = "A page; `Link` leads to the next one")))]
async fn list_time_off(
    State(service): State<TimeOffService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(filter): Query<ListTimeOffQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let begins = Begins::between(parameter("from", filter.from.as_deref())?, parameter("to", filter.to.as_deref())?)?;
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string());
    let paging = list.paging("/api/time_off", &[("from", date(begins.from)), ("to", date(begins.to))], &ctx)?;
    let page = service.list(&ctx, owner, begins, paging.request.clone()).await?;
    Reply::page::<TimeOffView, _>(&page, &paging)
}

/// Delete time off: work is expected on its dates again.
#[utoipa::path(delete, path = "/api/time_off/{id}", tag = "time_off", params(OwnById<TimeOff>),
    responses((status = 204, description = "It is gone")))]
async fn delete_time_off(
    State(service): State<TimeOffService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<TimeOff>,
) -> Result<Reply> {
    service.delete(&ctx, owner, id).await?;
    Ok(Reply::no_content())
}
