//! Connections over HTTP.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    bodies::{CreateConnectionBody, ResumeConnectionBody, UpdateConnectionBody},
    model::Connection,
    run::{Conflict, Run, RunId},
    service::ConnectionService,
    view::{self, ConflictView, FullConnectionView, IntegrationView, RestoredView, RunView, StandsView, StepsView},
};
use crate::{
    integrations::credentials::{
        model::{CredentialKind, NewCredential},
        view::CredentialView,
    },
    kernel::{Ctx, Owner, Result},
    outbound::providers::{List, ProviderName},
    web::{
        ErrorBody, Field, IdempotencyHeader, IfMatch, IfNoneMatch, InnerId, Json, ListQuery, OptionalJson, Own, OwnById, Patch,
        Query, Reply,
    },
    work::tasks::view::TaskView,
};

/// Where people reach this program.
#[derive(Clone)]
struct PublicUrl(Arc<str>);

#[derive(Clone)]
struct Parts {
    connections: ConnectionService,
    public_url: PublicUrl,
}

impl FromRef<Parts> for ConnectionService {
    fn from_ref(parts: &Parts) -> Self {
        parts.connections.clone()
    }
}

impl FromRef<Parts> for PublicUrl {
    fn from_ref(parts: &Parts) -> Self {
        parts.public_url.clone()
    }
}

pub fn router(connections: ConnectionService, public_url: &str) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_integrations))
        .routes(routes!(list_connections, create_connection))
        .routes(routes!(get_connection, update_connection, delete_connection))
        .routes(routes!(sync_connection))
        .routes(routes!(pause_connection))
        .routes(routes!(resume_connection))
        .routes(routes!(list_remote_lists))
        .routes(routes!(list_runs))
        .routes(routes!(get_run))
        .routes(routes!(list_all_connections))
        .routes(routes!(list_steps))
        .routes(routes!(list_conflicts))
        .routes(routes!(restore_conflict))
        .with_state(Parts { connections, public_url: PublicUrl(public_url.into()) })
}

/// List the services that can be connected, what each can do and what it needs.
#[utoipa::path(get, path = "/api/integrations", tag = "connections", params(Own),
    responses((status = 200, body = Vec<IntegrationView>, description = "All of them, those that are not set up here too")))]
async fn list_integrations(State(connections): State<ConnectionService>, Own(owner): Own) -> Result<Reply> {
    let language = connections.language(owner).await?;
    let all = ProviderName::ALL.iter();
    let views = all.map(|name| IntegrationView::of(*name, connections.takes_consent(*name), language));
    Reply::ok(&views.collect::<Vec<_>>())
}

/// Connect a service. Nothing is asked of it yet: the first run, which is asked for, tells whether it works.
#[utoipa::path(post, path = "/api/connections", tag = "connections", request_body = CreateConnectionBody,
    params(IdempotencyHeader),
    responses((status = 201, body = FullConnectionView, description = "The connection"),
        (status = 409, body = ErrorBody, description = "The same is connected, or 20 others are"),
        (status = 503, body = ErrorBody, description = "The service is not set up here")))]
async fn create_connection(
    State(connections): State<ConnectionService>,
    State(PublicUrl(public_url)): State<PublicUrl>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateConnectionBody>,
) -> Result<Reply> {
    let owner = body.value.owner(&ctx)?;
    let key = idempotency.key(&ctx, "create_connection", &connections.fingerprint(&body.raw).await?)?;
    let new = body.value.new_connection()?;
    let made = connections.create(&ctx, owner, &new, key.as_ref()).await?;
    let connection = &made.value.value;
    let credential = new.credential.as_ref().map(|given| {
        let (kind, account) = match given {
            NewCredential::Token(_) => (CredentialKind::Token, None),
            NewCredential::Basic { username, .. } => (CredentialKind::Basic, Some(username.expose_secret())),
        };
        CredentialView { kind, account, scopes: &[], expires_at: None, set_at: connection.created_at }
    });
    let view = FullConnectionView::made(connection, credential, &public_url)?;
    let reply = Reply::created(&view, &format!("/api/connections/{}", connection.id))?;
    Ok(reply.versioned(connection.version).replayed(made.replayed))
}

/// List your connections, oldest first.
#[utoipa::path(get, path = "/api/connections", tag = "connections", params(Own, ListQuery),
    responses((status = 200, body = Vec<FullConnectionView>, description = "A page; `Link` leads to the next one")))]
