//! Being killed with no warning, as the Functions host does it.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::json;

use crate::support::{
    Answer,
    http::Http,
    process::{Process, Program},
};

/// What one writer was told, by the key that it used.
type Told = BTreeMap<String, Acknowledged>;

#[derive(Debug, Clone, Default)]
struct Acknowledged {
    /// Nothing when the answer did not come.
    id: Option<String>,
    completed: bool,
}

/// Creates tasks one after the other, completing every second one, until the program is gone.
fn write_until_gone(http: &Http, writer: &str, answers: &AtomicUsize, enough: usize, kill: &(dyn Fn() + Sync)) -> Told {
    let mut told = Told::new();
    for n in 0.. {
        let key = format!("{writer}-{n}");
        let id = create(http, &key).map(|answer| {
            assert_eq!(answer.status, 201, "{answer:?}");
            answer.text("id")
        });
        let task = told.entry(key).or_default();
        task.id.clone_from(&id);
        let Some(id) = id else { break };
        if n % 2 == 1 {
            let Some(answer) = http.try_send("PATCH", &format!("/api/tasks/{id}"), Some(&json!({}))) else { break };
            assert_eq!(answer.status, 200, "{answer:?}");
            task.completed = true;
        }
        // All the others are in the middle of something.
        if answers.fetch_add(1, Ordering::Relaxed) + 1 == enough {
            kill();
        }
    }
    told
}

fn create(http: &Http, key: &str) -> Option<Answer> {
    http.clone().with_header("idempotency-key", key).try_send("POST", "/api/tasks", Some(&http.task(key)))
}

#[test]
fn a_kill_in_the_middle_of_writes_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    loses_nothing_when_killed(|| Program::new(folder.path()).start());
}

/// Kills the program that `start` starts, again and again while it writes.
pub fn loses_nothing_when_killed(start: impl Fn() -> Process) {
    const WRITERS: usize = 4;
    let mut users: Vec<Http> = Vec::new();
    let mut told: Vec<Told> = vec![Told::new(); 2];
    for (round, enough) in [1, 7, 25, 60, 41, 90, 133].into_iter().enumerate() {
        let process = start();
        users = match round {
            0 => ["ann", "bob"].map(|name| process.http().user(name)).into(),
            _ => users.iter().map(|user| user.moved_to(process.address)).collect(),
        };
        // An active session is part of the counters too.
        let started = users[0].post("/api/work_sessions/start", &json!({ "user_id": users[0].id }));
        assert_eq!(started.status, if round == 0 { 201 } else { 400 }, "{started:?}");

        let (answers, process) = (AtomicUsize::new(0), Mutex::new(process));
        let kill = || process.lock().expect("no panic").kill();
        let heard: Vec<Told> = thread::scope(|scope| {
            let (users, answers, kill) = (&users, &answers, &kill);
            let write = |w: usize| move || write_until_gone(&users[w % 2], &format!("{round}-{w}"), answers, enough, kill);
            let writers: Vec<_> = (0..WRITERS).map(|w| scope.spawn(write(w))).collect();
            writers.into_iter().map(|writer| writer.join().expect("no panic")).collect()
        });
        for (writer, heard) in heard.into_iter().enumerate() {
            told[writer % 2].extend(heard);
        }

        let process = start();
        for (user, told) in users.iter().zip(&mut told) {
            check(&user.moved_to(process.address), told);
        }
    }
}

/// Holds what exists to what was told, then repeats every request with its key, which must do nothing twice.
fn check(user: &Http, told: &mut Told) {
    let before = user.assert_counters_equal_what_exists();
    for (key, Acknowledged { id, completed }) in told.iter() {
        let Some(id) = id else { continue };
        let task = before.iter().find(|task| task["id"] == id.as_str());
        let task = task.unwrap_or_else(|| panic!("{key} was acknowledged and is gone"));
        assert!(task["completed"] == true || !completed, "that {key} was completed was acknowledged and is gone");
    }
    for (key, Acknowledged { id, .. }) in told.iter_mut() {
        let answer = create(user, key).expect("an answer");
        assert_eq!(answer.status, 201, "{answer:?}");
        let exists = before.iter().any(|task| task["title"] == key.as_str());
        assert_eq!(answer.header("idempotency-replayed"), exists.then_some("true"), "{key}: {answer:?}");
        assert_eq!(*id.get_or_insert_with(|| answer.text("id")), answer.text("id"));
    }
    let after = user.assert_counters_equal_what_exists();
    let mut titles: Vec<&str> = after.iter().filter_map(|task| task["title"].as_str()).collect();
    titles.sort_unstable();
    // The keys are in this order already, and each is the title of one task.
    assert_eq!(titles, told.keys().map(String::as_str).collect::<Vec<_>>());
    assert!(after.iter().all(|task| told.values().any(|told| task["id"].as_str() == told.id.as_deref())));
}
