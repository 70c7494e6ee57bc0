//! The drill: a copy is put back after the worst, by somebody who removes what a person would remove.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{http::Http, process::Program};

/// What the API says of a user, byte for byte, but for the time at which it is asked.
fn said(user: &Http) -> Vec<(String, String)> {
    let id = &user.id;
    let mut answers: Vec<(String, String)> = Vec::new();
    for path in ["/api/auth/me", "/api/tasks", "/api/work_sessions", &format!("/api/stats/{id}/days")] {
        let answer = user.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let etag = answer.header("etag").unwrap_or_default().to_owned();
        answers.push((format!("{path} {etag}"), String::from_utf8_lossy(&answer.bytes).into_owned()));
    }
    let mut stats = user.stats();
    stats["as_of"] = Value::Null;
    answers.push(("stats".into(), stats.to_string()));
    // Habits and progress follow by a job, whenever it comes to it.
    let mut changes = user.get("/api/changes").body["changes"].as_array().expect("changes").clone();
    let followed = ["habits", "progress", "progress_ledger", "achievements"];
    changes.retain(|change| !followed.iter().any(|kind| change["kind"] == *kind));
    answers.push(("changes".into(), json!(changes).to_string()));
    answers
}

fn token(user: &Http) -> String {
    user.get("/api/changes").text("token")
}

