//! The version of an item of a service that has none but the time of the last change, which two changes may share. Pure.

use sha2::{Digest as _, Sha256};

use crate::kernel::{Timestamp, text};

const SEPARATOR: char = '~';

/// The time of the last change, with a hash of what the item holds.
pub fn version(at: Option<Timestamp>, content: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in content {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    format!("{at}{SEPARATOR}{}", text::hex(&hash.finalize()[..8]))
}

/// Whether the item had changed for the last time before it came to the other version. Of two changes at one time nobody knows
/// which was first, so that neither is older.
pub fn is_older(version: &str, than: &str) -> bool {
    let at = |version: &str| version.split(SEPARATOR).next().map(str::to_owned);
    at(version) < at(than)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_versions_the_time_tells_which_is_older() {
        let [early, late] = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"].map(Timestamp::from_rfc3339);
        let (first, other) = (version(early, &["a", "b"]), version(early, &["ab", ""]));
        assert_ne!(first, other);
        assert!(!is_older(&first, &other) && !is_older(&other, &first));
        assert!(is_older(&first, &version(late, &["a", "b"])) && is_older(&other, &version(late, &["a", "b"])));
        assert!(!is_older(&version(late, &[]), &first));
        assert!(is_older(&version(None, &[]), &first));
    }
}
