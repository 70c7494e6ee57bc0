//! Accounts over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{DisplayName, User, UserPatch, parse_time_zone},
    service::UserService,
};
use crate::{
    kernel::{Ctx, Result, Timestamp, UserId, Versioned},
    web::{self, IfMatch, IfNoneMatch, Json, ListQuery, PathId, Query, Reply},
};

pub fn router(service: UserService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_users))
        .routes(routes!(get_user, update_user, delete_user))
        .routes(routes!(get_me))
        .with_state(service)
}

/// An account as callers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView<'a> {
    #[schema(value_type = String, format = Uuid)]
    id: UserId,
    /// What is shown; the login name stays what it was.
    name: &'a str,
    /// An IANA name, such as Europe/Madrid.
    time_zone: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id,
            name: user.name.as_str(),
            time_zone: user.time_zone.name(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// Shows a stored user.
pub fn shown(body: &str) -> Result<Box<RawValue>> {
    web::shown(body, |user: &User| to_raw_value(&UserView::from(user)))
}

/// List all accounts, oldest first; for administrators.
#[utoipa::path(get, path = "/api/users", tag = "users", params(ListQuery),
    responses((status = 200, body = Vec<UserView>, description = "A page; `Link` leads to the next one")))]
async fn list_users(State(users): State<UserService>, ctx: Ctx, Query(list): Query<ListQuery>) -> Result<Reply> {
    let paging = list.paging("/api/users", &[], &ctx)?;
    let page = users.list(&ctx, paging.request.clone()).await?;
    Reply::page::<UserView, _>(&page, &paging)
}

/// Get an account.
#[utoipa::path(get, path = "/api/users/{id}", tag = "users", params(("id" = String, Path, format = Uuid)),
    responses((status = 200, body = UserView, description = "The account"), (status = 304, description = "You have this version")))]
async fn get_user(State(users): State<UserService>, ctx: Ctx, PathId(id): PathId, known: IfNoneMatch) -> Result<Reply> {
    let owner = ctx.owner_of_account(&id)?;
    answer(&users.get(&ctx, owner).await?, &known)
}

/// Get your own account.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth",
    responses((status = 200, body = UserView, description = "The account"), (status = 304, description = "You have this version")))]
async fn get_me(State(users): State<UserService>, ctx: Ctx, known: IfNoneMatch) -> Result<Reply> {
    answer(&users.get(&ctx, ctx.own()?).await?, &known)
}

/// What to change of an account.
#[derive(Debug, Deserialize, ToSchema)]
struct UpdateUserBody {
    /// 1 to 64 characters after trimming, none of them a control character.
    #[schema(min_length = 1, max_length = 64)]
    name: Option<String>,
    /// An IANA name, such as Europe/Madrid.
    time_zone: Option<String>,
}

/// Change an account.
#[utoipa::path(patch, path = "/api/users/{id}", tag = "users", request_body = UpdateUserBody,
    params(("id" = String, Path, format = Uuid), ("If-Match" = Option<String>, Header, description = "The ETag that you read")),
    responses((status = 200, body = UserView, description = "The account"),
        (status = 412, body = crate::web::ErrorBody, description = "It has another ETag by now")))]
async fn update_user(
    State(users): State<UserService>,
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(expected): IfMatch,
    body: Json<UpdateUserBody>,
) -> Result<Reply> {
    let owner = ctx.owner_of_account(&id)?;
    let patch = UserPatch {
        name: body.value.name.as_deref().map(|name| DisplayName::parse("name", name)).transpose()?,
        time_zone: body.value.time_zone.as_deref().map(parse_time_zone).transpose()?,
    };
    let Versioned { value: user, version } = users.update(&ctx, owner, patch, &expected).await?;
    Ok(Reply::ok(&UserView::from(&user))?.versioned(version))
}

/// Delete an account and everything that is its user's.
#[utoipa::path(delete, path = "/api/users/{id}", tag = "users",
    params(("id" = String, Path, format = Uuid), ("If-Match" = Option<String>, Header, description = "The ETag that you read")),
    responses((status = 204, description = "All of it is gone"),
        (status = 412, body = crate::web::ErrorBody, description = "It has another ETag by now")))]
async fn delete_user(
    State(users): State<UserService>,
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    let owner = ctx.owner_of_account(&id)?;
    users.delete(&ctx, owner, &expected).await?;
    Ok(Reply::no_content())
}

fn answer(user: &Versioned<User>, known: &IfNoneMatch) -> Result<Reply> {
    if known.has(user.version) {
        return Ok(Reply::not_modified(user.version));
    }
    Ok(Reply::ok(&UserView::from(&user.value))?.versioned(user.version))
}
