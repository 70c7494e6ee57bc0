//! A host of a language model, as OpenAI's API has it: chat completions, as events or whole. It says what it is told to say, and
//! otherwise repeats the texts that it was given; it calls no tool unless it is told to.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::{Running, Stand, serve, server::as_json};

/// The key that it takes, as a bearer or as Azure has it.
pub const KEY: &str = "sandbox-model-key";
/// The one model that there is.
pub const NAME: &str = "sandbox-model";

/// How it answers a question.
#[derive(Debug, Clone)]
pub enum Says {
    /// With a text, in pieces, and what that cost.
    Text(String),
    /// The same in one piece of JSON, as hosts do that know no events.
    Whole(String),
    /// With a text that ends without an end.
    Cut(String),
    /// With a text that would have been longer.
    TooLong(String),
    /// With an error after some of the text.
    Breaks(String),
    /// With a text without an end.
    Endless,
    /// With nothing but what keeps the connection open.
    Silent,
    /// With what its filter says of the answer.
    Filtered,
    /// With calls of tools, each a name and its arguments as a text, in pieces that are cut anywhere.
    Calls(Vec<(String, String)>),
    /// The same, each in one piece that has no index.
    Unnumbered(Vec<(String, String)>),
    /// The same in one piece of JSON.
    WholeCalls(Vec<(String, String)>),
    /// With a call whose arguments have no end.
    EndlessCall(String),
}

impl Says {
    /// With one call.
    pub fn call(name: &str, arguments: &Value) -> Self {
        Self::Calls(vec![(name.to_owned(), arguments.to_string())])
    }
}

/// What tests tell it, and how it is.
#[derive(Debug, Clone, Default)]
pub struct State(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    next: VecDeque<Says>,
    /// The one field of the limit that is not refused.
    limit_field: Option<&'static str>,
}

impl State {
    /// What is said next, after what was told before.
    pub fn says(&self, says: Says) {
        self.lock().next.push_back(says);
    }

    /// Has it refuse any other field of the limit.
    pub fn takes_limits_as(&self, field: &'static str) {
        self.lock().limit_field = Some(field);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts it; its address goes up to the version.
pub async fn start(stand: Stand, port: u16) -> io::Result<Running<State>> {
    let state = State::default();
    let router = Router::new().route("/v1/chat/completions", post(complete)).with_state(state.clone());
    let mut running = serve(stand, state, router, port).await?;
    running.url.push_str("/v1");
    Ok(running)
}

async fn complete(Shared(state): Shared<State>, headers: HeaderMap, body: String) -> Response {
    let given = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let error = |status, code: &str, message: &str| {
        as_json(status, &json!({ "error": { "message": message, "type": "invalid_request_error", "param": null, "code": code } }))
    };
    if given("authorization") != format!("Bearer {KEY}") && given("api-key") != KEY {
        return error(StatusCode::UNAUTHORIZED, "invalid_api_key", "Incorrect API key provided");
    }
    let Ok(asked) = serde_json::from_str::<Value>(&body) else {
        return error(StatusCode::BAD_REQUEST, "invalid_json", "The body is no JSON");
    };
    if asked["model"] != NAME {
        return error(StatusCode::NOT_FOUND, "model_not_found", "The model does not exist");
    }
    let mut inner = state.lock();
    let wrong = ["max_tokens", "max_completion_tokens"]
        .into_iter()
        .find(|field| inner.limit_field.is_some_and(|taken| taken != *field) && asked.get(field).is_some());
    if let Some(field) = wrong {
        let message = format!("Unsupported parameter: '{field}' is not supported with this model.");
        return error(StatusCode::BAD_REQUEST, "unsupported_parameter", &message);
    }
    let says = inner.next.pop_front().unwrap_or_else(|| Says::Text(repeated(&asked)));
    drop(inner);
    let usage = json!({ "prompt_tokens": body.len() / 4, "completion_tokens": 50, "total_tokens": body.len() / 4 + 50 });
    match says {
        Says::Text(text) => events(&spoken(&text, Some("stop"), Some(&usage)), "data: [DONE]\n\n"),
        Says::TooLong(text) => events(&spoken(&text, Some("length"), Some(&usage)), "data: [DONE]\n\n"),
        Says::Cut(text) => events(&spoken(&text, None, None), ""),
        Says::Breaks(text) => events(&spoken(&text, None, None), "data: {\"error\":{\"message\":\"it broke\"}}\n\n"),
        Says::Filtered => events(&[json!({ "choices": [{ "delta": {}, "finish_reason": "content_filter" }] })], ""),
        Says::Whole(text) => {
            let choice = json!({ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" });
            as_json(StatusCode::OK, &json!({ "object": "chat.completion", "choices": [choice], "usage": usage }))
        }
        Says::Calls(calls) => events(&around(called(&calls), Some("tool_calls"), Some(&usage)), "data: [DONE]\n\n"),
        Says::Unnumbered(calls) => {
            let said = calls.iter().enumerate().map(|(at, call)| delta(&json!({ "tool_calls": [whole(at, call)] })));
            events(&around(said, Some("tool_calls"), Some(&usage)), "data: [DONE]\n\n")
        }
        Says::WholeCalls(calls) => {
            let calls: Vec<Value> = calls.iter().enumerate().map(|(at, call)| whole(at, call)).collect();
            let message = json!({ "role": "assistant", "content": null, "tool_calls": calls });
            let choice = json!({ "index": 0, "message": message, "finish_reason": "tool_calls" });
            as_json(StatusCode::OK, &json!({ "object": "chat.completion", "choices": [choice], "usage": usage }))
        }
        Says::EndlessCall(name) => {
            let more = json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "{\"title\":\"more and more " } }] });
            let begun = [delta(&json!({ "tool_calls": [part(0, Some(&name), "")] }))];
            endless_after(&lines(&begun), &lines(&[delta(&more)]))
        }
        Says::Endless => endless(&lines(&[piece("more and more ")])),
        Says::Silent => endless(": still here\n\n"),
    }
}

