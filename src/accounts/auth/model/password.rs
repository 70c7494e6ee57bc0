//! Passwords as they were typed: which may be chosen, and what is compared.

use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use super::{
    common,
    names::{LoginName, NameKey},
};
use crate::kernel::{Error, Result};

/// The longest text that is brought into other forms, in bytes: more than any password of 256 characters has in any of them.
const MAX_BYTES: usize = 8 * 1024;

/// A password as it was typed.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// For a new account of that name. Errors: `InvalidField` unless it is 8 to 256 characters, and neither the name nor one of
    /// the commonest passwords.
    pub fn chosen(text: SecretString, name: &LoginName) -> Result<Self> {
        let password = Self(text);
        let length = if password.0.expose_secret().len() > MAX_BYTES { usize::MAX } else { password.normal().chars().count() };
        if !(8..=256).contains(&length) {
            return Err(Error::invalid_field("Field 'password' must be 8 to 256 characters long"));
        }
        if NameKey::of(password.0.expose_secret()) == *name.key() {
            return Err(Error::invalid_field("Field 'password' must not be the username"));
        }
        if common::is_common(password.0.expose_secret()) {
            return Err(Error::invalid_field("Field 'password' is one of those that everybody tries first; choose another"));
        }
        Ok(password)
    }

    /// For logging in: whatever was typed, to be found wrong by comparison alone.
    pub fn attempt(text: SecretString) -> Self {
        Self(text)
    }

    /// The form that is hashed: NFC, so that it does not matter which keyboard composed the characters.
    pub fn normal(&self) -> String {
        let typed = self.0.expose_secret();
        if typed.is_ascii() || typed.len() > MAX_BYTES { typed.to_owned() } else { typed.nfc().collect() }
    }

    /// The other forms whose hash may have been stored before passwords were normalised.
    pub fn older(&self) -> Vec<String> {
        let typed = self.0.expose_secret();
        if typed.is_ascii() || typed.len() > MAX_BYTES {
            return Vec::new();
        }
        let mut forms = vec![typed.nfd().collect::<String>(), typed.to_owned()];
        forms.dedup();
        let normal = self.normal();
        forms.retain(|form| *form != normal);
        forms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Code;

    fn chosen(text: &str) -> Result<Password> {
        Password::chosen(text.to_owned().into(), &LoginName::chosen("Straßenbahn").expect("a name"))
    }

    #[test]
    fn a_new_password_has_8_to_256_characters() {
        let varied = |length: usize| "énigmatique à souhait ".chars().cycle().take(length).collect::<String>();
        for good in [8, 256] {
            assert!(chosen(&varied(good)).is_ok(), "{good}");
            // As many characters, however they are composed.
            assert!(chosen(&varied(good).nfd().collect::<String>()).is_ok(), "{good}");
        }
        for bad in [7, 257, 100_000] {
            let error = chosen(&varied(bad)).expect_err("refused");
            assert!(error.code() == Code::InvalidField && error.message().contains("long"), "{bad}");
        }
        assert!(chosen(&varied(7).nfd().collect::<String>()).is_err());
    }

    #[test]
    fn the_name_in_any_spelling_is_no_password() {
        for same in ["Straßenbahn", "STRASSENBAHN", " straßenbahn "] {
            assert!(chosen(same).expect_err("refused").message().contains("username"), "{same}");
        }
        assert!(chosen("Straßenbahnhof").is_ok());
    }

    #[test]
    fn a_common_password_is_refused() {
        assert!(chosen("Passw0rd1").expect_err("refused").message().contains("first"));
    }

    #[test]
    fn composed_and_decomposed_characters_are_one_password() {
        let password = |text: &str| Password::attempt(text.to_owned().into());
        let (composed, decomposed) = (password("caf\u{e9} noir"), password("cafe\u{301} noir"));
        assert_eq!(composed.normal(), decomposed.normal());
        for typed in [composed, decomposed] {
            assert_eq!(typed.older(), ["cafe\u{301} noir"]);
        }
        // Typed in neither form: one mark composed, one not.
        assert_eq!(password("\u{e9}e\u{301}").older(), ["e\u{301}e\u{301}", "\u{e9}e\u{301}"]);
        assert!(password("plain").older().is_empty());
        assert!(password(&"e\u{301}".repeat(MAX_BYTES)).older().is_empty());
    }
}
