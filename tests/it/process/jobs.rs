//! Jobs of the real program where no host is: what it does by itself beside its requests, and what a person may ask of it.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use avanochi::{
    jobs::{DeadLetters, dead_letter::Work},
    kernel::{
        Caller, Clock as _, Ctx, DayRule, Error, Id, Limit, PageRequest, RandomIds, RequestId, SystemClock, Timestamp, UserId,
    },
    store::{Partition, Query, Store as _, embedded::Embedded},
    work::{
        habits::model::Habits,
        work_sessions::model::{Times, WorkSession},
    },
};
use serde_json::{Value, json};

use crate::support::{
    http::{Http, eventually},
    process::{Finished, Program},
};

const DAY: u64 = 86_400;

fn time(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).expect("a time")
}

/// A whole session of the past, in one of many places: none overlaps another, and none is so old or so young that its
/// counting depends on whether midnight passes meanwhile.
pub fn past_session(user: &Http, midnight: Timestamp, place: u64) -> Value {
    let start = midnight.minus(Duration::from_secs((3 + place % 20) * DAY)).plus(Duration::from_hours(place / 20));
    let end = start.plus(Duration::from_mins(20 + place * 7 % 35));
    json!({ "user_id": user.id, "start_time": start, "end_time": end })
}

pub const PLACES: u64 = 20 * 24;

pub fn midnight() -> Timestamp {
    let micros = i64::try_from(DAY * 1_000_000).expect("a day");
    Timestamp::from_micros(SystemClock.now().micros() / micros * micros)
}

/// What is usual, going by the user's list of sessions.
pub fn expected_habits(user: &Http) -> Value {
    let id = UserId::parse(&user.id).expect("an id");
    let sessions: Vec<WorkSession> = user
        .list("/api/work_sessions")
        .iter()
        .filter(|session| session["needs_review"] != true && !session["end_time"].is_null())
        .map(|session| {
            let times = Times { start: time(&session["start_time"]), end: time(&session["end_time"]) };
            WorkSession::past(Id::new(uuid::Uuid::nil()), id, times, DayRule::default())
        })
        .collect();
    let habits = Habits::of(id, 0, &sessions, DayRule::default(), DayRule::default().date_at(SystemClock.now()));
    json!({ "user_id": user.id, "weekdays": habits.weekdays })
}

/// The habits as a client that begins anew is shown them.
pub fn shown_habits(user: &Http) -> Option<Value> {
    let answer = user.get("/api/changes");
    assert_eq!((answer.status, &answer.body["more"]), (200, &json!(false)), "{answer:?}");
    let changes = answer.body["changes"].as_array().expect("changes");
    let mut found = changes.iter().filter(|change| change["kind"] == "habits").map(|change| change["item"].clone());
    let habits = found.next();
    assert!(found.next().is_none());
    habits
}

#[track_caller]
pub fn wait_for_habits(user: &Http) {
    let expected = expected_habits(user);
    eventually("habits that are what the sessions say", || shown_habits(user).filter(|shown| *shown == expected));
}

fn run(folder: &Path, args: &[&str]) -> Finished {
    Program::new(folder).args(args).run()
}

#[track_caller]
fn assert_says(finished: &Finished, said: &str) {
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), said), "{finished:?}");
}

#[test]
fn habits_are_learned_with_no_host_and_through_kills() {
    let folder = tempfile::tempdir().expect("a folder");
    let midnight = midnight();
    let mut user: Option<Http> = None;
    for enough in [3, 1, 17, 40, 8, 29, 64] {
        let process = Program::new(folder.path()).start();
        let ann = user.map_or_else(|| process.http().user("ann"), |ann| ann.moved_to(process.address));
        // Nothing has changed since the kill that would tell of what it cut short.
        let recorded = ann.list("/api/work_sessions").len() as u64;
        if recorded > 0 {
            wait_for_habits(&ann);
        }
        let process = Mutex::new(process);
        thread::scope(|scope| {
            let record = |place| {
                let answer = ann.try_send("POST", "/api/work_sessions", Some(&past_session(&ann, midnight, place)));
                answer.inspect(|answer| assert_eq!(answer.status, 201, "{answer:?}"))
            };
            let writer = scope.spawn(move || (recorded..PLACES).map_while(record).count() as u64);
            // Then it is in the middle of both, recording sessions and learning from them.
            eventually("enough sessions", || {
                let listed = ann.try_send("GET", "/api/work_sessions", None)?.body.as_array()?.len() as u64;
                (listed >= recorded + enough).then_some(())
            });
            process.lock().expect("no panic").kill();
            let answered = writer.join().expect("no panic");
            assert!(recorded + answered < PLACES);
        });
        user = Some(ann);
    }
    let mut process = Program::new(folder.path()).start();
    let ann = user.expect("a user").moved_to(process.address);
    wait_for_habits(&ann);
    assert!(ann.stats()["total_sessions"].as_u64() >= Some(162));
    ann.assert_counters_equal_what_exists();
    process.stop();
    assert_says(&run(folder.path(), &["jobs", "dead-letters"]), "");
    assert_says(&run(folder.path(), &["verify"]), &run(folder.path(), &["verify", "--repair"]).stdout);
}

