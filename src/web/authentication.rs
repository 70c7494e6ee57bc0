//! Who is calling: the bearer token or the cookie, and when a cookie counts.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    Edge,
    cookies::{Cookie, SameSite},
    origin::Page,
};
use crate::kernel::{Ctx, Error, Meaning, Result};

/// The token, for a browser.
pub const COOKIE: Cookie = Cookie { name: "auth_token", path: "/api", same_site: SameSite::Lax };

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
    for token in tokens(edge, method, headers) {
        match edge.authenticator.authenticate(&ctx, token).await {
            Ok(caller) => return Ok(ctx.called_by(caller)),
            // Another cookie of the name may be the good one.
            Err(error) if error.meaning() == Meaning::Unauthenticated => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::unauthorized())
}

/// The tokens that the caller shows, of which one must be good. The header wins when both are there.
fn tokens<'h>(edge: &Edge, method: &Method, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> + use<'h> {
    let given = headers.get(header::AUTHORIZATION);
    let bearer = given.and_then(|value| {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let harmless = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let by_cookie = given.is_none() && (harmless || Page::of(edge, headers) == Page::Ours);
    bearer.into_iter().chain(by_cookie.then(|| COOKIE.values(headers)).into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{
        kernel::{Admins, Caller, Code, RequestId, Timestamp, UserId, ports::Authenticator},
        web::tests::edge,
    };

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().expect("a value"))).collect()
    }

    fn found(method: &Method, pairs: &[(&'static str, &str)]) -> Vec<String> {
        let edge = Edge { origins: ["https://app.example".to_owned()].into(), ..edge() };
        let mut all = vec![("host", "api.example:7071")];
        all.extend(pairs);
        tokens(&edge, method, &headers(&all)).map(str::to_owned).collect()
    }

    #[test]
    fn the_header_wins_over_the_cookie() {
        let both = [("authorization", "bearer h"), ("cookie", "a=b; auth_token=c")];
        assert_eq!(found(&Method::GET, &both), ["h"]);
        assert_eq!(found(&Method::GET, &both[1..]), ["c"]);
        assert!(found(&Method::GET, &[("authorization", "Basic x"), ("cookie", "auth_token=c")]).is_empty());
        assert!(found(&Method::GET, &[]).is_empty());
    }

    #[test]
    fn a_cookie_changes_nothing_from_a_foreign_page() {
        for (trusted, pairs) in [
            (true, &[("origin", "https://app.example")][..]),
            (true, &[("origin", "http://api.example:7071")]),
            (true, &[("sec-fetch-site", "same-origin")]),
            (false, &[]),
            (false, &[("origin", "http://api.example:7072")]),
            (false, &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")]),
        ] {
            let mut all = vec![("cookie", "auth_token=c")];
            all.extend(pairs);
            assert_eq!(!found(&Method::POST, &all).is_empty(), trusted, "{pairs:?}");
            assert_eq!(found(&Method::GET, &all), ["c"]);
        }
    }

    /// Knows one token, and fails at another.
    #[derive(Debug, Default)]
    struct OneGood(Mutex<Vec<String>>);

    #[async_trait::async_trait]
    impl Authenticator for OneGood {
        async fn authenticate(&self, _: &Ctx, token: &str) -> Result<Caller> {
            self.0.lock().expect("a lock").push(token.to_owned());
            match token {
                "good" => Ok(Caller::user(UserId::new(uuid::Uuid::nil()), &Admins::default())),
                "outage" => Err(Error::unavailable("disk sector 7")),
                _ => Err(Error::unauthorized()),
            }
        }
    }

    #[tokio::test]
    async fn every_cookie_is_tried_until_one_is_good() {
        let ctx = Ctx::new(Caller::ANONYMOUS, Timestamp::from_micros(0), RequestId::from(uuid::Uuid::nil()));
        for (cookie, expected, tried) in [
            ("auth_token=; auth_token=stale; auth_token=good; auth_token=more", Ok(()), 3),
            ("auth_token=stale; auth_token=outage; auth_token=good", Err(Code::StoreUnavailable), 2),
            ("auth_token=stale; auth_token=", Err(Code::Unauthorized), 2),
        ] {
            let authenticator = Arc::new(OneGood::default());
            let edge = Edge { authenticator: authenticator.clone(), ..edge() };
            let found = authenticate(&edge, ctx.clone(), &Method::GET, &headers(&[("cookie", cookie)])).await;
            assert_eq!(found.map(drop).map_err(|error| error.code()), expected, "{cookie}");
            assert_eq!(authenticator.0.lock().expect("a lock").len(), tried, "{cookie}");
        }
    }
}
