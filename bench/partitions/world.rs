//! The program on the emulator, and its callers: requests go through the router, jobs through the dispatcher, as they do
//! when the host delivers them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, ensure};
use avanochi::{
    app::{Adapters, App},
    config::{Config, Overrides, Source},
    jobs::{
        Event, Tick, Verdict,
        queue::{Delivery, NewMessage, Queue, Receipt, Settled},
    },
    kernel::{self, IdSource, ManualClock, Timestamp},
    store::Store,
};
use axum::{Router, body::Body, http};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{
    day::{Action, Chance, Person},
    emulator::Emulator,
    meter::{self, Metered, SLOTS},
};

const SECRET: &str = "a secret of the simulation, long enough to sign";
const PASSWORD: &str = "correct horse battery";
/// Of the hour for which a token is good, what a client uses.
const TOKEN_LIFETIME: Duration = Duration::from_mins(58);
/// What the host hands over at once, see changes/function.json.
const DELIVERED: usize = 100;

/// The program, and what has been counted outside of the store.
pub struct World {
    pub store: Arc<Metered>,
    pub clock: Arc<ManualClock>,
    app: App,
    routes: Router,
    queue: Arc<Messages>,
    /// Requests of callers, by the quarter of the day.
    pub calls: Vec<u32>,
    pub by_method: BTreeMap<&'static str, u32>,
    /// How often the timer fired, and to how many users something was due, by the quarter of the day.
    pub ticks: u32,
    pub due: Vec<u32>,
    /// Deliveries of changes to whoever follows them.
    pub followed: u32,
}

/// What a client of somebody knows.
#[derive(Debug, Default)]
pub struct Client {
    pub id: String,
    token: String,
    refresh_token: String,
    /// When the client asks for a new token.
    renews_at: Option<Timestamp>,
    session: Option<String>,
    open_tasks: Vec<String>,
    sync: Option<String>,
    keys: u32,
}

impl World {
    pub fn new(emulator: &Emulator, clock: Arc<ManualClock>, seed: u64) -> anyhow::Result<Self> {
        let store = Arc::new(Metered::new(emulator.store(clock.clone()), clock.clone()));
        let config = Config::load(&Source::of(&[]), &Overrides::default()).ok().context("good settings")?;
        let queue = Arc::new(Messages::default());
        let ids = Arc::new(SeededIds { chance: Mutex::new(Chance::new(seed)), count: AtomicU64::default() });
        let adapters = Adapters::over(store.clone() as Arc<dyn Store>, clock.clone(), SECRET.to_owned().into());
        let app = App::new(&config, Adapters { queue: queue.clone(), ids, ..adapters })?;
        let routes = app.routes.clone();
        let (calls, due) = (vec![0; SLOTS], vec![0; SLOTS]);
        Ok(Self { store, clock, app, routes, queue, calls, by_method: BTreeMap::new(), ticks: 0, due, followed: 0 })
    }

    /// Makes an account with tasks, and sessions on earlier days.
    pub async fn settle(&mut self, name: &str, person: &Person, past: &[chrono::NaiveDate]) -> anyhow::Result<Client> {
        let mut client = Client::default();
        self.call(&client, "POST", "/api/auth/register", Some(json!({ "username": name, "password": PASSWORD }))).await?;
        self.log_in(&mut client, name).await?;
        let zone = json!({ "time_zone": person.zone.name() });
        self.call(&client, "PATCH", &format!("/api/users/{}", client.id), Some(zone)).await?;
        for _ in 0..10 {
            self.create_task(&mut client).await?;
        }
        for date in past {
            let (start_time, end_time) = (person.at(*date, 540.0)?, person.at(*date, 1020.0)?);
            let session = json!({ "user_id": client.id, "start_time": start_time, "end_time": end_time });
            self.call(&client, "POST", "/api/work_sessions", Some(session)).await?;
        }
        Ok(client)
    }

