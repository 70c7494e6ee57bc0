//! Who may call what, for every operation that the description lists: a new route cannot be forgotten here.

use avanochi::web::docs::methods_and_paths;
use serde_json::json;

use crate::support::{Client, TestApp};

/// The operations that need no token; every other one does.
const PUBLIC: &[(&str, &str)] = &[
    ("POST", "/api/auth/register"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/refresh"),
    ("POST", "/api/auth/logout"),
    ("GET", "/api/health"),
];

fn protected(app: &TestApp) -> Vec<(&'static str, String)> {
    let all = methods_and_paths(&app.app.document);
    assert!(all.len() >= 20, "{all:?}");
    assert!(PUBLIC.iter().all(|public| all.contains(public)), "{all:?}");
    all.into_iter().filter(|operation| !PUBLIC.contains(operation)).map(|(method, path)| (method, path.to_owned())).collect()
}

#[tokio::test]
async fn no_route_works_without_a_good_token() {
    let app = TestApp::with(&[]);
    let ann = app.user("ann").await;
    let (payload, signature) = ann.token().rsplit_once('.').expect("a token");
    let forged = format!("{payload}.{}", signature.chars().rev().collect::<String>());
    let expired = ann.clone();
    let gone = app.user("gone").await;
    assert_eq!(gone.delete(&format!("/api/users/{}", gone.id)).await.status, 204);
    app.advance_seconds(60);
    let current = app.login("ann").await;
    app.advance_seconds(3540);

    // What would go on for as long as its listener likes ends at once.
    app.app.stop();
    for (method, path) in protected(&app) {
        let path = path.replace("{id}", &ann.id).replace("{user_id}", &ann.id);
        let body = json!({ "title": "x", "user_id": ann.id, "name": "x" });
        let call = async |client: &Client| client.send(method, &path, (method != "GET").then(|| body.clone())).await;
        let callers = [
            app.anonymous(),
            app.anonymous().with_token(&forged, ""),
            app.anonymous().with_token("", ""),
            app.anonymous().with_header("authorization", "Basic YTpi"),
            app.anonymous().with_header("cookie", &format!("auth_token={forged}")),
            expired.clone(),
            gone.clone(),
        ];
        for client in &callers {
            let answer = call(client).await;
            answer.assert_error(401, "unauthorized").assert_says("Unauthorized");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{method} {path}");
        }
        // The same call with a good token is not refused for it, so that the above says something.
        if method == "GET" {
            assert_ne!(call(&current).await.status, 401, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn nobody_reaches_what_is_somebody_elses() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let task = ann.create_task("private").await.text("id");
    let session = ann.start().await.text("id");
    let missing = "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b";

    for (method, template) in protected(&app) {
        let id = if template.contains("/tasks") {
            &task
        } else if template.contains("/work_sessions") {
            &session
        } else {
            &ann.id
        };
        let body = json!({ "title": "x", "user_id": ann.id, "name": "x" });
        let call = async |path: String| bob.send(method, &path, (method != "GET").then(|| body.clone())).await;
        if template.contains("{id}") {
            // The same answer as for what does not exist, but for the request's own id.
            let theirs = call(template.replace("{id}", id)).await;
            let nothing = call(template.replace("{id}", missing)).await;
            theirs.assert_error(404, "not_found");
            assert_eq!((theirs.status, &theirs.body["error"]), (nothing.status, &nothing.body["error"]), "{method} {template}");
            let named = call(format!("{}?user_id={}", template.replace("{id}", id), ann.id)).await;
            assert!([403, 404].contains(&named.status), "{method} {template}: {named:?}");
        } else if template == "/api/auth/me" {
            assert_eq!(call(template).await.body["id"], bob.id);
        } else if (method, template.as_str()) != ("PATCH", "/api/tasks") {
            let path = template.replace("{user_id}", &ann.id);
            call(format!("{path}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
        }
    }
    assert_eq!(ann.get(&format!("/api/tasks/{task}")).await.body["title"], "private");
    assert_eq!(ann.get(&format!("/api/work_sessions/{session}")).await.body["end_time"], json!(null));
    assert_eq!(ann.get(&format!("/api/users/{}", ann.id)).await.body["name"], "ann");
}

#[tokio::test]
async fn the_description_says_which_operations_need_a_token() {
    let app = TestApp::new();
    let document = app.anonymous().get("/api/openapi.json").await.body;
    for (method, path) in methods_and_paths(&app.app.document) {
        let operation = &document["paths"][path][method.to_lowercase()];
        let public = PUBLIC.contains(&(method, path));
        assert_eq!(operation["security"].is_null(), public, "{method} {path}");
        assert!(operation["operationId"].is_string() && operation["summary"].is_string(), "{method} {path}");
    }
}
