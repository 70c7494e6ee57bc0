//! Being asked to stop.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{http::Raw, process::Program};

fn body_of(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").expect("a whole answer").1).expect("JSON")
}

/// Asks a program to stop that has requests under way, and finishes them only when nothing new is let in any more.
fn requests_under_way_are_answered(signal: Signal) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let titles: Vec<String> = (0..8).map(|n| format!("task {n}")).collect();
    let bodies: Vec<String> = titles.iter().map(|title| ann.task(title).to_string()).collect();
    let begin = |body: &String| Raw::begin_post(process.address, "/api/tasks", ann.token(), body.len());
    let mut under_way: Vec<Raw> = bodies.iter().map(begin).collect();

    process.signal(signal);
    process.wait_until_refused();
    let ids: Vec<Value> = under_way
        .iter_mut()
        .zip(&bodies)
        .map(|(raw, body)| {
            raw.say(body);
            let answer = raw.hear_all();
            assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
            body_of(&answer)["id"].clone()
        })
        .collect();
    assert_eq!(process.wait().code(), Some(0), "{}", process.output());
    assert!(process.output().contains("stopped"), "{}", process.output());

    let process = Program::new(folder.path()).start();
    let kept = ann.moved_to(process.address).assert_counters_equal_what_exists();
    assert_eq!(kept.len(), titles.len());
    assert!(ids.iter().all(|id| kept.iter().any(|task| task["id"] == *id)), "{kept:?}");
}

#[test]
fn sigterm_lets_requests_under_way_be_answered() {
    requests_under_way_are_answered(Signal::TERM);
}

#[test]
fn ctrl_c_lets_requests_under_way_be_answered() {
    requests_under_way_are_answered(Signal::INT);
}

#[test]
fn a_request_that_was_sent_before_the_signal_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..10 {
        let mut process = Program::new(folder.path()).start();
        // The program may not have accepted these connections yet.
        let mut sent: Vec<Raw> = (0..20).map(|_| Raw::connect(process.address)).collect();
        for raw in &mut sent {
            raw.say("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        process.signal(Signal::TERM);
        for raw in &mut sent {
            let answer = raw.hear_all();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer:?}");
        }
        assert_eq!(process.wait().code(), Some(0), "{}", process.output());
    }
}

#[test]
fn a_connection_that_asks_for_nothing_holds_nothing_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    let fresh = Raw::connect(process.address);
    let mut idle = Raw::connect(process.address);
    idle.say("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(process.http().get("/api/health").status, 200);
    let began = Instant::now();
    process.stop();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(idle.hear_all().starts_with("HTTP/1.1 200 OK\r\n"));
    drop(fresh);
}

#[test]
fn a_request_that_never_ends_is_given_up_within_ten_seconds() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let stuck = Raw::begin_post(process.address, "/api/tasks", ann.token(), 100);
    let mut half_a_head = Raw::connect(process.address);
    half_a_head.say("GET /api/health HTTP/1.1\r\nHost: loc");
    let began = Instant::now();
    process.stop();
    let took = began.elapsed();
    assert!((Duration::from_secs(9)..Duration::from_secs(12)).contains(&took), "{took:?}");
    assert!(process.output().contains("stopped with requests still under way"), "{}", process.output());
    drop((stuck, half_a_head));
}
