//! Rules for text that people type, and the one way to write bytes as hex.

use std::fmt::Write as _;

/// Why a text is not acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    /// Nothing of it can be seen.
    Empty,
    /// More than the given number of characters.
    TooLong(usize),
    ControlCharacter,
}

/// Trims `text` and holds it to 1 to `max` characters (Unicode scalar values), one of them visible, and none a control
/// character other than tab and line feed.
pub fn trimmed(text: &str, max: usize) -> Result<&str, TextError> {
    checked(text, max, |c| matches!(c, '\t' | '\n'))
}

/// As [`trimmed`], on one line: no control characters at all.
pub fn name(text: &str, max: usize) -> Result<&str, TextError> {
    checked(text, max, |_| false)
}

fn checked(text: &str, max: usize, allowed: impl Fn(char) -> bool) -> Result<&str, TextError> {
    let text = text.trim();
    if text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c)) {
        return Err(TextError::Empty);
    }
    // A character has at least one byte, so that most texts need no counting.
    if text.len() > max && text.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    if text.chars().any(|c| c.is_control() && !allowed(c)) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text)
}

/// Whether the character leaves no mark and is neither white space nor a control character: Unicode's
/// `Default_Ignorable_Code_Point`, the marks of interlinear annotation, and the Braille pattern without a dot.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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
    fn what_has_nothing_to_be_seen_is_empty() {
        for empty in
            ["", "\u{200b}", "\u{ad}\u{2060}", "\u{3164}", "\u{2800} \u{2800}", "\u{feff}\n\u{0}", "\u{e0041}", "\u{202e}"]
        {
            assert_eq!(trimmed(empty, 9), Err(TextError::Empty), "{empty:?}");
            assert_eq!(name(empty, 9), Err(TextError::Empty), "{empty:?}");
        }
        // What joins or turns visible characters stays.
        for seen in ["\u{200b}a", "\u{301}", "👩\u{200d}💻", "❤\u{fe0f}", "می\u{200c}خواهم"] {
            assert_eq!(trimmed(seen, 9), Ok(seen));
        }
    }

    #[test]
    fn a_text_of_several_lines_has_tabs_and_line_feeds_and_no_other_control_characters() {
        assert_eq!(trimmed("a\n\tb", 9), Ok("a\n\tb"));
        for c in ('\0'..='\u{9f}').filter(|c| c.is_control() && !matches!(c, '\t' | '\n')) {
            assert_eq!(trimmed(&format!("a{c}b"), 9), Err(TextError::ControlCharacter), "{c:?}");
        }
    }

    #[test]
    fn a_name_is_on_one_line() {
        assert_eq!(name("Ann Lee", 64), Ok("Ann Lee"));
        for c in ('\0'..='\u{9f}').filter(|c| c.is_control()) {
            assert_eq!(name(&format!("Ann{c}Lee"), 64), Err(TextError::ControlCharacter), "{c:?}");
        }
    }

    #[test]
    fn hex_has_two_digits_a_byte() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
