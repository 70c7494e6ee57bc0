//! Hydration over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Drink, DrinkId, Millilitres, NewDrink},
    service::DrinkService,
};
use crate::{
    kernel::{Ctx, Result, Timestamp, UserId},
    web::{self, Change, Field, IdempotencyHeader, Json, ListQuery, Own, OwnById, Query, Reply, Whose},
    wellbeing::query::BetweenQuery,
};

pub fn router(service: DrinkService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_hydration, create_hydration)).routes(routes!(delete_hydration)).with_state(service)
}

/// Something that was drunk, as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "ml": 250, "at": "2026-01-14T09:30:00.000000Z", "date": "2026-01-14" }))]
pub struct DrinkView {
    id: DrinkId,
    user_id: UserId,
    ml: Millilitres,
    at: Timestamp,
    /// For which date it counts.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
}

impl From<&Drink> for DrinkView {
    fn from(drink: &Drink) -> Self {
        let Drink { id, user_id, ml, at, date } = *drink;
        Self { id, user_id, ml, at, date }
    }
}

/// Shows a stored drink.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |drink: &Drink| to_raw_value(&DrinkView::from(drink)))
}

/// Something that was drunk.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "ml": 250, "at": "2026-01-14T09:30:00Z", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct CreateDrinkBody {
    /// Millilitres.
    ml: Millilitres,
    /// When, with an offset or `Z`: at most 31 days ago. Now, when left out.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    at: Change<Field<Timestamp>>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<Drink>>>,
}

/// Enter something that you drank.
#[utoipa::path(post, path = "/api/hydration", tag = "hydration", request_body = CreateDrinkBody, params(IdempotencyHeader),
    responses((status = 201, body = DrinkView, description = "The entry"),
        (status = 409, body = crate::web::ErrorBody, description = "The date has 100 of them")))]
async fn create_hydration(
    State(service): State<DrinkService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateDrinkBody>,
) -> Result<Reply> {
    let CreateDrinkBody { ml, at, user_id } = body.value;
    let owner = Whose::alone(user_id.as_ref(), &ctx)?;
    let key = idempotency.key(&ctx, "create_hydration", &body.raw)?;
    let made = service.create(&ctx, owner, NewDrink { ml, at: at.value() }, key.as_ref()).await?;
    let drink = &made.value.value;
    Ok(Reply::created(&DrinkView::from(drink), &format!("/api/hydration/{}", drink.id))?.replayed(made.replayed))
}

/// List what you drank, by date and time.
#[utoipa::path(get, path = "/api/hydration", tag = "hydration", params(Own, BetweenQuery, ListQuery),
    responses((status = 200, body = Vec<DrinkView>, description = "A page; `Link` leads to the next one")))]
async fn list_hydration(
    State(service): State<DrinkService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(between): Query<BetweenQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let (between, paging) = between.paging("/api/hydration", &list, &ctx)?;
    let page = service.list(&ctx, owner, between, paging.request.clone()).await?;
    Reply::page::<DrinkView, _>(&page, &paging)
}

/// Take an entry back.
#[utoipa::path(delete, path = "/api/hydration/{id}", tag = "hydration", params(OwnById<Drink>),
    responses((status = 204, description = "It is gone, and counts for nothing")))]
async fn delete_hydration(State(service): State<DrinkService>, ctx: Ctx, OwnById { id, owner }: OwnById<Drink>) -> Result<Reply> {
    service.delete(&ctx, owner, id).await?;
    Ok(Reply::no_content())
}
