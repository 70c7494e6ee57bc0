//! What changed, as callers see it, and what the routes share.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};

use super::{
    model::{Changed, Changes, Token},
    open_streams::OpenStreams,
    service::ChangesService,
};
use crate::{
    kernel::{Limit, Result, Timestamp},
    web::{Edge, given, limit},
};

/// Becomes true when the program is asked to stop.
pub type Stopping = watch::Receiver<bool>;

/// Shows a stored document as its own route does.
pub type Render = fn(&str) -> Result<Box<RawValue>>;

/// How each published kind is shown.
pub type Views = BTreeMap<&'static str, Render>;

/// What the routes share.
#[derive(Clone)]
pub struct Feed {
    pub changes: ChangesService,
    pub views: Arc<Views>,
    pub edge: Edge,
    pub streams: OpenStreams,
    pub stopping: Stopping,
}

/// What happened to a resource.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Upsert,
    Delete,
}

/// A resource as it is now, or that it is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView<'a> {
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
pub struct ChangesView<'a> {
    changes: Vec<ChangeView<'a>>,
    /// What to ask with once all of it is applied.
    token: String,
    /// Whether there is more already.
    more: bool,
    /// Whether to forget first whatever you have.
    reset: bool,
}

impl<'a> ChangesView<'a> {
    pub fn of(changes: &'a Changes, views: &Views) -> Result<Self> {
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
pub struct ChangesQuery {
    /// The token of what you applied last; without one you get everything.
    pub since: Option<String>,
    /// How many changes at most: 1 to 1000, 1000 when left out.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    pub limit: Option<String>,
}

impl ChangesQuery {
    /// Errors: `InvalidCursor`.
    pub fn token(&self) -> Result<Option<Token>> {
        given(self.since.as_ref()).map(Token::parse).transpose()
    }

    /// Errors: `InvalidParameter`.
    pub fn limit(&self) -> Result<Limit> {
        limit(self.limit.as_deref())
    }
}
