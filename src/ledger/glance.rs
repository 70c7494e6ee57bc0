//! A look at one fact of a stored summary, which leaves the rest of it unread.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{facts::Fact, summary::Summary};
use crate::kernel::{Error, Result};

/// The facts of a stored summary, and whether it is closed.
#[derive(Deserialize)]
pub struct Glance<'a> {
    #[serde(default)]
    closed: bool,
    #[serde(default, alias = "closed_until")]
    forget_at: Option<IgnoredAny>,
    #[serde(borrow, default)]
    facts: BTreeMap<&'a str, &'a RawValue>,
    /// The one fact of the former form, in which it stood by itself.
    #[serde(default)]
    active_session: Option<IgnoredAny>,
    #[serde(skip)]
    body: &'a str,
}

impl<'a> Glance<'a> {
    /// Errors: `Internal` for what is no summary.
    pub fn of(body: &'a str) -> Result<Self> {
        let glance: Self = serde_json::from_str(body).map_err(|error| unreadable(&error))?;
        Ok(Self { body, ..glance })
    }

    /// Errors: `NotFound` when the summary is closed, `Internal` when what is stored is no such fact.
    pub fn fact<T: Fact>(&self) -> Result<Option<T>> {
        if self.closed || self.forget_at.is_some() {
            return Err(Error::not_found("User"));
        }
        if self.active_session.is_some() {
            return serde_json::from_str::<Summary>(self.body).map_err(|error| unreadable(&error))?.facts.get();
        }
        self.facts.get(T::NAME).map(|text| serde_json::from_str(text.get())).transpose().map_err(|error| unreadable(&error))
    }
}

/// The position, never the content: it is somebody's data.
fn unreadable(error: &serde_json::Error) -> Error {
    Error::internal(format!("a summary that cannot be read at column {}", error.column()))
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::kernel::Code;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Number(u32);

    impl Fact for Number {
        const NAME: &'static str = "active_session";
    }

    fn read(body: &str) -> Result<Option<Number>> {
        Glance::of(body)?.fact()
    }

    #[test]
    fn one_fact_is_read_of_summaries_of_all_forms() {
        assert_eq!(read(r#"{"seq":7,"facts":{"a":{},"active_session":5}}"#).expect("read"), Some(Number(5)));
        assert_eq!(read(r#"{"seq":7}"#).expect("read"), None);
        let former = r#"{"user_id":"00000000-0000-0000-0000-000000000001","seq":7,"time_zone":"UTC","longest_streak":0,
            "active_session":5,"day":null,"active_days":[0,""]}"#;
        assert_eq!(read(former).expect("read"), Some(Number(5)));
        for closed in [r#"{"closed":true}"#, r#"{"closed_until":"2026-01-14T14:00:00.000000Z"}"#] {
            assert_eq!(read(closed).expect_err("closed").code(), Code::NotFound);
        }
        assert_eq!(read(r#"{"facts":{"active_session":"5"}}"#).expect_err("no number").code(), Code::InternalError);
    }
}
