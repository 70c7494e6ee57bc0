//! Rests over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{PastRest, Rest, RestId, RestKind},
    service::RestService,
};
use crate::{
    kernel::{Created, Ctx, Result, Timestamp, UserId, Versioned},
    web::{self, Field, IdempotencyHeader, Json, ListQuery, Own, OwnById, Query, Reply, Whose},
    wellbeing::query::BetweenQuery,
};

pub fn router(service: RestService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_rests, record_rest))
        .routes(routes!(start_rest))
        .routes(routes!(get_active_rest))
        .routes(routes!(delete_rest))
        .routes(routes!(end_rest))
        .with_state(service)
}

/// A rest as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "kind": "long", "start_time": "2026-01-14T09:00:00.000000Z", "end_time": "2026-01-14T09:15:00.000000Z", "minutes": 15.0,
    "date": "2026-01-14", "needs_review": false }))]
pub struct RestView {
    id: RestId,
    user_id: UserId,
    kind: RestKind,
    start_time: Timestamp,
    /// Null while it is under way, like the minutes.
    end_time: Option<Timestamp>,
    /// Rounded to two decimals.
    minutes: Option<f64>,
    /// The date on which it began.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// Whether its end was guessed, since it had been forgotten.
    needs_review: bool,
}

impl From<&Rest> for RestView {
    fn from(rest: &Rest) -> Self {
        let Rest { id, user_id, kind, start_time, date, end } = *rest;
        let minutes = rest.length().map(|length| (length.as_secs_f64() / 60.0 * 100.0).round() / 100.0);
        let needs_review = end.is_some_and(|end| end.guessed);
        Self { id, user_id, kind, start_time, end_time: end.map(|end| end.at), minutes, date, needs_review }
    }
}

/// Shows a stored rest.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |rest: &Rest| to_raw_value(&RestView::from(rest)))
}

/// The rest to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "kind": "short", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct StartRestBody {
    #[schema(value_type = RestKind)]
    kind: Field<RestKind>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<Rest>>>,
}

/// Start a rest, the only one under way.
#[utoipa::path(post, path = "/api/rests/start", tag = "rests", request_body = StartRestBody, params(IdempotencyHeader),
    responses((status = 201, body = RestView, description = "The rest"),
        (status = 409, body = crate::web::ErrorBody, description = "Another one is under way")))]
async fn start_rest(
    State(rests): State<RestService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<StartRestBody>,
) -> Result<Reply> {
    let StartRestBody { kind, user_id } = body.value;
    let owner = Whose::alone(user_id.as_ref(), &ctx)?;
    let key = idempotency.key(&ctx, "start_rest", &body.raw)?;
    created(&rests.start(&ctx, owner, kind.0, key.as_ref()).await?)
}

/// A rest that is over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "kind": "long", "start_time": "2026-01-14T09:00:00Z", "end_time": "2026-01-14T09:15:00Z",
    "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct RecordRestBody {
    #[schema(value_type = RestKind)]
    kind: Field<RestKind>,
    /// With an offset or `Z`; at most 31 days ago.
    #[schema(value_type = Timestamp)]
    start_time: Field<Timestamp>,
    /// With an offset or `Z`; after the start, at most 4 hours after it, and not in the future.
    #[schema(value_type = Timestamp)]
    end_time: Field<Timestamp>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<Rest>>>,
}

/// Record a rest that is over. It must not overlap another one.
#[utoipa::path(post, path = "/api/rests", tag = "rests", request_body = RecordRestBody, params(IdempotencyHeader),
    responses((status = 201, body = RestView, description = "The rest"),
        (status = 409, body = crate::web::ErrorBody, description = "It would overlap another rest")))]
async fn record_rest(
    State(rests): State<RestService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<RecordRestBody>,
) -> Result<Reply> {
    let RecordRestBody { kind, start_time, end_time, user_id } = body.value;
    let owner = Whose::alone(user_id.as_ref(), &ctx)?;
    let past = PastRest::new(kind.0, start_time.0, end_time.0, ctx.now())?;
    let key = idempotency.key(&ctx, "record_rest", &body.raw)?;
    created(&rests.record(&ctx, owner, past, key.as_ref()).await?)
}

fn created(made: &Created<Versioned<Rest>>) -> Result<Reply> {
    let rest = &made.value.value;
    Ok(Reply::created(&RestView::from(rest), &format!("/api/rests/{}", rest.id))?.replayed(made.replayed))
}

/// End a rest. One that has ended stays as it is.
#[utoipa::path(post, path = "/api/rests/{id}/end", tag = "rests", params(OwnById<Rest>),
    responses((status = 200, body = RestView, description = "The rest")))]
async fn end_rest(State(rests): State<RestService>, ctx: Ctx, OwnById { id, owner }: OwnById<Rest>) -> Result<Reply> {
    Reply::ok(&RestView::from(&rests.end(&ctx, owner, id).await?))
}

/// That there is no rest under way.
#[derive(Debug, Serialize, ToSchema)]
struct NoActiveRest {
    /// Always false.
    active: bool,
}

/// The rest under way, if there is one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum ActiveRestView {
    Active(RestView),
    None(NoActiveRest),
}

/// Get the rest under way.
#[utoipa::path(get, path = "/api/rests/active", tag = "rests", params(Own),
    responses((status = 200, body = ActiveRestView, description = "The rest, or that there is none")))]
async fn get_active_rest(State(rests): State<RestService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    let none = ActiveRestView::None(NoActiveRest { active: false });
    Reply::ok(&rests.active(&ctx, owner).await?.as_ref().map_or(none, |rest| ActiveRestView::Active(RestView::from(rest))))
}

/// List the rests that you entered or took, by date and time.
#[utoipa::path(get, path = "/api/rests", tag = "rests", params(Own, BetweenQuery, ListQuery),
    responses((status = 200, body = Vec<RestView>, description = "A page; `Link` leads to the next one")))]
async fn list_rests(
    State(rests): State<RestService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(between): Query<BetweenQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let (between, paging) = between.paging("/api/rests", &list, &ctx)?;
    let page = rests.list(&ctx, owner, between, paging.request.clone()).await?;
    Reply::page::<RestView, _>(&page, &paging)
}

/// Take a rest back, which may be under way.
#[utoipa::path(delete, path = "/api/rests/{id}", tag = "rests", params(OwnById<Rest>),
    responses((status = 204, description = "It is gone, and counts for nothing")))]
async fn delete_rest(State(rests): State<RestService>, ctx: Ctx, OwnById { id, owner }: OwnById<Rest>) -> Result<Reply> {
    rests.delete(&ctx, owner, id).await?;
    Ok(Reply::no_content())
}
