//! A service where people consent: a page to do it at, tokens for a code, and refresh tokens that are good once. One that comes
//! twice ends all that came from its consent, as by services that take it for stolen.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{delete, get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Clock, Running, Stand, serve};

/// The one program that the service knows.
pub const CLIENT_ID: &str = "sandbox-client";
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// How a service keeps its own rules of OAuth.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Errors come with 200, and by other names.
    pub like_github: bool,
    /// How long an access token lasts; `None`: it is not said, and an hour.
    pub lasts: Option<Duration>,
    /// Whether there are refresh tokens at all.
    pub refreshes: bool,
    /// Whether each is good once.
    pub rotates: bool,
    /// For how long the one before is taken all the same.
    pub grace: Duration,
    /// The access token that everybody gets, where a service takes one alone.
    pub token: Option<&'static str>,
}

impl Default for Manners {
    fn default() -> Self {
        let lasts = Some(Duration::from_hours(1));
        Self { like_github: false, lasts, refreshes: true, rotates: true, grace: Duration::ZERO, token: None }
    }
}

/// What the service knows. All copies share it.
#[derive(Debug, Clone)]
pub struct Oauth {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    manners: Manners,
    made: u32,
    codes: BTreeMap<String, Code>,
    /// By access token, whose consent it is and until when it is good.
    access: BTreeMap<String, (u32, DateTime<Utc>)>,
    /// By refresh token, whose consent it is and since when it is used.
    refresh: BTreeMap<String, (u32, Option<DateTime<Utc>>)>,
    /// Consents that have ended.
    ended: Vec<u32>,
}

#[derive(Debug)]
struct Code {
    challenge: String,
    redirect: String,
}

type Fields = BTreeMap<String, String>;

impl Oauth {
    pub fn new(clock: Clock, manners: Manners) -> Self {
        Self { clock, inner: Arc::new(Mutex::new(Inner { manners, ..Inner::default() })) }
    }

    /// Starts one; port 0 takes one that is free.
    pub async fn start(clock: Clock, manners: Manners, port: u16) -> io::Result<Running<Self>> {
        let state = Self::new(clock.clone(), manners);
        let router = state.router();
        serve(Stand::new(clock), state, router, port).await
    }

    /// The routes of all services, since no two have the same.
    pub fn router(&self) -> Router {
        let (authorize, token) = (get(authorize), post(token));
        Router::new()
            .route("/login/oauth/authorize", authorize.clone())
            .route("/login/oauth/access_token", token.clone())
            .route("/oauth/authorize", authorize.clone())
            .route("/oauth/access_token", token.clone())
            .route("/{tenant}/oauth2/v2.0/authorize", authorize)
            .route("/{tenant}/oauth2/v2.0/token", token)
            .route("/revoke", post(revoke))
            .route("/applications/{client}/token", delete(delete_token))
            .with_state(self.clone())
    }

    /// Whether the access token is good now.
    pub fn knows(&self, token: &str) -> bool {
        let inner = self.inner();
        inner.access.get(token).is_some_and(|(consent, end)| !inner.ended.contains(consent) && *end > self.clock.now())
    }

    /// How often a refresh token was used.
    pub fn renewed(&self) -> usize {
        self.inner().refresh.values().filter(|(_, used)| used.is_some()).count()
    }

