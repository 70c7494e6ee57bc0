//! Stored sessions as clients see them among what changed.

use serde_json::value::{RawValue, to_raw_value};

use super::{model::WorkSession, view::WorkSessionView};
use crate::{kernel::Result, web};

/// Shows a stored session as its own route does.
pub fn session(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |session: &WorkSession| to_raw_value(&WorkSessionView::from(session)))
}
