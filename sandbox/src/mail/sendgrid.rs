//! SendGrid, as far as sending mail goes: it takes what its documentation allows and nothing else.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde_json::{Value, json};

use crate::{Running, Stand, serve, server::as_json};

/// The key that it takes.
pub const KEY: &str = "SG.sandbox";
/// What an account may not set by itself.
const RESERVED: [&str; 8] = ["x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "to", "from", "subject"];

/// What it took.
#[derive(Debug, Clone, Default)]
pub struct State(Arc<Mutex<Vec<Value>>>);

impl State {
    /// The bodies, oldest first.
    pub fn taken(&self) -> Vec<Value> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub async fn start(stand: Stand, port: u16) -> io::Result<Running<State>> {
    let state = State::default();
    let router = Router::new().route("/v3/mail/send", post(take)).with_state(state.clone());
    serve(stand, state, router, port).await
}

async fn take(Shared(state): Shared<State>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let refused = |status, message: &str, field: &str| {
        as_json(status, &json!({ "errors": [{ "message": message, "field": field, "help": null }] }))
    };
    if header("authorization") != format!("Bearer {KEY}") {
        return refused(StatusCode::UNAUTHORIZED, "The provided authorization grant is invalid, expired, or revoked", "");
    }
    if header("content-type") != "application/json" {
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type should be application/json.", "");
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some((field, message)) = wrong(&body) {
        return refused(StatusCode::BAD_REQUEST, message, field);
    }
    state.lock().push(body);
    (StatusCode::ACCEPTED, [("x-message-id", "sandbox")]).into_response()
}

/// What it does not take, and why.
fn wrong(body: &Value) -> Option<(&'static str, &'static str)> {
    let is_address = |value: &Value| value.as_str().is_some_and(|text| text.contains('@') && !text.contains(['\r', '\n', ' ']));
    let to = &body["personalizations"][0]["to"][0]["email"];
    if !is_address(to) || to.as_str().is_some_and(|to| to.ends_with(".invalid")) {
        return Some(("personalizations.0.to.0.email", "Does not contain a valid address."));
    }
    if !is_address(&body["from"]["email"]) {
        return Some(("from.email", "The from email does not contain a valid address."));
    }
    if body["subject"].as_str().is_none_or(|subject| subject.is_empty() || subject.contains(['\r', '\n'])) {
        return Some(("subject", "The subject is required."));
    }
    let kinds: Vec<&str> = body["content"].as_array().into_iter().flatten().filter_map(|part| part["type"].as_str()).collect();
    if kinds != ["text/plain", "text/html"] {
        return Some(("content", "The text/plain content must be first, followed by text/html."));
    }
    let one = |(name, value): (&String, &Value)| {
        let text = value.as_str().is_some_and(|text| !text.contains(['\r', '\n']));
        text && !RESERVED.contains(&name.to_ascii_lowercase().as_str())
    };
    if !body["headers"].as_object().is_some_and(|headers| headers.iter().all(one)) {
        return Some(("headers", "The headers must be texts, and none of the reserved ones."));
    }
    None
}
