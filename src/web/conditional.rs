//! `ETags`, `If-Match` and `If-None-Match`.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};
use uuid::Uuid;

use crate::kernel::{FromText, Precondition, Rule};

/// The `ETag` of a version: always strong.
pub fn etag(version: Uuid) -> HeaderValue {
    let mut text = Uuid::encode_buffer();
    let text = format!("\"{}\"", version.simple().encode_lower(&mut text));
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// `If-Match`: change it only if it still is what I read.
#[derive(Debug)]
pub struct IfMatch(pub Precondition);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(listed(&parts.headers, &header::IF_MATCH).map_or(Precondition::None, matching)))
    }
}

/// Within a body, for one of several operations: what the header has for one.
impl FromText for Precondition {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        Ok(matching(text.split(',').map(str::trim).collect()))
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![tag("If-Match", "The ETag that you read")]
    }
}

fn tag(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

/// `If-None-Match`: spare me what I have.
#[derive(Debug)]
pub struct IfNoneMatch(Precondition);

impl IfNoneMatch {
    pub fn has(&self, version: Uuid) -> bool {
        matches!(&self.0, Precondition::OneOf(versions) if versions.contains(&version) || versions.contains(&ANY))
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![tag("If-None-Match", "The ETag of what you have")]
    }
}

/// Stands for `*`; no operation has this number.
const ANY: Uuid = Uuid::max();

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // For reading, a weak tag is as good as a strong one.
        let read = |tag: &str| if tag == "*" { Some(ANY) } else { strong(tag.strip_prefix("W/").unwrap_or(tag)) };
        Ok(Self(match listed(&parts.headers, &header::IF_NONE_MATCH) {
            None => Precondition::None,
            Some(tags) => Precondition::OneOf(tags.into_iter().filter_map(read).collect()),
        }))
    }
}

/// The tags of all headers of that name; ours contain no comma.
fn listed<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<Vec<&'h str>> {
    headers.contains_key(name).then(|| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(str::trim).collect()
    })
}

/// What does not exist is 404 before the condition is looked at, so "any version" asks for nothing more.
fn matching(tags: Vec<&str>) -> Precondition {
    if tags.contains(&"*") { Precondition::None } else { Precondition::OneOf(tags.into_iter().filter_map(strong).collect()) }
}

fn strong(tag: &str) -> Option<Uuid> {
    let text = tag.strip_prefix('"')?.strip_suffix('"')?;
    (text.len() == 32).then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn if_match(value: &str) -> Precondition {
        let (mut parts, ()) = Request::builder().header("if-match", value).body(()).expect("request").into_parts();
        IfMatch::from_request_parts(&mut parts, &()).await.expect("infallible").0
    }

    #[tokio::test]
    async fn if_match_takes_strong_tags_only() {
        let version = Uuid::from_u128(7);
        let tag = etag(version).to_str().expect("ASCII").to_owned();
        assert_eq!(if_match(&tag).await, Precondition::OneOf(vec![version]));
        assert_eq!(if_match(&format!("\"x\", {tag}")).await, Precondition::OneOf(vec![version]));
        assert_eq!(if_match(&format!("W/{tag}")).await, Precondition::OneOf(vec![]));
        assert_eq!(if_match("nonsense").await, Precondition::OneOf(vec![]));
        assert_eq!(if_match("*").await, Precondition::None);
    }

    #[tokio::test]
    async fn if_none_match_takes_weak_tags_too() {
        let version = Uuid::from_u128(7);
        let tag = etag(version).to_str().expect("ASCII").to_owned();
        for (value, expected) in [(tag.clone(), true), (format!("W/{tag}"), true), ("*".into(), true), ("\"x\"".into(), false)] {
            let request = Request::builder().header("if-none-match", &value).body(()).expect("request");
            let (mut parts, ()) = request.into_parts();
            let read = IfNoneMatch::from_request_parts(&mut parts, &()).await.expect("infallible");
            assert_eq!(read.has(version), expected, "{value}");
        }
    }
}
