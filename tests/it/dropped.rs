//! Whatever ends its caller's patience ends no use case in the middle: each operation and each event is dropped at every
//! poll, meets a failure at every call of the store, and is done twice at once. Then its effect is there or is not, what is
//! counted is what exists, and a repetition ends where an undisturbed run does.

mod channels;
mod companion;
mod connections;
mod events;
mod requests;
mod sync;
mod wellbeing;

use std::{
    fmt::Write as _,
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

use avanochi::{
    config::Source,
    jobs::{Event, Verdict},
    web::docs::methods_and_paths,
};
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    import::assert_clean,
    support::{
        Client, Fault, LONG_TOKENS, TestApp,
        events::{dispatch, drain, tick},
        stepping::Backend,
        world::{World, without_numbers, without_times},
    },
};

/// No use case takes more polls, or calls of the store.
const BOUND: u32 = 500;

/// What is done to a world.
#[derive(Clone)]
pub enum Act {
    Request {
        client: Client,
        method: &'static str,
        path: String,
        body: Option<Value>,
    },
    Event {
        job: &'static str,
        event: Event,
    },
    /// The timer, and all the messages that follow from it.
    Round,
}

/// One operation or event, and the state in which it has something to do.
pub struct Case {
    /// As the description has it, such as `POST /api/tasks`; for events the job.
    pub of: &'static str,
    pub prepare: for<'w> fn(&'w World) -> BoxFuture<'w, Act>,
    /// For what does nothing, the status that says so.
    pub refused: u16,
    /// How a repetition may be answered, besides as the first time.
    pub again: &'static [u16],
    /// Whether an instance remembers what it has done, so that each attempt needs another one.
    pub instances: Instances,
    /// For what may be found half done: what has to hold then for whoever does not repeat it.
    pub halfway: Option<fn(World) -> BoxFuture<'static, ()>>,
    /// What else holds in the end.
    pub finally: Option<for<'w> fn(&'w World) -> BoxFuture<'w, ()>>,
}

/// Making an instance takes longer than anything that is tried with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instances {
    Reused,
    New,
}

impl Case {
    pub const fn new(of: &'static str, prepare: for<'w> fn(&'w World) -> BoxFuture<'w, Act>) -> Self {
        Self { of, prepare, refused: 0, again: &[], instances: Instances::Reused, halfway: None, finally: None }
    }
}

impl Act {
    /// The status; for an event that of a request which would have gone like it.
    async fn on(&self, app: &TestApp) -> u16 {
        match self {
            Self::Request { client, method, path, body } => {
                let client = client.through(app).with_header("idempotency-key", "key");
                client.send(method, path, body.clone()).await.status
            }
            Self::Event { job, event } => match dispatch(&app.app.jobs, job, event.clone()).await {
                Verdict::Done => 200,
                Verdict::Again { .. } => 503,
            },
            Self::Round => {
                round(app).await;
                200
            }
        }
    }

    /// What happens later without a repetition.
    async fn follow_up(&self, world: &World) {
        world.store.settled().await;
        if self.is_request() {
            world.app.do_due().await.expect("done");
            if self.is_about_the_companion() {
                // Its answers take in what progress has not followed yet, which a repetition finds more of.
                assert_eq!(world.ann.get("/api/progress").await.status, 200);
            }
        } else {
            // The leases and messages of whoever died come free.
            world.app.advance_seconds(600);
        }
        assert_clean(&world.app).await;
    }

    /// All that is stored. A repeated event comes later than the first, so times say nothing there.
    async fn state_of(&self, world: &World) -> Vec<String> {
        let state = world.state().await;
        match self {
            // A repeated link is another one, of another change; and progress may be taken in before the change or after it.
            _ if self.is_about_the_companion() => without_numbers(&state),
            Self::Request { .. } => state,
            Self::Event { job: "changes", .. } => without_numbers(&without_times(state)),
            Self::Event { .. } | Self::Round => without_times(state),
        }
    }

    fn is_about_the_companion(&self) -> bool {
        matches!(self, Self::Request { path, .. } if ["/api/companion", "/api/assistant"].iter().any(|of| path.starts_with(of)))
    }

    fn is_request(&self) -> bool {
        matches!(self, Self::Request { .. })
    }
}

async fn round(app: &TestApp) {
    let _ = tick(app).await;
    drain(app, async |payload, attempt| dispatch(&app.app.jobs, "jobs", Event::Message { payload, attempt }).await).await;
}

/// Polls that often at most. What it came to, if it did.
async fn polled<F: Future>(polls: u32, mut future: Pin<&mut F>) -> Option<F::Output> {
    let mut left = polls;
    let step = poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    });
    step.await
}

