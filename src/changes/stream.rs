//! The same as server-sent events: a page as soon as there is one.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use tokio::{sync::broadcast, time::Instant};

use super::{
    model::{Changes, Token},
    open_streams::OpenStream,
    view::{ChangesEvent, ChangesQuery, ChangesView, Feed},
};
use crate::{
    kernel::{Ctx, Error, Limit, Meaning, Owner, Result, UserId},
    web::{Own, Query, authentication::authenticate},
};

/// Ends before those in front of us end it: Azure's at 230 s.
const STREAM_TTL: Duration = Duration::from_secs(200);
/// How long a change by another instance may go unnoticed, and how long a stream may outlive its token.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Keeps those in between from taking silence for the end.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// How soon a client is to connect again after the end.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How soon one that had to make way for another of its user: at once it would only take the place of the next.
const DISPLACED_RETRY_DELAY: Duration = Duration::from_mins(1);

/// Follow what changes, as server-sent events.
///
/// Each event `changes` holds what `GET /api/changes` answers, its id being the token. The event `end` comes after 200
/// seconds at the latest, when the token is no longer good, and for the oldest of more than eight streams of one user: connect
/// again with the last id in `Last-Event-ID`, as browsers do by themselves.
#[utoipa::path(get, path = "/api/changes/stream", tag = "changes",
    params(ChangesQuery, Own, ("Last-Event-ID" = Option<String>, Header, description = "The token of what you applied last; wins over `since`")),
    responses((status = 200, body = ChangesEvent, content_type = "text/event-stream", description = "Events with the changes, as they happen")))]
pub(super) async fn stream_changes(
    State(feed): State<Feed>,
    ctx: Ctx,
    Own(owner): Own,
    Query(query): Query<ChangesQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    let token = match last {
        Some(last) => Some(Token::parse(last)?),
        None => query.token()?,
    };
    let limit = query.limit()?;
    // Listening begins before reading, so that nothing falls in between; errors of the first page are ordinary answers.
    let bell = feed.changes.watch();
    let first = feed.changes.since(&ctx, owner, token.as_ref(), limit).await?;
    let listener = Listener {
        open: feed.streams.open(ctx.own()?.id()),
        feed,
        ctx,
        headers,
        owner,
        limit,
        bell,
        ends: Instant::now() + STREAM_TTL,
        retry: RETRY_DELAY,
        token: first.token.clone(),
        more: false,
        first: Some(first),
    };
    Ok(Sse::new(stream::unfold(Some(Box::new(listener)), step)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_INTERVAL)))
}

/// One client that listens.
struct Listener {
    open: OpenStream,
    feed: Feed,
    ctx: Ctx,
    /// Which show who is calling: that is looked at again before each page.
    headers: HeaderMap,
    owner: Owner,
    limit: Limit,
    bell: broadcast::Receiver<UserId>,
    ends: Instant,
    /// How soon the client is to connect again.
    retry: Duration,
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
            tracing::warn!(request_id = %listener.ctx.request_id(), error = %error.chain(), "a stream of changes was cut short");
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
                    let asking = self.ctx.clone().at(self.feed.edge.clock.now());
                    let ctx = match authenticate(&self.feed.edge, asking, &Method::GET, &self.headers).await {
                        Ok(ctx) => ctx,
                        Err(error) if error.meaning() == Meaning::Unauthenticated => return Ok(None),
                        Err(error) => return Err(error),
                    };
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
        let look = Instant::now() + POLL_INTERVAL;
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
                () = self.open.displaced() => {
                    self.retry = DISPLACED_RETRY_DELAY;
                    return Woken::ByTheEnd;
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
        let event = Event::default().event("end").retry(self.retry);
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
