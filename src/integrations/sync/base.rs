//! The base of a merge: what was last seen of an item. Pure.
//!
//! It is the item as it was *observed*, never the result of a merge. An echo of our own write is then nothing new by itself, and
//! what was changed here since is what differs from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use super::project::{Fields, normal};
use crate::outbound::providers::item::Field;

/// What was last seen of an item, field by field, as digests: that is enough to tell whether a value is another one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// A field that is missing was never seen, since the service did not have it.
    seen: BTreeMap<Field, Digest>,
    /// What was written there, where the service made something else of it: having that here is no edit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pushed: BTreeMap<Field, Digest>,
    /// Fields that have changed there and were not taken, since nothing is: `seen` is still what they were before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    passed_over: BTreeSet<Field>,
}

impl Base {
    pub fn of(remote: &Fields, kept: &[Field]) -> Self {
        let seen = kept.iter().map(|&field| (field, Digest::of(field, remote))).collect();
        Self { seen, ..Self::default() }
    }

    pub fn knows(&self, field: Field) -> bool {
        self.seen.contains_key(&field)
    }

    /// Whether the field is as it was seen.
    pub fn is(&self, field: Field, fields: &Fields) -> bool {
        self.seen.get(&field) == Some(&Digest::of(field, fields))
    }

    /// Whether the field was not edited here since: it is as it was seen, or as it was when the service made of it what was seen.
    pub fn is_clean(&self, field: Field, local: &Fields) -> bool {
        let is = Some(Digest::of(field, local));
        self.seen.get(&field) == is.as_ref() || self.pushed.get(&field) == is.as_ref()
    }

    /// What is to be written there. Without fields of which something else is there than was seen: these have to be merged before
    /// ([`Self::collides`]).
    pub fn dirty(&self, local: &Fields, kept: &[Field], read_only: &BTreeSet<Field>) -> Vec<Field> {
        let writable = |field: &Field| !self.lacks(*field) && !read_only.contains(field);
        kept.iter().copied().filter(|field| writable(field) && !self.is_clean(*field, local)).collect()
    }

    /// Whether there are fields of which something else is there than this says: an item is merged then although its version is
    /// the one that was seen, and before it is deleted.
    pub fn is_behind(&self, kept: &[Field]) -> bool {
        kept.iter().any(|field| self.lacks(*field))
    }

    /// Whether one of those was edited here, so that the item is to be fetched and merged before it is written.
    pub fn collides(&self, local: &Fields, kept: &[Field]) -> bool {
        kept.iter().any(|field| self.lacks(*field) && !self.is_clean(*field, local))
    }

    fn lacks(&self, field: Field) -> bool {
        !self.knows(field) || self.passed_over.contains(&field)
    }

    /// What a merge has seen of one field.
    pub(super) fn see(&mut self, field: Field, remote: &Fields) {
        let now = Digest::of(field, remote);
        if self.seen.insert(field, now) != Some(now) {
            self.pushed.remove(&field);
        }
        self.passed_over.remove(&field);
    }

    /// That a merge did not take what it has seen of one field.
    pub(super) fn pass_over(&mut self, field: Field) {
        self.passed_over.insert(field);
    }

    /// After a write of those fields: the service has what it answers. The other fields of the answer are not looked at, since
    /// somebody else may have changed them: an answer is merged like anything else that was fetched, with this as the base.
    #[must_use]
    pub fn with_pushed(&self, fields: &[Field], sent: &Fields, answer: &Fields) -> Self {
        let mut base = self.clone();
        for &field in fields {
            base.see(field, answer);
            base.pushed.remove(&field);
            if !base.is(field, sent) {
                base.pushed.insert(field, Digest::of(field, sent));
            }
        }
        base
    }
}

/// The first 16 bytes of the SHA-256 of a field in its normal form.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Digest([u8; 16]);

