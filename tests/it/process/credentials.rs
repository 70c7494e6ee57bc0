//! What people give for their connections, around the whole program: found nowhere outside of its seal, put under another key, and
//! asked for again when the key is lost.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::{Value, json};

use crate::support::{
    http::Http,
    process::{Process, Program},
};

const PLANTED: &str = "xplanted-secret-4711";

fn start(folder: &Path) -> Process {
    // Nothing listens there.
    let nowhere = "http://127.0.0.1:1";
    Program::new(folder).set("AVANOCHI_LOG", "trace").set("GITHUB_API_URL", nowhere).set("GITHUB_LOGIN_URL", nowhere).start()
}

fn connect(ann: &Http) -> String {
    let body =
        json!({ "provider": "github", "settings": { "repositories": ["ann/things"] }, "credential": { "token": PLANTED } });
    let made = ann.clone().with_header("idempotency-key", "one").post("/api/connections", &body);
    assert_eq!(made.status, 201, "{made:?}");
    made.text("id")
}

/// Every file below the folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push((entry.display().to_string(), fs::read(&entry).expect("a file")));
        }
    }
    found
}

fn assert_nowhere(what: &str, text: &[u8]) {
    let found = text.windows(PLANTED.len()).any(|window| window.eq_ignore_ascii_case(PLANTED.as_bytes()));
    assert!(!found, "the secret is in {what}");
}

/// Why the service cannot be asked: it is not there, or the credential is not.
fn why(ann: &Http, id: &str) -> Value {
    ann.get(&format!("/api/connections/{id}/lists")).body["code"].clone()
}

#[test]
fn a_secret_is_in_no_output_no_answer_and_no_file_and_outlives_its_key_unless_that_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let key_file = folder.path().join(".avanochi/credentials_key");
    let mut process = start(folder.path());
    let ann = process.http().user("ann");
    let id = connect(&ann);
    let path = format!("/api/connections/{id}");
    let hook = ann.post(&format!("{path}/webhooks"), &json!({ "preset": "gitlab", "secret": PLANTED }));
    assert_eq!(hook.status, 201, "{hook:?}");
    let url = hook.text("url");
    let address = url[url.find("/api/").expect("a path")..].to_owned();
    let deliver = |to: &Http, body: &Value| to.clone().with_header("x-gitlab-token", PLANTED).post(&address, body).status;
    assert_eq!(deliver(&ann, &json!({ "first": 1 })), 200);
    for body in [
        json!({ "credential": { "token": PLANTED, "more": 1 } }),
        json!({ "credential": PLANTED }),
        json!({ "credential": { "username": PLANTED, "password": PLANTED } }),
        json!({ "credential": { "token": [PLANTED] } }),
        json!({ "credential": { "token": format!("{PLANTED}\n") } }),
        json!({ PLANTED: 1 }),
    ] {
        let refused = ann.patch(&path, &body);
        assert!(refused.status == 400 || refused.status == 200, "{refused:?}");
        if body.get(PLANTED).is_none() {
            assert_nowhere("an answer", refused.body.to_string().as_bytes());
        }
    }
    for answer in [ann.get(&path), ann.get("/api/connections"), ann.get("/api/changes?since=0")] {
        assert_nowhere("an answer", answer.body.to_string().as_bytes());
    }
    let before = why(&ann, &id);
    process.stop();
    assert_nowhere("the output", process.output().as_bytes());
    for (name, bytes) in files(folder.path()) {
        assert_nowhere(&name, &bytes);
    }
    let mode = fs::metadata(&key_file).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // Another key: the secret is still there, and only the new key opens it.
    let former = fs::read_to_string(&key_file).expect("a key");
    let rotated = Program::new(folder.path()).args(&["credentials", "rotate"]).run();
    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    assert!(rotated.stdout.contains("2 were sealed"), "{rotated:?}");
    let key = fs::read_to_string(&key_file).expect("a key");
    assert!(key != former && key.trim().lines().count() == 1);
    let mut process = start(folder.path());
    let again = ann.moved_to(process.address);
    assert_eq!(why(&again, &id), before);
    assert_eq!(deliver(&again, &json!({ "second": 2 })), 200);
    process.stop();
    fs::write(&key_file, former).expect("written");
    let mut process = start(folder.path());
    assert_eq!(why(&ann.moved_to(process.address), &id), "provider_refused");
    process.stop();

    // A lost key: the program starts, and asks for the credential.
    fs::remove_file(&key_file).expect("removed");
    let mut process = start(folder.path());
    let again = ann.moved_to(process.address);
    assert_eq!(why(&again, &id), "provider_refused");
    assert_eq!(again.patch(&path, &json!({ "credential": { "token": PLANTED } })).status, 200);
    assert_eq!(why(&again, &id), before);
    process.stop();
    assert_nowhere("the output", process.output().as_bytes());
}

#[test]
fn half_of_a_pair_and_a_bad_key_stop_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, value, said) in [
        ("CREDENTIALS_KEY", "c2hvcnQ=", "CREDENTIALS_KEY"),
        ("CREDENTIALS_KEY_PREVIOUS", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "CREDENTIALS_KEY"),
        ("GITHUB_CLIENT_ID", "id", "GITHUB_CLIENT_SECRET"),
        ("TODOIST_CLIENT_SECRET", "secret-value", "TODOIST_CLIENT_ID"),
        ("GITHUB_API_URL", "http://api.example", "GITHUB_API_URL"),
        ("OUTBOUND_ALLOW_PRIVATE", "169.254.169.254", "OUTBOUND_ALLOW_PRIVATE"),
        ("AVANOCHI_PUBLIC_URL", "https://avanochi.example/path", "AVANOCHI_PUBLIC_URL"),
        ("AZURE_CLOUD", "moon", "AZURE_CLOUD"),
    ] {
        let stopped = Program::new(folder.path()).set(name, value).run();
        stopped.assert_failed(2, &[said]);
        assert!(!stopped.stderr.contains(value), "{stopped:?}");
    }
}
