//! The members of a JSON object of the original, by the names and in the forms that it has for them. Pure.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::kernel::Timestamp;

/// What was read, or why it cannot be: a sentence that shows nothing of it.
pub type Read<T> = Result<T, String>;

/// How far a clock elsewhere may have been ahead of ours.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_hours(24);

/// Nobody used the original before. A time from before is a mistake, and the calendar of a user's active days would
/// grow with it.
const EARLIEST: Timestamp = Timestamp::from_micros(946_684_800_000_000);

/// The members of a document, each under the name that the back end gave it or the one of the front end: `user_id`, `userId`.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    pub map: &'a Map<String, Value>,
    /// What is said to have been after it is taken for a mistake.
    pub latest: Timestamp,
}

impl<'a> Members<'a> {
    /// `None` when it is missing or null.
    pub fn time(self, field: &str) -> Read<Option<Timestamp>> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        let time: Timestamp = text.parse().map_err(|_| format!("field '{field}' is not a time"))?;
        if !self.is_possible(time) {
            return Err(format!("field '{field}' lies before the year 2000 or in the future"));
        }
        Ok(Some(time))
    }

    /// Whether something can have been at that time.
    pub fn is_possible(self, time: Timestamp) -> bool {
        (EARLIEST..=self.latest).contains(&time)
    }

    /// `None` when it is missing or null.
    pub fn text(self, field: &str) -> Read<Option<&'a str>> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("field '{field}' is not text")),
        }
    }

    /// The member in either spelling; `None` when it is missing or null.
    pub fn value(self, field: &str) -> Option<&'a Value> {
        let known = |name: &str| self.map.get(name).filter(|value| !value.is_null());
        known(field).or_else(|| known(&other_spelling(field)))
    }
}

/// `createdAt` of `created_at` and the other way round.
fn other_spelling(field: &str) -> String {
    let mut other = String::with_capacity(field.len() + 4);
    let mut capital = false;
    for c in field.chars() {
        match c {
            '_' => capital = true,
            c if std::mem::take(&mut capital) => other.push(c.to_ascii_uppercase()),
            c if c.is_ascii_uppercase() => other.extend(['_', c.to_ascii_lowercase()]),
            c => other.push(c),
        }
    }
    other
}
