//! What keeping tasks equal costs us, as the table of docs/PERFORMANCE.md: `cargo bench --bench integrations`.
//!
//! The service is a stand-in in a process of its own, so that this one's time is ours alone.

#[path = "../tests/it/support/counting.rs"]
mod counting;

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use avanochi::{
    app::{Adapters, App},
    config::{Config, Overrides, Source},
    integrations::{
        connections::{
            model::{ConnectionId, Priority},
            run::ConnectionState,
        },
        credentials::model::Tokens,
    },
    kernel::{Clock, ManualClock, SystemClock, UserId},
    ledger::Decision,
    outbound::providers::ProviderName,
    store::embedded::Embedded,
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use sandbox::{Clock as Time, Stand, todoist};
use secrecy::SecretString;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use self::counting::Counting;

const SECRET: &str = "for measuring only, and long enough for what it signs";
/// The records of a page, and how often each thing is done; of its figures the medians are told.
const RECORDS: usize = 100;
const ROUNDS: usize = 9;
/// What is due in all, and the most that is sent for at once.
const PEOPLE: usize = 10;
const DUE: usize = 600;
const SENT: usize = 500;

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("service") => serve(),
        Some("--bench") => tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure()),
        // Whoever runs all targets as tests does not want it.
        _ => Ok(()),
    }
}

/// The other process: a service that says where it is, and with each line that it hears has somebody change all of its tasks.
fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let service = runtime.block_on(todoist::start(Stand::new(Time::machine()), 0))?;
    let ids: Vec<String> = (0..RECORDS).map(|n| service.state.add(todoist::INBOX, &format!("item {n}"))).collect();
    println!("{}", service.url);
    for line in std::io::stdin().lines() {
        line?;
        for id in &ids {
            service.state.edit(id, |task| task.content.push('!'));
        }
        println!("{}", service.state.tasks().iter().filter(|task| task.content.starts_with("ours")).count());
    }
    Ok(())
}

/// That process, until this is dropped.
struct Service {
    child: Child,
    told: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Service {
    fn start() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("service").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let told = child.stdin.take().context("its input")?;
        let mut says = BufReader::new(child.stdout.take().context("its output")?).lines();
        let url = says.next().context("an address")??;
        Ok(Self { child, told, says, url })
    }

    /// Has all tasks changed. How many have a title of ours.
    fn edit(&mut self) -> anyhow::Result<usize> {
        self.told.write_all(b"\n")?;
        Ok(self.says.next().context("an answer")??.parse()?)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What something cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
    requests: usize,
}

/// The time on a processor of all threads of this process. The kernel brings it up to date every few milliseconds.
fn cpu() -> anyhow::Result<Duration> {
    let mut nanos = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        // One that has just ended has none.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        nanos += text.split(' ').next().context("a time")?.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// The program with a person who has connected the service.
struct Bench {
    app: App,
    store: Arc<Counting>,
    clock: Arc<ManualClock>,
    token: String,
    user: UserId,
}

impl Bench {
    async fn ask(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let answer = self.app.routes.clone().oneshot(request.body(Body::from(body.to_string()))?).await?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "{path} was answered with {status}");
        Ok(serde_json::from_slice(&to_bytes(answer.into_body(), usize::MAX).await?).unwrap_or_default())
    }

    async fn register(&self, name: &str) -> anyhow::Result<UserId> {
        let account = json!({ "username": name, "password": "correct horse battery" });
        let made = self.ask("POST", "/api/auth/register", &account).await?;
        UserId::parse(made["id"].as_str().unwrap_or_default()).context("a user's id")
    }

    /// Has the job run, after a minute.
    async fn run(&self, job: &str, payload: Value) -> anyhow::Result<Cost> {
        self.clock.advance_micros(60_000_000);
        let (asked, spent, began) = (self.store.asked(), cpu()?, Instant::now());
        self.app.jobs.run(&self.app.jobs.ctx(None), job, payload).await?;
        Ok(Cost { wall: began.elapsed(), cpu: cpu()?.saturating_sub(spent), requests: self.store.asked() - asked })
    }

    /// A run of the connection.
    async fn work(&self, job: &str, connection: &str) -> anyhow::Result<Cost> {
        let payload =
            json!({ "user_id": self.user, "connection_id": connection, "trigger": "schedule", "correlation_id": "measured" });
        self.run(job, payload).await
    }
}

fn median(mut costs: Vec<Cost>) -> Cost {
    let middle = costs.len() / 2;
    let mut of = |by: fn(&Cost) -> Duration| {
        costs.sort_by_key(by);
        by(&costs[middle])
    };
    let (wall, cpu) = (of(|cost| cost.wall), of(|cost| cost.cpu));
    costs.sort_by_key(|cost| cost.requests);
    Cost { wall, cpu, requests: costs[middle].requests }
}

async fn measure() -> anyhow::Result<()> {
    let mut service = Service::start()?;
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let store = Arc::new(Counting::over(Embedded::open(folder.path(), clock.clone())?));
    let settings =
        [("TODOIST_API_URL", service.url.as_str()), ("OUTBOUND_ALLOW_PRIVATE", "127.0.0.1/32"), ("JWT_EXP_MINUTES", "525600")];
    let config = Config::load(&Source::of(&settings), &Overrides::default()).map_err(|_| anyhow::anyhow!("the settings"))?;
    let adapters = Adapters::over(store.clone(), clock.clone(), SecretString::from(SECRET));
    let app = App::new(&config, adapters)?;
    let mut bench = Bench { app, store, clock, token: String::new(), user: UserId::new(Uuid::nil()) };
    bench.user = bench.register("somebody").await?;
    let account = json!({ "username": "somebody", "password": "correct horse battery" });
    let entered = bench.ask("POST", "/api/auth/login", &account).await?;
    entered["token"].as_str().context("a token")?.clone_into(&mut bench.token);

    println!("| | the original's report | CPU, ms | all, ms | requests to the store |\n| --- | --- | ---: | ---: | ---: |");
    records(&bench, &mut service).await?;
    let people = people(&bench).await?;
    schedule(&bench, &people).await?;
    consents(&bench, &people).await
}

fn line(what: &str, reported: &str, Cost { wall, cpu, requests }: Cost) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("| {what} | {reported} | {:.2} | {:.2} | {requests} |", ms(cpu), ms(wall));
}

