//! Tasks over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    bodies::{BulkBody, CreateTaskBody, UpdateSubtaskBody, UpdateTaskBody},
    listed::{Listed, Near},
    model::{Action, Task, TaskPatch},
    operations::{Applied, Deletion, Effect, Operation},
    query::ListTasksQuery,
    report_view,
    service::{Origin, TaskService},
    shown::Shown,
    subtasks::Subtask,
    view::TaskView,
};
use crate::{
    kernel::{Code, Ctx, Error, Owner, Result, Versioned},
    web::{
        self, ById, IdempotencyHeader, IfMatch, IfNoneMatch, InnerId, Json, ListQuery, OptionalPatch, Patch, Query, Reply,
        Success, given, parameter,
    },
};

pub fn router(service: TaskService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_tasks, create_task, update_task_without_id))
        .routes(routes!(change_tasks))
        .routes(routes!(report_view::summarize_tasks))
        .routes(routes!(get_task, update_task, delete_task))
        .routes(routes!(restore_task))
        .routes(routes!(start_task_timer))
        .routes(routes!(stop_task_timer))
        .routes(routes!(update_subtask))
        .with_state(service)
}

/// Create a task.
#[utoipa::path(post, path = "/api/tasks", tag = "tasks", request_body = CreateTaskBody,
    params(IdempotencyHeader),
    responses((status = 201, body = TaskView, description = "The task"),
        (status = 200, body = TaskView, description = "The task that was created before with the same `client_id`, as it is now")))]
async fn create_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateTaskBody>,
) -> Result<Reply> {
    let owner = body.value.user_id.0.owner(&ctx)?;
    let key = idempotency.key(&ctx, "create_task", &body.raw)?;
    let made = tasks.create(&ctx, owner, &body.value.new_task(), key.as_ref()).await?;
    let Versioned { value: task, version } = made.task;
    if made.origin == Origin::Known {
        let mut shown = [Shown::new(&ctx, task, Some(made.rule))];
        tasks.look_elsewhere(owner, &mut shown).await?;
        return Ok(Reply::ok(&TaskView::from(&shown[0]))?.versioned(version));
    }
    let address = format!("/api/tasks/{}", task.id);
    // As of its creation, so that a repetition says the same.
    let as_created = ctx.at(task.created_at);
    let reply = Reply::created(&TaskView::from(&Shown::new(&as_created, task, Some(made.rule))), &address)?;
    Ok(reply.versioned(version).replayed(made.origin == Origin::Replayed))
}

/// List tasks, oldest first.
#[utoipa::path(get, path = "/api/tasks", tag = "tasks", params(ListTasksQuery, ListQuery),
    responses((status = 200, body = Vec<TaskView>, description = "A page; `Link` leads to the next one")))]
async fn list_tasks(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    Query(query): Query<ListTasksQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let (filter, named) = (query.filter()?, given(query.user_id.as_ref()));
    // Only the list of all tasks is everybody's for an administrator.
    let creation = filter.as_created();
    let owner = if creation.is_some() { ctx.owner_or_everybody(named)? } else { Some(ctx.owner(named)?) };
    let mut filters = query.given();
    filters[0].1 = owner.map(|owner| owner.id().to_string());
    let paging = list.paging("/api/tasks", &filters, &ctx)?;
    let request = paging.request.clone();
    let Some(creation) = creation else {
        let page = tasks.select(&ctx, owner.map_or_else(|| ctx.own(), Ok)?, &filter, request).await?;
        return Reply::page::<TaskView, _>(&page, &paging);
    };
    let page = tasks.list(&ctx, owner, filter.completed, creation, request).await?;
    let listed: Vec<Listed> = page.items.iter().map(|body| Listed::read(body)).collect::<Result<_>>()?;
    let (now, near) = (ctx.now(), Near::of(ctx.now()));
    let overdue = |rule| listed.iter().map(|task| task.is_overdue(now, &near, rule)).collect::<Result<Vec<_>>>();
    let mut decided = overdue(None)?;
    // Where the owner is, is asked only when that decides.
    if let Some(owner) = owner.filter(|_| decided.contains(&None)) {
        decided = overdue(Some(tasks.rule(owner).await?))?;
    }
    let caller = ctx.caller().id().map(|id| format!("\"{id}\""));
    let caller = caller.as_deref();
    let kept = listed.iter().zip(&page.items).map(|(task, body)| task.is_elsewhere(caller).then_some(body.as_str()));
    let external = tasks.external(&ctx, kept).await?;
    let all = listed.iter().zip(decided).enumerate();
    let all = all.map(|(index, (task, overdue))| (task, overdue, external.get(&index).map_or("[]", String::as_str)));
    let json = Listed::page(all, caller);
    Reply::page_of(json.into_bytes(), page.next.as_deref(), &paging)
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

/// Complete, reopen or edit a task.
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
        Some(body) => body.patch(),
        None => TaskPatch { action: Some(Action::Complete), ..TaskPatch::default() },
    };
    let applied = tasks.apply(&ctx, owner, &Operation::Update(id, patch, expected)).await?;
    reply(&tasks, &ctx, owner, applied).await
}

