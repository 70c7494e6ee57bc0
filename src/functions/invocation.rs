//! The payload that the Functions host posts for an event, `{"Data": …, "Metadata": …}`, read into the event that a job
//! takes.
//!
//! The host encodes every value that is no object as JSON *text*: a queue message arrives as a string that holds a string
//! that holds the message. Both that form and the one with one encoding less are read.

use serde_json::Value;

use super::{
    json::{self, Object},
    trigger::{Definition, Trigger},
};
use crate::{
    jobs::{Event, Tick},
    kernel::{Code, Error},
    store::{Change, Partition, cosmos},
};

/// An event, and how many earlier deliveries of it have failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    pub event: Event,
    /// As counted by the retry policy of the function; `None` where it has no policy.
    pub retries: Option<u32>,
}

impl Invocation {
    /// Reads the body of a request of the host. Errors: `invalid_json`, which says where and never what.
    pub fn read(definition: &Definition, body: &[u8]) -> Result<Self, Error> {
        let payload: Value = serde_json::from_slice(body).map_err(|_| unreadable("is not JSON"))?;
        let payload = payload.as_object().ok_or(unreadable("is not an object"))?;
        let data = json::property(payload, "Data").and_then(Value::as_object).ok_or(unreadable("has no Data"))?;
        let value = json::property(data, &definition.binding).ok_or(unreadable("has nothing under the name of the binding"))?;
        let none = Object::new();
        let metadata = json::property(payload, "Metadata").and_then(Value::as_object).unwrap_or(&none);
        let event = match definition.trigger {
            Trigger::Timer { .. } => Event::Tick(tick(value)?),
            Trigger::Queue { .. } => message(value, metadata),
            Trigger::Changes => Event::Changes(changes(value)?),
        };
        let context = json::property(metadata, "RetryContext").and_then(Value::as_object);
        Ok(Self { event, retries: context.and_then(|context| json::property(context, "RetryCount")).and_then(count) })
    }
}

fn unreadable(why: &str) -> Error {
    Error::new(Code::InvalidJson, format!("The payload of the Functions host {why}"))
}

fn tick(value: &Value) -> Result<Tick, Error> {
    let value = unwrapped(value);
    let timer = value.as_object().ok_or(unreadable("has a timer that is not an object"))?;
    let past_due = json::property(timer, "IsPastDue").and_then(json::plain);
    Ok(Tick { past_due: past_due.is_some_and(|text| text.eq_ignore_ascii_case("true")) })
}

fn message(value: &Value, metadata: &Object) -> Event {
    let body = unwrapped(value);
    // The host copies the properties of a message that is an object over the metadata, so that the sender could set a count
    // there. Its JSON reader is more tolerant than ours and takes some texts for objects too.
    let promoted = match &body {
        Value::Object(_) => true,
        Value::String(text) => text.trim_start().starts_with('{'),
        _ => false,
    };
    let told = if promoted { None } else { metadata.get("DequeueCount").and_then(count) };
    let payload = match body {
        // That is why the program sends each message as an array of one.
        Value::Array(mut list) if list.len() == 1 => list.pop().unwrap_or_default(),
        body => body,
    };
    Event::Message { payload, attempt: told.unwrap_or(1).max(1) }
}

fn changes(value: &Value) -> Result<Vec<Change>, Error> {
    match unwrapped(value) {
        Value::Array(documents) => Ok(documents.iter().filter_map(hint).collect()),
        _ => Err(unreadable("has documents that are not a list")),
    }
}

/// `None` for a document that this program did not write.
fn hint(document: &Value) -> Option<Change> {
    let text = |name: &str| document.get(name)?.as_str();
    let (partition, kind, seq) = (text("pk")?.to_owned(), text("kind")?.to_owned(), document.get("seq")?.as_u64()?);
    Some(Change { partition: Partition::named(partition), kind: kind.into(), id: cosmos::plain_id(text("id")?)?, seq })
}

/// Undoes the encodings of the host: one of every value, and a second one of what was text. Text that holds no JSON stays
/// text.
fn unwrapped(value: &Value) -> Value {
    let mut value = value.clone();
    for _ in 0..2 {
        let Value::String(text) = &value else { break };
        let Ok(inner) = serde_json::from_str(text) else { break };
        value = inner;
    }
    value
}

