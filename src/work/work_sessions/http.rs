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
    kernel::{Code, Created, Ctx, Error, Nullable, Result, Timestamp, UserId, Versioned},
    web::{
        ById, Change, Field, IdempotencyHeader, IfMatch, IfNoneMatch, Json, ListQuery, Patch, Query, Reply, Whose, WhoseQuery,
        given,
    },
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
#[schema(example = json!({ "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "start_time": "2026-01-14T09:00:00.000000Z", "end_time": "2026-01-14T11:15:00.000000Z", "duration": 2.0, "note": "Planning",
    "paused": false, "pauses": [{ "from": "2026-01-14T10:00:00.000000Z", "to": "2026-01-14T10:15:00.000000Z" }],
    "needs_review": false, "ended_by": "user", "edits": [] }))]
pub(super) struct WorkSessionView<'a> {
    id: WorkSessionId,
    user_id: UserId,
    start_time: Timestamp,
    /// Null while it is under way, like the duration.
    end_time: Option<Timestamp>,
    /// Hours worked, without the pauses, rounded to two decimals.
    duration: Option<f64>,
    note: Option<&'a Note>,
    /// Whether it is interrupted now.
    paused: bool,
    /// Ascending. The last has no end while the session is interrupted.
    #[schema(max_items = 500)]
    pauses: Vec<PauseView>,
    /// Whether its end was guessed. Correcting it, also to what it is, says that it is right.
    needs_review: bool,
    /// Who ended it: `sweep` is the program, when it was forgotten. Null while it is under way.
    ended_by: Option<EndedBy>,
    /// The corrections, oldest first, each with what was there before.
    #[schema(max_items = 200)]
    edits: Vec<EditView<'a>>,
}

/// An interruption.
#[derive(Debug, Serialize, ToSchema)]
struct PauseView {
    from: Timestamp,
    /// Null while it lasts.
    to: Option<Timestamp>,
}

/// A correction.
#[derive(Debug, Serialize, ToSchema)]
struct EditView<'a> {
    at: Timestamp,
    /// Whose: the owner's or an administrator's.
    by: UserId,
    former: FormerView<'a>,
}

/// What was there before a correction; what it left alone is missing.
#[derive(Debug, Serialize, ToSchema)]
struct FormerView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    start_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    end_time: Option<Timestamp>,
    /// Null when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Note>)]
    note: Option<Nullable<&'a Note>>,
}

impl<'a> From<&'a WorkSession> for WorkSessionView<'a> {
    fn from(session: &'a WorkSession) -> Self {
        Self {
            id: session.id,
            user_id: session.user_id,
            start_time: session.start_time,
            end_time: session.end.map(|end| end.at),
            duration: session.micros().map(hours),
            note: session.note.as_ref(),
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
        let note = note.as_ref().map(|note| Nullable(note.0.as_ref()));
        Self { at: edit.at, by: edit.by, former: FormerView { start_time: *start_time, end_time: *end_time, note } }
    }
}

/// Whose session is to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct StartWorkSessionBody {
    /// Yourself, unless you are an administrator.
    #[schema(value_type = UserId)]
    user_id: Field<Whose<WorkSession>>,
}

/// Start a work session, the only one under way.
#[utoipa::path(post, path = "/api/work_sessions/start", tag = "work_sessions", request_body = StartWorkSessionBody,
    params(IdempotencyHeader),
    responses((status = 201, body = WorkSessionView, description = "The session")))]
async fn start_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<StartWorkSessionBody>,
) -> Result<Reply> {
    let owner = body.value.user_id.0.owner(&ctx)?;
    let key = idempotency.key(&ctx, "start_work_session", &body.raw)?;
    created(&sessions.start(&ctx, owner, key.as_ref()).await?)
}

/// A session that is over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "start_time": "2026-01-14T09:00:00Z",
    "end_time": "2026-01-14T11:30:00+01:00", "note": "Planning" }))]
struct RecordWorkSessionBody {
    /// Yourself, unless you are an administrator.
    #[schema(value_type = UserId)]
    user_id: Field<Whose<WorkSession>>,
    /// With an offset or `Z`, not before 2000.
    #[schema(value_type = Timestamp)]
    start_time: Field<Timestamp>,
    /// With an offset or `Z`; after the start, at most 24 hours after it, and not in the future.
    #[schema(value_type = Timestamp)]
    end_time: Field<Timestamp>,
    /// At most 1000 characters after trimming; without any it is null.
    #[serde(default)]
    #[schema(value_type = Option<Note>)]
    note: Field<Option<Note>>,
}

