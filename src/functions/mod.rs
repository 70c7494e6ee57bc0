//! The trigger edge.
use std::path::Path;
pub fn check(_: &Path, _: &dyn Fn(&str) -> Option<String>, _: &[(&str, &str)]) -> Vec<String> {
    Vec::new()
}
