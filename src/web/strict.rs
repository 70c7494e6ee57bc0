//! JSON objects as everything here reads them: one parser and one judgement, also for members that nobody looks at.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, error::Category};

use crate::kernel::{Code, Error, Result};

/// How much of a name that a caller made up is repeated to them.
const NAME: usize = 64;

/// The members of a JSON object. Errors: `InvalidJson` for what is not one, in any part of it: numbers beyond all bounds, more
/// than 127 levels, halves of characters; `InvalidField` for a member that is there twice.
pub fn object(raw: &[u8]) -> Result<Map<String, Value>> {
    let mut deserializer = serde_json::Deserializer::from_slice(raw);
    let mut doubled = None;
    let read = Part { doubled: &mut doubled, at: None }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match read {
        Ok(Value::Object(members)) => Ok(members),
        Err(error) if error.classify() == Category::Data && doubled.is_some() => {
            let name = doubled.unwrap_or_default();
            Err(Error::invalid_field(format!("Field '{name}' is given more than once")).about(name))
        }
        _ => Err(invalid_json()),
    }
}

pub(super) fn invalid_json() -> Error {
    Error::new(Code::InvalidJson, "Invalid JSON payload")
}

/// A name that a caller made up, shortened, as far as it can be shown.
pub(super) fn named(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(NAME).collect()
}

/// A value somewhere in the object. Where a member is doubled, its path is noted.
struct Part<'a> {
    doubled: &'a mut Option<String>,
    at: Option<&'a Member<'a>>,
}

/// The member that a value belongs to, and the one that this belongs to.
struct Member<'a> {
    name: &'a str,
    above: Option<&'a Self>,
}

impl Member<'_> {
    fn path(&self) -> String {
        let name = named(self.name);
        self.above.map_or_else(|| name.clone(), |above| format!("{}.{name}", above.path()))
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Part { doubled: &mut *self.doubled, at: self.at })? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let member = Member { name: &name, above: self.at };
            if all.contains_key(&name) {
                *self.doubled = Some(member.path());
                return Err(de::Error::custom("a doubled member"));
            }
            let value = members.next_value_seed(Part { doubled: &mut *self.doubled, at: Some(&member) })?;
            all.insert(name, value);
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(raw: &[u8]) -> Error {
        object(raw).expect_err(&String::from_utf8_lossy(raw))
    }

    #[test]
    fn what_nobody_looks_at_is_judged_like_everything_else() {
        let levels = |count: usize| format!("{{\"m\":{}{}}}", "[".repeat(count), "]".repeat(count));
        assert_eq!(object(br#" {"a":[1,-2,0.5,"\u00e9",null,true,{}]} "#).expect("an object").len(), 1);
        assert!(object(levels(126).as_bytes()).is_ok());
        for bad in [
            &b""[..],
            b"[\"a\"]",
            b"null",
            b"\"a\"",
            b"{",
            b"{} {}",
            b"{\"m\":\"\xff\"}",
            b"{\"\xff\":1}",
            br#"{"m":"\ud800"}"#,
            br#"{"m":["\udc00"]}"#,
            br#"{"m":1e999}"#,
            br#"{"m":{"n":-1e999}}"#,
            br#"{"m":01}"#,
            br#"{"m":NaN}"#,
            levels(127).as_bytes(),
            levels(20_000).as_bytes(),
        ] {
            assert_eq!(refused(bad).code(), Code::InvalidJson, "{:?}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn a_doubled_member_is_named_wherever_it_is() {
        for (raw, field) in [
            (r#"{"title":"a","title":"a"}"#, "title"),
            (r#"{"title":"a","t\u0069tle":"b"}"#, "title"),
            (r#"{"m":[{"n":{"x":1,"y":2,"x":3}}]}"#, "m.n.x"),
            ("{\"a\u{7f}\":1,\"a\u{7f}\":1}", "a"),
        ] {
            let error = refused(raw.as_bytes());
            assert_eq!((error.code(), error.field()), (Code::InvalidField, Some(field)), "{raw}");
            assert!(error.message().contains(&format!("'{field}'")), "{error}");
        }
        let long = "x".repeat(1_000);
        assert!(refused(format!("{{\"{long}\":1,\"{long}\":2}}").as_bytes()).message().len() < 120);
    }
}
