//! The tags of a task, and those by which tasks are looked for. Pure.

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, Ref, RefOr, schema::Schema},
};

use crate::{
    described,
    kernel::{
        FromMember, FromText, Rule, field, member,
        text::{self, TextError},
    },
};

/// 1 to 40 characters, trimmed, without a comma, on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    pub const MAX: usize = 40;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the same regardless of case and Unicode form.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.0.is_ascii() && other.0.is_ascii() {
            return self.0.eq_ignore_ascii_case(&other.0);
        }
        let folded = |tag: &Self| caseless::default_case_fold_str(&tag.0.nfc().collect::<String>());
        folded(self) == folded(other)
    }
}

described!(Tag, "Tag");

impl FromText for Tag {
    fn schema() -> ObjectBuilder {
        field::text(1, Self::MAX).pattern(Some("^[^,]*$")).description(Some("1 to 40 characters after trimming, without a comma"))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::name(text, Self::MAX) {
            Ok(tag) if tag.contains(',') => Err(Rule::field("must not contain a comma")),
            Ok(tag) => Ok(Self(tag.into())),
            Err(TextError::Empty) => Err(Rule::field("cannot be empty")),
            Err(TextError::TooLong(_)) => Err(Rule::field("cannot be longer than 40 characters")),
            Err(TextError::ControlCharacter) => Err(Rule::field("must not contain control characters")),
        }
    }
}

/// At most 20 tags, no two of them the same regardless of case, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(Vec<Tag>);

impl Tags {
    pub const MAX: usize = 20;

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    pub fn as_slice(&self) -> &[Tag] {
        &self.0
    }

    /// Adds a tag unless the same is there; `false` when there is no room for it.
    pub fn add(&mut self, tag: Tag) -> bool {
        let known = self.contains(&tag);
        let fits = known || self.0.len() < Self::MAX;
        if fits && !known {
            self.0.push(tag);
        }
        fits
    }

    /// Regardless of case.
    pub fn contains(&self, tag: &Tag) -> bool {
        self.0.iter().any(|own| own.is_same(tag))
    }
}

impl FromMember for Tags {
    fn from_member<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        member::distinct(deserializer, Self::MAX, Tag::is_same).map(Self)
    }
}

impl PartialSchema for Tags {
    fn schema() -> RefOr<Schema> {
        let tag = Ref::from_schema_name(Tag::name());
        ArrayBuilder::new().items(tag).max_items(Some(Self::MAX)).unique_items(true).into()
    }
}

impl ToSchema for Tags {
    fn name() -> std::borrow::Cow<'static, str> {
        "Tags".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Tag::name().into(), <Tag as PartialSchema>::schema()));
    }
}

/// Tags that a task must have, all of them: in a query, set apart by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedTags(Vec<Tag>);

impl WantedTags {
    pub fn matches(&self, tags: &Tags) -> bool {
        self.0.iter().all(|tag| tags.contains(tag))
    }
}

impl FromText for WantedTags {
    fn schema() -> ObjectBuilder {
        field::text(1, (Tag::MAX + 1) * Tags::MAX)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let wanted: Vec<Tag> = text.split(',').map(Tag::from_text).collect::<Result<_, _>>()?;
        if wanted.len() > Tags::MAX { Err(Rule::field("must have at most 20 tags")) } else { Ok(Self(wanted)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::kernel::Field;

    #[derive(Debug, Deserialize)]
    struct Body {
        tags: Field<Tags>,
    }

    fn tags(value: &Value) -> Result<Tags, (String, String)> {
        let body = serde_path_to_error::deserialize::<_, Body>(json!({ "tags": value }));
        body.map(|body| body.tags.0).map_err(|error| {
            let (path, words) = (error.path().to_string(), error.inner().to_string());
            (field::told(&words, &path).map_or(words, |error| error.message().to_owned()), path)
        })
    }

    fn tag(text: &str) -> Tag {
        Tag::from_text(text).expect("a tag")
    }

    #[test]
    fn tags_are_trimmed_and_keep_their_order_and_spelling() {
        let tags = tags(&json!([" Work ", "a b", "é"])).expect("tags");
        assert_eq!(serde_json::to_value(&tags).expect("JSON"), json!(["Work", "a b", "é"]));
        assert!(tags.contains(&tag("WORK")) && tags.contains(&tag("E\u{301}")) && !tags.contains(&tag("e")));
        assert_eq!(tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["Work", "a b", "é"]);
    }

    #[test]
    fn the_wrong_one_is_named() {
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        assert!(tags(&json!(many[..20])).is_ok() && tags(&json!([])).expect("none").is_empty());
        for (value, field, rule) in [
            (json!(["a", "b", "c", "B"]), "tags[3]", "is the same as one before it"),
            (json!(["straße", "STRASSE"]), "tags[1]", "is the same as one before it"),
            (json!(["caf\u{e9}", "CAFE\u{301}"]), "tags[1]", "is the same as one before it"),
            (json!(["K", "\u{212a}"]), "tags[1]", "is the same as one before it"),
            (json!(["a", " "]), "tags[1]", "cannot be empty"),
            (json!(["a", null]), "tags[1]", "is required"),
            (json!(["a,b"]), "tags[0]", "must not contain a comma"),
            (json!(["a\nb"]), "tags[0]", "must not contain control characters"),
            (json!(["é".repeat(41)]), "tags[0]", "cannot be longer than 40 characters"),
            (json!(many), "tags[20]", "is one too many: there can be 20 at most"),
        ] {
            assert_eq!(tags(&value), Err((format!("Field '{field}' {rule}"), field.to_owned())));
        }
        for (value, field) in [(json!("a"), "tags"), (json!(["a", 1]), "tags[1]"), (Value::Null, "tags")] {
            assert_eq!(tags(&value).expect_err("wrong").1, field);
        }
    }

    #[test]
    fn what_is_stored_stays_readable() {
        let stored: Tags = serde_json::from_value(json!(["a", "A", "a,b"])).expect("tags");
        assert_eq!(stored.iter().count(), 3);
    }

    #[test]
    fn all_that_are_wanted_must_be_there() {
        let tags = tags(&json!(["Home", "garden"])).expect("tags");
        let matches = |text: &str| WantedTags::from_text(text).map(|wanted| wanted.matches(&tags));
        assert_eq!(matches("home"), Ok(true));
        assert_eq!(matches("GARDEN, home,home"), Ok(true));
        assert_eq!(matches("home,work"), Ok(false));
        assert!(["", "home,", ","].into_iter().all(|bad| matches(bad).is_err()));
        assert!(matches(&["a"; 21].join(",")).is_err());
    }

    proptest! {
        #[test]
        fn sameness_is_that_of_folded_texts(first in "[a-cA-CéÉßſ\u{301}k\u{212a}]{1,3}", second in "[a-cA-CéÉßſ\u{301}k\u{212a}]{1,3}") {
            let folded = |text: &str| caseless::default_case_fold_str(&text.nfc().collect::<String>());
            prop_assert_eq!(tag(&first).is_same(&tag(&second)), folded(&first) == folded(&second));
            prop_assert!(tag(&first).is_same(&tag(&first.nfd().collect::<String>())));
        }
    }
}
