//! Serves the page, which is in the program: at `/app/`, and at `/api/app/` for where only `/api` reaches us. It is made of the API
//! that everybody has, and knows nothing else.

mod assets;

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};

use self::assets::{FILES, File, INDEX_BELOW_API, VERSION};
use crate::web::{
    APP, APP_BELOW_API, compression,
    conditional::{IfNoneMatch, etag},
    error,
};

/// What the page may do: load what is its own and ask this service, with one policy for what may become the address of a script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; \
     worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types avanochi";
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=()";

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const REVALIDATED: &str = "no-cache";

/// The routes of the page. They are not part of the API, so its description does not have them.
pub fn router() -> Router {
    [APP, APP_BELOW_API].into_iter().fold(Router::new(), |routes, folder| {
        let index: &'static File = if folder == APP { file("index.html").unwrap_or(&INDEX_BELOW_API) } else { &INDEX_BELOW_API };
        routes
            .route(
                folder,
                get(move |headers: HeaderMap, has: IfNoneMatch| async move { answer(index, REVALIDATED, &headers, &has) }),
            )
            // Relative addresses begin at a folder.
            .route(&folder[..folder.len() - 1], get(to_folder))
            // A service worker rules over its own folder, and a browser looks for a newer one under its address.
            .route(&format!("{folder}sw.js"), get(worker))
            .route(&format!("{folder}{{version}}/{{*name}}"), get(asset))
    })
}

/// Seen from an address without the slash, the folder is one of its last part's siblings.
async fn to_folder(uri: Uri) -> Response {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, format!("{last}/"))]).into_response()
}

async fn worker(headers: HeaderMap, has: IfNoneMatch) -> Response {
    match file("sw.js") {
        Some(worker) => answer(worker, REVALIDATED, &headers, &has),
        None => error::unknown_route().await.into_response(),
    }
}

/// A file of this version. Of another one there is none: the page that asks for it is older or newer than this program.
async fn asset(Path((version, name)): Path<(String, String)>, headers: HeaderMap, has: IfNoneMatch) -> Response {
    match file(&name).filter(|_| version == VERSION) {
        Some(file) => answer(file, FOR_EVER, &headers, &has),
        None => error::unknown_route().await.into_response(),
    }
}

fn file(name: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.name.cmp(name)).ok().map(|index| &FILES[index])
}

fn answer(file: &'static File, caching: &'static str, headers: &HeaderMap, has: &IfNoneMatch) -> Response {
    let gzip = file.gzip.as_ref().filter(|_| compression::accepts(headers));
    let body = gzip.unwrap_or(&file.plain);
    let mut response = if has.has(body.version) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(body.bytes).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type()));
        if gzip.is_some() {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let says = [
        (header::CACHE_CONTROL, caching),
        (header::VARY, "accept-encoding"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    for (name, value) in says {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(header::ETAG, etag(body.version));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_a_media_type_and_its_order_is_that_of_names() {
        assert!(FILES.is_sorted_by(|one, next| one.name < next.name));
        for file in FILES {
            assert!(!file.media_type().is_empty(), "{}", file.name);
        }
        assert!(file("index.html").is_some() && file("sw.js").is_some() && file("test/package.json").is_none());
    }
}
