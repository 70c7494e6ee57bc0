//! How the issues are asked for and written.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, RawQuery, Request, State as Shared},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Issue, LOGIN, State, TOKEN, Whereabouts};
use crate::server::as_json;

pub(super) fn router(state: State) -> Router {
    Router::new()
        .route("/user", get(async || as_json(StatusCode::OK, &json!({ "login": LOGIN, "id": 1 }))))
        .route("/user/repos", get(list_repositories))
        .route("/repos/{owner}/{name}/issues", get(list_issues).post(create_issue))
        .merge(super::hooks::router())
        .route("/repos/{owner}/{name}/issues/{number}", get(get_issue).patch(update_issue))
        .fallback(async || failure(StatusCode::NOT_FOUND, "Not Found"))
        .layer(middleware::from_fn(allowed))
        .with_state(state)
}

pub(super) fn failure(status: StatusCode, message: &str) -> Response {
    as_json(status, &json!({ "message": message }))
}

async fn allowed(request: Request, next: Next) -> Response {
    match refusal(request.headers()) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

fn refusal(headers: &HeaderMap) -> Option<Response> {
    let value = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if value(header::USER_AGENT).is_empty() {
        return Some(failure(StatusCode::FORBIDDEN, "Request forbidden by administrative rules."));
    }
    if !matches!(value(HeaderName::from_static("x-github-api-version")), "" | "2022-11-28") {
        return Some(failure(StatusCode::BAD_REQUEST, "Unsupported API version"));
    }
    let known = value(header::AUTHORIZATION).strip_prefix("Bearer ") == Some(TOKEN);
    (!known).then(|| failure(StatusCode::UNAUTHORIZED, "Bad credentials"))
}

fn shown(repository: &str, issue: &Issue) -> Value {
    let accounts = |logins: &[String]| logins.iter().map(|login| json!({ "login": login })).collect::<Vec<_>>();
    let number = issue.number;
    let mut shown = json!({
        "id": number, "node_id": issue.node_id, "number": number, "title": issue.title, "body": issue.body,
        "state": if issue.closed { "closed" } else { "open" }, "state_reason": issue.state_reason,
        "user": { "login": issue.creator }, "assignees": accounts(&issue.assignees),
        "labels": issue.labels.iter().map(|label| json!({ "name": label })).collect::<Vec<_>>(),
        "url": format!("https://api.github.com/repos/{repository}/issues/{number}"),
        "html_url": format!("https://github.com/{repository}/issues/{number}"),
    });
    let time = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    shown["created_at"] = time(issue.created_at).into();
    shown["updated_at"] = time(issue.updated_at).into();
    shown["closed_at"] = issue.closed_at.map(time).into();
    if issue.is_pull_request {
        shown["pull_request"] = json!({ "url": format!("https://api.github.com/repos/{repository}/pulls/{number}") });
    }
    shown
}

#[derive(Debug, Deserialize)]
struct Listing {
    #[serde(default = "open")]
    state: String,
    #[serde(default = "created")]
    sort: String,
    #[serde(default)]
    direction: String,
    since: Option<DateTime<Utc>>,
    creator: Option<String>,
    assignee: Option<String>,
    #[serde(default = "one")]
    page: usize,
    #[serde(default = "thirty")]
    per_page: usize,
}

fn open() -> String {
    "open".to_owned()
}

fn created() -> String {
    "created".to_owned()
}

const fn one() -> usize {
    1
}

const fn thirty() -> usize {
    30
}

impl Listing {
    fn has(&self, issue: &Issue) -> bool {
        issue.whereabouts == Whereabouts::Here
            && (self.state == "all" || (self.state == "closed") == issue.closed)
            && self.since.is_none_or(|since| issue.updated_at >= since)
            && self.creator.as_ref().is_none_or(|creator| *creator == issue.creator)
            && self.assignee.as_ref().is_none_or(|assignee| issue.assignees.contains(assignee))
    }
}

async fn list_issues(
    Shared(state): Shared<State>,
    Path((owner, name)): Path<(String, String)>,
    Query(listing): Query<Listing>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let repository = format!("{owner}/{name}");
    let Some(mut issues) = state.lock().read().remove(&repository) else {
        return failure(StatusCode::NOT_FOUND, "Not Found");
    };
    issues.retain(|issue| listing.has(issue));
    issues.sort_by_key(|issue| (if listing.sort == "updated" { issue.updated_at } else { issue.created_at }, issue.number));
    if listing.direction != "asc" {
        issues.reverse();
    }
    let shown: Vec<Value> = issues.iter().map(|issue| shown(&repository, issue)).collect();
    page(&shown, listing.page, listing.per_page, &format!("/repos/{repository}/issues"), &query.unwrap_or_default(), &headers)
}

async fn list_repositories(Shared(state): Shared<State>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let names: Vec<String> = state.lock().read().into_keys().collect();
    let shown: Vec<Value> =
        names.iter().map(|name| json!({ "full_name": name, "has_issues": true, "archived": false })).collect();
    page(&shown, 1, 100, "/user/repos", &query.unwrap_or_default(), &headers)
}

/// One page, with the address of the next, and a tag by which it need not be sent again.
fn page(all: &[Value], page: usize, per_page: usize, path: &str, query: &str, headers: &HeaderMap) -> Response {
    let per_page = per_page.clamp(1, 100);
    let from = (page.max(1) - 1) * per_page;
    let shown: Vec<&Value> = all.iter().skip(from).take(per_page).collect();
    let body = json!(shown).to_string();
    let mut hash = DefaultHasher::new();
    body.hash(&mut hash);
    let tag = format!("W/\"{:x}\"", hash.finish());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let mut response = ([(header::ETAG, tag), (header::CONTENT_TYPE, "application/json".to_owned())], body).into_response();
    if from + shown.len() < all.len() {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let kept: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("page=")).collect();
        let link = format!(r#"<http://{host}{path}?{}&page={}>; rel="next""#, kept.join("&"), page.max(1) + 1);
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    response
}

async fn get_issue(Shared(state): Shared<State>, Path((owner, name, number)): Path<(String, String, u64)>) -> Response {
    let repository = format!("{owner}/{name}");
    let repositories = state.lock().read();
    let found = repositories.get(&repository).and_then(|issues| issues.iter().find(|issue| issue.number == number));
    answer(&repository, found, StatusCode::OK)
}

fn answer(repository: &str, issue: Option<&Issue>, status: StatusCode) -> Response {
    match issue.map(|issue| (&issue.whereabouts, issue)) {
        None => failure(StatusCode::NOT_FOUND, "Not Found"),
        Some((Whereabouts::Here, issue)) => as_json(status, &shown(repository, issue)),
        Some((Whereabouts::Deleted, _)) => failure(StatusCode::GONE, "This issue was deleted"),
        Some((Whereabouts::Moved(to), _)) => {
            let moved = failure(StatusCode::MOVED_PERMANENTLY, "Moved Permanently");
            ([(header::LOCATION, to.as_str())], moved).into_response()
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Write {
    title: Option<String>,
    body: Option<String>,
    state: Option<String>,
    state_reason: Option<String>,
    assignees: Option<Vec<String>>,
    labels: Option<Vec<String>>,
}

impl Write {
    fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().filter(|write: &Self| !write.is_wrong())
    }

    fn is_wrong(&self) -> bool {
        self.title.as_ref().is_some_and(|title| title.trim().is_empty() || title.chars().count() > 256)
            || self.state.as_deref().is_some_and(|state| !matches!(state, "open" | "closed"))
            || self
                .state_reason
                .as_deref()
                .is_some_and(|reason| !matches!(reason, "completed" | "not_planned" | "reopened" | "duplicate"))
    }

    fn apply(self, issue: &mut Issue) {
        if let Some(title) = self.title {
            issue.title = title;
        }
        if let Some(body) = self.body {
            issue.body = Some(body).filter(|body| !body.is_empty());
        }
        if let Some(state) = self.state {
            issue.closed = state == "closed";
            if issue.closed {
                issue.state_reason = Some(self.state_reason.unwrap_or_else(|| "completed".to_owned()));
            }
        }
        if let Some(assignees) = self.assignees {
            issue.assignees = assignees;
        }
        if let Some(labels) = self.labels {
            issue.labels = labels;
        }
    }
}

async fn create_issue(Shared(state): Shared<State>, Path((owner, name)): Path<(String, String)>, body: Bytes) -> Response {
    let repository = format!("{owner}/{name}");
    if !state.lock().now().contains_key(&repository) {
        return failure(StatusCode::NOT_FOUND, "Not Found");
    }
    let Some(write) = Write::read(&body).filter(|write| write.title.is_some()) else {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed");
    };
    let number = state.add(&repository, "", None, LOGIN, false);
    state.edit(&repository, number, |issue| write.apply(issue));
    answer(&repository, state.issue(&repository, number).as_ref(), StatusCode::CREATED)
}

async fn update_issue(
    Shared(state): Shared<State>,
    Path((owner, name, number)): Path<(String, String, u64)>,
    body: Bytes,
) -> Response {
    let repository = format!("{owner}/{name}");
    let Some(write) = Write::read(&body) else {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed");
    };
    if state.issue(&repository, number).is_some() {
        state.edit(&repository, number, |issue| write.apply(issue));
    }
    let all = state.lock();
    let found = all.now().get(&repository).and_then(|issues| issues.iter().find(|issue| issue.number == number));
    answer(&repository, found, StatusCode::OK)
}
