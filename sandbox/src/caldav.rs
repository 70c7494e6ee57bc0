//! A CalDAV server: a principal, calendars, objects with versions, and reports. What servers do differently can be set.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use crate::{Running, Stand, serve};

pub const USERNAME: &str = "me";
pub const PASSWORD: &str = "secret";
/// The header that has both.
const AUTHORIZATION: &str = "Basic bWU6c2VjcmV0";

const ROOT: &str = "/dav/";
const PRINCIPAL: &str = "/dav/principals/me/";
const HOME: &str = "/dav/calendars/me/";
/// The calendar that is there from the beginning, and takes to-dos.
pub const TASKS: &str = "/dav/calendars/me/tasks/";

/// In what servers differ.
#[derive(Debug, Clone)]
pub struct Habits {
    pub marks: Marks,
    /// It says which version came of a write.
    pub names_versions: bool,
    /// It stores its own writing of what it is sent.
    pub rewrites: bool,
    /// How many changes it tells of at once.
    pub most: Option<usize>,
}

/// How it tells that something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// It can tell what changed since a token.
    Tokens,
    /// It has a tag that differs whenever something changed.
    Tags,
    None,
}

impl Default for Habits {
    fn default() -> Self {
        Self { marks: Marks::Tokens, names_versions: true, rewrites: false, most: None }
    }
}

/// The state; all copies share it.
#[derive(Debug, Clone)]
pub struct Caldav(Arc<Mutex<Data>>);

#[derive(Debug, Default)]
struct Data {
    habits: Habits,
    calendars: Vec<Calendar>,
    /// By path.
    objects: BTreeMap<String, (u64, String)>,
    /// The paths that changed, oldest first; a token is a number of them.
    journal: Vec<String>,
    /// Tokens before it are forgotten.
    oldest: usize,
    writes: u64,
}

#[derive(Debug)]
struct Calendar {
    path: String,
    name: String,
    takes: &'static str,
}

/// Starts it, with one calendar for to-dos and one for events.
pub async fn start(stand: Stand, port: u16) -> io::Result<Running<Caldav>> {
    let state = Caldav(Arc::default());
    state.add_calendar("tasks", "Tasks", "VTODO");
    state.add_calendar("events", "Events", "VEVENT");
    let router = Router::new().fallback(answer).with_state(state.clone());
    serve(stand, state, router, port).await
}

impl Caldav {
    fn data(&self) -> MutexGuard<'_, Data> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its path.
    pub fn add_calendar(&self, id: &str, name: &str, takes: &'static str) -> String {
        let path = format!("{HOME}{id}/");
        self.data().calendars.push(Calendar { path: path.clone(), name: name.to_owned(), takes });
        path
    }

    pub fn remove_calendar(&self, path: &str) {
        self.data().calendars.retain(|calendar| calendar.path != path);
    }

    pub fn set_habits(&self, habits: Habits) {
        self.data().habits = habits;
    }

    /// Another program writes an object of the calendar for to-dos, whatever is there.
    pub fn put(&self, name: &str, text: &str) {
        self.data().write(&format!("{TASKS}{name}"), text.to_owned());
    }

    /// Another program deletes one.
    pub fn remove(&self, name: &str) {
        self.data().delete(&format!("{TASKS}{name}"));
    }

    /// What is there, by name.
    pub fn objects(&self) -> BTreeMap<String, String> {
        let data = self.data();
        let objects =
            data.objects.iter().filter_map(|(path, (_, text))| Some((path.strip_prefix(TASKS)?.to_owned(), text.clone())));
        objects.collect()
    }

    /// It does not know the tokens any more that it has given so far.
    pub fn forget_tokens(&self) {
        let mut data = self.data();
        data.journal.push(String::new());
        data.oldest = data.journal.len();
    }
}

impl Data {
    fn write(&mut self, path: &str, text: String) {
        self.writes += 1;
        self.objects.insert(path.to_owned(), (self.writes, text));
        self.journal.push(path.to_owned());
    }

    fn delete(&mut self, path: &str) -> bool {
        let gone = self.objects.remove(path).is_some();
        if gone {
            self.journal.push(path.to_owned());
        }
        gone
    }

    fn in_calendar<'a>(&'a self, calendar: &'a str) -> impl Iterator<Item = (&'a String, &'a (u64, String))> {
        self.objects.iter().filter(move |(path, _)| path.starts_with(calendar))
    }
}

