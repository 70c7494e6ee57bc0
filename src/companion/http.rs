//! The companion over HTTP; its pictures are in `pictures`.

pub mod pictures;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    looks::Palette,
    model::{CompanionName, CompanionPatch},
    service::CompanionService,
    view::{CompanionView, FedView, WateredView},
};
use crate::{
    kernel::{Ctx, Nullable, Result, nullable::given},
    web::{Field, IdempotencyHeader, OptionalJson, Own, Patch, Reply},
    wellbeing::meals::model::MealKind,
};

pub fn router(service: CompanionService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_companion, update_companion))
        .routes(routes!(feed_companion))
        .routes(routes!(water_companion))
        .routes(routes!(pet_companion))
        .routes(routes!(share_companion, unshare_companion))
        .with_state(service)
}

/// Get your companion as it is now.
#[utoipa::path(get, path = "/api/companion", tag = "companion", params(Own),
    responses((status = 200, body = CompanionView, description = "It has no `ETag`, since it changes by itself")))]
async fn get_companion(State(service): State<CompanionService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    Reply::ok(&CompanionView::from(&service.get(&ctx, owner).await?))
}

/// What to change of your companion.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "name": "Nori", "palette": "blue" }))]
struct UpdateCompanionBody {
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<CompanionName>)]
    name: Option<Nullable<Field<CompanionName>>>,
    /// Null for that of its form.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Palette>)]
    palette: Option<Nullable<Field<Palette>>>,
}

/// Give your companion a name, or other colours.
#[utoipa::path(patch, path = "/api/companion", tag = "companion", request_body = UpdateCompanionBody, params(Own),
    responses((status = 200, body = CompanionView, description = "The companion as it is now")))]
async fn update_companion(
    State(service): State<CompanionService>,
    Own(owner): Own,
    Patch(body): Patch<UpdateCompanionBody>,
) -> Result<Reply> {
    let UpdateCompanionBody { name, palette } = body.unwrap_or_default();
    let patch = CompanionPatch { name: name.map(bare), palette: palette.map(bare) };
    Reply::ok(&CompanionView::from(&service.update(owner, patch).await?))
}

fn bare<T>(Nullable(value): Nullable<Field<T>>) -> Nullable<T> {
    Nullable(value.map(|Field(value)| value))
}

/// What your companion, and you, eat.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "kind": "snack" }))]
struct FeedCompanionBody {
    /// When left out: lunch when lunch is to be had, breakfast before 11:00, dinner from 19:00 on, and a snack otherwise.
    #[serde(default)]
    #[schema(value_type = Option<MealKind>)]
    kind: Option<Field<MealKind>>,
}

/// Feed your companion: enters a meal that you have now.
#[utoipa::path(post, path = "/api/companion/feed", tag = "companion", request_body = Option<FeedCompanionBody>,
    params(Own, IdempotencyHeader),
    responses((status = 200, body = FedView, description = "The companion, and the meal that was entered"),
        (status = 409, body = crate::web::ErrorBody, description = "The date has 100 of them")))]
async fn feed_companion(
    State(service): State<CompanionService>,
    ctx: Ctx,
    Own(owner): Own,
    idempotency: IdempotencyHeader,
    OptionalJson(body): OptionalJson<FeedCompanionBody>,
) -> Result<Reply> {
    let kind = body.kind.map(|Field(kind)| kind);
    let asked = serde_json::to_vec(&kind).map_err(crate::kernel::Error::internal)?;
    let key = idempotency.key(&ctx, "feed_companion", &asked)?;
    let given = service.feed(owner, kind, key.as_ref()).await?;
    Ok(Reply::ok(&FedView::from(&given.value))?.replayed(given.replayed))
}

/// Give your companion a glass of water: enters 250 ml that you drink now.
#[utoipa::path(post, path = "/api/companion/water", tag = "companion", params(Own, IdempotencyHeader),
    responses((status = 200, body = WateredView, description = "The companion, and what was entered"),
        (status = 409, body = crate::web::ErrorBody, description = "The date has 100 of them")))]
async fn water_companion(
    State(service): State<CompanionService>,
    ctx: Ctx,
    Own(owner): Own,
    idempotency: IdempotencyHeader,
) -> Result<Reply> {
    let key = idempotency.key(&ctx, "water_companion", b"")?;
    let given = service.water(owner, key.as_ref()).await?;
    Ok(Reply::ok(&WateredView::from(&given.value))?.replayed(given.replayed))
}

/// Pet your companion. Nothing is entered for it.
#[utoipa::path(post, path = "/api/companion/pet", tag = "companion", params(Own),
    responses((status = 200, body = CompanionView, description = "The companion as it is now, glad of it")))]
async fn pet_companion(State(service): State<CompanionService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    Reply::ok(&CompanionView::from(&service.pet(&ctx, owner).await?))
}

/// A link that shows your companion to whoever has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "token": "AZPHqFtufS-KGwydjn9qWwZ4bCqe0S0x3lJ7Yp1mTkc",
    "url": "/api/companion.svg?token=AZPHqFtufS-KGwydjn9qWwZ4bCqe0S0x3lJ7Yp1mTkc" }))]
struct ShareView {
    /// It is shown this once. The picture as PNG takes it too.
    token: String,
    url: String,
}

/// Make a link by which others see your companion, and nothing else of you; one from before is void.
#[utoipa::path(post, path = "/api/companion/share", tag = "companion", params(Own),
    responses((status = 201, body = ShareView, description = "The link; a repetition makes another one")))]
async fn share_companion(State(service): State<CompanionService>, Own(owner): Own) -> Result<Reply> {
    let token = service.share(owner).await?.text();
    let url = format!("/api/companion.svg?token={token}");
    Reply::created(&ShareView { token, url: url.clone() }, &url)
}

/// Make the link void.
#[utoipa::path(delete, path = "/api/companion/share", tag = "companion", params(Own),
    responses((status = 204, description = "There is none any more")))]
async fn unshare_companion(State(service): State<CompanionService>, Own(owner): Own) -> Result<Reply> {
    service.unshare(owner).await?;
    Ok(Reply::no_content())
}
