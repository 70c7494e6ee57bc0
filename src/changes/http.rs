//! What changed since, over HTTP, a page at a time.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    stream,
    view::{ChangesQuery, ChangesView, Feed},
};
use crate::{
    kernel::{Ctx, Result},
    web::{Own, Query, Reply},
};

pub fn router(feed: Feed) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_changes)).routes(routes!(stream::stream_changes)).with_state(feed)
}

/// List what changed since, oldest change first; everything without a token.
#[utoipa::path(get, path = "/api/changes", tag = "changes", params(ChangesQuery, Own),
    responses((status = 200, body = ChangesView, description = "What to apply, in order")))]
async fn list_changes(State(feed): State<Feed>, ctx: Ctx, Own(owner): Own, Query(query): Query<ChangesQuery>) -> Result<Reply> {
    let changes = feed.changes.since(&ctx, owner, query.token()?.as_ref(), query.limit()?).await?;
    Reply::ok(&ChangesView::of(&changes, &feed.kinds)?)
}