fn token(at: usize) -> String {
    format!("https://sandbox.example/sync/{at}")
}

async fn answer(State(state): State<Caldav>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let (path, body) = (uri.path(), String::from_utf8_lossy(&body).into_owned());
    if path == "/.well-known/caldav" {
        return (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, ROOT)]).into_response();
    }
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != AUTHORIZATION) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut data = state.data();
    match method.as_str() {
        "PROPFIND" => propfind(&data, path, &headers, &body),
        "REPORT" => report(&data, path, &body),
        "GET" => match data.objects.get(path) {
            Some((version, text)) => ([(header::ETAG, etag(*version))], text.clone()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        "PUT" => put(&mut data, path, &headers, body),
        "DELETE" if !holds(&data, path, &headers) => StatusCode::PRECONDITION_FAILED.into_response(),
        "DELETE" if data.delete(path) => StatusCode::NO_CONTENT.into_response(),
        "DELETE" => StatusCode::NOT_FOUND.into_response(),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// Whether what a write depends on is so.
fn holds(data: &Data, path: &str, headers: &HeaderMap) -> bool {
    let version = data.objects.get(path).map(|(version, _)| etag(*version));
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    text(header::IF_NONE_MATCH).is_none_or(|_| version.is_none())
        && text(header::IF_MATCH).is_none_or(|wanted| version.as_deref() == Some(wanted))
}

fn uid(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("UID:"))
}

fn put(data: &mut Data, path: &str, headers: &HeaderMap, text: String) -> Response {
    if !holds(data, path, headers) {
        return StatusCode::PRECONDITION_FAILED.into_response();
    }
    let Some(calendar) = data.calendars.iter().find(|calendar| path.starts_with(&calendar.path)) else {
        return StatusCode::CONFLICT.into_response();
    };
    if !text.starts_with("BEGIN:VCALENDAR") || !text.contains(&format!("BEGIN:{}", calendar.takes)) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if data.in_calendar(&calendar.path).any(|(other, (_, stored))| other != path && uid(stored) == uid(&text)) {
        return refused(StatusCode::CONFLICT, r#"<C:no-uid-conflict xmlns:C="urn:ietf:params:xml:ns:caldav"/>"#);
    }
    let is_new = !data.objects.contains_key(path);
    let text = if data.habits.rewrites { text.replace("END:VTODO", "X-REWRITTEN:1\r\nEND:VTODO") } else { text };
    data.write(path, text);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
    if data.habits.names_versions {
        (status, [(header::ETAG, etag(data.writes))]).into_response()
    } else {
        status.into_response()
    }
}

fn refused(status: StatusCode, condition: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml")], format!(r#"<D:error xmlns:D="DAV:">{condition}</D:error>"#)).into_response()
}

/// Answers with prefixes that nobody else has.
fn multistatus(inside: &str) -> Response {
    let text = format!(
        r#"<?xml version="1.0"?><x0:multistatus xmlns:x0="DAV:" xmlns:x1="urn:ietf:params:xml:ns:caldav" xmlns:x2="http://calendarserver.org/ns/">{inside}</x0:multistatus>"#
    );
    (StatusCode::MULTI_STATUS, [(header::CONTENT_TYPE, "text/xml")], text).into_response()
}

fn of_resource(path: &str, properties: &str) -> String {
    format!(
        "<x0:response><x0:href>{path}</x0:href><x0:propstat><x0:prop>{properties}</x0:prop><x0:status>HTTP/1.1 200 OK</x0:status></x0:propstat></x0:response>"
    )
}

fn is_gone(path: &str) -> String {
    format!("<x0:response><x0:href>{path}</x0:href><x0:status>HTTP/1.1 404 Not Found</x0:status></x0:response>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\r', "&#13;")
}

fn propfind(data: &Data, path: &str, headers: &HeaderMap, asked: &str) -> Response {
    let folder = format!("{}/", path.trim_end_matches('/'));
    let principal = format!("<x0:current-user-principal><x0:href>{PRINCIPAL}</x0:href></x0:current-user-principal>");
    let calendars = |wanted: &dyn Fn(&Calendar) -> bool| -> String {
        data.calendars
            .iter()
            .filter(|calendar| wanted(calendar))
            .map(|calendar| of_resource(&calendar.path, &properties(data, calendar, asked)))
            .collect()
    };
    let inside = match &*folder {
        ROOT => of_resource(ROOT, &format!("<x0:resourcetype><x0:collection/></x0:resourcetype>{principal}")),
        PRINCIPAL => of_resource(PRINCIPAL, &format!("<x1:calendar-home-set><x0:href>{HOME}</x0:href></x1:calendar-home-set>")),
        HOME if headers.get("depth").is_some_and(|depth| depth == "1") => {
            of_resource(HOME, "<x0:resourcetype><x0:collection/></x0:resourcetype>") + &calendars(&|_| true)
        }
        HOME => of_resource(HOME, "<x0:resourcetype><x0:collection/></x0:resourcetype>"),
        _ => calendars(&|calendar| calendar.path == folder),
    };
    if inside.is_empty() { StatusCode::NOT_FOUND.into_response() } else { multistatus(&inside) }
}

fn properties(data: &Data, calendar: &Calendar, asked: &str) -> String {
    let mut found = format!(
        "<x0:resourcetype><x0:collection/><x1:calendar/></x0:resourcetype><x0:displayname>{}</x0:displayname>\
         <x1:supported-calendar-component-set><x1:comp name=\"{}\"/></x1:supported-calendar-component-set>",
        escaped(&calendar.name),
        calendar.takes
    );
    let now = data.journal.len();
    let _written = match data.habits.marks {
        Marks::Tokens if asked.contains("sync-token") => write!(found, "<x0:sync-token>{}</x0:sync-token>", token(now)),
        Marks::Tags if asked.contains("getctag") => write!(found, "<x2:getctag>{now}</x2:getctag>"),
        _ => Ok(()),
    };
    found
}

fn report(data: &Data, path: &str, asked: &str) -> Response {
    let Some(calendar) = data.calendars.iter().find(|calendar| calendar.path == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if asked.contains("sync-collection") {
        return sync_collection(data, &calendar.path, asked);
    }
    let version = |version: u64| format!("<x0:getetag>{}</x0:getetag>", etag(version));
    let mut inside = String::new();
    if asked.contains("calendar-multiget") {
        for href in elements(asked, "href") {
            inside += &match data.objects.get(href) {
                Some((at, text)) => {
                    of_resource(href, &format!("{}<x1:calendar-data>{}</x1:calendar-data>", version(*at), escaped(text)))
                }
                None => is_gone(href),
            };
        }
    } else {
        let wanted =
            asked.split_once("text-match").and_then(|(_, rest)| rest.split_once('>')?.1.split_once('<')).map(|(uid, _)| uid);
        let todos = data.in_calendar(&calendar.path).filter(|(_, (_, text))| text.contains("BEGIN:VTODO"));
        for (path, (at, _)) in todos.filter(|(_, (_, text))| wanted.is_none() || uid(text) == wanted) {
            inside += &of_resource(path, &version(*at));
        }
    }
    multistatus(&inside)
}

fn sync_collection(data: &Data, calendar: &str, asked: &str) -> Response {
    let given = elements(asked, "sync-token").next().unwrap_or_default();
    let from = if given.is_empty() { Some(0) } else { (0..=data.journal.len()).find(|at| token(*at) == given) };
    let Some(from) = from.filter(|from| given.is_empty() || *from >= data.oldest) else {
        return refused(StatusCode::FORBIDDEN, "<D:valid-sync-token/>");
    };
    let until = data.habits.most.map_or(data.journal.len(), |most| data.journal.len().min(from + most));
    let changed: BTreeSet<&String> = data.journal[from..until].iter().filter(|path| path.starts_with(calendar)).collect();
    let mut inside = String::new();
    for path in changed {
        inside += &match data.objects.get(path) {
            Some((version, _)) => of_resource(path, &format!("<x0:getetag>{}</x0:getetag>", etag(*version))),
            None => is_gone(path),
        };
    }
    if until < data.journal.len() {
        let _written = write!(
            inside,
            "<x0:response><x0:href>{calendar}</x0:href><x0:status>HTTP/1.1 507 Insufficient Storage</x0:status></x0:response>"
        );
    }
    let _written = write!(inside, "<x0:sync-token>{}</x0:sync-token>", token(until));
    multistatus(&inside)
}

/// What is within elements of a name, whatever their prefix.
fn elements<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let end = format!("{name}>");
    text.match_indices(&end)
        .filter_map(|(at, _)| text[at + end.len()..].split_once("</").map(|(inside, _)| inside))
        .collect::<Vec<_>>()
        .into_iter()
        .step_by(2)
}
