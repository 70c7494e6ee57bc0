//! Path and query parameters.

use std::collections::{BTreeMap, HashMap};

use axum::{
    extract::{FromRequestParts, MatchedPath, RawPathParams},
    http::{Method, Uri, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::{
    IntoParams,
    openapi::{
        KnownFormat, Object, OpenApi, RefOr, Required, Schema,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};

use super::{docs, strict};
use crate::kernel::{Code, Ctx, Error, FromText, Id, Owner, Resource, Result, field::formatted};

/// The query, as a struct of optional texts. What its parameters may be called is held against the description of the API
/// before, by [`KnownParameters`]. Errors: `InvalidParameter` when it cannot be decoded.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        query(&parts.uri).map(Self)
    }
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T> {
    let bad = || Error::new(Code::InvalidParameter, "The query parameters cannot be read");
    if let Ok(axum::extract::Query(value)) = axum::extract::Query::try_from_uri(uri) {
        return Ok(value);
    }
    // A list may be given as several parameters of the same name, which the Functions host joins with commas too.
    let axum::extract::Query(given) = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| bad())?;
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in given {
        let known = joined.entry(name).or_default();
        known.push_str(if known.is_empty() { "" } else { "," });
        known.push_str(&value);
    }
    let joined = form_urlencoded::Serializer::new(String::new()).extend_pairs(joined).finish();
    let joined = Uri::builder().path_and_query(format!("/?{joined}")).build().map_err(|_| bad())?;
    axum::extract::Query::try_from_uri(&joined).map(|axum::extract::Query(value)| value).map_err(|_| bad())
}

/// The resource that the path names by its id, and whose data it is looked for in: the caller's own, or that of the user
/// whom an administrator names. Errors: `NotFound` for what is no id, `Forbidden` for somebody else as `user_id`.
#[derive(Debug)]
pub struct ById<T> {
    pub id: Id<T>,
    pub owner: Owner,
}

impl<T: Resource, S: Send + Sync> FromRequestParts<S> for ById<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        let owner = ctx.owner(query::<WhoseQuery>(&parts.uri)?.given())?;
        let id = in_path(parts, state).await?.as_deref().and_then(Id::parse);
        Ok(Self { id: id.ok_or_else(|| Error::not_found(T::NOUN))?, owner })
    }
}

impl<T> IntoParams for ById<T> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = vec![id_in_path("id")];
        all.extend(WhoseQuery::into_params(parameter_in));
        all
    }
}

/// The part of a resource that the path names by a second id. Errors: `NotFound` for what is no id.
#[derive(Debug)]
pub struct InnerId<T>(pub Id<T>);

impl<T: Resource, S: Send + Sync> FromRequestParts<S> for InnerId<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let id = params.and_then(|params| params.iter().nth(1).and_then(|(_, value)| Id::parse(value)));
        id.map(Self).ok_or_else(|| Error::not_found(T::NOUN))
    }
}

impl<T: Resource> IntoParams for InnerId<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![id_in_path(T::IN_PATH)]
    }
}

/// The caller's own data, of what is nobody else's concern. Errors: `Forbidden` for anybody else as `user_id`, also to an
/// administrator.
#[derive(Debug)]
pub struct Own(pub Owner);

impl<S: Send + Sync> FromRequestParts<S> for Own {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        ctx.owner_alone(query::<OwnQuery>(&parts.uri)?.given()).map(Self)
    }
}

impl IntoParams for Own {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        OwnQuery::into_params(parameter_in)
    }
}

/// The caller's own resource that the path names by its id, of what is nobody else's concern. Errors: `NotFound` for what is
/// no id, and those of [`Own`].
#[derive(Debug)]
pub struct OwnById<T> {
    pub id: Id<T>,
    pub owner: Owner,
}

impl<T: Resource, S: Send + Sync> FromRequestParts<S> for OwnById<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Own(owner) = Own::from_request_parts(parts, state).await?;
        let id = in_path(parts, state).await?.as_deref().and_then(Id::parse);
        Ok(Self { id: id.ok_or_else(|| Error::not_found(T::NOUN))?, owner })
    }
}

