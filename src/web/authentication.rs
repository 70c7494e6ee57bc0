//! Who is calling: the bearer token or the cookie, and when a cookie counts.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::Edge;
use crate::kernel::{Ctx, Error, Result};

const COOKIE: &str = "auth_token";

/// Lets only callers with a valid token through, and tells the handlers who they are.
pub async fn required(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let Some(ctx) = request.extensions().get::<Ctx>().cloned() else {
        return Error::internal("a route outside the request middleware").into_response();
    };
    match authenticate(&edge, ctx, request.method(), request.headers()).await {
        Ok(ctx) => {
            request.extensions_mut().insert(ctx);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// The context of a call with who is calling, read off the headers. Errors: `Unauthorized`.
pub async fn authenticate(edge: &Edge, ctx: Ctx, method: &Method, headers: &HeaderMap) -> Result<Ctx> {
    let token = token(method, headers, &edge.origins).ok_or_else(Error::unauthorized)?;
    let caller = edge.authenticator.authenticate(&ctx, token).await?;
    Ok(Ctx { caller, ..ctx })
}

/// The header wins when both are there.
fn token<'h>(method: &Method, headers: &'h HeaderMap, origins: &[String]) -> Option<&'h str> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim());
    }
    // A page of somebody else can make a browser send the cookie along, but cannot hide where it comes from.
    let harmless = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    (harmless || from_trusted_page(headers, origins)).then(|| cookie(headers)).flatten()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// Whether `Origin`, or without it `Sec-Fetch-Site`, shows this site or a listed origin.
fn from_trusted_page(headers: &HeaderMap, origins: &[String]) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("origin") {
        Some(origin) if origins.iter().any(|listed| listed.eq_ignore_ascii_case(origin)) => true,
        Some(origin) => {
            let page = origin.split_once("://").map(|(_, rest)| host_name(rest));
            page.is_some_and(|page| public_hosts(headers).any(|host| host_name(host).eq_ignore_ascii_case(page)))
        }
        None => matches!(text("sec-fetch-site"), Some("same-origin" | "same-site")),
    }
}

/// The names under which the caller may know us. Behind the host's proxy the public one is in `X-Forwarded-Host`,
/// which a page of somebody else cannot set.
fn public_hosts(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let names = ["x-forwarded-host", "host"];
    names.into_iter().filter_map(|name| headers.get(name)).filter_map(|value| value.to_str().ok())
}

/// Without the port, which does not make another site.
fn host_name(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

/// The `Set-Cookie` that hands the token to a browser for `max_age` seconds; zero takes it back.
pub fn set_cookie(edge: &Edge, headers: &HeaderMap, token: &SecretString, max_age: u64) -> String {
    let loopback = |host: &str| matches!(host_name(host), "localhost" | "127.0.0.1" | "[::1]");
    let local = !edge.always_secure && public_hosts(headers).next().is_some_and(loopback);
    let secure = if local { "" } else { "; Secure" };
    format!("{COOKIE}={}; HttpOnly; SameSite=Lax; Path=/api; Max-Age={max_age}{secure}", token.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().expect("a value"))).collect()
    }

    fn found(method: &Method, pairs: &[(&'static str, &str)]) -> Option<String> {
        let mut all = vec![("host", "api.example:7071")];
        all.extend(pairs);
        token(method, &headers(&all), &["https://app.example".to_owned()]).map(str::to_owned)
    }

    #[test]
    fn the_header_wins_over_the_cookie() {
        let both = [("authorization", "bearer h"), ("cookie", "a=b; auth_token=c")];
        assert_eq!(found(&Method::GET, &both).as_deref(), Some("h"));
        assert_eq!(found(&Method::GET, &both[1..]).as_deref(), Some("c"));
        assert_eq!(found(&Method::GET, &[("authorization", "Basic x"), ("cookie", "auth_token=c")]), None);
        assert_eq!(found(&Method::GET, &[]), None);
    }

    #[test]
    fn a_cookie_changes_nothing_from_a_foreign_page() {
        for (trusted, pairs) in [
            (true, &[("origin", "https://app.example")][..]),
            (true, &[("origin", "http://api.example")]),
            (true, &[("origin", "https://public.example"), ("x-forwarded-host", "public.example")]),
            (true, &[("sec-fetch-site", "same-origin")]),
            (true, &[("sec-fetch-site", "same-site")]),
            (false, &[]),
            (false, &[("origin", "null")]),
            (false, &[("origin", "https://app.example.evil")]),
            (false, &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")]),
            (false, &[("sec-fetch-site", "cross-site")]),
            (false, &[("sec-fetch-site", "none")]),
        ] {
            let mut all = vec![("cookie", "auth_token=c")];
            all.extend(pairs);
            assert_eq!(found(&Method::POST, &all).is_some(), trusted, "{pairs:?}");
            assert!(found(&Method::GET, &all).is_some());
        }
    }

    #[test]
    fn a_host_is_compared_without_its_port() {
        for (authority, name) in [("a:1", "a"), ("a", "a"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]")] {
            assert_eq!(host_name(authority), name);
        }
    }
}
