//! Webhooks of repositories: who is told of issues, and what is signed with.

use std::sync::{MutexGuard, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State as Shared},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{State, http::failure};
use crate::server::as_json;

/// Where somebody is told of what happens in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub id: u64,
    pub repository: String,
    pub url: String,
    pub secret: String,
    pub events: Vec<String>,
}

#[derive(Deserialize)]
struct Given {
    events: Vec<String>,
    config: Config,
}

#[derive(Deserialize)]
struct Config {
    url: String,
    content_type: String,
    secret: String,
}

impl Given {
    fn read(body: &[u8]) -> Option<Self> {
        let given: Self = serde_json::from_slice(body).ok()?;
        (given.config.content_type == "json" && given.config.url.starts_with("https://")).then_some(given)
    }
}

impl State {
    /// All, the oldest first.
    pub fn hooks(&self) -> Vec<Hook> {
        self.lock_hooks().clone()
    }

    fn lock_hooks(&self) -> MutexGuard<'_, Vec<Hook>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn router() -> Router<State> {
    Router::new()
        .route("/repos/{owner}/{name}/hooks", get(list).post(create))
        .route("/repos/{owner}/{name}/hooks/{id}", axum::routing::patch(change).delete(remove))
}

/// The secret is shown to nobody.
fn shown(hook: &Hook) -> Value {
    json!({ "type": "Repository", "id": hook.id, "name": "web", "active": true, "events": hook.events,
        "config": { "url": hook.url, "content_type": "json", "insecure_ssl": "0", "secret": "********" } })
}

async fn list(Shared(state): Shared<State>, Path((owner, name)): Path<(String, String)>) -> Response {
    let repository = format!("{owner}/{name}");
    if !state.lock().read().contains_key(&repository) {
        return failure(StatusCode::NOT_FOUND, "Not Found");
    }
    let hooks = state.hooks();
    as_json(StatusCode::OK, &hooks.iter().filter(|hook| hook.repository == repository).map(shown).collect::<Vec<_>>().into())
}

async fn create(Shared(state): Shared<State>, Path((owner, name)): Path<(String, String)>, body: Bytes) -> Response {
    let Some(given) = Given::read(&body) else { return failure(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed") };
    let repository = format!("{owner}/{name}");
    let mut hooks = state.lock_hooks();
    let double = hooks.iter().any(|hook| hook.repository == repository && hook.url == given.config.url);
    if double {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed");
    }
    let id = hooks.last().map_or(1, |last| last.id + 1);
    let Config { url, secret, .. } = given.config;
    let hook = Hook { id, repository, url, secret, events: given.events };
    hooks.push(hook.clone());
    as_json(StatusCode::CREATED, &shown(&hook))
}

async fn change(Shared(state): Shared<State>, Path((_, _, id)): Path<(String, String, u64)>, body: Bytes) -> Response {
    let Some(given) = Given::read(&body) else { return failure(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed") };
    let mut hooks = state.lock_hooks();
    let Some(hook) = hooks.iter_mut().find(|hook| hook.id == id) else {
        return failure(StatusCode::NOT_FOUND, "Not Found");
    };
    (hook.url, hook.secret, hook.events) = (given.config.url, given.config.secret, given.events);
    as_json(StatusCode::OK, &shown(hook))
}

async fn remove(Shared(state): Shared<State>, Path((_, _, id)): Path<(String, String, u64)>) -> Response {
    let mut hooks = state.lock_hooks();
    let before = hooks.len();
    hooks.retain(|hook| hook.id != id);
    if hooks.len() < before { StatusCode::NO_CONTENT.into_response() } else { failure(StatusCode::NOT_FOUND, "Not Found") }
}
