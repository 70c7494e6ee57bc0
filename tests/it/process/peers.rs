//! Peers that are slow, or say nothing that makes sense.

use serde_json::json;

use crate::support::{http::Raw, process::Program};

#[test]
fn slow_peers_do_not_keep_others_from_being_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let mut slow = Vec::new();
    for n in 0..60 {
        let mut half_a_head = Raw::connect(process.address);
        half_a_head.say("POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-");
        // Of logins too, which may run only a few at a time.
        let path = if n % 2 == 0 { "/api/tasks" } else { "/api/auth/login" };
        let mut half_a_body = Raw::begin_post(process.address, path, ann.token(), 100);
        half_a_body.say("{\"username\": ");
        slow.extend([half_a_head, half_a_body]);
    }
    assert_eq!(process.http().get("/api/health?deep=true").status, 200);
    assert_eq!(ann.create_task("in time").status, 201);
    assert_eq!(process.http().log_in("ann").stats()["total_tasks"], 1);
    // None of them had been given up meanwhile: they were slow all the time.
    assert!(!process.output().contains("\"status\":408"), "{}", process.output());
    drop(slow);
}

#[test]
fn a_body_that_breaks_off_does_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let body = ann.task("whole or nothing").to_string();
    let mut raw = Raw::begin_post(process.address, "/api/tasks", ann.token(), body.len() + 1);
    raw.say(&body);
    drop(raw);
    process.wait_for_log(|event| event["route"] == "/api/tasks" && event["status"] == 400);
    assert_eq!(ann.stats()["total_tasks"], 0);
}

#[test]
fn what_is_no_request_is_refused_and_nothing_else_is_harmed() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::new(folder.path()).start();
    for nonsense in ["\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n"] {
        let mut raw = Raw::connect(process.address);
        raw.say(nonsense);
        let answer = raw.hear_all();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(process.http().get("/api/health").status, 200);
}

/// Requests one after the other over one connection, their bodies in packets of their own.
#[test]
fn a_refusal_that_did_not_read_the_body_costs_no_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let session = ann.post("/api/work_sessions/start", &json!({ "user_id": ann.id })).text("id");
    let mut raw = Raw::connect(process.address);
    let mut ask = |method: &str, path: &str, token: &str, body: &str| {
        raw.say(&format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        ));
        std::thread::yield_now();
        raw.say(body);
        raw.hear_status()
    };
    for _ in 0..50 {
        assert_eq!(ask("GET", &format!("/api/work_sessions/{session}"), ann.token(), "{}"), 200);
        assert_eq!(ask("POST", "/api/tasks", "no token", &ann.task("never").to_string()), 401);
        assert_eq!(ask("POST", "/api/nowhere", ann.token(), &"x".repeat(60_000)), 404);
        assert_eq!(ask("PUT", "/api/tasks", ann.token(), "{}"), 405);
        assert_eq!(ask("POST", "/api/tasks", ann.token(), &ann.task("kept").to_string()), 201);
    }
    assert_eq!(ann.stats()["total_tasks"], 50);
}

#[test]
fn what_a_peer_makes_up_as_a_method_is_neither_logged_nor_answered_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    for (length, path) in [(33, "/api/tasks"), (60_000, "/api/tasks"), (60_000, "/api/nowhere"), (60_000, "/api/auth/login")] {
        let mut raw = Raw::connect(process.address);
        raw.say(&format!("{} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "M".repeat(length)));
        let answer = raw.hear_all();
        assert!(answer.starts_with("HTTP/1.1 40") && answer.len() < 1_000, "{} bytes", answer.len());
        assert!(!answer.contains(&"M".repeat(33)), "{answer}");
    }
    process.stop();
    assert!(process.output().lines().all(|line| line.len() < 1_000 && !line.contains(&"M".repeat(33))));
}

#[test]
fn what_is_not_worth_a_line_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    for _ in 0..3 {
        assert_eq!(process.http().get("/").status, 307);
    }
    for nonsense in ["GET\r\n\r\n", "GET /api/health HTTP/1.1\r\n\r\n"] {
        let mut raw = Raw::connect(process.address);
        raw.say(nonsense);
        assert!(raw.hear_all().starts_with("HTTP/1.1 400 "));
    }
    process.stop();
    let told = process.wait_for_log(|event| event["message"] == "peers");
    assert_eq!((told["root"].as_u64(), told["malformed"].as_u64()), (Some(3), Some(2)), "{told}");
    assert!(!process.output().contains("\"route\""), "{}", process.output());
}
