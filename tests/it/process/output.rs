//! Standard output that nobody reads.

use std::{
    io::{BufRead as _, BufReader},
    process::ChildStdout,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{
    http::{Http, PATIENCE},
    process::{Process, Program},
};

/// Asks until the pipe is full, and what may wait beside it too; how many requests that were.
fn fill(http: &Http, requests: usize) {
    // As long as an id may be, which makes the lines long.
    let asking = http.clone().with_header("x-request-id", &"i".repeat(128));
    for _ in 0..requests {
        assert_eq!(asking.get("/api/health").status, 200);
    }
}

/// Holds the program to ending well in its usual time.
fn assert_stops(process: &mut Process) {
    let began = Instant::now();
    process.stop();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// Whether the line is about a request that was made here.
fn is_request(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok_and(|event| event["request_id"].as_str().is_some_and(|id| id.starts_with("iii")))
}

fn lines(stdout: ChildStdout) -> mpsc::Receiver<String> {
    let (heard, lines) = mpsc::channel();
    thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| heard.send(line)));
    lines
}

#[test]
fn a_full_pipe_that_nobody_reads_holds_up_neither_requests_nor_the_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut process, stdout) = Program::new(folder.path()).start_unheard();
    let http = process.http();
    fill(&http, 2_000);
    assert_eq!(http.register("ann").status, 201);
    assert_stops(&mut process);
    drop(stdout);
}

#[test]
fn lines_lost_are_counted_and_told_once_somebody_reads_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut process, stdout) = Program::new(folder.path()).start_unheard();
    let http = process.http();
    let requests = 5_000;
    fill(&http, requests);
    let lines = lines(stdout);
    let mut kept = 0;
    let lost = loop {
        let line = lines.recv_timeout(PATIENCE).expect("what was lost");
        kept += usize::from(is_request(&line));
        if line.contains("lines lost") {
            break serde_json::from_str::<Value>(&line).expect("JSON");
        }
    };
    let count = lost["lines"].as_u64().and_then(|count| usize::try_from(count).ok()).expect("a count");
    assert_eq!(lost["level"], "WARN");
    // Bounded: all of it would have been some 1.5 MB.
    assert!(count > 0 && kept < requests, "{kept} {lost}");
    // And from now on all is as ever, with nothing lost any more.
    fill(&http, 10);
    assert_stops(&mut process);
    kept += lines.iter().filter(|line| is_request(line)).count();
    assert_eq!(kept + count, requests + 10);
}
