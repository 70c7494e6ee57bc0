//! What changed since, over HTTP, a page at a time.

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Changed, Changes, Token},
    service::ChangesService,
    stream,
};
use crate::{
    kernel::{Clock, Ctx, Limit, Result, Timestamp},
    web::{Query, Reply, WhoseQuery, given, limit},
};

/// Shows a stored document as its own route does.
pub type Render = fn(&str) -> Result<Box<RawValue>>;

/// How each published kind is shown.
pub type Views = BTreeMap<&'static str, Render>;

/// What the routes share.
#[derive(Debug, Clone)]
pub struct Feed {
    pub changes: ChangesService,
    pub views: Arc<Views>,
    pub clock: Arc<dyn Clock>,
    pub stopping: stream::Stopping,
}

pub fn router(feed: Feed) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_changes)).routes(routes!(stream::stream_changes)).with_state(feed)
}

/// What happened to a resource.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Op {
    Upsert,
    Delete,
}

/// A resource as it is now, or that it is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangeView<'a> {
    /// Which list it belongs to, such as `tasks`.
    kind: &'a str,
    /// Unique within its kind.
    id: &'a str,
    op: Op,
    /// When that happened.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The resource as its own route shows it; null when it is gone.
    #[schema(value_type = Option<Object>)]
    item: Option<Box<RawValue>>,
}

/// What to apply, in this order, and how to go on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangesView<'a> {
    changes: Vec<ChangeView<'a>>,
    /// What to ask with once all of it is applied.
    token: String,
    /// Whether there is more already.
    more: bool,
    /// Whether to forget first whatever you have.
    reset: bool,
}

impl<'a> ChangesView<'a> {
    pub(super) fn of(changes: &'a Changes, views: &Views) -> Result<Self> {
        let shown = changes.changes.iter().filter_map(|changed| view(changed, views).transpose());
        Ok(Self {
            changes: shown.collect::<Result<_>>()?,
            token: changes.token.to_text()?,
            more: changes.more,
            reset: changes.reset,
        })
    }
}

/// `None` for a kind that a newer version has published, which whoever talks to this version does not know either.
fn view<'a>(changed: &'a Changed, views: &Views) -> Result<Option<ChangeView<'a>>> {
    let Some(render) = views.get(&*changed.place.kind) else { return Ok(None) };
    let item = changed.body.as_deref().map(render).transpose()?;
    let op = if item.is_some() { Op::Upsert } else { Op::Delete };
    Ok(Some(ChangeView { kind: &changed.place.kind, id: &changed.place.id, op, at: changed.at, item }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    /// The token of what you applied last; without one you get everything.
    pub(super) since: Option<String>,
    /// How many changes at most: 1 to 1000, 1000 when left out.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    pub(super) limit: Option<String>,
}

impl ChangesQuery {
    /// Errors: `InvalidCursor`.
    pub(super) fn token(&self) -> Result<Option<Token>> {
        given(self.since.as_ref()).map(Token::parse).transpose()
    }

    /// Errors: `InvalidParameter`.
    pub(super) fn limit(&self) -> Result<Limit> {
        limit(self.limit.as_deref())
    }
}

/// List what changed since, oldest change first; everything without a token.
#[utoipa::path(get, path = "/api/changes", tag = "changes", params(ChangesQuery, WhoseQuery),
    responses((status = 200, body = ChangesView, description = "What to apply, in order")))]
async fn list_changes(
    State(feed): State<Feed>,
    ctx: Ctx,
    Query(query): Query<ChangesQuery>,
    Query(whose): Query<WhoseQuery>,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    let changes = feed.changes.since(&ctx, owner, query.token()?.as_ref(), query.limit()?).await?;
    Reply::ok(&ChangesView::of(&changes, &feed.views)?)
}
