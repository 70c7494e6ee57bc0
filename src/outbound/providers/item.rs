//! An item of a service in our words. Pure.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Timestamp;

/// What is kept equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Title,
    Notes,
    Due,
    Completed,
}

/// A date, and a time of day on the person's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Due {
    pub on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<NaiveTime>,
}

/// An item as the service has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// By which the service knows it; for us a text of at most 512 characters.
    pub external_id: String,
    /// Differs whenever the item does. Where the service orders versions, the text with the higher number or instant is later,
    /// and texts compare as they do.
    pub version: String,
    pub title: String,
    pub notes: String,
    pub due: Option<Due>,
    pub completed: bool,
    /// When, where it is completed and the service says so.
    pub completed_at: Option<Timestamp>,
    /// Of the whole item: an upper bound for each field.
    pub updated_at: Option<Timestamp>,
    /// Where people see it.
    pub url: Option<String>,
    /// The task that it was made for.
    pub key: Option<Uuid>,
    /// What cannot be written there, such as whether a recurring item is completed.
    pub read_only: BTreeSet<Field>,
}

/// What a pull tells of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Item(Box<Item>),
    /// Deleted, or as good as.
    Gone(String),
    /// No longer where we look.
    Moved(String),
}

/// What to write of an item; `None` leaves a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    pub title: Option<String>,
    pub notes: Option<String>,
    pub due: Option<Option<Due>>,
    /// Since when it is completed, or that it is not.
    pub completed: Option<Option<Timestamp>>,
}
