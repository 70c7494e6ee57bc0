//! The listener over real sockets, with limits short enough to be waited for.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, routing};
use tokio::{net::TcpSocket, runtime::Runtime, sync::Semaphore};

use super::{limits::Limits, listen, serve};

/// More than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);
const LARGE: usize = 8 * 1024 * 1024;

struct Server {
    address: SocketAddr,
    runtime: Runtime,
    /// Lets requests for `/slow` be answered.
    gate: Arc<Semaphore>,
    slow: Arc<AtomicUsize>,
}

fn limits() -> Limits {
    let check_interval = Duration::from_millis(10);
    let (header_read_timeout, idle_timeout, write_timeout) = (PATIENCE, PATIENCE, PATIENCE);
    Limits { header_read_timeout, idle_timeout, write_timeout, check_interval, ..Limits::alone(1_024) }
}

impl Server {
    fn with(limits: Limits) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(async { listen((Ipv4Addr::LOCALHOST, 0).into()) }).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let (gate, slow) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let (passing, counted) = (Arc::clone(&gate), Arc::clone(&slow));
        let wait = move || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            passing.acquire().await.expect("an open gate").forget();
            "slow"
        };
        let routes = Router::new()
            .route("/small", routing::any(|| async { "small" }))
            .route("/read", routing::any(|body: Bytes| async move { body.len().to_string() }))
            .route("/large", routing::any(|| async { vec![b'x'; LARGE] }))
            .route("/slow", routing::any(wait));
        runtime.spawn(serve(listener, routes, limits, std::future::pending()));
        Self { address, runtime, gate, slow }
    }

    fn connect(&self) -> Peer {
        Peer::over(TcpStream::connect(self.address).expect("a connection"))
    }

    /// From another address of this machine, with a small receive buffer.
    fn connect_from(&self, address: &str) -> Peer {
        let stream = self.runtime.block_on(async {
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind(SocketAddr::new(address.parse().expect("an address"), 0)).expect("bound");
            socket.set_recv_buffer_size(4096).expect("an option");
            socket.connect(self.address).await.expect("a connection")
        });
        let stream = stream.into_std().expect("a stream");
        stream.set_nonblocking(false).expect("an option");
        Peer::over(stream)
    }

    /// Returns once so many requests for `/slow` are under way.
    fn wait_for_slow(&self, count: usize) {
        let began = Instant::now();
        while self.slow.load(Ordering::SeqCst) < count {
            assert!(began.elapsed() < PATIENCE, "they never came");
            std::thread::yield_now();
        }
    }
}

struct Peer(TcpStream);

impl Peer {
    fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("an option");
        Self(stream)
    }

    fn say(&mut self, text: &str) -> &mut Self {
        self.0.write_all(text.as_bytes()).expect("written");
        self
    }

    /// Sends more, in many small pieces, before it reads anything.
    fn go_on_sending(&mut self) -> &mut Self {
        // Waits until there is something to be read, which it leaves there.
        assert!(self.0.peek(&mut [0]).expect("an answer") > 0);
        for _ in 0..500 {
            self.say(&"more".repeat(20));
            std::thread::yield_now();
        }
        self
    }

    fn ask(&mut self, path: &str) -> &mut Self {
        self.say(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    }

    /// One answer whose length is said: its head and its body.
    fn hear(&mut self) -> (String, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("a head");
            head.extend(byte);
        }
        let head = String::from_utf8(head).expect("text").to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        (head, String::from_utf8(body).expect("text"))
    }

    /// Waits until the connection is closed; all that came before, and whether it was an orderly end.
    fn hear_all(&mut self) -> (String, bool) {
        let mut all = Vec::new();
        let ended = match self.0.read_to_end(&mut all) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
                false
            }
        };
        (String::from_utf8_lossy(&all).into_owned(), ended)
    }

    fn is_closed(&mut self) -> bool {
        self.0.set_read_timeout(Some(Duration::from_millis(1))).expect("an option");
        let read = self.0.read(&mut [0]);
        self.0.set_read_timeout(Some(PATIENCE)).expect("an option");
        !matches!(read, Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
    }
}

