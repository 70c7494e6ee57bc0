//! Jobs of the real program behind the Functions host, on Cosmos DB: there the host alone tells of timers, messages of its
//! queues and changes, sometimes twice, late or in vain.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Mutex,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::jobs::{assert_ended, expected_habits, midnight, old_account, old_user, past_session, shown_habits};
use crate::support::{
    Answer,
    http::{Http, eventually},
    invocations::{Document, Message, changes, invoke, queue, timer, try_invoke},
    process::{Process, Program},
    served_emulator::{Fault, ServedEmulator},
};

pub fn behind_host(emulator: &ServedEmulator, folder: &Path) -> Program {
    emulator.program(folder).set("FUNCTIONS_CUSTOMHANDLER_PORT", "0")
}

#[track_caller]
fn sweep(process: &Process) {
    let answer = invoke(process.address, "tick", "tick-1", &timer("tick", "timer", true));
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[track_caller]
fn send(process: &Process, function: &str, invocation: &str, body: &Value, dequeued: u32) -> Answer {
    // In a list of one, as our own messages are.
    let body = json!([body]).to_string();
    invoke(process.address, function, invocation, &queue(function, "message", &Message { body: &body, dequeued }))
}

/// What was set aside, as a person sees it.
fn dead_letters(emulator: &ServedEmulator, folder: &Path) -> Vec<Value> {
    let listed = emulator.program(folder).args(&["jobs", "dead-letters"]).run();
    assert_eq!(listed.code, Some(0), "{listed:?}");
    listed
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["job"].is_string())
        .collect()
}

fn written<'a>(written: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    written.iter().filter(move |document| document["kind"] == kind)
}

/// Bob, who forgot to end a session long before he came here.
fn moved_in(emulator: &ServedEmulator, folder: &Path) {
    fs::write(folder.join("old.jsonl"), old_account()).expect("written");
    let imported = emulator.program(folder).args(&["import", "old.jsonl"]).run();
    assert_eq!(imported.code, Some(0), "{imported:?}");
}

#[test]
fn a_forgotten_session_is_ended_once_however_often_the_host_asks() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    moved_in(&emulator, folder.path());
    let process = behind_host(&emulator, folder.path()).start();
    let bob = old_user(&process.http());
    let message = json!({ "user_id": bob.id });
    thread::scope(|scope| {
        for n in 0..4 {
            let (process, message) = (&process, &message);
            scope.spawn(move || sweep(process));
            scope.spawn(move || {
                assert_eq!(send(process, "jobs", "message-1", message, 1 + n % 2).status, 200);
            });
        }
    });
    let session = bob.list("/api/work_sessions").pop().expect("the session");
    assert_ended(&session);
    bob.assert_counters_equal_what_exists();
    let written_sessions: Vec<Value> = written(&emulator.written(), "work_sessions").cloned().collect();
    let ended = written_sessions.iter().filter(|document| !document["body"]["end"].is_null()).count();
    assert_eq!(ended, 1, "{written_sessions:?}");
    assert_eq!(dead_letters(&emulator, folder.path()), [] as [Value; 0]);
}

#[test]
fn a_tick_alone_is_enough_where_the_messages_are_in_our_own_store() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    moved_in(&emulator, folder.path());
    let mut process = behind_host(&emulator, folder.path()).start();
    sweep(&process);
    process.kill();
    let process = behind_host(&emulator, folder.path()).start();
    sweep(&process);
    let bob = old_user(&process.http());
    let ended = || bob.list("/api/work_sessions").pop().filter(|session| !session["end_time"].is_null());
    assert_ended(&eventually("an end", ended));
}

#[test]
fn a_message_is_done_comes_again_or_is_set_aside() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let process = behind_host(&emulator, folder.path()).start();
    let ann = process.http().user("ann");
    let due = |body: &Value, invocation: &str, dequeued| send(&process, "jobs", invocation, body, dequeued).status;
    assert_eq!(due(&json!({ "user_id": ann.id }), "fine", 1), 200);
    // What is away comes back, and until then the message must not be lost: not even the fifth time.
    emulator.fail(Fault::of_data(503));
    for dequeued in [2, 5] {
        assert_eq!(due(&json!({ "user_id": ann.id }), "away", dequeued), 503);
    }
    emulator.heal();
    assert_eq!(dead_letters(&emulator, folder.path()), [] as [Value; 0]);
    // What can never go well is not tried again, whichever attempt it is.
    assert_eq!((due(&json!("hunter2"), "nonsense-2", 2), due(&json!({ "user": 7 }), "nonsense-5", 5)), (200, 200));
    let moved = send(&process, "jobs_poison", "poison-1", &json!({ "user_id": ann.id }), 1);
    assert_eq!(moved.status, 200, "{moved:?}");
    let letters = dead_letters(&emulator, folder.path());
    let told: Vec<_> =
        letters.iter().map(|letter| (&letter["correlation_id"], &letter["payload"], &letter["attempts"])).collect();
    assert_eq!(
        told,
        [
            (&json!("nonsense-2"), &json!("hunter2"), &json!(2)),
            (&json!("nonsense-5"), &json!({ "user": 7 }), &json!(5)),
            (&json!("poison-1"), &json!({ "user_id": ann.id }), &json!(5)),
        ]
    );
    assert!(letters.iter().all(|letter| letter["job"] == "jobs" && !letter["reason"].to_string().contains("hunter2")));
    // By a person, once what was wrong is mended.
    let replay = |n: usize| {
        let id = letters[n]["id"].as_str().expect("an id");
        emulator.program(folder.path()).args(&["jobs", "dead-letters", "replay", id]).run().code
    };
    assert_eq!((replay(2), replay(2), replay(0)), (Some(0), Some(1), Some(1)));
    assert_eq!(dead_letters(&emulator, folder.path()), letters[..2]);
}