/// Tell that the id is missing.
#[utoipa::path(patch, path = "/api/tasks", tag = "tasks", responses((status = 400, body = web::ErrorBody, description = "Always")))]
async fn update_task_without_id(_: Ctx) -> Error {
    Error::new(Code::MissingTaskId, "Task id is required in route (tasks/{id})")
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeleteTaskQuery {
    /// Whether it is gone at once, out of the trash too.
    #[param(value_type = Option<bool>)]
    permanent: Option<String>,
}

/// Put a task into the trash, where it stays for 30 days.
#[utoipa::path(delete, path = "/api/tasks/{id}", tag = "tasks",
    params(ById<Task>, DeleteTaskQuery, IfMatch),
    responses((status = 204, description = "It is in the trash, or gone")))]
async fn delete_task(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    ById { id, owner }: ById<Task>,
    Query(query): Query<DeleteTaskQuery>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    let permanent = parameter("permanent", query.permanent.as_deref())?.unwrap_or(false);
    let deletion = if permanent { Deletion::Permanent } else { Deletion::ToTrash };
    tasks.apply(&ctx, owner, &Operation::Delete(id, deletion, expected)).await?;
    Ok(Reply::no_content())
}

/// Take a task out of the trash.
#[utoipa::path(post, path = "/api/tasks/{id}/restore", tag = "tasks", params(ById<Task>),
    responses((status = 200, body = TaskView, description = "The task, counted again as it was")))]
async fn restore_task(State(tasks): State<TaskService>, ctx: Ctx, ById { id, owner }: ById<Task>) -> Result<Reply> {
    let applied = tasks.apply(&ctx, owner, &Operation::Restore(id)).await?;
    reply(&tasks, &ctx, owner, applied).await
}

/// Start the timer of a task, which stops that of any other.
#[utoipa::path(post, path = "/api/tasks/{id}/timer/start", tag = "tasks", params(ById<Task>, IfMatch),
    responses((status = 200, body = TaskView, description = "The task"),
        (status = 409, body = web::ErrorBody, description = "It is completed")))]
async fn start_task_timer(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    ById { id, owner }: ById<Task>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    let applied = tasks.apply(&ctx, owner, &Operation::StartTimer(id, expected)).await?;
    reply(&tasks, &ctx, owner, applied).await
}

/// Stop the timer of a task.
#[utoipa::path(post, path = "/api/tasks/{id}/timer/stop", tag = "tasks", params(ById<Task>, IfMatch),
    responses((status = 200, body = TaskView, description = "The task")))]
async fn stop_task_timer(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    ById { id, owner }: ById<Task>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    let applied = tasks.apply(&ctx, owner, &Operation::StopTimer(id, expected)).await?;
    reply(&tasks, &ctx, owner, applied).await
}

/// Change one step of a task.
#[utoipa::path(patch, path = "/api/tasks/{id}/subtasks/{sid}", tag = "tasks", request_body = UpdateSubtaskBody,
    params(ById<Task>, InnerId<Subtask>, IfMatch),
    responses((status = 200, body = TaskView, description = "The task")))]