/// A case with its state prepared, and what it comes to when nothing disturbs it.
struct Trial<'c> {
    case: &'c Case,
    prepared: World,
    /// Set to what is prepared for each attempt, and a second instance on its store.
    reused: (World, TestApp),
    act: Act,
    before: Vec<String>,
    after: Vec<String>,
    status: u16,
}

impl<'c> Trial<'c> {
    async fn of(case: &'c Case, base: &World) -> Self {
        let prepared = base.copy().await;
        let act = (case.prepare)(&prepared).await;
        if act.is_request() {
            // What is due already is none of what it does.
            prepared.app.do_due().await.expect("done");
        }
        let without = prepared.copy().await;
        act.follow_up(&without).await;
        let with = prepared.copy().await;
        let status = act.on(&with.app).await;
        assert!(status < 300 || status == case.refused, "{}: {status}", case.of);
        act.follow_up(&with).await;
        let (before, after) = (act.state_of(&without).await, act.state_of(&with).await);
        assert!(before != after || status == case.refused, "{} does nothing", case.of);
        let other = with.app.another(&[LONG_TOKENS]);
        Self { case, prepared, reused: (with, other), act, before, after, status }
    }

    /// What is prepared, with an instance on it.
    async fn start(&self) -> World {
        match self.case.instances {
            Instances::New => self.prepared.copy().await,
            Instances::Reused => {
                let (world, _) = &self.reused;
                world.store.become_copy_of(&self.prepared.store).await;
                world.clone()
            }
        }
    }

    /// A second instance on what was started.
    fn other(&self, world: &World) -> TestApp {
        match self.case.instances {
            Instances::New => world.app.another(&[LONG_TOKENS]),
            Instances::Reused => self.reused.1.clone(),
        }
    }

    /// Dropped after each number of polls, until it comes to its end; how many those were. Tries each `stride`th.
    async fn dropped(&self, stride: usize) -> u32 {
        for polls in (1..BOUND).step_by(stride) {
            let world = self.start().await;
            let status = polled(polls, Box::pin(self.act.on(&world.app)).as_mut()).await;
            self.assert_whole(&world, &format!("dropped after {polls} polls")).await;
            if let Some(status) = status {
                assert_eq!(status, self.status, "{}", self.case.of);
                return polls;
            }
        }
        panic!("{} never ends", self.case.of);
    }

    /// Failing at each call of the store; how many those were.
    async fn failing(&self, fault: Fault) -> u32 {
        for good in 0..BOUND {
            let world = self.start().await;
            world.store.fail_after(good, fault);
            let status = self.act.on(&world.app).await;
            if world.store.heal() {
                return good;
            }
            let what = format!("a failure {fault:?} call {good} of the store");
            assert!(status == 503 || status == self.status, "{}: {status} at {what}", self.case.of);
            self.assert_whole(&world, &what).await;
        }
        panic!("{} never ends", self.case.of);
    }

    /// On two instances, of which the second begins after so many polls of the first.
    async fn twice(&self, polls: u32) {
        // A new instance for each attempt takes its time.
        let stride = if self.case.instances == Instances::New { 3 } else { 1 };
        for ahead in (0..polls).step_by(stride) {
            let world = self.start().await;
            let other = self.other(&world);
            let mut first = pin!(self.act.on(&world.app));
            let statuses = match polled(ahead, first.as_mut()).await {
                Some(status) => [status, self.act.on(&other).await],
                None => tokio::join!(first, self.act.on(&other)).into(),
            };
            let what = format!("twice at once, the second after {ahead} polls");
            let mut known = statuses.iter().map(|status| self.is_known(*status));
            assert!(known.all(|known| known) && statuses.contains(&self.status), "{}: {statuses:?} {what}", self.case.of);
            self.assert_whole(&world, &what).await;
        }
    }

    fn is_known(&self, status: u16) -> bool {
        status == self.status || self.case.again.contains(&status)
    }

