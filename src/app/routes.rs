//! All routes: the slices' own, which of them need a token, and what surrounds them.

use axum::Router;
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::health::{self, Health};
use crate::{
    domain::Contribution,
    page,
    web::{Edge, ErrorBody, docs, layers},
};

#[derive(utoipa::OpenApi)]
#[openapi(info(title = "Avanochi", description = "The back end of a productive tamagotchi."), components(schemas(ErrorBody)))]
struct Document;

/// The router of everything that the domains contribute, and its description.
pub fn assemble(domains: Contribution, health: Health, edge: &Edge) -> serde_json::Result<(Router, OpenApi)> {
    let (routes, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(domains.public_routes)
        .merge(health::router(health))
        .merge(docs::protected(domains.routes, edge))
        .split_for_parts();
    let shown = domains.kinds.iter().filter_map(|kind| Some((kind.name, kind.schema?)));
    let document = docs::complete(docs::with_kinds(document, "ChangeView", "item", shown));
    let routes = layers::wrap(routes.merge(docs::router(&document)?).merge(page::router()), &document, edge);
    Ok((routes, document))
}
