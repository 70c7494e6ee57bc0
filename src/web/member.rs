//! The members of a body: changes that may be left out, whose something is to be, and which members a type has.

use std::marker::PhantomData;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor, value},
    forward_to_deserialize_any,
};
use utoipa::openapi::{KnownFormat, ObjectBuilder};

use crate::kernel::{Code, Ctx, Field, FromText, Owner, Resource, Result, Rule, field::formatted};

/// A member of a change; `None` when it is left out, and then nothing is changed. Null is a value, or an error of its type.
#[derive(Debug, Clone)]
pub struct Change<T>(pub Option<T>);

impl<T> Default for Change<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Change<Field<T>> {
    pub fn value(self) -> Option<T> {
        self.0.map(|field| field.0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

/// Whose a new `T` is to be: yourself, unless you are an administrator.
#[derive(Debug)]
pub struct Whose<T>(String, PhantomData<fn() -> T>);

impl<T> Whose<T> {
    /// Errors: those of [`Ctx::owner_named`].
    pub fn owner(&self, ctx: &Ctx) -> Result<Owner> {
        ctx.owner_named(&self.0)
    }

    /// For what is nobody else's concern, where it need not be said whose it is. Errors: those of [`Ctx::owner_alone`].
    pub fn alone(said: Option<&Field<Self>>, ctx: &Ctx) -> Result<Owner> {
        ctx.owner_alone(said.map(|Field(whose)| whose.0.as_str()))
    }
}

impl<T: Resource> FromText for Whose<T> {
    fn schema() -> ObjectBuilder {
        formatted(KnownFormat::Uuid)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let text = text.trim();
        if text.is_empty() { Self::missing() } else { Ok(Self(text.to_owned(), PhantomData)) }
    }

    fn missing() -> Result<Self, Rule> {
        Err(Rule::sentence(Code::MissingUserId, T::NOBODYS))
    }
}

/// The members that a struct reads; none for what is no struct.
pub fn fields<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let mut found: &[&str] = &[];
    // It never gets a value; all that is asked of it is its names.
    let _ = T::deserialize(Names(&mut found));
    found
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = names;
        Err(de::Error::custom("names only"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("no struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
