//! One connection: what it is doing, and its socket, which notes when the peer sends or stops reading.

use std::{
    future::{Future as _, poll_fn},
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};

use super::{limits::Limits, unread::Unread};

/// How long a connection that was closed on a peer that may still be sending is read on, so that the peer sees the answer:
/// closing a socket with unread bytes makes the system discard what the peer has not taken yet.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);
/// How many bytes are read for that at most.
const LINGER_LIMIT: usize = 256 * 1024;

/// What the peer and we are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing has come yet.
    Fresh,
    /// Between requests.
    Idle,
    /// The head of a request has begun to come.
    Head,
    /// A request is being answered.
    Busy,
    /// We have decided to close; no request is begun any more.
    Closed,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// When the phase began.
    since: Instant,
    /// Since when the peer has taken nothing of what is to be written.
    stalled: Option<Instant>,
    /// Since when the socket could not take all that is to be written.
    behind: Option<Instant>,
    /// The request that waits until all of the last answer is written.
    next: Option<Waker>,
    unread: Option<Unread>,
    lingers: bool,
}

/// Shared by the socket, the request under way, and the table of connections.
#[derive(Debug)]
pub struct Connection {
    pub peer: SocketAddr,
    state: Mutex<State>,
}

/// Why a connection must be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdue {
    /// No request came, or not all of its head.
    Request,
    /// The peer does not read.
    Reading,
}

/// The connection was closed before the request was begun.
#[derive(Debug, thiserror::Error)]
#[error("the connection is being closed")]
pub struct Closed;

impl Connection {
    pub fn new(peer: SocketAddr) -> Self {
        let state = State {
            phase: Phase::Fresh,
            since: Instant::now(),
            stalled: None,
            behind: None,
            next: None,
            unread: None,
            lingers: false,
        };
        Self { peer, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a request once the peer has taken the last answer: without that, answers without a body to a peer that sends
    /// requests and reads nothing would pile up.
    pub async fn begin(&self) -> Result<(), Closed> {
        poll_fn(|cx| {
            let mut state = self.state();
            if state.phase == Phase::Closed {
                return Poll::Ready(Err(Closed));
            }
            if state.behind.is_some() {
                state.next = Some(cx.waker().clone());
                return Poll::Pending;
            }
            state.phase = Phase::Busy;
            Poll::Ready(Ok(()))
        })
        .await
    }

    /// The answer is with the socket's buffers.
    pub fn end(&self) {
        let mut state = self.state();
        if state.phase == Phase::Busy {
            (state.phase, state.since) = (Phase::Idle, Instant::now());
        }
    }

    /// Keeps what the request under way has left of its body.
    pub fn leave(&self, unread: Unread) {
        self.state().unread = Some(unread);
    }

    pub fn take_unread(&self) -> Option<Unread> {
        self.state().unread.take()
    }

    /// The peer may still be sending when this connection is closed.
    pub fn linger(&self) {
        self.state().lingers = true;
    }

    pub fn is_closing(&self) -> bool {
        self.state().phase == Phase::Closed
    }

    /// Since when no request has been under way; `None` while one is.
    pub fn unused_since(&self) -> Option<Instant> {
        let state = self.state();
        matches!(state.phase, Phase::Fresh | Phase::Idle | Phase::Head).then_some(state.since)
    }

    /// Since when the peer has been behind with reading.
    pub fn behind_since(&self) -> Option<Instant> {
        self.state().behind
    }

    pub fn overdue(&self, limits: &Limits, now: Instant) -> Option<Overdue> {
        let state = self.state();
        let longer = |since: Instant, limit: Duration| now.saturating_duration_since(since) >= limit;
        if state.stalled.is_some_and(|since| longer(since, limits.write_timeout)) {
            return Some(Overdue::Reading);
        }
        let limit = match state.phase {
            Phase::Fresh | Phase::Head => limits.header_read_timeout,
            Phase::Idle => limits.idle_timeout,
            Phase::Busy | Phase::Closed => return None,
        };
        longer(state.since, limit).then_some(Overdue::Request)
    }

    /// Lets no request begin any more; false when one has begun meanwhile.
    pub fn close_unless_busy(&self) -> bool {
        let mut state = self.state();
        let unused = state.phase != Phase::Busy;
        if unused {
            state.phase = Phase::Closed;
        }
        unused
    }

    fn received(&self) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Fresh | Phase::Idle) {
            (state.phase, state.since) = (Phase::Head, Instant::now());
        }
    }

