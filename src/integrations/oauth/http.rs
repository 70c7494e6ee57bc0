//! Consents over HTTP: the way to a service and back.

use std::sync::Arc;

use axum::{extract::State as Shared, http::HeaderMap};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::LIFE,
    service::{Ended, OauthService, Returned},
};
use crate::{
    integrations::connections::model::Connection,
    kernel::{Ctx, Result, Timestamp},
    web::{
        Edge, OwnById, Query, Reply,
        cookies::{Cookie, SameSite},
        given,
    },
};

/// The path at which people come back.
pub const CALLBACK: &str = "/api/oauth/callback";
/// In which browser an attempt began. The service leads back here, from another site.
const ATTEMPT: Cookie = Cookie { name: "oauth_state", path: "/api/oauth", same_site: SameSite::Lax };

/// What the routes need besides the use cases.
#[derive(Clone)]
pub struct Parts {
    pub service: OauthService,
    pub edge: Edge,
    /// The page for people.
    pub page: Arc<Url>,
}

/// Those that need a token.
pub fn router(parts: Parts) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(authorize_connection)).with_state(parts)
}

/// Those that need none.
pub fn public_router(parts: Parts) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(oauth_callback)).with_state(parts)
}

/// Where to consent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "url": "https://github.com/login/oauth/authorize?response_type=code&client_id=Iv1.8a61f9b3a7aba766",
    "expires_at": "2026-03-02T09:10:00.000000Z" }))]
struct AuthorizationView {
    /// Good once, in the browser that asked for it.
    url: String,
    expires_at: Timestamp,
}

/// Begin to consent at the service of a connection. Open the address in this browser; an earlier one is void.
#[utoipa::path(get, path = "/api/connections/{id}/authorize", tag = "integrations", params(OwnById<Connection>),
    responses((status = 200, body = AuthorizationView, description = "The address; the cookie `oauth_state` is set"),
        (status = 503, body = crate::web::ErrorBody, description = "This server is not known to the service")))]
async fn authorize_connection(
    Shared(Parts { service, edge, .. }): Shared<Parts>,
    headers: HeaderMap,
    OwnById { id, owner }: OwnById<Connection>,
) -> Result<Reply> {
    let invitation = service.authorize(owner, id).await?;
    let mut reply = Reply::ok(&AuthorizationView { url: invitation.url.into(), expires_at: invitation.expires_at })?;
    reply.cookie(&ATTEMPT.set(&edge, &headers, &invitation.cookie, LIFE.as_secs()))?;
    Ok(reply)
}

/// What a service sends a person back with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallbackQuery {
    /// What the address to consent at had.
    state: Option<String>,
    /// Good once for tokens.
    #[param(value_type = Option<String>)]
    code: Option<SecretString>,
    /// Why there is no code.
    error: Option<String>,
}

/// Come back from a service. It is opened by the browser, on the way from the service, and leads on to the page for people.
#[utoipa::path(get, path = "/api/oauth/callback", tag = "integrations", params(CallbackQuery,
        ("others" = std::collections::HashMap<String, String>, Query, style = Form, explode, description = "Whatever else the service adds, which is ignored")),
    responses((status = 303, description = "Back to the page, with `connection` and `result`: ok, denied or failed"),
        (status = 400, body = crate::web::ErrorBody, description = "It did not begin in this browser, or has ended")))]
async fn oauth_callback(
    Shared(Parts { service, edge, page }): Shared<Parts>,
    ctx: Ctx,
    headers: HeaderMap,
    Query(query): Query<CallbackQuery>,
) -> Result<Reply> {
    let error = given(query.error.as_ref()).unwrap_or("no_code").to_owned();
    let returned = Returned {
        state: query.state.unwrap_or_default(),
        cookies: ATTEMPT.values(&headers).map(str::to_owned).collect(),
        code: query.code.filter(|_| query.error.is_none()).ok_or(error),
    };
    let back = service.finish(&ctx, &returned).await?;
    let result = match back.ended {
        Ended::Ok => "ok",
        Ended::Denied => "denied",
        Ended::Failed => "failed",
    };
    let mut target = Url::clone(&page);
    target.set_fragment(Some(&format!("/integrations?connection={}&result={result}", back.connection_id)));
    let mut reply = Reply::see_other(target.as_str())?;
    reply.cookie(&ATTEMPT.set(&edge, &headers, &SecretString::default(), 0))?;
    Ok(reply)
}
