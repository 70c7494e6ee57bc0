//! Work sessions over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{WorkSession, WorkSessionId},
    service::WorkSessionService,
};
use crate::{
    kernel::{Code, Ctx, Error, Result, Timestamp, UserId, Versioned},
    web::{self, IdempotencyHeader, IfNoneMatch, Json, ListQuery, PathId, Query, Reply, WhoseQuery, given},
    work::hours::hours,
};

pub fn router(service: WorkSessionService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_work_sessions))
        .routes(routes!(start_work_session))
        .routes(routes!(get_active_work_session))
        .routes(routes!(get_work_session, end_work_session_at_its_address))
        .routes(routes!(end_work_session))
        .with_state(service)
}

/// A work session as callers see it.
#[derive(Debug, Serialize, ToSchema)]
struct WorkSessionView {
    #[schema(value_type = String, format = Uuid)]
    id: WorkSessionId,
    #[schema(value_type = String, format = Uuid)]
    user_id: UserId,
    #[schema(value_type = String, format = DateTime)]
    start_time: Timestamp,
    /// Null while it is under way, like the duration.
    #[schema(value_type = Option<String>, format = DateTime)]
    end_time: Option<Timestamp>,
    /// Hours, rounded to two decimals.
    duration: Option<f64>,
}

impl From<&WorkSession> for WorkSessionView {
    fn from(session: &WorkSession) -> Self {
        Self {
            id: session.id,
            user_id: session.user_id,
            start_time: session.start_time,
            end_time: session.end.map(|end| end.at),
            duration: session.micros().map(hours),
        }
    }
}

/// Shows a stored session.
pub fn shown(body: &str) -> Result<Box<RawValue>> {
    web::shown(body, |session: &WorkSession| to_raw_value(&WorkSessionView::from(session)))
}

/// Whose session is to be started.
#[derive(Debug, Deserialize, ToSchema)]
struct StartWorkSessionBody {
    /// Yourself, unless you are an administrator.
    #[schema(required, value_type = String, format = Uuid)]
    user_id: Option<String>,
}

/// Start a work session, the only one under way.
#[utoipa::path(post, path = "/api/work_sessions/start", tag = "work_sessions", request_body = StartWorkSessionBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition of this request harmless for 24 hours", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses((status = 201, body = WorkSessionView, description = "The session"),
        (status = 422, body = crate::web::ErrorBody, description = "The Idempotency-Key was used for another request")))]
async fn start_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<StartWorkSessionBody>,
) -> Result<Reply> {
    let user_id =
        given(body.value.user_id.as_ref()).ok_or_else(|| Error::new(Code::MissingUserId, "Field 'user_id' is required"))?;
    let owner = ctx.owner_named(user_id)?;
    let key = idempotency.key(&ctx, "start_work_session", &body.raw)?;
    let made = sessions.start(&ctx, owner, key.as_ref()).await?;
    let Versioned { value: session, version } = &made.value;
    let reply = Reply::created(&WorkSessionView::from(session), &format!("/api/work_sessions/{}", session.id))?;
    Ok(reply.versioned(*version).replayed(made.replayed))
}

/// End a work session; one that has ended stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/end", tag = "work_sessions",
    params(("id" = String, Path, format = Uuid), WhoseQuery),
    responses((status = 200, body = WorkSessionView, description = "The session")))]
async fn end_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    let Versioned { value: session, version } = sessions.end(&ctx, owner, session_id(&id)?).await?;
    Ok(Reply::ok(&WorkSessionView::from(&session))?.versioned(version))
}

/// End a work session: the older address of `/end`.
#[utoipa::path(post, path = "/api/work_sessions/{id}", tag = "work_sessions",
    params(("id" = String, Path, format = Uuid), WhoseQuery),
    responses((status = 200, body = WorkSessionView, description = "The session")))]
async fn end_work_session_at_its_address(
    sessions: State<WorkSessionService>,
    ctx: Ctx,
    id: PathId,
    whose: Query<WhoseQuery>,
) -> Result<Reply> {
    end_work_session(sessions, ctx, id, whose).await
}

/// Get a work session.
#[utoipa::path(get, path = "/api/work_sessions/{id}", tag = "work_sessions",
    params(("id" = String, Path, format = Uuid), WhoseQuery),
    responses((status = 200, body = WorkSessionView, description = "The session"), (status = 304, description = "You have this version")))]
async fn get_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    let Versioned { value: session, version } = sessions.get(&ctx, owner, session_id(&id)?).await?;
    if known.has(version) {
        return Ok(Reply::not_modified(version));
    }
    Ok(Reply::ok(&WorkSessionView::from(&session))?.versioned(version))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ActiveQuery {
    /// Whose session: yours, unless you are an administrator.
    #[param(required, value_type = String, format = Uuid)]
    user_id: Option<String>,
}

/// That no session is under way.
#[derive(Debug, Serialize, ToSchema)]
struct NoActiveWorkSession {
    /// Always false.
    active: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum ActiveWorkSessionView {
    Active(WorkSessionView),
    None(NoActiveWorkSession),
}

/// Get the work session under way.
#[utoipa::path(get, path = "/api/work_sessions/active", tag = "work_sessions", params(ActiveQuery),
    responses((status = 200, body = ActiveWorkSessionView, description = "The session, or that there is none")))]
async fn get_active_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    Query(query): Query<ActiveQuery>,
) -> Result<Reply> {
    let user_id =
        given(query.user_id.as_ref()).ok_or_else(|| Error::new(Code::MissingUserId, "Query parameter 'user_id' is required"))?;
    let active = sessions.active(&ctx, ctx.owner_named(user_id)?).await?;
    let none = ActiveWorkSessionView::None(NoActiveWorkSession { active: false });
    Reply::ok(&active.map_or(none, |session| ActiveWorkSessionView::Active(WorkSessionView::from(&session))))
}

/// List work sessions, oldest first: your own, or the named user's, or everybody's for an administrator.
#[utoipa::path(get, path = "/api/work_sessions", tag = "work_sessions", params(WhoseQuery, ListQuery),
    responses((status = 200, body = Vec<WorkSessionView>, description = "A page; `Link` leads to the next one")))]
async fn list_work_sessions(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    Query(whose): Query<WhoseQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let owner = ctx.owner_or_everybody(whose.given())?;
    let paging = list.paging("/api/work_sessions", &[("user_id", owner.map(|owner| owner.id().to_string()))], &ctx)?;
    let page = sessions.list(&ctx, owner, paging.request.clone()).await?;
    Reply::page::<WorkSessionView, _>(&page, &paging)
}

fn session_id(text: &str) -> Result<WorkSessionId> {
    WorkSessionId::parse(text).ok_or_else(|| Error::not_found("Work session"))
}
