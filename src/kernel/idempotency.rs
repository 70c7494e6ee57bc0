//! A caller's promise that a request repeated under one key is one request.

use sha2::{Digest, Sha256};

use super::{Code, Error, Result};

/// An `Idempotency-Key` together with what was asked under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Names the record: a digest of the caller and the key, so that the key itself is stored nowhere.
    pub record_id: String,
    /// A digest of the operation and its input.
    pub fingerprint: String,
}

impl IdempotencyKey {
    /// `scope` is who sent the key. Errors: `InvalidParameter` unless `key` is 1 to 255 visible ASCII characters.
    pub fn new(scope: &str, key: &str, operation: &str, input: &[u8]) -> Result<Self> {
        if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::new(Code::InvalidParameter, "Idempotency-Key must be 1 to 255 visible ASCII characters"));
        }
        Ok(Self { record_id: digest(&[scope.as_bytes(), key.as_bytes()]), fingerprint: digest(&[operation.as_bytes(), input]) })
    }
}

impl IdempotencyKey {
    /// The key of one of the things that are asked for under this one.
    #[must_use]
    pub fn of_part(&self, index: usize) -> Self {
        Self { record_id: format!("{}-{index}", self.record_id), fingerprint: self.fingerprint.clone() }
    }
}

/// What a creating use case made, or had made when the same request came before.
#[derive(Debug, Clone)]
pub struct Created<T> {
    pub value: T,
    /// True when this is the answer to an earlier delivery of the same request.
    pub replayed: bool,
}

impl<T> Created<T> {
    pub fn now(value: T) -> Self {
        Self { value, replayed: false }
    }

    pub fn before(value: T) -> Self {
        Self { value, replayed: true }
    }
}

/// SHA-256 in hex over the parts, each preceded by its length so that no two lists of parts look alike.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    super::text::hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_bound_to_its_sender_and_its_input() {
        let key = |scope, key, input: &[u8]| IdempotencyKey::new(scope, key, "create_task", input).expect("a key");
        assert_eq!(key("ann", "k", b"{}"), key("ann", "k", b"{}"));
        assert_ne!(key("ann", "k", b"{}").record_id, key("bob", "k", b"{}").record_id);
        assert_ne!(key("ann", "k", b"{}").fingerprint, key("ann", "k", b"{ }").fingerprint);
        assert_ne!(key("ab", "c", b"").record_id, key("a", "bc", b"").record_id);
    }

    #[test]
    fn a_key_is_visible_ascii_of_at_most_255() {
        for bad in ["", "a b", "é", &"x".repeat(256)] {
            assert!(IdempotencyKey::new("ann", bad, "create_task", b"").is_err(), "{bad:?}");
        }
        assert!(IdempotencyKey::new("ann", &"x".repeat(255), "create_task", b"").is_ok());
    }
}
