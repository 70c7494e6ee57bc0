//! What is looked for in the texts of tasks: words, regardless of case, accents and Unicode form. Pure.

use std::borrow::Cow;

use caseless::Caseless as _;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use utoipa::openapi::ObjectBuilder;

use crate::kernel::{FromText, Rule, field};

/// Words that are looked for, folded. A word is what stands between characters that are neither letters nor digits, so that a
/// sentence without spaces is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The most characters that a query may have.
    const MAX: usize = 200;

    /// Whether each of the words is the beginning of a word in one of the texts; of no words, each is.
    pub fn matches<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        let texts: Vec<Cow<'a, str>> = texts.into_iter().map(readable).collect();
        self.0.iter().all(|word| texts.iter().any(|text| has(text, word)))
    }
}

impl FromText for Words {
    fn schema() -> ObjectBuilder {
        field::text(0, Self::MAX)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        if text.chars().count() > Self::MAX {
            return Err(Rule::field("cannot be longer than 200 characters"));
        }
        let folded = folded(text);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        Ok(Self(words.map(str::to_owned).collect()))
    }
}

/// A text in which words can be looked for: most need nothing to be done.
fn readable(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { text.into() } else { folded(text).into() }
}

/// The text in compatibility decomposition (NFKD), without its marks, in full case folding. Since no mark is left, their order
/// need not be made the same.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            decompose_compatible(c, |c| {
                match c {
                    // Unicode folds it to itself, since its capital is the one of `i` in most languages.
                    'ı' => folded.push('i'),
                    _ if is_combining_mark(c) => {}
                    _ => folded.extend(std::iter::once(c).default_case_fold()),
                }
            });
        }
    }
    folded
}

/// Whether a word of the text, which is folded or ASCII, begins with the word.
fn has(text: &str, word: &str) -> bool {
    let mut inside = false;
    text.char_indices().any(|(at, c)| {
        let begins = !std::mem::replace(&mut inside, c.is_alphanumeric()) && inside;
        begins && text.as_bytes()[at..].get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    fn finds(query: &str, texts: &[&str]) -> bool {
        Words::from_text(query).expect("a query").matches(texts.iter().copied())
    }

    #[test]
    fn each_word_begins_a_word_somewhere() {
        let texts = ["Write the report (2nd draft)", "for Ann-Marie", "deep_work"];
        for query in ["write", "REP", "report write", "marie ann dra", "2", "work deep", "the the", "draft)"] {
            assert!(finds(query, &texts), "{query}");
        }
        for query in ["rite", "eport", "write reports", "nd", "annmarie", "write nothing"] {
            assert!(!finds(query, &texts), "{query}");
        }
    }

    #[test]
    fn no_words_are_everywhere() {
        for query in ["", "  ", "-!", "\u{301}"] {
            assert!(finds(query, &[]) && finds(query, &["anything"]), "{query:?}");
        }
        assert!(!finds("a", &[]) && !finds("a", &["", " "]));
    }

    #[test]
    fn letters_of_other_languages_are_the_same_in_all_their_forms() {
        for (query, text) in [
            ("STRASSE", "Große Straße"),
            ("straß", "STRASSENFEST"),
            ("istanbul", "İSTANBUL"),
            ("İstanbul", "istanbul"),
            ("ISPARTA", "ısparta"),
            ("ΟΔΟΣ", "οδός"),
            ("οδοσ", "ΟΔΌΣ"),
            ("canon", "cañón"),
            ("CAÑ", "canon"),
            ("cafe\u{301}", "caf\u{e9}"),
            ("find", "ﬁnden"),
            ("k2", "K²"),
            ("会议", "会议纪要"),
            ("한", "한국어"),
            ("ヘルプ", "ﾍﾙﾌﾟ"),
        ] {
            assert!(finds(query, &[text]), "{query} in {text}");
        }
        assert!(!finds("纪要", &["会议纪要"]) && finds("纪要", &["会议，纪要"]));
        assert!(!finds("é", &["plain"]) && !finds("plainé", &["plain"]));
    }

    #[test]
    fn a_query_is_bounded_in_characters() {
        assert!(Words::from_text(&"é".repeat(200)).is_ok());
        assert_eq!(Words::from_text(&"é".repeat(201)), Err(Rule::field("cannot be longer than 200 characters")));
    }

    #[test]
    fn a_letter_and_its_capital_are_the_same() {
        // In capitals this mark is a letter.
        let below = |c: char| std::iter::once(c).nfd().any(|c| c == '\u{345}');
        let differs = |c: &char| {
            let forms: [String; 2] = [c.to_uppercase().collect(), c.to_lowercase().collect()];
            forms.iter().any(|form| folded(form) != folded(&c.to_string()))
        };
        // Above are letters of Unicode 17, which the table of foldings does not have yet.
        let all: Vec<char> = ('\0'..='\u{a7cd}').filter(|c| !below(*c) && differs(c)).collect();
        assert_eq!(all, Vec::<char>::new());
    }

    proptest! {
        #[test]
        fn every_form_of_a_word_finds_it(
            before in "[a-zéñ ,.]{0,8}", word in "[a-zA-ZáéíóúñüçÀ-ÖØ-öø-įĲ-ňŊ-ſΑ-Ωα-ωА-яёÁ-Ź]{1,10}", after in "[ a-zéß.]{0,8}",
            accents in prop::collection::vec(0x300_u32..0x340, 0..4)
        ) {
            let text = format!("{before} {word}{after}");
            let accents: String = accents.into_iter().filter_map(char::from_u32).collect();
            for query in [
                word.clone(),
                word.nfc().collect(),
                word.nfd().collect(),
                word.nfkc().collect(),
                word.to_uppercase(),
                word.to_lowercase(),
                format!("{word}{accents}"),
                format!(" {word} "),
            ] {
                prop_assert!(finds(&query, &["other", &text]), "{} in {}", query, text);
                prop_assert!(finds(&query, &[&*text.nfd().collect::<String>()]), "{} in {}", query, text);
            }
            let longer = format!("{word}7");
            prop_assert!(!finds(&longer, &[&*word]));
        }

        #[test]
        fn folding_is_done_once_and_is_that_of_whole_texts(text in ".{0,12}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), &*once);
            let whole: String = text.nfkd().filter(|c| !is_combining_mark(*c)).default_case_fold().collect();
            prop_assert_eq!(once, whole.replace('ı', "i"));
        }

        #[test]
        fn a_text_of_ascii_needs_no_folding(text in "[ -~\n]{0,40}", query in "[ -~]{0,6}") {
            let words = Words::from_text(&query).expect("a query");
            let plain = words.0.iter().all(|word| {
                text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|other| other.starts_with(&**word))
            });
            prop_assert_eq!(words.matches([&*text]), plain);
        }
    }
}