async fn list_connections(
    State(connections): State<ConnectionService>,
    State(PublicUrl(public_url)): State<PublicUrl>,
    ctx: Ctx,
    Own(owner): Own,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let paging = list.paging("/api/connections", &[], &ctx)?;
    let page = connections.list(&ctx, owner, paging.request.clone()).await?;
    Reply::page_of(view::page(&page, &public_url)?, page.next.as_deref(), &paging)
}

/// Get a connection.
#[utoipa::path(get, path = "/api/connections/{id}", tag = "connections", params(OwnById<Connection>, IfNoneMatch),
    responses((status = 200, body = FullConnectionView, description = "The connection; runs change it and not its `ETag`")))]
async fn get_connection(
    State(connections): State<ConnectionService>,
    State(PublicUrl(public_url)): State<PublicUrl>,
    OwnById { id, owner }: OwnById<Connection>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let connection = connections.load(owner, id).await?;
    if known.has(connection.version) {
        return Ok(Reply::not_modified(connection.version));
    }
    shown(&connections, owner, connection, &public_url).await
}

async fn shown(connections: &ConnectionService, owner: Owner, connection: Connection, public_url: &str) -> Result<Reply> {
    let version = connection.version;
    let shown = connections.show(owner, connection).await?;
    Ok(Reply::ok(&FullConnectionView::of(&shown, public_url)?)?.versioned(version))
}

/// Change what a connection is set to, or its credential; then it runs.
#[utoipa::path(patch, path = "/api/connections/{id}", tag = "connections", request_body = UpdateConnectionBody,
    params(OwnById<Connection>, IfMatch),
    responses((status = 200, body = FullConnectionView, description = "The connection"),
        (status = 409, body = ErrorBody, description = "The same is connected already")))]
async fn update_connection(
    State(connections): State<ConnectionService>,
    State(PublicUrl(public_url)): State<PublicUrl>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    IfMatch(expected): IfMatch,
    Patch(body): Patch<UpdateConnectionBody>,
) -> Result<Reply> {
    let patch = body.unwrap_or_default().patch();
    let connection = connections.update(&ctx, owner, id, &patch, &expected).await?;
    shown(&connections, owner, connection, &public_url).await
}

/// Disconnect a service: its credential is forgotten; the tasks stay, and so does what is there.
#[utoipa::path(delete, path = "/api/connections/{id}", tag = "connections", params(OwnById<Connection>, IfMatch),
    responses((status = 204, description = "It is gone")))]
async fn delete_connection(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    connections.delete(&ctx, owner, id, &expected).await?;
    Ok(Reply::no_content())
}

/// A run that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "run_id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f" }))]
struct AskedRunView {
    run_id: RunId,
}

/// Ask for a run now.
#[utoipa::path(post, path = "/api/connections/{id}/sync", tag = "connections", params(OwnById<Connection>),
    responses((status = 202, body = AskedRunView, description = "It comes, or is under way"),
        (status = 409, body = ErrorBody, description = "It is paused, halted or without a credential, as `status` says")))]
async fn sync_connection(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
) -> Result<Reply> {
    Reply::accepted(&AskedRunView { run_id: connections.sync(&ctx, owner, id).await? })
}

/// Let nothing run until it is resumed.
#[utoipa::path(post, path = "/api/connections/{id}/pause", tag = "connections", params(OwnById<Connection>),
    responses((status = 200, body = FullConnectionView, description = "The connection, paused")))]
async fn pause_connection(
    State(connections): State<ConnectionService>,
    State(PublicUrl(public_url)): State<PublicUrl>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
) -> Result<Reply> {
    let connection = connections.pause(&ctx, owner, id).await?;
    shown(&connections, owner, connection, &public_url).await
}

/// Let it run again.
#[utoipa::path(post, path = "/api/connections/{id}/resume", tag = "connections",
    request_body = Option<ResumeConnectionBody>, params(OwnById<Connection>),
    responses((status = 200, body = FullConnectionView, description = "The connection")))]
async fn resume_connection(
    State(connections): State<ConnectionService>,
    State(PublicUrl(public_url)): State<PublicUrl>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    OptionalJson(body): OptionalJson<ResumeConnectionBody>,
) -> Result<Reply> {
    let connection = connections.resume(&ctx, owner, id, body.missing.map(|Field(missing)| missing)).await?;
    shown(&connections, owner, connection, &public_url).await
}

/// A place at the service that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "https://dav.example.org/ann/tasks/", "name": "Tasks" }))]
struct RemoteListView<'a> {
    id: &'a str,
    name: &'a str,
}

