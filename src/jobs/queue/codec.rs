//! How the body of a message is written: as JSON, alone in an array. Does not know where the text goes.
//!
//! The Functions host copies the properties of a body that is an object over the metadata of the message, where a
//! property such as `DequeueCount` would stand in for its own. It copies nothing out of an array.

use serde_json::Value;

use crate::kernel::{Code, Error, Result};

/// The most bytes that a message may have as it is written. In base64 they are the 64 KiB that Azure takes.
pub const LIMIT: usize = 48 * 1024;

/// The text of a message. Errors: `BodyTooLarge`.
pub fn encode(body: &Value) -> Result<String> {
    let text = serde_json::to_string(&[body]).map_err(Error::internal)?;
    if text.len() <= LIMIT {
        Ok(text)
    } else {
        Err(Error::new(Code::BodyTooLarge, "A message has 48 KiB at most; it should carry ids, and not data"))
    }
}

/// The body of a message with this text. Text that is not JSON becomes a string, so that it ends where everything
/// does that no job takes, and does not stop its queue.
pub fn decode(text: &str) -> Value {
    serde_json::from_str(text).map_or_else(|_| Value::String(text.to_owned()), unwrap)
}

/// Takes the body out of its array. A value that is not an array of one is a body that came without.
pub fn unwrap(value: Value) -> Value {
    match value {
        Value::Array(mut items) if items.len() == 1 => items.remove(0),
        bare => bare,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Any body but one with fractions, which no id is.
    fn bodies() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
            let object = prop::collection::btree_map(any::<String>(), inner, 0..4);
            prop_oneof![list, object.prop_map(|fields| fields.into_iter().collect())]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(body in bodies()) {
            let text = encode(&body).expect("a small body");
            prop_assert!(text.starts_with('[') && text.ends_with(']'));
            prop_assert_eq!(decode(&text), body);
        }

        #[test]
        fn any_text_is_some_body(text in any::<String>()) {
            decode(&text);
        }
    }

    #[test]
    fn a_body_without_its_array_is_read_too() {
        assert_eq!(decode(r#"{"id":7}"#), json!({"id": 7}));
        assert_eq!(decode(r#"[{"id":7}]"#), json!({"id": 7}));
        assert_eq!(decode("[1,2]"), json!([1, 2]));
        assert_eq!(decode("[]"), json!([]));
        assert_eq!(decode("not JSON"), json!("not JSON"));
    }

    #[test]
    fn what_has_48_kib_just_fits() {
        let body = |bytes: usize| Value::from("x".repeat(bytes - r#"[""]"#.len()));
        assert_eq!(encode(&body(LIMIT)).expect("it fits").len(), LIMIT);
        assert_eq!(encode(&body(LIMIT + 1)).expect_err("too large").code(), Code::BodyTooLarge);
    }
}
