//! Budgets by address, over real connections.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
};

use crate::support::process::Program;

/// The head of the answer to a login of a name that nobody has, asked from an address of the loopback range.
async fn log_in_from(source: &str, program: SocketAddr, n: u32) -> String {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(source.parse().expect("an address"), 0)).expect("an address of this machine");
    let mut stream = socket.connect(program).await.expect("a connection");
    let body = format!(r#"{{"username":"nobody {n}","password":"wrong password"}}"#);
    let request = format!(
        "POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.{n}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase()
}

#[tokio::test]
async fn every_address_but_the_machines_own_has_a_budget() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::new(folder.path()).start();
    let mut refused = String::new();
    // The budget grows by one in three seconds, which is less than the attempts take.
    for n in 0..60 {
        let head = log_in_from("127.0.0.2", process.address, n).await;
        assert!(head.starts_with("http/1.1 401") || head.starts_with("http/1.1 429"), "{head}");
        if head.starts_with("http/1.1 429") {
            refused = head;
            break;
        }
        assert!(n < 59, "none was refused");
    }
    assert!(refused.contains("retry-after: "), "{refused}");
    for n in 100..130 {
        let head = log_in_from("127.0.0.1", process.address, n).await;
        assert!(head.starts_with("http/1.1 401"), "{head}");
    }
    let other = log_in_from("127.0.0.3", process.address, 200).await;
    assert!(other.starts_with("http/1.1 401"), "{other}");
}
