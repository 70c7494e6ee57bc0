//! Habits as clients see them among what changed; they have no route of their own.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::model::{Habits, Usual};
use crate::{
    kernel::{Result, UserId},
    web,
};

/// Habits as callers see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct HabitsView<'a> {
    user_id: UserId,
    /// The days of the week on which the user works, Monday first.
    #[schema(max_items = 7)]
    weekdays: &'a [Usual],
}

/// Shows stored habits.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |habits: &Habits| to_raw_value(&HabitsView { user_id: habits.user_id, weekdays: &habits.weekdays }))
}
