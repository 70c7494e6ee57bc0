//! What a user notes about a date. Pure.

use crate::prose;

prose!(
    /// 1 to 1000 characters, trimmed.
    CheckInNote,
    "CheckInNote",
    1000
);
