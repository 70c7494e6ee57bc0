//! What can be given to the tools that a model may call: how it is told, and how it is read, by the bounds of what people say. Pure.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    interaction::grammar::{
        completing::{Which, which},
        model::{Due, Slots, Speaker},
        resolve::{given_due, given_past},
    },
    kernel::FromText as _,
    wellbeing::{check_ins::model::Energy, hydration::model::Millilitres},
    work::tasks::model::{Estimate, Tag, Tags, Title},
};

/// What can be given to a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Title,
    /// Of a task that there is.
    Which,
    Due,
    /// Of which tasks are shown.
    Date,
    /// When something was.
    At,
    Ml,
    Energy,
    Meal,
    Rest,
    Priority,
    Tags,
    Estimate,
    View,
}

impl Slot {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title | Self::Which => "title",
            Self::Due => "due",
            Self::Date => "date",
            Self::At => "at",
            Self::Ml => "ml",
            Self::Energy => "energy",
            Self::Meal => "meal",
            Self::Rest => "kind",
            Self::Priority => "priority",
            Self::Tags => "tags",
            Self::Estimate => "estimate_minutes",
            Self::View => "view",
        }
    }

    pub fn schema(self) -> Value {
        match self {
            Self::Title => json!({ "type": "string", "maxLength": Title::MAX }),
            Self::Which => json!({ "type": "string", "description": "Words of its title, or its number in a list." }),
            Self::Due => json!({ "type": "string", "description": "2026-01-14, or 2026-01-14T09:00." }),
            Self::Date => json!({ "type": "string", "description": "2026-01-14." }),
            Self::At => json!({ "type": "string", "description": "When it was, if not now: 2026-01-14T09:00." }),
            Self::Ml => json!({ "type": "integer", "minimum": 50, "maximum": 1000 }),
            Self::Energy => json!({ "type": "integer", "minimum": 1, "maximum": 5 }),
            Self::Meal => json!({ "type": "string", "enum": ["breakfast", "lunch", "dinner", "snack"] }),
            Self::Rest => json!({ "type": "string", "enum": ["micro", "short", "long", "lunch"] }),
            Self::Priority => json!({ "type": "string", "enum": ["low", "medium", "high", "urgent"] }),
            Self::Tags => json!({ "type": "array", "items": { "type": "string", "maxLength": Tag::MAX }, "maxItems": Tags::MAX }),
            Self::Estimate => json!({ "type": "integer", "minimum": 1, "maximum": 6000 }),
            Self::View => json!({ "type": "string", "enum": ["today", "yesterday", "week", "overdue", "upcoming", "inbox"] }),
        }
    }

    /// Takes a value; `None` for one that it cannot have.
    pub fn read(self, value: &Value, slots: &mut Slots, speaker: &Speaker) -> Option<()> {
        match self {
            Self::Title => slots.title = Some(Title::from_text(value.as_str()?).ok()?.as_str().to_owned()),
            Self::Which => {
                let title = Title::from_text(value.as_str()?).ok()?;
                (slots.title, slots.quoted) = match which(title.as_str()) {
                    Which::Task(title) => (Some(title), false),
                    Which::Quoted(title) => (Some(title), true),
                    Which::Unsaid | Which::Unclear => return None,
                };
            }
            Self::Due => {
                let (date, time) = moment(value.as_str()?)?;
                slots.due = Some(given_due(date, time, speaker)?);
            }
            Self::Date => slots.due = Some(Due::On(NaiveDate::from_text(value.as_str()?).ok()?)),
            Self::At => {
                let (date, time) = moment(value.as_str()?)?;
                slots.at = Some(given_past(NaiveDateTime::new(date, time?), speaker)?);
            }
            Self::Ml => slots.ml = Some(of::<Millilitres>(value)?.get()),
            Self::Energy => slots.energy = Some(of::<Energy>(value)?.get()),
            Self::Meal => slots.meal = Some(of(value)?),
            Self::Rest => slots.rest = Some(of(value)?),
            Self::Priority => slots.priority = Some(of(value)?),
            Self::Tags => {
                let mut tags = Tags::default();
                for tag in value.as_array()? {
                    tags.add(Tag::from_text(tag.as_str()?).ok()?).then_some(())?;
                }
                slots.tags = tags.iter().map(|tag| tag.as_str().to_owned()).collect();
            }
            Self::Estimate => slots.estimate_minutes = Some(of::<Estimate>(value)?.get()),
            Self::View => slots.view = Some(of(value)?),
        }
        Some(())
    }
}

fn of<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// A date, with a time of day or without.
fn moment(text: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    match text.split_once('T') {
        Some((date, time)) => Some((NaiveDate::from_text(date).ok()?, Some(NaiveTime::from_text(time).ok()?))),
        None => Some((NaiveDate::from_text(text).ok()?, None)),
    }
}