    pub async fn act(&mut self, name: &str, client: &mut Client, chance: &mut Chance, action: Action) -> anyhow::Result<()> {
        let slot = meter::slot(kernel::Clock::now(&*self.clock));
        let before = self.by_method.values().sum::<u32>();
        if action != Action::Arrive && client.renews_at.is_some_and(|at| at <= kernel::Clock::now(&*self.clock)) {
            self.renew(client).await?;
        }
        match action {
            Action::Arrive => {
                self.log_in(client, name).await?;
                for path in ["/api/auth/me", "/api/tasks?completed=false"] {
                    self.call(client, "GET", path, None).await?;
                }
                for action in [Action::LookAtActive, Action::LookAtStats, Action::Sync] {
                    Box::pin(self.look(client, action)).await?;
                }
            }
            Action::Start => {
                let body = json!({ "user_id": client.id });
                let started = self.call(client, "POST", "/api/work_sessions/start", Some(body)).await?;
                client.session = Some(text(&started, "id")?);
            }
            Action::Pause => self.on_session(client, "pause").await?,
            Action::Resume => self.on_session(client, "resume").await?,
            Action::Heartbeat => self.on_session(client, "heartbeat").await?,
            Action::End => {
                self.on_session(client, "end").await?;
                client.session = None;
            }
            Action::CreateTask => self.create_task(client).await?,
            Action::CompleteTask | Action::RenameTask | Action::DeleteTask | Action::LookAtTask => {
                if !client.open_tasks.is_empty() {
                    let index = chance.below(client.open_tasks.len());
                    self.on_task(client, index, action).await?;
                }
            }
            Action::LookAtList | Action::LookAtActive | Action::LookAtStats | Action::LookAtDays | Action::Sync => {
                self.look(client, action).await?;
            }
        }
        self.calls[slot] += self.by_method.values().sum::<u32>() - before;
        Ok(())
    }

    async fn on_task(&mut self, client: &mut Client, index: usize, action: Action) -> anyhow::Result<()> {
        let path = format!("/api/tasks/{}", client.open_tasks[index]);
        let (method, body) = match action {
            Action::CompleteTask => ("PATCH", Some(json!({}))),
            Action::RenameTask => ("PATCH", Some(json!({ "title": "a task with another name than before" }))),
            Action::DeleteTask => ("DELETE", None),
            _ => ("GET", None),
        };
        if matches!(action, Action::CompleteTask | Action::DeleteTask) {
            client.open_tasks.swap_remove(index);
        }
        self.call(client, method, &path, body).await.map(drop)
    }

    async fn look(&mut self, client: &mut Client, action: Action) -> anyhow::Result<()> {
        let path = match action {
            Action::LookAtList => "/api/tasks?completed=false".to_owned(),
            Action::LookAtActive => format!("/api/work_sessions/active?user_id={}", client.id),
            Action::LookAtStats => format!("/api/stats/{}", client.id),
            Action::LookAtDays => format!("/api/stats/{}/days", client.id),
            _ => client.sync.as_ref().map_or("/api/changes".to_owned(), |token| format!("/api/changes?since={token}")),
        };
        let answer = self.call(client, "GET", &path, None).await?;
        if action == Action::Sync {
            client.sync = Some(text(&answer, "token")?);
        }
        Ok(())
    }

    async fn on_session(&mut self, client: &Client, what: &str) -> anyhow::Result<()> {
        let Some(session) = &client.session else { return Ok(()) };
        self.call(client, "POST", &format!("/api/work_sessions/{session}/{what}"), None).await.map(drop)
    }

    async fn create_task(&mut self, client: &mut Client) -> anyhow::Result<()> {
        client.keys += 1;
        let title = "something that has to be done this week";
        let made = self.call(client, "POST", "/api/tasks", Some(json!({ "title": title, "user_id": client.id }))).await?;
        client.open_tasks.push(text(&made, "id")?);
        Ok(())
    }

    async fn log_in(&mut self, client: &mut Client, name: &str) -> anyhow::Result<()> {
        let body = json!({ "username": name, "password": PASSWORD });
        let answer = self.call(client, "POST", "/api/auth/login", Some(body)).await?;
        client.id = text(&answer, "user_id")?;
        self.keep_tokens(client, &answer)
    }

    /// A client renews its token shortly before it expires, and so once an hour with something to do.
    async fn renew(&mut self, client: &mut Client) -> anyhow::Result<()> {
        let body = json!({ "refresh_token": client.refresh_token });
        let answer = self.call(client, "POST", "/api/auth/refresh", Some(body)).await?;
        self.keep_tokens(client, &answer)
    }

