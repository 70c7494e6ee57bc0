//! Asks a host.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::{
    Method,
    header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{
    LimitField, Patience, Question, Said, Settings, Tool, Unanswered,
    events::Events,
    reading::{Reading, code, is_filtered},
};
use crate::{
    credentials::CredentialManager,
    kernel::{Circuit, Clock},
    outbound::http::{Answer, Arriving, Effect, Outgoing, Request},
};

/// The settings of the key; the first that is there counts.
const KEYS: [&str; 2] = ["AVANOCHI_LLM_KEY", "OPENAI_API_KEY"];
const API_KEY: HeaderName = HeaderName::from_static("api-key");
/// The longest pause that an answer is worth.
const SHORT: Duration = Duration::from_secs(5);
/// The most bytes of a stream.
const MOST_BYTES: usize = 4 << 20;

/// Azure's hosts, by the end of their names, each with what a managed identity asks its token for.
const AZURE: [(&str, &str); 4] = [
    (".openai.azure.com", "https://ai.azure.com/.default"),
    (".services.ai.azure.com", "https://ai.azure.com/.default"),
    (".openai.azure.us", "https://cognitiveservices.azure.us/.default"),
    (".openai.azure.cn", "https://cognitiveservices.azure.cn/.default"),
];

/// A model at its host. One for the process, which remembers how the host is and wants to be asked.
pub struct Model {
    settings: Settings,
    out: Arc<Outgoing>,
    secrets: Arc<CredentialManager>,
    clock: Arc<dyn Clock>,
    patience: Patience,
    /// Whether the limit goes out under the newer name.
    newer_field: AtomicBool,
    circuit: Mutex<Circuit>,
}

/// Why an attempt came to nothing.
#[derive(Debug)]
enum Setback {
    /// Nothing was done; how long it asks us to wait.
    Busy(Option<Duration>),
    /// The limit is to have its other name: the newer one, or not.
    OtherField {
        newer: bool,
    },
    /// The key does not count.
    Unauthorized,
    Ends(Unanswered),
}

impl From<Unanswered> for Setback {
    fn from(why: Unanswered) -> Self {
        Self::Ends(why)
    }
}

impl Model {
    pub fn new(
        settings: Settings,
        out: Arc<Outgoing>,
        secrets: Arc<CredentialManager>,
        clock: Arc<dyn Clock>,
        patience: Patience,
    ) -> Self {
        let host = settings.url.host_str().unwrap_or_default();
        let newer = match settings.limit_field {
            LimitField::Auto => host == "api.openai.com" || scope(host).is_some(),
            LimitField::MaxTokens => false,
            LimitField::MaxCompletionTokens => true,
        };
        Self { settings, out, secrets, clock, patience, newer_field: AtomicBool::new(newer), circuit: Mutex::default() }
    }

    /// Its name at the host.
    pub fn name(&self) -> &str {
        &self.settings.model
    }

