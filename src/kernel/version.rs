//! Versions of resources, and what a caller believes the current one to be.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Code, Error, Result};

/// A resource in one of its versions, which is named by the operation that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned<T> {
    pub value: T,
    pub version: Uuid,
}

/// The versions under which a change may happen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing is believed: any version will do.
    #[default]
    None,
    /// It must be one of these; text that is no version of ours matches nothing and is left out.
    OneOf(Vec<Uuid>),
}

impl Precondition {
    /// Errors: `StaleEtag`.
    pub fn check(&self, version: Uuid) -> Result<()> {
        match self {
            Self::OneOf(versions) if !versions.contains(&version) => {
                Err(Error::new(Code::StaleEtag, "It has changed since you read it; read it again"))
            }
            _ => Ok(()),
        }
    }
}
