//! What changed, as callers see it, and what the routes share.

use std::sync::Arc;

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
    domain::Kinds,
    kernel::{Limit, Result, Timestamp},
    web::{Edge, given, limit},
};

/// Becomes true when the program is asked to stop.
pub type Stopping = watch::Receiver<bool>;

/// What the routes share.
#[derive(Clone)]
pub struct Feed {
    pub changes: ChangesService,
    pub kinds: Arc<Kinds>,
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

/// An event of the stream: its lines `event`, `id`, `data` and `retry`. For the description; the stream writes them as they are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ChangesEvent {
    /// What to apply.
    Changes {
        /// The token of the changes.
        id: String,
        /// A `ChangesView`.
        #[schema(content_media_type = "application/json")]
        data: String,
    },
    /// That the stream ends here, and how to go on.
    End {
        /// What to send as `Last-Event-ID`.
        id: String,
        /// For a person.
        data: String,
        /// How soon to connect again, in milliseconds.
        retry: u32,
    },
}

impl<'a> ChangesView<'a> {
    pub fn of(changes: &'a Changes, kinds: &Kinds) -> Result<Self> {
        let shown = changes.changes.iter().filter_map(|changed| view(changed, kinds).transpose());
        Ok(Self {
            changes: shown.collect::<Result<_>>()?,
            token: changes.token.to_text()?,
            more: changes.more,
            reset: changes.reset,
        })
    }
}

/// `None` for a kind that a newer version has published, which whoever talks to this version does not know either.
fn view<'a>(changed: &'a Changed, kinds: &Kinds) -> Result<Option<ChangeView<'a>>> {
    let Some(render) = kinds.get(&changed.place.kind).and_then(|kind| kind.render) else { return Ok(None) };
    let item = changed.body.as_deref().map(render).transpose()?.filter(|item| item.get() != "null");
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
