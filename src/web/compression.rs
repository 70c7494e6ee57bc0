//! Answers compressed for whoever asks for it. Whoever does not, pays nothing for it: there is no layer to pass.

use std::{convert::Infallible, future};

use axum::{
    body::{Body, HttpBody as _},
    http::{HeaderMap, HeaderValue, Request, header},
    response::{IntoResponse as _, Response},
};
use tower::{Service, ServiceExt as _, service_fn};
use tower_http::{
    CompressionLevel,
    compression::{
        Compression,
        predicate::{NotForContentType, Predicate as _},
    },
    decompression::Decompression,
};

/// Smaller answers fit a packet as they are.
const WORTH_IT: u64 = 1024;

/// What a request says it accepts; `None` when it says nothing.
pub fn accepted(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(header::ACCEPT_ENCODING).cloned()
}

/// Whether compressed answers can be read.
pub fn accepts(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|encoding| {
        let (name, quality) = encoding.split_once(';').unwrap_or((encoding, ""));
        let refused = quality.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()).is_some_and(|q| q <= 0.0);
        matches!(name.trim(), "gzip" | "x-gzip" | "*") && !refused
    })
}

/// The answer as `accepted` wants it, if that is worth it. A stream of events is never compressed: each is to arrive at once.
pub async fn compressed(response: Response, accepted: HeaderValue) -> Response {
    if response.body().size_hint().upper().is_some_and(|size| size <= WORTH_IT) {
        return response;
    }
    let fits = NotForContentType::IMAGES.and(NotForContentType::SSE);
    // Fast rather than small: it is done on the thread that answers.
    let compression = Compression::new(answering(response)).compress_when(fits).quality(CompressionLevel::Fastest);
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, accepted);
    compression.oneshot(request).await.into_response()
}

/// The answer without the compression that it has.
pub async fn undone(response: Response) -> Response {
    Decompression::new(answering(response)).oneshot(Request::new(Body::empty())).await.into_response()
}

/// A service that has one answer.
fn answering(response: Response) -> impl Service<Request<Body>, Response = Response, Error = Infallible, Future: Send> {
    let mut response = Some(response);
    service_fn(move |_| future::ready(Ok(response.take().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_when_it_is_named_and_not_refused() {
        let accepts = |value: &str| accepts(&[(header::ACCEPT_ENCODING, value.parse().expect("a header"))].into_iter().collect());
        for (value, expected) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5", true),
            ("*", true),
            ("br", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
            ("", false),
        ] {
            assert_eq!(accepts(value), expected, "{value}");
        }
        assert!(!super::accepts(&HeaderMap::new()));
    }
}
