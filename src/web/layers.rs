//! The layers around all routes, outermost first: context and log, panics, CORS, the time limit.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tower::util::option_layer;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowCredentials, AllowOrigin, CorsLayer},
};

use super::{Edge, request};
use crate::kernel::Error;

/// How long a use case may take. Well below the limits of those in front of us, so that the answer is ours.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The routes with everything around them.
pub fn wrap(routes: Router, edge: &Edge) -> Router {
    routes
        .fallback(request::unknown_route)
        .method_not_allowed_fallback(request::wrong_method)
        .layer(middleware::from_fn(time_limit))
        .layer(option_layer((!edge.origins.is_empty()).then(|| cors(&edge.origins))))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(middleware::from_fn_with_state(edge.clone(), request::around))
}

/// Routes for events of the Functions host, with what is around those of the API but for what concerns browsers, and the
/// time limit: how long a job may take is its own to know.
pub fn wrap_events(routes: Router, edge: &Edge) -> Router {
    routes.layer(CatchPanicLayer::custom(after_panic)).layer(middleware::from_fn_with_state(edge.clone(), request::around))
}

async fn time_limit(request: Request, next: Next) -> Response {
    tokio::time::timeout(TIME_LIMIT, next.run(request)).await.unwrap_or_else(|_| Error::busy().into_response())
}

/// The panic itself has been logged where it happened.
fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Error::internal("a panic").into_response()
}

fn cors(origins: &[String]) -> CorsLayer {
    let listed: Vec<HeaderValue> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let with_credentials = listed.clone();
    let allowed = move |origin: &HeaderValue, _: &Parts| with_credentials.contains(origin);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(listed))
        .allow_credentials(AllowCredentials::predicate(allowed))
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("idempotency-replayed"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(Duration::from_mins(10))
}
