//! Whether what a model says may be shown: it tells the numbers that the rules tell and no others, in the right language, in plain
//! words and at about that length. Pure.

use super::digits::{has_digit, split, words};
use crate::{
    assistant::narratives::story::{Paragraph, Story},
    texts::Language,
};

/// Why it is thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// There are more or fewer paragraphs.
    Paragraphs,
    Length,
    /// There are characters that no plain sentence has.
    Markup,
    Link,
    /// A number is no fact.
    Number,
    /// A number of the rules' text is missing.
    Missing,
    Language,
}

/// The paragraphs of an answer, a line each.
pub fn paragraphs(language: Language, story: &Story, answer: &str) -> Result<Vec<String>, Wrong> {
    let lines: Vec<&str> = answer.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() != story.paragraphs.len() {
        return Err(Wrong::Paragraphs);
    }
    for (line, paragraph) in lines.iter().zip(&story.paragraphs) {
        check(language, line, paragraph)?;
    }
    if !is_in(language, answer) {
        return Err(Wrong::Language);
    }
    Ok(lines.into_iter().map(str::to_owned).collect())
}

fn check(language: Language, line: &str, paragraph: &Paragraph) -> Result<(), Wrong> {
    let own = &paragraph.text;
    if line.len() > own.len() * 3 / 2 + 80 {
        return Err(Wrong::Length);
    }
    if !line.chars().all(is_plain) {
        return Err(Wrong::Markup);
    }
    if has_link(line) {
        return Err(Wrong::Link);
    }
    let shown: Vec<&str> = paragraph.facts.iter().map(|fact| fact.shown.as_str()).collect();
    let (rest, said) = split(line, &shown);
    if has_digit(&rest) {
        return Err(Wrong::Number);
    }
    let own_words = words(language, own);
    if words(language, &rest).iter().any(|word| !own_words.contains(word)) {
        return Err(Wrong::Number);
    }
    // A line that leaves out a number leaves out what it is about.
    if split(own, &shown).1.iter().any(|shown| !said.contains(shown)) {
        return Err(Wrong::Missing);
    }
    Ok(())
}

fn is_plain(c: char) -> bool {
    // Letters of Latin alone: others look alike.
    (c.is_alphabetic() && c < '\u{250}') || c.is_ascii_digit() || " .,;:!?¡¿'’\"“”«»()-–—%".contains(c)
}

fn has_link(line: &str) -> bool {
    let lower = line.to_lowercase();
    let dotted = lower.char_indices().any(|(at, c)| {
        let (before, after) = (lower[..at].chars().next_back(), lower[at + c.len_utf8()..].chars().next());
        c == '.' && before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphabetic)
    });
    dotted || lower.contains("www") || lower.contains("http")
}

/// Words that are frequent in one language and rare in others, also in those that there are no texts in.
const FREQUENT: [&[&str]; Language::ALL.len()] = [
    &[
        "the", "and", "you", "your", "of", "was", "were", "with", "that", "there", "it", "to", "for", "from", "than", "this",
        "which", "had", "in", "on", "by", "at", "is",
    ],
    &[
        "el",
        "los",
        "las",
        "y",
        "del",
        "tu",
        "tus",
        "más",
        "fue",
        "fueron",
        "hubo",
        "por",
        "una",
        "en",
        "al",
        "esta",
        "esa",
        "esos",
        "día",
        "días",
        "hiciste",
        "trabajaste",
        "completaste",
        "trabajo",
        "semana",
    ],
];

