//! A caller of the API, and the answers it gets.

use std::net::SocketAddr;

use avanochi::kernel::Timestamp;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{PASSWORD, TestApp};

#[derive(Clone)]
pub struct Client {
    routes: Router,
    /// The user's id; empty for nobody.
    pub id: String,
    headers: Vec<(String, String)>,
    peer: Option<SocketAddr>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
    /// Null when there is none.
    pub body: Value,
}

/// Where a task is found.
pub fn task_path(task: &Value) -> String {
    format!("/api/tasks/{}", task["id"].as_str().expect("an id"))
}

impl Client {
    pub fn new(routes: Router) -> Self {
        Self { routes, id: String::new(), headers: Vec::new(), peer: None }
    }

    pub fn with_token(self, token: &str, id: &str) -> Self {
        let mut client = self.with_header("authorization", &format!("Bearer {token}"));
        id.clone_into(&mut client.id);
        client
    }

    /// The same caller of another instance.
    pub fn through(&self, app: &TestApp) -> Self {
        Self { routes: app.routes.clone(), ..self.clone() }
    }

    /// Sends the header with every request from now on.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Asks from that address from now on; before, from within the process.
    pub fn at(self, address: &str) -> Self {
        Self { peer: Some(SocketAddr::new(address.parse().expect("an address"), 50_123)), ..self }
    }

