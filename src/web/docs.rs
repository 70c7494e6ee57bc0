//! The description of the API: as OpenAPI, and as a page to read and try it.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use utoipa::{
    ToSchema,
    openapi::{
        ContentBuilder, ObjectBuilder, OpenApi, RefOr, Response as Documented, ResponseBuilder,
        path::{Operation, Parameter, ParameterIn, PathItem},
        schema::{AnyOfBuilder, Ref, Schema, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{Edge, authentication, compression, error};

/// Where the page is; its parts are below.
pub const PAGE: &str = "/api/docs/";
pub const DOCUMENT: &str = "/api/openapi.json";

/// What the page may load: itself and nothing from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Routes that need a token: none of them runs without one, and each says so in its description.
pub fn protected(mut routes: OpenApiRouter, edge: &Edge) -> OpenApiRouter {
    for operation in operations_mut(routes.get_openapi_mut()) {
        operation.security = Some(vec![
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("cookie", Vec::<String>::new()),
        ]);
        for (status, text) in [("401", "No valid token"), ("403", "Not for this caller")] {
            describe_error(operation, status, text);
        }
    }
    routes.route_layer(middleware::from_fn_with_state(Arc::new(edge.clone()), authentication::required))
}

/// Completes the document with what holds for every route.
pub fn complete(mut document: OpenApi) -> OpenApi {
    let owners = with_owner(&document);
    for operation in operations_mut(&mut document) {
        allow_absence_rather_than_null(operation);
        describe_refusals(operation, &owners);
    }
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("auth_token"))));
    document
}

/// A schema with its name, and those that it refers to.
pub type SchemaOf = fn() -> Vec<(String, RefOr<Schema>)>;

/// The schema of a type.
pub fn schema_of<T: ToSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut all = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut all);
    all
}

/// Says that the member of a schema is null or what one of the kinds is shown as.
pub fn with_kinds(
    mut document: OpenApi,
    schema: &str,
    member: &str,
    kinds: impl Iterator<Item = (&'static str, SchemaOf)>,
) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let (mut any, mut names) = (AnyOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Null)), Vec::new());
    for (kind, schemas) in kinds {
        let schemas = schemas();
        if let Some((name, _)) = schemas.first() {
            names.push(format!("`{kind}`: {name}"));
            any = any.item(Ref::from_schema_name(name));
        }
        components.schemas.extend(schemas);
    }
    if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(schema) {
        let text = format!("The resource as its own route shows it, by its kind; null when it is gone. {}", names.join(", "));
        object.properties.insert(member.to_owned(), any.description(Some(text)).into());
    }
    document
}

/// Serves the document and the page.
pub fn router(document: &OpenApi) -> serde_json::Result<Router> {
    let bytes = Bytes::from(serde_json::to_vec(document)?);
    let document = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], bytes) });
    // The badge of an online validator would be fetched from elsewhere.
    let page = SwaggerUi::new("/api/docs").config(Config::from(DOCUMENT).validator_url("none"));
    let page = Router::from(page).layer(middleware::from_fn(with_policy));
    Ok(Router::new().route(DOCUMENT, document).merge(page))
}

/// The parts are kept compressed; whoever does not read that gets them plain.
async fn with_policy(request: Request, next: Next) -> Response {
    let accepts = compression::accepts(request.headers());
    let mut response = next.run(request).await;
    // A part that the page does not have is like every other address that leads nowhere.
    if response.status() == StatusCode::NOT_FOUND {
        return error::unknown_route().await.into_response();
    }
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    if accepts { response } else { compression::undone(response).await }
}

/// Every operation with its method, in upper case, and its path.
pub fn methods_and_paths(document: &OpenApi) -> Vec<(&'static str, &str)> {
    operations(document).map(|(method, path, _)| (method, path)).collect()
}

/// As [`methods_and_paths`], with what is said of it.
pub fn operations(document: &OpenApi) -> impl Iterator<Item = (&'static str, &str, &Operation)> {
    document.paths.paths.iter().flat_map(|(path, item)| {
        let all =
            [("GET", &item.get), ("POST", &item.post), ("PATCH", &item.patch), ("DELETE", &item.delete), ("PUT", &item.put)];
        all.into_iter().filter_map(move |(method, operation)| Some((method, path.as_str(), operation.as_ref()?)))
    })
}

fn operations_mut(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|item: &mut PathItem| {
        [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
    })
}

/// The answers that an operation has because of what it takes.
fn describe_refusals(operation: &mut Operation, owners: &HashSet<String>) {
    let has_body = operation.request_body.is_some();
    let takes = |name: &str, place: ParameterIn| parameters(operation, place).any(|known| known.name == name);
    // Whoever names a user or a thing may name one that is not there.
    let names_something = parameters(operation, ParameterIn::Path).next().is_some()
        || takes("user_id", ParameterIn::Query)
        || body_schema(operation).is_some_and(|schema| owners.contains(schema));
    let has_version = takes("If-None-Match", ParameterIn::Header);
    let answers = [
        ("400", "The request cannot be used as it is", true),
        ("404", "There is no such thing", names_something),
        ("408", "The body took too long to arrive", has_body),
        ("412", "It has another ETag by now", takes("If-Match", ParameterIn::Header)),
        ("413", "The body is larger than 64 KiB", has_body),
        ("415", "The body is not JSON, or is encoded", has_body),
        ("422", "The Idempotency-Key was used for another request", takes("Idempotency-Key", ParameterIn::Header)),
        ("500", "A defect on our side", true),
        ("503", "Not now; see Retry-After", true),
    ];
    for (status, text, applies) in answers {
        if applies {
            describe_error(operation, status, text);
        }
    }
    if has_version {
        let response: Documented = ResponseBuilder::new().description("You have this version").build();
        operation.responses.responses.entry("304".to_owned()).or_insert(RefOr::T(response));
    }
}

/// The names of what an operation takes in one place.
pub fn parameters(operation: &Operation, place: ParameterIn) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(move |parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == place => Some(parameter),
        _ => None,
    })
}

/// The name of the schema of an operation's body.
fn body_schema(operation: &Operation) -> Option<&str> {
    let RefOr::T(body) = operation.request_body.as_ref()? else { return None };
    let contents = body.content.values().filter_map(|content| if let RefOr::T(content) = content { Some(content) } else { None });
    contents.filter_map(|content| content.schema.as_ref()).find_map(|schema| match schema {
        RefOr::Ref(to) => to.ref_location.rsplit('/').next(),
        RefOr::T(_) => None,
    })
}

/// The schemas of objects that have a `user_id`.
fn with_owner(document: &OpenApi) -> HashSet<String> {
    let schemas = document.components.iter().flat_map(|components| &components.schemas);
    let with_owner = schemas.filter(|(_, schema)| match schema {
        RefOr::T(Schema::Object(object)) => object.properties.contains_key("user_id"),
        _ => false,
    });
    with_owner.map(|(name, _)| name.clone()).collect()
}

/// A body that may be left out is described as one that may be `null`, which is no object.
fn allow_absence_rather_than_null(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content
            && let Some(RefOr::T(Schema::OneOf(either))) = &content.schema
            && let Some(body) = either.items.iter().find(|item| matches!(item, RefOr::Ref(_)))
        {
            content.schema = Some(body.clone());
        }
    }
}

fn describe_error(operation: &mut Operation, status: &str, text: &str) {
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("ErrorBody")))).build();
    let response: Documented = ResponseBuilder::new().description(text).content("application/json", content).build();
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
}
