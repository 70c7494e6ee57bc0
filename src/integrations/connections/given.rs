//! What people give of a connection: its credential by its service, a new one as a whole, and changes. Pure.

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    model::{ConnectionName, Direction, Priority},
    settings::Settings,
};
use crate::{
    integrations::credentials::model::NewCredential,
    kernel::{Nullable, Result, Rule},
    outbound::providers::ProviderName,
};

/// How many bytes a part of a credential has at most.
const MAX_SECRET: usize = 4096;

/// A connection to be made.
pub struct NewConnection {
    pub name: Option<ConnectionName>,
    pub settings: Settings,
    pub direction: Direction,
    pub priority: Priority,
    /// `None`: by consent at the service.
    pub credential: Option<NewCredential>,
}

/// What to change of a connection; null puts the default back.
#[derive(Default)]
pub struct ConnectionPatch {
    pub name: Option<Nullable<ConnectionName>>,
    pub direction: Option<Nullable<Direction>>,
    pub priority: Option<Nullable<Priority>>,
    /// The members that are given, null for those that get their default.
    pub settings: Option<Map<String, Value>>,
    /// As a whole.
    pub credential: Option<Map<String, Value>>,
}

/// Reads a credential, which must be whole. Errors: `InvalidField`, naming the member and never what was in it.
pub fn credential(provider: ProviderName, given: &Map<String, Value>) -> Result<NewCredential> {
    let parts: &[&str] = match provider {
        ProviderName::Github | ProviderName::Todoist => &["token"],
        ProviderName::Caldav => &["username", "password"],
        ProviderName::MicrosoftTodo => &[],
    };
    if parts.is_empty() {
        return Err(Rule::field("is not taken: this service asks for your consent").of_field("credential"));
    }
    if given.keys().any(|name| !parts.contains(&name.as_str())) {
        return Err(Rule::field("has a member that this service does not know").of_field("credential"));
    }
    let part = |name: &str| {
        let path = format!("credential.{name}");
        match given.get(name) {
            None | Some(Value::Null) => Err(Rule::field("is required").of_field(&path)),
            Some(Value::String(text)) if text.is_empty() || text.len() > MAX_SECRET || text.chars().any(char::is_control) => {
                Err(Rule::field("must be 1 to 4096 bytes without control characters").of_field(&path))
            }
            Some(Value::String(text)) => Ok(SecretString::from(text.as_str())),
            Some(_) => Err(Rule::field("is missing or of the wrong type").of_field(&path)),
        }
    };
    match provider {
        ProviderName::Caldav => Ok(NewCredential::Basic { username: part("username")?, password: part("password")? }),
        _ => Ok(NewCredential::Token(part("token")?)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_credential_is_whole_and_what_is_wrong_says_nothing_of_it() {
        let read = |provider, given: Value| credential(provider, given.as_object().expect("members"));
        assert!(matches!(read(ProviderName::Github, json!({ "token": "hunter2" })), Ok(NewCredential::Token(_))));
        let basic = json!({ "username": "ann", "password": "hunter2" });
        assert!(matches!(read(ProviderName::Caldav, basic.clone()), Ok(NewCredential::Basic { .. })));
        for (provider, given, field) in [
            (ProviderName::Github, json!({}), "credential.token"),
            (ProviderName::Todoist, json!({ "token": "" }), "credential.token"),
            (ProviderName::Todoist, json!({ "token": "hunter2\n" }), "credential.token"),
            (ProviderName::Todoist, json!({ "token": ["hunter2"] }), "credential.token"),
            (ProviderName::Github, json!({ "token": "hunter2", "hunter2": 1 }), "credential"),
            (ProviderName::Github, basic.clone(), "credential"),
            (ProviderName::Caldav, json!({ "username": "hunter2" }), "credential.password"),
            (ProviderName::Caldav, json!({ "username": "ann", "password": "x".repeat(4097) }), "credential.password"),
            (ProviderName::MicrosoftTodo, json!({ "token": "hunter2" }), "credential"),
        ] {
            let error = read(provider, given).map(drop).expect_err("wrong");
            assert_eq!(error.field(), Some(field), "{error}");
            assert!(!error.chain().contains("hunter2"), "{error}");
        }
    }
}
