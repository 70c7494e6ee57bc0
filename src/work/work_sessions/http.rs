//! Work sessions over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Edit, EndedBy, Former, NewWorkSession, Note, Times, WorkSession, WorkSessionId, WorkSessionPatch},
    service::WorkSessionService,
};
use crate::{
    kernel::{Code, Created, Ctx, Error, Nullable, Owner, Result, Timestamp, UserId, Versioned, nullable},
    web::{IdempotencyHeader, IfMatch, IfNoneMatch, Json, ListQuery, PathId, Query, Reply, WhoseQuery, given},
    work::hours::hours,
};

pub fn router(service: WorkSessionService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_work_sessions, record_work_session))
        .routes(routes!(start_work_session))
        .routes(routes!(get_active_work_session))
        .routes(routes!(get_work_session, update_work_session, end_work_session_at_its_address))
        .routes(routes!(end_work_session))
        .routes(routes!(pause_work_session))
        .routes(routes!(resume_work_session))
        .routes(routes!(keep_work_session_alive))
        .with_state(service)
}

/// A work session as callers see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkSessionView<'a> {
    #[schema(value_type = String, format = Uuid)]
    id: WorkSessionId,
    #[schema(value_type = String, format = Uuid)]
    user_id: UserId,
    #[schema(value_type = String, format = DateTime)]
    start_time: Timestamp,
    /// Null while it is under way, like the duration.
    #[schema(value_type = Option<String>, format = DateTime)]
    end_time: Option<Timestamp>,
    /// Hours worked, without the pauses, rounded to two decimals.
    duration: Option<f64>,
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<&'a str>,
    /// Whether it is interrupted now.
    paused: bool,
    /// Ascending. The last has no end while the session is interrupted.
    #[schema(max_items = 500)]
    pauses: Vec<PauseView>,
    /// Whether its end was guessed. Correcting it, also to what it is, says that it is right.
    needs_review: bool,
    /// Who ended it: `sweep` is the program, when it was forgotten. Null while it is under way.
    #[schema(value_type = Option<String>, pattern = "^(user|sweep)$")]
    ended_by: Option<EndedBy>,
    /// The corrections, oldest first, each with what was there before.
    #[schema(max_items = 200)]
    edits: Vec<EditView<'a>>,
}

/// An interruption.
#[derive(Debug, Serialize, ToSchema)]
struct PauseView {
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Null while it lasts.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
}

/// A correction.
#[derive(Debug, Serialize, ToSchema)]
struct EditView<'a> {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whose: the owner's or an administrator's.
    #[schema(value_type = String, format = Uuid)]
    by: UserId,
    former: FormerView<'a>,
}

/// What was there before a correction; what it left alone is missing.
#[derive(Debug, Serialize, ToSchema)]
struct FormerView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    start_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    end_time: Option<Timestamp>,
    /// Null when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<Nullable<&'a str>>,
}

impl<'a> From<&'a WorkSession> for WorkSessionView<'a> {
    fn from(session: &'a WorkSession) -> Self {
        Self {
            id: session.id,
            user_id: session.user_id,
            start_time: session.start_time,
            end_time: session.end.map(|end| end.at),
            duration: session.micros().map(hours),
            note: session.note.as_ref().map(Note::as_str),
            paused: session.is_paused(),
            pauses: session.pauses.iter().map(|pause| PauseView { from: pause.from, to: pause.to }).collect(),
            needs_review: session.needs_review,
            ended_by: session.end.map(|end| end.by),
            edits: session.edits.iter().map(EditView::from).collect(),
        }
    }
}

impl<'a> From<&'a Edit> for EditView<'a> {
    fn from(edit: &'a Edit) -> Self {
        let Former { start_time, end_time, note } = &edit.former;
        let note = note.as_ref().map(|note| Nullable(note.0.as_ref().map(Note::as_str)));
        Self { at: edit.at, by: edit.by, former: FormerView { start_time: *start_time, end_time: *end_time, note } }
    }
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
    params(IdempotencyHeader),
    responses((status = 201, body = WorkSessionView, description = "The session"),
        (status = 422, body = crate::web::ErrorBody, description = "The Idempotency-Key was used for another request")))]
async fn start_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<StartWorkSessionBody>,
) -> Result<Reply> {
    let owner = owner_in_body(&ctx, body.value.user_id.as_ref())?;
    let key = idempotency.key(&ctx, "start_work_session", &body.raw)?;
    created(&sessions.start(&ctx, owner, key.as_ref()).await?)
}

/// A session that is over.
#[derive(Debug, Deserialize, ToSchema)]
struct RecordWorkSessionBody {
    /// Yourself, unless you are an administrator.
    #[schema(required, value_type = String, format = Uuid)]
    user_id: Option<String>,
    /// With an offset or `Z`, not before 2000.
    #[schema(required, value_type = String, format = DateTime)]
    start_time: Option<String>,
    /// With an offset or `Z`; after the start, at most 24 hours after it, and not in the future.
    #[schema(required, value_type = String, format = DateTime)]
    end_time: Option<String>,
    /// At most 1000 characters after trimming; without any it is null.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// Record a work session that is over. It must not overlap another one.
#[utoipa::path(post, path = "/api/work_sessions", tag = "work_sessions", request_body = RecordWorkSessionBody,
    params(IdempotencyHeader),
    responses((status = 201, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It would overlap another session"),
        (status = 422, body = crate::web::ErrorBody, description = "The Idempotency-Key was used for another request")))]