    /// The effect is there or is not, and after a repetition it is.
    async fn assert_whole(&self, world: &World, what: &str) {
        let what = format!("{}, {what}", self.case.of);
        self.act.follow_up(world).await;
        let found = self.act.state_of(world).await;
        if found != self.before && found != self.after {
            let Some(halfway) = self.case.halfway else { panic!("{what}: half done{}", difference(&self.after, &found)) };
            halfway(world.copy().await).await;
        }
        let status = self.act.on(&world.app).await;
        assert!(self.is_known(status), "{what}: repeated, it was answered with {status}");
        self.act.follow_up(world).await;
        let found = self.act.state_of(world).await;
        assert!(found == self.after, "{what}, and repeated{}", difference(&self.after, &found));
        if let Some(finally) = self.case.finally {
            finally(world).await;
        }
    }
}

/// Some of what should be there and is not, and of what is there and should not be.
fn difference(expected: &[String], found: &[String]) -> String {
    let mut text = String::new();
    for (sign, ones, others) in [("-", expected, found), ("+", found, expected)] {
        let mut others = others.to_vec();
        let surplus = ones.iter().filter(|line| match others.iter().position(|other| other == *line) {
            Some(index) => {
                others.swap_remove(index);
                false
            }
            None => true,
        });
        for line in surplus.take(10) {
            let _ = write!(text, "\n{sign} {line}");
        }
    }
    text
}

/// All of it, for each of the cases.
async fn assert_undisturbed(backend: Backend, cases: impl IntoIterator<Item = &Case>) {
    let base = World::new(backend).await;
    for case in cases {
        let trial = Trial::of(case, &base).await;
        let polls = trial.dropped(1).await;
        let calls = trial.failing(Fault::Before).await;
        assert_eq!(trial.failing(Fault::After).await, calls);
        // Each call is two stops, but for those that are made at once.
        assert!(polls > calls, "{}: {polls} polls, {calls} calls", case.of);
        trial.twice(polls).await;
    }
}

/// The store that the tests run on.
fn backend() -> Backend {
    match Source::from_environment().get("AVANOCHI_TEST_STORE") {
        Some("cosmos") => Backend::Cosmos,
        _ => Backend::Embedded,
    }
}

#[tokio::test]
async fn every_operation_that_changes_something_is_among_the_cases() {
    let app = TestApp::new();
    let operations: Vec<String> = methods_and_paths(&app.app.document)
        .into_iter()
        .filter(|(method, _)| *method != "GET")
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    for operation in &operations {
        assert!(requests::all().any(|case| case.of == operation), "{operation}: no case in tests/it/dropped/requests.rs");
    }
    for case in requests::all() {
        assert!(operations.iter().any(|operation| operation == case.of), "{}: there is no such operation", case.of);
    }
    for job in app.app.jobs.registry.iter() {
        assert!(events::all().any(|case| case.of == job.name), "{}: no case in tests/it/dropped/events.rs", job.name);
    }
}

#[tokio::test]
async fn accounts_are_made_and_unmade_whole() {
    assert_undisturbed(backend(), requests::ACCOUNTS).await;
}

#[tokio::test]
async fn an_account_is_deleted_whole() {
    assert_undisturbed(backend(), requests::DELETION).await;
}

#[tokio::test]
async fn tasks_change_whole() {
    assert_undisturbed(backend(), requests::TASKS).await;
}

#[tokio::test]
async fn work_sessions_change_whole() {
    assert_undisturbed(backend(), requests::WORK_SESSIONS).await;
}

#[tokio::test]
async fn wellbeing_change_whole() {
    assert_undisturbed(backend(), wellbeing::WELLBEING).await;
}

#[tokio::test]
async fn companion_changes_whole() {
    assert_undisturbed(backend(), companion::COMPANION).await;
}

#[tokio::test]
async fn connections_and_channels_change_whole() {
    assert_undisturbed(backend(), connections::CONNECTIONS.iter().chain(channels::CHANNELS)).await;
}

#[tokio::test]
async fn what_no_request_waits_for_is_done_whole() {
    assert_undisturbed(backend(), events::all()).await;
}

/// All of them run on it with `AVANOCHI_TEST_STORE=cosmos`.
#[tokio::test]
async fn on_the_other_store_too_some_of_it_is_whole() {
    let base = World::new(Backend::Cosmos).await;
    let sample = ["POST /api/auth/register", "POST /api/tasks", "DELETE /api/users/{id}"];
    for case in requests::all().filter(|case| sample.contains(&case.of)) {
        let trial = Trial::of(case, &base).await;
        assert!(trial.dropped(5).await > 5, "{}", case.of);
    }
}