    /// Errors: neither a text came nor a call.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Said, Unanswered> {
        if !self.circuit().lets_through(self.clock.now()) {
            return Err(Unanswered::Paused);
        }
        let began = Instant::now();
        let whole = question.within.map_or(self.patience.whole, |within| within.min(self.patience.whole));
        let answered = self.attempts(question, began + whole).await;
        let milliseconds = began.elapsed().as_millis();
        match &answered {
            Ok(said) => tracing::debug!(milliseconds, tokens = said.tokens, ended = ?said.ended, "a model answered"),
            Err(why) => tracing::info!(milliseconds, %why, "a model gave no answer"),
        }
        match &answered {
            // Its filter is no failure of the host.
            Ok(_) | Err(Unanswered::Filtered) => drop(self.circuit().succeeded()),
            // Others wait longer, and may get their answer.
            Err(Unanswered::TooSlow) if question.within.is_some() => {}
            Err(_) if self.circuit().failed(self.clock.now()) => tracing::warn!("the model is not asked for a while"),
            Err(_) => {}
        }
        answered
    }

    /// What can be mended is tried once more, each only once.
    async fn attempts(&self, question: &Question<'_>, until: Instant) -> Result<Said, Unanswered> {
        let (mut waited, mut renamed, mut renewed) = (false, false, false);
        loop {
            match self.attempt(question, until).await {
                Ok(said) => return Ok(said),
                Err(Setback::Ends(why)) => return Err(why),
                Err(Setback::Busy(Some(wait))) if !waited && wait <= SHORT && Instant::now() + wait < until => {
                    waited = true;
                    tokio::time::sleep(wait).await;
                }
                Err(Setback::Busy(_)) => return Err(Unanswered::Busy),
                Err(Setback::OtherField { newer }) if !renamed => {
                    renamed = true;
                    self.newer_field.store(newer, Ordering::Relaxed);
                }
                Err(Setback::OtherField { .. }) => return Err(Unanswered::Failed),
                Err(Setback::Unauthorized) if !renewed => {
                    renewed = true;
                    for name in KEYS {
                        self.secrets.forget(name);
                    }
                }
                Err(Setback::Unauthorized) => {
                    tracing::warn!(setting = KEYS[0], "the host of the model refuses the key, or the identity lacks a role");
                    return Err(Unanswered::Refused);
                }
            }
        }
    }

    async fn attempt(&self, question: &Question<'_>, until: Instant) -> Result<Said, Setback> {
        let first = until.min(Instant::now() + self.patience.first);
        // Another question may change it meanwhile.
        let newer = self.newer_field.load(Ordering::Relaxed);
        let begun = async {
            let request = self.request(question, newer).await?;
            // One second more than we wait, so that it is always we who know why.
            let within = self.patience.whole + Duration::from_secs(1);
            self.out.open(request, within).await.map_err(|_| Unanswered::Failed)
        };
        let arriving = timeout_at(first, begun).await.map_err(|_| Unanswered::TooSlow)??;
        let is_stream = arriving.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if arriving.status == 200 && is_stream {
            return Ok(self.stream(arriving, first, until).await?);
        }
        let whole = timeout_at(until, arriving.whole()).await.map_err(|_| Unanswered::TooSlow)?;
        let answer = whole.map_err(|_| Unanswered::Failed)?;
        let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status != 200 {
            return Err(self.setback(&answer, &value, newer));
        }
        let mut reading = Reading::default();
        reading.value(&value);
        Ok(reading.said()?)
    }

    /// Reads the pieces until it is over, or no more comes.
    async fn stream(&self, mut arriving: Arriving, first: Instant, until: Instant) -> Result<Said, Unanswered> {
        let (mut events, mut reading) = (Events::default(), Reading::default());
        let (mut wait, mut bytes) = (first, 0);
        while !reading.is_over() && bytes < MOST_BYTES {
            match timeout_at(wait.min(until), arriving.next()).await {
                Ok(Ok(Some(piece))) => {
                    bytes += piece.len();
                    let Ok(found) = events.take(&piece) else { break };
                    for data in &found {
                        reading.event(data);
                    }
                }
                Ok(Ok(None) | Err(_)) => break,
                Err(_) if reading.has_begun() => break,
                Err(_) => return Err(Unanswered::TooSlow),
            }
            // What only keeps the connection open is no beginning.
            if reading.has_begun() {
                wait = Instant::now() + self.patience.between;
            }
        }
        reading.said()
    }

    async fn request(&self, question: &Question<'_>, newer: bool) -> Result<Request, Unanswered> {
        let limit = if newer { "max_completion_tokens" } else { "max_tokens" };
        let body = json!({
            "model": self.settings.model,
            "messages": [
                { "role": "system", "content": question.instructions },
                { "role": "user", "content": question.input },
            ],
            "stream": true,
            "stream_options": { "include_usage": true },
            limit: question.most_tokens,
        });
        let body = with_tools(body, question.tools);
        let mut url = self.settings.url.clone();
        url.path_segments_mut().map_err(|()| Unanswered::Failed)?.pop_if_empty().extend(["chat", "completions"]);
        // What is asked twice costs twice, and changes nothing.
        let request = Request::new(Effect::Reads, Method::POST, url)
            .to_the_operators()
            .header(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"))
            .json(&body)
            .map_err(|_| Unanswered::Failed)?;
        self.authorized(request).await
    }

    async fn authorized(&self, request: Request) -> Result<Request, Unanswered> {
        let unknown = |error: &dyn fmt::Display| {
            tracing::warn!(%error, "the key of the model is not known");
            Unanswered::Failed
        };
        let scope = scope(self.settings.url.host_str().unwrap_or_default());
        for name in KEYS {
            let Some(key) = self.secrets.get(name, None).await.map_err(|error| unknown(&error))? else { continue };
            if scope.is_none() {
                return request.bearer(&key).map_err(|_| Unanswered::Refused);
            }
            let mut value = HeaderValue::from_str(key.expose_secret()).map_err(|_| Unanswered::Refused)?;
            value.set_sensitive(true);
            return Ok(request.header(API_KEY, value));
        }
        let Some(scope) = scope else { return Ok(request) };
        let identity = self.secrets.identity().map_err(|error| unknown(&error))?;
        let token = identity.get_token(&[scope], None).await.map_err(|error| unknown(&error))?;
        request.bearer(&SecretString::from(token.token.secret())).map_err(|_| Unanswered::Refused)
    }

    /// What an answer means that is none. `newer`: which name the limit had.
    fn setback(&self, answer: &Answer, value: &Value, newer: bool) -> Setback {
        match answer.status {
            400 | 422 if is_filtered(value) => Unanswered::Filtered.into(),
            400 | 422 if self.settings.limit_field == LimitField::Auto && names_the_limit(&answer.body) => {
                Setback::OtherField { newer: !newer }
            }
            401 | 403 => Setback::Unauthorized,
            404 => {
                tracing::warn!(
                    setting = "AVANOCHI_LLM_MODEL",
                    "the host has no such model, or AVANOCHI_LLM_URL is not its address"
                );
                Unanswered::Refused.into()
            }
            429 if code(value) == Some("insufficient_quota") => Setback::Busy(None),
            429 => {
                let exact = answer.header("retry-after-ms").and_then(|text| text.trim().parse().ok()).map(Duration::from_millis);
                Setback::Busy(
                    exact.or_else(|| answer.limit(self.clock.now()).filter(|pause| pause.is_told).map(|pause| pause.wait)),
                )
            }
            _ => Unanswered::Failed.into(),
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("settings", &self.settings).field("circuit", &self.circuit).finish_non_exhaustive()
    }
}

/// Offers tools, where there are any: not all hosts know what these are.
fn with_tools(mut body: Value, tools: &[Tool]) -> Value {
    if !tools.is_empty() {
        let offered = tools.iter().map(|Tool { name, description, parameters }| {
            let function = json!({ "name": name, "description": description, "parameters": parameters });
            json!({ "type": "function", "function": function })
        });
        body["tools"] = offered.collect();
    }
    body
}

/// What a managed identity asks a token for; `None` where it is of no use.
fn scope(host: &str) -> Option<&'static str> {
    AZURE.iter().find(|(end, _)| host.ends_with(end)).map(|(_, scope)| *scope)
}

/// Whether an error is about the name of the limit.
fn names_the_limit(body: &[u8]) -> bool {
    let body = String::from_utf8_lossy(body);
    body.contains("max_tokens") || body.contains("max_completion_tokens")
}