async fn record_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<RecordWorkSessionBody>,
) -> Result<Reply> {
    let owner = owner_in_body(&ctx, body.value.user_id.as_ref())?;
    let needed = |field, text: Option<&String>| {
        let missing = || Error::invalid_field(format!("Field '{field}' is required"));
        given(text).ok_or_else(missing).and_then(|text| time(field, text))
    };
    let start = needed("start_time", body.value.start_time.as_ref())?;
    let times = Times::new(start, needed("end_time", body.value.end_time.as_ref())?, ctx.now)?;
    let note = body.value.note.as_deref().map(Note::parse).transpose()?.flatten();
    let key = idempotency.key(&ctx, "record_work_session", &body.raw)?;
    created(&sessions.record(&ctx, owner, NewWorkSession { times, note }, key.as_ref()).await?)
}

/// What to correct of a session. Without any of it, a session whose end was guessed is confirmed.
#[derive(Debug, Deserialize, ToSchema)]
struct UpdateWorkSessionBody {
    /// With an offset or `Z`, not before 2000.
    #[schema(value_type = Option<String>, format = DateTime)]
    start_time: Option<String>,
    /// With an offset or `Z`; after the start, at most 24 hours after it, and not in the future.
    #[schema(value_type = Option<String>, format = DateTime)]
    end_time: Option<String>,
    /// At most 1000 characters after trimming; null or without any takes it away.
    #[serde(default, deserialize_with = "nullable::given")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<Nullable<String>>,
}

/// Correct a work session: the times only once it has ended, the note always.
#[utoipa::path(patch, path = "/api/work_sessions/{id}", tag = "work_sessions", request_body = UpdateWorkSessionBody,
    params(("id" = String, Path, format = Uuid), WhoseQuery, IfMatch),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It is under way, would overlap another session, or was corrected too often"),
        (status = 412, body = crate::web::ErrorBody, description = "It has another ETag by now")))]
async fn update_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
    IfMatch(expected): IfMatch,
    body: Json<UpdateWorkSessionBody>,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    let UpdateWorkSessionBody { start_time, end_time, note } = body.value;
    let patch = WorkSessionPatch {
        start_time: start_time.map(|text| time("start_time", &text)).transpose()?,
        end_time: end_time.map(|text| time("end_time", &text)).transpose()?,
        note: note.map(|note| Note::parse(note.0.as_deref().unwrap_or_default()).map(Nullable)).transpose()?,
    };
    answer(&sessions.update(&ctx, owner, session_id(&id)?, patch, &expected).await?)
}

/// Interrupt a work session; one that is interrupted stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/pause", tag = "work_sessions",
    params(("id" = String, Path, format = Uuid), WhoseQuery),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended, or was interrupted too often")))]
async fn pause_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    answer(&sessions.pause(&ctx, owner, session_id(&id)?).await?)
}

/// Go on with an interrupted work session; one that is not interrupted stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/resume", tag = "work_sessions",
    params(("id" = String, Path, format = Uuid), WhoseQuery),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended")))]
async fn resume_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    answer(&sessions.resume(&ctx, owner, session_id(&id)?).await?)
}

/// Say that you are still at it, once a minute or so.
#[utoipa::path(post, path = "/api/work_sessions/{id}/heartbeat", tag = "work_sessions",
    params(("id" = String, Path, format = Uuid), WhoseQuery),
    responses((status = 204, description = "Noted"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended")))]
async fn keep_work_session_alive(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    sessions.keep_alive(&ctx, owner, session_id(&id)?).await?;
    Ok(Reply::no_content())
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
    answer(&sessions.end(&ctx, owner, session_id(&id)?).await?)
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
    let read = sessions.get(&ctx, owner, session_id(&id)?).await?;
    if known.has(read.version) { Ok(Reply::not_modified(read.version)) } else { answer(&read) }
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
enum ActiveWorkSessionView<'a> {
    Active(WorkSessionView<'a>),
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
    Reply::ok(&active.as_ref().map_or(none, |session| ActiveWorkSessionView::Active(WorkSessionView::from(session))))
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

fn answer(session: &Versioned<WorkSession>) -> Result<Reply> {
    Ok(Reply::ok(&WorkSessionView::from(&session.value))?.versioned(session.version))
}

fn created(made: &Created<Versioned<WorkSession>>) -> Result<Reply> {
    let Versioned { value: session, version } = &made.value;
    let reply = Reply::created(&WorkSessionView::from(session), &format!("/api/work_sessions/{}", session.id))?;
    Ok(reply.versioned(*version).replayed(made.replayed))
}

fn owner_in_body(ctx: &Ctx, user_id: Option<&String>) -> Result<Owner> {
    let missing = || Error::new(Code::MissingUserId, "Field 'user_id' is required");
    given(user_id).ok_or_else(missing).and_then(|user_id| ctx.owner_named(user_id))
}

/// Reads a time that a caller states. Errors: `InvalidField`.
fn time(field: &str, text: &str) -> Result<Timestamp> {
    let bad = || Error::invalid_field(format!("Field '{field}' must be a time with its offset, such as 2026-01-14T10:15:30Z"));
    Timestamp::from_rfc3339(text).ok_or_else(bad)
}

fn session_id(text: &str) -> Result<WorkSessionId> {
    WorkSessionId::parse(text).ok_or_else(|| Error::not_found("Work session"))
}