/// The texts of what it was given, a line each.
fn repeated(asked: &Value) -> String {
    let given = asked.pointer("/messages/1/content").and_then(Value::as_str).unwrap_or_default();
    let given: Value = serde_json::from_str(given).unwrap_or_default();
    if asked.get("tools").is_some() {
        return "none".to_owned();
    }
    let texts = given["paragraphs"].as_array().into_iter().flatten().filter_map(|paragraph| paragraph["text"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}

fn piece(text: &str) -> Value {
    delta(&json!({ "content": text }))
}

fn delta(delta: &Value) -> Value {
    json!({ "object": "chat.completion.chunk", "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
}

fn pieces(text: &str, length: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(length).map(|part| part.iter().collect()).collect()
}

/// A part of a call; the first has the name and an id.
fn part(index: usize, name: Option<&str>, arguments: &str) -> Value {
    match name {
        Some(name) => json!({ "index": index, "id": format!("call_{index}"), "type": "function",
            "function": { "name": name, "arguments": arguments } }),
        None => json!({ "index": index, "function": { "arguments": arguments } }),
    }
}

fn whole(at: usize, (name, arguments): &(String, String)) -> Value {
    json!({ "id": format!("call_{at}"), "type": "function", "function": { "name": name, "arguments": arguments } })
}

/// Calls in pieces, those of all of them by turns.
fn called(calls: &[(String, String)]) -> Vec<Value> {
    let first = calls.iter().enumerate().map(|(index, (name, _))| part(index, Some(name), "")).collect::<Vec<_>>();
    let mut said = vec![delta(&json!({ "role": "assistant", "content": null, "tool_calls": first }))];
    let rest: Vec<Vec<String>> = calls.iter().map(|(_, arguments)| pieces(arguments, 3)).collect();
    for turn in 0..rest.iter().map(Vec::len).max().unwrap_or(0) {
        let parts = rest.iter().enumerate().filter_map(|(index, parts)| Some(part(index, None, parts.get(turn)?)));
        said.extend(parts.map(|part| delta(&json!({ "tool_calls": [part] }))));
    }
    said
}

/// A text in pieces, between what hosts send around it.
fn spoken(text: &str, finish: Option<&str>, usage: Option<&Value>) -> Vec<Value> {
    around(pieces(text, 7).iter().map(|part| piece(part)), finish, usage)
}

fn around(pieces: impl IntoIterator<Item = Value>, finish: Option<&str>, usage: Option<&Value>) -> Vec<Value> {
    let mut said = vec![json!({ "choices": [], "prompt_filter_results": [] })];
    said.extend(pieces);
    said.extend(finish.map(|finish| json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": finish }] })));
    said.extend(usage.map(|usage| json!({ "choices": [], "usage": usage })));
    said
}

fn events(said: &[Value], end: &str) -> Response {
    stream_of(Body::from(format!(": welcome\n\n{}{end}", lines(said))))
}

fn lines(said: &[Value]) -> String {
    said.iter().flat_map(|event| ["data: ".to_owned(), event.to_string(), "\n\n".to_owned()]).collect()
}

/// The same event for ever.
fn endless(event: &str) -> Response {
    endless_after(": welcome\n\n", event)
}

fn endless_after(first: &str, event: &str) -> Response {
    let first = stream::iter([Ok::<_, io::Error>(first.to_owned())]);
    let again = stream::repeat(event.to_owned()).then(async |event| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, io::Error>(event)
    });
    stream_of(Body::from_stream(first.chain(again)))
}

fn stream_of(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")], body).into_response()
}
