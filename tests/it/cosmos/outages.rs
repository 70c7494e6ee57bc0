//! The program killed with no warning while the account goes on, and answers of the account that are lost.

use serde_json::json;

use crate::{
    process::kill::loses_nothing_when_killed,
    support::served_emulator::{Fault, ServedEmulator, When},
};

#[test]
fn a_kill_between_two_writes_loses_nothing_and_does_nothing_twice() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    loses_nothing_when_killed(|| {
        // What was on its way when the last one was killed arrives first, or never.
        emulator.settle();
        emulator.program(folder.path()).start()
    });
}

/// None of these requests has a key under which its repetition would be recognised: only the operation that every
/// document bears tells the conflict with oneself from any other.
#[test]
fn a_write_whose_answer_was_lost_is_the_success_that_it_was() {
    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let process = emulator.program(folder.path()).start();
    assert_eq!(process.http().get("/api/health?deep=true").status, 200);
    let lost = |to| {
        let once = Fault { to, when: When::After, times: 1, ..Fault::of_data(503) };
        emulator.fail(once);
    };
    let struck = || assert_eq!(emulator.heal(), 1);

    lost("POST /dbs");
    let ann = process.http().user("ann");
    struck();
    lost("POST /dbs");
    let task = ann.create_task("once");
    assert_eq!(task.status, 201, "{task:?}");
    struck();
    lost("POST /dbs");
    let session = ann.post("/api/work_sessions/start", &json!({ "user_id": ann.id }));
    assert_eq!(session.status, 201, "{session:?}");
    struck();
    assert_eq!(ann.assert_counters_equal_what_exists().len(), 1);
    lost("POST /dbs");
    let gone = ann.send("DELETE", &format!("/api/tasks/{}", task.text("id")), None);
    assert_eq!(gone.status, 204, "{gone:?}");
    struck();
    assert!(ann.assert_counters_equal_what_exists().is_empty());
}
