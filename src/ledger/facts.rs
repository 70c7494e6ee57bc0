//! What slices keep in the summary, since each change needs it anyway: the ledger stores it and knows none of it.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};

use crate::kernel::{Error, Result};

/// A small value of which a user has one at most, kept in the summary under a name.
pub trait Fact: Serialize + DeserializeOwned {
    const NAME: &'static str;
}

/// The facts of a user, as JSON: each is read when it is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<CompactString, Box<RawValue>>);

/// They are the same when they are written alike.
impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|(name, text)| (name, text.get())).eq(other.0.iter().map(|(name, text)| (name, text.get())))
    }
}

impl Eq for Facts {}

impl Facts {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has<T: Fact>(&self) -> bool {
        self.0.contains_key(T::NAME)
    }

    /// Errors: `Internal` when what is stored is no such fact.
    pub fn get<T: Fact>(&self) -> Result<Option<T>> {
        self.0.get(T::NAME).map(|text| serde_json::from_str(text.get())).transpose().map_err(|e| {
            // The position, never the content: a fact is somebody's data.
            Error::internal(format!("the fact {} cannot be read at column {}", T::NAME, e.column()))
        })
    }

    pub fn set<T: Fact>(&mut self, fact: &T) -> Result<()> {
        self.put(T::NAME, to_raw_value(fact).map_err(Error::internal)?);
        Ok(())
    }

    pub fn clear<T: Fact>(&mut self) {
        self.0.remove(T::NAME);
    }

    pub(super) fn put(&mut self, name: &str, value: Box<RawValue>) {
        self.0.insert(name.into(), value);
    }
}
