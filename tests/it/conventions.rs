//! What holds for every route: bodies, errors, request ids, versions, methods, CORS, headers.

use std::io::Read as _;

use axum::body::Body;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let json_type = Some("application/json");
    for (content_type, body, status, code) in [
        (json_type, "", 400, "invalid_json"),
        (json_type, "{", 400, "invalid_json"),
        (json_type, "[]", 400, "invalid_json"),
        (json_type, "null", 400, "invalid_json"),
        (None, "{}", 400, "invalid_json"),
        (Some("text/plain"), "{}", 415, "unsupported_media_type"),
        (Some("application/x-www-form-urlencoded"), "a=b", 415, "unsupported_media_type"),
    ] {
        let answer = ann.send_raw("POST", "/api/tasks", content_type, Body::from(body)).await;
        answer.assert_error(status, code);
        if status == 400 {
            answer.assert_says("Invalid JSON payload");
        }
    }
    let id = ann.create_task("a").await.text("id");
    let patched = ann.send_raw("PATCH", &format!("/api/tasks/{id}"), None, Body::from("{}")).await;
    patched.assert_error(400, "invalid_json");
}

#[tokio::test]
async fn what_nobody_looks_at_is_judged_like_everything_else() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.create_task("a").await.text("id");
    let deep = format!("{}{}", "[".repeat(127), "]".repeat(127));
    let parts = [b"1e999".as_slice(), deep.as_bytes(), br#""\ud800""#, b"\"\xff\"", b"-", b"{", b"nul"];
    for (method, path) in [
        ("POST", "/api/auth/register"),
        ("POST", "/api/auth/login"),
        ("POST", "/api/tasks"),
        ("PATCH", &format!("/api/tasks/{id}")),
        ("PATCH", &format!("/api/users/{}", ann.id)),
        ("POST", "/api/work_sessions/start"),
        ("POST", "/api/work_sessions"),
    ] {
        for part in parts {
            let known =
                format!(r#"{{"title":"x","name":"x","username":"other","password":"{PASSWORD}","user_id":"{}","more":"#, ann.id);
            let body = [known.as_bytes(), part, b"}"].concat();
            let answer = ann.send_raw(method, path, Some("application/json"), Body::from(body)).await;
            answer.assert_error(400, "invalid_json").assert_says("Invalid JSON payload");
        }
        let doubled = Body::from(r#"{"more":{"a":[{"b":1,"b":1}]}}"#);
        let answer = ann.send_raw(method, path, Some("application/json"), doubled).await;
        assert_eq!(answer.assert_error(400, "invalid_field").text("field"), "more.a.b", "{method} {path}");
        let encoded = ann.clone().with_header("content-encoding", "gzip");
        encoded
            .send_raw(method, path, Some("application/json"), Body::from("{}"))
            .await
            .assert_error(415, "unsupported_media_type");
    }
    assert_eq!(ann.stats().await["total_tasks"], 1);
}

#[tokio::test]
async fn long_answers_are_compressed_for_whoever_asks() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for n in 0..8 {
        ann.create_task(&format!("task {n}")).await;
    }
    let plain = ann.get("/api/tasks").await;
    assert_eq!((plain.header("content-encoding"), plain.bytes.len() > 1024), (None, true));
    for (accepted, compressed) in
        [("gzip", true), ("br, gzip;q=0.5", true), ("br", false), ("gzip;q=0", false), ("identity", false)]
    {
        let asking = ann.clone().with_header("accept-encoding", accepted);
        let answer = asking.get("/api/tasks").await;
        assert_eq!(answer.header("content-encoding"), compressed.then_some("gzip"), "{accepted}");
        assert_eq!(if compressed { gunzipped(&answer.bytes) } else { answer.bytes.to_vec() }, plain.bytes, "{accepted}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        // Not worth it.
        assert_eq!(asking.get("/api/tasks?limit=1").await.header("content-encoding"), None);
        assert_eq!(asking.get(&format!("/api/users/{}", ann.id)).await.header("content-encoding"), None);
        // The page of documentation is kept compressed, which is no reason to hand it out so.
        let page = asking.get("/api/docs/").await;
        assert_eq!((page.status, page.header("content-encoding")), (200, compressed.then_some("gzip")), "{accepted}");
        let html = if compressed { gunzipped(&page.bytes) } else { page.bytes.to_vec() };
        assert!(html.starts_with(b"<!"), "{accepted}: {html:?}");
    }
    let page = app.anonymous().get("/api/docs/").await;
    assert!(page.header("content-encoding").is_none() && page.bytes.starts_with(b"<!"), "{page:?}");
}

fn gunzipped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).expect("gzip");
    plain
}