impl<T> IntoParams for OwnById<T> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = vec![id_in_path("id")];
        all.extend(OwnQuery::into_params(parameter_in));
        all
    }
}

/// The caller's own thing that the path names by a text which is no UUID. Errors: those of [`Own`].
#[derive(Debug)]
pub struct OwnByName {
    pub name: String,
    pub owner: Owner,
}

impl<S: Send + Sync> FromRequestParts<S> for OwnByName {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Own(owner) = Own::from_request_parts(parts, state).await?;
        // What is no text names nothing.
        let name = in_path(parts, state).await?.unwrap_or_default();
        Ok(Self { name, owner })
    }
}

impl IntoParams for OwnByName {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let name = ParameterBuilder::new().name("id").parameter_in(ParameterIn::Path).required(Required::True);
        let mut all = vec![name.schema(Some(Object::with_type(Type::String))).build()];
        all.extend(OwnQuery::into_params(parameter_in));
        all
    }
}

/// The user whose account the path names by its id. Errors: `NotFound` for everybody else's, but to an administrator.
#[derive(Debug)]
pub struct Account(pub Owner);

impl<S: Send + Sync> FromRequestParts<S> for Account {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        ctx.owner_of_account(&in_path(parts, state).await?.unwrap_or_default()).map(Self)
    }
}

impl IntoParams for Account {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![id_in_path("id")]
    }
}

/// The user whom the path names as the owner of what is asked for. Errors: `Forbidden` for everybody else, but to an
/// administrator.
#[derive(Debug)]
pub struct UserInPath(pub Owner);

impl<S: Send + Sync> FromRequestParts<S> for UserInPath {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        ctx.owner_named(&in_path(parts, state).await?.unwrap_or_default()).map(Self)
    }
}

impl IntoParams for UserInPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![id_in_path("user_id")]
    }
}

/// The one parameter of the path; `None` for bytes that are no text, which no id can be.
async fn in_path<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Option<String>> {
    let Ok(params) = RawPathParams::from_request_parts(parts, state).await else { return Ok(None) };
    let first = params.iter().next().map(|(_, value)| value.to_owned());
    first.map(Some).ok_or_else(|| Error::internal("a route without a parameter"))
}

fn id_in_path(name: &str) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
    parameter.schema(Some(formatted(KnownFormat::Uuid))).build()
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

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OwnQuery {
    /// You; nobody else's can be asked for.
    user_id: Option<String>,
}

impl OwnQuery {
    pub fn given(&self) -> Option<&str> {
        given(self.user_id.as_ref())
    }
}

