//! A push service with a browser behind it: it verifies who sends, keeps one message for each topic as long as the browser is away,
//! and the browser decrypts what comes.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifying},
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State as Shared},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{Clock, Running, Stand, arithmetic::hmac_sha256, serve, server::as_json};

/// The most bytes of a body.
const MOST: usize = 4096;
/// The most seconds that somebody may be believed who they are.
const DAY: i64 = 24 * 3600;

/// A message as the browser read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub topic: String,
    pub ttl: u32,
    pub urgency: String,
    pub text: String,
}

/// Who has subscribed, and what came.
#[derive(Debug, Clone)]
pub struct State {
    clock: Clock,
    /// Where subscriptions are, once it runs.
    origin: Arc<Mutex<String>>,
    browsers: Arc<Mutex<HashMap<String, Browser>>>,
}

#[derive(Debug)]
struct Browser {
    key: PrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
    /// The key of whoever may send.
    sender: String,
    pushed: Vec<Pushed>,
}

impl State {
    /// Has a browser subscribe, under a name that is nobody else's, with the key of whoever may send; the subscription as it is given.
    ///
    /// # Panics
    ///
    /// Without randomness.
    #[expect(clippy::expect_used, reason = "a stand-in without randomness is none")]
    pub fn subscribe(&self, name: &str, sender: &str) -> Value {
        let key = PrivateKey::generate(&ECDH_P256).expect("randomness");
        let public = key.compute_public_key().expect("a public key").as_ref().to_vec();
        let mut auth = [0; 16];
        aws_lc_rs::rand::fill(&mut auth).expect("randomness");
        let keys = json!({ "p256dh": URL_SAFE_NO_PAD.encode(&public), "auth": URL_SAFE_NO_PAD.encode(auth) });
        let endpoint = format!("{}/push/{name}", self.origin.lock().unwrap_or_else(PoisonError::into_inner));
        let browser = Browser { key, public, auth, sender: sender.to_owned(), pushed: Vec::new() };
        self.lock().insert(name.to_owned(), browser);
        json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys })
    }

    pub fn unsubscribe(&self, name: &str) {
        self.lock().remove(name);
    }

    /// What the browser was sent, repetitions too.
    pub fn pushed(&self, name: &str) -> Vec<Pushed> {
        self.lock().get(name).map(|browser| browser.pushed.clone()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Browser>> {
        self.browsers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub async fn start(stand: Stand, port: u16) -> io::Result<Running<State>> {
    let state = State { clock: stand.clock.clone(), origin: Arc::default(), browsers: Arc::default() };
    let router = Router::new().route("/push/{name}", post(take)).with_state(state.clone());
    let running = serve(stand, state, router, port).await?;
    running.state.origin.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&running.url);
    Ok(running)
}

async fn take(Shared(state): Shared<State>, Path(name): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let refused = |status: StatusCode, why: &str| as_json(status, &json!({ "why": why }));
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (origin, now) = (state.origin.lock().unwrap_or_else(PoisonError::into_inner).clone(), state.clock.now().timestamp());
    let mut browsers = state.lock();
    let Some(browser) = browsers.get_mut(&name) else { return refused(StatusCode::GONE, "unsubscribed") };
    if let Err(why) = verified(header("authorization"), &browser.sender, &origin, now) {
        return refused(StatusCode::FORBIDDEN, why);
    }
    if body.len() > MOST {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "too large");
    }
    let (topic, urgency) = (header("topic"), header("urgency"));
    let base64url = topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let known = ["very-low", "low", "normal", "high"].contains(&urgency) && topic.len() <= 32 && base64url;
    let Ok(ttl) = header("ttl").parse() else { return refused(StatusCode::BAD_REQUEST, "no TTL") };
    if !known || header("content-encoding") != "aes128gcm" {
        return refused(StatusCode::BAD_REQUEST, "not as it should be");
    }
    match decrypted(browser, &body) {
        Some(text) => {
            browser.pushed.push(Pushed { topic: topic.to_owned(), ttl, urgency: urgency.to_owned(), text });
            StatusCode::CREATED.into_response()
        }
        None => refused(StatusCode::BAD_REQUEST, "it cannot be read"),
    }
}

/// RFC 8292: who sends is who had the browser subscribe, means this service, and says so for a day at most.
fn verified(authorization: &str, sender: &str, origin: &str, now: i64) -> Result<(), &'static str> {
    let (token, key) =
        authorization.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).ok_or("no authorization")?;
    if key != sender {
        return Err("subscribed with another key");
    }
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| "no base64url");
    let (text, signature) = token.rsplit_once('.').ok_or("no token")?;
    Verifying::new(&ECDSA_P256_SHA256_FIXED, decoded(key)?)
        .verify(text.as_bytes(), &decoded(signature)?)
        .map_err(|_| "the signature is wrong")?;
    let (head, claims) = text.split_once('.').ok_or("no token")?;
    let read = |part: &str| serde_json::from_slice::<Value>(&decoded(part)?).map_err(|_| "no JSON");
    let (head, claims) = (read(head)?, read(claims)?);
    let expires = claims["exp"].as_i64().ok_or("no end")?;
    let subject = claims["sub"].as_str().is_some_and(|sub| sub.starts_with("mailto:") || sub.starts_with("https://"));
    let good = head["alg"] == "ES256" && claims["aud"] == origin && subject && expires > now && expires <= now + DAY;
    if good { Ok(()) } else { Err("it says something else") }
}

/// RFC 8188 and 8291, from the side of the browser.
fn decrypted(browser: &Browser, body: &[u8]) -> Option<String> {
    let (salt, rest) = body.split_at_checked(16)?;
    let (size, rest) = rest.split_at_checked(4)?;
    let (length, rest) = rest.split_first()?;
    let (theirs, sealed) = rest.split_at_checked((*length).into())?;
    let size = u32::from_be_bytes(size.try_into().ok()?);
    if sealed.len() > usize::try_from(size).ok()? || theirs.len() != 65 {
        return None;
    }
    let secret = agree(&browser.key, UnparsedPublicKey::new(&ECDH_P256, theirs), (), |secret| Ok(secret.to_vec())).ok()?;
    // The first block of RFC 5869 is all that is ever needed.
    let expanded = |key: &[u8], info: &[u8]| hmac_sha256(key, &[info, &[1]].concat());
    let combined = hmac_sha256(&browser.auth, &secret);
    let ikm = expanded(&combined, &[b"WebPush: info\0", browser.public.as_slice(), theirs].concat());
    let prk = hmac_sha256(salt, &ikm);
    let key = expanded(&prk, b"Content-Encoding: aes128gcm\0");
    let nonce = expanded(&prk, b"Content-Encoding: nonce\0");
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).ok()?);
    let mut sealed = sealed.to_vec();
    let plain = key.open_in_place(Nonce::try_assume_unique_for_key(&nonce[..12]).ok()?, Aad::empty(), &mut sealed).ok()?;
    // What fills the record up follows the mark of the last one.
    let end = plain.iter().rposition(|byte| *byte != 0)?;
    if plain[end] != 2 {
        return None;
    }
    String::from_utf8(plain[..end].to_vec()).ok()
}