    /// Tokens as after a consent, without one.
    pub fn grant(&self) -> (String, Option<String>) {
        let mut inner = self.inner();
        let consent = inner.next();
        let (access, refresh) = inner.issue(consent, self.clock.now());
        (access, refresh)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn next(&mut self) -> u32 {
        self.made += 1;
        self.made
    }

    fn issue(&mut self, consent: u32, now: DateTime<Utc>) -> (String, Option<String>) {
        let number = self.next();
        let access = self.manners.token.map_or_else(|| format!("sandbox-access-{number}"), str::to_owned);
        let life = TimeDelta::from_std(self.manners.lasts.unwrap_or(Duration::from_hours(1))).unwrap_or_default();
        self.access.insert(access.clone(), (consent, now + life));
        let refresh = self.manners.refreshes.then(|| format!("sandbox-refresh-{number}"));
        if let Some(refresh) = &refresh {
            self.refresh.insert(refresh.clone(), (consent, None));
        }
        (access, refresh)
    }

    fn answer(&mut self, consent: u32, now: DateTime<Utc>, keeps: bool) -> Response {
        let (access, refresh) = self.issue(consent, now);
        let mut body = json!({ "access_token": access, "token_type": "bearer", "scope": "tasks" });
        if let Some(lasts) = self.manners.lasts {
            body["expires_in"] = json!(lasts.as_secs());
        }
        if let (Some(refresh), false) = (refresh, keeps) {
            body["refresh_token"] = json!(refresh);
        }
        json_of(StatusCode::OK, &body)
    }

    fn refuse(&self, error: &'static str) -> Response {
        let (status, error) = match (self.manners.like_github, error) {
            (true, "invalid_grant") => (StatusCode::OK, "bad_refresh_token"),
            (true, "invalid_client") => (StatusCode::OK, "invalid_client"),
            (_, "invalid_client") => (StatusCode::UNAUTHORIZED, error),
            _ => (StatusCode::BAD_REQUEST, error),
        };
        json_of(status, &json!({ "error": error, "error_description": "as a stand-in says it" }))
    }

    fn redeem(&mut self, fields: &Fields, now: DateTime<Utc>) -> Response {
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
        match self.codes.remove(field("code")) {
            Some(code) if code.challenge == challenge && code.redirect == field("redirect_uri") => {
                let consent = self.next();
                self.answer(consent, now, false)
            }
            _ => self.refuse("invalid_grant"),
        }
    }

    fn renew(&mut self, fields: &Fields, now: DateTime<Utc>) -> Response {
        let token = fields.get("refresh_token").cloned().unwrap_or_default();
        let Some((consent, used)) = self.refresh.get(&token).copied() else { return self.refuse("invalid_grant") };
        if self.ended.contains(&consent) {
            return self.refuse("invalid_grant");
        }
        let grace = TimeDelta::from_std(self.manners.grace).unwrap_or_default();
        match used {
            Some(used) if self.manners.rotates && now - used >= grace => {
                self.ended.push(consent);
                return self.refuse("invalid_grant");
            }
            Some(_) => {}
            None => {
                self.refresh.insert(token, (consent, Some(now)));
            }
        }
        let keeps = !self.manners.rotates;
        self.answer(consent, now, keeps)
    }
}

/// A page with two ways back.
async fn authorize(State(oauth): State<Oauth>, Query(asked): Query<Fields>) -> Response {
    let field = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let fits = field("client_id") == CLIENT_ID
        && field("response_type") == "code"
        && field("code_challenge_method") == "S256"
        && !field("state").is_empty();
    if !fits {
        return (StatusCode::BAD_REQUEST, "not a request to consent").into_response();
    }
    let redirect = field("redirect_uri");
    let code = {
        let mut inner = oauth.inner();
        let code = format!("sandbox-code-{}", inner.next());
        inner.codes.insert(code.clone(), Code { challenge: field("code_challenge"), redirect: redirect.clone() });
        code
    };
    let state = field("state");
    Html(format!(
        "<!doctype html><title>Sandbox</title><h1>May Avanochi read and write your tasks?</h1>\
         <p><a id=allow href=\"{redirect}?code={code}&amp;state={state}&amp;iss=sandbox\">Yes</a> \
         <a id=deny href=\"{redirect}?error=access_denied&amp;error_description=no&amp;state={state}\">No</a></p>"
    ))
    .into_response()
}

async fn token(State(oauth): State<Oauth>, body: Bytes) -> Response {
    let (fields, mut inner) = (form(&body), oauth.inner());
    let is = |name: &str, value: &str| fields.get(name).is_some_and(|given| given == value);
    if !is("client_id", CLIENT_ID) || !is("client_secret", CLIENT_SECRET) {
        return inner.refuse("invalid_client");
    }
    let now = oauth.clock.now();
    match fields.get("grant_type").map(String::as_str) {
        Some("authorization_code") => inner.redeem(&fields, now),
        Some("refresh_token") => inner.renew(&fields, now),
        _ => inner.refuse("unsupported_grant_type"),
    }
}

/// As RFC 7009 has it.
async fn revoke(State(oauth): State<Oauth>, headers: HeaderMap, body: Bytes) -> StatusCode {
    ended(&oauth, &headers, form(&body).get("token").map(String::as_str))
}

/// As GitHub has it.
async fn delete_token(State(oauth): State<Oauth>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    ended(&oauth, &headers, body["access_token"].as_str())
}

fn ended(oauth: &Oauth, headers: &HeaderMap, token: Option<&str>) -> StatusCode {
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
    if headers.get("authorization").is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
        return StatusCode::UNAUTHORIZED;
    }
    let mut inner = oauth.inner();
    let consent = token.and_then(|token| inner.access.get(token)).map(|(consent, _)| *consent);
    inner.ended.extend(consent);
    StatusCode::OK
}

fn form(body: &[u8]) -> Fields {
    form_urlencoded::parse(body).into_owned().collect()
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
