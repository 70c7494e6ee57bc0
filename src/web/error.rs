//! Errors as responses: the status of each meaning, and the one shape of their bodies.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::{Code, Error, Meaning, RequestId};

/// The body of every answer that is not a success.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// A sentence for a person.
    pub error: String,
    /// Stable, for programs.
    pub code: String,
    /// The field of the body that is at fault, if one is; a nested one by its path, such as `work_hours.end`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// Which operation is at fault, of several that were to be done together; the first is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub index: Option<usize>,
    /// How what was asked of stands, where that forbids it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<String>,
    /// The id under which the log knows this request.
    pub request_id: String,
}

pub fn status(meaning: Meaning) -> StatusCode {
    match meaning {
        Meaning::Invalid => StatusCode::BAD_REQUEST,
        Meaning::Unauthenticated => StatusCode::UNAUTHORIZED,
        Meaning::Forbidden => StatusCode::FORBIDDEN,
        Meaning::NotFound => StatusCode::NOT_FOUND,
        Meaning::Gone => StatusCode::GONE,
        Meaning::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Meaning::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Meaning::Conflict => StatusCode::CONFLICT,
        Meaning::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Meaning::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Meaning::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Meaning::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Meaning::Throttled => StatusCode::TOO_MANY_REQUESTS,
        Meaning::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Meaning::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The status that an error has as an answer.
pub fn status_of(error: &Error) -> u16 {
    status(error.meaning()).as_u16()
}

/// The error travels with the response to where the request id is known; see [`render`].
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status(self.meaning()).into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

/// 404 for what is not a route.
pub async fn unknown_route() -> Error {
    Error::new(Code::NotFound, "There is nothing at this address")
}

/// Gives a response that carries an error its body and headers; logs what went wrong on our side.
pub fn render(response: &mut Response, request_id: &RequestId) {
    let Some(error) = response.extensions_mut().remove::<std::sync::Arc<Error>>() else { return };
    log(&error);
    let body = ErrorBody {
        error: error.message().to_owned(),
        code: error.code().as_str().to_owned(),
        field: error.field().map(str::to_owned),
        index: error.index(),
        status: error.status().map(str::to_owned),
        request_id: request_id.to_string(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if error.meaning() == Meaning::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    headers.remove(header::CONTENT_LENGTH);
    tell_when(response, &error);
    // Strings always have a JSON form.
    *response.body_mut() = serde_json::to_vec(&body).unwrap_or_default().into();
}

/// Logs what went wrong on our side.
pub fn log(error: &Error) {
    if matches!(error.meaning(), Meaning::Internal | Meaning::Unavailable) {
        tracing::error!(error = %error.chain(), "request failed");
    }
}

/// Says when to try again, where that is known.
pub fn tell_when(response: &mut Response, error: &Error) {
    if let Some(wait) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
}
