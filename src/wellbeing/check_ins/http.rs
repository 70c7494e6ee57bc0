//! Check-ins over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{CheckIn, CheckInId, CheckInNote, Energy, NewCheckIn},
    service::{CheckInService, Entered},
};
use crate::{
    kernel::{Created, Ctx, Result, Timestamp, UserId},
    web::{self, Change, Field, IdempotencyHeader, Json, ListQuery, Own, OwnById, Query, Reply, Whose},
    wellbeing::query::BetweenQuery,
};

pub fn router(service: CheckInService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_check_ins, enter_check_in)).routes(routes!(delete_check_in)).with_state(service)
}

/// How somebody felt on a date, as they see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "energy": 4, "note": "Slept well", "at": "2026-01-14T09:30:00.000000Z", "date": "2026-01-14" }))]
pub struct CheckInView<'a> {
    id: CheckInId,
    user_id: UserId,
    energy: Energy,
    note: Option<&'a CheckInNote>,
    at: Timestamp,
    /// For which date it is.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
}

impl<'a> From<&'a CheckIn> for CheckInView<'a> {
    fn from(of: &'a CheckIn) -> Self {
        Self { id: of.id, user_id: of.user_id, energy: of.energy, note: of.note.as_ref(), at: of.at, date: of.date }
    }
}

/// Shows a stored check-in.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |of: &CheckIn| to_raw_value(&CheckInView::from(of)))
}

/// How you feel.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "energy": 4, "note": "Slept well", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct EnterCheckInBody {
    /// From none to plenty.
    energy: Energy,
    /// At most 1000 characters after trimming; without any it is null.
    #[serde(default)]
    #[schema(value_type = Option<CheckInNote>)]
    note: Field<Option<CheckInNote>>,
    /// When, with an offset or `Z`: at most 31 days ago. Now, when left out.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    at: Change<Field<Timestamp>>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<CheckIn>>>,
}

/// Say how you feel. It takes the place of what you said of that date before.
#[utoipa::path(post, path = "/api/check_ins", tag = "check_ins", request_body = EnterCheckInBody, params(IdempotencyHeader),
    responses((status = 201, body = CheckInView, description = "The first check-in of its date"),
        (status = 200, body = CheckInView, description = "The check-in of the date, which has another content now")))]
async fn enter_check_in(
    State(service): State<CheckInService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<EnterCheckInBody>,
) -> Result<Reply> {
    let EnterCheckInBody { energy, note, at, user_id } = body.value;
    let owner = Whose::alone(user_id.as_ref(), &ctx)?;
    let key = idempotency.key(&ctx, "enter_check_in", &body.raw)?;
    let new = NewCheckIn { energy, note: note.0, at: at.value() };
    let Created { value: Entered { check_in, replaced }, replayed } = service.enter(&ctx, owner, new, key.as_ref()).await?;
    let view = CheckInView::from(&check_in);
    let reply = if replaced { Reply::ok(&view)? } else { Reply::created(&view, &format!("/api/check_ins/{}", check_in.id))? };
    Ok(reply.replayed(replayed))
}

/// List your check-ins, by date.
#[utoipa::path(get, path = "/api/check_ins", tag = "check_ins", params(Own, BetweenQuery, ListQuery),
    responses((status = 200, body = Vec<CheckInView>, description = "A page; `Link` leads to the next one")))]
async fn list_check_ins(
    State(service): State<CheckInService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(between): Query<BetweenQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let (between, paging) = between.paging("/api/check_ins", &list, &ctx)?;
    let page = service.list(&ctx, owner, between, paging.request.clone()).await?;
    Reply::page::<CheckInView, _>(&page, &paging)
}

/// Take a check-in back.
#[utoipa::path(delete, path = "/api/check_ins/{id}", tag = "check_ins", params(OwnById<CheckIn>),
    responses((status = 204, description = "It is gone, and counts for nothing")))]
async fn delete_check_in(
    State(service): State<CheckInService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<CheckIn>,
) -> Result<Reply> {
    service.delete(&ctx, owner, id).await?;
    Ok(Reply::no_content())
}
