//! The same as server-sent events: a page as soon as there is one.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use tokio::{sync::broadcast, time::Instant};

use super::{
    model::{Changes, Token},
    view::{ChangesEvent, ChangesQuery, ChangesView, Feed},
};
use crate::{
    kernel::{Ctx, Error, Limit, Owner, Result, UserId},
    web::{Query, WhoseQuery},
};

/// Ends before those in front of us end it: Azure's at 230 s.
const LASTS: Duration = Duration::from_secs(200);
/// How long a change by another instance may go unnoticed.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Keeps those in between from taking silence for the end.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How soon a client is to come again after the end.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// Follow what changes, as server-sent events.
///
/// Each event `changes` holds what `GET /api/changes` answers, its id being the token. The event `end` comes after 200
/// seconds at the latest: connect again with the last id in `Last-Event-ID`, as browsers do by themselves.
#[utoipa::path(get, path = "/api/changes/stream", tag = "changes",
    params(ChangesQuery, WhoseQuery, ("Last-Event-ID" = Option<String>, Header, description = "The token of what you applied last; wins over `since`")),
    responses((status = 200, body = ChangesEvent, content_type = "text/event-stream", description = "Events with the changes, as they happen")))]
pub(super) async fn stream_changes(
    State(feed): State<Feed>,
    ctx: Ctx,
    Query(query): Query<ChangesQuery>,
    Query(whose): Query<WhoseQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let owner = ctx.owner(whose.given())?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    let token = match last {
        Some(last) => Some(Token::parse(last)?),
        None => query.token()?,
    };
    let limit = query.limit()?;
    // Listening begins before reading, so that nothing falls in between; errors of the first page are ordinary answers.
    let bell = feed.changes.watch();
    let first = feed.changes.since(&ctx, owner, token.as_ref(), limit).await?;
    let ends = Instant::now() + LASTS;
    let listener = Listener { feed, ctx, owner, limit, bell, ends, token: first.token.clone(), more: false, first: Some(first) };
    Ok(Sse::new(stream::unfold(Some(Box::new(listener)), step)).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)))
}

/// One client that listens.
struct Listener {
    feed: Feed,
    ctx: Ctx,
    owner: Owner,
    limit: Limit,
    bell: broadcast::Receiver<UserId>,
    ends: Instant,
    /// What has been told, and whether there was more.
    token: Token,
    more: bool,
    first: Option<Changes>,
}

/// The next event, and who listens after it.
async fn step(listener: Option<Box<Listener>>) -> Option<(Result<Event, Infallible>, Option<Box<Listener>>)> {
    let mut listener = listener?;
    let told = match listener.next().await {
        Ok(Some(changes)) => listener.event("changes", &changes),
        Ok(None) => return Some((Ok(listener.farewell()), None)),
        Err(error) => Err(error),
    };
    Some(match told {
        Ok(event) => (Ok(event), Some(listener)),
        Err(error) => {
            tracing::warn!(request_id = %listener.ctx.request_id, error = %error.chain(), "a stream of changes was cut short");
            (Ok(listener.farewell()), None)
        }
    })
}

impl Listener {
    /// The next changes worth telling; `None` at the end.
    async fn next(&mut self) -> Result<Option<Changes>> {
        loop {
            let changes = match self.first.take() {
                Some(first) => first,
                None if !self.more && self.wait().await == Woken::ByTheEnd => return Ok(None),
                None => {
                    let ctx = Ctx { now: self.feed.clock.now(), ..self.ctx.clone() };
                    self.feed.changes.since(&ctx, self.owner, Some(&self.token), self.limit).await?
                }
            };
            self.token = changes.token.clone();
            self.more = changes.more;
            if changes.reset || !changes.changes.is_empty() {
                return Ok(Some(changes));
            }
        }
    }

    /// Returns when it is time to look again, or to end.
    async fn wait(&mut self) -> Woken {
        let look = Instant::now() + LOOK_EVERY;
        loop {
            tokio::select! {
                rung = self.bell.recv() => match rung {
                    Ok(user) if user != self.owner.id() => {}
                    // Its own, or too many to tell.
                    _ => return Woken::ByAChange,
                },
                () = tokio::time::sleep_until(look.min(self.ends)) => {
                    return if look < self.ends { Woken::ByAChange } else { Woken::ByTheEnd };
                }
                _ = self.feed.stopping.wait_for(|stopping| *stopping) => return Woken::ByTheEnd,
            }
        }
    }

    fn event(&self, name: &str, changes: &Changes) -> Result<Event> {
        let view = ChangesView::of(changes, &self.feed.kinds)?;
        let event = Event::default().event(name).id(changes.token.to_text()?);
        Ok(event.data(serde_json::to_string(&view).map_err(Error::internal)?))
    }

    /// Says how to go on.
    fn farewell(&self) -> Event {
        let event = Event::default().event("end").retry(COME_AGAIN);
        match self.token.to_text() {
            Ok(token) => event.id(token).data("connect again with this id as Last-Event-ID"),
            Err(_) => event.data("connect again"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Woken {
    ByAChange,
    ByTheEnd,
}