/// Numbers that look like chance and are the same each time.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.roll(index + 1));
        }
    }
}

/// Batches as a feed delivers them that reads now and then: of what was written twice between two reads only the last; a
/// fifth of the batches twice; and between batches no order.
fn batches(feed: &[Value], dice: &mut Dice) -> Vec<Vec<Document>> {
    let mut batches = Vec::new();
    let mut from = 0;
    while from < feed.len() {
        let until = (from + 1 + dice.roll(12)).min(feed.len());
        let mut latest = BTreeMap::new();
        for document in &feed[from..until] {
            latest.insert((document["pk"].to_string(), document["id"].to_string()), document.clone());
        }
        let mut batch: Vec<Document> = latest.into_values().map(Document::of).collect();
        dice.shuffle(&mut batch);
        if dice.roll(5) == 0 {
            batches.push(batch.clone());
        }
        batches.push(batch);
        from = until;
    }
    dice.shuffle(&mut batches);
    batches
}

/// Tells of the changes as [`batches`] has it; each third batch is also begun by a process that is killed at some moment of it, or
/// just after.
pub fn deliver(mut process: Process, emulator: &ServedEmulator, folder: &Path, feed: &[Value], dice: &mut Dice) -> Process {
    for (number, batch) in batches(feed, dice).into_iter().enumerate() {
        let payload = |retries| changes("changes", "documents", &batch, retries);
        if number % 3 == 2 {
            let running = Mutex::new(process);
            let address = running.lock().expect("no panic").address;
            let pause = Duration::from_millis(dice.roll(25) as u64);
            thread::scope(|scope| {
                scope.spawn(|| try_invoke(address, "changes", "killed", &payload(Some(0))));
                thread::sleep(pause);
                running.lock().expect("no panic").kill();
            });
            process = behind_host(emulator, folder).start();
            emulator.settle();
        }
        let answer = invoke(process.address, "changes", "feed-1", &payload(Some(u32::from(number % 3 == 2))));
        assert_eq!((answer.status, &answer.body), (200, &json!({})), "{answer:?}");
    }
    process
}

#[test]
fn changes_have_their_effect_once_through_duplicates_disorder_and_kills() {
    const USERS: usize = 3;
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = behind_host(&emulator, folder.path()).start();
    let mut users: Vec<Http> = ["ann", "bob", "eve"].map(|name| process.http().user(name)).into();
    let (midnight, mut dice) = (midnight(), Dice(7));
    let mut seen = 0;
    for round in 0..4 {
        for n in 0..18 {
            let user = &users[n % USERS];
            let session = past_session(user, midnight, (round * 18 + n) as u64);
            assert_eq!(user.post("/api/work_sessions", &session).status, 201);
        }
        users[round % USERS].create_task("of no interest to habits");
        let feed = emulator.written();
        process = deliver(process, &emulator, folder.path(), &feed[seen..], &mut dice);
        users = users.iter().map(|user| user.moved_to(process.address)).collect();
        seen = feed.len();
        for user in &users {
            assert_eq!(shown_habits(user), Some(expected_habits(user)), "round {round}");
            user.assert_counters_equal_what_exists();
        }
    }
    let all = emulator.written();
    for user in &users {
        let learned: Vec<&Value> = written(&all, "habits").filter(|document| document["pk"] == user.id.as_str()).collect();
        assert!(learned.len() >= 4, "{learned:?}");
        assert!(learned.windows(2).all(|pair| pair[0]["body"]["weekdays"] != pair[1]["body"]["weekdays"]), "{learned:?}");
        let seqs: BTreeSet<u64> = learned.iter().filter_map(|document| document["seq"].as_u64()).collect();
        assert_eq!(seqs.len(), learned.len(), "the same effect twice");
    }
    // Its own writing comes back too, with what nobody follows; nothing follows from it, nor from all of it once more.
    let everything: Vec<Document> = all.iter().cloned().map(Document::of).collect();
    let answer = invoke(process.address, "changes", "feed-2", &changes("changes", "documents", &everything, None));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(emulator.written().len(), all.len());
    assert_eq!(dead_letters(&emulator, folder.path()), [] as [Value; 0]);
}
