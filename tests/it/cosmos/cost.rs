//! What each route costs: its requests to the account, counted, bounded, and written down in docs/COST.md.
//!
//! `AVANOCHI_WRITE_COST=1 cargo test --test it cost` writes the table anew.

mod assistant;
mod channels;
mod companion;
mod connections;
mod dialogue;
mod jobs;
mod progress;
mod tasks;
mod wellbeing;

use std::{
    collections::BTreeSet,
    fmt::{self, Write as _},
    fs,
    path::Path,
};

use serde_json::{Value, json};

use avanochi::jobs::{Event, Verdict};

use crate::support::{
    Answer, Client, LONG_TOKENS, PASSWORD, TestApp,
    described::{Resource, document},
    emulator::Emulator,
};

/// Requests by kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Cost {
    reads: usize,
    writes: usize,
    batches: usize,
    queries: usize,
    across: usize,
}

/// Nothing is asked of the account.
const FREE: Cost = Cost { reads: 0, writes: 0, batches: 0, queries: 0, across: 0 };
/// The one document that says it.
const READ: Cost = Cost { reads: 1, ..FREE };
/// The resource, the summary and the batch that changes both.
const CHANGE: Cost = Cost { reads: 2, batches: 1, ..FREE };
/// The summary and the batch.
const CREATION: Cost = Cost { reads: 1, batches: 1, ..FREE };
const PAGE: Cost = Cost { queries: 1, ..FREE };

impl Cost {
    fn of(requests: &[String]) -> Self {
        let mut cost = FREE;
        for request in requests {
            *match request.as_str() {
                "GET item" => &mut cost.reads,
                "POST item" | "PUT item" | "DELETE item" => &mut cost.writes,
                "POST batch" => &mut cost.batches,
                "POST query" => &mut cost.queries,
                "POST query across partitions" => &mut cost.across,
                other => panic!("{other} is no part of the steady state"),
            } += 1;
        }
        cost
    }

    fn within(self, bound: Self) -> bool {
        self.reads <= bound.reads
            && self.writes <= bound.writes
            && self.batches <= bound.batches
            && self.queries <= bound.queries
            && self.across <= bound.across
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reads, writes, batches, queries, across } = self;
        write!(f, "{reads} | {writes} | {batches} | {queries} | {across}")
    }
}

/// The account, and what has been counted of it.
struct Book {
    emulator: Emulator,
    routes: BTreeSet<String>,
    table: String,
}

impl Book {
    /// Counts a call. `original` is what the original's design asks for the same: point reads, writes, and queries of
    /// all partitions; nothing when it has no such route.
    async fn line(&mut self, route: &str, when: &str, bound: Option<Cost>, original: Option<[u8; 3]>, call: impl Call) -> Answer {
        let (answer, cost) = self.count(route, when, bound, call).await;
        let original = original.map_or_else(|| " – | – | –".to_owned(), |[r, w, q]| format!(" {r} | {w} | {q}"));
        writeln!(self.table, "| `{route}`{when} | {cost} |{original} |").expect("text");
        answer
    }

    /// The same without a line in the table.
    async fn count(&mut self, route: &str, when: &str, bound: Option<Cost>, call: impl Call) -> (Answer, Cost) {
        self.emulator.requests.take();
        let answer = call.await;
        let refused = route == "PATCH /api/tasks";
        assert_eq!(answer.status >= 300, refused, "{route}: {answer:?}");
        let cost = Cost::of(&self.emulator.requests.take());
        if let Some(bound) = bound {
            assert!(cost.within(bound), "{route}{when} costs {cost:?}, more than {bound:?}");
        }
        self.routes.insert(route.to_owned());
        (answer, cost)
    }

    /// Counts a call that is refused.
    async fn refusal(&mut self, route: &str, when: &str, bound: Cost, call: impl Call) {
        self.emulator.requests.take();
        let answer = call.await;
        assert!(answer.status >= 300, "{route}{when}: {answer:?}");
        let cost = Cost::of(&self.emulator.requests.take());
        assert!(cost.within(bound), "{route}{when} costs {cost:?}, more than {bound:?}");
        writeln!(self.table, "| `{route}`{when} | {cost} | – | – | – |").expect("text");
        self.routes.insert(route.to_owned());
    }

