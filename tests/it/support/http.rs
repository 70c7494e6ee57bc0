//! A blocking caller of the running program, over real connections.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use axum::http::{Request, header};
use serde_json::{Value, json};
use ureq::{Agent, SendBody};

use super::{Answer, PASSWORD};

/// More than anything here takes; whoever waits longer waits for ever.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What `find` finds in the end; in between it is asked again and again.
#[track_caller]
pub fn eventually<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A caller; clones share their connections.
#[derive(Debug, Clone)]
pub struct Http {
    agent: Agent,
    base: String,
    headers: Vec<(String, String)>,
    /// The user's id; empty for nobody.
    pub id: String,
}

impl Http {
    pub fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE));
        Self { agent: config.build().into(), base: format!("http://{address}"), headers: Vec::new(), id: String::new() }
    }

    /// Sends the header with every request from now on.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn with_token(self, token: &str, id: &str) -> Self {
        Self { id: id.to_owned(), ..self.with_header("authorization", &format!("Bearer {token}")) }
    }

    /// The same user at another address, as after a restart.
    pub fn moved_to(&self, address: SocketAddr) -> Self {
        Self { headers: self.headers.clone(), id: self.id.clone(), ..Self::new(address) }
    }

    pub fn token(&self) -> &str {
        let value = self.headers.iter().find(|(name, _)| name == "authorization").map_or("", |(_, value)| value.as_str());
        value.strip_prefix("Bearer ").unwrap_or_default()
    }

    /// `None` when there was no answer, or not all of it.
    pub fn try_send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let bytes = body.map(Value::to_string);
        let json = body.map(|_| (header::CONTENT_TYPE.as_str().to_owned(), "application/json".to_owned()));
        let headers = self.headers.iter().cloned().chain(json);
        let body =
            bytes.as_ref().map_or_else(SendBody::none, |bytes| SendBody::from_owned_reader(std::io::Cursor::new(bytes.clone())));
        let sized = bytes.map(|bytes| (header::CONTENT_LENGTH.as_str().to_owned(), bytes.len().to_string()));
        self.exchange(method, path, &headers.chain(sized).collect::<Vec<_>>(), body)
    }

    /// One request with exactly these headers, besides those that HTTP insists on.
    pub fn exchange(&self, method: &str, path: &str, headers: &[(String, String)], body: SendBody<'_>) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut response = self.agent.run(request.body(body).expect("a request")).ok()?;
        let bytes = response.body_mut().read_to_vec().ok()?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Some(Answer { status: response.status().as_u16(), headers: response.headers().clone(), bytes: bytes.into(), body })
    }

    #[track_caller]
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.try_send(method, path, body).unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, Some(body))
    }

    #[track_caller]
    pub fn register(&self, name: &str) -> Answer {
        self.post("/api/auth/register", &json!({ "username": name, "password": PASSWORD }))
    }

    /// This caller, logged in.
    #[track_caller]
    pub fn log_in(&self, name: &str) -> Self {
        let answer = self.post("/api/auth/login", &json!({ "username": name, "password": PASSWORD }));
        assert_eq!(answer.status, 200, "{answer:?}");
        self.clone().with_token(&answer.text("token"), &answer.text("user_id"))
    }

    /// This caller with an account of its own.
    #[track_caller]
    pub fn user(&self, name: &str) -> Self {
        let answer = self.register(name);
        assert_eq!(answer.status, 201, "{answer:?}");
        self.log_in(name)
    }

    #[track_caller]
    pub fn create_task(&self, title: &str) -> Answer {
        self.post("/api/tasks", &self.task(title))
    }

    pub fn task(&self, title: &str) -> Value {
        json!({ "title": title, "user_id": self.id })
    }

    #[track_caller]
    pub fn list(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path);
        assert_eq!((answer.status, answer.next_page()), (200, None), "{answer:?}");
        answer.body.as_array().expect("a list").clone()
    }

    #[track_caller]
    pub fn stats(&self) -> Value {
        let answer = self.get(&format!("/api/stats/{}", self.id));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// Holds the user's counters to what exists; the tasks.
    #[track_caller]
    pub fn assert_counters_equal_what_exists(&self) -> Vec<Value> {
        let (tasks, sessions, stats) = (self.list("/api/tasks"), self.list("/api/work_sessions"), self.stats());
        let count = |found: &[Value], field: &str, value: &Value| found.iter().filter(|one| one[field] == *value).count();
        let active = count(&sessions, "end_time", &Value::Null);
        assert_eq!(stats["total_tasks"], tasks.len(), "{stats}");
        assert_eq!(stats["completed_tasks"], count(&tasks, "completed", &json!(true)), "{stats}");
        assert_eq!(stats["total_sessions"], sessions.len() - active, "{stats}");
        assert_eq!((stats["active_session"].as_bool(), active), (Some(active == 1), usize::from(active > 0)), "{stats}");
        tasks
    }
}

/// A connection on which a test says what it wants, and when.
#[derive(Debug)]
pub struct Raw(TcpStream);

impl Raw {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        Self(stream)
    }

    pub fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("written");
    }

    /// Sends the head of a POST and returns once the program asks for the body, which is then under way.
    pub fn begin_post(address: SocketAddr, path: &str, token: &str, length: usize) -> Self {
        let mut raw = Self::connect(address);
        raw.say(&format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
        ));
        let asked = "HTTP/1.1 100 Continue\r\n\r\n";
        let mut answer = vec![0; asked.len()];
        raw.0.read_exact(&mut answer).expect("an interim answer");
        assert_eq!(String::from_utf8_lossy(&answer), asked);
        raw
    }

    /// The status of one answer, which is read to its end.
    pub fn hear_status(&mut self) -> u16 {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("a head");
            head.extend(byte);
        }
        let head = String::from_utf8(head).expect("text").to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        self.0.read_exact(&mut vec![0; length]).expect("a body");
        head.get(9..12).and_then(|status| status.parse().ok()).expect("a status")
    }

    /// All that comes until the program closes the connection.
    pub fn hear_all(&mut self) -> String {
        let mut all = Vec::new();
        self.0.read_to_end(&mut all).expect("an answer, and the end of the connection");
        String::from_utf8_lossy(&all).into_owned()
    }
}
