//! The hot inner parts, each by itself: `cargo bench --bench hot`. For looking closely while changing one of them; what a
//! request costs as a whole, from a socket to the disk, is measured by bench/run.py.

mod insights;

use std::{hint::black_box, sync::Arc, time::Duration};

use anyhow::Context as _;
use avanochi::{
    accounts::auth::tokens::Tokens,
    app::{Adapters, App},
    config::{Config, Overrides, Source},
    integrations::webhooks::verify::{self, Keys, Preset, Verdict},
    kernel::{Clock, Id, IdSource, Limit, PageRequest, RandomIds, SystemClock, Timestamp, UserId},
    store::{Batch, Draft, Etag, Key, Order, Partition, Query, Scope, Span, Store, Write, embedded::Embedded},
    web::{Json, Reply},
    work::tasks::model::Title,
};
use aws_lc_rs::hmac;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::FromRequest as _,
    http::{Request, StatusCode, header},
    response::IntoResponse as _,
};
use criterion::Criterion;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use uuid::Uuid;

const SECRET: &str = "for measuring only, and long enough for what it signs";
/// As long as those of bench/run.py.
const TITLE: &str = "Write the report of the week";
const TASKS: usize = 200;
const PAGE: u32 = 50;

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    verify_a_token(&mut criterion)?;
    verify_a_webhook(&mut criterion)?;
    parse_a_body(&mut criterion, &runtime)?;
    write_an_answer(&mut criterion)?;
    commit_a_batch(&mut criterion, &runtime)?;
    let folder = tempfile::tempdir()?;
    let fixture = Fixture::new(&runtime, folder.path())?;
    read_a_document(&mut criterion, &runtime, &fixture)?;
    list_documents(&mut criterion, &runtime, &fixture)?;
    answer_requests(&mut criterion, &runtime, &fixture)?;
    take_deliveries(&mut criterion, &runtime, &fixture)?;
    insights::read_insights(&mut criterion, &runtime)?;
    criterion.final_summary();
    Ok(())
}

/// What a task says that has everything but a title: as much of it as people write.
const FULL: &str = r#","notes":"Numbers from the warehouse, then a paragraph for each region. Ask Ann about the returns of December before it goes out.","priority":"high","tags":["office","weekly"],"due_on":"2030-01-18","due_time":"17:00","planned_for":"2030-01-16","estimate_minutes":90,"subtasks":[{"title":"Collect the figures"},{"title":"Write it"},{"title":"Send it","completed":true}],"recurrence":{"every":1,"unit":"week"}"#;

/// The program over a store in a folder, with a user who has some tasks with nothing but titles, and one whose tasks are full.
struct Fixture {
    store: Arc<dyn Store>,
    routes: Router,
    plain: Somebody,
    full: Somebody,
}

