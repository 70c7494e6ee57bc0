//! Paging on the wire: `limit`, `cursor`, and the `Link` to the next page.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use crate::kernel::{Code, Ctx, Error, Limit, PageRequest, Result};

/// How many bytes of a cursor tell which list it belongs to.
const BINDING: usize = 12;

/// The parameters of every list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many entries at most: 1 to 1000, 1000 when left out.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    pub limit: Option<String>,
    /// Where to go on, from the `Link` of the page before.
    pub cursor: Option<String>,
}

/// A page that is asked for, and how to name the one after it.
#[derive(Debug)]
pub struct Paging {
    pub request: PageRequest,
    binding: [u8; BINDING],
    /// Path and query of the list, without the cursor.
    target: String,
}

impl ListQuery {
    /// `filters` are the parameters that narrow the list, with values that need no escaping. A cursor is good for the
    /// same path, filters and caller only. Errors: `InvalidParameter`, `InvalidCursor`.
    pub fn paging(&self, path: &str, filters: &[(&str, Option<String>)], ctx: &Ctx) -> Result<Paging> {
        self.paging_for(path, filters, &format!("{:?}", ctx.caller().id()))
    }

    fn paging_for(&self, path: &str, filters: &[(&str, Option<String>)], scope: &str) -> Result<Paging> {
        let limit = limit(self.limit.as_deref())?;
        let mut target = format!("{path}?");
        for (name, value) in filters {
            if let Some(value) = value {
                target.extend([name, "=", value.as_str(), "&"]);
            }
        }
        let digest = Sha256::digest(format!("{scope}\n{target}"));
        let binding = std::array::from_fn(|index| digest[index]);
        // What was understood, and not what was written: that may need escaping.
        if self.limit.is_some() {
            target.extend(["limit=", &limit.get().to_string(), "&"]);
        }
        let after = self.cursor.as_deref().map(|cursor| open(cursor, &binding)).transpose()?;
        Ok(Paging { request: PageRequest { limit, after }, binding, target })
    }
}

impl Paging {
    /// The `Link` header to the page after `next`. It is relative, since behind the Functions host the public address
    /// is not known.
    pub(super) fn link_to(&self, next: &str) -> String {
        let cursor = URL_SAFE_NO_PAD.encode([&self.binding, next.as_bytes()].concat());
        format!("<{}cursor={cursor}>; rel=\"next\"", self.target)
    }
}

/// How many entries a page is to have, all that it may when that is not said. Errors: `InvalidParameter`.
pub fn limit(text: Option<&str>) -> Result<Limit> {
    let Some(text) = text else { return Ok(Limit::MAX) };
    text.parse()
        .ok()
        .and_then(Limit::new)
        .ok_or_else(|| Error::new(Code::InvalidParameter, "Query parameter 'limit' must be a whole number from 1 to 1000"))
}

fn open(cursor: &str, binding: &[u8; BINDING]) -> Result<String> {
    let bad = || Error::new(Code::InvalidCursor, "The cursor does not belong to this list");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let after = bytes.strip_prefix(binding).ok_or_else(bad)?;
    String::from_utf8(after.to_vec()).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(limit: Option<&str>, cursor: Option<String>) -> ListQuery {
        ListQuery { limit: limit.map(str::to_owned), cursor }
    }

    fn cursor_of(paging: &Paging, next: &str) -> String {
        let link = paging.link_to(next);
        link.split("cursor=").nth(1).and_then(|rest| rest.split('>').next()).expect("a cursor").to_owned()
    }

    #[test]
    fn a_limit_is_1_to_1000() {
        for (text, good) in [("1", true), ("1000", true), ("0", false), ("1001", false), ("-1", false), ("x", false), ("", false)]
        {
            assert_eq!(query(Some(text), None).paging_for("/l", &[], "").is_ok(), good, "{text}");
        }
    }

    #[test]
    fn the_link_repeats_the_filters() {
        let filters = [("completed", Some("true".to_owned())), ("user_id", None)];
        let paging = query(Some("5"), None).paging_for("/api/tasks", &filters, "ann").expect("paging");
        assert!(paging.link_to("x").starts_with("</api/tasks?completed=true&limit=5&cursor="), "{}", paging.link_to("x"));
    }

    proptest! {
        #[test]
        fn a_cursor_opens_its_own_list_and_no_other(next in ".{0,60}", scope in "[a-c]{1,3}", other in "[a-c]{1,3}") {
            let list = |scope: &str, cursor| query(None, cursor).paging_for("/api/tasks", &[], scope);
            let cursor = cursor_of(&list(&scope, None).expect("paging"), &next);
            let again = list(&scope, Some(cursor.clone())).expect("its own");
            prop_assert_eq!(again.request.after.as_deref(), Some(next.as_str()));
            prop_assert_eq!(list(&other, Some(cursor)).is_ok(), scope == other);
        }

        #[test]
        fn no_text_is_a_cursor_by_accident(text in ".{0,80}") {
            prop_assert!(query(None, Some(text)).paging_for("/api/tasks", &[], "ann").is_err());
        }
    }
}
