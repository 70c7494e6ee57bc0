//! The members of an object in stored JSON, read in the order in which they were written.

use memchr::{memchr, memchr_iter, memchr2};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

/// A value as it is stored, which is passed on and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(pub &'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(raw.get()))
    }
}

impl Raw<'_> {
    /// `None` for what is no such thing.
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        serde_json::from_str(self.0).ok()
    }
}

/// What is left of the text of one object, from which member after member is taken. A member is named by what comes before its
/// value.
///
/// The text is the program's own, without white space: it is looked at for where each value ends, and not for what no JSON has.
#[derive(Debug)]
pub struct Members<'a>(&'a str);

impl<'a> Members<'a> {
    pub fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// A member that comes next and is not null.
    pub fn member(&mut self, before: &str) -> Option<Raw<'a>> {
        if self.skip(before) { self.value() } else { None }
    }

    /// What is left after a member, which need not be there.
    pub fn after(&mut self, before: &str) -> &mut Self {
        self.member(before);
        self
    }

    /// The first member of an object that comes next and is not null. The rest of that object comes then.
    pub fn open(&mut self, before: &str, first: &str) -> Option<Raw<'a>> {
        if !self.skip(before) || self.skip("null") {
            return None;
        }
        self.member(first)
    }

    /// The member that ends an opened object, which need not be there.
    pub fn last(&mut self, before: &str) -> Option<Raw<'a>> {
        let last = self.member(before);
        self.close();
        last
    }

    /// The first member of an object that comes next and is not null. All of that object is taken.
    pub fn first_of(&mut self, before: &str, first: &str) -> Option<Raw<'a>> {
        let first = self.open(before, first)?;
        self.close();
        Some(first)
    }

    /// Whether everything was taken.
    pub fn is_over(&self) -> bool {
        self.0 == "}"
    }

    fn close(&mut self) {
        self.take(end_of_outer(self.0.as_bytes(), 0));
    }

    fn skip(&mut self, text: &str) -> bool {
        let left = self.0.strip_prefix(text);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }

    fn value(&mut self) -> Option<Raw<'a>> {
        self.take(end_of_value(self.0.as_bytes())).filter(|value| value.0 != "null")
    }

    /// What goes on to there. Where that is nowhere, nothing is left, so that it is not over.
    fn take(&mut self, end: Option<usize>) -> Option<Raw<'a>> {
        let parts = end.and_then(|end| self.0.split_at_checked(end));
        self.0 = parts.map_or("", |(_, left)| left);
        parts.map(|(value, _)| Raw(value))
    }
}

fn end_of_value(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'"' => end_of_string(text, 1),
        b'{' => end_of_nested(text, b'{', b'}'),
        b'[' => end_of_nested(text, b'[', b']'),
        _ => text.iter().position(|byte| matches!(byte, b',' | b'}')),
    }
}

/// Where the object or array ends that begins here: mostly where one first ends, which is found many bytes at a time.
fn end_of_nested(text: &[u8], open: u8, close: u8) -> Option<usize> {
    let end = memchr(close, text)? + 1;
    let within = text.get(..end)?;
    let count = |byte| memchr_iter(byte, within).count();
    let is_its_own = count(open) == 1 && count(b'"').is_multiple_of(2) && memchr(b'\\', within).is_none();
    if is_its_own { Some(end) } else { end_of_outer(text, 1) }
}

/// Where the object or array ends that `at` is in.
fn end_of_outer(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1;
    while depth > 0 {
        match text.get(at)? {
            b'"' => {
                at = end_of_string(text, at + 1)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    Some(at)
}

/// Where the string ends that `at` is in.
fn end_of_string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        // What is escaped is no end.
        at += 2;
    }
}
