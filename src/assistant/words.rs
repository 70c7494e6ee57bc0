//! Numbers in texts. Pure.

use crate::texts::Language;

/// With one decimal, as the language writes it.
pub fn one_decimal(language: Language, number: f64) -> String {
    let text = format!("{number:.1}");
    if language == Language::Es { text.replace('.', ",") } else { text }
}
