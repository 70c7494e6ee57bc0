//! Authentication over HTTP: the routes that need no token.

use std::{collections::BTreeMap, time::Duration};

use axum::{extract::State, http::HeaderMap};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Device, LoginName, Password},
    service::{Asked, AuthService, Session, Visitor},
};
use crate::{
    accounts::users::http::UserView,
    kernel::{Code, Ctx, Error, Result, UserId, Versioned},
    web::{
        Edge, IdempotencyHeader, Json, OptionalJson, Page, Peer, Reply, authentication,
        cookies::{Cookie, SameSite},
    },
};

/// What renews the token, for a browser; sent to the routes here alone.
const REFRESH: Cookie = Cookie { name: "refresh_token", path: "/api/auth", same_site: SameSite::Strict };
/// That the browser has logged in before, so that strangers' failures do not hold it up.
const DEVICE: Cookie = Cookie { name: "known_device", path: "/api/auth", same_site: SameSite::Strict };

type Shared = State<(AuthService, Edge)>;

pub fn router(service: AuthService, edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
        .with_state((service, edge))
}

/// Name and password of a new account.
#[derive(Debug, Deserialize, ToSchema)]
struct RegisterBody {
    /// 1 to 64 characters after trimming: none of them invisible or a control character, and the letters of one script.
    #[schema(required, value_type = String, min_length = 1, max_length = 64)]
    username: Option<String>,
    /// Neither the username nor one of the commonest passwords.
    #[schema(required, value_type = String, min_length = 8, max_length = 256)]
    password: Option<SecretString>,
}

/// Make an account.
#[utoipa::path(post, path = "/api/auth/register", tag = "auth", request_body = RegisterBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition of this request harmless for 24 hours", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses((status = 201, body = UserView, description = "The account"),
        (status = 409, body = crate::web::ErrorBody, description = "The username is taken"),
        (status = 422, body = crate::web::ErrorBody, description = "The Idempotency-Key was used for another request"),
        (status = 429, body = crate::web::ErrorBody, description = "Too many requests from this network, or failed attempts; see Retry-After")))]
async fn register(
    State((auth, edge)): Shared,
    ctx: Ctx,
    peer: Peer,
    headers: HeaderMap,
    idempotency: IdempotencyHeader,
    body: Json<RegisterBody>,
) -> Result<Reply> {
    auth.admit(&ctx, Asked::Registration, peer.caller(&edge, &headers))?;
    let name = LoginName::chosen(&body.value.username.unwrap_or_default())?;
    let password = Password::chosen(body.value.password.unwrap_or_default(), &name)?;
    let key = idempotency.key_for_anybody("register", &without_password(&body.raw)?)?;
    let made = auth.register(&ctx, &name, password, key.as_ref()).await?;
    let Versioned { value: user, version } = &made.value;
    let reply = Reply::created(&UserView::from(user), &format!("/api/users/{}", user.id))?;
    Ok(reply.versioned(*version).replayed(made.replayed))
}

/// The body as far as a digest of it may be kept, with its members in order and what is in them as it was sent.
fn without_password(raw: &[u8]) -> Result<Vec<u8>> {
    let body: serde_json::Result<BTreeMap<String, Box<RawValue>>> = serde_json::from_slice(raw);
    // Members that are ignored have only been passed over so far.
    let mut body = body.map_err(|_| Error::new(Code::InvalidJson, "Invalid JSON payload"))?;
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

/// A token, to be sent as `Authorization: Bearer`, and what renews it.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView<'a> {
    token: &'a str,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    #[schema(value_type = String, format = Uuid)]
    user_id: UserId,
    /// Good once, within 30 days of its predecessor and 90 of the login.
    refresh_token: &'a str,
    /// Seconds.
    refresh_expires_in: u64,
}

/// Exchange name and password for a token and a refresh token, which are set as cookies too.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = LoginBody,
    responses((status = 200, body = SessionView, description = "The tokens"),
        (status = 401, body = crate::web::ErrorBody, description = "Wrong name or password"),
        (status = 429, body = crate::web::ErrorBody, description = "Too many requests from this network, or failed attempts; see Retry-After")))]
async fn login(State((auth, edge)): Shared, ctx: Ctx, peer: Peer, headers: HeaderMap, body: Json<LoginBody>) -> Result<Reply> {
    let required = |field: &str| Error::invalid_field(format!("Field '{field}' is required"));
    let username = body.value.username.ok_or_else(|| required("username"))?;
    let password = body.value.password.ok_or_else(|| required("password"))?;
    let devices = DEVICE.values(&headers).map(str::to_owned).collect();
    let visitor = Visitor { address: peer.caller(&edge, &headers), devices };
    let (session, device) = auth.login(&ctx, &visitor, &username, Password::attempt(password)).await?;
    let mut reply = signed_in(&edge, &headers, &session)?;
    if may_write_cookies(&edge, &headers) {
        reply.cookie(&DEVICE.set(&edge, &headers, &device, Device::TTL.as_secs()))?;
    }
    Ok(reply)
}

