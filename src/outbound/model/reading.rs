//! What an answer says, whole or in parts. Hosts differ, so nothing is expected to be there but what is needed. Pure.

use serde_json::Value;

use super::{Call, Ended, Said, Unanswered};

/// The longest text that is kept, in bytes, and the longest calls.
const LONGEST: usize = 64 << 10;
/// The most calls that are kept.
const MOST_CALLS: usize = 16;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    text: String,
    calls: Vec<Begun>,
    /// The bytes of the calls.
    called: usize,
    finish: Option<String>,
    tokens: Option<u32>,
    /// Whether the host said that nothing more comes.
    done: bool,
    filtered: bool,
    failed: bool,
}

/// A call of which more may come, and by what its parts are told from those of others.
#[derive(Debug, Default)]
struct Begun {
    index: Option<u64>,
    id: String,
    call: Call,
}

impl Reading {
    /// Takes the data of an event.
    pub fn event(&mut self, data: &str) {
        if data.trim() == "[DONE]" {
            self.done = true;
        } else if let Ok(value) = serde_json::from_str(data) {
            self.value(&value);
        }
    }

    /// Takes a part of an answer, or one that came whole.
    pub fn value(&mut self, value: &Value) {
        if value.get("error").is_some_and(|error| !error.is_null()) {
            self.filtered |= is_filtered(value);
            self.failed = true;
        }
        if let Some(total) = value.pointer("/usage/total_tokens").and_then(Value::as_u64) {
            self.tokens = u32::try_from(total).ok();
        }
        // The first part of Azure's has no choice, as the one with the usage.
        let Some(choice) = value.pointer("/choices/0") else { return };
        for content in ["/delta/content", "/message/content"].iter().filter_map(|path| choice.pointer(path)) {
            match content {
                Value::String(text) => self.text.push_str(text),
                Value::Array(parts) => {
                    for text in parts.iter().filter_map(|part| part["text"].as_str()) {
                        self.text.push_str(text);
                    }
                }
                _ => {}
            }
        }
        let calls = ["/delta/tool_calls", "/message/tool_calls"].iter().filter_map(|path| choice.pointer(path)?.as_array());
        for part in calls.flatten() {
            self.call(part);
        }
        if let Some(finish) = choice["finish_reason"].as_str() {
            self.filtered |= finish == "content_filter";
            self.finish = Some(finish.to_owned());
        }
    }

    /// Takes a part of a call, or a whole one. Parts belong together by their index; some hosts leave that out, or send the same for
    /// several calls, which then have ids of their own.
    fn call(&mut self, part: &Value) {
        let text = |path: &str| part.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let (id, name) = (text("/id"), text("/function/name"));
        let arguments = match part.pointer("/function/arguments") {
            Some(Value::String(text)) => text.clone(),
            Some(object @ Value::Object(_)) => object.to_string(),
            _ => String::new(),
        };
        let index = part["index"].as_u64();
        let known = match index {
            Some(_) => self.calls.iter().rposition(|begun| begun.index == index),
            // What names nothing goes on with the last one.
            None => self.calls.len().checked_sub(1).filter(|_| name.is_empty()),
        };
        let same = known.filter(|at| id.is_empty() || self.calls[*at].id.is_empty() || self.calls[*at].id == id);
        let at = same.unwrap_or_else(|| {
            self.calls.push(Begun { index, ..Begun::default() });
            self.calls.len() - 1
        });
        let begun = &mut self.calls[at];
        if begun.id.is_empty() {
            id.clone_into(&mut begun.id);
        }
        // Some repeat it with each part.
        if begun.call.name != name {
            begun.call.name.push_str(name);
        }
        begun.call.arguments.push_str(&arguments);
        self.called += name.len() + arguments.len();
    }

    /// Whether any of the answer has come.
    pub fn has_begun(&self) -> bool {
        !self.text.trim().is_empty() || !self.calls.is_empty()
    }

    fn is_too_long(&self) -> bool {
        self.text.len() > LONGEST || self.called > LONGEST || self.calls.len() > MOST_CALLS
    }

    /// Whether nothing more is to be read.
    pub fn is_over(&self) -> bool {
        self.done || self.failed || self.is_too_long()
    }

    /// What came of it.
    pub fn said(self) -> Result<Said, Unanswered> {
        if self.filtered {
            return Err(Unanswered::Filtered);
        }
        if !self.has_begun() {
            return Err(Unanswered::Failed);
        }
        let ended = match self.finish.as_deref() {
            _ if self.failed || self.is_too_long() => Ended::Interrupted,
            Some("length") => Ended::TooLong,
            None if !self.done => Ended::Interrupted,
            _ => Ended::ByItself,
        };
        let calls = self.calls.into_iter().map(|begun| begun.call).collect();
        Ok(Said { text: self.text, calls, ended, tokens: self.tokens })
    }
}

/// Whether an error is that of a filter of contents.
pub(super) fn is_filtered(answer: &Value) -> bool {
    code(answer) == Some("content_filter")
        || answer.pointer("/error/innererror/code").is_some_and(|code| code == "ResponsibleAIPolicyViolation")
}

