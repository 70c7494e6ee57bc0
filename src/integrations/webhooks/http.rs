//! Webhooks over HTTP: for their owners, and where senders send to.

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::Method,
    routing::get,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    address::BELOW,
    bodies::{AddSecretBody, CreateWebhookBody},
    model::Webhook,
    receiver::Receiver,
    service::WebhookService,
    verify::{self, Answer},
    view::WebhookView,
};
use crate::{
    integrations::connections::{model::Connection, overview::TODOIST_WEBHOOK},
    kernel::{Ctx, Error, Result},
    web::{Edge, ErrorBody, IdempotencyHeader, InnerId, OptionalJson, OwnById, Peer, Reply, body},
};

/// The most that a delivery may have, in bytes.
const MAX_DELIVERY: usize = 1024 * 1024;

/// Those that need a token.
pub fn router(service: WebhookService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(delete_webhook))
        .routes(routes!(add_webhook_secret))
        .with_state(service)
}

/// Where senders send to. It is not described: what it takes and answers follows from what each sender documents.
pub fn public_router(receiver: Receiver, edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new()
        .route(TODOIST_WEBHOOK, get(receive_of_todoist).post(receive_of_todoist))
        .route(&format!("{BELOW}{{path}}"), get(receive).post(receive))
        .with_state((receiver, edge))
}

/// Make a webhook: an address at which the service tells that something changed, and what it signs with. GitHub is told by us where
/// the credential may; elsewhere you enter both.
#[utoipa::path(post, path = "/api/connections/{id}/webhooks", tag = "connections", request_body = Option<CreateWebhookBody>,
    params(OwnById<Connection>, IdempotencyHeader),
    responses((status = 201, body = WebhookView, description = "The webhook, with the secret where that was made here"),
        (status = 409, body = ErrorBody, description = "The service has no webhooks, or the connection has 20")))]
async fn create_webhook(
    State(webhooks): State<WebhookService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    idempotency: IdempotencyHeader,
    OptionalJson(body): OptionalJson<CreateWebhookBody>,
) -> Result<Reply> {
    let new = body.new_webhook();
    let fingerprint = webhooks.fingerprint(&id.to_string(), new.preset, new.secret.as_ref()).await?;
    let key = idempotency.key(&ctx, "create_webhook", &fingerprint)?;
    let made = webhooks.create(&ctx, owner, id, &new, key.as_ref()).await?;
    let location = format!("/api/connections/{id}/webhooks/{}", made.value.webhook.id);
    Ok(Reply::created(&WebhookView::from(&made.value), &location)?.replayed(made.replayed))
}

/// List the webhooks of a connection, oldest first.
#[utoipa::path(get, path = "/api/connections/{id}/webhooks", tag = "connections", params(OwnById<Connection>),
    responses((status = 200, body = Vec<WebhookView>, description = "All of them")))]
async fn list_webhooks(
    State(webhooks): State<WebhookService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
) -> Result<Reply> {
    let shown = webhooks.list(&ctx, owner, id).await?;
    Reply::ok(&shown.iter().map(WebhookView::from).collect::<Vec<_>>())
}

/// End a webhook. Its address answers 410 for 90 days.
#[utoipa::path(delete, path = "/api/connections/{id}/webhooks/{wid}", tag = "connections",
    params(OwnById<Connection>, InnerId<Webhook>),
    responses((status = 204, description = "It is gone")))]
async fn delete_webhook(
    State(webhooks): State<WebhookService>,
    OwnById { id, owner }: OwnById<Connection>,
    InnerId(webhook): InnerId<Webhook>,
) -> Result<Reply> {
    webhooks.delete(owner, id, webhook).await?;
    Ok(Reply::no_content())
}

/// Add a secret, which counts beside those before; of more than five the oldest goes.
#[utoipa::path(post, path = "/api/connections/{id}/webhooks/{wid}/secrets", tag = "connections",
    request_body = Option<AddSecretBody>, params(OwnById<Connection>, InnerId<Webhook>, IdempotencyHeader),
    responses((status = 200, body = WebhookView, description = "The webhook, with the secret where that was made here")))]
async fn add_webhook_secret(
    State(webhooks): State<WebhookService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    InnerId(webhook): InnerId<Webhook>,
    idempotency: IdempotencyHeader,
    OptionalJson(body): OptionalJson<AddSecretBody>,
) -> Result<Reply> {
    let new = body.new_secret();
    let fingerprint = webhooks.fingerprint(&webhook.to_string(), None, new.0.as_ref()).await?;
    let key = idempotency.key(&ctx, "add_webhook_secret", &fingerprint)?;
    let made = webhooks.add_secret(&ctx, owner, id, webhook, &new, key.as_ref()).await?;
    Ok(Reply::ok(&WebhookView::from(&made.value))?.replayed(made.replayed))
}

/// Takes what a sender sends. Whatever is refused has no body, which would only tell a stranger how to do better.
async fn receive(
    State((receiver, edge)): State<(Receiver, Edge)>,
    ctx: Ctx,
    peer: Peer,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Reply {
    let caller = peer.caller(&edge, request.headers());
    let path = path.map(|Path(path)| path).unwrap_or_default();
    match delivered(&receiver, &ctx, caller, &path, request).await {
        Ok(reply) => reply,
        Err(error) => Reply::refusal(&error),
    }
}

/// The same of what Todoist tells of all who use this program's app there.
async fn receive_of_todoist(State((receiver, edge)): State<(Receiver, Edge)>, ctx: Ctx, peer: Peer, request: Request) -> Reply {
    let caller = peer.caller(&edge, request.headers());
    let taken = async {
        let secret = receiver.secret_of_todoist(&ctx, caller).await?;
        taken(request, async |request| receiver.take_of_todoist(&ctx, &secret, &request).await.map(|()| Answer::Empty)).await
    };
    taken.await.unwrap_or_else(|error| Reply::refusal(&error))
}

async fn delivered(
    receiver: &Receiver,
    ctx: &Ctx,
    caller: Option<std::net::IpAddr>,
    path: &str,
    request: Request,
) -> Result<Reply> {
    let webhook = receiver.find(ctx, caller, path).await?;
    taken(request, async |request| receiver.take(ctx, &webhook, &request).await).await
}

/// Reads what was sent, unless somebody only asks whether there is anybody, and answers as whoever takes it says.
async fn taken(request: Request, take: impl AsyncFnOnce(verify::Request<'_>) -> Result<Answer>) -> Result<Reply> {
    let (parts, body) = request.into_parts();
    if parts.method == Method::HEAD {
        return Ok(Reply::empty());
    }
    let body = body::read(body, MAX_DELIVERY).await?;
    let headers: Vec<_> =
        parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    let request = verify::Request { method: parts.method.as_str(), headers: &headers, body: &body, query: parts.uri.query() };
    answered(take(request).await?)
}

fn answered(answer: Answer) -> Result<Reply> {
    Ok(match answer {
        Answer::Empty => Reply::empty(),
        Answer::Text(text) => Reply::text(text),
        Answer::Json(text) => Reply::json_text(text),
        Answer::Header { name, value } => {
            let mut reply = Reply::empty();
            reply.set(name.parse().map_err(Error::internal)?, secrecy::ExposeSecret::expose_secret(&value))?;
            reply
        }
    })
}
