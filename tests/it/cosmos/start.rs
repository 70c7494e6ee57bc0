//! Starting on an account that is there, that is away, or that does not know our key.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Answer, http::eventually, served_emulator::ServedEmulator};

/// Another key of the right form.
const WRONG_KEY: &str = "aHVudGVyIHR3bw==";

#[track_caller]
pub fn assert_come_back_later(answer: &Answer) {
    assert_eq!((answer.status, answer.text("code")), (503, "store_unavailable".into()), "{answer:?}");
    let wait: u64 = answer.header("retry-after").and_then(|value| value.parse().ok()).unwrap_or(0);
    assert!((1..=60).contains(&wait), "{answer:?}");
}

#[test]
fn the_flow_of_readme() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = emulator.program(folder.path()).start();
    assert!(process.stdout.text().contains(", with its data in Cosmos DB\n"), "{}", process.stdout.text());
    let health = process.http().get("/api/health?deep=true");
    assert_eq!((health.status, health.text("store")), (200, "cosmos".into()), "{health:?}");

    let ann = process.http().user("ann");
    let task = ann.create_task("Try Avanochi");
    assert_eq!(task.status, 201, "{task:?}");
    let done = ann.send("PATCH", &format!("/api/tasks/{}", task.text("id")), None);
    assert_eq!((done.status, done.body["completed"].as_bool()), (200, Some(true)), "{done:?}");
    let session = ann.post("/api/work_sessions/start", &json!({ "user_id": ann.id }));
    assert_eq!(session.status, 201, "{session:?}");
    let ended = ann.send("POST", &format!("/api/work_sessions/{}/end", session.text("id")), None);
    assert_eq!(ended.status, 200, "{ended:?}");
    let stats = ann.stats();
    let counted = ["total_tasks", "completed_tasks", "total_sessions", "current_streak"].map(|name| stats[name].as_u64());
    assert_eq!(counted, [Some(1); 4], "{stats}");
    process.stop();
    assert_eq!(process.stderr.text(), "");

    // It is all in the account, none of it in the folder.
    let process = emulator.program(folder.path()).start();
    assert_eq!(ann.moved_to(process.address).assert_counters_equal_what_exists().len(), 1);
    let left = folder.path().join(".avanochi").read_dir().expect("a folder");
    let left: BTreeSet<_> = left.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, BTreeSet::from(["credentials_key", "jwt_secret"].map(OsString::from)));
}

#[test]
fn an_account_that_is_away_at_the_start_is_used_once_it_is_back() {
    let emulator = ServedEmulator::stopped();
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = emulator.program(folder.path()).start();
    let began = Instant::now();
    let health = process.http().get("/api/health");
    assert_eq!((health.status, health.text("store")), (200, "cosmos".into()), "{health:?}");
    for _ in 0..2 {
        assert_come_back_later(&process.http().get("/api/health?deep=true"));
        assert_come_back_later(&process.http().register("ann"));
    }
    // Each has a deadline of five seconds; a connection that is refused is known at once.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    emulator.resume();
    // An answer is given again for a second.
    let healthy = || process.http().get("/api/health?deep=true").status == 200;
    eventually("healthy", || healthy().then_some(()));
    let ann = process.http().user("ann");
    assert_eq!(ann.create_task("after").status, 201);

    // Away again, in the middle of its use.
    emulator.stop();
    eventually("no more healthy", || (!healthy()).then_some(()));
    assert_come_back_later(&process.http().get("/api/health?deep=true"));
    assert_come_back_later(&ann.get("/api/tasks"));
    assert_come_back_later(&ann.create_task("during"));
    assert_eq!(process.http().get("/api/health").status, 200);
    emulator.resume();
    assert_eq!(ann.create_task("later").status, 201);
    let titles: Vec<_> = ann.assert_counters_equal_what_exists().iter().map(|task| task["title"].clone()).collect();
    assert_eq!(titles, ["after", "later"]);
    process.stop();
}

#[test]
fn a_wrong_key_is_named_in_the_log_and_not_shown() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = emulator.program(folder.path()).set("COSMOS_DB_PRIMARY_KEY", WRONG_KEY).start();
    assert_eq!(process.http().get("/api/health").status, 200);
    assert_come_back_later(&process.http().register("ann"));
    let said = process.wait_for_log(|event| event["level"] == "ERROR" && event["message"] == "request failed");
    let chain = said["error"].as_str().unwrap_or_default();
    assert!(chain.contains("401") && chain.contains("COSMOS_DB_PRIMARY_KEY"), "{said}");
    process.stop();
    assert!(!process.output().contains(WRONG_KEY), "{}", process.output());
    // Nothing was let through, so nothing was made.
    assert_eq!(emulator.containers(), []);
    assert!(emulator.take_counts().values().sum::<usize>() > 0);
}

#[test]
fn every_setting_of_the_account_is_heeded() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program = emulator.program(folder.path()).set("COSMOS_DB_DATABASE", "another").set("COSMOS_DB_CONTAINER", "things");
    let process = program.start();
    assert_eq!(process.http().register("ann").status, 201);
    let made = emulator.containers();
    assert_eq!(made.iter().map(|(body, _)| &body["id"]).collect::<Vec<_>>(), ["things"]);
    // What is in one container is not in another.
    let elsewhere = emulator.program(folder.path()).start();
    assert_eq!(elsewhere.http().register("ann").status, 201);
    assert_eq!(emulator.program(folder.path()).start().http().register("ann").status, 409);
}
