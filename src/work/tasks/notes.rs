//! What a user notes about a task. Pure.

use crate::prose;

prose!(
    /// 1 to 10000 characters, trimmed.
    Notes,
    "Notes",
    10000
);
