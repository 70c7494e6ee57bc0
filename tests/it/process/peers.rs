//! Peers that are slow, or say nothing that makes sense.

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
