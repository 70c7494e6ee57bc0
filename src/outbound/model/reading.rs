//! What an answer says, whole or in parts. Hosts differ, so nothing is expected to be there but what is needed. Pure.

use serde_json::Value;

use super::{Ended, Said, Unanswered};

/// The longest text that is kept, in bytes.
const LONGEST: usize = 64 << 10;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    text: String,
    finish: Option<String>,
    tokens: Option<u32>,
    /// Whether the host said that nothing more comes.
    done: bool,
    filtered: bool,
    failed: bool,
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
        if let Some(finish) = choice["finish_reason"].as_str() {
            self.filtered |= finish == "content_filter";
            self.finish = Some(finish.to_owned());
        }
    }

    pub fn has_text(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// Whether nothing more is to be read.
    pub fn is_over(&self) -> bool {
        self.done || self.failed || self.text.len() > LONGEST
    }

    /// What came of it.
    pub fn said(self) -> Result<Said, Unanswered> {
        if self.filtered {
            return Err(Unanswered::Filtered);
        }
        if !self.has_text() {
            return Err(Unanswered::Failed);
        }
        let ended = match self.finish.as_deref() {
            _ if self.failed || self.text.len() > LONGEST => Ended::Interrupted,
            Some("length") => Ended::TooLong,
            None if !self.done => Ended::Interrupted,
            _ => Ended::ByItself,
        };
        Ok(Said { text: self.text, ended, tokens: self.tokens })
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
        Said { text: text.to_owned(), ended, tokens }
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
        let tools = r#"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"x"}}]},"finish_reason":"tool_calls"}]}"#;
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
            (&[tools, "[DONE]"], Err(Unanswered::Failed)),
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

    #[test]
    fn a_text_without_an_end_is_not_read_on() {
        let mut reading = Reading::default();
        let event = json!({ "choices": [{ "delta": { "content": "x".repeat(1000) } }] }).to_string();
        let mut count = 0;
        while !reading.is_over() {
            reading.event(&event);
            count += 1;
        }
        assert!(count < 70, "{count}");
        assert_eq!(reading.said().map(|said| said.ended), Ok(Ended::Interrupted));
    }
}