/// The code of an error, by which hosts tell what programs are to do.
pub(super) fn code(answer: &Value) -> Option<&str> {
    answer.pointer("/error/code")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(events: &[&str]) -> Result<Said, Unanswered> {
        let mut reading = Reading::default();
        for event in events {
            reading.event(event);
        }
        reading.said()
    }

    fn said(text: &str, ended: Ended, tokens: Option<u32>) -> Said {
        Said { text: text.to_owned(), calls: Vec::new(), ended, tokens }
    }

    #[test]
    fn what_hosts_send_is_read_and_what_is_missing_is_told() {
        let azure = r#"{"choices":[],"prompt_filter_results":[{}]}"#;
        let hello = r#"{"choices":[{"delta":{"role":"assistant","content":"Hel"}}]}"#;
        let (lo, null) = (r#"{"choices":[{"delta":{"content":"lo"},"finish_reason":null}]}"#, r#"{"choices":null,"usage":null}"#);
        let stop = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
        let usage = r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#;
        let error = r#"{"error":{"message":"secret words","code":"server_error"}}"#;
        let filter = r#"{"choices":[{"finish_reason":"content_filter"}]}"#;
        let refused = r#"{"error":{"code":"content_filter"}}"#;
        for (events, expected) in [
            (&[azure, hello, lo, null, stop, usage, "[DONE]"][..], Ok(said("Hello", Ended::ByItself, Some(5)))),
            (&[hello, lo, stop], Ok(said("Hello", Ended::ByItself, None))),
            (&[hello, "[DONE]"], Ok(said("Hel", Ended::ByItself, None))),
            (&[hello, lo], Ok(said("Hello", Ended::Interrupted, None))),
            (&[hello, error], Ok(said("Hel", Ended::Interrupted, None))),
            (&[hello, "not JSON", "7", "[]", lo, stop], Ok(said("Hello", Ended::ByItself, None))),
            (&[hello, r#"{"choices":[{"finish_reason":"length"}]}"#], Ok(said("Hel", Ended::TooLong, None))),
            (&[hello, filter], Err(Unanswered::Filtered)),
            (&[refused], Err(Unanswered::Filtered)),
            (&[error], Err(Unanswered::Failed)),
            (&[azure, stop, "[DONE]"], Err(Unanswered::Failed)),
            (&[], Err(Unanswered::Failed)),
        ] {
            assert_eq!(read(events), expected, "{events:?}");
        }
    }

    #[test]
    fn an_answer_that_comes_whole_may_have_parts() {
        let mut reading = Reading::default();
        let parts = json!([{ "type": "text", "text": "Hello" }, { "type": "refusal" }, { "type": "text", "text": "!" }]);
        reading.value(
            &json!({ "choices": [{ "message": { "content": parts }, "finish_reason": "stop" }], "usage": { "total_tokens": 9 } }),
        );
        assert_eq!(reading.said(), Ok(said("Hello!", Ended::ByItself, Some(9))));
    }

    /// The calls that parts come to, each the `tool_calls` of an event.
    fn called(parts: &[Value]) -> Vec<(String, String)> {
        let mut reading = Reading::default();
        for calls in parts {
            reading.value(&json!({ "choices": [{ "delta": { "tool_calls": calls } }] }));
        }
        reading.value(&json!({ "choices": [{ "delta": {}, "finish_reason": "tool_calls" }] }));
        let said = reading.said().expect("calls");
        assert_eq!((said.text.as_str(), said.ended), ("", Ended::ByItself));
        said.calls.into_iter().map(|call| (call.name, call.arguments)).collect()
    }

    #[test]
    fn parts_of_calls_are_joined_however_hosts_tell_them_apart() {
        let part = |index: Value, id: &str, name: &str, arguments: &str| json!({ "index": index, "id": id, "function": { "name": name, "arguments": arguments } });
        let one = vec![("add".to_owned(), r#"{"n":1}"#.to_owned())];
        let two = vec![one[0].clone(), ("log".to_owned(), "{}".to_owned())];
        let null = Value::Null;
        for (parts, expected) in [
            // As OpenAI has it.
            (
                vec![
                    json!([part(json!(0), "a", "add", "")]),
                    json!([{ "index": 0, "function": { "arguments": "{\"n\"" } }]),
                    json!([{ "index": 0, "function": { "arguments": ":1}" } }]),
                ],
                &one,
            ),
            // Several at once, with the name and the id again, and another order of the index.
            (
                vec![
                    json!([part(json!(7), "a", "add", "{\"n"), part(json!(2), "b", "log", "{")]),
                    json!([part(json!(2), "b", "log", "}"), part(json!(7), "a", "add", "\":1}")]),
                ],
                &two,
            ),
            // Without an index, in parts and whole.
            (vec![json!([part(null.clone(), "", "add", "{\"n\":")]), json!([part(null.clone(), "", "", "1}")])], &one),
            (vec![json!([part(null.clone(), "a", "add", r#"{"n":1}"#), part(null.clone(), "b", "log", "{}")])], &two),
            // All with the same index.
            (vec![json!([part(json!(0), "a", "add", r#"{"n":1}"#)]), json!([part(json!(0), "b", "log", "{}")])], &two),
            // Arguments that are no text.
            (vec![json!([{ "function": { "name": "add", "arguments": { "n": 1 } } }, 7, null])], &one),
        ] {
            assert_eq!(&called(&parts), expected, "{parts:?}");
        }
        assert_eq!(called(&[json!("none"), json!([part(json!(0), "", "a", "}{")])]), [("a".to_owned(), "}{".to_owned())]);
    }

    #[test]
    fn what_has_no_end_is_not_read_on() {
        let text = json!({ "content": "x".repeat(1000) });
        let arguments = json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "x".repeat(1000) } }] });
        let calls = json!({ "tool_calls": [{ "function": { "name": "x" } }] });
        for (delta, most) in [(text, 70), (arguments, 70), (calls, MOST_CALLS + 2)] {
            let mut reading = Reading::default();
            let event = json!({ "choices": [{ "delta": delta }] }).to_string();
            let mut count = 0;
            while !reading.is_over() {
                reading.event(&event);
                count += 1;
                assert!(count < most, "{count}");
            }
            assert_eq!(reading.said().map(|said| said.ended), Ok(Ended::Interrupted));
        }
    }
}
