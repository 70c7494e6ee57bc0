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
        self, IdempotencyHeader, IfMatch, IfNoneMatch, Json, ListQuery, OptionalJson, PathId, Query, Reply, WhoseQuery, given,
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
struct TaskView<'a> {
    #[schema(value_type = String, format = Uuid)]
    id: TaskId,
    #[schema(value_type = String, format = Uuid)]
    user_id: UserId,
    #[schema(min_length = 1, max_length = 500)]
    title: &'a str,
    completed: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    completed_at: Option<Timestamp>,
}

impl<'a> From<&'a Task> for TaskView<'a> {
    fn from(task: &'a Task) -> Self {
        Self {
            id: task.id,
            user_id: task.user_id,
            title: task.title.as_str(),
            completed: task.completion.is_some(),
            created_at: task.created_at,
            updated_at: task.updated_at,
            completed_at: task.completion.map(|completion| completion.at),
        }
    }
}

/// Shows a stored task.
pub fn shown(body: &str) -> Result<Box<RawValue>> {
    web::shown(body, |task: &Task| to_raw_value(&TaskView::from(task)))
}

/// A task to be created.
#[derive(Debug, Deserialize, ToSchema)]
struct CreateTaskBody {
    /// 1 to 500 characters after trimming.
    #[schema(required, value_type = String, min_length = 1, max_length = 500, pattern = r"\S")]
    title: Option<String>,
    /// Whose it is: yourself, unless you are an administrator.
    #[schema(required, value_type = String, format = Uuid)]
    user_id: Option<String>,
}

/// Create a task.
#[utoipa::path(post, path = "/api/tasks", tag = "tasks", request_body = CreateTaskBody,
    params(IdempotencyHeader),
    responses((status = 201, body = TaskView, description = "The task"),
        (status = 422, body = crate::web::ErrorBody, description = "The Idempotency-Key was used for another request")))]
async fn create_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateTaskBody>,
) -> Result<Reply> {
    let title = Title::parse(body.value.title.as_deref().unwrap_or_default())?;
    let user_id = given(body.value.user_id.as_ref())
        .ok_or_else(|| Error::new(Code::MissingUserId, "Task must be associated to a user_id"))?;
    let owner = ctx.owner_named(user_id)?;
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
#[utoipa::path(get, path = "/api/tasks/{id}", tag = "tasks", params(("id" = String, Path, format = Uuid), WhoseQuery),
    responses((status = 200, body = TaskView, description = "The task"), (status = 304, description = "You have this version")))]
async fn get_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    let Versioned { value: task, version } = tasks.get(&ctx, owner, task_id(&id)?).await?;
    if known.has(version) {
        return Ok(Reply::not_modified(version));
    }
    Ok(Reply::ok(&TaskView::from(&task))?.versioned(version))
}

/// What to change of a task; without any of it, it is completed.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct UpdateTaskBody {
    #[schema(value_type = Option<String>, pattern = "^(complete|reopen)$")]
    action: Option<String>,
    /// 1 to 500 characters after trimming.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    title: Option<String>,
}

/// Complete, reopen or rename a task.
#[utoipa::path(patch, path = "/api/tasks/{id}", tag = "tasks", request_body(content = Option<UpdateTaskBody>),
    params(("id" = String, Path, format = Uuid), WhoseQuery, IfMatch),
    responses((status = 200, body = TaskView, description = "The task"),
        (status = 412, body = crate::web::ErrorBody, description = "It has another ETag by now")))]
async fn update_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
    IfMatch(expected): IfMatch,
    OptionalJson(body): OptionalJson<UpdateTaskBody>,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    let mut patch = TaskPatch {
        action: body.action.as_deref().map(Action::parse).transpose()?,
        title: body.title.as_deref().map(Title::parse).transpose()?,
    };
    if patch.action.is_none() && patch.title.is_none() {
        patch.action = Some(Action::Complete);
    }
    let Versioned { value: task, version } = tasks.update(&ctx, owner, task_id(&id)?, patch, &expected).await?;
    Ok(Reply::ok(&TaskView::from(&task))?.versioned(version))
}

/// Tell that the id is missing.
#[utoipa::path(patch, path = "/api/tasks", tag = "tasks", responses((status = 400, body = crate::web::ErrorBody, description = "Always")))]
async fn update_task_without_id(_: Ctx) -> Error {
    Error::new(Code::MissingTaskId, "Task id is required in route (tasks/{id})")
}

/// Delete a task.
#[utoipa::path(delete, path = "/api/tasks/{id}", tag = "tasks",
    params(("id" = String, Path, format = Uuid), WhoseQuery, IfMatch),
    responses((status = 204, description = "It is gone"),
        (status = 412, body = crate::web::ErrorBody, description = "It has another ETag by now")))]
async fn delete_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    PathId(id): PathId,
    Query(whose): Query<WhoseQuery>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    let owner = ctx.owner(whose.given())?;
    tasks.delete(&ctx, owner, task_id(&id)?, &expected).await?;
    Ok(Reply::no_content())
}

fn task_id(text: &str) -> Result<TaskId> {
    TaskId::parse(text).ok_or_else(|| Error::not_found("Task"))
}
