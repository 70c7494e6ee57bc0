//! Rules for text that people type, and the one way to write bytes as hex.

use std::fmt::Write as _;

/// Why a text is not acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    Empty,
    /// More than the given number of characters.
    TooLong(usize),
    ControlCharacter,
}

/// Trims `text` and holds it to 1 to `max` characters (Unicode scalar values).
pub fn trimmed(text: &str, max: usize) -> Result<&str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    // A character has at least one byte, so that most texts need no counting.
    if text.len() > max && text.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    Ok(text)
}

/// As [`trimmed`], on one line: no control characters either.
pub fn name(text: &str, max: usize) -> Result<&str, TextError> {
    let text = trimmed(text, max)?;
    if text.chars().any(char::is_control) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text)
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_and_not_bytes() {
        assert_eq!(trimmed("  añ  ", 2), Ok("añ"));
        assert_eq!(trimmed("aññ", 2), Err(TextError::TooLong(2)));
        assert_eq!(trimmed(" \t\u{a0} ", 2), Err(TextError::Empty));
    }

    #[test]
    fn a_name_is_on_one_line() {
        assert_eq!(name("Ann Lee", 64), Ok("Ann Lee"));
        assert_eq!(name("Ann\u{0}Lee", 64), Err(TextError::ControlCharacter));
        assert_eq!(name("Ann\u{85}Lee", 64), Err(TextError::ControlCharacter));
    }

    #[test]
    fn hex_has_two_digits_a_byte() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