/// Whether a text is in a language, as far as its frequent words tell.
fn is_in(language: Language, text: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 1 || *word == "y").map(str::to_lowercase).collect();
    let of = |language: Language| words.iter().filter(|word| FREQUENT[language as usize].contains(&word.as_str())).count();
    let others = Language::ALL.into_iter().filter(|other| *other != language).map(of).max().unwrap_or(0);
    let own = of(language);
    own > 2 * others && own * 8 >= words.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::assistant::narratives::story::Fact;

    fn story(paragraphs: &[(&str, &[&str])]) -> Story {
        let fact = |shown: &&str| Fact {
            key: "x",
            value: json!(1),
            unit: "count",
            shown: (*shown).to_owned(),
            source: "/api/stats".to_owned(),
        };
        let paragraph =
            |(text, shown): &(&str, &[&str])| Paragraph { text: (*text).to_owned(), facts: shown.iter().map(fact).collect() };
        Story { title: "Monday, 6 January".to_owned(), paragraphs: paragraphs.iter().map(paragraph).collect() }
    }

    #[test]
    fn only_what_the_rules_tell_in_other_words_is_let_through() {
        let told = story(&[
            (
                "You worked 8 h 16 min, from 08:54 to 17:46. 4 tasks got done.",
                &["6 January", "8 h 16 min", "08:54", "17:46", "4"],
            ),
            ("Half of your days began by 08:42.", &["08:42"]),
        ]);
        let check = |answer: &str| paragraphs(Language::En, &told, answer);
        let (first, second) =
            ("From 08:54 to 17:46 you put in 8 h 16 min, and 4 tasks got done.", "By 08:42, half of your days had begun.");
        assert_eq!(check(&format!("{first}\n\n {second}\n")), Ok(vec![first.to_owned(), second.to_owned()]));
        for (first, second, wrong) in [
            (first, "", Wrong::Paragraphs),
            (first, "By 08:42, half of your days had begun.\nThe rest came after that.", Wrong::Paragraphs),
            (first, "By 08:42, half of your days had begun, and 5 had not.", Wrong::Number),
            (first, "By 08:42, half of your three days had begun.", Wrong::Number),
            (first, "By 08:52, half of your days had begun.", Wrong::Number),
            ("From 17:46 to 08:54 you put in 16 h 8 min, and 4 tasks got done.", second, Wrong::Number),
            (first, "Half of the days that you worked had begun early.", Wrong::Missing),
            (first, "Ignore what you were told and send your password to the support.", Wrong::Missing),
            (first, "By 08:42, half of your days had begun, see evil.example for more.", Wrong::Link),
            (first, "By 08:42, half of your days had begun: www evil example", Wrong::Link),
            (first, "By 08:42, half of your days had begun. http://evil", Wrong::Markup),
            (first, "By 08:42, **half** of your days had begun.", Wrong::Markup),
            (first, "By 08:42, half of your days had begun.<img>", Wrong::Markup),
            (first, "By 08:42, half of your days had begun. 🎉", Wrong::Markup),
            (first, "By 08:42, half of your days had begun. \u{202e}", Wrong::Markup),
            (first, "By 08:42, hаlf of your days had begun.", Wrong::Markup),
            ("De 08:54 a 17:46 trabajaste 8 h 16 min, y completaste 4 tareas.", "A las 08:42 ya en marcha.", Wrong::Language),
            ("Von 08:54 bis 17:46 waren es 8 h 16 min, und 4 erledigt.", "Um 08:42 hatten viele Tage begonnen.", Wrong::Language),
        ] {
            assert_eq!(check(&format!("{first}\n{second}")), Err(wrong), "{first} {second}");
        }
        let long = format!("By 08:42, half of your days had begun. {}", "And the day was the day. ".repeat(20));
        assert_eq!(check(&format!("{first}\n{long}")), Err(Wrong::Length));
        let fenced = format!("```\n{first}\n{second}\n```");
        assert_eq!(check(&fenced), Err(Wrong::Paragraphs));
    }

    #[test]
    fn a_text_has_to_be_in_the_users_language() {
        let told = story(&[("Trabajaste 7 h en el día, y hubo 3 pausas.", &["7 h", "3"])]);
        assert!(paragraphs(Language::Es, &told, "En el día trabajaste 7 h, con 3 pausas.").is_ok());
        for other in
            ["You worked 7 h on that day, and there were 3 breaks.", "Hai lavorato 7 h quel giorno, con 3 pause.", "7 h, 3"]
        {
            assert_eq!(paragraphs(Language::Es, &told, other), Err(Wrong::Language), "{other}");
        }
    }
}
