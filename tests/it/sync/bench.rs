//! A person with connections, and what of the program works for them without a request.

use std::{collections::BTreeMap, time::Duration};

use avanochi::jobs::{Event, Verdict, queue::Queue as _};
use chrono::{DateTime, Utc};
use sandbox::{Clock, Running, Stand, caldav::Caldav, github, microsoft::Microsoft, todoist};
use serde_json::{Value, json};

use crate::support::{
    Answer, Client, FlakyStore, LONG_TOKENS, TestApp,
    events::{deliver, dispatch, documents, hints, queue},
};

/// The queues and who takes their messages.
const WORKERS: [(&str, &str); 2] = [("sync-inbound", "sync_inbound_worker"), ("sync-outbound", "sync_outbound_worker")];

/// All four services, each empty.
pub struct Services {
    pub clock: Clock,
    pub todoist: Running<todoist::State>,
    pub github: Running<github::State>,
    pub microsoft: Running<Microsoft>,
    pub caldav: Running<Caldav>,
}

pub const REPOSITORY: &str = "ann/errands";

impl Services {
    pub async fn start(now: &str) -> Self {
        let clock = Clock::at(now.parse::<DateTime<Utc>>().expect("a time"));
        let stand = || Stand::new(clock.clone());
        let github = github::start(stand(), 0).await.expect("started");
        github.state.add_repository(REPOSITORY);
        Self {
            todoist: todoist::start(stand(), 0).await.expect("started"),
            github,
            microsoft: sandbox::microsoft::start(stand(), 0).await.expect("started"),
            caldav: sandbox::caldav::start(stand(), 0).await.expect("started"),
            clock,
        }
    }

    fn settings(&self) -> Vec<(String, String)> {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            set("TODOIST_API_URL", &self.todoist.url),
            set("GITHUB_API_URL", &self.github.url),
            set("MICROSOFT_GRAPH_URL", &format!("{}/v1.0", self.microsoft.url)),
            set("OUTBOUND_ALLOW_PRIVATE", "127.0.0.1/32"),
        ]
    }
}

/// Ann, and what works for her.
pub struct Bench {
    pub services: Services,
    pub app: TestApp,
    pub ann: Client,
}

impl Bench {
    pub async fn new() -> Self {
        Self::over(TestApp::with).await
    }

    pub async fn flaky(store: std::sync::Arc<FlakyStore>) -> Self {
        Self::over(|settings| TestApp::over_with(store, settings)).await
    }

    pub async fn over(app: impl FnOnce(&[(&str, &str)]) -> TestApp) -> Self {
        let services = Services::start("2026-01-14T10:00:00Z").await;
        let settings = services.settings();
        let mut all: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.push(LONG_TOKENS);
        let app = app(&all);
        let ann = app.user("ann").await;
        Self { services, app, ann }
    }

    /// Lets time pass here and there.
    pub fn pass(&self, seconds: u64) {
        self.app.advance_seconds(i64::try_from(seconds).expect("few"));
        self.services.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn connect(&self, body: Value) -> String {
        let made = self.ann.post("/api/connections", body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.text("id")
    }

    pub async fn todoist(&self) -> String {
        self.connect(json!({ "provider": "todoist", "credential": { "token": todoist::TOKEN } })).await
    }

    pub async fn github(&self, settings: Value) -> String {
        self.connect(json!({ "provider": "github", "settings": settings, "credential": { "token": github::TOKEN } })).await
    }

    pub async fn caldav(&self) -> String {
        let (username, password) = (sandbox::caldav::USERNAME, sandbox::caldav::PASSWORD);
        self.connect(json!({ "provider": "caldav", "settings": { "url": self.services.caldav.url },
            "credential": { "username": username, "password": password } }))
            .await
    }

    /// Follows what changed, and deals with all messages that are there, also with those that wait: twice as long as nothing fails.
    pub async fn settle(&self) {
        for _ in 0..3 {
            self.follow().await;
            self.pass(3);
            self.work().await;
        }
    }

    /// As [`Self::settle`], after asking each connection to look.
    pub async fn sync(&self, id: &str) -> Value {
        let asked = self.ann.post_empty(&format!("/api/connections/{id}/sync")).await;
        assert_eq!(asked.status, 202, "{asked:?}");
        self.settle().await;
        self.connection(id).await
    }

    /// One run of a connection, by a message as the scheduler sends it.
    pub async fn run(&self, id: &str) {
        let payload = json!({ "user_id": self.ann.id, "connection_id": id, "trigger": "schedule", "correlation_id": "cost" });
        let verdict = dispatch(&self.app.app.jobs, "sync_inbound_worker", Event::Message { payload, attempt: 1 }).await;
        assert!(matches!(verdict, Verdict::Done), "{verdict:?}");
    }

    pub async fn connection(&self, id: &str) -> Value {
        let shown = self.ann.get(&format!("/api/connections/{id}")).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        shown.body
    }

    pub async fn conflicts(&self, id: &str) -> Vec<Value> {
        self.ann.all_pages(&format!("/api/connections/{id}/conflicts"), 50).await
    }

    /// Tells the consumers of everything.
    pub async fn follow(&self) {
        let changes = hints(&documents(&self.app, &self.ann.id).await);
        // What fails with the store is told again another time.
        let _verdict = deliver(&self.app, &changes).await;
    }

    /// Deals with the messages that are visible, until none is.
    pub async fn work(&self) {
        let queue = queue(&self.app);
        for _ in 0..200 {
            let mut any = false;
            for (name, worker) in WORKERS {
                while let Ok(Some(delivery)) = queue.receive(name, Duration::from_mins(6)).await {
                    any = true;
                    let event = Event::Message { payload: delivery.body, attempt: delivery.attempt };
                    let settled = match dispatch(&self.app.app.jobs, worker, event).await {
                        Verdict::Done => queue.complete(&delivery.receipt).await,
                        Verdict::Again { after, .. } => queue.retry(&delivery.receipt, after).await,
                    };
                    let _ = settled;
                    self.pass(1);
                }
            }
            if !any {
                return;
            }
        }
        panic!("messages without an end");
    }

    /// The open tasks here, by title, and whether each is completed.
    pub async fn here(&self) -> BTreeMap<String, bool> {
        let tasks = self.ann.all_pages("/api/tasks", 100).await;
        tasks.iter().map(|task| (text(task, "title"), task["completed"] == true)).collect()
    }

    /// How many tasks there are here, more than one of a title among them.
    pub async fn count(&self) -> usize {
        self.ann.all_pages("/api/tasks", 100).await.len()
    }

    pub async fn task(&self, title: &str) -> Value {
        let tasks = self.ann.all_pages("/api/tasks", 100).await;
        tasks.into_iter().find(|task| task["title"] == title).unwrap_or_else(|| panic!("no task {title:?}"))
    }

    /// The tasks at Todoist, by content, and whether each is completed.
    pub fn at_todoist(&self) -> BTreeMap<String, bool> {
        self.services.todoist.state.tasks().into_iter().map(|task| (task.content, task.checked)).collect()
    }
}

pub fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

pub fn titles<const N: usize>(all: [(&str, bool); N]) -> BTreeMap<String, bool> {
    all.into_iter().map(|(title, completed)| (title.to_owned(), completed)).collect()
}

pub fn ok(answer: &Answer) -> &Value {
    assert!((200..300).contains(&answer.status), "{answer:?}");
    &answer.body
}
