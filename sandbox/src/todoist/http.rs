//! How the tasks are asked for and written.

use std::{collections::HashMap, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Request, State as Shared},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use serde_json::{Map, Value, json};

use super::{Account, INBOX, Inner, State, TOKEN, Task};
use crate::{Limit, Reply, server::as_json};

/// How many requests a person has within the time: all that read, and those for everything.
const WITHIN: Duration = Duration::from_mins(15);
const READS: usize = 1000;
const FULL_READS: usize = 100;

pub(super) fn router(state: State) -> Router {
    Router::new()
        .route("/sync", post(sync))
        .route("/tasks/{id}", get(get_task))
        .route("/user", get(async || as_json(StatusCode::OK, &json!({ "id": "1", "email": "person@example.com" }))))
        .layer(middleware::from_fn(allowed))
        .with_state(state)
}

async fn allowed(request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("Bearer ")) != Some(TOKEN) {
        return as_json(StatusCode::UNAUTHORIZED, &json!({ "error": "Unauthorized", "http_code": 401 }));
    }
    next.run(request).await
}

fn shown(task: &Task) -> Value {
    let due = task.due.as_ref().map(|due| {
        let or_null = |name: &str| due.get(name).cloned().unwrap_or_default();
        let recurs = due["is_recurring"] == true;
        let string = due.get("string").cloned().unwrap_or_else(|| due["date"].clone());
        json!({ "date": due["date"], "timezone": or_null("timezone"), "string": string, "lang": "en", "is_recurring": recurs })
    });
    json!({
        "id": task.id, "user_id": "1", "project_id": task.project_id, "section_id": null, "parent_id": null, "labels": [],
        "content": task.content, "description": task.description, "due": due, "priority": 1, "checked": task.checked,
        "is_deleted": task.is_deleted, "added_at": task.added_at, "updated_at": task.updated_at,
        "completed_at": task.completed_at,
    })
}

async fn get_task(Shared(state): Shared<State>, Path(id): Path<String>) -> Response {
    let account = state.lock().account.read();
    match account.tasks.get(&id).filter(|task| !task.is_deleted) {
        Some(task) => as_json(StatusCode::OK, &shown(task)),
        None => as_json(StatusCode::NOT_FOUND, &json!({ "error": "Task not found", "http_code": 404 })),
    }
}

async fn sync(Shared(state): Shared<State>, body: Bytes) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let wrong = |tag: &str| as_json(StatusCode::BAD_REQUEST, &json!({ "error": tag, "error_tag": tag, "http_code": 400 }));
    let mut inner = state.lock();
    let mut answer = Map::new();
    if let Some(commands) = form.get("commands") {
        let Ok(commands) = serde_json::from_str::<Vec<Value>>(commands) else { return wrong("INVALID_ARGUMENT_VALUE") };
        if commands.len() > 100 {
            return wrong("MAX_COMMANDS");
        }
        let (mut statuses, mut ids) = (Map::new(), Map::new());
        for command in &commands {
            let status = inner.command(&state.clock, command, &mut ids);
            statuses.insert(command["uuid"].as_str().unwrap_or_default().to_owned(), status);
        }
        answer.insert("sync_status".to_owned(), statuses.into());
        answer.insert("temp_id_mapping".to_owned(), ids.into());
    }
    if let Some(kinds) = form.get("resource_types") {
        let token = form.get("sync_token").map_or("*", String::as_str);
        if let Some(wait) = inner.over(&state, token == "*") {
            return Reply::limited(Limit::InBody(wait)).into();
        }
        let Some(read) = inner.account.read().since(token, kinds) else { return wrong("INVALID_SYNC_TOKEN") };
        answer.extend(read);
    }
    as_json(StatusCode::OK, &answer.into())
}

impl Inner {
    /// The seconds to wait, when there were too many requests.
    fn over(&mut self, state: &State, full: bool) -> Option<u64> {
        let now = state.clock.now();
        self.reads.retain(|(at, _)| *at + WITHIN > now);
        let (all, fulls) = (self.reads.len(), self.reads.iter().filter(|(_, full)| *full).count());
        if all >= READS || (full && fulls >= FULL_READS) {
            let (oldest, _) = self.reads.iter().find(|(_, was_full)| *was_full || !full)?;
            return u64::try_from((*oldest + WITHIN - now).num_seconds() + 1).ok();
        }
        self.reads.push((now, full));
        None
    }
}

impl Account {
    /// What there is since the token; `None` for one that was never given.
    fn since(&self, token: &str, kinds: &str) -> Option<Map<String, Value>> {
        let known = match token.strip_prefix("after-") {
            Some(change) => Some(change.parse().ok().filter(|change| *change <= self.changes)?),
            None if token == "*" => None,
            None => return None,
        };
        let since = known.filter(|change| *change >= self.remembered);
        let mut read = Map::new();
        read.insert("sync_token".to_owned(), format!("after-{}", self.changes).into());
        read.insert("full_sync".to_owned(), since.is_none().into());
        if kinds.contains("\"items\"") {
            let has = |task: &&Task| match since {
                Some(change) => task.change > change,
                None => !task.is_deleted && !task.checked,
            };
            read.insert("items".to_owned(), self.tasks.values().filter(has).map(shown).collect());
        }
        if kinds.contains("\"projects\"") {
            let project = |(id, name): (&String, &String)| json!({ "id": id, "name": name, "inbox_project": id == INBOX, "is_archived": false, "is_deleted": false });
            read.insert("projects".to_owned(), self.projects.iter().map(project).collect());
        }
        Some(read)
    }
}
