//! What the tests share: the program put together as in production, on an in-memory store with a clock that stands
//! still until it is moved. With `AVANOCHI_TEST_STORE=cosmos` in the environment, the same tests run on the Cosmos DB
//! store.

pub mod client;
pub mod counting;
pub mod described;
#[path = "../../../src/store/cosmos/emulator.rs"]
#[expect(dead_code, reason = "the unit tests, which it is shared with, use more of it")]
pub mod emulator;
pub mod events;
pub mod flaky;
pub mod host;
pub mod http;
pub mod invocations;
pub mod mailbox;
pub mod process;
pub mod served_emulator;
pub mod shown;
pub mod stepping;
pub mod world;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use avanochi::{
    app::{Adapters, App},
    config::{Config, Overrides, Source},
    credentials::CredentialManager,
    kernel::{Clock, Limit, ManualClock, PageRequest, Timestamp},
    store::{Store, embedded::Embedded},
};
use axum::Router;
use secrecy::SecretString;

pub use client::{Answer, Client, task_path};
pub use flaky::{Fault, FlakyStore};
pub use mailbox::Mailbox;

pub const SECRET: &str = "a secret of the tests, long enough to sign";
pub const PASSWORD: &str = "correct horse battery";

pub const LONG_TOKENS: (&str, &str) = ("JWT_EXP_MINUTES", "525600");

/// Where nobody answers: no test asks a service that it does not run itself.
const NO_SERVICES: [(&str, &str); 3] = [
    ("GITHUB_API_URL", "http://127.0.0.1:9"),
    ("TODOIST_API_URL", "http://127.0.0.1:9"),
    ("MICROSOFT_GRAPH_URL", "http://127.0.0.1:9"),
];

/// The whole program, without a listener.
#[derive(Clone)]
pub struct TestApp {
    pub routes: Router,
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub store: Arc<dyn Store>,
    /// What carries its mail.
    pub mailbox: Arc<Mailbox>,
}

impl TestApp {
    /// With tokens that outlast the months that a test may let pass.
    pub fn new() -> Self {
        Self::with(&[LONG_TOKENS])
    }

    /// With settings, as they would stand in the environment.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::at(time("2026-01-14T10:00:00Z")));
        let store: Arc<dyn Store> = match Source::from_environment().get("AVANOCHI_TEST_STORE") {
            Some("cosmos") => Arc::new(emulator::Emulator::start().store(clock.clone())),
            _ => Arc::new(Embedded::in_memory(clock.clone()).expect("a store")),
        };
        Self::on(store, clock, settings)
    }

    /// On an account of its own, whatever the other tests run on.
    pub fn on_cosmos() -> (Self, emulator::Emulator) {
        let clock = Arc::new(ManualClock::at(time("2026-01-14T10:00:00Z")));
        let emulator = emulator::Emulator::start();
        let store = Arc::new(emulator.store(clock.clone()));
        (Self::on(store, clock, &[LONG_TOKENS]), emulator)
    }

    /// A second instance of the program on the same store, as a scaled-out app has it.
    pub fn another(&self, settings: &[(&str, &str)]) -> Self {
        Self::on(Arc::clone(&self.store), Arc::clone(&self.clock), settings)
    }

    /// The program over a store that may fail, see [`FlakyStore`].
    pub fn over(store: Arc<FlakyStore>) -> Self {
        let clock = Arc::clone(&store.clock);
        Self::on(store, clock, &[LONG_TOKENS])
    }

    /// As [`Self::over`], with settings.
    pub fn over_with(store: Arc<FlakyStore>, settings: &[(&str, &str)]) -> Self {
        let clock = Arc::clone(&store.clock);
        Self::on(store, clock, settings)
    }

    pub fn on(store: Arc<dyn Store>, clock: Arc<ManualClock>, settings: &[(&str, &str)]) -> Self {
        let settings: Vec<_> = NO_SERVICES.iter().chain(settings).copied().collect();
        let config = Config::load(&Source::of(&settings), &Overrides::default()).expect("good settings");
        let secret = config.auth.secret.clone().unwrap_or_else(|| SECRET.to_owned().into());
        let mailbox = Arc::new(Mailbox::default());
        let adapters = Adapters::over(Arc::clone(&store), clock.clone() as Arc<dyn Clock>, secret);
        let source = config.source.clone();
        let credentials = CredentialManager::new(move |name| source.get(name).map(SecretString::from), clock.clone());
        let adapters = Adapters { carriers: vec![mailbox.clone()], credentials: Arc::new(credentials), ..adapters };
        let app = App::new(&config, adapters).expect("an app");
        Self { routes: app.routes.clone(), app: Arc::new(app), clock, store, mailbox }
    }

    /// A caller without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.routes.clone())
    }

    /// Registers and logs in a user.
    pub async fn user(&self, name: &str) -> Client {
        let registered = self.anonymous().register(name).await;
        assert_eq!(registered.status, 201, "{registered:?}");
        self.login(name).await
    }

    /// Registers and logs in a user with a name that nobody else has.
    pub async fn somebody(&self) -> Client {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        self.user(&format!("somebody {}", COUNT.fetch_add(1, Ordering::Relaxed))).await
    }

    pub async fn login(&self, name: &str) -> Client {
        let answer = self.anonymous().log_in(name, PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.anonymous().with_token(&answer.text("token"), &answer.text("user_id"))
    }

    /// To whom something is due, the most overdue first as far as they are in one range.
    pub async fn due(&self) -> Vec<String> {
        let ledger = &self.app.shared.ledger;
        let mut due = Vec::new();
        for range in ledger.ranges().await.expect("ranges") {
            let page = ledger.due(range, self.clock.now(), PageRequest::first(Limit::MAX)).await.expect("a page");
            due.extend(page.items.iter().map(ToString::to_string));
        }
        due
    }

    /// Does what is due, as the timer and the queue would have it done.
    pub async fn do_due(&self) -> avanochi::kernel::Result<()> {
        for user in self.due().await {
            self.app.jobs.run(&self.app.jobs.ctx(None), "jobs", serde_json::json!({ "user_id": user })).await?;
        }
        Ok(())
    }

    pub fn advance_hours(&self, hours: i64) {
        self.advance_seconds(hours * 3600);
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.clock.advance_micros(seconds * 1_000_000);
    }
}

/// An administrator, and the app that knows them as one.
pub async fn app_with_admin() -> (TestApp, Client) {
    let app = TestApp::new();
    let id = app.user("the admin").await.id;
    // Ids of two instances have the order of their times, and within the same millisecond none.
    app.advance_seconds(1);
    let app = app.another(&[LONG_TOKENS, ("ADMIN_USER_IDS", &id)]);
    // Two instances each number what they make; at one instant their order would be chance.
    app.advance_seconds(1);
    let admin = app.login("the admin").await;
    (app, admin)
}

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}
