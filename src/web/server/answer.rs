//! One request on a connection: what HTTP insists on, the routes, the rest of the body, and the answer on its way out.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
    http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version, header, uri::Authority},
    response::IntoResponse as _,
};
use hyper::body::{Frame, Incoming, SizeHint};
use tower::{Service as _, ServiceExt as _};

use super::{
    asked::asked,
    budget::{ResponseBudget, Share},
    connection::{Closed, Connection},
    table::Connections,
    tally::Tally,
};
use crate::{
    kernel::{Error, RequestId},
    web::{error, request::without_trailing_slash},
};

/// What all connections share.
#[derive(Debug)]
pub struct Shared {
    pub routes: Router,
    pub budget: Arc<ResponseBudget>,
    pub connections: Arc<Connections>,
}

/// Answers one request. Errors: the connection was closed before it began.
pub async fn answer(
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Closed> {
    connection.begin().await?;
    let ended = Ended(connection);
    let connection = &ended.0;
    if request.uri().path() == "/" {
        Tally::count(&shared.connections.tally.root);
    }
    let mut response = if is_addressed(&request) {
        let (mut parts, incoming) = request.into_parts();
        parts.extensions.insert(ConnectInfo(connection.peer));
        let body = asked(incoming, &parts.headers, connection);
        let Ok(response) = route(shared.routes.clone(), Request::from_parts(parts, body)).await;
        response
    } else {
        Tally::count(&shared.connections.tally.malformed);
        connection.linger();
        let mut refusal = StatusCode::BAD_REQUEST.into_response();
        refusal.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        refusal
    };
    if let Some(unread) = connection.take_unread()
        && !unread.drain().await
    {
        connection.linger();
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let length = response.body().size_hint().exact().unwrap_or(0);
    let share = if ResponseBudget::is_small(length) { None } else { shared.budget.take(length).await };
    if share.is_none() && !ResponseBudget::is_small(length) {
        response = busy(&response);
    }
    Ok(response.map(|body| Answer { body, shared, share, waiting: None, _ended: ended }))
}

async fn route(mut routes: Router, request: Request<Body>) -> Result<Response<Body>, Infallible> {
    routes.as_service::<Body>().ready().await?.call(without_trailing_slash(request)).await
}

/// Whether the request says once for which host it is, as it must.
fn is_addressed(request: &Request<Incoming>) -> bool {
    host_is_good(request.version(), request.headers())
}

fn host_is_good(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => {
            let bytes = host.as_bytes();
            bytes.is_empty() || (!bytes.contains(&b'@') && Authority::try_from(bytes).is_ok())
        }
        (Some(_), Some(_)) => false,
    }
}

/// In place of an answer that cannot be kept.
fn busy(instead_of: &Response<Body>) -> Response<Body> {
    let id = instead_of.headers().get("x-request-id");
    let request_id = id.and_then(|id| id.to_str().ok()).and_then(RequestId::parse);
    let mut response = Error::busy().into_response();
    if let (Some(request_id), Some(id)) = (request_id, id) {
        response.headers_mut().insert("x-request-id", id.clone());
        error::render(&mut response, &request_id);
    }
    response
}

/// Tells the connection that its answer is written, or will never be.
#[derive(Debug)]
struct Ended(Arc<Connection>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.end();
    }
}

type Waiting = Pin<Box<dyn Future<Output = Option<Bytes>> + Send>>;

/// The body of an answer, the large pieces of which take a share of the budget until they are written.
pub struct Answer {
    body: Body,
    shared: Arc<Shared>,
    /// Of a body whose length was known.
    share: Option<Share>,
    /// A piece that waits for its share.
    waiting: Option<Waiting>,
    _ended: Ended,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if this.waiting.is_none() {
            let frame = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            let length = frame.data_ref().map_or(0, |data| data.len() as u64);
            if ResponseBudget::is_small(length) {
                return Poll::Ready(Some(Ok(frame)));
            }
            let Ok(data) = frame.into_data() else { return Poll::Ready(None) };
            if let Some(share) = this.share.take().or_else(|| this.shared.budget.try_take(length)) {
                return Poll::Ready(Some(Ok(Frame::data(share.hold(data)))));
            }
            let budget = Arc::clone(&this.shared.budget);
            this.waiting = Some(Box::pin(async move { Some(budget.take(length).await?.hold(data)) }));
        }
        let Some(waiting) = &mut this.waiting else { return Poll::Ready(None) };
        let data = ready!(waiting.as_mut().poll(cx));
        this.waiting = None;
        // The peer must not take what has come for the whole.
        let data = data.ok_or_else(|| axum::Error::new("too many answers have not been read"));
        Poll::Ready(Some(data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_one_host() {
        let good = |version, hosts: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, HeaderValue::from_bytes(host).expect("a value"));
            }
            host_is_good(version, &headers)
        };
        for one in [&b"localhost"[..], b"127.0.0.1:7071", b"[::1]:7071", b"api.example", b""] {
            assert!(good(Version::HTTP_11, &[one]), "{one:?}");
        }
        for none in [&b"a b"[..], b"user@api.example", b"api.example/path", b"\xff", b"a,b c"] {
            assert!(!good(Version::HTTP_11, &[none]), "{none:?}");
        }
        assert!(!good(Version::HTTP_11, &[]));
        assert!(!good(Version::HTTP_11, &[b"a", b"a"]));
        assert!(!good(Version::HTTP_10, &[b"a", b"b"]));
        assert!(good(Version::HTTP_10, &[]));
    }
}
