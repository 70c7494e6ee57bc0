//! A disk that takes no more.
#![cfg(target_os = "linux")]

use rustix::process::{Resource, Rlimit, prlimit};
use serde_json::json;

use crate::support::{
    http::eventually,
    process::{Process, Program},
};

/// From now on the program can write so many bytes into a file; more is refused as by a full disk.
fn limit_files(process: &Process, bytes: Option<u64>) {
    prlimit(Some(process.pid()), Resource::Fsize, Rlimit { current: bytes, maximum: None }).expect("a limit set");
}

#[test]
fn a_disk_that_refuses_writes_costs_the_writes_alone_and_only_for_as_long() {
    let folder = tempfile::tempdir().expect("a folder");
    // Without this the limit would be a signal that ends the process, which a full disk is not.
    let process = Program::after("trap '' XFSZ", folder.path()).start();
    let ann = process.http().user("ann");
    let kept = ann.create_task("kept").text("id");
    let path = format!("/api/tasks/{kept}");
    let session = ann.post("/api/work_sessions/start", &json!({ "user_id": ann.id })).text("id");
    let before = ann.stats();

    // The second limit stops a write in its middle.
    for bytes in [0, 5_000] {
        limit_files(&process, Some(bytes));
        let user = json!({ "user_id": ann.id });
        let refused = [
            ("POST", "/api/tasks".to_owned(), Some(ann.task("refused"))),
            ("PATCH", path.clone(), Some(json!({ "title": "refused" }))),
            ("PATCH", path.clone(), Some(json!({}))),
            ("DELETE", path.clone(), None),
            ("POST", format!("/api/work_sessions/{session}/end"), Some(user)),
            ("PATCH", format!("/api/users/{}", ann.id), Some(json!({ "name": "refused" }))),
            ("POST", "/api/auth/register".to_owned(), Some(json!({ "username": "refused", "password": "long enough" }))),
        ];
        for (method, path, body) in &refused {
            let answer = ann.clone().with_header("idempotency-key", &format!("{bytes}-{path}")).send(method, path, body.as_ref());
            answer.assert_error(503, "store_unavailable");
            assert!(
                answer.header("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok_and(|wait| wait > 0)),
                "{answer:?}"
            );
            assert!(!String::from_utf8_lossy(&answer.bytes).contains("disk"), "{answer:?}");
        }
        // Reading goes on; what does not is named. An answer may be a second old.
        eventually("that it cannot be written", || {
            let health = process.http().get("/api/health?deep=true");
            (health.status == 503).then(|| health.assert_error(503, "store_unavailable").assert_says("Not working: store_write"))
        });
        assert_eq!(ann.get("/api/auth/me").body["name"], "ann");
        let tasks = ann.assert_counters_equal_what_exists();
        assert_eq!((tasks.len(), &tasks[0]["title"], &tasks[0]["completed"]), (1, &json!("kept"), &json!(false)));
        let stats = ann.stats();
        assert_eq!((&stats["total_tasks"], &stats["active_session"]), (&before["total_tasks"], &before["active_session"]));

        limit_files(&process, None);
        eventually("that it can be written", || (process.http().get("/api/health?deep=true").status == 200).then_some(()));
        // The same requests again, with their keys: now they are done, once, and without a restart.
        let again = ann.clone().with_header("idempotency-key", &format!("{bytes}-/api/tasks"));
        let made = again.create_task("refused");
        assert_eq!((made.status, made.header("idempotency-replayed")), (201, None), "{made:?}");
        assert_eq!(again.create_task("refused").text("id"), made.text("id"));
        assert_eq!(ann.assert_counters_equal_what_exists().len(), 2);
        assert_eq!(ann.send("DELETE", &format!("/api/tasks/{}", made.text("id")), None).status, 204);
    }
    assert_eq!(ann.patch(&path, &json!({})).status, 200);
    assert_eq!(process.http().register("refused").status, 201);
    let log = process.wait_for_log(|event| event["message"] == "request failed");
    assert_eq!(log["level"], "ERROR", "{log}");

    // What is on the disk is what was answered.
    let expected = ann.stats();
    drop(process);
    let process = Program::new(folder.path()).start();
    let mut found = ann.moved_to(process.address).stats();
    found["as_of"] = expected["as_of"].clone();
    assert_eq!(found, expected);
}

#[test]
fn a_folder_that_cannot_be_written_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a_file"), "").expect("written");
    let finished = Program::new(folder.path()).args(&["--data", "a_file/data"]).run();
    finished.assert_failed(1, &["a_file/data", "cannot be used"]);
    // A disk that is full already.
    let full = Program::after("trap '' XFSZ; ulimit -f 0", folder.path()).run();
    full.assert_failed(1, &["./.avanochi", "cannot be"]);
    assert!(!full.stderr.contains("damaged"), "{full:?}");
    // Nothing half made is in the way of the next start.
    assert_eq!(Program::new(folder.path()).start().http().register("ann").status, 201);
}
