//! Days of the real program behind the Functions host, on Cosmos DB: whatever becomes of the changes on their way, what people
//! gain is the same.

use std::time::Duration;

use avanochi::kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    host_jobs::{Dice, behind_host, deliver},
    jobs::midnight,
};
use crate::support::{http::Http, served_emulator::ServedEmulator};

/// A part of yesterday, or of today, as somebody lives it: entries, work, and what they think better of. It is told the instant of
/// each minute of yesterday.
type Part = fn(&Http, &dyn Fn(u64) -> String);

const PARTS: [Part; 4] = [morning, noon, afternoon, corrections];

fn entered(user: &Http, path: &str, body: &Value) -> String {
    let made = user.post(path, body);
    assert_eq!(made.status, 201, "{made:?}");
    made.text("id")
}

/// The id of what was entered last.
fn last(user: &Http, path: &str) -> String {
    user.list(path).pop().and_then(|entry| entry["id"].as_str().map(str::to_owned)).expect("an entry")
}

fn worked(user: &Http, from: &str, to: &str) {
    entered(user, "/api/work_sessions", &json!({ "user_id": user.id, "start_time": from, "end_time": to }));
}

fn drunk(user: &Http, ml: u32, at: &str) {
    entered(user, "/api/hydration", &json!({ "ml": ml, "at": at }));
}

fn act(user: &Http, title: &str, action: &str) {
    let tasks = user.list("/api/tasks");
    let task = tasks.iter().find(|task| task["title"] == title).and_then(|task| task["id"].as_str()).expect("the task");
    assert_eq!(user.patch(&format!("/api/tasks/{task}"), &json!({ "action": action })).status, 200);
}

fn morning(user: &Http, at: &dyn Fn(u64) -> String) {
    user.create_task("the report");
    user.create_task("the offer");
    worked(user, &at(9 * 60), &at(9 * 60 + 55));
    worked(user, &at(10 * 60), &at(11 * 60 + 30));
    drunk(user, 900, &at(9 * 60));
    drunk(user, 900, &at(11 * 60));
    act(user, "the report", "complete");
}

fn noon(user: &Http, at: &dyn Fn(u64) -> String) {
    entered(user, "/api/meals", &json!({ "kind": "lunch", "at": at(12 * 60 + 30) }));
    let rest = json!({ "kind": "short", "start_time": at(10 * 60 + 52), "end_time": at(10 * 60 + 58) });
    entered(user, "/api/rests", &rest);
    act(user, "the offer", "complete");
    act(user, "the report", "reopen");
}

fn afternoon(user: &Http, at: &dyn Fn(u64) -> String) {
    worked(user, &at(13 * 60), &at(15 * 60));
    act(user, "the report", "complete");
    assert_eq!(user.send("DELETE", &format!("/api/hydration/{}", last(user, "/api/hydration")), None).status, 204);
}

fn corrections(user: &Http, at: &dyn Fn(u64) -> String) {
    drunk(user, 1000, &at(16 * 60));
    assert_eq!(user.send("DELETE", &format!("/api/rests/{}", last(user, "/api/rests")), None).status, 204);
    let rest = json!({ "kind": "long", "start_time": at(10 * 60 + 51), "end_time": at(11 * 60) });
    entered(user, "/api/rests", &rest);
}

/// What is granted and not taken back, for what and how much; of whose tasks, does not matter here.
fn granted(user: &Http) -> Vec<String> {
    let entries = user.list("/api/progress/ledger?limit=200");
    let sum: i64 = entries.iter().filter_map(|entry| entry["xp"].as_i64()).sum();
    assert_eq!(user.get("/api/progress").body["xp"], sum);
    let taken_back: Vec<&Value> = entries.iter().map(|entry| &entry["reverses"]).filter(|id| !id.is_null()).collect();
    let stand = entries.iter().filter(|entry| entry["reverses"].is_null() && !taken_back.contains(&&entry["id"]));
    let mut told: Vec<String> =
        stand.map(|entry| format!("{} {} {} {}", entry["source"]["kind"], entry["reason"], entry["date"], entry["xp"])).collect();
    told.sort();
    told
}

#[test]
fn a_day_comes_to_the_same_ledger_through_duplicates_disorder_and_kills() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = behind_host(&emulator, folder.path()).start();
    // Of Ann's changes the host tells, in its way; of Bob's it never does, so that reading takes them in, each once.
    let [mut ann, mut bob] = ["ann", "bob"].map(|name| process.http().user(name));
    let yesterday = midnight().minus(Duration::from_hours(24));
    let at = |minutes: u64| Timestamp::to_string(&yesterday.plus(Duration::from_secs(minutes * 60)));
    let (mut dice, mut seen) = (Dice(11), 0);
    for part in PARTS {
        part(&ann, &at);
        part(&bob, &at);
        let all = emulator.written();
        let of_ann: Vec<Value> = all[seen..].iter().filter(|document| document["pk"] == ann.id.as_str()).cloned().collect();
        seen = all.len();
        process = deliver(process, &emulator, folder.path(), &of_ann, &mut dice);
        (ann, bob) = (ann.moved_to(process.address), bob.moved_to(process.address));
    }
    let (written, entries) = (granted(&ann), ann.list("/api/progress/ledger?limit=200"));
    assert_eq!(written, granted(&bob));
    for reason in ["tasks", "focus", "hydration", "lunch", "breaks", "first_task", "first_session", "first_water"] {
        assert!(written.iter().any(|entry| entry.contains(&format!("\"{reason}\""))), "{reason}: {written:?}");
    }
    let companion = |user: &Http| user.get("/api/companion").body["stage"].clone();
    assert_eq!((companion(&ann), companion(&bob)), (json!("hatchling"), json!("hatchling")));
    // All of it once more changes nothing.
    process = deliver(process, &emulator, folder.path(), &emulator.written(), &mut dice);
    assert_eq!(ann.moved_to(process.address).list("/api/progress/ledger?limit=200"), entries);
}