#[test]
fn a_head_has_a_time_that_its_bytes_do_not_extend() {
    let header_read_timeout = Duration::from_millis(300);
    let server = Server::with(Limits { header_read_timeout, ..limits() });
    let began = Instant::now();
    let (mut fresh, mut half, mut trickling) = (server.connect(), server.connect(), server.connect());
    half.say("GET /small HTTP/1.1\r\nHos");
    trickling.say("GET /small HTTP/1.1\r\nX: ");
    while trickling.0.write_all(b"x").is_ok() {
        assert!(began.elapsed() < PATIENCE, "it may trickle for ever");
        std::thread::yield_now();
    }
    for peer in [&mut fresh, &mut half] {
        assert_eq!(peer.hear_all().0, "");
    }
    assert!(began.elapsed() >= header_read_timeout);
    // A request that is whole takes as long as it needs.
    let mut slow = server.connect();
    slow.ask("/slow");
    server.wait_for_slow(1);
    assert_eq!(server.connect().hear_all().0, "");
    server.gate.add_permits(1);
    assert_eq!(slow.hear().1, "slow");
}

#[test]
fn a_connection_between_requests_is_kept_for_a_while() {
    let (header_read_timeout, idle_timeout) = (Duration::from_millis(50), Duration::from_millis(500));
    let server = Server::with(Limits { header_read_timeout, idle_timeout, ..limits() });
    let mut peer = server.connect();
    peer.ask("/small");
    assert_eq!(peer.hear().1, "small");
    let idle = Instant::now();
    // This one comes and goes meanwhile, since it has asked for nothing.
    assert_eq!(server.connect().hear_all().0, "");
    peer.ask("/small");
    assert_eq!(peer.hear().1, "small");
    assert_eq!(peer.hear_all(), (String::new(), true));
    assert!(idle.elapsed() >= idle_timeout);
}

#[test]
fn whoever_reads_nothing_is_closed_and_whoever_reads_is_not() {
    let write_timeout = Duration::from_millis(500);
    let server = Server::with(Limits { write_timeout, ..limits() });
    let mut slow_reader = server.connect_from("127.0.0.1");
    let mut no_reader = server.connect_from("127.0.0.1");
    slow_reader.ask("/large");
    no_reader.ask("/large").ask("/small");
    let began = Instant::now();
    let mut read = 0;
    let mut piece = vec![0; 64 * 1024];
    // Much longer than the limit, with something read all the time.
    while began.elapsed() < 3 * write_timeout {
        let due = u128::from(LARGE as u64) * began.elapsed().as_micros() / (4 * write_timeout).as_micros();
        if u128::from(read as u64) < due {
            slow_reader.0.read_exact(&mut piece[..2048]).expect("more of it");
            read += 2048;
        }
        std::thread::yield_now();
    }
    while read < LARGE {
        read += slow_reader.0.read(&mut piece).expect("the rest");
    }
    let (rest, _) = no_reader.hear_all();
    assert!(rest.len() < LARGE, "{}", rest.len());
}

#[test]
fn the_connection_unused_for_longest_makes_room_and_none_that_is_at_work() {
    let server = Server::with(Limits { connections: 4, connections_of_one_address: 4, ..limits() });
    let mut peers: Vec<Peer> = (0..4).map(|_| server.connect()).collect();
    for peer in &mut peers {
        peer.ask("/small");
        assert_eq!(peer.hear().1, "small");
    }
    // The second one is the longest unused once the first is used again.
    peers[0].ask("/small");
    peers[0].hear();
    let mut fifth = server.connect();
    fifth.ask("/small");
    assert_eq!(fifth.hear().1, "small");
    assert_eq!(peers.iter_mut().map(Peer::is_closed).collect::<Vec<_>>(), [false, true, false, false]);
    // All at work: there is no room, and none of them is harmed.
    peers.remove(1);
    peers.push(fifth);
    for peer in &mut peers {
        peer.ask("/slow");
    }
    server.wait_for_slow(4);
    assert_eq!(server.connect().hear_all().0, "");
    server.gate.add_permits(4);
    for peer in &mut peers {
        assert_eq!(peer.hear().1, "slow");
    }
}

