//! The part of GitHub's REST interface that has to do with issues.

mod hooks;
mod http;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use chrono::{DateTime, SubsecRound as _, Utc};

pub use self::hooks::Hook;
use crate::{Clock, Replica, Running, Stand, serve};

/// The token that is taken, and whose it is.
pub const TOKEN: &str = "ghp_sandbox";
pub const LOGIN: &str = "octocat";

/// An issue or a pull request, as far as anybody asks for it.
#[derive(Debug, Clone)]
pub struct Issue {
    pub number: u64,
    pub node_id: String,
    pub title: String,
    pub body: Option<String>,
    pub closed: bool,
    pub state_reason: Option<String>,
    pub assignees: Vec<String>,
    pub labels: Vec<String>,
    pub creator: String,
    pub is_pull_request: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    whereabouts: Whereabouts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Whereabouts {
    Here,
    Deleted,
    /// The address that it was moved to.
    Moved(String),
}

type Repositories = BTreeMap<String, Vec<Issue>>;

/// What is there. All copies share it.
#[derive(Debug, Clone)]
pub struct State {
    hooks: Arc<Mutex<Vec<Hook>>>,
    repositories: Arc<Mutex<Replica<Repositories>>>,
    clock: Clock,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Replica<Repositories>> {
        self.repositories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In whole seconds, as all its times are.
    fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(0)
    }

    /// A repository, `owner/name`, without issues.
    pub fn add_repository(&self, name: &str) {
        self.lock().write().entry(name.to_owned()).or_default();
    }

    /// Somebody else opens an issue; its number.
    pub fn open(&self, repository: &str, title: &str, body: Option<&str>) -> u64 {
        self.add(repository, title, body, "somebody", false)
    }

    pub fn open_pull_request(&self, repository: &str, title: &str) -> u64 {
        self.add(repository, title, None, "somebody", true)
    }

    fn add(&self, repository: &str, title: &str, body: Option<&str>, creator: &str, is_pull_request: bool) -> u64 {
        let now = self.now();
        let mut all = self.lock();
        let issues = all.write().entry(repository.to_owned()).or_default();
        let number = issues.len() as u64 + 1;
        issues.push(Issue {
            number,
            node_id: format!("I_{}_{number}", repository.replace('/', "_")),
            title: title.to_owned(),
            body: body.map(str::to_owned),
            closed: false,
            state_reason: None,
            assignees: Vec::new(),
            labels: Vec::new(),
            creator: creator.to_owned(),
            is_pull_request,
            created_at: now,
            updated_at: now,
            closed_at: None,
            whereabouts: Whereabouts::Here,
        });
        number
    }

    /// Somebody changes an issue. False for one that is not there.
    pub fn edit(&self, repository: &str, number: u64, change: impl FnOnce(&mut Issue)) -> bool {
        let now = self.now();
        let mut all = self.lock();
        let Some(issue) = all.write().get_mut(repository).and_then(|issues| find_mut(issues, number)) else { return false };
        let was_closed = issue.closed;
        change(issue);
        issue.updated_at = now;
        if issue.closed != was_closed {
            issue.closed_at = issue.closed.then_some(now);
            if !issue.closed {
                issue.state_reason = Some("reopened".to_owned());
            }
        }
        true
    }

    /// Somebody closes an issue, for this reason.
    pub fn close(&self, repository: &str, number: u64, reason: &str) -> bool {
        self.edit(repository, number, |issue| {
            issue.closed = true;
            issue.state_reason = Some(reason.to_owned());
        })
    }

    /// Only administrators can, and not by this interface.
    pub fn delete(&self, repository: &str, number: u64) -> bool {
        self.edit(repository, number, |issue| issue.whereabouts = Whereabouts::Deleted)
    }

    /// Moves an issue to another repository, where it is another one.
    pub fn transfer(&self, repository: &str, number: u64, to: &str) -> bool {
        let Some(issue) = self.issue(repository, number) else { return false };
        let there = self.add(to, &issue.title, issue.body.as_deref(), &issue.creator, false);
        let address = format!("/repos/{to}/issues/{there}");
        self.edit(repository, number, |issue| issue.whereabouts = Whereabouts::Moved(address))
    }

    /// The issue as it is, unless it was deleted or moved.
    pub fn issue(&self, repository: &str, number: u64) -> Option<Issue> {
        self.issues(repository).into_iter().find(|issue| issue.number == number)
    }

    /// All that are in the repository, pull requests among them.
    pub fn issues(&self, repository: &str) -> Vec<Issue> {
        let all = self.lock();
        let issues = all.now().get(repository).into_iter().flatten();
        issues.filter(|issue| issue.whereabouts == Whereabouts::Here).cloned().collect()
    }

    /// The next `reads` show what is there now, whatever is written until then.
    pub fn fall_behind(&self, reads: u32) {
        self.lock().fall_behind(reads);
    }
}

fn find_mut(issues: &mut [Issue], number: u64) -> Option<&mut Issue> {
    issues.iter_mut().find(|issue| issue.number == number)
}

/// Starts it; port 0 takes one that is free.
pub async fn start(stand: Stand, port: u16) -> io::Result<Running<State>> {
    let state = State { hooks: Arc::default(), repositories: Arc::default(), clock: stand.clock.clone() };
    let router = router(state.clone());
    serve(stand, state, router, port).await
}

pub fn router(state: State) -> Router {
    http::router(state)
}