/// A refresh token, unless it is in the cookie.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct RefreshBody {
    /// Left out: that of the cookie, from a page of this site or a listed origin.
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

/// Exchange a refresh token for a new token and the next refresh token, which are set as cookies too. The one used last is
/// answered with the same next one again for 30 seconds; one that was used before ends all that came from its login.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", request_body = Option<RefreshBody>,
    responses((status = 200, body = SessionView, description = "The tokens"),
        (status = 401, body = crate::web::ErrorBody, description = "No refresh token, or one that is not good any more"),
        (status = 429, body = crate::web::ErrorBody, description = "Too many requests from this network; see Retry-After")))]
async fn refresh(
    State((auth, edge)): Shared,
    ctx: Ctx,
    peer: Peer,
    headers: HeaderMap,
    OptionalJson(body): OptionalJson<RefreshBody>,
) -> Result<Reply> {
    let address = peer.caller(&edge, &headers);
    let session = auth.refresh(&ctx, address, &presented(&edge, &headers, &body)).await?;
    signed_in(&edge, &headers, &session)
}

/// End what came from the login of the refresh token, in the body or the cookie, and clear the cookies. A token that was
/// copied elsewhere stays good until it expires.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", request_body = Option<RefreshBody>,
    responses((status = 204, description = "The cookies are cleared"),
        (status = 403, body = crate::web::ErrorBody, description = "Asked by a page of somebody else")))]
async fn logout(
    State((auth, edge)): Shared,
    ctx: Ctx,
    headers: HeaderMap,
    OptionalJson(body): OptionalJson<RefreshBody>,
) -> Result<Reply> {
    if !may_write_cookies(&edge, &headers) {
        return Err(Error::new(Code::Forbidden, "Only a page of this site may log out"));
    }
    auth.logout(&ctx, &presented(&edge, &headers, &body)).await?;
    let mut reply = Reply::no_content();
    for cookie in [authentication::COOKIE, REFRESH] {
        reply.cookie(&cookie.set(&edge, &headers, &SecretString::default(), 0))?;
    }
    Ok(reply)
}

/// The refresh tokens that the caller shows: that of the body, or else those of the cookies when a page of ours asks.
fn presented<'r>(edge: &Edge, headers: &'r HeaderMap, body: &'r RefreshBody) -> Vec<&'r str> {
    match &body.refresh_token {
        Some(token) => vec![token.expose_secret()],
        None if Page::of(edge, headers) == Page::Ours => REFRESH.values(headers).collect(),
        None => Vec::new(),
    }
}

/// A page of somebody else makes no browser keep or forget anything of ours.
fn may_write_cookies(edge: &Edge, headers: &HeaderMap) -> bool {
    Page::of(edge, headers) != Page::Foreign
}

fn signed_in(edge: &Edge, headers: &HeaderMap, session: &Session) -> Result<Reply> {
    let seconds = |duration: Duration| duration.as_secs();
    let mut reply = Reply::ok(&SessionView {
        token: session.token.expose_secret(),
        token_type: "Bearer",
        expires_in: seconds(session.expires_in),
        user_id: session.user_id,
        refresh_token: session.refresh_token.expose_secret(),
        refresh_expires_in: seconds(session.refresh_expires_in),
    })?;
    if may_write_cookies(edge, headers) {
        reply.cookie(&authentication::COOKIE.set(edge, headers, &session.token, seconds(session.expires_in)))?;
        reply.cookie(&REFRESH.set(edge, headers, &session.refresh_token, seconds(session.refresh_expires_in)))?;
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_a_body_is_of_everything_but_the_password() {
        let kept = |raw: &[u8]| without_password(raw).map(|kept| String::from_utf8_lossy(&kept).into_owned());
        let expected = r#"{"a":[1, 2],"username":"ann"}"#;
        for same in [r#"{"username":"ann","password":"x","a":[1, 2]}"#, r#" { "a" : [1, 2], "password":"y", "username":"ann"}"#] {
            assert_eq!(kept(same.as_bytes()).expect("kept"), expected);
        }
    }

    #[test]
    fn what_is_ignored_in_a_body_is_no_defect_of_ours() {
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        for ignored in ["1e999", "-1e999", &deep, r#""\ud800""#, "[1e999]", "18446744073709551616", r#"{"\udfff":1}"#] {
            let body = format!(r#"{{"username":"ann","password":"x","more":{ignored}}}"#);
            match without_password(body.as_bytes()) {
                Ok(kept) => assert!(!kept.is_empty()),
                Err(error) => assert_eq!(error.code(), Code::InvalidJson, "{ignored}"),
            }
        }
        let error = without_password(b"{\"username\":\"ann\",\"more\":\"\xff\"}").expect_err("no UTF-8");
        assert_eq!(error.code(), Code::InvalidJson);
    }
}
