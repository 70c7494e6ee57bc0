//! Microsoft To Do as Microsoft Graph shows it: lists, tasks, and what changed since a token. Rows of changes come in no order, some
//! twice and some pages empty; notes come back as HTML; a task that is moved to another list has another id there. What is subscribed
//! to is told when somebody asks for that.

mod subscriptions;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

pub use self::subscriptions::Subscription;
use crate::{Clock, Replica, Running, Stand, serve, server::as_json};

/// The token that it takes.
pub const TOKEN: &str = "microsoft-token";
/// The lists that are there from the beginning; the first is the default one.
pub const LISTS: [(&str, &str); 2] = [("list-default==", "Tasks"), ("list-second==", "Second")];

/// How long it remembers what changed.
const MEMORY: Duration = Duration::from_hours(30 * 24);

/// The state; all copies share it.
#[derive(Debug, Clone)]
pub struct Microsoft {
    clock: Clock,
    data: Arc<Mutex<Replica<Data>>>,
    subscriptions: Arc<Mutex<Vec<Subscription>>>,
}

#[derive(Debug, Clone, Default)]
struct Data {
    /// By id; those that were deleted have no members.
    tasks: BTreeMap<String, Task>,
    /// Rows of changes that one page has at most.
    page: usize,
    /// Answers tell of a changed task only what a change needs.
    partial: bool,
    /// Changes with their times, oldest first; a token is a number of them.
    journal: Vec<(DateTime<Utc>, String, String)>,
    made: u64,
}

#[derive(Debug, Clone)]
struct Task {
    list: String,
    members: Option<Map<String, Value>>,
}

/// Starts it.
pub async fn start(stand: Stand, port: u16) -> io::Result<Running<Microsoft>> {
    let data = Data { page: usize::MAX, ..Data::default() };
    let mut replica = Replica::default();
    *replica.write() = data;
    let state = Microsoft { clock: stand.clock.clone(), data: Arc::new(Mutex::new(replica)), subscriptions: Arc::default() };
    serve(stand, state.clone(), router(state), port).await
}

fn router(state: Microsoft) -> Router {
    Router::new()
        .route("/v1.0/me", get(async || answer(&json!({ "userPrincipalName": "someone@example.com" }))))
        .route("/v1.0/me/todo/lists", get(lists))
        .route("/v1.0/me/todo/lists/{list}/tasks", get(tasks).post(create))
        .route("/v1.0/me/todo/lists/{list}/tasks/delta", get(delta))
        .route("/v1.0/me/todo/lists/{list}/tasks/{task}", get(task).patch(change).delete(delete))
        .merge(subscriptions::router())
        .layer(from_fn(authorized))
        .with_state(state)
}

async fn authorized(request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given == Some(&*format!("Bearer {TOKEN}")) { next.run(request).await } else { refusal(401, "InvalidAuthenticationToken") }
}

fn refusal(status: u16, code: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    as_json(status, &json!({ "error": { "code": code, "message": code } }))
}

fn answer(body: &Value) -> Response {
    as_json(StatusCode::OK, body)
}

fn not_found() -> Response {
    refusal(404, "ErrorItemNotFound")
}

impl Microsoft {
    fn data(&self) -> MutexGuard<'_, Replica<Data>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A person makes a task with these members. Its id.
    pub fn add(&self, list: &str, members: &Value) -> String {
        let mut replica = self.data();
        replica.write().add(list, members, self.clock.now())
    }

    /// A person changes members of a task.
    pub fn edit(&self, id: &str, members: &Value) {
        self.data().write().change(id, members, self.clock.now());
    }

    /// A person deletes a task.
    pub fn remove(&self, id: &str) {
        self.data().write().remove(id, self.clock.now());
    }

    /// A person moves a task to another list. The id that it has there.
    pub fn shift(&self, id: &str, list: &str) -> String {
        let mut replica = self.data();
        let data = replica.write();
        let members = data.tasks.get(id).and_then(|task| task.members.clone()).unwrap_or_default();
        data.remove(id, self.clock.now());
        data.add(list, &Value::Object(members), self.clock.now())
    }

    /// What is there, by id.
    pub fn tasks(&self) -> BTreeMap<String, Value> {
        let replica = self.data();
        let tasks = replica.now().tasks.iter();
        tasks.filter_map(|(id, task)| Some((id.clone(), Value::Object(task.members.clone()?)))).collect()
    }

    /// How many rows a page of changes has at most. Smaller than what is asked for, pages repeat rows, and the last is empty.
    pub fn rows_of_a_page(&self, rows: usize) {
        self.data().write().page = rows;
    }

    /// From now on, changes tell no more than they must.
    pub fn tell_in_part(&self) {
        self.data().write().partial = true;
    }

    /// The next reads are answered from what is there now.
    pub fn fall_behind(&self, reads: u32) {
        self.data().fall_behind(reads);
    }
}

