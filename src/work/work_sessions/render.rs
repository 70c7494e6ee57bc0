//! Stored sessions and reminders as clients see them among what changed.

use serde_json::value::{RawValue, to_raw_value};

use super::{
    model::{Nudge, WorkSession},
    view::WorkSessionView,
};
use crate::{kernel::Result, web};

/// Shows a stored session as its own route does.
pub fn session(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |session: &WorkSession| to_raw_value(&WorkSessionView::from(session)))
}

/// Shows a stored reminder, all of which is for its user.
pub fn nudge(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |nudge: &Nudge| to_raw_value(nudge))
}
