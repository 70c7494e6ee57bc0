//! What of a task and of an item is compared: the synchronised fields, in one form on both sides. Pure.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::{
    kernel::text::is_invisible,
    outbound::providers::item::{Due, Field, Item},
};

/// Where an edit was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Local,
    Remote,
}

/// What stands for a title that an item does not have.
pub const UNTITLED: &str = "(untitled)";

/// The synchronised fields of a task or an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    pub title: String,
    pub notes: String,
    pub due: Option<Due>,
    pub completed: bool,
}

impl Fields {
    /// An item as a task can have it: texts without control characters, trimmed, and cut with `…` to so many characters, and
    /// [`UNTITLED`] for a title of which nothing can be seen. Both what is shown and what is compared come from it, so that none
    /// of this counts as an edit.
    pub fn of_item(item: &Item, title_max: usize, notes_max: usize) -> Self {
        let title = cleaned(&item.title, title_max);
        Self {
            title: if title.is_empty() { UNTITLED.to_owned() } else { title },
            notes: cleaned(&item.notes, notes_max),
            due: item.due,
            completed: item.completed,
        }
    }

    /// Takes the value of one field.
    pub fn take(&mut self, field: Field, from: &Self) {
        match field {
            Field::Title => self.title.clone_from(&from.title),
            Field::Notes => self.notes.clone_from(&from.notes),
            Field::Due => self.due = from.due,
            Field::Completed => self.completed = from.completed,
        }
    }

    /// The same with that field alone, all others empty.
    #[must_use]
    pub fn only(&self, field: Field) -> Self {
        let mut only = Self::default();
        only.take(field, self);
        only
    }

    /// Whether a field means the same in both, whatever the form of the text.
    pub fn agree(&self, other: &Self, field: Field) -> bool {
        match field {
            Field::Title => normal(&self.title) == normal(&other.title),
            Field::Notes => normal(&self.notes) == normal(&other.notes),
            Field::Due => self.due == other.due,
            Field::Completed => self.completed == other.completed,
        }
    }
}

/// The one form of a text: composed (NFC), lines ended by line feeds, no white space around it. A task has none around its texts,
/// so that a service which keeps it cannot be told from one that does not.
pub fn normal(text: &str) -> Cow<'_, str> {
    let composed = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    };
    if composed.contains('\r') {
        return Cow::Owned(composed.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned());
    }
    match composed {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

fn cleaned(text: &str, max: usize) -> String {
    let text: String = normal(text).chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    // What was taken out may have stood between characters that compose, or between white space and an end.
    let text = normal(&text);
    if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return String::new();
    }
    if text.chars().count() <= max {
        return text.into_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::integrations::sync::tests::{ALL, item, project};

    /// Texts with everything that the projection looks at.
    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "[ \r\n\ta-z\u{301}\u{308}e\u{1100}\u{1161}\u{2000}\u{0}\u{85}\u{200b}\u{344}]{0,20}",]
    }

    #[test]
    fn the_form_of_a_text_is_not_its_meaning() {
        assert_eq!(normal(" Cafe\u{301}\r\n  at  ten \r"), "Caf\u{e9}\n  at  ten");
        let fields = |title: &str| Fields { title: title.into(), notes: "n".into(), ..Fields::default() };
        assert!(fields("a ").agree(&fields("a"), Field::Title));
        assert!(!fields("a b").agree(&fields("a  b"), Field::Title));
        assert_eq!(project(&fields("a "), &[Field::Title]), Fields { title: "a".into(), ..Fields::default() });
    }

    #[test]
    fn an_item_is_shown_as_a_task_can_have_it() {
        let shown = |title: &str| {
            let shown = Fields::of_item(&item(title, " one\r\ntwo\u{7} "), 5, 20);
            assert_eq!(shown.notes, "one\ntwo");
            shown.title
        };
        assert_eq!(shown(""), UNTITLED);
        assert_eq!(shown("\u{200b} \u{1}"), UNTITLED);
        assert_eq!(shown("abcde"), "abcde");
        assert_eq!(shown("abcdef"), "abcd…");
        assert_eq!(shown("abc def"), "abc…");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn projecting_twice_changes_nothing(title in texts(), notes in texts()) {
            let once = project(&Fields { title, notes, ..Fields::default() }, ALL);
            prop_assert_eq!(&project(&once, ALL), &once);
        }

        #[test]
        fn what_is_shown_is_a_valid_text_and_compares_as_itself(title in texts(), notes in texts()) {
            let shown = Fields::of_item(&item(&title, &notes), 8, 8);
            prop_assert_eq!(crate::kernel::text::trimmed(&shown.title, 10), Ok(shown.title.as_str()));
            prop_assert!(shown.notes.is_empty() || crate::kernel::text::trimmed(&shown.notes, 8) == Ok(&shown.notes));
            prop_assert_eq!(&project(&shown, ALL), &shown);
        }
    }
}