    /// Counts what a job does with an event.
    async fn job(&mut self, app: &TestApp, name: &str, when: &str, bound: Cost, event: Event) {
        let jobs = &app.app.jobs;
        self.emulator.requests.take();
        let verdict = jobs.dispatch(&jobs.ctx(None), jobs.registry.get(name).expect("a job"), event).await;
        assert!(matches!(verdict, Verdict::Done), "{name}: {verdict:?}");
        let cost = Cost::of(&self.emulator.requests.take());
        assert!(cost.within(bound), "{name}{when} costs {cost:?}, more than {bound:?}");
        writeln!(self.table, "| job `{name}`{when} | {cost} | – | – | – |").expect("text");
    }
}

trait Call: Future<Output = Answer> {}
impl<F: Future<Output = Answer>> Call for F {}

async fn accounts(book: &mut Book, ann: &Client) {
    let user = format!("/api/users/{}", ann.id);
    let new = json!({ "username": "bob", "password": PASSWORD });
    // Whether the name is free; the login with and without the user in it; the user's own documents.
    let account = Cost { reads: 1, writes: 2, batches: 1, ..FREE };
    let register = ann.post("/api/auth/register", new.clone());
    book.line("POST /api/auth/register", "", Some(account), Some([0, 1, 1]), register).await;
    // The login and whether the account is open; the attempt, before the password is compared; taking it back with the family.
    let login = Cost { reads: 2, writes: 1, batches: 1, ..FREE };
    let wrong = json!({ "username": "bob", "password": "wrong password" });
    let first = book.line("POST /api/auth/login", "", Some(login), Some([0, 0, 1]), ann.post("/api/auth/login", new)).await;
    let counted = Cost { reads: 1, writes: 1, ..FREE };
    book.refusal("POST /api/auth/login", ", refused", counted, ann.post("/api/auth/login", wrong)).await;
    let token = |answer: &Answer| json!({ "refresh_token": answer.text("refresh_token") });
    let refresh = |body: Value| ann.post("/api/auth/refresh", body);
    let renewed = Cost { reads: 1, writes: 1, ..FREE };
    let next = book.line("POST /api/auth/refresh", "", Some(renewed), None, refresh(token(&first))).await;
    book.line("POST /api/auth/refresh", ", repeated within 30 seconds", Some(READ), None, refresh(token(&first))).await;
    let ended = Cost { writes: 1, ..FREE };
    book.line("POST /api/auth/logout", "", Some(ended), None, ann.post("/api/auth/logout", token(&next))).await;
    let no_token = ", without a refresh token";
    book.line("POST /api/auth/logout", no_token, Some(FREE), None, ann.post_empty("/api/auth/logout")).await;
    book.line("GET /api/auth/me", "", Some(READ), None, ann.get("/api/auth/me")).await;
    book.line("GET /api/users/{id}", "", Some(READ), Some([1, 0, 0]), ann.get(&user)).await;
    let west = json!({ "time_zone": "America/Lima" });
    book.line("PATCH /api/users/{id}", "", Some(CHANGE), Some([0, 1, 0]), ann.patch(&user, west)).await;
}

