//! The request that is verified, as it came in.

use super::verdict::Reason;

/// A request in its own bytes: nothing was decoded, trimmed or put in order.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// Each as often as it was sent; names in any case.
    pub headers: &'a [(String, Vec<u8>)],
    pub body: &'a [u8],
    /// What follows the question mark, undecoded.
    pub query: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// A header that the verdict depends on. Sent twice, it is refused even when both values agree: others in between may
    /// have looked at the other one.
    pub(super) fn header(&self, name: &str) -> Result<Option<&'a [u8]>, Reason> {
        let mut values = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.map(Vec::as_slice)),
            (_, Some(_)) => Err(Reason::DuplicateHeader),
        }
    }

    /// A header without which there is no verdict but a refusal.
    pub(super) fn required(&self, name: &str) -> Result<&'a [u8], Reason> {
        self.header(name)?.ok_or(Reason::MissingHeader)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    /// A header that nothing depends on: `None` unless it was sent once, as text.
    pub(super) fn told(&self, name: &str) -> Option<String> {
        self.header(name).ok()?.and_then(|value| str::from_utf8(value).ok()).map(str::to_owned)
    }

    /// A parameter of the query, decoded; `None` also when it was sent twice.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut values = url::form_urlencoded::parse(self.query?.as_bytes()).filter(|(given, _)| given == name);
        let value = values.next()?.1.into_owned();
        values.next().is_none().then_some(value)
    }

    pub(super) const fn some_body(&self) -> Result<(), Reason> {
        if self.body.is_empty() { Err(Reason::EmptyBody) } else { Ok(()) }
    }
}
