//! A person with six lively months, for whoever wants to look around: made through the API as anybody would make it, in a data folder
//! of its own.

mod story;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use self::story::Step;
use crate::{
    app::{Adapters, App},
    config::Config,
    kernel::{ManualClock, Timestamp, wall_clock::instant_of},
};

pub const USERNAME: &str = "demo";
pub const PASSWORD: &str = "look around";
/// Of the person's clock on the wall.
const ZONE: Tz = Tz::Europe__Madrid;
/// How many dates before the last one it begins.
pub const DATES: u64 = 182;
/// The most of an answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// Fills the store with what the person did until an instant, from so many dates before on. Errors: when the person is there
/// already.
pub async fn fill(config: &Config, mut adapters: Adapters, until: Timestamp, dates: u64) -> anyhow::Result<()> {
    let clock = Arc::new(ManualClock::at(until));
    adapters.clock = clock.clone();
    // One login for all the months.
    let mut config = config.clone();
    config.auth.lifetime = Duration::from_hours(24 * (dates + 2));
    let app = App::new(&config, adapters)?;
    let today = until.in_zone(ZONE).date_naive();
    let first = today.checked_sub_days(Days::new(dates)).context("a date")?;
    clock.set(instant_of(first, chrono::NaiveTime::MIN, ZONE));
    let mut person = Person { routes: app.routes.clone(), token: String::new(), known: BTreeMap::new() };
    person.register().await?;
    for step in story::beginning(first, ZONE) {
        person.take(step).await?;
    }
    for date in first.iter_days().take_while(|date| *date <= today) {
        for (minute, step) in story::day(date, first) {
            let at = instant_of(date, story::time(minute), ZONE);
            if at > until {
                break;
            }
            clock.set(at);
            person.take(step).await?;
        }
        person.do_what_is_due(&app, date, until, &clock).await?;
    }
    Ok(())
}

/// The person as a client of the API.
struct Person {
    routes: Router,
    token: String,
    /// What steps before have got as ids, by the name that the story has for it.
    known: BTreeMap<String, String>,
}

impl Person {
    async fn register(&mut self) -> anyhow::Result<()> {
        let new = json!({ "username": USERNAME, "password": PASSWORD });
        self.ask("POST", "/api/auth/register", Some(new)).await?;
        let login = self.ask("POST", "/api/auth/login", Some(json!({ "username": USERNAME, "password": PASSWORD }))).await?;
        let text = |name: &str| login[name].as_str().map(str::to_owned).with_context(|| format!("a login without {name}"));
        (self.token, _) = (text("token")?, self.known.insert("me".into(), text("user_id")?));
        Ok(())
    }

    async fn take(&mut self, step: Step) -> anyhow::Result<()> {
        let (mut path, mut body) = (step.path, step.body.map(|body| body.to_string()));
        for (name, id) in &self.known {
            let placeholder = format!("{{{name}}}");
            path = path.replace(&placeholder, id);
            body = body.map(|body| body.replace(&placeholder, id));
        }
        let body = body.map(|body| serde_json::from_str(&body)).transpose()?;
        let answer = self.ask(step.method, &path, body).await?;
        if let (Some(name), Some(id)) = (step.keep, answer["id"].as_str()) {
            self.known.insert(name, id.to_owned());
        }
        Ok(())
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let mut request = Request::builder().method(method).uri(path);
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        let request = match &body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))?,
            None => request.body(Body::empty())?,
        };
        let answer = self.routes.clone().oneshot(request).await?;
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), MAX_ANSWER).await?;
        if !status.is_success() {
            bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// What the timer would have done by the end of the date, and what follows what was done.
    async fn do_what_is_due(&self, app: &App, date: NaiveDate, until: Timestamp, clock: &ManualClock) -> anyhow::Result<()> {
        let next = date.checked_add_days(Days::new(1)).context("a date")?;
        clock.set(instant_of(next, chrono::NaiveTime::MIN, ZONE).min(until));
        let me = self.known.get("me").context("nobody")?;
        app.jobs.run(&app.jobs.ctx(None), "jobs", json!({ "user_id": me })).await?;
        self.ask("GET", "/api/progress", None).await.map(drop)
    }
}
