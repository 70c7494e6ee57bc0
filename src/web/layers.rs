//! The layers around all routes, outermost first: context, log, panics and the time limit; CORS.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    middleware,
};
use tower_http::cors::{AllowCredentials, AllowOrigin, CorsLayer};
use utoipa::openapi::OpenApi;

use super::{
    Edge, error,
    params::KnownParameters,
    request::{self, Around},
};

/// How long a use case may take. Well below the limits of those in front of us, so that the answer is ours.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The routes with everything around them. A layer costs each request several allocations, so there are as few as can be.
pub fn wrap(routes: Router, document: &OpenApi, edge: &Edge) -> Router {
    let routes = routes.fallback(error::unknown_route).method_not_allowed_fallback(request::wrong_method);
    let routes = if edge.origins.is_empty() { routes } else { routes.layer(cors(&edge.origins)) };
    around(routes, edge, TIME_LIMIT, Some(KnownParameters::of(document)))
}

/// Routes for events of the Functions host, with what is around those of the API but for what concerns browsers, and the
/// time limit: how long a job may take is its own to know.
pub fn wrap_events(routes: Router, edge: &Edge) -> Router {
    around(routes, edge, Duration::MAX, None)
}

fn around(routes: Router, edge: &Edge, time_limit: Duration, parameters: Option<KnownParameters>) -> Router {
    let around = Around { edge: edge.clone(), time_limit, parameters };
    routes.layer(middleware::from_fn_with_state(Arc::new(around), request::around))
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
