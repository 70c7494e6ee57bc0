//! Work sessions over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Began, NewWorkSession, Note, Times, WorkSession, WorkSessionPatch},
    service::WorkSessionService,
    view::WorkSessionView,
};
use crate::{
    kernel::{Code, Created, Ctx, Error, Interval, Nullable, Result, Timestamp, UserId, Versioned},
    web::{
        ById, Change, Field, IdempotencyHeader, IfMatch, IfNoneMatch, Json, ListQuery, OptionalJson, Patch, Query, Reply, Whose,
        given, parameter,
    },
};

pub fn router(service: WorkSessionService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_work_sessions, record_work_session))
        .routes(routes!(start_work_session))
        .routes(routes!(get_active_work_session))
        .routes(routes!(get_work_session, update_work_session, delete_work_session, end_work_session_at_its_address))
        .routes(routes!(end_work_session))
        .routes(routes!(pause_work_session))
        .routes(routes!(resume_work_session))
        .routes(routes!(keep_work_session_alive))
        .with_state(service)
}

/// Whose session is to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct StartWorkSessionBody {
    /// Yourself, unless you are an administrator.
    #[schema(value_type = UserId)]
    user_id: Field<Whose<WorkSession>>,
    /// When it began, with an offset or `Z`: at most 24 hours ago, and not before the end of another session. Now, when left
    /// out.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    at: Change<Field<Timestamp>>,
}

/// Start a work session, the only one under way.
#[utoipa::path(post, path = "/api/work_sessions/start", tag = "work_sessions", request_body = StartWorkSessionBody,
    params(IdempotencyHeader),
    responses((status = 201, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It would overlap another session")))]
async fn start_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<StartWorkSessionBody>,
) -> Result<Reply> {
    let StartWorkSessionBody { user_id, at } = body.value;
    let owner = user_id.0.owner(&ctx)?;
    let key = idempotency.key(&ctx, "start_work_session", &body.raw)?;
    created(&sessions.start(&ctx, owner, at.value(), key.as_ref()).await?)
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
    /// With an offset or `Z`, not before 2000; of the active session at most 24 hours ago, and not after its first pause.
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
    /// All of them, in any order, within the session and apart from each other; they take the place of those that are shown.
    #[serde(default)]
    #[schema(value_type = Vec<PauseBody>, max_items = 500)]
    pauses: Change<Vec<PauseBody>>,
}

/// An interruption, as it is shown.
#[derive(Debug, Deserialize, ToSchema)]
struct PauseBody {
    /// With an offset or `Z`.
    #[schema(value_type = Timestamp)]
    from: Field<Timestamp>,
    /// After its beginning. Null or left out for one that lasts: the last of the active session.
    #[schema(value_type = Option<Timestamp>)]
    to: Option<Field<Timestamp>>,
}

impl From<PauseBody> for Interval {
    fn from(pause: PauseBody) -> Self {
        Self { from: pause.from.0, to: pause.to.map(|to| to.0) }
    }
}

/// Correct a work session: its end only once it has one. The opposite correction brings everything back.
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
    let UpdateWorkSessionBody { start_time, end_time, note, pauses } = body.unwrap_or_default();
    let patch = WorkSessionPatch {
        start_time: start_time.value(),
        end_time: end_time.value(),
        note: note.value().map(Nullable),
        pauses: pauses.0.map(|pauses| pauses.into_iter().map(Interval::from).collect()),
    };
    answer(&sessions.update(&ctx, owner, id, patch, &expected).await?)
}

/// Delete a work session, also the active one: it counts no more.
#[utoipa::path(delete, path = "/api/work_sessions/{id}", tag = "work_sessions",
    params(ById<WorkSession>, IfMatch),
    responses((status = 204, description = "It is gone")))]
async fn delete_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    sessions.delete(&ctx, owner, id, &expected).await?;
    Ok(Reply::no_content())
}

/// When something was done that could not be said then.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "at": "2026-01-14T11:15:00Z" }))]
struct MomentBody {
    /// With an offset or `Z`: at most 24 hours ago, and not before what it follows. Now, when left out.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    at: Change<Field<Timestamp>>,
}

/// Interrupt a work session; one that is interrupted stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/pause", tag = "work_sessions", request_body(content = Option<MomentBody>),
    params(ById<WorkSession>, IfMatch),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended, or was interrupted too often")))]
async fn pause_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
    IfMatch(expected): IfMatch,
    OptionalJson(body): OptionalJson<MomentBody>,
) -> Result<Reply> {
    answer(&sessions.pause(&ctx, owner, id, body.at.value(), &expected).await?)
}

/// Go on with an interrupted work session; one that is not interrupted stays as it is.
#[utoipa::path(post, path = "/api/work_sessions/{id}/resume", tag = "work_sessions", request_body(content = Option<MomentBody>),
    params(ById<WorkSession>, IfMatch),
    responses((status = 200, body = WorkSessionView, description = "The session"),
        (status = 409, body = crate::web::ErrorBody, description = "It has ended")))]
async fn resume_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
    IfMatch(expected): IfMatch,
    OptionalJson(body): OptionalJson<MomentBody>,
) -> Result<Reply> {
    answer(&sessions.resume(&ctx, owner, id, body.at.value(), &expected).await?)
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
#[utoipa::path(post, path = "/api/work_sessions/{id}/end", tag = "work_sessions", request_body(content = Option<MomentBody>),
    params(ById<WorkSession>, IfMatch),
    responses((status = 200, body = WorkSessionView, description = "The session")))]
async fn end_work_session(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    ById { id, owner }: ById<WorkSession>,
    IfMatch(expected): IfMatch,
    OptionalJson(body): OptionalJson<MomentBody>,
) -> Result<Reply> {
    answer(&sessions.end(&ctx, owner, id, body.at.value(), &expected).await?)
}

/// End a work session: the older address of `/end`.
#[utoipa::path(post, path = "/api/work_sessions/{id}", tag = "work_sessions", request_body(content = Option<MomentBody>),
    params(ById<WorkSession>, IfMatch),
    responses((status = 200, body = WorkSessionView, description = "The session")))]
async fn end_work_session_at_its_address(
    sessions: State<WorkSessionService>,
    ctx: Ctx,
    by_id: ById<WorkSession>,
    expected: IfMatch,
    body: OptionalJson<MomentBody>,
) -> Result<Reply> {
    end_work_session(sessions, ctx, by_id, expected, body).await
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

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListWorkSessionsQuery {
    /// Whose sessions: yours when left out, everybody's for an administrator.
    user_id: Option<String>,
    /// The first date on which they may have begun, where the user is now.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last one.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

/// List work sessions by their start, oldest first.
#[utoipa::path(get, path = "/api/work_sessions", tag = "work_sessions", params(ListWorkSessionsQuery, ListQuery),
    responses((status = 200, body = Vec<WorkSessionView>, description = "A page; `Link` leads to the next one")))]
async fn list_work_sessions(
    State(sessions): State<WorkSessionService>,
    ctx: Ctx,
    Query(filter): Query<ListWorkSessionsQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let owner = ctx.owner_or_everybody(given(filter.user_id.as_ref()))?;
    let began = Began { from: parameter("from", filter.from.as_deref())?, to: parameter("to", filter.to.as_deref())? };
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string());
    let user = owner.map(|owner| owner.id().to_string());
    let filters = [("user_id", user), ("from", date(began.from)), ("to", date(began.to))];
    let paging = list.paging("/api/work_sessions", &filters, &ctx)?;
    let page = sessions.list(&ctx, owner, began, paging.request.clone()).await?;
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
