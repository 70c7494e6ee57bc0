//! What happens around every request: its id and clock, the time limit, the log line, the headers that every answer has.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;

use super::{APP, Edge, compression, error, params::KnownParameters};
use crate::kernel::{Caller, Code, Ctx, Error, RequestId};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How many characters of a method are shown.
const MAX_SHOWN_METHOD: usize = 32;
const INVOCATION_ID: &str = "x-azure-functions-invocationid";

/// The context that the middleware made.
impl<S: Sync> FromRequestParts<S> for Ctx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::internal("a route outside the request middleware"))
    }
}

/// What is around requests.
pub struct Around {
    pub edge: Edge,
    /// How long the use case may take.
    pub time_limit: Duration,
    /// `None` where requests are events, which the host makes and nobody else.
    pub parameters: Option<KnownParameters>,
}

/// Gives the request its context, and its answer the request id, the safety headers and, for an error, its body.
pub async fn around(State(around): State<Arc<Around>>, mut request: Request, next: Next) -> Response {
    let Around { edge, time_limit, parameters } = &*around;
    // The host's readiness ping, every 25 ms until the first answer: not worth a log line.
    if request.uri().path() == "/" {
        return root(request.method(), edge.behind_host);
    }
    let began = Instant::now();
    let now = edge.clock.now();
    let request_id = header_text(request.headers(), REQUEST_ID.as_str())
        .and_then(RequestId::parse)
        .unwrap_or_else(|| RequestId::from(edge.ids.next(now)));
    let invocation = edge.behind_host.then(|| invocation_id(request.headers())).flatten();
    let method = request.method().clone();
    // The template and never the path: a path may hold what is somebody's.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let asks = parameters.as_ref().map_or(Ok(()), |known| known.check(request.method(), route.as_ref(), request.uri()));
    let accepted = compression::accepted(request.headers());
    request.extensions_mut().insert(Ctx::new(Caller::ANONYMOUS, now, request_id.clone()));

    let mut response = match asks {
        Ok(()) => request_id.around(answer(request, next, *time_limit)).await,
        Err(error) => error.into_response(),
    };

    error::render(&mut response, &request_id);
    add_headers(response.headers_mut(), &request_id);
    if let Some(accepted) = accepted {
        response = compression::compressed(response, accepted).await;
    }
    if edge.behind_host {
        response = in_chunks(response);
    }
    tracing::info!(
        request_id = request_id.as_str(),
        invocation_id = invocation.as_ref().map(RequestId::as_str),
        method = shown_method(&method),
        route = route.as_ref().map_or("unknown", MatchedPath::as_str),
        status = response.status().as_u16(),
        micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

async fn answer(request: Request, next: Next, time_limit: Duration) -> Response {
    let in_time = AssertUnwindSafe(tokio::time::timeout(time_limit, next.run(request)));
    match in_time.catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Error::busy().into_response(),
        // It has been logged where it happened.
        Err(_) => Error::internal("a panic").into_response(),
    }
}

/// The id that the Functions host gave this invocation; `None` when there are several, since then a caller has sent one.
pub fn invocation_id(headers: &HeaderMap) -> Option<RequestId> {
    let mut values = headers.get_all(INVOCATION_ID).iter();
    let only = values.next().filter(|_| values.next().is_none())?;
    RequestId::parse(only.to_str().ok()?)
}

/// 405 for a route that does not take the method; `Allow` is added by the router.
pub async fn wrong_method(method: Method) -> Error {
    Error::new(Code::MethodNotAllowed, format!("Method {} not allowed", shown_method(&method)))
}

/// The method as the log and answers show it: whatever a peer makes up may be as long as a head.
fn shown_method(method: &Method) -> &str {
    let method = method.as_str();
    method.get(..MAX_SHOWN_METHOD).unwrap_or(method)
}

/// Takes one slash from the end of a path, which the Functions host overlooks too.
pub fn without_trailing_slash(mut request: Request) -> Request {
    let path = request.uri().path();
    if path.len() > 1 && path.ends_with('/') && !super::FOLDERS.contains(&path) {
        let trimmed = &path[..path.len() - 1];
        let target = request.uri().query().map_or_else(|| trimmed.to_owned(), |query| format!("{trimmed}?{query}"));
        if let Ok(uri) = Uri::try_from(target) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Hides how long the answer is, so that it goes out in chunks. The host's proxy passes answers on piece by piece; with
/// chunks it sees the end of one in the stream itself, and can use the connection again without counting.
fn in_chunks(mut response: Response) -> Response {
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.map(|body| Body::new(body.map_frame(std::convert::identity)))
}

/// Leads to the page, also from behind a prefix of the path. The host shows people a page of its own.
fn root(method: &Method, behind_host: bool) -> Response {
    match *method {
        Method::GET | Method::HEAD if behind_host => "Avanochi. Its API is described at /api/docs\n".into_response(),
        Method::GET | Method::HEAD => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, APP.trim_start_matches('/'))]).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn add_headers(headers: &mut HeaderMap, request_id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Mutex, PoisonError},
    };

    use axum::{Router, middleware, routing::get};
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;
    use crate::{
        app::logging::Form,
        kernel::{ManualClock, RandomIds, Result, Timestamp, ports::Authenticator},
    };

    struct Nobody;

    #[async_trait::async_trait]
    impl Authenticator for Nobody {
        async fn authenticate(&self, _: &Ctx, _: &str) -> Result<Caller> {
            Ok(Caller::ANONYMOUS)
        }
    }

    fn around_everything() -> Around {
        let edge = Edge {
            clock: Arc::new(ManualClock::at(Timestamp::from_micros(0))),
            ids: Arc::new(RandomIds::default()),
            authenticator: Arc::new(Nobody),
            origins: Arc::new([]),
            behind_host: false,
            trusted_proxies: Arc::new([]),
            always_secure: false,
        };
        Around { edge, time_limit: Duration::from_secs(1), parameters: None }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn every_line_within_a_request_bears_its_id() {
        let lines = Lines::default();
        let writer = lines.clone();
        let logging = tracing_subscriber::fmt().event_format(Form::Json).with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(logging);
        let work = get(|| async {
            tracing::warn!("before");
            tokio::task::yield_now().await;
            tracing::warn!("after");
        });
        let routes = Router::new().route("/work", work);
        let routes = routes.layer(middleware::from_fn_with_state(Arc::new(around_everything()), around));
        let ask = async |id: &str| {
            let request = Request::get("/work").header("x-request-id", id).body(Body::empty()).expect("a request");
            routes.clone().oneshot(request).await.expect("infallible")
        };
        // They take turns, so that each waits while the other is under way.
        tokio::join!(ask("one"), ask(r#""two\"#));
        drop(guard);
        let text = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("text");
        let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let ids = |message: &str| {
            let those = told.iter().filter(|line| line["message"] == message);
            let mut ids: Vec<&str> = those.filter_map(|line| line["request_id"].as_str()).collect();
            ids.sort_unstable();
            ids
        };
        for message in ["before", "after", "request"] {
            assert_eq!(ids(message), [r#""two\"#, "one"], "{text}");
        }
    }
}
