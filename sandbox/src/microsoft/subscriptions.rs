//! Subscriptions: who is told that tasks of a list have changed. Whoever wants one has to answer at the address first.

use std::{
    io,
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, Request, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::{get, patch},
};
use chrono::{DateTime, Utc};
use form_urlencoded::byte_serialize;
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::{LISTS, Microsoft, answer, instant, not_found, refusal};
use crate::server::as_json;

/// How long one lasts at most.
const MOST: Duration = Duration::from_mins(4230);
/// What has to come back from the address, letter by letter.
const TOKEN: &str = "Validation: Testing client application reachability for subscription Request-Id: 2b2b+2b/<é>";
const MAX_CLIENT_STATE: usize = 128;

/// Who is told of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub list: String,
    pub url: String,
    pub client_state: String,
    pub ends_at: DateTime<Utc>,
    /// Of how many changes it has been told.
    told: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    change_type: String,
    notification_url: String,
    resource: String,
    expiration_date_time: DateTime<Utc>,
    client_state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renewal {
    expiration_date_time: DateTime<Utc>,
}

impl Microsoft {
    /// Those that have not ended, the oldest first.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.lock().clone()
    }

    /// It forgets all of them, as it does now and then.
    pub fn forget_subscriptions(&self) {
        self.lock().clear();
    }

    /// Tells each what has changed since it was told last, one request for each change; the statuses of the answers.
    pub async fn tell(&self) -> io::Result<Vec<u16>> {
        let mut statuses = Vec::new();
        for (url, body) in self.news() {
            let request = Request::post(&url).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
            statuses.push(send(&url, request.map_err(io::Error::other)?).await?.0.as_u16());
        }
        Ok(statuses)
    }

    fn news(&self) -> Vec<(String, Value)> {
        let journal = self.data().now().journal.clone();
        let mut news = Vec::new();
        for subscription in self.lock().iter_mut() {
            for (_, _, task) in journal[subscription.told..].iter().filter(|(_, list, _)| *list == subscription.list) {
                let resource = format!("me/todo/lists/{}/tasks/{task}", subscription.list);
                let notification = json!({ "subscriptionId": subscription.id, "clientState": subscription.client_state,
                    "subscriptionExpirationDateTime": instant(subscription.ends_at), "changeType": "updated",
                    "resource": resource, "resourceData": { "@odata.type": "#Microsoft.Graph.todoTask", "id": task },
                    "tenantId": "5d3c1b5e-0000-0000-0000-000000000000" });
                news.push((subscription.url.clone(), json!({ "value": [notification] })));
            }
            subscription.told = journal.len();
        }
        news
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Subscription>> {
        let mut all = self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|subscription| subscription.ends_at > self.clock.now());
        all
    }

    fn may_end(&self, at: DateTime<Utc>) -> bool {
        let now = self.clock.now();
        (now..=now + MOST).contains(&at)
    }
}

pub(super) fn router() -> Router<Microsoft> {
    Router::new()
        .route("/v1.0/subscriptions", get(list).post(create))
        .route("/v1.0/subscriptions/{id}", patch(renew).delete(remove))
}

/// The text that comes back with notifications is shown to nobody.
fn shown(subscription: &Subscription) -> Value {
    json!({ "id": subscription.id, "resource": format!("/me/todo/lists/{}/tasks", subscription.list), "clientState": null,
        "changeType": "created,updated,deleted", "notificationUrl": subscription.url,
        "expirationDateTime": instant(subscription.ends_at) })
}

async fn list(State(state): State<Microsoft>) -> Response {
    answer(&json!({ "value": state.subscriptions().iter().map(shown).collect::<Vec<_>>() }))
}

async fn create(State(state): State<Microsoft>, body: Bytes) -> Response {
    let Ok(given) = serde_json::from_slice::<Given>(&body) else { return refusal(400, "InvalidRequest") };
    let list = given.resource.strip_prefix("/me/todo/lists/").and_then(|rest| rest.strip_suffix("/tasks"));
    let Some(list) = list.filter(|list| LISTS.iter().any(|(id, _)| id == list)) else { return not_found() };
    let fits = given.change_type == "created,updated,deleted" && given.client_state.len() <= MAX_CLIENT_STATE;
    if !fits || !state.may_end(given.expiration_date_time) {
        return refusal(400, "InvalidRequest");
    }
    if !answers(&given.notification_url).await {
        return refusal(400, "ValidationError");
    }
    let told = state.data().now().journal.len();
    let mut all = state.lock();
    // One application has one subscription for the same changes of the same thing.
    if all.iter().any(|known| known.list == list) {
        return refusal(409, "Conflict");
    }
    let mut replica = state.data();
    let data = replica.write();
    data.made += 1;
    let subscription = Subscription {
        id: format!("7f105c7d-2dc5-4530-97cd-{:012}", data.made),
        list: list.to_owned(),
        url: given.notification_url,
        client_state: given.client_state,
        ends_at: given.expiration_date_time,
        told,
    };
    all.push(subscription.clone());
    as_json(StatusCode::CREATED, &shown(&subscription))
}

async fn renew(State(state): State<Microsoft>, Path(id): Path<String>, body: Bytes) -> Response {
    let given = serde_json::from_slice::<Renewal>(&body).map(|given| given.expiration_date_time);
    let Some(ends_at) = given.ok().filter(|at| state.may_end(*at)) else { return refusal(400, "InvalidRequest") };
    let mut all = state.lock();
    let Some(subscription) = all.iter_mut().find(|known| known.id == id) else { return not_found() };
    subscription.ends_at = ends_at;
    answer(&shown(subscription))
}

async fn remove(State(state): State<Microsoft>, Path(id): Path<String>) -> Response {
    let mut all = state.lock();
    let before = all.len();
    all.retain(|known| known.id != id);
    if all.len() < before { StatusCode::NO_CONTENT.into_response() } else { not_found() }
}

/// Whether what is sent to the address comes back as plain text.
async fn answers(url: &str) -> bool {
    let token: String = byte_serialize(TOKEN.as_bytes()).collect();
    let address = format!("{url}?validationToken={token}");
    let Ok(request) = Request::post(&address).body(Body::empty()) else { return false };
    send(&address, request).await.is_ok_and(|(status, headers, body)| {
        let plain = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
        status == StatusCode::OK && plain && body == TOKEN.as_bytes()
    })
}

/// Only what is on this machine is sent anything.
async fn send(url: &str, mut request: Request<Body>) -> io::Result<(StatusCode, HeaderMap, Bytes)> {
    let address: Uri = url.parse().map_err(io::Error::other)?;
    let authority = address.authority().ok_or_else(|| io::Error::other("no authority"))?;
    let host = authority.as_str().parse().map_err(io::Error::other)?;
    request.headers_mut().insert(header::HOST, host);
    let path = address.path_and_query().map_or("/", |path| path.as_str()).parse().map_err(io::Error::other)?;
    *request.uri_mut() = path;
    let stream = TcpStream::connect(authority.as_str()).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let exchange = async {
        let (parts, body) = sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        drop(sender);
        Ok::<_, io::Error>((parts.status, parts.headers, body))
    };
    let (exchanged, _ended) = tokio::join!(exchange, connection);
    exchanged
}