#[tokio::test]
async fn a_body_may_have_64_kib() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let body = |length: usize| {
        let empty = json!({ "title": "x", "user_id": ann.id, "more": "" }).to_string().len();
        Body::from(json!({ "title": "x", "user_id": ann.id, "more": "m".repeat(length - empty) }).to_string())
    };
    let json_type = Some("application/json");
    assert_eq!(ann.send_raw("POST", "/api/tasks", json_type, body(65_536)).await.status, 201);
    ann.send_raw("POST", "/api/tasks", json_type, body(65_537)).await.assert_error(413, "body_too_large");
    assert_eq!(ann.stats().await["total_tasks"], 1);
}

#[tokio::test]
async fn a_request_id_is_returned_or_made() {
    let app = TestApp::new();
    let health = async |id: &str| app.anonymous().with_header("x-request-id", id).get("/api/health").await;
    assert_eq!(health("abc-1").await.header("x-request-id"), Some("abc-1"));
    for unusable in ["a b", &"x".repeat(129), "é"] {
        let answer = health(unusable).await;
        let given = answer.header("x-request-id").expect("an id").to_owned();
        assert!(given != unusable && given.len() == 36, "{given}");
    }
    let error = app.anonymous().with_header("x-request-id", "abc-2").get("/api/nothing").await;
    assert_eq!(error.assert_error(404, "not_found").text("request_id"), "abc-2");
}

#[tokio::test]
async fn unknown_routes_and_wrong_methods_have_the_error_body() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for path in ["/api", "/api/", "/api/nothing", "/nothing", "/api/tasks/a/b", "/API/tasks"] {
        ann.get(path).await.assert_error(404, "not_found");
        app.anonymous().get(path).await.assert_error(404, "not_found");
    }
    for (method, path, allowed) in [
        ("PUT", "/api/tasks", "GET,HEAD,POST,PATCH"),
        ("PUT", "/api/tasks/x", "GET,HEAD,PATCH,DELETE"),
        ("DELETE", "/api/work_sessions", "GET,HEAD,POST"),
        ("GET", "/api/work_sessions/x/end", "POST"),
        ("POST", "/api/stats/x", "GET,HEAD"),
        ("GET", "/api/auth/login", "POST"),
        ("OPTIONS", "/api/health", "GET,HEAD"),
    ] {
        let answer = app.anonymous().send(method, path, None).await;
        answer.assert_error(405, "method_not_allowed").assert_says(&format!("Method {method} not allowed"));
        let (mut given, mut expected): (Vec<&str>, Vec<&str>) =
            (answer.header("allow").expect("Allow").split(',').collect(), allowed.split(',').collect());
        given.sort_unstable();
        expected.sort_unstable();
        assert_eq!(given, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn a_trailing_slash_is_overlooked() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.create_task("a").await.text("id");
    assert_eq!(ann.get("/api/tasks/?completed=false").await.body.as_array().map(Vec::len), Some(1));
    assert_eq!(ann.get(&format!("/api/tasks/{id}/")).await.status, 200);
    ann.get(&format!("/api/tasks/{id}//")).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn every_answer_has_the_safety_headers() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let answers = [
        ann.get("/api/tasks").await,
        app.anonymous().get("/api/tasks").await,
        ann.get("/api/nothing").await,
        app.anonymous().get("/api/health").await,
        app.anonymous().get("/api/docs/").await,
    ];
    for answer in &answers {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{answer:?}");
    }
}

#[tokio::test]
async fn versions_guard_changes_and_spare_reads() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let session = ann.start().await.text("id");
    for (path, change) in [
        (format!("/api/tasks/{}", ann.create_task("a").await.text("id")), Some(json!({ "title": "b" }))),
        (format!("/api/users/{}", ann.id), Some(json!({ "name": "Ann" }))),
        (format!("/api/work_sessions/{session}"), None),
    ] {
        let first = ann.get(&path).await.header("etag").expect("ETag").to_owned();
        let unchanged = ann.clone().with_header("if-none-match", &first).get(&path).await;
        assert_eq!((unchanged.status, unchanged.bytes.len(), unchanged.header("etag")), (304, 0, Some(first.as_str())));
        let Some(change) = change else { continue };
        let changed = ann.clone().with_header("if-match", &first).patch(&path, change.clone()).await;
        let second = changed.header("etag").expect("ETag").to_owned();
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_ne!(second, first);
        assert_eq!(ann.get(&path).await.header("etag"), Some(second.as_str()));
        assert_eq!(ann.clone().with_header("if-none-match", &first).get(&path).await.status, 200);
        let stale = ann.clone().with_header("if-match", &first);
        stale.patch(&path, change.clone()).await.assert_error(412, "stale_etag");
        stale.delete(&path).await.assert_error(412, "stale_etag");
        ann.clone().with_header("if-match", "nonsense").patch(&path, change.clone()).await.assert_error(412, "stale_etag");
        assert_eq!(ann.clone().with_header("if-match", "*").patch(&path, change).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_of_one_version_one_succeeds() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/tasks/{}", ann.create_task("a").await.text("id"));
    let etag = ann.get(&path).await.header("etag").expect("ETag").to_owned();
    let mut changes = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (client, path) = (ann.clone().with_header("if-match", &etag), path.clone());
        changes.spawn(async move { client.patch(&path, json!({ "title": format!("title {n}") })).await.status });
    }
    let mut statuses = changes.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[412; 19][..]));
}

