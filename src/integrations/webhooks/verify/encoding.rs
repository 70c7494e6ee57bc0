//! Encodings with exactly one spelling for each value: with several, one delivery could be sent again under another
//! spelling of its signature.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// In lower case.
    Hex,
    /// In upper case.
    UpperHex,
    /// The standard alphabet, padded.
    Base64,
}

impl Encoding {
    /// `None` unless it is exactly how this encoding writes some value.
    pub fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hex => hex(text, |digit| digit.is_ascii_digit() || digit.is_ascii_lowercase()),
            Self::UpperHex => hex(text, |digit| digit.is_ascii_digit() || digit.is_ascii_uppercase()),
            // The engine wants the padding, and zeros in the bits that are left over.
            Self::Base64 => STANDARD.decode(text).ok(),
        }
    }
}

/// Hexadecimal of any case: keys are given by people, and take part in no comparison of spellings.
pub fn any_hex(text: &[u8]) -> Option<Vec<u8>> {
    hex(text, u8::is_ascii_hexdigit)
}

fn hex(text: &[u8], allowed: impl Fn(&u8) -> bool) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).filter(|_| allowed(&c)).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// In lower case.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// As the parts of a JSON Web Token and of its keys are written: the alphabet for URLs, unpadded.
pub fn base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// As keys are written: the standard alphabet, with its padding or without.
pub fn padded_or_not(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    STANDARD.decode(format!("{bare}{}", "=".repeat((4 - bare.len() % 4) % 4))).ok()
}
