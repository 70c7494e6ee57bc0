//! Thousands of peers that do nothing, begin and do not go on, or ask and do not read, and others beside them.

use std::{
    fs,
    io::Write as _,
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{net::TcpSocket, runtime::Runtime};

use crate::support::{
    http::{Http, Raw, eventually},
    process::{Process, Program},
};

/// As many descriptors as this process may have.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).expect("descriptors");
}

/// The most memory that the program has had, in MB, without what is mapped from files: of the binary itself, a debug build
/// has a multiple of what is shipped, and the system can drop those pages.
fn peak_memory(process: &Process) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid())).expect("a status");
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
    };
    (kilobytes("VmHWM:") - kilobytes("RssFile:")) / 1024
}

/// A connection with a small receive buffer, so that what is not read stays with the program.
fn connect(runtime: &Runtime, address: SocketAddr) -> TcpStream {
    let connected = runtime.block_on(async {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("an option");
        socket.connect(address).await.expect("a connection")
    });
    let stream = connected.into_std().expect("a stream");
    stream.set_nonblocking(false).expect("an option");
    stream
}

/// Tasks that make one page of 800 KB.
fn prepare_a_large_page(ann: &Http) {
    let title = "\u{1f980}".repeat(500);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| assert_eq!(ann.create_task(&title).status, 201)));
        }
    });
}

#[test]
fn peers_that_do_not_go_on_or_do_not_read_take_neither_the_memory_nor_the_service_of_others() {
    raise_descriptor_limit();
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::new(folder.path()).start();
    let (ann, bob) = (process.http().user("ann"), process.http().user("bob"));
    prepare_a_large_page(&ann);

    let began = Instant::now();
    let idle: Vec<Raw> = (0..2_000).map(|_| Raw::connect(process.address)).collect();
    let mut half_heads: Vec<Raw> = (0..1_200).map(|_| Raw::connect(process.address)).collect();
    let head = format!("GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nX: {}", "x".repeat(20_000));
    for half_head in &mut half_heads {
        half_head.say(&head);
    }
    let page = format!("GET /api/tasks?limit=1000 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", ann.token());
    let mut readers: Vec<TcpStream> = (0..300).map(|_| connect(&runtime, process.address)).collect();
    for reader in &mut readers {
        reader.write_all(page.repeat(2).as_bytes()).expect("asked");
    }
    // Others are answered meanwhile, and one who reads gets the same page.
    while began.elapsed() < Duration::from_secs(4) {
        assert_eq!(bob.create_task("in time").status, 201);
        assert_eq!(bob.get("/api/tasks?limit=1").status, 200);
        assert!(bob.get("/api/health").status == 200);
    }
    let whole =
        eventually("the page for who reads it", || Some(ann.get("/api/tasks?limit=1000")).filter(|page| page.status == 200));
    assert_eq!(whole.body.as_array().map(Vec::len), Some(400));
    let memory = peak_memory(&process);
    assert!(memory < 200, "{memory} MB");
    drop((idle, half_heads, readers));
}

/// With a hard limit, which cannot be raised.
#[test]
fn connections_leave_descriptors_for_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::after("ulimit -n 128", folder.path()).start();
    let ann = process.http().user("ann");
    let idle: Vec<Raw> = (0..400).map(|_| Raw::connect(process.address)).collect();
    for n in 0..20 {
        assert_eq!(ann.create_task(&format!("task {n}")).status, 201);
        assert_eq!(process.http().get("/api/health?deep=true").status, 200);
    }
    drop(idle);
    process.stop();
    assert!(!process.output().contains("could not be accepted"), "{}", process.output());
    assert!(process.output().contains("\"displaced\":"), "{}", process.output());
}

#[test]
fn the_limit_of_descriptors_is_raised_to_what_the_system_allows() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::after("ulimit -S -n 64", folder.path()).start();
    let mut open: Vec<Raw> = (0..200).map(|_| Raw::connect(process.address)).collect();
    assert_eq!(process.http().register("ann").status, 201);
    for raw in &mut open {
        raw.say("GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert!(raw.hear_all().starts_with("HTTP/1.1 200 OK\r\n"));
    }
    process.stop();
    assert!(!process.output().contains("\"displaced\":"), "{}", process.output());
}
