//! The kinds of documents that there are, and what the rest of the program can do with one without knowing it.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    kernel::Result,
    ledger::{Add, Counted},
    web::docs::{SchemaOf, schema_of},
};

/// Shows a stored document as callers see it; as null, where for them it is gone.
pub type Render = fn(&str) -> Result<Box<RawValue>>;

/// A kind of documents that belong to a user.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub name: &'static str,
    /// How clients see one among what changed; `None` for what they do not see.
    pub render: Option<Render>,
    /// What it looks like to them.
    pub schema: Option<SchemaOf>,
    /// Why clients do not see it.
    pub internal: Option<&'static str>,
    counts: fn(&str, Add<'_>) -> bool,
}

impl Kind {
    /// A kind of which each change is told to clients, who see it as `render` shows it.
    pub fn published<T: Counted, V: ToSchema>(render: Render) -> Self {
        Self { name: T::KIND, render: Some(render), schema: Some(schema_of::<V>), internal: None, counts: counts_of::<T> }
    }

    /// A kind that clients do not see, and why.
    pub fn internal<T: Counted>(reason: &'static str) -> Self {
        Self { name: T::KIND, render: None, schema: None, internal: Some(reason), counts: counts_of::<T> }
    }

    /// Tells what a stored document counts for; `false` when it cannot be read.
    pub fn counts(&self, body: &str, add: Add<'_>) -> bool {
        (self.counts)(body, add)
    }
}

fn counts_of<T: Counted>(body: &str, add: Add<'_>) -> bool {
    serde_json::from_str::<T>(body).map(|document| document.counts(add)).is_ok()
}

/// All kinds, by name.
#[derive(Debug, Clone, Default)]
pub struct Kinds(BTreeMap<&'static str, Kind>);

impl Kinds {
    pub fn get(&self, name: &str) -> Option<&Kind> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.0.values()
    }

    pub(super) fn add(&mut self, kind: Kind) {
        self.0.insert(kind.name, kind);
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
