//! A service that throttles or fails while many are writing.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::start::assert_come_back_later;
use crate::support::{
    Answer,
    http::Http,
    served_emulator::{Fault, ServedEmulator, When},
};

const WRITERS: usize = 4;
const TASKS: usize = 8;

/// What happened to the callers: how often they were told to come back, and the longest that one waited.
#[derive(Default)]
struct Weather {
    refusals: AtomicUsize,
    longest_ms: AtomicUsize,
}

impl Weather {
    /// Repeats a request until it succeeds. Every answer is a success or asks to come back.
    fn insist(&self, request: impl Fn() -> Answer) -> Answer {
        for _ in 0..50 {
            let began = Instant::now();
            let answer = request();
            self.longest_ms.fetch_max(usize::try_from(began.elapsed().as_millis()).unwrap_or(usize::MAX), Ordering::Relaxed);
            if answer.status < 300 {
                return answer;
            }
            assert_come_back_later(&answer);
            self.refusals.fetch_add(1, Ordering::Relaxed);
        }
        panic!("it never got through");
    }
}

/// Creates tasks and completes every second one. Returns their titles.
fn write(user: &Http, writer: usize, weather: &Weather) -> Vec<String> {
    (0..TASKS)
        .map(|n| {
            let title = format!("{writer}-{n}");
            let keyed = user.clone().with_header("idempotency-key", &title);
            let task = weather.insist(|| keyed.create_task(&title));
            assert_eq!((task.status, task.text("title")), (201, title.clone()), "{task:?}");
            if n % 2 == 1 {
                let path = format!("/api/tasks/{}", task.text("id"));
                let done = weather.insist(|| user.send("PATCH", &path, None));
                assert_eq!(done.body["completed"].as_bool(), Some(true), "{done:?}");
            }
            title
        })
        .collect()
}

fn weathers(storm: &[Fault]) {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let process = emulator.program(folder.path()).start();
    let users = ["ann", "bob"].map(|name| process.http().user(name));
    for fault in storm {
        emulator.fail(fault.clone());
    }
    let weather = Weather::default();
    let titles: Vec<BTreeSet<String>> = thread::scope(|scope| {
        let (users, weather) = (&users, &weather);
        let writers: Vec<_> = (0..WRITERS).map(|w| scope.spawn(move || write(&users[w % 2], w, weather))).collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic").into_iter().collect()).collect()
    });
    let struck = emulator.heal();
    assert!(struck > WRITERS * TASKS / 2, "only {struck} requests were struck");
    // A call ends within its deadline; a request makes few of them.
    let longest = Duration::from_millis(weather.longest_ms.into_inner() as u64);
    assert!(longest < Duration::from_secs(20), "{longest:?}");

    for (index, user) in users.iter().enumerate() {
        let tasks = user.assert_counters_equal_what_exists();
        let mut found: Vec<&str> = tasks.iter().filter_map(|task| task["title"].as_str()).collect();
        found.sort_unstable();
        let expected: Vec<&String> = titles[index].union(&titles[index + 2]).collect();
        assert_eq!(found, expected);
        assert_eq!(user.stats()["completed_tasks"], tasks.len() / 2);
        // A repetition makes nothing, also of what was made while the answer was lost.
        for title in expected {
            let again = user.clone().with_header("idempotency-key", title).create_task(title);
            assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")), "{again:?}");
        }
        assert_eq!(user.assert_counters_equal_what_exists().len(), 2 * TASKS);
    }

    // When nothing at all gets through, the caller hears that in time.
    emulator.fail(Fault { every: 1, ..storm[0].clone() });
    let began = Instant::now();
    assert_come_back_later(&users[0].create_task("never"));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    emulator.heal();
    assert_eq!(users[0].create_task("at last").status, 201);
}

#[test]
fn a_storm_of_429_costs_time_and_nothing_else() {
    weathers(&[Fault { sub_status: 3200, retry_after_ms: Some(5), every: 2, ..Fault::of_data(429) }]);
}

#[test]
fn a_storm_of_503_costs_time_and_nothing_else() {
    let before = Fault { every: 3, ..Fault::of_data(503) };
    let after = Fault { when: When::After, every: 4, ..before.clone() };
    weathers(&[before, after]);
}
