//! The description of the API: pinned in the repository, whole in itself, and true of what is refused.

use std::{collections::BTreeSet, fs, path::Path};

use avanochi::web::docs::{operations, parameters};
use serde_json::{Value, json};
use utoipa::openapi::path::ParameterIn;

use crate::support::TestApp;

#[tokio::test]
async fn what_is_published_is_what_the_program_says() {
    let said = TestApp::new().app.document.to_pretty_json().expect("JSON") + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let published = fs::read_to_string(file).expect("docs/openapi.json");
    let differs = said.lines().zip(published.lines()).position(|(said, published)| said != published);
    assert!(
        said == published,
        "docs/openapi.json differs from line {} on; if the change is meant: cargo run -- openapi > docs/openapi.json",
        differs.unwrap_or_else(|| published.lines().count().min(said.lines().count())) + 1
    );
}

/// Everything below a value that is called `name`.
fn all<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| all(item, name, found)),
        Value::Object(members) => {
            found.extend(members.get(name));
            members.values().for_each(|member| all(member, name, found));
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let app = TestApp::new();
    let document = app.anonymous().get("/api/openapi.json").await.body;
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    let used: BTreeSet<&str> = references.iter().filter_map(|to| to.as_str()?.strip_prefix("#/components/schemas/")).collect();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    assert_eq!(used, schemas.keys().map(String::as_str).collect());
    let mut kinds = Vec::new();
    all(&schemas["ChangeView"]["properties"]["item"], "$ref", &mut kinds);
    let published = app.app.kinds.iter().filter(|kind| kind.render.is_some()).count();
    assert_eq!((kinds.len(), kinds.len() >= 5), (published, true), "{kinds:?}");
}

#[tokio::test]
async fn what_an_operation_takes_says_how_it_may_be_refused() {
    let app = TestApp::new();
    let document = app.anonymous().get("/api/openapi.json").await.body;
    let mut seen = BTreeSet::new();
    for (method, path, operation) in operations(&app.app.document) {
        let answers = &document["paths"][path][method.to_lowercase()]["responses"];
        let takes = |name: &str| parameters(operation, ParameterIn::Header).any(|header| header.name == name);
        let with_body = operation.request_body.is_some();
        for (status, expected) in [
            ("304", takes("If-None-Match")),
            ("412", takes("If-Match")),
            ("413", with_body),
            ("415", with_body),
            ("422", takes("Idempotency-Key")),
            ("400", true),
        ] {
            assert_eq!(answers[status].is_object(), expected, "{method} {path}: {status}");
            seen.insert((status, expected));
        }
        assert!(!path.contains('{') || answers["404"].is_object(), "{method} {path}");
        // Each body of a caller's and each answer to one has an example.
        if with_body && !path.starts_with("/api/auth/") {
            let content = &document["paths"][path][method.to_lowercase()]["requestBody"]["content"]["application/json"];
            let name = content["schema"]["$ref"].as_str().and_then(|to| to.rsplit('/').next()).expect("a schema");
            assert!(document["components"]["schemas"][name]["example"].is_object(), "{name}");
        }
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
}

#[tokio::test]
async fn no_operation_takes_a_parameter_that_it_does_not_have() {
    let app = TestApp::with(&[("JWT_EXP_MINUTES", "60")]);
    let ann = app.user("ann").await;
    for (method, path, operation) in operations(&app.app.document) {
        let path = path.replace("{id}", &ann.id).replace("{user_id}", &ann.id);
        // Services make that address, and add to it what they like.
        let free = path == "/api/oauth/callback";
        for unknown in ["UserId", "user_id%20", "fields", "%ff"] {
            let body = (method != "GET").then(|| json!({}));
            let answer = ann.send(method, &format!("{path}?{unknown}=1"), body).await;
            answer.assert_error(400, if free { "oauth_state" } else { "invalid_parameter" });
            assert!(free || unknown == "%ff" || answer.text("error").contains(&unknown.replace("%20", " ")), "{answer:?}");
        }
        // A list may come as several parameters.
        for known in parameters(operation, ParameterIn::Query).map(|known| &known.name).filter(|known| *known != "tag") {
            let answer = ann.send(method, &format!("{path}?{known}=&{known}="), None).await;
            let sentence = answer.assert_error(400, "invalid_parameter").text("error");
            assert_eq!(sentence, format!("Query parameter '{known}' is given more than once"));
        }
    }
    // It is refused before anything is done.
    assert_eq!(ann.get("/api/auth/me").await.status, 200);
    ann.get(&format!("/api/tasks?{}=1", "x".repeat(5_000))).await.assert_error(400, "invalid_parameter");
    assert_eq!(ann.get("/api/docs/?anything=1").await.status, 200);
}
