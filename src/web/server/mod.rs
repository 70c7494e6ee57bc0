//! The listener: HTTP/1.1 with limits on peers that are many or slow, and a stop that answers what is under way.

mod answer;
mod asked;
mod budget;
mod connection;
pub mod limits;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod unread;

use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown, service::TowerToHyperService};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use self::{
    answer::{Shared, answer},
    budget::ResponseBudget,
    connection::{Connection, Socket},
    limits::{Limits, MAX_HEAD},
    table::Connections,
    tally::Tally,
};

/// How long requests under way may take once the stop was asked for.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of that passes before connections that have asked for nothing are closed: what was sent on them before the
/// stop may not have been read yet.
const STOP_DELAY: Duration = Duration::from_millis(100);
/// How much of its answers the system keeps for a peer that does not read, in bytes; by itself it would go up to megabytes.
const SEND_BUFFER: u32 = 256 * 1024;
/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1_024;
/// How long to wait when no descriptor is free and no connection can be closed.
const ACCEPT_DELAY: Duration = Duration::from_millis(50);

/// Listens. Errors: those of the system, such as that the address is in use.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart need not wait until the connections of the last run are forgotten.
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop` is ready and the requests then under way are answered, ten seconds at most.
pub async fn serve(listener: TcpListener, routes: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let connections = Arc::new(Connections::new(limits));
    let server = Server::new(routes, &connections);
    tokio::select! {
        () = server.run(listener, stop) => {}
        () = connections.look_after() => {}
    }
    connections.tally.tell();
}

struct Server {
    http: hyper::server::conn::http1::Builder,
    under_way: GracefulShutdown,
    shared: Arc<Shared>,
    connections: Arc<Connections>,
}

impl Server {
    fn new(routes: Router, connections: &Arc<Connections>) -> Self {
        let mut http = hyper::server::conn::http1::Builder::new();
        // Its timer is left out: what takes too long is found by looking at all connections now and then, which costs a
        // request less.
        http.max_buf_size(MAX_HEAD).max_header_size(MAX_HEAD);
        let budget = Arc::new(ResponseBudget::new(Arc::clone(connections)));
        let shared = Arc::new(Shared { routes, budget, connections: Arc::clone(connections) });
        Self { http, under_way: GracefulShutdown::new(), shared, connections: Arc::clone(connections) }
    }

    async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, peer)) => self.converse(stream, peer).await,
                // Out of descriptors, most likely.
                Err(error) if !self.connections.make_room().await => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_DELAY).await;
                }
                Err(_) => {}
            }
        }
        for (stream, peer) in waiting(listener) {
            self.converse(stream, peer).await;
        }
        let last_answers = async {
            if self.under_way.count() > 0 {
                tokio::time::sleep(STOP_DELAY).await;
            }
            self.under_way.shutdown().await;
        };
        if tokio::time::timeout(STOP_TIMEOUT, last_answers).await.is_err() {
            tracing::warn!("stopped with requests still under way");
        }
    }

    /// Answers what comes on the connection, if there is room for it.
    async fn converse(&self, stream: TcpStream, peer: SocketAddr) {
        if !self.connections.admit(peer.ip()).await {
            return;
        }
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        let connection = Arc::new(Connection::new(peer));
        let socket = TokioIo::new(Socket::new(stream, Arc::clone(&connection)));
        let (shared, of_request) = (Arc::clone(&self.shared), Arc::clone(&connection));
        let service = tower::service_fn(move |request| answer(Arc::clone(&shared), Arc::clone(&of_request), request));
        let answered = self.under_way.watch(self.http.serve_connection(socket, TowerToHyperService::new(service)));
        let connections = Arc::clone(&self.connections);
        self.connections.register(&connection, |registered| {
            #[expect(clippy::disallowed_methods, reason = "a connection outlives each of its requests; the stop waits for it")]
            let task = tokio::spawn(async move {
                // Left only after the socket is closed.
                let _registered = registered;
                // A peer that goes away in the middle concerns nobody else.
                if answered.await.is_err_and(|error| error.is_parse() || error.is_parse_too_large()) {
                    Tally::count(&connections.tally.malformed);
                }
            });
            task.abort_handle()
        });
    }
}

/// Connections that the system has made and nobody has accepted; after the last of them nothing listens any more.
fn waiting(listener: TcpListener) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
    let listener = listener.into_std().ok();
    std::iter::from_fn(move || {
        let (stream, peer) = listener.as_ref()?.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    })
}
