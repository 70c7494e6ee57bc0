//! What was deleted is gone from the files too, while the program runs and after it.

use std::{fs, path::Path};

use serde_json::json;

use crate::support::{
    http::{Http, eventually},
    process::Program,
};

/// The names of the files in the folder that hold one of the texts.
fn holding(folder: &Path, texts: &[String]) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let holds = |path: &Path| {
        let bytes = fs::read(path).unwrap_or_default();
        texts.iter().any(|text| holds_bytes(&bytes, text.as_bytes()))
    };
    entries.filter(|path| holds(path)).map(|path| path.display().to_string()).collect()
}

fn holds_bytes(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// The salt and the hash of the one password in the folder, as they are stored.
fn hash(folder: &Path) -> Vec<String> {
    let all = fs::read_dir(folder).expect("a folder").map(|entry| fs::read(entry.expect("an entry").path()).expect("a file"));
    let text = String::from_utf8_lossy(&all.flatten().collect::<Vec<u8>>()).into_owned();
    let hash = text.split("$argon2id$").nth(1).expect("a hash").split('"').next().expect("its end");
    let parts: Vec<String> = hash.split('$').skip(2).map(str::to_owned).collect();
    assert!(parts.len() == 2 && parts.iter().all(|part| part.len() >= 16), "{parts:?}");
    parts
}

/// Makes and deletes enough that pages are split, merged and freed.
fn delete_many(user: &Http, canary: &str) {
    let make = |n: usize| user.create_task(&format!("{canary} {n} {}", "long ".repeat(n % 90))).text("id");
    let tasks: Vec<String> = (0..120).map(make).collect();
    for (n, id) in tasks.iter().enumerate().filter(|(n, _)| n % 5 == 0) {
        let renamed = json!({ "title": format!("{canary} renamed {n} {}", "longer ".repeat(60)) });
        assert_eq!(user.patch(&format!("/api/tasks/{id}"), &renamed).status, 200);
    }
    let session = user.post("/api/work_sessions/start", &json!({ "user_id": user.id })).text("id");
    assert_eq!(user.patch(&format!("/api/work_sessions/{session}"), &json!({ "note": format!("{canary} note") })).status, 200);
    assert_eq!(user.patch(&format!("/api/work_sessions/{session}"), &json!({ "note": "nothing" })).status, 200);
    for id in tasks.iter().rev().step_by(2).chain(tasks.iter().step_by(2)) {
        let path = format!("/api/tasks/{id}");
        assert!([204, 404].contains(&user.send("DELETE", &format!("{path}?permanent=true"), None).status));
    }
}

#[test]
fn what_was_deleted_is_in_no_file_while_the_program_runs_and_afterwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join(".avanochi");
    let mut process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let canaries = ["Kanarienvogel".to_owned()];
    let secrets = hash(&data);
    let bob = process.http().user("bob");
    bob.create_task("stays");

    delete_many(&ann, &canaries[0]);
    let log = data.join("avanochi.db-wal");
    eventually("an empty log", || (fs::metadata(&log).expect("a log").len() == 0).then_some(()));
    process.stop();

    // The first deletion of a process has the database written anew, and nothing is left of any.
    let mut process = Program::new(folder.path()).start();
    let (ann, bob) = (ann.moved_to(process.address), bob.moved_to(process.address));
    assert!(!holding(&data, &secrets).is_empty());
    assert_eq!(ann.send("DELETE", &format!("/api/users/{}", ann.id), None).status, 204);
    let all: Vec<String> = canaries.into_iter().chain(secrets).collect();
    eventually("no trace of the user", || holding(&data, &all).is_empty().then_some(()));
    assert!(!holding(&data, &["stays".to_owned()]).is_empty());
    assert_eq!(bob.assert_counters_equal_what_exists().len(), 1);
    process.stop();
    assert_eq!(holding(&data, &all), Vec::<String>::new());
    let process = Program::new(folder.path()).start();
    assert_eq!(bob.moved_to(process.address).assert_counters_equal_what_exists().len(), 1);
}

/// A few documents share a page with others, and nothing moves: the first deletion leaves nothing, without a restart.
#[test]
fn what_was_deleted_is_soon_gone_while_the_program_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join(".avanochi");
    let process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let canary = ["Kanarienvogel".to_owned()];
    for _ in 0..3 {
        let task = ann.create_task(&canary[0]).text("id");
        assert!(!holding(&data, &canary).is_empty());
        assert_eq!(ann.send("DELETE", &format!("/api/tasks/{task}?permanent=true"), None).status, 204);
        eventually("no trace of the task", || holding(&data, &canary).is_empty().then_some(()));
    }
}