struct Somebody {
    user: UserId,
    token: String,
    /// One of the tasks.
    task: String,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

impl Fixture {
    fn new(runtime: &Runtime, folder: &std::path::Path) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store: Arc<dyn Store> = Arc::new(Embedded::open(folder, Arc::clone(&clock))?);
        let config = Config::load(&Source::default(), &Overrides::default()).map_err(|_| anyhow::anyhow!("the defaults"))?;
        let secret = SecretString::from(SECRET.to_owned());
        let now = clock.now();
        let app = App::new(&config, Adapters::over(Arc::clone(&store), clock, secret.clone()))?;
        let routes = app.routes;
        let with_tasks = |name: &str, fields: &str| -> anyhow::Result<Somebody> {
            let account = format!(r#"{{"username":"{name}","password":"correct horse battery"}}"#);
            let user = runtime.block_on(create(&routes, "/api/auth/register", "", &account))?;
            let user = UserId::parse(&user).context("a user's id")?;
            let token = Tokens::new(&secret, &[], Duration::from_hours(1)).issue(user, Uuid::nil(), now)?;
            let body = format!(r#"{{"title":"{TITLE}","user_id":"{user}"{fields}}}"#);
            let mut task = String::new();
            for _ in 0..TASKS {
                task = runtime.block_on(create(&routes, "/api/tasks", &token, &body))?;
            }
            Ok(Somebody { user, token, task })
        };
        let (plain, full) = (with_tasks("somebody", "")?, with_tasks("somebody else", FULL)?);
        Ok(Self { store, routes, plain, full })
    }
}

/// Makes something through the routes and returns its id.
async fn create(routes: &Router, path: &str, token: &str, body: &str) -> anyhow::Result<String> {
    let request = Request::post(path).header(header::HOST, "localhost").header(header::CONTENT_TYPE, "application/json");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::from(body.to_owned()))?;
    let answer = routes.clone().oneshot(request).await?;
    anyhow::ensure!(answer.status() == StatusCode::CREATED, "{path} was answered with {}", answer.status());
    let made: Made = serde_json::from_slice(&to_bytes(answer.into_body(), usize::MAX).await?)?;
    Ok(made.id)
}

// Each is done once before it is measured, so that it is known to work: within the measurement there is nobody to tell.

fn verify_a_token(criterion: &mut Criterion) -> anyhow::Result<()> {
    let tokens = Tokens::new(&SECRET.to_owned().into(), &[], Duration::from_hours(1));
    let now = SystemClock.now();
    let token = tokens.issue(Id::new(Uuid::from_u128(7)), Uuid::nil(), now)?;
    tokens.verify(&token, now)?;
    criterion.bench_function("verify a token", |b| b.iter(|| tokens.verify(black_box(&token), now)));
    Ok(())
}

/// As large as they come, while a secret is replaced for the fourth time; the last of them is the right one.
fn verify_a_webhook(criterion: &mut Criterion) -> anyhow::Result<()> {
    let preset = Preset::named("github").context("a preset")?;
    let body = vec![b'x'; 25 * 1024];
    let secrets = ["one", "two", "three", "four", SECRET];
    let keys = secrets.iter().map(|secret| verify::Key::read(secret, preset.key)).collect::<Result<_, _>>()?;
    let config = verify::Config { secrets: Keys::new(keys)?, ..verify::Config::default() };
    let headers = [("X-Hub-Signature-256".to_owned(), signed(SECRET, &body).into_bytes())];
    let request = verify::Request { method: "POST", headers: &headers, body: &body, query: None };
    let now = SystemClock.now();
    let verdict = verify::verify(preset, &config, &request, now);
    anyhow::ensure!(matches!(verdict, Verdict::Accept(_)), "{verdict:?}");
    criterion.bench_function("verify a webhook of 25 KiB by five keys", |b| {
        b.iter(|| verify::verify(preset, &config, black_box(&request), now));
    });
    Ok(())
}

/// As GitHub signs.
fn signed(secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    tag.as_ref().iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// What a task is created from.
#[derive(Deserialize)]
struct CreateTaskBody {
    title: Option<String>,
    user_id: Option<String>,
}

fn parse_a_body(criterion: &mut Criterion, runtime: &Runtime) -> anyhow::Result<()> {
    let text: &'static [u8] = br#"{"title":"Write the report of the week","user_id":"01990000-0000-7000-8000-000000000007"}"#;
    let parse = || -> anyhow::Result<(Title, UserId)> {
        let request = Request::post("/api/tasks").header(header::CONTENT_TYPE, "application/json").body(Body::from(text))?;
        let body = runtime.block_on(Json::<CreateTaskBody>::from_request(request, &()))?.value;
        let user = UserId::parse(body.user_id.as_deref().unwrap_or_default()).context("a user's id")?;
        Ok((Title::parse(body.title.as_deref().unwrap_or_default())?, user))
    };
    parse()?;
    criterion.bench_function("parse and check the body of a new task", |b| b.iter(parse));
    Ok(())
}

/// A task as callers see it.
#[derive(Serialize)]
struct TaskView {
    id: Uuid,
    user_id: Uuid,
    title: &'static str,
    completed: bool,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

fn write_an_answer(criterion: &mut Criterion) -> anyhow::Result<()> {
    let (id, user_id, created_at) = (Uuid::from_u128(1 << 100), Uuid::from_u128(7 << 100), SystemClock.now());
    let view = TaskView { id, user_id, title: TITLE, completed: false, created_at, updated_at: None, completed_at: None };
    let write = || Reply::ok(black_box(&view)).map(|reply| reply.versioned(id).into_response());
    anyhow::ensure!(write()?.status() == StatusCode::OK);
    criterion.bench_function("write an answer", |b| b.iter(write));
    Ok(())
}

/// What creating a task commits, on a store in memory: the disk has its own pace.
fn commit_a_batch(criterion: &mut Criterion, runtime: &Runtime) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Embedded::in_memory(Arc::clone(&clock))?;
    let ids = RandomIds::default();
    let draft = |kind: &'static str, id: String, seq: u64, published: bool| {
        let places = [published.then_some(seq.cast_signed()), None, None, None];
        let facet = published.then_some("open");
        Draft { kind: kind.into(), id, seq, places, facet, published, expires_at: None, body: format!("{:400}", "{}") }
    };
    let mut seq = 0;
    let mut etag: Option<Etag> = None;
    let mut commit = || -> anyhow::Result<()> {
        seq += 1;
        let id = ids.next(clock.now());
        let summary = draft("summaries", "summary".into(), seq, false);
        let summary = match etag.take() {
            Some(etag) => Write::Replace(summary, etag),
            None => Write::Create(summary),
        };
        let task = Write::Create(draft("tasks", id.to_string(), seq, true));
        let batch = Batch::new(Partition::fixed("measured"), id).with(task).with(summary);
        etag = runtime.block_on(store.commit(batch))?.pop();
        Ok(())
    };
    commit()?;
    criterion.bench_function("commit a new task and the summary, in memory", |b| b.iter(&mut commit));
    commit()
}

fn read_a_document(criterion: &mut Criterion, runtime: &Runtime, fixture: &Fixture) -> anyhow::Result<()> {
    let key = Key { partition: Partition::of(fixture.plain.user), kind: "tasks".into(), id: fixture.plain.task.clone() };
    let read = || runtime.block_on(fixture.store.get(black_box(&key).clone()));
    anyhow::ensure!(read()?.is_some());
    criterion.bench_function("read a document", |b| b.iter(read));
    Ok(())
}

fn list_documents(criterion: &mut Criterion, runtime: &Runtime, fixture: &Fixture) -> anyhow::Result<()> {
    let page = PageRequest::first(Limit::new(PAGE).context("a limit")?);
    let scope = Scope::first(Some(Partition::of(fixture.plain.user)));
    let query = Query::List { scope, kind: "tasks".into(), facet: None, order: Order::Ascending, span: Span::ALL, page };
    let list = || runtime.block_on(fixture.store.query(black_box(&query).clone()));
    anyhow::ensure!(list()?.items.len() == usize::try_from(PAGE)?);
    criterion.bench_function("list 50 documents", |b| b.iter(list));
    Ok(())
}

/// Whole requests, from the router to the body of the answer, without a socket and without a log.
fn answer_requests(criterion: &mut Criterion, runtime: &Runtime, fixture: &Fixture) -> anyhow::Result<()> {
    let Fixture { plain, full, .. } = fixture;
    for (name, whose, path) in [
        ("answer: get a task", plain, format!("/api/tasks/{}", plain.task)),
        ("answer: get a full task", full, format!("/api/tasks/{}", full.task)),
        ("answer: list 50 tasks", plain, format!("/api/tasks?limit={PAGE}")),
        ("answer: list 50 full tasks", full, format!("/api/tasks?limit={PAGE}")),
        ("answer: statistics", plain, format!("/api/stats/{}", plain.user)),
    ] {
        let authorization = format!("Bearer {}", whose.token);
        let ask = || -> anyhow::Result<StatusCode> {
            let request = Request::get(&path)
                .header(header::HOST, "localhost")
                .header(header::AUTHORIZATION, &authorization)
                .body(Body::empty())?;
            runtime.block_on(async {
                let answer = fixture.routes.clone().oneshot(request).await?;
                let status = answer.status();
                to_bytes(answer.into_body(), usize::MAX).await?;
                Ok(status)
            })
        };
        anyhow::ensure!(ask()? == StatusCode::OK, "{path}");
        criterion.bench_function(name, |b| b.iter(ask));
    }
    Ok(())
}

/// A delivery of 25 KiB to a webhook with five secrets, the last of which it is signed with, from the router to the answer. It came
/// before: what is left out is a message, which has the pace of the disk.
fn take_deliveries(criterion: &mut Criterion, runtime: &Runtime, fixture: &Fixture) -> anyhow::Result<()> {
    #[derive(Deserialize)]
    struct Webhook {
        id: String,
        url: String,
    }
    let post = |path: &str, body: String| -> anyhow::Result<Vec<u8>> {
        let request = Request::post(path).header(header::HOST, "localhost").header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", fixture.plain.token)).body(Body::from(body))?;
        runtime.block_on(async {
            let answer = fixture.routes.clone().oneshot(request).await?;
            anyhow::ensure!(answer.status().is_success(), "{path} was answered with {}", answer.status());
            Ok(to_bytes(answer.into_body(), usize::MAX).await?.to_vec())
        })
    };
    // Of a sender to whom nobody goes to register it.
    let connection = r#"{"provider":"github","settings":{"repositories":["octo/app"]},"credential":{"token":"a token"}}"#;
    let connection: Made = serde_json::from_slice(&post("/api/connections", connection.to_owned())?)?;
    let all = format!("/api/connections/{}/webhooks", connection.id);
    let made: Webhook = serde_json::from_slice(&post(&all, r#"{"preset":"jira","secret":"the-first-of-them"}"#.to_owned())?)?;
    for secret in ["the-second", "the-third", "the-fourth", "the-fifth"] {
        post(&format!("{all}/{}/secrets", made.id), format!(r#"{{"secret":"{secret}"}}"#))?;
    }
    let path = made.url.find("/api/").and_then(|from| made.url.get(from..)).context("an address")?;
    let body = vec![b'x'; 25 * 1024];
    let signature = signed("the-fifth", &body);
    let deliver = || -> anyhow::Result<StatusCode> {
        let request = Request::post(path).header(header::HOST, "localhost").header("x-hub-signature", &signature);
        let request = request.body(Body::from(body.clone()))?;
        Ok(runtime.block_on(fixture.routes.clone().oneshot(request))?.status())
    };
    anyhow::ensure!(deliver()? == StatusCode::OK, "a delivery was refused");
    criterion.bench_function("take a webhook of 25 KiB", |b| b.iter(deliver));
    Ok(())
}