#[tokio::test]
async fn only_listed_origins_may_call_from_a_page() {
    let app = TestApp::with(&[("CORS_ALLOWED_ORIGINS", "https://app.example, http://localhost:5173")]);
    let preflight = async |origin: &str| {
        let page = app.anonymous().with_header("origin", origin).with_header("access-control-request-method", "PATCH");
        page.with_header("access-control-request-headers", "authorization,content-type")
            .send("OPTIONS", "/api/tasks/x", None)
            .await
    };
    let listed = preflight("https://app.example").await;
    assert_eq!(listed.status, 200, "{listed:?}");
    assert_eq!(listed.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(listed.header("access-control-allow-credentials"), Some("true"));
    assert!(listed.header("access-control-allow-methods").is_some_and(|methods| methods.contains("PATCH")));
    for foreign in ["https://evil.example", "null", "https://app.example.evil"] {
        let refused = preflight(foreign).await;
        assert_eq!(refused.header("access-control-allow-origin"), None, "{refused:?}");
        assert_eq!(refused.header("access-control-allow-credentials"), None, "{refused:?}");
    }
    // Errors too must be readable for the page, or it cannot show them.
    let refused = app.anonymous().with_header("origin", "http://localhost:5173").get("/api/tasks").await;
    refused.assert_error(401, "unauthorized");
    assert_eq!(refused.header("access-control-allow-origin"), Some("http://localhost:5173"));
}

#[tokio::test]
async fn health_and_description_need_no_token() {
    let app = TestApp::new();
    let health = app.anonymous().get("/api/health").await;
    let (version, store) = (env!("CARGO_PKG_VERSION"), app.store.name());
    assert_eq!(health.body, json!({ "status": "ok", "version": version, "store": store, "limits": "local" }));
    assert_eq!(app.anonymous().get("/api/health?deep=true").await.status, 200);
    app.anonymous().get("/api/health?deep=maybe").await.assert_error(400, "invalid_parameter");
    let document = app.anonymous().get("/api/openapi.json").await;
    assert!(document.text("openapi").starts_with("3.1"), "{}", document.text("openapi"));
    let page = app.anonymous().get("/api/docs").await;
    assert_eq!((page.status, page.header("location")), (303, Some("/api/docs/")));
    let policy = app.anonymous().get("/api/docs/").await.header("content-security-policy").expect("a policy").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("http"), "{policy}");
}