impl Data {
    fn add(&mut self, list: &str, members: &Value, now: DateTime<Utc>) -> String {
        self.made += 1;
        let id = format!("AAMk/task-{}=", self.made);
        let mut task = json!({
            "id": id, "title": "", "status": "notStarted", "importance": "normal", "isReminderOn": false,
            "body": { "content": "", "contentType": "text" }, "createdDateTime": instant(now)
        });
        if let (Some(task), Some(members)) = (task.as_object_mut(), members.as_object()) {
            task.extend(members.clone());
            task.insert("id".to_owned(), id.clone().into());
            self.tasks.insert(id.clone(), Task { list: list.to_owned(), members: Some(task.clone()) });
        }
        self.change(&id, members, now);
        id
    }

    fn change(&mut self, id: &str, members: &Value, now: DateTime<Utc>) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        let (Some(is), Some(members)) = (&mut task.members, members.as_object()) else { return };
        for (name, value) in members.iter().filter(|(name, _)| *name != "id") {
            match value {
                Value::Null => is.remove(name),
                value => is.insert(name.clone(), stored(name, value, is.get("createdDateTime"))),
            };
        }
        if is.get("status") != Some(&"completed".into()) {
            is.remove("completedDateTime");
        } else if !is.contains_key("completedDateTime") {
            let midnight = json!({ "dateTime": now.format("%Y-%m-%dT00:00:00.0000000").to_string(), "timeZone": "UTC" });
            is.insert("completedDateTime".to_owned(), midnight);
        }
        // Two changes are never of one instant.
        let ticks = self.journal.len();
        is.insert("lastModifiedDateTime".to_owned(), format!("{}{:04}Z", now.format("%Y-%m-%dT%H:%M:%S%.3f"), ticks).into());
        self.journal.push((now, task.list.clone(), id.to_owned()));
    }

    fn remove(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.members = None;
        self.journal.push((now, task.list.clone(), id.to_owned()));
    }

    fn found(&self, list: &str, id: &str) -> Option<&Map<String, Value>> {
        self.tasks.get(id).filter(|task| task.list == list)?.members.as_ref()
    }
}

fn instant(at: DateTime<Utc>) -> Value {
    at.format("%Y-%m-%dT%H:%M:%S%.6f0Z").to_string().into()
}

/// A member as the service keeps it.
fn stored(name: &str, value: &Value, made: Option<&Value>) -> Value {
    match (name, value) {
        ("body", body) if body["contentType"] == "html" => {
            let content = body["content"].as_str().unwrap_or_default();
            let content = format!(
                "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>{content}</body></html>"
            );
            json!({ "content": content, "contentType": "html" })
        }
        ("dueDateTime" | "completedDateTime", moment) => {
            let date_time = moment["dateTime"].as_str().unwrap_or_default();
            let (whole, part) = date_time.split_once('.').unwrap_or((date_time, ""));
            json!({ "dateTime": format!("{whole}.{part:0<7}"), "timeZone": moment["timeZone"] })
        }
        ("createdDateTime", value) => made.unwrap_or(value).clone(),
        (_, value) => value.clone(),
    }
}

/// Where to ask for more.
fn address(headers: &HeaderMap, path: &str) -> Value {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("http://{host}/v1.0/{path}").into()
}

/// A task as an answer has it.
fn shown(members: &Map<String, Value>, query: &BTreeMap<String, String>) -> Value {
    let mut members = members.clone();
    if query.get("$expand").is_none_or(|expanded| expanded != "linkedResources") {
        members.remove("linkedResources");
    }
    Value::Object(members)
}

async fn lists() -> Response {
    let list = |(at, (id, name))| json!({ "id": id, "displayName": name, "wellknownListName": if at == 0 { "defaultList" } else { "none" } });
    answer(&json!({ "value": LISTS.into_iter().enumerate().map(list).collect::<Vec<_>>() }))
}

async fn tasks(
    State(state): State<Microsoft>,
    Path(list): Path<String>,
    query: Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if !LISTS.iter().any(|(id, _)| *id == list) {
        return not_found();
    }
    let number = |name: &str, other| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(other);
    let data = state.data().read();
    let (skip, top) = (number("$skip", 0), number("$top", 10).min(data.page));
    let all = data.tasks.values().filter(|task| task.list == list).filter_map(|task| task.members.as_ref());
    let mut rows: Vec<Value> = all.skip(skip).take(top + 1).map(|members| shown(members, &query)).collect();
    let more = rows.len() > top;
    rows.truncate(top);
    let mut body = json!({ "value": rows });
    if more {
        let expand = query.get("$expand").map_or_else(String::new, |expanded| format!("&$expand={expanded}"));
        body["@odata.nextLink"] =
            address(&headers, &format!("me/todo/lists/{list}/tasks?$top={top}&$skip={}{expand}", skip + top));
    }
    answer(&body)
}