impl Digest {
    fn of(field: Field, fields: &Fields) -> Self {
        let whole = match field {
            Field::Title => Sha256::digest(normal(&fields.title).as_bytes()),
            Field::Notes => Sha256::digest(normal(&fields.notes).as_bytes()),
            Field::Due => {
                let mut text = String::new();
                if let Some(due) = fields.due {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "{} {:?}", due.on, due.time);
                }
                Sha256::digest(text.as_bytes())
            }
            Field::Completed => Sha256::digest([u8::from(fields.completed)]),
        };
        let mut first = [0; 16];
        first.copy_from_slice(&whole[..16]);
        Self(first)
    }

    fn text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(de::Error::custom)?;
        bytes.try_into().map(Self).map_err(|_| de::Error::custom("not 16 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};

    use super::*;
    use crate::{integrations::sync::tests::ALL, outbound::providers::item::Due};

    fn titled(title: &str) -> Fields {
        Fields { title: title.into(), ..Fields::default() }
    }

    fn dirty(base: &Base, local: &Fields) -> Vec<Field> {
        base.dirty(local, ALL, &BTreeSet::new())
    }

    #[test]
    fn what_differs_from_what_was_seen_is_dirty_unless_it_cannot_be_written() {
        let base = Base::of(&titled("a"), ALL);
        let mut local = titled(" a ");
        assert_eq!(dirty(&base, &local), []);
        local.due = Some(Due { on: NaiveDate::default(), time: None });
        local.completed = true;
        assert_eq!(dirty(&base, &local), [Field::Due, Field::Completed]);
        assert_eq!(base.dirty(&local, &[Field::Title, Field::Completed], &BTreeSet::from([Field::Completed])), []);
    }

    #[test]
    fn a_time_of_day_is_a_part_of_the_due_date() {
        let due = |time| Fields { due: Some(Due { on: NaiveDate::default(), time }), ..Fields::default() };
        let (none, midnight) = (due(None), due(Some(NaiveTime::MIN)));
        assert!(!Base::of(&none, ALL).is(Field::Due, &midnight));
        assert!(!Base::of(&none, ALL).is(Field::Due, &Fields::default()));
        assert!(Base::of(&midnight, ALL).is(Field::Due, &midnight));
    }

    /// Example 6: a service that makes something else of what it gets does not get it again.
    #[test]
    fn what_was_made_of_a_value_there_is_no_edit_here_until_it_changes_there() {
        let sent = titled("a long title");
        let base = Base::of(&titled("before"), ALL).with_pushed(&[Field::Title], &sent, &titled("a lon…"));
        assert_eq!(dirty(&base, &sent), []);
        assert_eq!(dirty(&base, &titled("another")), [Field::Title]);

        let mut seen_again = base.clone();
        seen_again.see(Field::Title, &titled("a lon…"));
        assert_eq!(seen_again, base);
        let mut changed = base;
        changed.see(Field::Title, &titled("theirs"));
        assert_eq!(dirty(&changed, &sent), [Field::Title]);
    }

    #[test]
    fn the_rest_of_an_answer_is_not_taken_for_seen() {
        let mut answer = titled("b");
        answer.notes = "somebody else's".into();
        let base = Base::of(&titled("a"), ALL).with_pushed(&[Field::Title], &titled("b"), &answer);
        assert!(base.is(Field::Title, &answer) && !base.is(Field::Notes, &answer));
        assert_eq!(dirty(&base, &titled("b")), []);
    }

    #[test]
    fn a_field_that_was_never_seen_is_not_written_before_it_is() {
        let base = Base::of(&titled("a"), &[Field::Title]);
        let local = Fields { notes: "x".into(), ..titled("a") };
        assert_eq!(dirty(&base, &local), []);
        assert!(base.is_behind(ALL) && base.collides(&local, ALL));
        assert!(!base.is_behind(&[Field::Title]) && !base.collides(&local, &[Field::Title]));
    }

    #[test]
    fn is_kept_as_texts() {
        let base = Base::of(&titled("a"), &[Field::Title]).with_pushed(&[Field::Title], &titled("b"), &titled("c"));
        let text = serde_json::to_string(&base).expect("a text");
        assert_eq!(text, r#"{"seen":{"title":"Ln0sA6lQeuJl7PW1NWiFpQ"},"pushed":{"title":"PiPoFgA5WUoziU9lZOGxNA"}}"#);
        assert_eq!(serde_json::from_str::<Base>(&text).expect("a base"), base);
        let cut = r#"{"seen":{"title":"Ln0s"}}"#;
        assert!(serde_json::from_str::<Base>(cut).is_err());
    }
}
