//! Members of bodies that are no texts, or more than one: numbers within bounds, lists, days of the week. What is wrong with
//! one is said as the rule of a text is, of the item at which it is broken.

use std::{fmt, marker::PhantomData};

use chrono::{Weekday, WeekdaySet};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, SeqAccess, Visitor},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr,
        schema::{Schema, Type},
    },
};

use super::{Code, FromText, Rule, field::words};

/// A value of a member, read by the rules of its type. A `Deserialize` that the type may have is for what is stored, as that of
/// a [`FromText`].
pub trait FromMember: Sized {
    fn from_member<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// A member that is read by the rules of its type.
#[derive(Debug, Clone, Default)]
pub struct Field<T>(pub T);

impl<'de, T: FromMember> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_member(deserializer).map(Self)
    }
}

impl<T: FromText> FromMember for T {
    fn from_member<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Text(PhantomData))
    }
}

struct Text<T>(PhantomData<T>);

impl<T: FromText> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).map_err(E::custom)
    }

    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        T::missing().map_err(E::custom)
    }
}

/// A whole number from `MIN` to `MAX`. Neither `3.0` nor `"3"` is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Bounded<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Bounded<MIN, MAX> {
    /// `None` outside the bounds.
    pub fn new(number: u32) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    /// The number, or the bound that it is beyond.
    pub const fn nearest(number: u32) -> Self {
        let number = if number < MIN { MIN } else { number };
        Self(if number > MAX { MAX } else { number })
    }

    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Number)
    }
}

struct Number<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Visitor<'_> for Number<MIN, MAX> {
    type Value = Bounded<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        let bounded = u32::try_from(number).ok().and_then(Bounded::new);
        let rule = || words(Code::InvalidField, &format!("must be a whole number from {MIN} to {MAX}"), false);
        bounded.ok_or_else(|| E::custom(rule()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_u64(u64::try_from(number).unwrap_or(u64::MAX))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        self.visit_u64(u64::MAX)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Err(E::custom(Rule::field("is required")))
    }
}

impl<const MIN: u32, const MAX: u32> PartialSchema for Bounded<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<const MIN: u32, const MAX: u32> ToSchema for Bounded<MIN, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("From{MIN}To{MAX}").into()
    }
}

/// Reads a list of at most `max` items of which no two are the same. Errors: at the item that breaks its own rule, is the
/// same as an earlier one, or is too much.
pub fn distinct<'de, T: FromMember, D: Deserializer<'de>>(
    deserializer: D,
    max: usize,
    same: impl Fn(&T, &T) -> bool,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(List { max, same, of: PhantomData })
}

struct List<F, T> {
    max: usize,
    same: F,
    of: PhantomData<T>,
}

impl<'de, T: FromMember, F: Fn(&T, &T) -> bool> Visitor<'de> for List<F, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Next { list: &self, before: &all })? {
            all.push(item);
        }
        Ok(all)
    }
}

/// The next item of a list, in the sight of those before it: whatever is wrong with it is found where it stands.
struct Next<'a, F, T> {
    list: &'a List<F, T>,
    before: &'a [T],
}

impl<'de, T: FromMember, F: Fn(&T, &T) -> bool> DeserializeSeed<'de> for Next<'_, F, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let max = self.list.max;
        if self.before.len() >= max {
            let text = format!("is one too many: there can be {max} at most");
            return Err(de::Error::custom(words(Code::InvalidField, &text, false)));
        }
        let item = T::from_member(deserializer)?;
        if self.before.iter().any(|earlier| (self.list.same)(earlier, &item)) {
            return Err(de::Error::custom(Rule::field("is the same as one before it")));
        }
        Ok(item)
    }
}

/// Days of the week, each once: `["mon", "thu"]`, from Monday on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekdays(pub WeekdaySet);

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "mon"),
    (Weekday::Tue, "tue"),
    (Weekday::Wed, "wed"),
    (Weekday::Thu, "thu"),
    (Weekday::Fri, "fri"),
    (Weekday::Sat, "sat"),
    (Weekday::Sun, "sun"),
];

