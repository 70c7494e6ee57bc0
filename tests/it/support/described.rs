//! What the description of the API says of bodies and resources, for what is tested of all of them.

use avanochi::web::docs::{operations, parameters};
use serde_json::Value;
use utoipa::openapi::{OpenApi, path::ParameterIn};

use super::TestApp;

/// The description as JSON.
pub fn document(app: &TestApp) -> Value {
    serde_json::to_value(&app.app.document).expect("JSON")
}

/// The example of the body that an operation takes, with the user's id where it names an owner; `None` where there is none.
pub fn example(document: &Value, method: &str, path: &str, user_id: &str) -> Option<Value> {
    let content = &document["paths"][path][method.to_lowercase()]["requestBody"]["content"]["application/json"];
    let schema = content["schema"]["$ref"].as_str()?.strip_prefix("#")?;
    let mut example = document.pointer(schema)?.get("example")?.clone();
    if let Some(owner) = example.get_mut("user_id") {
        *owner = user_id.into();
    }
    Some(example)
}

/// A collection to which a POST with an `Idempotency-Key` adds, and of which each can be read by its id.
#[derive(Debug)]
pub struct Resource<'a> {
    document: &'a Value,
    /// Such as `/api/tasks`.
    pub path: &'a str,
    /// The noun in the path, which is the kind of its documents too.
    pub noun: &'a str,
}

impl<'a> Resource<'a> {
    pub fn all(described: &'a OpenApi, document: &'a Value) -> Vec<Self> {
        let keyed = operations(described).filter(|(method, _, operation)| {
            *method == "POST" && parameters(operation, ParameterIn::Header).any(|header| header.name == "Idempotency-Key")
        });
        let collections = keyed.filter_map(|(_, path, _)| Some(Self { document, path, noun: path.rsplit('/').next()? }));
        collections.filter(|resource| resource.has("GET")).collect()
    }

    /// Such as `/api/tasks/{id}`.
    pub fn one(&self) -> String {
        format!("{}/{{id}}", self.path)
    }

    /// Whether one of them can be asked that.
    pub fn has(&self, method: &str) -> bool {
        self.document["paths"][self.one()][method.to_lowercase()].is_object()
    }

    /// The body of a new one that is the user's.
    pub fn new_body(&self, user_id: &str) -> Value {
        example(self.document, "POST", self.path, user_id).unwrap_or_else(|| panic!("POST {} has no example", self.path))
    }

    /// What to change of one, where it can be changed.
    pub fn change(&self) -> Option<Value> {
        let example = || example(self.document, "PATCH", &self.one(), "");
        self.has("PATCH").then(|| example().unwrap_or_else(|| panic!("PATCH {} has no example", self.one())))
    }
}