async fn update_subtask(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    ById { id, owner }: ById<Task>,
    InnerId(step): InnerId<Subtask>,
    IfMatch(expected): IfMatch,
    Patch(body): Patch<UpdateSubtaskBody>,
) -> Result<Reply> {
    let patch = body.unwrap_or_default().patch();
    let applied = tasks.apply(&ctx, owner, &Operation::UpdateStep(id, step, patch, expected)).await?;
    reply(&tasks, &ctx, owner, applied).await
}

/// How one of several operations ended.
#[derive(Debug, Serialize, ToSchema)]
struct OperationResult<'a> {
    /// What the call for a single task would have answered.
    status: u16,
    /// Left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    task: Option<TaskView<'a>>,
    /// A sentence for a person, when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<&'a str>,
}

/// How all operations ended, in order.
#[derive(Debug, Serialize, ToSchema)]
struct BulkResult<'a> {
    results: Vec<OperationResult<'a>>,
}

/// Do several operations on tasks.
#[utoipa::path(post, path = "/api/tasks/bulk", tag = "tasks", request_body = BulkBody, params(IdempotencyHeader),
    responses((status = 200, body = BulkResult, description = "What each came to")))]
async fn change_tasks(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<BulkBody>,
) -> Result<Reply> {
    let owner = ctx.owner(given(body.value.user_id.as_ref()))?;
    let key = idempotency.key(&ctx, "change_tasks", &body.raw)?;
    let operations = body.value.operations()?;
    if body.value.atomic {
        let done = tasks.apply_together(&ctx, owner, operations, key.as_ref()).await?;
        return Ok(bulk(&tasks, &ctx, owner, done.value.into_iter().map(Ok).collect()).await?.replayed(done.replayed));
    }
    let all = tasks.apply_each(&ctx, owner, operations, key.as_ref()).await;
    bulk(&tasks, &ctx, owner, all).await
}

async fn bulk(tasks: &TaskService, ctx: &Ctx, owner: Owner, all: Vec<Result<Applied>>) -> Result<Reply> {
    let mut shown_tasks = Vec::new();
    let mut ends = Vec::with_capacity(all.len());
    for one in all {
        ends.push(one.map(|applied| {
            let (effect, task) = shown(ctx, applied);
            let index = task.is_some().then_some(shown_tasks.len());
            shown_tasks.extend(task);
            (effect, index)
        }));
    }
    tasks.look_elsewhere(owner, &mut shown_tasks).await?;
    let results = ends.iter().map(|one| match one {
        Ok((effect, index)) => {
            let status = match effect {
                Effect::Created => Success::Created,
                Effect::Done => Success::Ok,
                Effect::Deleted => Success::NoContent,
            };
            let task = index.and_then(|index| shown_tasks.get(index)).map(TaskView::from);
            OperationResult { status: status.code(), task, error: None, code: None, field: None }
        }
        Err(error) => OperationResult {
            status: web::status_of(error),
            task: None,
            error: Some(error.message()),
            code: Some(error.code().as_str()),
            field: error.field(),
        },
    });
    Reply::ok(&BulkResult { results: results.collect() })
}

fn shown(ctx: &Ctx, applied: Applied) -> (Effect, Option<Shown>) {
    let Applied { effect, task, rule } = applied;
    // As of its creation, so that a repetition says the same.
    let at = |task: &Task| if effect == Effect::Created { ctx.clone().at(task.created_at) } else { ctx.clone() };
    (effect, task.map(|task| Shown::new(&at(&task.value), task.value, Some(rule))))
}

async fn reply(tasks: &TaskService, ctx: &Ctx, owner: Owner, applied: Applied) -> Result<Reply> {
    let Some(Versioned { value: task, version }) = applied.task else { return Ok(Reply::no_content()) };
    let mut shown = [Shown::new(ctx, task, Some(applied.rule))];
    tasks.look_elsewhere(owner, &mut shown).await?;
    Ok(Reply::ok(&TaskView::from(&shown[0]))?.versioned(version))
}