#[test]
fn a_forgotten_session_is_ended_once_although_the_program_was_killed_over_it() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("old.jsonl"), old_account()).expect("written");
    let imported = run(folder.path(), &["import", "old.jsonl"]);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    assert_says(&run(folder.path(), &["jobs", "run", "tick"]), "tick: done\n");
    let mut process = Program::new(folder.path()).start();
    process.kill();
    // If it was taken before the kill, it stays hidden for minutes: what is still due is sent again, as by the timer.
    assert_says(&run(folder.path(), &["jobs", "run", "tick"]), "tick: done\n");
    let process = Program::new(folder.path()).start();
    let bob = old_user(&process.http());
    let ended = eventually("an end", || bob.list("/api/work_sessions").pop().filter(|session| !session["end_time"].is_null()));
    assert_ended(&ended);
    bob.assert_counters_equal_what_exists();
    assert_eq!(bob.stats()["total_sessions"], 1);
}

#[test]
fn a_message_is_gone_once_it_was_handled() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("old.jsonl"), old_account()).expect("written");
    assert_eq!(run(folder.path(), &["import", "old.jsonl"]).code, Some(0));
    assert_says(&run(folder.path(), &["jobs", "run", "tick"]), "tick: done\n");
    assert_eq!(messages(folder.path()), 1);
    let process = Program::new(folder.path()).start();
    let bob = old_user(&process.http());
    eventually("no message", || (messages(folder.path()) == 0).then_some(()));
    assert_ended(&bob.list("/api/work_sessions")[0]);
}

/// How many messages there are in a copy of the data, which the program may be using.
fn messages(folder: &Path) -> usize {
    let copy = tempfile::tempdir().expect("a folder");
    let file = copy.path().join("avanochi.db");
    assert_says(&run(folder, &["backup", file.to_str().expect("text")]), "");
    let store = Embedded::open(copy.path(), Arc::new(SystemClock)).expect("nobody has it");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (partition, page) = (Partition::named("queue:jobs"), PageRequest::first(Limit::MAX));
    runtime.block_on(store.query(Query::Everything { partition, page })).expect("a page").items.len()
}

/// What the original left of somebody who forgot to end a session.
pub fn old_account() -> String {
    // SHA-256 of "password".
    let hash = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
    let id = "21e4e82b-03d2-4e15-8d73-ff3b8737f8b0";
    let user = json!({ "id": id, "type": "user", "name": "Bob", "password_hash": hash, "created_at": "2025-09-20T08:15:45.1" });
    let session =
        json!({ "id": "s3", "type": "work_session", "user_id": id, "start_time": "2025-09-26T09:00:00", "end_time": null });
    format!("{user}\n{session}\n")
}

pub fn old_user(http: &Http) -> Http {
    let answer = http.post("/api/auth/login", &json!({ "username": "bob", "password": "password" }));
    assert_eq!(answer.status, 200, "{answer:?}");
    http.clone().with_token(&answer.text("token"), &answer.text("user_id"))
}

/// Nothing being known of the user, at the end of a working day.
#[track_caller]
pub fn assert_ended(session: &Value) {
    let found = (&session["end_time"], &session["duration"], &session["ended_by"], &session["needs_review"]);
    assert_eq!(found, (&json!("2025-09-26T17:00:00.000000Z"), &json!(8.0), &json!("sweep"), &json!(true)));
}

