//! The listener: HTTP/1.1 with limits on slow peers, and a stop that answers what is under way.

use std::{convert::Infallible, future::Future, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tower::{Service as _, ServiceExt as _};

use super::request;

/// How long a peer may take to send the head of a request, which is also how long an idle connection lasts: longer than
/// those in front of us keep theirs, so that it is they who close and no request meets a closed door.
const HEAD_PATIENCE: Duration = Duration::from_secs(150);
/// How long requests under way may take once the stop was asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// How much of that passes before connections that have asked for nothing are closed: what was sent on them before the
/// stop may not have been read yet.
const LAST_LOOK: Duration = Duration::from_millis(100);

/// Serves until `stop` is ready and the requests then under way are answered, ten seconds at most.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let connections = GracefulShutdown::new();
    let converse = |stream: TcpStream| {
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        let routes = routes.clone();
        // One that is gone already counts as nobody in particular.
        let peer = stream.peer_addr().unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0)));
        let service = tower::service_fn(move |request: hyper::Request<Incoming>| answer(routes.clone(), peer, request));
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        #[expect(clippy::disallowed_methods, reason = "a connection outlives each of its requests; the stop waits for it")]
        tokio::spawn(async move {
            // A peer that goes away in the middle concerns nobody else.
            let _ = connection.await;
        });
    };
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => converse(stream),
            Err(error) => {
                // Out of descriptors, most likely: others must close first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    waiting(listener).for_each(converse);
    let last_answers = async {
        if connections.count() > 0 {
            tokio::time::sleep(LAST_LOOK).await;
        }
        connections.shutdown().await;
    };
    if tokio::time::timeout(LAST_ANSWERS, last_answers).await.is_err() {
        tracing::warn!("stopped with requests still under way");
    }
}

/// Connections that the system has made and nobody has accepted; after the last of them nothing listens any more.
fn waiting(listener: TcpListener) -> impl Iterator<Item = TcpStream> {
    let listener = listener.into_std().ok();
    std::iter::from_fn(move || {
        let (stream, _) = listener.as_ref()?.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        TcpStream::from_std(stream).ok()
    })
}

async fn answer(
    mut routes: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request::without_trailing_slash(request.map(Body::new));
    request.extensions_mut().insert(ConnectInfo(peer));
    routes.as_service::<Body>().ready().await?.call(request).await
}