async fn work_sessions(book: &mut Book, app: &TestApp, ann: &Client) {
    let start = "/api/work_sessions/start";
    let body = json!({ "user_id": ann.id });
    let route = "POST /api/work_sessions/start";
    let first = book.line(route, "", Some(CREATION), Some([0, 1, 1]), ann.post(start, body)).await;
    let active = &format!("/api/work_sessions/active?user_id={}", ann.id);
    book.line("GET /api/work_sessions/active", "", Some(READ), Some([0, 0, 1]), ann.get(active)).await;
    book.line("GET /api/work_sessions", "", Some(PAGE), Some([0, 0, 1]), ann.get("/api/work_sessions")).await;
    let dates = ann.get("/api/work_sessions?from=2026-01-01&to=2026-01-31");
    let read_and_page = Cost { reads: 1, queries: 1, ..FREE };
    book.line("GET /api/work_sessions", ", of some dates", Some(read_and_page), None, dates).await;
    let path = format!("/api/work_sessions/{}", first.text("id"));
    book.line("GET /api/work_sessions/{id}", "", Some(READ), Some([1, 0, 0]), ann.get(&path)).await;
    let end = ann.end(&first.text("id")).await;
    assert_eq!(end.status, 200, "{end:?}");
    for (route, ending) in [("POST /api/work_sessions/{id}/end", "/end"), ("POST /api/work_sessions/{id}", "")] {
        let path = format!("/api/work_sessions/{}{ending}", ann.start().await.text("id"));
        app.advance_seconds(1);
        book.line(route, "", Some(CHANGE), Some([1, 1, 0]), ann.post_empty(&path)).await;
    }
    corrections(book, app, ann).await;
    let stats = format!("/api/stats/{}", ann.id);
    book.line("GET /api/stats/{user_id}", "", Some(READ), Some([0, 0, 2]), ann.get(&stats)).await;
    let year = format!("/api/stats/{}/days", ann.id);
    book.line("GET /api/stats/{user_id}/days", "", Some(read_and_page), None, ann.get(&year)).await;
    let summed_up = ann.get("/api/tasks/summary");
    book.line("GET /api/tasks/summary", "", Some(read_and_page), None, summed_up).await;
    let figures = format!("/api/stats/{}/metrics", ann.id);
    let with_what_is_open = Cost { queries: 2, ..READ };
    book.line("GET /api/stats/{user_id}/metrics", "", Some(with_what_is_open), None, ann.get(&figures)).await;
    let stats = format!("/api/stats?user_id={}", ann.id);
    book.line("GET /api/stats", "", Some(READ), Some([0, 0, 2]), ann.get(&stats)).await;
}

/// What is done about a session besides starting and ending it.
async fn corrections(book: &mut Book, app: &TestApp, ann: &Client) {
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    let route = "POST /api/work_sessions/{id}/heartbeat";
    // It is looked for, then made in the user's turn unless another one was.
    let first = Cost { reads: 3, batches: 1, ..FREE };
    book.line(route, ", the first one", Some(first), None, ann.post_empty(&format!("{path}/heartbeat"))).await;
    app.advance_seconds(31);
    let sign = Cost { reads: 1, writes: 1, ..FREE };
    book.line(route, "", Some(sign), None, ann.post_empty(&format!("{path}/heartbeat"))).await;
    book.line(route, ", too soon to count", Some(READ), None, ann.post_empty(&format!("{path}/heartbeat"))).await;
    for what in ["pause", "resume"] {
        let route = format!("POST /api/work_sessions/{{id}}/{what}");
        book.line(&route, "", Some(CHANGE), None, ann.post_empty(&format!("{path}/{what}"))).await;
        app.advance_seconds(1);
    }
    let (route, end) = ("POST /api/work_sessions/{id}/end", format!("{path}/end"));
    book.line(route, ", after heartbeats", Some(CHANGE), None, ann.post_empty(&end)).await;
    let whole = json!({ "pauses": [] });
    let route = "PATCH /api/work_sessions/{id}";
    book.line(route, ", its pauses", Some(CHANGE), None, ann.patch(&path, whole)).await;
    book.line("DELETE /api/work_sessions/{id}", "", Some(CHANGE), None, ann.delete(&path)).await;
    let looked_up = Cost { queries: 1, ..CREATION };
    let after = ", the last one deleted";
    let started = book.line("POST /api/work_sessions/start", after, Some(looked_up), None, ann.start()).await;
    app.advance_seconds(1);
    ann.end(&started.text("id")).await;

    let route = "POST /api/work_sessions";
    let recorded = |start: &str, end: &str| {
        let times = json!({ "user_id": ann.id, "start_time": start, "end_time": end });
        async move { ann.post("/api/work_sessions", times).await }
    };
    let checked = Cost { reads: 1, batches: 1, queries: 1, ..FREE };
    let today = recorded("2026-01-14T08:00:00Z", "2026-01-14T09:00:00Z");
    let first = book.line(route, ", of today", Some(checked), None, today).await;
    let two_days = Cost { reads: 3, ..checked };
    let night = recorded("2026-01-13T01:00:00Z", "2026-01-13T06:00:00Z");
    book.line(route, ", of a night before", Some(two_days), None, night).await;

    let path = format!("/api/work_sessions/{}", first.text("id"));
    let route = "PATCH /api/work_sessions/{id}";
    book.line(route, ", its note", Some(CHANGE), None, ann.patch(&path, json!({ "note": "noted" }))).await;
    let within = Cost { queries: 1, ..CHANGE };
    let later = json!({ "start_time": "2026-01-14T08:30:00Z" });
    book.line(route, ", its times, today", Some(within), None, ann.patch(&path, later)).await;
    let moved = json!({ "start_time": "2026-01-12T07:00:00Z", "end_time": "2026-01-12T09:00:00Z" });
    let another_day = Cost { reads: 3, ..within };
    book.line(route, ", its times, to another day", Some(another_day), None, ann.patch(&path, moved)).await;
}

