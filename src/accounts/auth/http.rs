//! Authentication over HTTP: the routes that need no token.

use axum::{
    extract::State,
    http::{HeaderMap, header},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{LoginName, Password},
    service::AuthService,
};
use crate::{
    accounts::users::http::UserView,
    kernel::{Ctx, Error, Result, UserId, Versioned},
    web::{Edge, IdempotencyHeader, Json, Reply, authentication},
};

pub fn router(service: AuthService, edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(register)).routes(routes!(login)).routes(routes!(logout)).with_state((service, edge))
}

/// Name and password of a new account.
#[derive(Debug, Deserialize, ToSchema)]
struct RegisterBody {
    /// 1 to 64 characters after trimming, none of them a control character.
    #[schema(required, value_type = String, min_length = 1, max_length = 64)]
    username: Option<String>,
    #[schema(required, value_type = String, min_length = 8, max_length = 256)]
    password: Option<SecretString>,
}

/// Make an account.
#[utoipa::path(post, path = "/api/auth/register", tag = "auth", request_body = RegisterBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition of this request harmless for 24 hours", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses((status = 201, body = UserView, description = "The account"),
        (status = 409, body = crate::web::ErrorBody, description = "The username is taken"),
        (status = 422, body = crate::web::ErrorBody, description = "The Idempotency-Key was used for another request"),
        (status = 429, body = crate::web::ErrorBody, description = "Too many failed attempts")))]
async fn register(
    State((auth, _)): State<(AuthService, Edge)>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<RegisterBody>,
) -> Result<Reply> {
    let name = LoginName::parse(&body.value.username.unwrap_or_default())?;
    let password = Password::parse(body.value.password.unwrap_or_default())?;
    let key = idempotency.key_for_anybody("register", &without_password(&body.raw)?)?;
    let made = auth.register(&ctx, &name, password, key.as_ref()).await?;
    let Versioned { value: user, version } = &made.value;
    let reply = Reply::created(&UserView::from(user), &format!("/api/users/{}", user.id))?;
    Ok(reply.versioned(*version).replayed(made.replayed))
}

/// The body as far as a digest of it may be kept.
fn without_password(raw: &[u8]) -> Result<Vec<u8>> {
    let mut body: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(raw).map_err(Error::internal)?;
    body.remove("password");
    serde_json::to_vec(&body).map_err(Error::internal)
}

/// Name and password.
#[derive(Debug, Deserialize, ToSchema)]
struct LoginBody {
    #[schema(required, value_type = String)]
    username: Option<String>,
    #[schema(required, value_type = String)]
    password: Option<SecretString>,
}

/// A token, to be sent as `Authorization: Bearer`.
#[derive(Debug, Serialize, ToSchema)]
struct LoginView<'a> {
    token: &'a str,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    #[schema(value_type = String, format = Uuid)]
    user_id: UserId,
}

/// Exchange name and password for a token, which is set as a cookie too.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = LoginBody,
    responses((status = 200, body = LoginView, description = "The token"),
        (status = 401, body = crate::web::ErrorBody, description = "Wrong name or password"),
        (status = 429, body = crate::web::ErrorBody, description = "Too many failed attempts; see Retry-After")))]
async fn login(
    State((auth, edge)): State<(AuthService, Edge)>,
    ctx: Ctx,
    headers: HeaderMap,
    body: Json<LoginBody>,
) -> Result<Reply> {
    let required = |field: &str| Error::invalid_field(format!("Field '{field}' is required"));
    let username = body.value.username.ok_or_else(|| required("username"))?;
    let password = body.value.password.ok_or_else(|| required("password"))?;
    let session = auth.login(&ctx, &username, Password::attempt(password)).await?;
    let expires_in = session.expires_in.as_secs();
    let mut reply = Reply::ok(&LoginView {
        token: secrecy::ExposeSecret::expose_secret(&session.token),
        token_type: "Bearer",
        expires_in,
        user_id: session.user_id,
    })?;
    reply.set(header::SET_COOKIE, &authentication::set_cookie(&edge, &headers, &session.token, expires_in))?;
    Ok(reply)
}

/// Clear the cookie. A token that was copied elsewhere stays good until it expires.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = 204, description = "The cookie is cleared")))]
async fn logout(State((_, edge)): State<(AuthService, Edge)>, headers: HeaderMap) -> Result<Reply> {
    let mut reply = Reply::no_content();
    reply.set(header::SET_COOKIE, &authentication::set_cookie(&edge, &headers, &SecretString::default(), 0))?;
    Ok(reply)
}