#[test]
fn an_address_has_its_share_and_this_machine_has_none() {
    let server = Server::with(Limits { connections: 8, connections_of_one_address: 2, ..limits() });
    let answered = |mut peer: Peer| {
        peer.ask("/small");
        peer.hear();
        peer
    };
    let mut own: Vec<Peer> = (0..3).map(|_| answered(server.connect())).collect();
    let mut others: Vec<Peer> = (0..3).map(|_| answered(server.connect_from("127.0.0.2"))).collect();
    assert!(!own.iter_mut().any(Peer::is_closed));
    assert_eq!(others.iter_mut().map(Peer::is_closed).collect::<Vec<_>>(), [true, false, false]);
    answered(server.connect_from("127.0.0.3"));
    assert!(!own.iter_mut().chain(&mut others[1..]).any(Peer::is_closed));
}

#[test]
fn a_body_that_nobody_reads_does_not_cost_the_connection() {
    let server = Server::with(limits());
    for (path, length) in [("/small", 2), ("/small", 64 * 1024), ("/nowhere", 2), ("/read", 5), ("/large", 10)] {
        let mut peer = server.connect();
        for _ in 0..3 {
            peer.say(&format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"));
            // In a packet of its own, once the head has certainly been read.
            std::thread::yield_now();
            peer.say(&"b".repeat(length));
            let (head, _) = peer.hear();
            assert!(!head.contains("connection: close"), "{path} {length}: {head}");
        }
        peer.say(&format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"));
        peer.say("2\r\nab\r\n0\r\n\r\n");
        peer.hear();
        peer.ask("/small");
        assert_eq!(peer.hear().1, "small", "{path} {length}");
    }
}

#[test]
fn a_body_too_long_to_be_thrown_away_ends_the_connection_after_the_answer() {
    let server = Server::with(limits());
    let too_long = 150_000;
    let chunks = format!("{too_long:x}\r\n{}\r\n0\r\n\r\n", "b".repeat(too_long));
    for (framing, body) in [
        (format!("Content-Length: {too_long}"), "b".repeat(too_long)),
        // Less than was announced: waited for, though not for ever.
        ("Content-Length: 1000".to_owned(), "b".repeat(10)),
        ("Transfer-Encoding: chunked".to_owned(), chunks),
    ] {
        let mut peer = server.connect();
        peer.say(&format!("POST /small HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n"));
        peer.say(&body);
        peer.go_on_sending();
        let (head, body) = peer.hear();
        assert!(head.contains("connection: close") && body == "small", "{framing}: {head}");
        assert_eq!(peer.hear_all(), (String::new(), true), "{framing}");
    }
}

#[test]
fn whoever_waits_to_be_asked_for_a_body_is_asked_only_if_it_is_read() {
    let server = Server::with(limits());
    let head = |path| format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    let mut unread = server.connect();
    unread.say(&head("/small"));
    let (answer, _) = unread.hear();
    assert!(answer.starts_with("http/1.1 200 ") && answer.contains("connection: close"), "{answer}");
    let mut read = server.connect();
    read.say(&head("/read"));
    assert!(read.hear().0.starts_with("http/1.1 100 "));
    read.say("{}");
    assert_eq!(read.hear().1, "2");
}

#[test]
fn what_is_no_request_is_answered_before_the_connection_ends() {
    let server = Server::with(limits());
    let long = "x".repeat(70_000);
    for (status, request) in [
        ("400", "GET /small HTTP/1.1\r\n\r\n".to_owned()),
        ("400", "GET /small HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n".to_owned()),
        ("400", "GET /small HTTP/1.1\r\nHost: a b\r\n\r\n".to_owned()),
        ("400", "GET /small HTTP/1.1\r\nno colon\r\n\r\n".to_owned()),
        ("431", format!("GET /small HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n")),
    ] {
        let mut peer = server.connect();
        peer.say(&request).go_on_sending();
        let (answer, ended) = peer.hear_all();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && ended, "{:?}: {answer}", &request[..40.min(request.len())]);
    }
    // What was usual before Host was invented.
    let mut old = server.connect();
    old.say("GET /small HTTP/1.0\r\n\r\n");
    assert!(old.hear_all().0.ends_with("small"));
    let mut long_enough = server.connect();
    long_enough.say(&format!("GET /small HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", &long[..60_000]));
    assert_eq!(long_enough.hear().1, "small");
}
