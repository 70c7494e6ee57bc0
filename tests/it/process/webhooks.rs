//! `avanochi webhook verify`: a verdict for each line as it comes.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::process::Program;

/// By the definition of HMAC, with a key that fits into a block.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = key.to_vec();
    block.resize(64, 0);
    let with = |pad: u8, rest: &[u8]| {
        let padded: Vec<u8> = block.iter().map(|byte| byte ^ pad).chain(rest.iter().copied()).collect();
        Sha256::digest(padded).to_vec()
    };
    with(0x5c, &with(0x36, message))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A request of a sender, signed by `key`.
fn github(id: &str, key: &str, body: &[u8]) -> Value {
    let signature = format!("sha256={}", hex(&hmac_sha256(key.as_bytes(), body)));
    json!({
        "id": id, "preset": "github", "config": { "secrets": [{ "value": "former" }, { "value": "ours" }] }, "now": null,
        "request": {
            "method": "POST", "url": "https://a.test/api/webhooks/x", "headers": [["X-Hub-Signature-256", signature]],
            "body_b64": STANDARD.encode(body),
        },
    })
}

fn said(id: &str, verdict: &str, reason: &str) -> Value {
    json!({ "id": id, "verdict": verdict, "reason": reason })
}

/// Everything that a file of such lines may have, with what becomes of it.
fn lines() -> Vec<(Value, Value)> {
    let mut form = github("form", "ours", b"x");
    form["preset"] = "generic_hmac".into();
    form["config"]["template"] = json!({ "signature_header": "X-Hub-Signature-256", "prefix": "sha256=", "hash": "sha256", "encoding": "hex", "parts": ["url", "body"] });
    let mut covered = form.clone();
    covered["id"] = "covered".into();
    let signature = hex(&hmac_sha256(b"ours", b"https://a.test/api/webhooks/xx"));
    covered["request"]["headers"][0][1] = format!("sha256={signature}").into();
    let text = |url: &str| json!({ "method": "POST", "url": url, "headers": [], "body_text": "" });
    let graph = json!({ "id": "graph", "preset": "msgraph", "request": text("https://a.test/x?validationToken=a%20b#c") });
    let old = json!({
        "id": "old", "preset": "slack", "config": { "secrets": [{ "value": "6b", "encoding": "hex" }] }, "now": 1_700_000_301,
        "request": {
            "method": "POST", "url": "https://a.test/x", "body_text": "x",
            "headers": [["X-Slack-Signature", "v0=00"], ["X-Slack-Request-Timestamp", "1700000000"]],
        },
    });
    let bare = |id: &str, message: &str| {
        json!({
            "id": id, "algorithm": "HMAC-SHA256", "key_hex": hex(b"key"), "message_hex": hex(message.as_bytes()),
            "signature_hex": hex(&hmac_sha256(b"key", b"text")),
        })
    };
    vec![
        (github("good", "ours", b"\xff not even text"), said("good", "accept", "ok")),
        (github("bad", "theirs", b"{}"), said("bad", "reject", "signature_mismatch")),
        (form, said("form", "reject", "signature_mismatch")),
        (covered, said("covered", "accept", "ok")),
        (graph, said("graph", "handshake", "ok")),
        (old, said("old", "reject", "timestamp_stale")),
        (bare("bare", "text"), said("bare", "accept", "ok")),
        (bare("other", "next"), said("other", "reject", "signature_mismatch")),
    ]
}

#[test]
fn each_line_is_answered_before_the_next_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    // It needs no settings, not even good ones.
    let program = Program::new(folder.path()).set("AVANOCHI_STORE", "nonsense").args(&["webhook", "verify"]);
    let (mut process, mut stdin) = program.start_told();
    for (line, expected) in lines() {
        writeln!(stdin, "{line}").expect("a reader");
        let id = expected["id"].clone();
        let found = process.stdout.wait_for(|line| serde_json::from_str::<Value>(line).ok().filter(|said| said["id"] == id));
        assert_eq!(found, Some(expected));
    }
    drop(stdin);
    assert_eq!(process.wait().code(), Some(0));
    assert_eq!(process.stderr.text(), "");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "it leaves nothing behind");
}

#[test]
fn a_line_that_cannot_be_read_is_named_and_the_others_are_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut process, mut stdin) = Program::new(folder.path()).args(&["webhook", "verify"]).start_told();
    let good = github("good", "ours", b"{}");
    let mut unknown = good.clone();
    unknown["preset"] = "nobody".into();
    let mut weak = good.clone();
    weak["config"]["secrets"][0]["value"] = "".into();
    let mut many = good.clone();
    many["config"]["secrets"] = json!(vec![json!({ "value": "planted" }); 6]);
    let request = json!({ "id": "a", "request": {} });
    let said = ["line 1:", "line 3: preset", "line 4: config.secrets", "line 5: config.secrets", "line 6:", "line 7: algorithm"];
    let nothing = json!({ "id": "a", "algorithm": "HMAC-MD5", "key_hex": "00", "message_hex": "", "signature_hex": "" });
    for line in ["{", "", &unknown.to_string(), &weak.to_string(), &many.to_string(), &request.to_string(), &nothing.to_string()]
    {
        writeln!(stdin, "{line}").expect("a reader");
    }
    stdin.write_all(good.to_string().as_bytes()).expect("a reader");
    drop(stdin);
    assert_eq!(process.wait().code(), Some(1));
    let errors = process.stderr.text();
    assert!(!errors.contains("planted"), "{errors}");
    assert_eq!(errors.lines().count(), said.len(), "{errors}");
    for (line, start) in errors.lines().zip(said) {
        assert!(line.starts_with(start), "{line}");
    }
    let verdict: Value = serde_json::from_str(process.stdout.text().trim()).expect("one line, although it did not end");
    assert_eq!(verdict, self::said("good", "accept", "ok"));
}