/// What is nobody's but its owner's.
async fn own(book: &mut Book, ann: &Client) {
    // Where there is no document, the summary says whether there is a user.
    let twice = Cost { reads: 2, ..FREE };
    book.line("GET /api/settings", ", never changed", Some(twice), None, ann.get("/api/settings")).await;
    let change = json!({ "day_start": "04:00" });
    book.line("PATCH /api/settings", "", Some(CHANGE), None, ann.patch("/api/settings", change)).await;
    book.line("GET /api/settings", "", Some(READ), None, ann.get("/api/settings")).await;
    let off = json!({ "from": "2026-02-02", "to": "2026-02-06", "kind": "vacation" });
    let checked = Cost { queries: 1, ..CREATION };
    let off = book.line("POST /api/time_off", "", Some(checked), None, ann.post("/api/time_off", off)).await;
    book.line("GET /api/time_off", "", Some(PAGE), None, ann.get("/api/time_off")).await;
    let path = format!("/api/time_off/{}", off.text("id"));
    book.line("DELETE /api/time_off/{id}", "", Some(CHANGE), None, ann.delete(&path)).await;
}

/// Resources of which nothing is said here: what each costs is what a task costs.
async fn other_resources(book: &mut Book, app: &TestApp, ann: &Client) {
    let document = document(app);
    for resource in Resource::all(&app.app.document, &document) {
        let create = format!("POST {}", resource.path);
        if book.routes.contains(&create) {
            continue;
        }
        let made = ann.post(resource.path, resource.new_body(&ann.id));
        let (made, _) = book.count(&create, "", Some(CREATION), made).await;
        book.count(&format!("GET {}", resource.path), "", Some(PAGE), ann.get(resource.path)).await;
        let path = resource.one().replace("{id}", &made.text("id"));
        for (method, bound, body) in [("GET", READ, None), ("PATCH", CHANGE, resource.change()), ("DELETE", CHANGE, None)] {
            if resource.has(method) {
                book.count(&format!("{method} {}", resource.one()), "", Some(bound), ann.send(method, &path, body)).await;
            }
        }
    }
}