/// The query of an address that an answer gave: how many changes were known, up to which it goes, and how many rows came already.
fn place(query: &BTreeMap<String, String>) -> Option<(usize, Option<usize>, usize)> {
    if let Some(token) = query.get("$deltatoken") {
        return Some((token.split('.').next()?.parse().ok()?, None, 0));
    }
    let Some(token) = query.get("$skiptoken") else { return Some((0, None, 0)) };
    let mut parts = token.split('.').map(str::parse);
    Some((parts.next()?.ok()?, Some(parts.next()?.ok()?), parts.next()?.ok()?))
}

async fn delta(
    State(state): State<Microsoft>,
    Path(list): Path<String>,
    query: Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if !LISTS.iter().any(|(id, _)| *id == list) {
        return not_found();
    }
    let data = state.data().read();
    let Some((from, until, skip)) = place(&query).filter(|(from, ..)| *from <= data.journal.len()) else {
        return refusal(400, "syncStateInvalid");
    };
    let begun = from == 0;
    let until = until.unwrap_or(data.journal.len());
    if from.checked_sub(1).and_then(|last| data.journal.get(last)).is_some_and(|(at, ..)| *at + MEMORY < state.clock.now()) {
        return refusal(410, "syncStateNotFound");
    }
    let expanded = query.get("$expand").cloned().or_else(|| {
        let token = query.get("$deltatoken").or_else(|| query.get("$skiptoken"))?;
        token.ends_with(".linked").then(|| "linkedResources".to_owned())
    });
    let linked = if expanded.is_some() { ".linked" } else { "" };
    let shown_with: BTreeMap<_, _> = expanded.into_iter().map(|expanded| ("$expand".to_owned(), expanded)).collect();
    let mut ids: Vec<&String> = Vec::new();
    for (_, of, id) in data.journal[from..until].iter().rev() {
        if *of == list && !ids.contains(&id) {
            ids.push(id);
        }
    }
    let row = |id: &&String| {
        let Some(members) = data.found(&list, id) else {
            return (!begun).then(|| json!({ "id": id, "@removed": { "reason": "deleted" } }));
        };
        let task = shown(members, &shown_with);
        Some(if data.partial { json!({ "id": task["id"], "title": task["title"] }) } else { task })
    };
    let all: Vec<Value> = ids.iter().filter_map(row).collect();
    let asked = headers.get("prefer").and_then(|value| value.to_str().ok()?.strip_prefix("odata.maxpagesize=")?.parse().ok());
    let size = asked.unwrap_or(10).min(data.page).max(1);
    let noisy = data.page < asked.unwrap_or(10);
    // The row before comes again.
    let first = if noisy && skip > 0 { skip - 1 } else { skip };
    let end = (skip + size).min(all.len());
    let rows = all.get(first.min(end)..end).filter(|_| skip < all.len()).unwrap_or_default();
    let mut body = json!({ "value": rows });
    let base = format!("me/todo/lists/{list}/tasks/delta");
    // Behind the last row there is an empty page yet.
    if end < all.len() || (noisy && skip < all.len()) {
        body["@odata.nextLink"] = address(&headers, &format!("{base}?$skiptoken={from}.{until}.{end}{linked}"));
    } else {
        body["@odata.deltaLink"] = address(&headers, &format!("{base}?$deltatoken={until}{linked}"));
    }
    answer(&body)
}

async fn task(
    State(state): State<Microsoft>,
    Path((list, id)): Path<(String, String)>,
    query: Query<BTreeMap<String, String>>,
) -> Response {
    let data = state.data().read();
    data.found(&list, &id).map_or_else(not_found, |members| answer(&shown(members, &query)))
}

async fn create(State(state): State<Microsoft>, Path(list): Path<String>, body: Bytes) -> Response {
    let Ok(members) = serde_json::from_slice::<Value>(&body) else { return refusal(400, "invalidRequest") };
    if !LISTS.iter().any(|(id, _)| *id == list) {
        return not_found();
    }
    if members["title"].as_str().is_none_or(str::is_empty) {
        return refusal(400, "invalidRequest");
    }
    let id = state.add(&list, &members);
    let replica = state.data();
    let made = replica.now().found(&list, &id);
    made.map_or_else(not_found, |made| as_json(StatusCode::CREATED, &shown(made, &BTreeMap::new())))
}

async fn change(State(state): State<Microsoft>, Path((list, id)): Path<(String, String)>, body: Bytes) -> Response {
    let Ok(members) = serde_json::from_slice::<Value>(&body) else { return refusal(400, "invalidRequest") };
    let mut replica = state.data();
    let data = replica.write();
    if data.found(&list, &id).is_none() {
        return not_found();
    }
    data.change(&id, &members, state.clock.now());
    data.found(&list, &id).map_or_else(not_found, |made| answer(&shown(made, &BTreeMap::new())))
}

async fn delete(State(state): State<Microsoft>, Path((list, id)): Path<(String, String)>) -> Response {
    let mut replica = state.data();
    let data = replica.write();
    if data.found(&list, &id).is_none() {
        return not_found();
    }
    data.remove(&id, state.clock.now());
    StatusCode::NO_CONTENT.into_response()
}