    pub fn token(&self) -> &str {
        let value = self.headers.iter().find(|(name, _)| name == "authorization").map_or("", |(_, value)| value.as_str());
        value.strip_prefix("Bearer ").unwrap_or_default()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    /// POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send("POST", path, None).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let (content_type, body) = match body {
            Some(body) => (Some("application/json"), Body::from(body.to_string())),
            None => (None, Body::empty()),
        };
        self.send_raw(method, path, content_type, body).await
    }

    pub async fn send_raw(&self, method: &str, path: &str, content_type: Option<&str>, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:7071");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        let request = avanochi::web::request::without_trailing_slash(request.body(body).expect("a request"));
        let response = self.routes.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes, body }
    }

    pub async fn register(&self, name: &str) -> Answer {
        self.post("/api/auth/register", json!({ "username": name, "password": PASSWORD })).await
    }

    pub async fn log_in(&self, name: &str, password: &str) -> Answer {
        self.post("/api/auth/login", json!({ "username": name, "password": password })).await
    }

    pub async fn create_task(&self, title: &str) -> Answer {
        self.post("/api/tasks", json!({ "title": title, "user_id": self.id })).await
    }

    /// Creates a task with these fields; it as it was answered.
    pub async fn task_with(&self, fields: Value) -> Value {
        let mut body = json!({ "title": "a task", "user_id": self.id });
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let made = self.post("/api/tasks", body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body
    }

    /// Changes a task; it as it was answered.
    pub async fn change_task(&self, task: &Value, change: Value) -> Value {
        let answer = self.patch(&task_path(task), change).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// A task as it is now.
    pub async fn task(&self, task: &Value) -> Value {
        let answer = self.get(&task_path(task)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// The titles of the tasks that are listed, with these parameters.
    pub async fn titles(&self, query: &str) -> Vec<String> {
        let listed = self.get(&format!("/api/tasks?{query}")).await;
        assert_eq!(listed.status, 200, "{query}: {listed:?}");
        let tasks = listed.body.as_array().expect("a list").iter();
        tasks.map(|task| task["title"].as_str().expect("a title").to_owned()).collect()
    }

    /// Creates a task and completes it; its id.
    pub async fn complete_new_task(&self) -> String {
        let id = self.create_task("a task").await.text("id");
        assert_eq!(self.patch(&format!("/api/tasks/{id}"), json!({})).await.status, 200);
        id
    }

    pub async fn start(&self) -> Answer {
        self.post("/api/work_sessions/start", json!({ "user_id": self.id })).await
    }

    pub async fn end(&self, id: &str) -> Answer {
        self.post_empty(&format!("/api/work_sessions/{id}/end")).await
    }

    /// Records a session that is over.
    pub async fn record(&self, start: Timestamp, end: Timestamp) -> Answer {
        self.post("/api/work_sessions", json!({ "user_id": self.id, "start_time": start, "end_time": end })).await
    }

    /// Is reminded of these from now on, as the settings name them, and of nothing else.
    pub async fn be_reminded_of(&self, switches: &[&str]) {
        let all = ["breaks", "hydration", "meals", "sessions", "check_in", "tasks"];
        let reminders: Value = all.iter().map(|name| ((*name).to_owned(), json!(switches.contains(name)))).collect();
        assert_eq!(self.patch("/api/settings", json!({ "reminders": reminders })).await.status, 200);
    }

    /// Works for 51 minutes and is then reminded of a break; the id of the reminder.
    pub async fn be_reminded(&self, app: &TestApp) -> String {
        let session = self.start().await.text("id");
        app.advance_seconds(51 * 60);
        app.do_due().await.expect("done");
        assert_eq!(self.end(&session).await.status, 200);
        let nudges = self.get("/api/nudges").await.body;
        nudges.as_array().and_then(|nudges| nudges.last()?["id"].as_str()).expect("a reminder").to_owned()
    }

    /// Has a task that is better made of several; the id of the recommendation to do so.
    pub async fn be_recommended(&self) -> String {
        self.task_with(json!({ "title": "all of it", "estimate_minutes": 300 })).await;
        let listed = self.get("/api/recommendations").await.body;
        let ids = listed.as_array().expect("a list").iter().filter_map(|one| one["id"].as_str());
        ids.into_iter().find(|id| id.starts_with("split_task:")).expect("a recommendation").to_owned()
    }

    /// The kinds of all reminders, the latest last.
    pub async fn nudges(&self) -> Vec<String> {
        let listed = self.get("/api/nudges").await;
        assert_eq!(listed.status, 200, "{listed:?}");
        let nudges = listed.body.as_array().expect("a list").iter();
        nudges.map(|nudge| nudge["kind"].as_str().expect("a kind").to_owned()).collect()
    }

    pub async fn stats(&self) -> Value {
        let answer = self.get(&format!("/api/stats/{}", self.id)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// All pages of a list; each page is checked to be no longer than `limit`.
    pub async fn all_pages(&self, path: &str, limit: usize) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut target = format!("{path}{separator}limit={limit}");
        let mut all = Vec::new();
        loop {
            let answer = self.get(&target).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let page = answer.body.as_array().expect("an array").clone();
            assert!(page.len() <= limit);
            all.extend(page);
            let Some(next) = answer.next_page() else { return all };
            target = next;
        }
    }
}

impl Answer {
    /// A field of the body as text; a missing one is a failure.
    pub fn text(&self, field: &str) -> String {
        self.body[field].as_str().unwrap_or_else(|| panic!("no text in '{field}' of {self:?}")).to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What the answer sets for a cookie: the value, and after it the attributes.
    pub fn set_cookie(&self, name: &str) -> Option<(&str, &str)> {
        let mut cookies = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=')?.split_once("; "))
    }

    /// Where the `Link` to the next page leads.
    pub fn next_page(&self) -> Option<String> {
        let link = self.header("link")?;
        assert!(link.ends_with(">; rel=\"next\""), "{link}");
        Some(link.strip_prefix('<').and_then(|rest| rest.split_once('>')).expect("a link").0.to_owned())
    }

    /// Checks status, `error` sentence and shape of an error.
    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert!(self.body["error"].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
        assert_eq!(self.body["request_id"].as_str(), self.header("x-request-id"), "{self:?}");
        self
    }

    #[track_caller]
    pub fn assert_says(&self, sentence: &str) {
        assert_eq!(self.body["error"].as_str(), Some(sentence), "{self:?}");
    }
}