#[test]
fn the_jobs_are_listed_and_run_while_nobody_else_has_the_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let listed = run(folder.path(), &["jobs", "list"]);
    assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), ""), "{listed:?}");
    let lines: Vec<(&str, &str)> = listed.stdout.lines().filter_map(|line| line.split_once(' ')).collect();
    let starts = [
        "changes, followed by task_carry_over (reads settings, users; writes ), habits (reads work_sessions; writes habits), progress (",
        "timer, next at 20",
        "queue jobs",
    ];
    for (name, start) in [
        ("changes", starts[0]),
        ("tick", starts[1]),
        ("jobs", starts[2]),
        ("jobs_poison", starts[2]),
        ("sync_scheduler", starts[1]),
        ("sync_inbound_worker", "queue sync-inbound"),
        ("sync_inbound_poison", "queue sync-inbound-poison"),
        ("sync_outbound_worker", "queue sync-outbound"),
        ("sync_outbound_poison", "queue sync-outbound-poison"),
        ("token_refresher", starts[1]),
        ("notification_worker", "queue notifications"),
        ("notification_poison", "queue notifications-poison"),
    ] {
        let line = lines.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no {name} in {listed:?}"));
        assert!(line.1.trim_start().starts_with(start), "{line:?}");
    }
    assert_eq!(lines.len(), 12);
    let sweep = ["jobs", "run", "tick"];
    assert_says(&run(folder.path(), &sweep), "tick: done\n");
    run(folder.path(), &["jobs", "run", "nothing"]).assert_failed(1, &["Job not found"]);
    run(folder.path(), &["jobs", "run", "jobs", "{"]).assert_failed(1, &["the payload is not JSON"]);
    run(folder.path(), &["jobs", "run", "jobs", "\"hunter2\""]).assert_failed(1, &["Something went wrong"]);
    let mut process = Program::new(folder.path()).start();
    run(folder.path(), &sweep).assert_failed(1, &["is in use by another avanochi"]);
    process.stop();
    assert_says(&run(folder.path(), &sweep), "tick: done\n");
}

#[test]
fn what_was_set_aside_is_listed_replayed_and_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let dead_letters = ["jobs", "dead-letters"];
    assert_says(&run(folder.path(), &dead_letters), "");
    let mut process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    process.stop();
    let payloads = [json!({ "user_id": ann.id, "seq": 1 }), json!({ "user_id": ann.id }), json!("nonsense")];
    set_aside(folder.path(), &["habits", "jobs", "jobs"], &payloads);
    let listed = run(folder.path(), &dead_letters);
    let letters: Vec<Value> = listed.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(letters.iter().map(|letter| letter["payload"].clone()).collect::<Vec<_>>(), payloads);
    assert!(letters.iter().all(|letter| letter["correlation_id"] == "abc-1" && letter["attempts"] == 5), "{letters:?}");
    assert!(letters[0]["reason"].as_str().is_some_and(|reason| reason.contains("disk sector 7")), "{letters:?}");
    let id = |n: usize| letters[n]["id"].as_str().expect("an id");
    let ask = |what: &str, n: usize| run(folder.path(), &["jobs", "dead-letters", what, id(n)]);
    for n in [0, 1] {
        assert_says(&ask("replay", n), &format!("{}: done\n", id(n)));
        ask("replay", n).assert_failed(1, &["Dead letter not found"]);
    }
    ask("replay", 2).assert_failed(1, &["Something went wrong"]);
    assert_eq!(run(folder.path(), &["jobs", "dead-letters", "list"]).stdout.lines().count(), 1);
    assert_says(&ask("drop", 2), &format!("{}: dropped\n", id(2)));
    ask("drop", 2).assert_failed(1, &["Dead letter not found"]);
    assert_says(&run(folder.path(), &dead_letters), "");
}

/// Files failures in the program's data, in this order.
fn set_aside(folder: &Path, jobs: &[&str], payloads: &[Value]) {
    let store = Embedded::open(&folder.join(".avanochi"), Arc::new(SystemClock)).expect("nobody has it");
    let letters = DeadLetters::new(Arc::new(store), Arc::new(RandomIds::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let now = SystemClock.now();
    for (n, (job, payload)) in jobs.iter().zip(payloads).enumerate() {
        let now = now.plus(Duration::from_millis(n as u64));
        let request_id = RequestId::parse("abc-1").expect("an id");
        let ctx = Ctx::new(Caller::PROGRAM, now, request_id);
        let error = Error::internal("disk sector 7");
        runtime.block_on(letters.set_aside(&ctx, Work { job, payload }, 5, &error)).expect("set aside");
    }
}

#[test]
fn the_hosts_events_are_taken_on_the_hosts_port_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = [
        "changes",
        "tick",
        "jobs",
        "jobs_poison",
        "sync_scheduler",
        "sync_inbound_worker",
        "sync_inbound_poison",
        "sync_outbound_worker",
        "sync_outbound_poison",
        "token_refresher",
        "notification_worker",
        "notification_poison",
    ];
    let mut public = Program::new(folder.path()).start();
    for name in names {
        public.http().post(&format!("/{name}"), &json!({})).assert_error(404, "not_found");
        let below_the_prefix = public.http().post(&format!("/api/{name}"), &json!({})).status;
        assert_eq!(below_the_prefix, if name == "changes" { 405 } else { 404 });
    }
    public.stop();
    let behind_host = Program::new(folder.path()).set("FUNCTIONS_CUSTOMHANDLER_PORT", "0").start();
    for name in names {
        behind_host.http().post(&format!("/{name}"), &json!({})).assert_error(400, "invalid_json");
    }
}