/// Pages that come in, and single records that go out.
async fn records(bench: &Bench, service: &mut Service) -> anyhow::Result<()> {
    let new = json!({ "provider": "todoist", "credential": { "token": todoist::TOKEN } });
    let made = bench.ask("POST", "/api/connections", &new).await?;
    let connection = made["id"].as_str().context("a connection")?;
    let first = bench.work("sync_inbound_worker", connection).await?;
    let tasks = bench.ask("GET", "/api/tasks?limit=100", &Value::Null).await?;
    let tasks = tasks.as_array().filter(|tasks| tasks.len() == RECORDS).context("all records")?;
    let (mut changed, mut nothing, mut out) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        service.edit()?;
        changed.push(bench.work("sync_inbound_worker", connection).await?);
        nothing.push(bench.work("sync_inbound_worker", connection).await?);
    }
    let writes = &tasks[..5 * ROUNDS];
    for (n, task) in writes.iter().enumerate() {
        let path = format!("/api/tasks/{}", task["id"].as_str().context("a task")?);
        bench.ask("PATCH", &path, &json!({ "title": format!("ours {n}") })).await?;
        out.push(bench.work("sync_outbound_worker", connection).await?);
    }
    anyhow::ensure!(service.edit()? == writes.len(), "not all was written there");
    let (changed, nothing) = (median(changed), median(nothing));
    line("A run that takes in 100 new records, once", "2.5 to 3.5 s", first);
    line("A run that takes in 100 changed records", "2.5 to 3.5 s", changed);
    line("A run that finds nothing", "", nothing);
    let page = Cost {
        wall: changed.wall.saturating_sub(nothing.wall),
        cpu: changed.cpu.saturating_sub(nothing.cpu),
        requests: changed.requests.saturating_sub(nothing.requests),
    };
    line("The difference: a page of 100 records", "", page);
    line("A run that writes one record there", "450 to 600 ms", median(out));
    Ok(())
}

async fn people(bench: &Bench) -> anyhow::Result<Vec<UserId>> {
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(bench.register(&format!("somebody {n}")).await?);
    }
    Ok(people)
}

/// A tick of the scheduler, when more is due than it sends for.
async fn schedule(bench: &Bench, people: &[UserId]) -> anyhow::Result<()> {
    let ctx = bench.app.jobs.ctx(None);
    for user_id in people.iter().copied() {
        let due = bench.app.shared.ledger.run(ctx.owner_for_program(user_id)?, |change| {
            Box::pin(async move {
                for _ in 0..DUE / PEOPLE {
                    change.create(&ConnectionState {
                        id: ConnectionId::new(change.next_id()),
                        user_id,
                        number: 1,
                        priority: Priority::Normal,
                        cursor: None,
                        scanned_seq: 0,
                        elsewhere: false,
                        next_run: Some(change.now()),
                        failures: 0,
                        running: None,
                        asked: None,
                        last_run: None,
                        resume: None,
                    })?;
                }
                Ok(Decision::Write(()))
            })
        });
        due.await?;
    }
    ticks(bench, "sync_scheduler", "A tick of the scheduler, 600 being due, 500 sent for", "150 to 300 ms").await
}

/// A look at consents, when more would be forgotten than are sent for.
async fn consents(bench: &Bench, people: &[UserId]) -> anyhow::Result<()> {
    let (ctx, vault) = (bench.app.jobs.ctx(None), &bench.app.vault);
    let secret = || SecretString::from("a token as long as those that services give, 64 characters long.");
    let tokens = &Tokens {
        access: secret(),
        refresh: Some(secret()),
        lasts: Some(Duration::from_hours(1)),
        refresh_lasts: None,
        scopes: None,
    };
    for user in people.iter().copied() {
        let kept = bench.app.shared.ledger.run(ctx.owner_for_program(user)?, |change| {
            Box::pin(async move {
                for _ in 0..DUE / PEOPLE {
                    vault.put_consent(change, change.next_id(), ProviderName::Todoist, tokens).await?;
                }
                Ok(Decision::Write(()))
            })
        });
        kept.await?;
    }
    bench.clock.advance_micros(21 * 24 * 3_600 * 1_000_000);
    ticks(bench, "token_refresher", "A look at consents, 600 being due, 500 sent for", "350 to 450 ms").await
}

async fn ticks(bench: &Bench, job: &str, what: &str, reported: &str) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        all.push(bench.run(job, json!({})).await?);
        let mut sent = 0;
        bench.clock.advance_micros(3_600 * 1_000_000);
        while let Some(message) = bench.app.shared.queue.receive("sync-inbound", Duration::from_mins(1)).await? {
            let _settled = bench.app.shared.queue.complete(&message.receipt).await?;
            sent += usize::from(message.body["user_id"] != json!(bench.user));
        }
        anyhow::ensure!(sent == SENT, "{sent} messages");
    }
    line(what, reported, median(all));
    Ok(())
}
