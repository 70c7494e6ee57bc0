//! Path and query parameters.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use crate::kernel::{Code, Error};

/// The query, as a struct of optional texts. Errors: `InvalidParameter` when it cannot be decoded or a parameter is
/// given twice.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        let bad = |_| Error::new(Code::InvalidParameter, "The query parameters cannot be read");
        query.map(|axum::extract::Query(value)| Self(value)).map_err(bad)
    }
}

/// The one parameter of the path, as text: what is no id is not found rather than wrong.
#[derive(Debug)]
pub struct PathId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        // Bytes that are not UTF-8 are no id either.
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::not_found("This"))?;
        let first = params.iter().next().map(|(_, value)| value.to_owned());
        first.map(Self).ok_or_else(|| Error::internal("a route without a parameter"))
    }
}

/// Whose resource a route is about, for administrators; for everybody else it can only be their own.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhoseQuery {
    /// The owner, when that is not you.
    user_id: Option<String>,
}

impl WhoseQuery {
    pub fn given(&self) -> Option<&str> {
        given(self.user_id.as_ref())
    }
}

/// A parameter or field that is really there: an empty one is as good as none.
pub fn given(value: Option<&String>) -> Option<&str> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty())
}
