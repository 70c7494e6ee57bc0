//! Tasks over HTTP.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use axum::extract::State;

use super::{
    model::{Action, NewTask, Task, TaskId, TaskPatch, Title},
    service::TaskService,
};
use crate::{
    kernel::{Code, Ctx, Error, Result, Timestamp, UserId, Versioned},
    web::{
        self, ById, Change, Field, IdempotencyHeader, IfMatch, IfNoneMatch, Json, ListQuery, OptionalPatch, Query, Reply, Whose,
        given,
    },
};

pub fn router(service: TaskService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_tasks, create_task, update_task_without_id))
        .routes(routes!(get_task, update_task, delete_task))
        .with_state(service)
}

/// A task as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "title": "Write the report", "completed": true, "created_at": "2026-01-14T10:15:30.123456Z",
    "updated_at": "2026-01-14T11:40:02.000000Z", "completed_at": "2026-01-14T11:40:02.000000Z" }))]
pub(super) struct TaskView<'a> {
    id: TaskId,
    user_id: UserId,
    title: &'a Title,
    completed: bool,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

impl<'a> From<&'a Task> for TaskView<'a> {
    fn from(task: &'a Task) -> Self {
        Self {
            id: task.id,
            user_id: task.user_id,
            title: &task.title,
            completed: task.completion.is_some(),
            created_at: task.created_at,
            updated_at: task.updated_at,
            completed_at: task.completion.map(|completion| completion.at),
        }
    }
}

/// Shows a stored task.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |task: &Task| to_raw_value(&TaskView::from(task)))
}

/// A task to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "title": "Write the report", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct CreateTaskBody {
    #[schema(value_type = Title)]
    title: Field<Title>,
    /// Whose it is: yourself, unless you are an administrator.
    #[schema(value_type = UserId)]
    user_id: Field<Whose<Task>>,
}

/// Create a task.
#[utoipa::path(post, path = "/api/tasks", tag = "tasks", request_body = CreateTaskBody,
    params(IdempotencyHeader),
    responses((status = 201, body = TaskView, description = "The task")))]
async fn create_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateTaskBody>,
) -> Result<Reply> {
    let CreateTaskBody { title: Field(title), user_id: Field(whose) } = body.value;
    let owner = whose.owner(&ctx)?;
    let key = idempotency.key(&ctx, "create_task", &body.raw)?;
    let made = tasks.create(&ctx, owner, NewTask { title }, key.as_ref()).await?;
    let Versioned { value: task, version } = &made.value;
    let reply = Reply::created(&TaskView::from(task), &format!("/api/tasks/{}", task.id))?;
    Ok(reply.versioned(*version).replayed(made.replayed))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListTasksQuery {
    /// Whose tasks: yours when left out, everybody's for an administrator.
    user_id: Option<String>,
    /// Only those that are, or are not, completed.
    #[param(value_type = Option<bool>)]
    completed: Option<String>,
}

/// List tasks, oldest first.
#[utoipa::path(get, path = "/api/tasks", tag = "tasks", params(ListTasksQuery, ListQuery),
    responses((status = 200, body = Vec<TaskView>, description = "A page; `Link` leads to the next one")))]
async fn list_tasks(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    Query(filter): Query<ListTasksQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let owner = ctx.owner_or_everybody(given(filter.user_id.as_ref()))?;
    let completed = match filter.completed.as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(Error::new(Code::InvalidParameter, "Query parameter 'completed' must be true or false")),
    };
    let filters = [("user_id", owner.map(|owner| owner.id().to_string())), ("completed", completed.map(|c| c.to_string()))];
    let paging = list.paging("/api/tasks", &filters, &ctx)?;
    let page = tasks.list(&ctx, owner, completed, paging.request.clone()).await?;
    Reply::page::<TaskView, _>(&page, &paging)
}

/// Get a task.
#[utoipa::path(get, path = "/api/tasks/{id}", tag = "tasks", params(ById<Task>, IfNoneMatch),
    responses((status = 200, body = TaskView, description = "The task")))]
async fn get_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    ById { id, owner }: ById<Task>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let Versioned { value: task, version } = tasks.get(&ctx, owner, id).await?;
    if known.has(version) {
        return Ok(Reply::not_modified(version));
    }
    Ok(Reply::ok(&TaskView::from(&task))?.versioned(version))
}

/// What to change of a task; with no body or an empty one, it is completed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "title": "Write the report of the week" }))]
struct UpdateTaskBody {
    #[serde(default)]
    #[schema(value_type = Action)]
    action: Change<Field<Action>>,
    #[serde(default)]
    #[schema(value_type = Title)]
    title: Change<Field<Title>>,
    /// With `complete` alone: when it was completed, with an offset or `Z`. At most 31 days ago, and not before its creation;
    /// now, when left out.
    #[serde(default)]
    #[schema(value_type = Timestamp)]
    completed_at: Change<Field<Timestamp>>,
}

/// Complete, reopen or rename a task.
#[utoipa::path(patch, path = "/api/tasks/{id}", tag = "tasks", request_body(content = Option<UpdateTaskBody>),
    params(ById<Task>, IfMatch),
    responses((status = 200, body = TaskView, description = "The task")))]
async fn update_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    ById { id, owner }: ById<Task>,
    IfMatch(expected): IfMatch,
    OptionalPatch(body): OptionalPatch<UpdateTaskBody>,
) -> Result<Reply> {
    let patch = match body {
        Some(UpdateTaskBody { action, title, completed_at }) => {
            TaskPatch { action: action.value(), title: title.value(), completed_at: completed_at.value() }
        }
        None => TaskPatch { action: Some(Action::Complete), ..TaskPatch::default() },
    };
    let Versioned { value: task, version } = tasks.update(&ctx, owner, id, patch, &expected).await?;
    Ok(Reply::ok(&TaskView::from(&task))?.versioned(version))
}

/// Tell that the id is missing.
#[utoipa::path(patch, path = "/api/tasks", tag = "tasks", responses((status = 400, body = crate::web::ErrorBody, description = "Always")))]
async fn update_task_without_id(_: Ctx) -> Error {
    Error::new(Code::MissingTaskId, "Task id is required in route (tasks/{id})")
}

/// Delete a task.
#[utoipa::path(delete, path = "/api/tasks/{id}", tag = "tasks",
    params(ById<Task>, IfMatch),
    responses((status = 204, description = "It is gone")))]
async fn delete_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    ById { id, owner }: ById<Task>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    tasks.delete(&ctx, owner, id, &expected).await?;
    Ok(Reply::no_content())
}
