//! JSON as the host takes it: a byte-order mark, comments and trailing commas are allowed, and most names are found
//! whatever their case.

use std::{fs, io, path::Path};

use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// Reads a file that must hold one object; `None` when there is no such file. The error never quotes the file, which
/// may hold a secret.
pub(super) fn read(path: &Path) -> Result<Option<Object>, String> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("it cannot be read: {error}")),
    }
}

/// The property of that name, whatever its case.
pub(super) fn property<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The text of a property that is a string.
pub(super) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    property(object, name)?.as_str()
}

/// A plain value as text, since the host takes `"true"` for `true`; `None` for null, objects and arrays.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Reads text that must be one object.
pub(super) fn parse(text: &str) -> Result<Object, String> {
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    // What follows takes # for a comment too, which the host does not.
    if text.lines().any(|line| line.trim_start().starts_with('#')) {
        return Err("a comment begins with // here, not with #".to_owned());
    }
    json_strip_comments::strip(&mut text).map_err(|_| "a / stands where neither a value nor a comment can".to_owned())?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("it must hold one JSON object".to_owned()),
        Err(error) => Err(format!("it is not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_comments_and_trailing_commas_are_taken() {
        let object = parse("\u{feff}{ // why\n \"a\": \"http://x\", /* and\n how */ \"B\": [1, 2,], }").expect("an object");
        assert_eq!(text(&object, "a"), Some("http://x"));
        assert_eq!(property(&object, "b"), Some(&serde_json::json!([1, 2])));
    }

    #[test]
    fn what_the_host_refuses_is_refused() {
        for broken in ["", "[]", "{", "{\"a\": 1} x", "# why\n{}", "{ / }"] {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_error_does_not_quote_the_file() {
        let error = parse("{\"JWT_SECRET\": hunter2}").expect_err("not JSON");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
