//! Reading all that the assistant says of a year: five dates of each week with two sessions and two tasks that were done, and every
//! other date with a check-in.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use avanochi::{
    accounts::auth::tokens::Tokens,
    app::{Adapters, App},
    config::{Config, Overrides, Source},
    kernel::{Clock, ManualClock, Timestamp, UserId},
    store::{Store, embedded::Embedded},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use criterion::Criterion;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use uuid::Uuid;

/// When the first date begins, and how many there are.
const FIRST: &str = "2025-01-06T00:00:00Z";
const DATES: u64 = 364;

struct Person<'r> {
    runtime: &'r Runtime,
    routes: Router,
    clock: Arc<ManualClock>,
    tokens: Tokens,
    user: Option<UserId>,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

impl Person<'_> {
    fn ask(&self, method: &str, path: &str, body: Option<String>) -> anyhow::Result<Vec<u8>> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if let Some(user) = self.user {
            let token = self.tokens.issue(user, Uuid::nil(), self.clock.now())?;
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from))?;
        self.runtime.block_on(async {
            let answer = self.routes.clone().oneshot(request).await?;
            anyhow::ensure!(answer.status().is_success(), "{method} {path} was answered with {}", answer.status());
            Ok(to_bytes(answer.into_body(), usize::MAX).await?.to_vec())
        })
    }

    fn live(&self, date: u64, user: UserId) -> anyhow::Result<()> {
        let midnight = FIRST.parse::<Timestamp>()?.plus(hours(24 * date));
        let at = |hour| midnight.plus(hours(hour));
        self.clock.set(at(19));
        let post = |path: &str, body: serde_json::Value| self.ask("POST", path, Some(body.to_string()));
        if date % 7 < 5 {
            for (from, to) in [(9, 12), (13, 17 + date % 3)] {
                post("/api/work_sessions", json!({ "user_id": user, "start_time": at(from), "end_time": at(to) }))?;
            }
            for _ in 0..2 {
                let task: Made = serde_json::from_slice(&post("/api/tasks", json!({ "user_id": user, "title": "Write it" }))?)?;
                self.ask("PATCH", &format!("/api/tasks/{}", task.id), Some(json!({ "action": "complete" }).to_string()))?;
            }
        }
        if date.is_multiple_of(2) {
            post("/api/check_ins", json!({ "energy": 1 + date % 5 }))?;
        }
        Ok(())
    }
}

pub fn read_insights(criterion: &mut Criterion, runtime: &Runtime) -> anyhow::Result<()> {
    let clock = Arc::new(ManualClock::at(FIRST.parse()?));
    let store: Arc<dyn Store> = Arc::new(Embedded::in_memory(clock.clone())?);
    let config = Config::load(&Source::default(), &Overrides::default()).map_err(|_| anyhow::anyhow!("the defaults"))?;
    let secret = SecretString::from(super::SECRET.to_owned());
    let app = App::new(&config, Adapters::over(store, clock.clone(), secret.clone()))?;
    let tokens = Tokens::new(&secret, &[], hours(1));
    let mut person = Person { runtime, routes: app.routes, clock, tokens, user: None };
    let account = json!({ "username": "somebody", "password": "correct horse battery" }).to_string();
    let made: Made = serde_json::from_slice(&person.ask("POST", "/api/auth/register", Some(account))?)?;
    let user = UserId::parse(&made.id).context("a user's id")?;
    person.user = Some(user);
    (0..DATES).try_for_each(|date| person.live(date, user))?;
    // On another date each time, so that nothing is there already.
    let ends = FIRST.parse::<Timestamp>()?.plus(hours(24 * DATES + 10));
    let mut date = 0;
    for (name, paths) in [
        ("answer: predictions of a year, made anew", &["/api/predictions"][..]),
        (
            "answer: all insights of a year, made anew",
            &["/api/predictions", "/api/recommendations", "/api/narratives/day", "/api/narratives/week"],
        ),
    ] {
        let mut read = || -> anyhow::Result<()> {
            date = (date + 1) % 2;
            person.clock.set(ends.plus(hours(24 * date)));
            paths.iter().try_for_each(|path| person.ask("GET", path, None).map(drop))
        };
        read()?;
        criterion.bench_function(name, |b| b.iter(&mut read));
    }
    Ok(())
}