fn is_reset(user: &Http, token: &str) -> bool {
    let answer = user.get(&format!("/api/changes?since={token}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["reset"] == true
}

/// A day of somebody's.
fn write(user: &Http, n: usize) {
    let task = user.create_task(&format!("task {n}")).text("id");
    user.create_task(&format!("other task {n}"));
    assert_eq!(user.patch(&format!("/api/tasks/{task}"), &json!({})).status, 200);
    let session = user.post("/api/work_sessions/start", &json!({ "user_id": user.id })).text("id");
    assert_eq!(user.post(&format!("/api/work_sessions/{session}/end"), &json!({})).status, 200);
    let gone = user.create_task("to be deleted").text("id");
    assert_eq!(user.send("DELETE", &format!("/api/tasks/{gone}"), None).status, 204);
}

/// A folder whose program was copied, used further and killed, and what the copy must bring back.
struct Drill {
    folder: tempfile::TempDir,
    ann: Http,
    at_the_copy: Vec<(String, String)>,
    /// From before the copy and from after it.
    tokens: [String; 2],
}

impl Drill {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Program::new(folder.path()).start();
        let ann = process.http().user("ann");
        write(&ann, 1);
        let (before, at_the_copy) = (token(&ann), said(&ann));
        let copied = Program::new(folder.path()).args(&["backup", "copy.db"]).run();
        assert_eq!((copied.code, copied.stderr.as_str()), (Some(0), ""), "{copied:?}");
        write(&ann, 2);
        assert_ne!(said(&ann), at_the_copy);
        let after = token(&ann);
        process.kill();
        Self { folder, ann, at_the_copy, tokens: [before, after] }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(".avanochi").join(name)
    }

    fn remove(&self, names: &[&str]) {
        for name in names {
            fs::remove_file(self.file(name)).expect("removed");
        }
    }

    fn run(&self, args: &[&str]) -> crate::support::process::Finished {
        Program::new(self.folder.path()).args(args).run()
    }

    /// Restores, starts, and holds what is answered to what was answered at the time of the copy.
    fn restored_is_what_was_copied(&self) {
        let restored = self.run(&["restore", "copy.db"]);
        assert_eq!((restored.code, restored.stderr.as_str()), (Some(0), ""), "{restored:?}");
        let verified = self.run(&["verify"]);
        assert_eq!(verified.code, Some(0), "{verified:?}");
        let process = Program::new(self.folder.path()).start();
        let mut ann = self.ann.moved_to(process.address);
        if ann.get("/api/auth/me").status == 401 {
            // The secret went with the folder: tokens are for the place that gave them.
            ann = process.http().log_in("ann");
        }
        assert_eq!(said(&ann), self.at_the_copy);
        ann.assert_counters_equal_what_exists();
        for token in &self.tokens {
            assert!(is_reset(&ann, token));
        }
        // The numbers of what was lost are given again, until there are more than before.
        let ours = token(&ann);
        (3..6).for_each(|n| write(&ann, n));
        for token in &self.tokens {
            assert!(is_reset(&ann, token));
        }
        assert!(!is_reset(&ann, &ours));
    }
}

#[test]
fn with_the_database_alone_removed_its_log_is_named_and_nothing_is_made_of_it() {
    let drill = Drill::new();
    drill.remove(&["avanochi.db"]);
    let log = fs::read(drill.file("avanochi.db-wal")).expect("a log");
    assert!(!log.is_empty());
    drill.run(&["restore", "copy.db"]).assert_failed(1, &["./.avanochi", "already has", "avanochi.db-shm, avanochi.db-wal"]);
    for args in [&["serve"][..], &["verify"], &["backup", "another.db"], &["jobs", "dead-letters"]] {
        drill.run(args).assert_failed(1, &["./.avanochi", "avanochi.db-wal", "restore a copy"]);
    }
    assert_eq!(fs::read(drill.file("avanochi.db-wal")).expect("still there"), log);
    assert!(!drill.file("avanochi.db").exists() && !drill.folder.path().join("another.db").exists());
    drill.remove(&["avanochi.db-wal"]);
    drill.run(&["restore", "copy.db"]).assert_failed(1, &["already has", "(avanochi.db-shm)"]);
    drill.remove(&["avanochi.db-shm"]);
    drill.restored_is_what_was_copied();
}

#[test]
fn with_the_database_and_its_log_removed_the_copy_is_what_is_there() {
    let drill = Drill::new();
    drill.run(&["restore", "copy.db"]).assert_failed(1, &["already has", "avanochi.db, avanochi.db-shm, avanochi.db-wal"]);
    drill.remove(&["avanochi.db", "avanochi.db-wal", "avanochi.db-shm"]);
    drill.restored_is_what_was_copied();
}

#[test]
fn with_everything_removed_only_the_logins_are_lost() {
    let drill = Drill::new();
    fs::remove_dir_all(drill.folder.path().join(".avanochi")).expect("removed");
    drill.restored_is_what_was_copied();
}

/// What SQLite itself finds wrong is told before any counter is looked at.
#[test]
fn verify_tells_of_a_damaged_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    (0..40).for_each(|n| write(&ann, n));
    process.stop();
    let verify = || Program::new(folder.path()).args(&["verify"]).run();
    assert_eq!(verify().code, Some(0));
    let file = folder.path().join(".avanochi/avanochi.db");
    let whole = fs::read(&file).expect("a file");
    // Every page but the first, one after the other, as a disk loses them.
    let pages = whole.len() / 4096;
    assert!(pages > 10, "{pages}");
    for page in (1..pages).step_by(pages / 8) {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0xA5);
        fs::write(&file, &bytes).expect("written");
        let finished = verify();
        finished.assert_failed(1, &["avanochi.db cannot be used: it is damaged"]);
        assert_eq!(fs::read(&file).expect("a file"), bytes, "page {page}");
    }
    fs::write(&file, &whole).expect("written");
    assert_eq!(verify().code, Some(0));
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_closed_terminal_ends_the_program_as_any_wish_to_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    // Whatever runs the tests may itself have been told to outlive its terminal, which is inherited.
    let mut process = Program::after("exec env --default-signal=HUP \"$0\" \"$@\"", folder.path()).start();
    process.http().user("ann").create_task("kept");
    process.signal(Signal::HUP);
    assert_eq!(process.wait().code(), Some(0), "{}", process.output());
    assert!(process.output().contains("stopped"), "{}", process.output());
    // All of it is in the one file.
    assert_eq!(files(&folder.path().join(".avanochi")), ["avanochi.db", "avanochi.lock", "credentials_key", "jwt_secret"]);

    // Whoever starts it with nohup wants it to outlive the terminal.
    let mut process = Program::after("trap '' HUP", folder.path()).start();
    process.signal(Signal::HUP);
    assert_eq!(process.http().log_in("ann").assert_counters_equal_what_exists().len(), 1);
    process.stop();
}
