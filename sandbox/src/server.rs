//! A server on the loopback that logs what it is asked, and lets it go wrong as the script says.

use std::{io, net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    task::{AbortHandle, JoinSet},
};
use tower::ServiceExt as _;

use crate::{Clock, Fault, Faults, Log, Logged, Reply};

/// What each stand-in has.
#[derive(Debug, Clone)]
pub struct Stand {
    pub clock: Clock,
    pub faults: Faults,
    pub log: Log,
}

impl Stand {
    pub fn new(clock: Clock) -> Self {
        Self { clock, faults: Faults::default(), log: Log::default() }
    }
}

/// A stand-in that takes requests until this is dropped.
#[derive(Debug)]
pub struct Running<S> {
    /// Without a slash at the end.
    pub url: String,
    pub state: S,
    pub stand: Stand,
    server: AbortHandle,
}

impl<S> Drop for Running<S> {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Starts answering on 127.0.0.1; port 0 takes one that is free.
#[expect(clippy::disallowed_methods, reason = "a stand-in answers beside the test that asks it, until that drops it")]
pub async fn serve<S>(stand: Stand, state: S, router: Router, port: u16) -> io::Result<Running<S>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(accept(listener, stand.clone(), router)).abort_handle();
    Ok(Running { url, state, stand, server })
}

/// The connections end with the task that this runs in.
async fn accept(listener: TcpListener, stand: Stand, router: Router) {
    let mut connections = JoinSet::new();
    let shared = Arc::new((stand, router));
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { answer(&shared.0, shared.1.clone(), request).await }
            });
            // A connection that ends early is what faults are for, and no matter of the server's.
            let _ended = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// An error closes the connection.
async fn answer(stand: &Stand, router: Router, request: Request<Incoming>) -> io::Result<Response> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mut logged = Logged {
        at: stand.clock.now(),
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        headers: parts.headers.clone(),
        body: String::from_utf8_lossy(&body).into_owned(),
        status: None,
    };
    let fault = stand.faults.take(&logged.method, &logged.path, &logged.body);
    let router = router.oneshot(Request::from_parts(parts, Body::from(body)));
    let answer = match fault {
        None => Ok(router.await.unwrap_or_else(|never| match never {})),
        Some(fault) => go_wrong(fault, async { router.await.unwrap_or_else(|never| match never {}) }).await,
    };
    logged.status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
    stand.log.add(logged);
    answer
}

async fn go_wrong(fault: Fault, answer: impl Future<Output = Response>) -> io::Result<Response> {
    let dropped = || io::Error::other("as the script says");
    match fault {
        Fault::DropRequest => Err(dropped()),
        Fault::DropAnswer => {
            answer.await;
            Err(dropped())
        }
        Fault::Truncated => {
            let (mut parts, body) = answer.await.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
            let half: Bytes = body.slice(..body.len() / 2);
            Ok(Response::from_parts(parts, Body::from_stream(stream::iter([Ok(half), Err(dropped())]))))
        }
        Fault::Slow(by) => {
            let answer = answer.await;
            tokio::time::sleep(by).await;
            Ok(answer)
        }
        Fault::Instead(reply) => Ok(reply.into()),
        Fault::Afterwards(reply) => {
            answer.await;
            Ok(reply.into())
        }
    }
}

/// An answer in JSON.
pub(crate) fn as_json(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

impl From<Reply> for Response {
    fn from(reply: Reply) -> Self {
        let mut response = Self::new(Body::from(reply.body));
        *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in reply.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}
