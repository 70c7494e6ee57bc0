//! Login names: which may be chosen, and which spellings are one name.

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::MixedScript as _;

use crate::{
    accounts::users::model::DisplayName,
    kernel::{Error, Result, text},
};

/// The longest text that may be a name, in bytes: twice what 64 characters take at most. What is longer is nobody's name, and is
/// not folded to find that out.
const MAX_BYTES: usize = 512;

/// A login name, as it was typed and as it is compared.
#[derive(Debug, Clone)]
pub struct LoginName {
    /// What the account is called at first.
    pub shown: DisplayName,
    key: NameKey,
}

/// What two spellings of one login name have in common: their partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameKey(String);

impl LoginName {
    /// A name that an account has already. Errors: `InvalidField` unless it is 1 to 64 characters on one line after trimming.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self { shown: DisplayName::parse("username", text)?, key: NameKey::of(text) })
    }

    /// A name for a new account: one that cannot be taken for another. Errors: `InvalidField`, as [`Self::parse`] and for
    /// invisible characters, or letters of several scripts.
    pub fn chosen(text: &str) -> Result<Self> {
        let name = Self::parse(text)?;
        let shown = name.shown.as_str();
        if shown.chars().any(|c| text::is_invisible(c) || (c.is_whitespace() && c.nfkc().ne([' ']))) {
            return Err(Error::invalid_field("Field 'username' must not contain invisible characters"));
        }
        if !shown.is_single_script() {
            return Err(Error::invalid_field("Field 'username' must not mix letters of several scripts"));
        }
        Ok(name)
    }

    pub fn key(&self) -> &NameKey {
        &self.key
    }
}

impl NameKey {
    const PREFIX: &str = "login:";

    /// The key of any text, whether it may be a name or not: NFKC, regardless of case, trimmed.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        let folded = if text.len() > MAX_BYTES { text.to_owned() } else { fold(text) };
        Self(format!("{}{}", Self::PREFIX, text::hex(&Sha256::digest(folded.as_bytes()))))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest that tells names apart, as hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.0[Self::PREFIX.len()..]
    }

    /// The key with the digest. Only what we have signed ourselves may come from outside.
    pub(super) fn of_digest(digest: &str) -> Self {
        Self(format!("{}{digest}", Self::PREFIX))
    }
}

fn fold(text: &str) -> String {
    let folded = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    folded.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Code;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (one, other) in
            [("Ann", " ann "), ("STRASSE", "straße"), ("ﬁnn", "FINN"), ("e\u{301}va", "ÉVA"), ("Ⅳ", "iv"), ("ΣΊΣΥΦΟΣ", "σίσυφος")]
        {
            assert_eq!(NameKey::of(one), NameKey::of(other), "{one} {other}");
        }
        assert_ne!(NameKey::of("ann"), NameKey::of("anna"));
        assert_eq!(NameKey::of_digest(NameKey::of("ann").digest()), NameKey::of("ann"));
    }

    #[test]
    fn what_is_too_long_for_a_name_is_not_folded() {
        let (upper, lower) = ("A".repeat(MAX_BYTES), "a".repeat(MAX_BYTES));
        assert_eq!(NameKey::of(&upper), NameKey::of(&lower));
        assert_ne!(NameKey::of(&format!("{upper}A")), NameKey::of(&format!("{lower}a")));
        // The longest name that can be chosen is far below.
        assert!(LoginName::chosen(&"𐐀".repeat(64)).expect("a name").shown.as_str().len() <= MAX_BYTES / 2);
    }

    #[test]
    fn a_name_has_the_letters_of_one_script() {
        for good in [
            "Ann Lee",
            "éva straße 2",
            "e\u{301}va",
            "Jürgen-O'Neil_99",
            "Анна 3",
            "Σίσυφος",
            "山田たろうカナ",
            "김철수 金",
            "李小龍",
            "שרה",
            "محمد",
            "गीता",
            "42",
            "ann🙂",
            "ann\u{a0}lee",
            "a.b@example.org",
        ] {
            assert!(LoginName::chosen(good).is_ok(), "{good}");
        }
        // Cyrillic а, Greek ο, Cyrillic у among Latin; Latin o among Greek; Armenian among Latin; Cherokee; Han among Cyrillic.
        for mixed in ["аnn", "bοb", "lуnn", "Σίσυφoς", "ցann", "ᎪNN", "Анна山"] {
            let error = LoginName::chosen(mixed).expect_err("mixed");
            assert!(error.code() == Code::InvalidField && error.message().contains("scripts"), "{mixed}");
            assert!(LoginName::parse(mixed).is_ok(), "an account from before: {mixed}");
        }
    }

    #[test]
    fn a_name_has_nothing_invisible() {
        for c in [
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2060}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{e0041}',
            '\u{2028}',
        ] {
            let error = LoginName::chosen(&format!("an{c}n")).expect_err("invisible");
            assert_eq!(error.code(), Code::InvalidField, "{c:?}");
        }
    }
}