/// A number as the host writes it, which is as text. Text that is encoded once more comes from a sender and is no number.
fn count(value: &Value) -> Option<u32> {
    json::plain(value)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::{
        collection::{btree_map, vec},
        prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
    };
    use serde_json::json;

    use super::*;
    use crate::functions::wrapping::{self, Document, Message};

    const TIMER: &str = r#"{"bindings": [{"type": "timerTrigger", "name": "timer", "schedule": "0 0 3 * * *"}]}"#;
    const QUEUE: &str = r#"{"bindings": [{"type": "queueTrigger", "name": "msg", "queueName": "work-items"}]}"#;
    const CHANGES: &str = r#"{"bindings": [{"type": "cosmosDBTrigger", "name": "documents"}]}"#;

    fn read(function_json: &str, payload: &Value) -> Result<Invocation, Error> {
        Invocation::read(&Definition::read(function_json).expect("a definition"), payload.to_string().as_bytes())
    }

    fn event(function_json: &str, payload: &Value) -> Event {
        read(function_json, payload).expect("an invocation").event
    }

    /// A queue message with its body as text.
    fn queued(body: &str, dequeued: u32) -> Event {
        event(QUEUE, &wrapping::queue("pack", "msg", &Message { body, dequeued }))
    }

    fn message(payload: Value, attempt: u32) -> Event {
        Event::Message { payload, attempt }
    }

    #[test]
    fn a_timer_says_whether_it_is_late() {
        for past_due in [false, true] {
            let tick = Event::Tick(Tick { past_due });
            assert_eq!(event(TIMER, &wrapping::timer("tick", "timer", past_due)), tick);
            assert_eq!(event(TIMER, &json!({ "Data": { "timer": { "IsPastDue": past_due.to_string() } } })), tick);
            assert_eq!(event(TIMER, &json!({ "data": { "timer": json!({ "isPastDue": past_due }).to_string() } })), tick);
        }
        assert_eq!(event(TIMER, &json!({ "Data": { "timer": {} }, "More": 1 })), Event::Tick(Tick::default()));
    }

    #[test]
    fn a_message_comes_out_of_every_wrapping() {
        let body = json!({ "order": 7, "at": "2026-01-02T03:04:05.1200+02:00" });
        assert_eq!(queued(&json!([body]).to_string(), 3), message(body.clone(), 3));
        // Bare, whose metadata the sender may have written.
        assert_eq!(queued(&body.to_string(), 3), message(body.clone(), 1));
        // A layer less, and none.
        for once in [json!(json!([body]).to_string()), json!([body])] {
            let payload = json!({ "Data": { "msg": once }, "Metadata": { "DequeueCount": 2 } });
            assert_eq!(event(QUEUE, &payload), message(body.clone(), 2));
        }
        assert_eq!(queued("plain words", 2), message(json!("plain words"), 2));
        assert_eq!(queued("7", 1), message(json!(7), 1));
        assert_eq!(queued("[1, 2]", 1), message(json!([1, 2]), 1));
        assert_eq!(queued("[]", 1), message(json!([]), 1));
        assert_eq!(queued("", 1), message(json!(""), 1));
    }

    #[test]
    fn a_sender_cannot_say_which_attempt_it_is() {
        for name in ["DequeueCount", "dequeuecount"] {
            assert_eq!(queued(&json!({ name: 99 }).to_string(), 1), message(json!({ name: 99 }), 1));
        }
        // Objects to the host, text to us.
        for body in ["{'DequeueCount': 99}", " {DequeueCount: 99} "] {
            let payload = json!({ "Data": { "msg": json!(body).to_string() }, "Metadata": { "DequeueCount": "99" } });
            assert_eq!(event(QUEUE, &payload), message(json!(body), 1));
        }
        for count in [json!("\"99\""), json!(-1), json!("many"), json!(null), json!("0"), json!({}), json!("5000000000")] {
            let payload = json!({ "Data": { "msg": "[1]" }, "Metadata": { "DequeueCount": count } });
            assert_eq!(event(QUEUE, &payload), message(json!(1), 1));
        }
    }

    #[test]
    fn changes_are_hints_and_what_is_not_ours_is_passed_over() {
        let ours = |id: &str, seq: u64| json!({ "id": id, "pk": "u1", "kind": "tasks", "seq": seq, "body": { "id": "other" } });
        let documents = [
            ours("tasks:0-9", 4),
            json!({ "id": "bill-7", "shop": "north" }),
            ours("without a kind", 5),
            json!({ "id": "tasks:x", "pk": "u1", "kind": "tasks", "seq": -1 }),
            ours("tasks:a~2Fb", 6),
        ];
        let hint = |id: &str, seq| Change { partition: Partition::named("u1"), kind: "tasks".into(), id: id.into(), seq };
        let expected = Event::Changes(vec![hint("0-9", 4), hint("a/b", 6)]);
        let batch: Vec<Document> = documents.iter().cloned().map(Document::of).collect();
        assert_eq!(event(CHANGES, &wrapping::changes("changes", "documents", &batch, None)), expected);
        for list in [json!(documents), json!(json!(documents).to_string())] {
            assert_eq!(event(CHANGES, &json!({ "Data": { "documents": list } })), expected);
        }
    }

    #[test]
    fn the_host_may_say_that_it_tries_again() {
        for retries in [0, 3] {
            let payload = wrapping::changes("changes", "documents", &[], Some(retries));
            let invocation = read(CHANGES, &payload).expect("an invocation");
            assert_eq!(invocation, Invocation { event: Event::Changes(Vec::new()), retries: Some(retries) });
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_quotes_nothing() {
        for (function_json, payload) in [
            (TIMER, json!(["hunter2"])),
            (TIMER, json!("hunter2")),
            (TIMER, json!({ "Metadata": { "hunter2": 1 } })),
            (TIMER, json!({ "Data": "hunter2" })),
            (TIMER, json!({ "Data": { "hunter2": {} } })),
            (TIMER, json!({ "Data": { "timer": "hunter2" } })),
            (CHANGES, json!({ "Data": { "documents": "[\"hunter2\"" } })),
            (CHANGES, json!({ "Data": { "documents": { "hunter2": 1 } } })),
            (CHANGES, json!({ "Data": { "documents": null } })),
        ] {
            let error = read(function_json, &payload).expect_err("unreadable");
            assert_eq!(error.code(), Code::InvalidJson);
            assert!(!error.chain().contains("hunter2"), "{}", error.chain());
        }
        let definition = Definition::read(QUEUE).expect("a definition");
        for body in [&b""[..], b"{", b"\xff", b"{\"Data\": hunter2}", "[".repeat(10_000).as_bytes()] {
            assert_eq!(Invocation::read(&definition, body).expect_err("no JSON").code(), Code::InvalidJson);
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::from),
                btree_map(any::<String>(), inner, 0..4).prop_map(|map| { Value::Object(map.into_iter().collect()) })
            ]
        })
    }

    proptest! {
        #[test]
        fn a_message_in_a_list_arrives_as_it_was_sent(body in any_json(), dequeued in 1_u32..) {
            prop_assert_eq!(queued(&json!([body]).to_string(), dequeued), message(body, dequeued));
        }

        /// Bare, it does too, but for text that happens to be JSON and for lists of one.
        #[test]
        fn a_bare_object_arrives_as_it_was_sent_and_is_the_first_attempt(
            body in btree_map(any::<String>(), any_json(), 0..4), dequeued in 1_u32..
        ) {
            let body = Value::Object(body.into_iter().collect());
            prop_assert_eq!(queued(&body.to_string(), dequeued), message(body, 1));
        }

        #[test]
        fn a_batch_arrives_in_its_order(sent in vec((any::<String>(), any::<String>(), "[a-z0-9.-]{0,12}", any::<u64>(), any_json()), 0..6)) {
            let batch: Vec<Document> = sent.iter().map(|(pk, kind, id, seq, body)| {
                Document::of(json!({ "id": format!("k:{id}"), "pk": pk, "kind": kind, "seq": seq, "body": body }))
            }).collect();
            let hints = sent.iter().map(|(pk, kind, id, seq, _)| {
                Change { partition: Partition::named(pk.clone()), kind: kind.clone().into(), id: id.clone(), seq: *seq }
            }).collect();
            prop_assert_eq!(event(CHANGES, &wrapping::changes("changes", "documents", &batch, None)), Event::Changes(hints));
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in vec(any::<u8>(), 0..200), value in any_json(), more in any_json()) {
            for function_json in [TIMER, QUEUE, CHANGES] {
                let definition = Definition::read(function_json).expect("a definition");
                prop_assert!(Invocation::read(&definition, &bytes).is_err());
                let name = definition.binding.clone();
                for value in [value.clone(), json!(value.to_string()), json!(json!(value.to_string()).to_string())] {
                    let payload = json!({ "Data": { name.clone(): value }, "Metadata": more });
                    // Any answer will do.
                    let _ = Invocation::read(&definition, payload.to_string().as_bytes());
                }
            }
        }
    }
}
