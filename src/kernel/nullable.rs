//! Values that may be null where they are there at all, as patches have them: missing leaves a field, null empties it.

use serde::{Deserialize, Deserializer, Serialize};

/// A value that was given, which may have been null. `Option<Nullable<T>>` has all three states.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nullable<T>(pub Option<T>);

/// For `#[serde(default, deserialize_with = …)]`: null is a value, and only what is missing is `None`.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Nullable<T>>, D::Error> {
    Nullable::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default, deserialize_with = "given")]
        note: Option<Nullable<String>>,
    }

    #[test]
    fn null_is_not_missing() {
        let note = |text: &str| serde_json::from_str::<Patch>(text).expect("a patch").note;
        assert_eq!(note("{}"), None);
        assert_eq!(note(r#"{"note":null}"#), Some(Nullable(None)));
        assert_eq!(note(r#"{"note":"x"}"#), Some(Nullable(Some("x".into()))));
    }
}