impl<'a> From<&'a List> for RemoteListView<'a> {
    fn from(list: &'a List) -> Self {
        Self { id: &list.id, name: &list.name }
    }
}

/// List what can be chosen at the service: lists, projects, calendars or repositories.
#[utoipa::path(get, path = "/api/connections/{id}/lists", tag = "connections", params(OwnById<Connection>),
    responses((status = 200, body = Vec<RemoteListView>, description = "All of them"),
        (status = 409, body = ErrorBody, description = "The service refuses us"),
        (status = 503, body = ErrorBody, description = "The service does not answer")))]
async fn list_remote_lists(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
) -> Result<Reply> {
    let lists = connections.lists(&ctx, owner, id).await?;
    Reply::ok(&lists.iter().map(RemoteListView::from).collect::<Vec<_>>())
}

/// List the last runs of a connection, at most 100 of the last 30 days, the newest last.
#[utoipa::path(get, path = "/api/connections/{id}/runs", tag = "connections", params(OwnById<Connection>),
    responses((status = 200, body = Vec<RunView>, description = "All of them")))]
async fn list_runs(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
) -> Result<Reply> {
    let runs = connections.runs(&ctx, owner, id).await?;
    Reply::ok(&runs.iter().map(RunView::from).collect::<Vec<_>>())
}

/// Get a run.
#[utoipa::path(get, path = "/api/connections/{id}/runs/{rid}", tag = "connections", params(OwnById<Connection>, InnerId<Run>),
    responses((status = 200, body = RunView, description = "The run")))]
async fn get_run(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    InnerId(run): InnerId<Run>,
) -> Result<Reply> {
    Reply::ok(&RunView::from(&connections.run(&ctx, owner, id, run).await?))
}

/// List what a run did, commit by commit, the first first.
#[utoipa::path(get, path = "/api/connections/{id}/runs/{rid}/steps", tag = "connections",
    params(OwnById<Connection>, InnerId<Run>, ListQuery),
    responses((status = 200, body = Vec<StepsView>,
        description = "A page, which may have fewer than asked for; `Link` leads to the next one")))]
async fn list_steps(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    InnerId(run): InnerId<Run>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let paging = list.paging(&format!("/api/connections/{id}/runs/{run}/steps"), &[], &ctx)?;
    let page = connections.steps(&ctx, owner, id, run, paging.request.clone()).await?;
    Reply::page::<StepsView, _>(&page, &paging)
}

/// List how everybody's connections stand, oldest first: for administrators.
#[utoipa::path(get, path = "/api/admin/connections", tag = "connections", params(ListQuery),
    responses((status = 200, body = Vec<StandsView>, description = "A page; `Link` leads to the next one"),
        (status = 403, body = ErrorBody, description = "You are no administrator")))]
async fn list_all_connections(
    State(connections): State<ConnectionService>,
    State(PublicUrl(public_url)): State<PublicUrl>,
    ctx: Ctx,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let paging = list.paging("/api/admin/connections", &[], &ctx)?;
    let page = connections.overview(&ctx, paging.request.clone(), &public_url).await?;
    Reply::page::<StandsView, _>(&page, &paging)
}

/// List the edits that were overwritten in the last 30 days, the newest last.
#[utoipa::path(get, path = "/api/connections/{id}/conflicts", tag = "connections", params(OwnById<Connection>, ListQuery),
    responses((status = 200, body = Vec<ConflictView>, description = "A page; `Link` leads to the next one")))]
async fn list_conflicts(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let paging = list.paging(&format!("/api/connections/{id}/conflicts"), &[], &ctx)?;
    let page = connections.conflicts(&ctx, owner, id, paging.request.clone()).await?;
    Reply::page::<ConflictView, _>(&page, &paging)
}

/// Make a value that was lost an edit of now. Once more changes nothing.
#[utoipa::path(post, path = "/api/connections/{id}/conflicts/{cid}/restore", tag = "connections",
    params(OwnById<Connection>, InnerId<Conflict>),
    responses((status = 200, body = RestoredView, description = "The conflict, and the task as it is now")))]
async fn restore_conflict(
    State(connections): State<ConnectionService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Connection>,
    InnerId(conflict): InnerId<Conflict>,
) -> Result<Reply> {
    let (conflict, task) = connections.restore(&ctx, owner, id, conflict).await?;
    Reply::ok(&RestoredView { conflict: ConflictView::from(&conflict), task: TaskView::from(&task) })
}
