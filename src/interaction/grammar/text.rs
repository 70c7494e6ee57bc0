//! A sentence as it was typed, and its words in the form in which they are compared. Pure.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The longest sentence, in characters.
const MAX: usize = 500;
const FILLERS: &[&str] = &["um", "uh", "uhm", "umm", "uhh", "er", "erm", "eh", "ehm", "em", "hmm", "mmm"];

/// A word, or a quoted stretch, which no pattern takes for its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Lower case, without accents; empty for a quotation.
    pub form: String,
    /// Where it stands in the text, in bytes.
    pub start: usize,
    pub end: usize,
    pub quoted: bool,
    /// Whether a colon follows.
    pub colon: bool,
}

/// Brings a text into the one form in which sentences are read; `None` where it is empty or too long.
pub fn cleaned(raw: &str) -> Option<String> {
    let plain: String = raw.nfkc().filter_map(visible).collect();
    let text = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().count() > MAX {
        return None;
    }
    let text = without_mention(&text).to_owned();
    Some(without_fillers(&text))
}

fn visible(c: char) -> Option<char> {
    match c {
        '“' | '”' | '„' | '‟' | '″' => Some('"'),
        '‘' | '’' | '‚' | '‛' | '′' | '´' | '`' => Some('\''),
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || is_invisible(c) => None,
        c => Some(c),
    }
}

const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The text without the name of the program that chats put before it.
fn without_mention(text: &str) -> &str {
    for name in ["/avanochi", "@avanochi"] {
        if let Some((start, rest)) = text.split_at_checked(name.len())
            && start.eq_ignore_ascii_case(name)
            && !rest.starts_with(char::is_alphanumeric)
        {
            return rest.trim_start();
        }
    }
    let mention = text.strip_prefix("<@U").and_then(|rest| rest.split_once('>'));
    mention.filter(|(id, _)| id.chars().all(char::is_alphanumeric)).map_or(text, |(_, rest)| rest.trim_start())
}

fn without_fillers(text: &str) -> String {
    let words = words(text);
    let (mut kept, mut from) = (String::with_capacity(text.len()), 0);
    for word in words.iter().filter(|word| FILLERS.contains(&word.form.as_str())) {
        let (before, after) = (text[..word.start].chars().next_back(), text[word.end..].chars().next());
        let ends = |c: Option<char>| c.is_none_or(|c| c == ' ' || ",;:.!?¿¡".contains(c));
        if ends(before) && ends(after) {
            kept.push_str(&text[from..word.start]);
            from = word.end + usize::from(after == Some(','));
        }
    }
    kept.push_str(&text[from..]);
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a text, in the form in which they are compared.
pub fn words(text: &str) -> Vec<Word> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let end_of = |index: usize| chars.get(index).map_or(text.len(), |(at, _)| *at);
    let is = |index: usize, test: &dyn Fn(char) -> bool| chars.get(index).is_some_and(|(_, c)| test(*c));
    let colon = |index: usize| chars.get(index).is_some_and(|(_, c)| *c == ':');
    let mut words = Vec::new();
    let mut index = 0;
    while index < chars.len() {
        let (start, c) = chars[index];
        let closing = match c {
            '"' => Some('"'),
            '«' => Some('»'),
            _ => None,
        };
        let close = closing.and_then(|mark| (index + 1..chars.len()).find(|at| chars[*at].1 == mark));
        if let Some(close) = close {
            words.push(Word { form: String::new(), start, end: end_of(close + 1), quoted: true, colon: false });
            index = close + 1;
            continue;
        }
        if !c.is_alphanumeric() {
            index += 1;
            continue;
        }
        if let Some(end) = meridiem(&chars, index) {
            words.push(Word {
                form: format!("{}m", c.to_ascii_lowercase()),
                start,
                end: end_of(end),
                quoted: false,
                colon: colon(end),
            });
            index = end;
            continue;
        }
        let number = c.is_ascii_digit();
        let mut form = String::new();
        let first = index;
        while let Some((_, c)) = chars.get(index) {
            if c.is_alphanumeric() || is_combining_mark(*c) {
                if number && !c.is_ascii_digit() {
                    break;
                }
                form.push(*c);
            } else if number && is(index + 1, &|c| c.is_ascii_digit()) && *c != ' ' && *c != '#' && *c != '"' {
                form.push(*c);
            } else if number || *c != '\'' || index == first || !is(index + 1, &char::is_alphanumeric) {
                break;
            }
            index += 1;
        }
        words.push(Word { form: folded(&form), start, end: end_of(index), quoted: false, colon: colon(index) });
    }
    words
}

/// Where "a.m." or "p.m." ends that begins there.
fn meridiem(chars: &[(usize, char)], at: usize) -> Option<usize> {
    let is = |index: usize, wanted: &str| chars.get(index).is_some_and(|(_, c)| wanted.contains(*c));
    if !is(at, "apAP") || !is(at + 1, ".") || (at > 0 && chars[at - 1].1.is_alphabetic()) {
        return None;
    }
    let m = if is(at + 2, " ") { at + 3 } else { at + 2 };
    if !is(m, "mM") {
        return None;
    }
    let end = if is(m + 1, ".") { m + 2 } else { m + 1 };
    chars.get(end).is_none_or(|(_, c)| !c.is_alphanumeric()).then_some(end)
}

/// Lower case, without accents and other marks.
pub fn folded(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)).collect()
}

/// Where the words of a phrase end that begins there.
pub fn phrase(words: &[Word], at: usize, phrase: &str) -> Option<usize> {
    let mut next = at;
    for wanted in phrase.split(' ') {
        if form(words, next) != Some(wanted) {
            return None;
        }
        next += 1;
    }
    Some(next)
}

/// The word at a place, unless it is a quotation.
pub fn form(words: &[Word], at: usize) -> Option<&str> {
    words.get(at).filter(|word| !word.quoted).map(|word| word.form.as_str())
}
