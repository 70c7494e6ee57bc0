//! The description of the API: as OpenAPI, and as a page to read and try it.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use utoipa::openapi::{
    self, ContentBuilder, OpenApi, RefOr, Response as Documented, ResponseBuilder,
    path::{Operation, PathItem},
    schema::{Ref, Schema},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{Edge, authentication, request};

/// Where the page is; its parts are below.
pub const PAGE: &str = "/api/docs/";
pub const DOCUMENT: &str = "/api/openapi.json";

/// What the page may load: itself and nothing from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Routes that need a token: none of them runs without one, and each says so in its description.
pub fn protected(mut routes: OpenApiRouter, edge: &Edge) -> OpenApiRouter {
    for operation in operations(routes.get_openapi_mut()) {
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
    for operation in operations(&mut document) {
        allow_absence_rather_than_null(operation);
        let has_body = operation.request_body.is_some();
        for (status, text, applies) in [
            ("400", "The request cannot be used as it is", true),
            ("404", "There is no such thing", true),
            ("408", "The body took too long to arrive", has_body),
            ("413", "The body is larger than 64 KiB", has_body),
            ("415", "The body is not JSON", has_body),
            ("500", "A defect on our side", true),
            ("503", "Not now; see Retry-After", true),
        ] {
            if applies {
                describe_error(operation, status, text);
            }
        }
    }
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("auth_token"))));
    document
}

/// Serves the document and the page.
pub fn router(document: &OpenApi) -> serde_json::Result<Router> {
    let bytes = Bytes::from(serde_json::to_vec(document)?);
    let document = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], bytes) });
    // The badge of an online validator would be fetched from elsewhere.
    let page = SwaggerUi::new("/api/docs").config(Config::from(DOCUMENT).validator_url("none"));
    let page = Router::from(page).layer(middleware::map_response(with_policy));
    Ok(Router::new().route(DOCUMENT, document).merge(page))
}

async fn with_policy(mut response: Response) -> Response {
    // A part that the page does not have is like every other address that leads nowhere.
    if response.status() == StatusCode::NOT_FOUND {
        return request::unknown_route().await.into_response();
    }
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    response
}

/// Every operation with its method, in upper case, and its path.
pub fn methods_and_paths(document: &OpenApi) -> Vec<(&'static str, &str)> {
    document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            let all =
                [("GET", &item.get), ("POST", &item.post), ("PATCH", &item.patch), ("DELETE", &item.delete), ("PUT", &item.put)];
            all.into_iter().filter(|(_, operation)| operation.is_some()).map(move |(method, _)| (method, path.as_str()))
        })
        .collect()
}

fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|item: &mut PathItem| {
        [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
    })
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
    operation.responses.responses.entry(status.to_owned()).or_insert(openapi::RefOr::T(response));
}