    fn keep_tokens(&self, client: &mut Client, answer: &Value) -> anyhow::Result<()> {
        (client.token, client.refresh_token) = (text(answer, "token")?, text(answer, "refresh_token")?);
        client.renews_at = Some(kernel::Clock::now(&*self.clock).plus(TOKEN_LIFETIME));
        Ok(())
    }

    /// Fails for an answer that is not a success: the plan asks for nothing that may be refused.
    async fn call(&mut self, client: &Client, method: &'static str, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        *self.by_method.entry(method).or_default() += 1;
        let mut request = http::Request::builder().method(method).uri(path).header(http::header::HOST, "localhost:7071");
        if !client.token.is_empty() {
            request = request.header(http::header::AUTHORIZATION, format!("Bearer {}", client.token));
        }
        if path == "/api/tasks" && method == "POST" {
            // A client that repeats what was not answered.
            request = request.header("idempotency-key", format!("key-{}", client.keys));
        }
        let body = match body {
            Some(body) => {
                request = request.header(http::header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response = self.routes.clone().oneshot(request.body(body)?).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Delivers what has changed, as the change feed does.
    pub async fn follow(&mut self) -> anyhow::Result<()> {
        let changes = std::mem::take(&mut self.store.book().changes);
        for batch in changes.chunks(DELIVERED) {
            self.followed += 1;
            self.dispatch("changes", Event::Changes(batch.to_vec())).await?;
        }
        Ok(())
    }

    /// Fires the timer and does what follows from it: a message for each range, and one for each user to whom something is due.
    pub async fn tick(&mut self) -> anyhow::Result<()> {
        self.dispatch("tick", Event::Tick(Tick::default())).await?;
        let ranges = self.queue.take();
        self.ticks += 1;
        for payload in ranges {
            self.dispatch("jobs", Event::Message { payload, attempt: 1 }).await?;
        }
        let users = self.queue.take();
        self.due[meter::slot(kernel::Clock::now(&*self.clock))] += u32::try_from(users.len())?;
        for payload in users {
            self.dispatch("jobs", Event::Message { payload, attempt: 1 }).await?;
        }
        Ok(())
    }

    async fn dispatch(&self, name: &str, event: Event) -> anyhow::Result<()> {
        let jobs = &self.app.jobs;
        let entry = jobs.registry.get(name).context("a job")?;
        let verdict = jobs.dispatch(&jobs.ctx(None), entry, event).await;
        ensure!(matches!(verdict, Verdict::Done), "{name}: {verdict:?}");
        Ok(())
    }
}

fn text(value: &Value, field: &str) -> anyhow::Result<String> {
    Ok(value[field].as_str().with_context(|| format!("no {field} in {value}"))?.to_owned())
}

/// The queue service, which is not part of the account.
#[derive(Debug, Default)]
struct Messages(Mutex<Vec<Value>>);

impl Messages {
    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl Queue for Messages {
    async fn send(&self, _: &str, message: NewMessage) -> kernel::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message.body);
        Ok(())
    }

    async fn receive(&self, _: &str, _: Duration) -> kernel::Result<Option<Delivery>> {
        Ok(None)
    }

    async fn complete(&self, _: &Receipt) -> kernel::Result<Settled> {
        Ok(Settled::TooLate)
    }

    async fn retry(&self, _: &Receipt, _: Duration) -> kernel::Result<Settled> {
        Ok(Settled::TooLate)
    }
}

/// Ids that are the same in every run, and ascend.
#[derive(Debug)]
struct SeededIds {
    chance: Mutex<Chance>,
    count: AtomicU64,
}

impl IdSource for SeededIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        let random = self.chance.lock().unwrap_or_else(PoisonError::into_inner).bits().to_be_bytes();
        let mut bytes = [0; 10];
        // The number of the id comes first, below the version and its clock.
        bytes[..2].copy_from_slice(&(self.count.fetch_add(1, Ordering::Relaxed) % 4096).to_be_bytes()[6..]);
        bytes[2..].copy_from_slice(&random);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}