    fn tried_to_write(&self, polled: &Poll<io::Result<usize>>) {
        let mut state = self.state();
        if polled.is_pending() {
            let now = Instant::now();
            state.stalled.get_or_insert(now);
            state.behind.get_or_insert(now);
        } else {
            state.stalled = None;
        }
    }

    fn wrote_all(&self) {
        let mut state = self.state();
        state.behind = None;
        if let Some(next) = state.next.take() {
            next.wake();
        }
    }

    /// Whether the peer may have sent what was not read: a body, or what was no head of a request.
    fn lingers(&self) -> bool {
        let state = self.state();
        state.lingers || state.phase == Phase::Head
    }
}

/// The socket of a connection.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    connection: Arc<Connection>,
    /// Set once our side is closed and what the peer still sends is thrown away.
    lingering: Option<Pin<Box<Sleep>>>,
    thrown_away: usize,
}

impl Socket {
    pub fn new(stream: TcpStream, connection: Arc<Connection>) -> Self {
        Self { stream, connection, lingering: None, thrown_away: 0 }
    }

    /// Ready when the peer has closed too, or has been given enough time for it.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Self { stream, lingering, thrown_away, .. } = self;
        let until = lingering.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER_TIMEOUT)));
        if until.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let mut bytes = [0; 4096];
        while *thrown_away < LINGER_LIMIT {
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => *thrown_away += buffer.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            this.connection.received();
        }
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.connection.tried_to_write(&polled);
        polled
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.connection.tried_to_write(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Is called when nothing is left to be written.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.connection.wrote_all();
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if !this.connection.lingers() {
                return Poll::Ready(Ok(()));
            }
        }
        this.poll_linger(cx).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn connection() -> Connection {
        Connection::new(SocketAddr::from(([127, 0, 0, 1], 1)))
    }

    #[test]
    fn a_request_waits_until_the_last_answer_is_written() {
        let connection = connection();
        connection.received();
        assert!(connection.begin().now_or_never().is_some_and(|begun| begun.is_ok()));
        connection.tried_to_write(&Poll::Pending);
        connection.end();
        // Some of it was taken, but not all.
        connection.tried_to_write(&Poll::Ready(Ok(1)));
        let mut next = Box::pin(connection.begin());
        assert!(next.as_mut().now_or_never().is_none());
        connection.wrote_all();
        assert!(next.now_or_never().is_some_and(|begun| begun.is_ok()));
    }

    #[test]
    fn a_connection_that_is_being_closed_begins_nothing() {
        let unused = connection();
        assert!(unused.close_unless_busy());
        assert!(unused.begin().now_or_never().is_some_and(|begun| begun.is_err()));
        let busy = connection();
        assert!(busy.begin().now_or_never().is_some_and(|begun| begun.is_ok()));
        assert!(busy.unused_since().is_none() && !busy.close_unless_busy());
    }

    #[test]
    fn each_phase_has_its_time() {
        let limits = Limits::alone(256);
        let connection = connection();
        let after = |seconds| connection.overdue(&limits, Instant::now() + Duration::from_secs(seconds));
        assert_eq!([after(14), after(16)], [None, Some(Overdue::Request)]);
        connection.received();
        assert_eq!([after(14), after(16)], [None, Some(Overdue::Request)]);
        assert!(connection.begin().now_or_never().is_some_and(|begun| begun.is_ok()));
        assert_eq!(after(1_000), None);
        connection.tried_to_write(&Poll::Pending);
        assert_eq!([after(29), after(31)], [None, Some(Overdue::Reading)]);
        connection.tried_to_write(&Poll::Ready(Ok(1)));
        connection.wrote_all();
        assert_eq!(after(1_000), None);
        connection.end();
        assert_eq!([after(74), after(76)], [None, Some(Overdue::Request)]);
        let limits = Limits::behind_host(256);
        assert_eq!(connection.overdue(&limits, Instant::now() + Duration::from_secs(149)), None);
    }
}