impl FromText for Weekday {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(DAYS.map(|(_, name)| name)))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let day = DAYS.iter().find(|(_, name)| *name == text);
        day.map(|(day, _)| *day).ok_or(Rule::field("must be one of: mon, tue, wed, thu, fri, sat, sun"))
    }
}

impl<'de> Deserialize<'de> for Weekdays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        distinct(deserializer, DAYS.len(), PartialEq::eq).map(|days: Vec<Weekday>| Self(days.into_iter().collect()))
    }
}

impl Serialize for Weekdays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(DAYS.iter().filter(|(day, _)| self.0.contains(*day)).map(|(_, name)| name))
    }
}

impl PartialSchema for Weekdays {
    fn schema() -> RefOr<Schema> {
        let list = ArrayBuilder::new().items(<Weekday as FromText>::schema()).unique_items(true);
        list.max_items(Some(DAYS.len())).into()
    }
}

impl ToSchema for Weekdays {
    fn name() -> std::borrow::Cow<'static, str> {
        "Weekdays".into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kernel::field;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[serde(default)]
        count: Option<Bounded<1, 366>>,
        #[serde(default)]
        days: Option<Weekdays>,
    }

    /// Where a body is wrong and what is said of it, in the words of a rule.
    fn wrong(body: Value) -> (String, String) {
        let error = serde_path_to_error::deserialize::<_, Body>(body).expect_err("wrong");
        let (path, words) = (error.path().to_string(), error.inner().to_string());
        (field::told(&words, &path).map_or(words, |error| error.message().to_owned()), path)
    }

    #[test]
    fn a_number_is_whole_and_within_its_bounds() {
        for good in [1, 2, 366] {
            let body: Body = serde_json::from_value(json!({ "count": good })).expect("a body");
            assert_eq!(body.count, Bounded::new(good));
            assert_eq!(serde_json::to_value(body.count).expect("JSON"), json!(good));
        }
        for bad in [json!(0), json!(367), json!(-1), json!(3.0), json!(1e300), json!(u64::MAX), json!(4_294_967_297_u64)] {
            let said = "Field 'count' must be a whole number from 1 to 366";
            assert_eq!(wrong(json!({ "count": bad })), (said.into(), "count".into()), "{bad}");
        }
        for bad in [json!("3"), json!(true), json!([3]), json!({ "3": 3 })] {
            let (said, path) = wrong(json!({ "count": bad }));
            assert!(said.starts_with("invalid type") && path == "count", "{said}");
        }
        assert!(serde_json::from_str::<Bounded<0, 9>>("null").is_err() && Bounded::<1, 2>::new(0).is_none());
    }

    #[test]
    fn days_of_the_week_are_known_and_distinct_and_the_wrong_one_is_named() {
        let body: Body = serde_json::from_value(json!({ "days": ["thu", "mon"] })).expect("a body");
        assert_eq!(serde_json::to_value(body.days).expect("JSON"), json!(["mon", "thu"]));
        let none: Body = serde_json::from_value(json!({ "days": [] })).expect("a body");
        assert_eq!(none.days, Some(Weekdays(WeekdaySet::EMPTY)));
        let unknown = "Field 'days[1]' must be one of: mon, tue, wed, thu, fri, sat, sun";
        for bad in ["Mon", "monday", "", "mon "] {
            assert_eq!(wrong(json!({ "days": ["tue", bad] })), (unknown.into(), "days[1]".into()));
        }
        let twice = wrong(json!({ "days": ["tue", "mon", "tue"] }));
        assert_eq!(twice, ("Field 'days[2]' is the same as one before it".into(), "days[2]".into()));
        assert_eq!(wrong(json!({ "days": ["tue", 1] })).1, "days[1]");
        assert_eq!(wrong(json!({ "days": ["tue", null] })).0, "Field 'days[1]' is required");
        assert_eq!(wrong(json!({ "days": "tue" })).1, "days");
        let eight = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon"];
        assert_eq!(wrong(json!({ "days": eight })).0, "Field 'days[7]' is one too many: there can be 7 at most");
    }
}
