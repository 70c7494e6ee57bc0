//! Meals over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Meal, MealId, MealKind, NewMeal},
    service::MealService,
};
use crate::{
    kernel::{Ctx, Result, Timestamp, UserId},
    web::{self, Change, Field, IdempotencyHeader, Json, ListQuery, Own, OwnById, Query, Reply, Whose},
    wellbeing::query::BetweenQuery,
};

pub fn router(service: MealService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_meals, create_meal)).routes(routes!(delete_meal)).with_state(service)
}

/// A meal, as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "kind": "breakfast", "at": "2026-01-14T07:30:00.000000Z", "date": "2026-01-14" }))]
pub struct MealView {
    id: MealId,
    user_id: UserId,
    kind: MealKind,
    at: Timestamp,
    /// For which date it counts.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
}

impl From<&Meal> for MealView {
    fn from(meal: &Meal) -> Self {
        let Meal { id, user_id, kind, at, date, .. } = *meal;
        Self { id, user_id, kind, at, date }
    }
}

/// Shows a stored meal.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |meal: &Meal| to_raw_value(&MealView::from(meal)))
}

/// A meal.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "kind": "breakfast", "at": "2026-01-14T07:30:00Z", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct CreateMealBody {
    #[schema(value_type = MealKind)]
    kind: Field<MealKind>,
    /// When, with an offset or `Z`: at most 31 days ago. Now, when left out.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    at: Change<Field<Timestamp>>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<Meal>>>,
}

/// Enter a meal.
#[utoipa::path(post, path = "/api/meals", tag = "meals", request_body = CreateMealBody, params(IdempotencyHeader),
    responses((status = 201, body = MealView, description = "The entry"),
        (status = 409, body = crate::web::ErrorBody, description = "The date has 100 of them")))]
async fn create_meal(
    State(service): State<MealService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateMealBody>,
) -> Result<Reply> {
    let CreateMealBody { kind, at, user_id } = body.value;
    let owner = Whose::alone(user_id.as_ref(), &ctx)?;
    let key = idempotency.key(&ctx, "create_meal", &body.raw)?;
    let made = service.create(&ctx, owner, NewMeal { kind: kind.0, at: at.value() }, key.as_ref()).await?;
    let meal = &made.value.value;
    Ok(Reply::created(&MealView::from(meal), &format!("/api/meals/{}", meal.id))?.replayed(made.replayed))
}

/// List your meals, by date and time.
#[utoipa::path(get, path = "/api/meals", tag = "meals", params(Own, BetweenQuery, ListQuery),
    responses((status = 200, body = Vec<MealView>, description = "A page; `Link` leads to the next one")))]
async fn list_meals(
    State(service): State<MealService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(between): Query<BetweenQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let (between, paging) = between.paging("/api/meals", &list, &ctx)?;
    let page = service.list(&ctx, owner, between, paging.request.clone()).await?;
    Reply::page::<MealView, _>(&page, &paging)
}

/// Take an entry back.
#[utoipa::path(delete, path = "/api/meals/{id}", tag = "meals", params(OwnById<Meal>),
    responses((status = 204, description = "It is gone, and counts for nothing")))]
async fn delete_meal(State(service): State<MealService>, ctx: Ctx, OwnById { id, owner }: OwnById<Meal>) -> Result<Reply> {
    service.delete(&ctx, owner, id).await?;
    Ok(Reply::no_content())
}