/// Record a work session that is over. It must not overlap another one.
#[utoipa::path(post, path = "/api/work_sessions", tag = "work_sessions", request_body = RecordWorkSessionBody,
    params(IdempotencyHeader),
    responses((status = 201, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It would overlap another session")))]
async fn record_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<RecordWorkSessionBody>,
) -> Result<Reply> {
    let RecordWorkSessionBody { user_id, start_time, end_time, note: Field(note) } = body.value;
    let owner = user_id.0.owner(&ctx)?;
    let times = Times::new(start_time.0, end_time.0, ctx.now())?;
    let key = idempotency.key(&ctx, "record_work_session", &body.raw)?;
    created(&sessions.record(&ctx, owner, NewWorkSession { times, note }, key.as_ref()).await?)
}

/// What to correct of a session. An empty body confirms a session whose end was guessed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "end_time": "2026-01-14T11:15:00Z" }))]
struct UpdateWorkSessionBody {
    /// With an offset or `Z`, not before 2000.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    start_time: Change<Field<Timestamp>>,
    /// With an offset or `Z`; after the start, at most 24 hours after it, and not in the future.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    end_time: Change<Field<Timestamp>>,
    /// At most 1000 characters after trimming; null or without any takes it away.
    #[serde(default)]
    #[schema(value_type = Option<Note>)]
    note: Change<Field<Option<Note>>>,
}

/// Correct a work session: the times only once it has ended, the note always.
#[utoipa::path(patch, path = "/api/work_sessions/{id}", tag = "work_sessions", request_body = UpdateWorkSessionBody,
    params(ById<WorkSession>, IfMatch),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It is under way, would overlap another session, or was corrected too often")))]
async fn update_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
    IfMatch(expected): IfMatch,
    Patch(body): Patch<UpdateWorkSessionBody>,
) -> Result<Reply> {
    let UpdateWorkSessionBody { start_time, end_time, note } = body.unwrap_or_default();
    let patch = WorkSessionPatch { start_time: start_time.value(), end_time: end_time.value(), note: note.value().map(Nullable) };
    answer(&sessions.update(&ctx, owner, id, patch, &expected).await?)
}

/// Interrupt a work session; one that is interrupted stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/pause", tag = "work_sessions",
    params(ById<WorkSession>),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended, or was interrupted too often")))]
async fn pause_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
) -> Result<Reply> {
    answer(&sessions.pause(&ctx, owner, id).await?)
}

/// Go on with an interrupted work session; one that is not interrupted stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/resume", tag = "work_sessions",
    params(ById<WorkSession>),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended")))]
async fn resume_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
) -> Result<Reply> {
    answer(&sessions.resume(&ctx, owner, id).await?)
}

/// Say that you are still at it, once a minute or so.
#[utoipa::path(post, path = "/api/work_sessions/{id}/heartbeat", tag = "work_sessions",
    params(ById<WorkSession>),
    responses((status = 204, description = "Noted"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended")))]
async fn keep_work_session_alive(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
) -> Result<Reply> {
    sessions.keep_alive(&ctx, owner, id).await?;
    Ok(Reply::no_content())
}

/// End a work session; one that has ended stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/end", tag = "work_sessions",
    params(ById<WorkSession>),
    responses((status = 200, body = WorkSessionView, description = "The session")))]
async fn end_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
) -> Result<Reply> {
    answer(&sessions.end(&ctx, owner, id).await?)
}

/// End a work session: the older address of `/end`.
#[utoipa::path(post, path = "/api/work_sessions/{id}", tag = "work_sessions",
    params(ById<WorkSession>),
    responses((status = 200, body = WorkSessionView, description = "The session")))]
async fn end_work_session_at_its_address(
    sessions: State<WorkSessionService>,
    ctx: Ctx,
    by_id: ById<WorkSession>,
) -> Result<Reply> {
    end_work_session(sessions, ctx, by_id).await
}

/// Get a work session.
#[utoipa::path(get, path = "/api/work_sessions/{id}", tag = "work_sessions",
    params(ById<WorkSession>, IfNoneMatch),
    responses((status = 200, body = WorkSessionView, description = "The session")))]
async fn get_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let read = sessions.get(&ctx, owner, id).await?;
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