/// The table, and the routes that it is about.
async fn counted() -> (String, BTreeSet<String>, Value) {
    let (first, emulator) = TestApp::on_cosmos();
    let admin = first.user("the admin").await.id;
    let app = first.another(&[LONG_TOKENS, ("ADMIN_USER_IDS", &admin)]);
    app.advance_seconds(1);
    let (admin, ann) = (app.login("the admin").await, app.user("ann").await);
    // The program has seen both within the last minute, which is what authentication remembers.
    for client in [&admin, &ann] {
        assert_eq!(client.get("/api/auth/me").await.status, 200);
    }
    let mut book = Book { emulator, routes: BTreeSet::new(), table: String::new() };
    accounts(&mut book, &ann).await;
    tasks::tasks(&mut book, &ann).await;
    work_sessions(&mut book, &app, &ann).await;
    own(&mut book, &ann).await;
    progress::progress(&mut book, &app, &ann).await;
    wellbeing::wellbeing(&mut book, &app, &ann).await;
    connections::connections(&mut book, &app, &ann).await;
    connections::consents(&mut book, &app, &ann).await;
    channels::channels(&mut book, &app).await;
    // More than a minute has passed.
    for client in [&admin, &ann] {
        assert_eq!(client.get("/api/auth/me").await.status, 200);
    }
    other_resources(&mut book, &app, &ann).await;
    let everything = book.line("GET /api/changes", ", of everything", Some(PAGE), None, ann.get("/api/changes")).await;
    let since = format!("?since={}", everything.text("token"));
    book.line("GET /api/changes", ", since", Some(PAGE), None, ann.get(&format!("/api/changes{since}"))).await;
    // A stream ends with what there is when the program is being stopped.
    app.app.stop();
    let stream = ", until something changes";
    book.line("GET /api/changes/stream", stream, None, None, ann.get(&format!("/api/changes/stream{since}"))).await;
    let all = ", everybody's, for an administrator";
    book.line("GET /api/users", all, None, Some([0, 0, 1]), admin.get("/api/users")).await;
    book.line("GET /api/tasks", all, None, Some([0, 0, 1]), admin.get("/api/tasks")).await;
    book.line("GET /api/work_sessions", all, None, None, admin.get("/api/work_sessions")).await;
    book.line("GET /api/admin/connections", ", there being none", None, Some([0, 0, 1]), admin.get("/api/admin/connections"))
        .await;
    book.line("GET /api/health", "", Some(FREE), None, ann.get("/api/health")).await;
    // The queue is in the store here.
    let deep = Cost { reads: 1, writes: 1, queries: 1, ..FREE };
    book.line("GET /api/health", ", with `deep=true`", Some(deep), None, ann.get("/api/health?deep=true")).await;
    for picture in ["svg", "png"] {
        let route = format!("GET /api/companion.{picture}");
        book.line(&route, "", Some(FREE), None, ann.get(&format!("/api/companion.{picture}?mood=happy"))).await;
    }
    jobs::jobs(&mut book, &app, &ann).await;
    companion::companion(&mut book, &app).await;
    assistant::assistant(&mut book, &app).await;
    dialogue::dialogue(&mut book, &app).await;
    tasks::jobs(&mut book, &app).await;
    app.advance_seconds(61);
    let minute = ", the caller's first in a minute";
    let twice = Cost { reads: 2, ..FREE };
    book.line("GET /api/auth/me", minute, Some(twice), None, ann.get("/api/auth/me")).await;
    // Some more than what one commit takes away, so that a document more or less is no other line.
    for n in 0..8 {
        ann.create_task(&format!("task {n}")).await;
    }
    book.line("DELETE /api/users/{id}", "", None, Some([0, 1, 0]), ann.delete(&format!("/api/users/{}", ann.id))).await;
    (book.table, book.routes, serde_json::to_value(&app.app.document).expect("JSON"))
}

#[tokio::test]
async fn each_route_stays_within_its_bound_and_docs_cost_says_what_it_costs() {
    let (table, counted, document) = counted().await;
    let methods = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("methods").keys().filter(|name| name.as_str() != "parameters");
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    let documented: BTreeSet<String> = document["paths"].as_object().expect("paths").iter().flat_map(methods).collect();
    assert_eq!(counted, documented);

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/COST.md");
    let text = fs::read_to_string(&path).expect("docs/COST.md");
    let (before, rest) = text.split_once("<!-- counted -->\n").expect("where the table begins");
    let (head, rest) = rest.split_at(rest.match_indices('\n').nth(1).expect("two lines").0 + 1);
    let after = rest.split_once("<!-- end -->").expect("where the table ends").1;
    let expected = format!("{before}<!-- counted -->\n{head}{table}<!-- end -->{after}");
    if option_env!("AVANOCHI_WRITE_COST").is_some() {
        fs::write(&path, &expected).expect("written");
    }
    let now = fs::read_to_string(&path).expect("docs/COST.md");
    assert!(now == expected, "docs/COST.md is out of date; AVANOCHI_WRITE_COST=1 cargo test --test it cost\n{table}");
}
