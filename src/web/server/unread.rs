//! The body of a request, of which a handler may leave something unread, and how the rest is read, so that the connection can
//! go on with the next request.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, Incoming, SizeHint};

use super::connection::Connection;

/// How many bytes of the rest are read.
const DRAIN_LIMIT: u64 = 64 * 1024;
/// How long the answer waits for them.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// What a handler has left of a body.
#[derive(Debug)]
pub enum Unread {
    Rest(Incoming),
    /// The peer waits to be asked for the body, which it now never is.
    NeverAskedFor,
}

impl Unread {
    /// Reads the rest and throws it away; whether that was all of it.
    pub async fn drain(self) -> bool {
        let Self::Rest(mut rest) = self else { return false };
        if rest.size_hint().lower() > DRAIN_LIMIT {
            return false;
        }
        let all = async {
            let mut left = DRAIN_LIMIT;
            while let Some(frame) = rest.frame().await {
                let length = frame.map_or(u64::MAX, |frame| frame.data_ref().map_or(0, |data| data.len() as u64));
                match left.checked_sub(length) {
                    Some(less) => left = less,
                    None => return false,
                }
            }
            true
        };
        tokio::time::timeout(DRAIN_TIMEOUT, all).await.unwrap_or(false)
    }
}

/// The body as the routes get it. What is left of it when they drop it goes to the connection.
struct Asked {
    incoming: Option<Incoming>,
    /// Whether the peer waits until the first byte is asked for.
    waits: bool,
    connection: Arc<Connection>,
}

/// The body for the routes.
pub fn asked(incoming: Incoming, headers: &HeaderMap, connection: &Arc<Connection>) -> Body {
    if incoming.is_end_stream() {
        return Body::empty();
    }
    let waits = headers.contains_key(header::EXPECT);
    Body::new(Asked { incoming: Some(incoming), waits, connection: Arc::clone(connection) })
}

impl HttpBody for Asked {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        this.waits = false;
        let Some(incoming) = &mut this.incoming else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(&mut *incoming).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) || incoming.is_end_stream() {
            this.incoming = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(rest) = self.incoming.take() {
            self.connection.leave(if self.waits { Unread::NeverAskedFor } else { Unread::Rest(rest) });
        }
    }
}
