//! The links in mails over HTTP. They need no login, and no cookie counts: whoever has one was sent it.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{model::Topic, service::ChannelService};
use crate::{
    accounts::{auth::budgets::Budget, settings::model::Language},
    kernel::{Ctx, Result, network::one_caller},
    texts::text,
    web::{Edge, ErrorBody, Peer, Query, Reply},
};

/// So many links can be tried at once from an address, and one more for each period.
const AT_ONCE: u32 = 60;
const PERIOD: std::time::Duration = std::time::Duration::from_secs(1);

#[derive(Clone)]
struct Parts(Arc<(ChannelService, Edge, Budget<std::net::IpAddr>)>);

impl Parts {
    /// Errors: `TooManyAttempts`.
    fn admit(&self, ctx: &Ctx, peer: Peer, headers: &HeaderMap) -> Result<&ChannelService> {
        let (channels, edge, budget) = &*self.0;
        if let Some(caller) = peer.caller(edge, headers) {
            budget.take(&one_caller(caller), ctx.now())?;
        }
        Ok(channels)
    }
}

pub fn router(channels: ChannelService, edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(ask_to_verify_address, verify_address))
        .routes(routes!(ask_to_unsubscribe, unsubscribe))
        .with_state(Parts(Arc::new((channels, edge, Budget::new(AT_ONCE, PERIOD)))))
}

/// The link in the mail.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TokenQuery {
    #[param(value_type = String)]
    token: Option<String>,
}

impl TokenQuery {
    fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }
}

/// Show a page with a button that verifies the address. It changes nothing: programs follow links in mails.
#[utoipa::path(get, path = "/api/channels/verify", tag = "channels", params(TokenQuery),
    responses((status = 200, description = "The page"),
        (status = 404, body = ErrorBody, description = "It is not the last link that was sent, or was used, or is older than a day")))]
async fn ask_to_verify_address(
    State(parts): State<Parts>,
    ctx: Ctx,
    peer: Peer,
    headers: HeaderMap,
    Query(query): Query<TokenQuery>,
) -> Result<Reply> {
    let language = parts.admit(&ctx, peer, &headers)?.asks(&ctx, query.token()).await?;
    Ok(page(language, "verify_question", Some("verify_button")))
}

/// Verify an address by the link in the mail. It works once.
#[utoipa::path(post, path = "/api/channels/verify", tag = "channels", params(TokenQuery),
    responses((status = 200, description = "A page that says so"),
        (status = 404, body = ErrorBody, description = "It is not the last link that was sent, or was used, or is older than a day")))]
async fn verify_address(
    State(parts): State<Parts>,
    ctx: Ctx,
    peer: Peer,
    headers: HeaderMap,
    Query(query): Query<TokenQuery>,
) -> Result<Reply> {
    let language = parts.admit(&ctx, peer, &headers)?.answer(&ctx, query.token()).await?;
    Ok(page(language, "verify_done", None))
}

/// Show a page with a button that ends messages of a kind. It changes nothing: programs follow links in mails.
#[utoipa::path(get, path = "/api/unsubscribe/{token}", tag = "channels",
    params(("token" = String, Path, description = "From the mail")),
    responses((status = 200, description = "The page")))]
async fn ask_to_unsubscribe(
    State(parts): State<Parts>,
    ctx: Ctx,
    peer: Peer,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Reply> {
    let (language, topic) = parts.admit(&ctx, peer, &headers)?.asks_to_end(&ctx, &token(path)).await?;
    Ok(page(language, question(topic), Some("unsubscribe_button")))
}

/// End messages of a kind by a channel, as mail programs do with one click. Again does nothing more.
#[utoipa::path(post, path = "/api/unsubscribe/{token}", tag = "channels",
    params(("token" = String, Path, description = "From the mail")),
    responses((status = 200, description = "Nothing: it is done")))]
async fn unsubscribe(
    State(parts): State<Parts>,
    ctx: Ctx,
    peer: Peer,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Reply> {
    parts.admit(&ctx, peer, &headers)?.end(&ctx, &token(path)).await?;
    Ok(Reply::empty())
}

/// What is no text is no token either.
fn token(path: Result<Path<String>, PathRejection>) -> String {
    path.map(|Path(token)| token).unwrap_or_default()
}

const fn question(topic: Topic) -> &'static str {
    match topic {
        Topic::Nudges => "unsubscribe_nudges",
        Topic::Summaries => "unsubscribe_summaries",
        Topic::Achievements => "unsubscribe_achievements",
        Topic::Risk => "unsubscribe_risk",
        Topic::Sync => "unsubscribe_sync",
    }
}

/// A sentence, and a button that posts to where the page came from. All of it is ours, so that nothing has to be escaped.
fn page(language: Language, sentence: &str, button: Option<&str>) -> Reply {
    let say = |key: &str| text(language, key, &[]);
    let form = button.map(|key| format!("<form method=\"post\"><button>{}</button></form>", say(key))).unwrap_or_default();
    Reply::page_for_people(format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Avanochi</title><style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;\
         color-scheme:light dark}}button{{font:inherit;padding:.6rem 1.2rem}}</style><main><p>{}</p>{form}</main></html>",
        language.name(),
        say(sentence)
    ))
}
