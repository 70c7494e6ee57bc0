//! A program that takes webhooks, as Standard Webhooks asks it to: it verifies each by its own arithmetic, and acts on each message
//! once, whatever else it is sent.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::State as Shared,
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{Clock, Running, Stand, arithmetic::hmac_sha256, serve, server::as_json};

/// Where it takes them.
pub const PATH: &str = "/hooks";
/// How far the time of an attempt may be from its own, in seconds.
const TOLERANCE: i64 = 300;

/// Something that was sent, well signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    pub id: String,
    pub body: Value,
    /// How many of its signatures were by a secret that it knows.
    pub signatures: usize,
}

/// What it knows and was sent.
#[derive(Debug, Clone)]
pub struct State {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    secrets: Vec<Vec<u8>>,
    received: Vec<Received>,
    refused: usize,
}

impl State {
    /// Has it take what is signed with that secret too, `whsec_` and base64.
    pub fn trusts(&self, secret: &str) {
        let key = secret.strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok()).unwrap_or_default();
        self.lock().secrets.push(key);
    }

    /// Has it take what is signed with none but the secrets that it is told from now on.
    pub fn forgets_secrets(&self) {
        self.lock().secrets.clear();
    }

    /// All that came well signed, repetitions too.
    pub fn received(&self) -> Vec<Received> {
        self.lock().received.clone()
    }

    /// What it acted on: each message once.
    pub fn acted_on(&self) -> Vec<Received> {
        let mut once: Vec<Received> = Vec::new();
        for received in self.received() {
            if once.iter().all(|known| known.id != received.id) {
                once.push(received);
            }
        }
        once
    }

    /// How many requests it refused.
    pub fn refused(&self) -> usize {
        self.lock().refused
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts it; its address goes up to where it takes them.
pub async fn start(stand: Stand, port: u16) -> io::Result<Running<State>> {
    let state = State { clock: stand.clock.clone(), inner: Arc::default() };
    let router = Router::new().route(PATH, post(take)).with_state(state.clone());
    let mut running = serve(stand, state, router, port).await?;
    running.url.push_str(PATH);
    Ok(running)
}

async fn take(Shared(state): Shared<State>, headers: HeaderMap, body: String) -> Response {
    let now = state.clock.now().timestamp();
    let mut inner = state.lock();
    match verified(&inner.secrets, &headers, &body, now) {
        Ok(received) => {
            inner.received.push(received);
            as_json(StatusCode::OK, &json!({ "taken": true }))
        }
        Err(why) => {
            inner.refused += 1;
            as_json(StatusCode::BAD_REQUEST, &json!({ "why": why }))
        }
    }
}

fn verified(secrets: &[Vec<u8>], headers: &HeaderMap, body: &str, now: i64) -> Result<Received, &'static str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or("a header is missing");
    let (id, timestamp, signatures) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    if header("content-type")? != "application/json" || id.contains('.') {
        return Err("it is not as the specification has it");
    }
    let sent: i64 = timestamp.parse().map_err(|_| "no time")?;
    if (sent - now).abs() > TOLERANCE {
        return Err("too old, or too young");
    }
    let signed = format!("{id}.{timestamp}.{body}");
    let good: Vec<String> =
        secrets.iter().map(|key| format!("v1,{}", STANDARD.encode(hmac_sha256(key, signed.as_bytes())))).collect();
    let count = signatures.split(' ').filter(|signature| good.iter().any(|good| good == signature)).count();
    if count == 0 {
        return Err("the signature is wrong");
    }
    let body: Value = serde_json::from_str(body).map_err(|_| "no JSON")?;
    let whole = body["type"].is_string() && body["timestamp"].is_string() && body["data"].is_object();
    if whole { Ok(Received { id: id.to_owned(), body, signatures: count }) } else { Err("a member is missing") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_verifies_the_example_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let body = r#"{"type":"a","timestamp":"2021-02-25T15:02:10Z","data":{}}"#;
        let signature = |text: &str| STANDARD.encode(hmac_sha256(&key, text.as_bytes()));
        let example = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(signature(example), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let headers = |signature: &str| {
            let all = [("webhook-id", "a"), ("webhook-timestamp", "1614265330"), ("webhook-signature", signature)];
            let all = all.into_iter().chain([("content-type", "application/json")]);
            all.map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect::<HeaderMap>()
        };
        let good = format!("v1,AAAA v1,{}", signature(&format!("a.1614265330.{body}")));
        let secrets = [key.clone()];
        assert!(verified(&secrets, &headers(&good), body, 1_614_265_330 + TOLERANCE).is_ok());
        for (secrets, signature, body, now) in [
            (&secrets[..], good.as_str(), body, 1_614_265_331 + TOLERANCE),
            (&secrets[..], "v1,AAAA", body, 1_614_265_330),
            (&secrets[..], good.as_str(), "{}", 1_614_265_330),
            (&[], good.as_str(), body, 1_614_265_330),
        ] {
            assert!(verified(secrets, &headers(signature), body, now).is_err());
        }
    }
}
