//! Who may call what, for every operation that the description lists: a new route cannot be forgotten here.

use std::collections::BTreeMap;

use avanochi::web::docs::{methods_and_paths, operations, parameters};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use utoipa::openapi::path::ParameterIn;

use crate::support::{
    Client, TestApp,
    described::{document, example},
};

/// The operations that need no token; every other one does.
const PUBLIC: &[(&str, &str)] = &[
    ("POST", "/api/auth/register"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/refresh"),
    ("POST", "/api/auth/logout"),
    ("GET", "/api/health"),
    ("GET", "/api/companion.svg"),
    ("GET", "/api/oauth/callback"),
    ("GET", "/api/companion.png"),
    ("GET", "/api/channels/verify"),
    ("POST", "/api/channels/verify"),
    ("GET", "/api/unsubscribe/{token}"),
    ("POST", "/api/unsubscribe/{token}"),
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
        let body = json!({ "user_id": ann.id });
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

/// Makes something of the caller's and returns its id.
type Fixture = for<'a> fn(&'a TestApp, &'a Client) -> BoxFuture<'a, String>;

/// What an `{id}` stands for, by how the path begins, where the example of its collection's POST does not make it.
const FIXTURES: &[(&str, Fixture)] = &[
    ("/api/users/", |_, owner| Box::pin(async { owner.id.clone() })),
    ("/api/work_sessions/", |_, owner| Box::pin(async { owner.start().await.text("id") })),
    ("/api/nudges/", |app, owner| Box::pin(async { owner.be_reminded(app).await })),
    ("/api/recommendations/", |_, owner| Box::pin(async { owner.be_recommended().await })),
];

/// Paths of parts that are looked for within what the `{id}` stands for: who does not reach that, reaches none of its parts.
const PARTS: &[&str] = &[
    "/api/tasks/{id}/subtasks/{sid}",
    "/api/connections/{id}/runs/{rid}",
    "/api/connections/{id}/runs/{rid}/steps",
    "/api/connections/{id}/conflicts/{cid}/restore",
    "/api/connections/{id}/webhooks/{wid}",
    "/api/connections/{id}/webhooks/{wid}/secrets",
];

/// Makes what the `{id}` of a path stands for; `None` where nothing says how.
fn fixture<'a>(app: &'a TestApp, document: &Value, path: &str, owner: &'a Client) -> Option<BoxFuture<'a, String>> {
    if let Some((_, make)) = FIXTURES.iter().find(|(beginning, _)| path.starts_with(beginning)) {
        return Some(make(app, owner));
    }
    let (collection, _) = path.split_once("/{id}")?;
    let (collection, new) = (collection.to_owned(), example(document, "POST", collection, &owner.id)?);
    Some(Box::pin(async move { owner.post(&collection, new).await.text("id") }))
}

/// The parameters of paths that nothing makes, each with its operation.
fn without_fixture<'a>(
    app: &TestApp,
    document: &Value,
    all: impl Iterator<Item = (&'a str, &'a str)>,
    owner: &Client,
) -> Vec<String> {
    let mut found = Vec::new();
    for (method, path) in all {
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let part = PARTS.contains(&path) && name != "id";
            if name != "user_id" && !part && (name != "id" || fixture(app, document, path, owner).is_none()) {
                found.push(format!("{method} {path}: {{{name}}}"));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_route_with_an_id_is_tried_on_somebody_elses() {
    let app = TestApp::new();
    let (ann, mut document, all) = (app.user("ann").await, document(&app), protected(&app));
    let all = all.iter().map(|(method, path)| (*method, path.as_str()));
    let lacking = without_fixture(&app, &document, all, &ann);
    assert!(lacking.is_empty(), "nothing in FIXTURES, and no example of its collection's POST, makes {lacking:?}");

    // One that nothing makes is named, whatever it lacks.
    document["paths"]["/api/without_example"] = json!({ "post": {} });
    document["paths"]["/api/things"] = document["paths"]["/api/tasks"].clone();
    let unknown =
        ["/api/without_post/{id}", "/api/without_example/{id}/end", "/api/things/{id}/parts/{part}", "/api/things/{id}"];
    let lacking = without_fixture(&app, &document, unknown.iter().map(|path| ("GET", *path)), &ann);
    assert_eq!(
        lacking,
        [
            "GET /api/without_post/{id}: {id}",
            "GET /api/without_example/{id}/end: {id}",
            "GET /api/things/{id}/parts/{part}: {part}"
        ]
    );
}

#[tokio::test]
async fn nobody_reaches_what_is_somebody_elses() {
    let app = TestApp::new();
    let (ann, bob, document) = (app.user("ann").await, app.user("bob").await, document(&app));
    let missing = "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b";
    let operations = || operations(&app.app.document).filter(|(method, path, _)| !PUBLIC.contains(&(*method, *path)));
    let collection = |path: &str| path.split_once("{id}").map(|(collection, _)| collection.to_owned());
    let takes_owner = |operation| parameters(operation, ParameterIn::Query).any(|known| known.name == "user_id");
    let named = |operation, path: &str| {
        let query = if takes_owner(operation) { format!("?user_id={}", ann.id) } else { String::new() };
        format!("{path}{query}")
    };
    let mut ids = BTreeMap::new();
    for (_, path, _) in operations() {
        let Some(collection) = collection(path).filter(|collection| !ids.contains_key(collection)) else { continue };
        ids.insert(collection, fixture(&app, &document, path, &ann).expect("a fixture").await);
    }
    // All that she can read, but for the stream, which goes on.
    let everything = async || {
        let mut all = Vec::new();
        for (_, path, operation) in operations().filter(|(method, path, _)| *method == "GET" && !path.ends_with("/stream")) {
            let id = collection(path).map_or(&ann.id, |collection| &ids[&collection]);
            let answer = ann.get(&named(operation, &path.replace("{id}", id).replace("{user_id}", &ann.id))).await;
            all.extend((answer.status == 200).then_some(answer.body));
        }
        all
    };
    // The first look keeps since when each recommendation holds.
    everything().await;
    let before = everything().await;
    assert!(before.len() >= 10, "{before:?}");

    for (method, template, operation) in operations() {
        let body = example(&document, method, template, &ann.id).unwrap_or_else(|| json!({ "user_id": ann.id }));
        let call = async |path: String| bob.send(method, &path, (method != "GET").then(|| body.clone())).await;
        let named = named(operation, &template.replace("{user_id}", &ann.id));
        if let Some(id) = collection(template).and_then(|collection| ids.get(&collection)) {
            // The same answer as for what does not exist, but for the request's own id.
            let theirs = call(template.replace("{id}", id)).await;
            let nothing = call(template.replace("{id}", missing)).await;
            theirs.assert_error(404, "not_found");
            assert_eq!((theirs.status, &theirs.body["error"]), (nothing.status, &nothing.body["error"]), "{method} {template}");
            let named = call(named.replace("{id}", id)).await;
            let expected = if takes_owner(operation) { (403, "forbidden") } else { (404, "not_found") };
            named.assert_error(expected.0, expected.1);
        } else if template == "/api/auth/me" {
            assert_eq!(call(named).await.body["id"], bob.id);
        } else if (method, template) != ("PATCH", "/api/tasks") {
            call(named).await.assert_error(403, "forbidden");
        }
    }
    assert_eq!(everything().await, before);
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
