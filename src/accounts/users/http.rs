//! Accounts over HTTP.

use axum::extract::State;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{DisplayName, User, UserPatch},
    service::UserService,
};
use crate::{
    kernel::{Ctx, Result, Timestamp, UserId, Versioned},
    web::{self, Account, Change, Field, IfMatch, IfNoneMatch, ListQuery, Patch, Query, Reply},
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
#[schema(example = json!({ "id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "name": "Ann", "time_zone": "Europe/Madrid",
    "created_at": "2026-01-14T09:00:00.000000Z", "updated_at": null }))]
pub struct UserView<'a> {
    id: UserId,
    /// What is shown; the login name stays what it was.
    name: &'a DisplayName,
    /// An IANA name, such as Europe/Madrid.
    time_zone: &'static str,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id,
            name: &user.name,
            time_zone: user.time_zone.name(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// Shows a stored user.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |user: &User| to_raw_value(&UserView::from(user)))
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
#[utoipa::path(get, path = "/api/users/{id}", tag = "users", params(Account, IfNoneMatch),
    responses((status = 200, body = UserView, description = "The account")))]
async fn get_user(State(users): State<UserService>, ctx: Ctx, Account(owner): Account, known: IfNoneMatch) -> Result<Reply> {
    answer(&users.get(&ctx, owner).await?, &known)
}

/// Get your own account.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", params(IfNoneMatch),
    responses((status = 200, body = UserView, description = "The account")))]
async fn get_me(State(users): State<UserService>, ctx: Ctx, known: IfNoneMatch) -> Result<Reply> {
    answer(&users.get(&ctx, ctx.own()?).await?, &known)
}

/// What to change of an account.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "name": "Ann", "time_zone": "Europe/Madrid" }))]
struct UpdateUserBody {
    #[serde(default)]
    #[schema(value_type = DisplayName)]
    name: Change<Field<DisplayName>>,
    /// An IANA name, such as Europe/Madrid.
    #[serde(default)]
    #[schema(value_type = String)]
    time_zone: Change<Field<Tz>>,
}

/// Change an account.
#[utoipa::path(patch, path = "/api/users/{id}", tag = "users", request_body = UpdateUserBody,
    params(Account, IfMatch),
    responses((status = 200, body = UserView, description = "The account")))]
async fn update_user(
    State(users): State<UserService>,
    ctx: Ctx,
    Account(owner): Account,
    IfMatch(expected): IfMatch,
    Patch(body): Patch<UpdateUserBody>,
) -> Result<Reply> {
    let UpdateUserBody { name, time_zone } = body.unwrap_or_default();
    let patch = UserPatch { name: name.value(), time_zone: time_zone.value() };
    let Versioned { value: user, version } = users.update(&ctx, owner, patch, &expected).await?;
    Ok(Reply::ok(&UserView::from(&user))?.versioned(version))
}

/// Delete an account and everything that is its user's.
#[utoipa::path(delete, path = "/api/users/{id}", tag = "users",
    params(Account, IfMatch),
    responses((status = 204, description = "All of it is gone")))]
async fn delete_user(
    State(users): State<UserService>,
    ctx: Ctx,
    Account(owner): Account,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    users.delete(&ctx, owner, &expected).await?;
    Ok(Reply::no_content())
}

fn answer(user: &Versioned<User>, known: &IfNoneMatch) -> Result<Reply> {
    if known.has(user.version) {
        return Ok(Reply::not_modified(user.version));
    }
    Ok(Reply::ok(&UserView::from(&user.value))?.versioned(user.version))
}
