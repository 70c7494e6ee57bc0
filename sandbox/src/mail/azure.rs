//! Azure Communication Services, as far as sending mail goes: it computes the signature anew, and sends one operation once.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::NaiveDateTime;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Clock, Running, Stand, arithmetic::hmac_sha256, serve, server::as_json};

/// The key of the resource.
pub const KEY: &str = "c2FuZGJveCBvZiBhenVyZSBjb21tdW5pY2F0aW9u";
/// What an identity may show in place of a signature.
pub const TOKEN: &str = "token";
/// How old a request may be, in seconds.
const TOLERANCE: i64 = 300;

/// What it took, each operation once, with its id.
#[derive(Debug, Clone)]
pub struct State {
    clock: Clock,
    taken: Arc<Mutex<Vec<(String, Value)>>>,
}

impl State {
    pub fn taken(&self) -> Vec<(String, Value)> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, Value)>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub async fn start(stand: Stand, port: u16) -> io::Result<Running<State>> {
    let state = State { clock: stand.clock.clone(), taken: Arc::default() };
    let router = Router::new().route("/emails:send", post(take)).with_state(state.clone());
    serve(stand, state, router, port).await
}

async fn take(Shared(state): Shared<State>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let refused = |status, code: &str| as_json(status, &json!({ "error": { "code": code, "message": code } }));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if path != "/emails:send?api-version=2023-03-31" {
        return refused(StatusCode::BAD_REQUEST, "InvalidApiVersion");
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known =
        header("authorization") == format!("Bearer {TOKEN}") || is_signed(header, path, &body, state.clock.now().timestamp());
    if !known {
        return refused(StatusCode::UNAUTHORIZED, "Denied");
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let subject = body["content"]["subject"].as_str().is_some_and(|subject| !subject.contains(['\r', '\n']));
    let whole = text(&body["senderAddress"]) && subject && text(&body["content"]["plainText"]) && text(&body["content"]["html"]);
    let to = body["recipients"]["to"].as_array().is_some_and(|to| !to.is_empty() && to.iter().all(|to| text(&to["address"])));
    let id = header("operation-id");
    if !whole || !to || id.len() != 36 {
        return refused(StatusCode::BAD_REQUEST, "BadRequest");
    }
    let mut taken = state.lock();
    if taken.iter().all(|(known, _)| known != id) {
        taken.push((id.to_owned(), body));
    }
    as_json(StatusCode::ACCEPTED, &json!({ "id": id, "status": "Running" }))
}

/// Whether it is signed with the key, as the documentation of the service has it.
fn is_signed<'h>(header: impl Fn(&str) -> &'h str, path: &str, body: &[u8], now: i64) -> bool {
    let (date, host, digest) = (header("x-ms-date"), header("host"), STANDARD.encode(Sha256::digest(body)));
    let sent = NaiveDateTime::parse_from_str(date, "%a, %d %b %Y %H:%M:%S GMT").map(|sent| sent.and_utc().timestamp());
    if !sent.is_ok_and(|sent| (sent - now).abs() <= TOLERANCE) || header("x-ms-content-sha256") != digest {
        return false;
    }
    let key = STANDARD.decode(KEY).unwrap_or_default();
    let tag = STANDARD.encode(hmac_sha256(&key, format!("POST\n{path}\n{date};{host};{digest}").as_bytes()));
    header("authorization") == format!("HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={tag}")
}