/// A parameter or field that is really there: an empty one is as good as none.
pub fn given(value: Option<&String>) -> Option<&str> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// A value as it stands in a query.
pub fn escaped(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Reads a parameter of the query by the rule of its type. Errors: `InvalidParameter`.
pub fn parameter<T: FromText>(name: &str, text: Option<&str>) -> Result<Option<T>> {
    text.map(|text| T::from_text(text).map_err(|rule| rule.of_parameter(name))).transpose()
}

/// The query parameters of each operation, as the description has them: so that what is not described is refused everywhere,
/// and what is described is not forgotten.
#[derive(Debug)]
pub struct KnownParameters(HashMap<String, Vec<(&'static str, Vec<KnownParameter>)>>);

#[derive(Debug)]
struct KnownParameter {
    name: String,
    /// Whether it may be given more than once.
    is_list: bool,
    /// Whether it stands for all that have no name here, for whom others make the address of.
    is_rest: bool,
}

impl KnownParameters {
    pub fn of(document: &OpenApi) -> Self {
        let mut known: HashMap<String, Vec<_>> = HashMap::new();
        for (method, path, operation) in docs::operations(document) {
            let all = docs::parameters(operation, ParameterIn::Query);
            let all = all.map(|parameter| KnownParameter {
                name: parameter.name.clone(),
                is_list: is_list(parameter),
                is_rest: is_rest(parameter),
            });
            known.entry(path.to_owned()).or_default().push((method, all.collect()));
        }
        Self(known)
    }

    /// Errors: `InvalidParameter`, naming a parameter that the operation does not have or that is given twice. Routes that
    /// are not described may be asked anything.
    pub fn check(&self, method: &Method, route: Option<&MatchedPath>, uri: &Uri) -> Result<()> {
        let Some(query) = uri.query() else { return Ok(()) };
        let Some(operations) = route.and_then(|route| self.0.get(route.as_str())) else { return Ok(()) };
        // Whatever can be read can be asked about.
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let Some((_, known)) = operations.iter().find(|(one, _)| *one == method) else { return Ok(()) };
        let given: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        for (index, (name, _)) in given.iter().enumerate() {
            let problem = match known.iter().find(|known| known.name == *name) {
                None if known.iter().any(|known| known.is_rest) => continue,
                None => "is not known here",
                Some(known) if !known.is_list && given[..index].iter().any(|(earlier, _)| earlier == name) => {
                    "is given more than once"
                }
                Some(_) => continue,
            };
            let name = strict::named(name);
            return Err(Error::new(Code::InvalidParameter, format!("Query parameter '{name}' {problem}")));
        }
        Ok(())
    }
}

fn is_list(parameter: &Parameter) -> bool {
    matches!(&parameter.schema, Some(RefOr::T(Schema::Array(_))))
}

fn is_rest(parameter: &Parameter) -> bool {
    matches!(&parameter.schema, Some(RefOr::T(Schema::Object(object))) if object.additional_properties.is_some())
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, routing::get};
    use tower::ServiceExt as _;
    use utoipa::openapi::{
        HttpMethod, OpenApiBuilder, PathsBuilder,
        path::{OperationBuilder, PathItem},
    };

    use super::*;

    /// What is said of a request to a route that knows `a` and `b` when it is read, and nothing when it is written.
    async fn said(method: &str, target: &str) -> Option<String> {
        let parameter = |name| ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
        let mut item =
            PathItem::new(HttpMethod::Get, OperationBuilder::new().parameter(parameter("a")).parameter(parameter("b")));
        item.post = Some(OperationBuilder::new().build());
        let known = KnownParameters::of(&OpenApiBuilder::new().paths(PathsBuilder::new().path("/things/{id}", item)).build());
        let known = std::sync::Arc::new(known);
        let check = move |method: Method, route: MatchedPath, uri: Uri| {
            let known = std::sync::Arc::clone(&known);
            async move { known.check(&method, Some(&route), &uri).err().map(|error| error.message().to_owned()).unwrap_or_default() }
        };
        let routes = Router::new()
            .route("/things/{id}", get(check.clone()).post(check.clone()).put(check.clone()))
            .route("/page", get(check));
        let request = Request::builder().method(method).uri(target).body(Body::empty()).expect("a request");
        let answer = routes.oneshot(request).await;
        let body = axum::body::to_bytes(answer.expect("infallible").into_body(), 1_000).await.expect("a body");
        (!body.is_empty()).then(|| String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn only_what_is_described_may_be_asked_and_once() {
        for good in ["/things/1", "/things/1?", "/things/1?a=1&b=2", "/things/1?b=&a", "/page?anything=1"] {
            assert_eq!(said("GET", good).await, None, "{good}");
        }
        assert_eq!(said("PUT", "/things/1?a=1").await, None, "no such operation, which is said elsewhere");
        for (method, target, name) in [
            ("GET", "/things/1?c=1", "'c' is not known here"),
            ("GET", "/things/1?a=1&A=1", "'A' is not known here"),
            ("GET", "/things/1?a%5B%5D=1", "'a[]' is not known here"),
            ("GET", "/things/1?=1", "'' is not known here"),
            ("GET", "/things/1?a=1&a=1", "'a' is given more than once"),
            ("POST", "/things/1?a=1", "'a' is not known here"),
        ] {
            assert_eq!(said(method, target).await, Some(format!("Query parameter {name}")), "{target}");
        }
    }
}
