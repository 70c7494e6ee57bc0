//! The listener: HTTP/1.1 with limits on slow peers, and a stop that answers what is under way.

use std::{convert::Infallible, future::Future, pin::pin, time::Duration};

use axum::{Router, body::Body};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::{Service as _, ServiceExt as _};

use super::request;

/// How long a peer may take to send the head of a request, which is also how long an idle connection lasts: longer than
/// those in front of us keep theirs, so that it is they who close and no request meets a closed door.
const HEAD_PATIENCE: Duration = Duration::from_secs(150);
/// How long requests under way may take once the stop was asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Serves until `stop` is ready and the requests then under way are answered, ten seconds at most.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of descriptors, most likely: others must close first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        let routes = routes.clone();
        let service = tower::service_fn(move |request: hyper::Request<Incoming>| answer(routes.clone(), request));
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        #[expect(clippy::disallowed_methods, reason = "a connection outlives each of its requests; the stop waits for it")]
        tokio::spawn(async move {
            // A peer that goes away in the middle concerns nobody else.
            let _ = connection.await;
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_ANSWERS, connections.shutdown()).await.is_err() {
        tracing::warn!("stopped with requests still under way");
    }
}

async fn answer(mut routes: Router, request: hyper::Request<Incoming>) -> Result<axum::response::Response, Infallible> {
    let request = request::without_trailing_slash(request.map(Body::new));
    routes.as_service::<Body>().ready().await?.call(request).await
}
