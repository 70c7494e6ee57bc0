//! Events as the Functions host posts them to the port of the program: wrapped, and without a length.

use std::{io::Cursor, net::SocketAddr};

use serde_json::Value;
use ureq::SendBody;

use super::{Answer, http::Http};

#[path = "../../../src/functions/wrapping.rs"]
pub mod wrapping;

pub use wrapping::{Document, Message, changes, queue, timer};

/// Posts a payload to a function. As for the host, only a 2xx whose body is an object in JSON is a success.
#[track_caller]
pub fn invoke(address: SocketAddr, function: &str, invocation: &str, payload: &Value) -> Answer {
    try_invoke(address, function, invocation, payload).unwrap_or_else(|| panic!("no answer from {function}"))
}

/// As [`invoke`]; `None` when the program is gone before it has answered.
#[track_caller]
pub fn try_invoke(address: SocketAddr, function: &str, invocation: &str, payload: &Value) -> Option<Answer> {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("transfer-encoding", "chunked"),
        ("x-azure-functions-invocationid", invocation),
        ("x-azure-functions-hostversion", "4.1037.0.0"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let body = SendBody::from_owned_reader(Cursor::new(payload.to_string().into_bytes()));
    let answer = Http::new(address).exchange("POST", &format!("/{function}"), &headers, body)?;
    if (200..300).contains(&answer.status) {
        let json = answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        assert!(json && answer.body.is_object(), "the host would fail or hang on {answer:?}");
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::support::process::Program;

    /// The shapes that were seen of running hosts.
    #[test]
    fn payloads_look_as_recorded() {
        let sent = timer("tick", "timer", false);
        assert_eq!(
            sent["Data"],
            json!({ "timer": { "Schedule": { "AdjustForDST": true }, "ScheduleStatus": null, "IsPastDue": false } })
        );

        let sent = queue("pack", "msg", &Message { body: r#"{"order":7}"#, dequeued: 1 });
        assert_eq!(sent["Data"], json!({ "msg": "\"{\\\"order\\\":7}\"" }));
        let metadata = &sent["Metadata"];
        assert_eq!((&metadata["DequeueCount"], &metadata["order"]), (&json!("1"), &json!("\"7\"")));
        assert_eq!(metadata["InsertionTime"], "2026-01-02T03:04:05+00:00");
        assert!(metadata["Id"].as_str().is_some_and(|id| id.starts_with('"')), "{metadata}");
        assert_eq!(metadata["sys"]["MethodName"], "pack");

        let body = json!({ "id": "x", "dequeuecount": 99, "ok": true, "at": "2024-04-06T15:30:00Z", "list": [1], "none": null });
        let metadata = queue("pack", "msg", &Message { body: &body.to_string(), dequeued: 1 })["Metadata"].clone();
        assert_eq!((&metadata["Id"], &metadata["DequeueCount"]), (&json!("\"x\""), &json!("\"99\"")));
        assert_eq!((&metadata["ok"], &metadata["at"]), (&json!("\"True\""), &json!("\"04/06/2024 15:30:00\"")));
        assert!(metadata.get("list").is_none() && metadata.get("none").is_none(), "{metadata}");

        let at = json!(["2026-01-02T03:04:05.1200+02:00", "2026-01-02T03:04:05.1200Z", "2026-01-02T03:04:05.12345678Z"]);
        let sent = changes("ledger", "documents", &[Document::of(json!({ "id": "bill-7", "at": at }))], Some(1));
        let text: String = serde_json::from_str(sent["Data"]["documents"].as_str().expect("text")).expect("text in text");
        let batch: Value = serde_json::from_str(&text).expect("a list");
        let at = json!(["2026-01-02T01:04:05.12+00:00", "2026-01-02T03:04:05.12Z", "2026-01-02T03:04:05.12345678Z"]);
        assert_eq!((&batch[0]["id"], &batch[0]["at"], &batch[0]["_lsn"]), (&json!("bill-7"), &at, &json!(41)));
        assert_eq!(sent["Metadata"]["RetryContext"]["RetryCount"], 1);
    }

    #[test]
    fn an_event_at_a_route_of_the_api_is_a_request_like_any_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let process = Program::new(folder.path()).set("FUNCTIONS_CUSTOMHANDLER_PORT", "0").start();
        for payload in [
            timer("no_such_job", "timer", true),
            queue("no_such_job", "msg", &Message { body: "[1]", dequeued: 2 }),
            changes("no_such_job", "documents", &[], None),
        ] {
            // One that reads the body before it answers: an earlier answer may meet us while we still send.
            let answer = invoke(process.address, "api/auth/login", "0a1b2c3d-0000-4000-8000-000000000001", &payload);
            answer.assert_error(400, "invalid_field");
        }
    }
}
