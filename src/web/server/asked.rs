//! The body of a request as the routes get it. What they leave unread goes to the connection.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, header},
};
use hyper::body::{Frame, Incoming, SizeHint};

use super::{connection::Connection, unread::Unread};

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
