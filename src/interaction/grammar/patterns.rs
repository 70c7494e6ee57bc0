//! The patterns of all intents, and what stands in them by a name. Pure.

use std::sync::LazyLock;

use super::{
    amounts::{Taken, amounts},
    clock::clocks,
    dates::{dates, whens},
    model::{Intent, Language, Rest, View},
    numbers::{length, number, ordinal},
    pattern::{Node, Value, patterns},
    text::{Word, form, phrase},
    vocabulary::{eaten, levels, meals, priorities, rests, views},
    when::{Date, When},
};

/// The words for please.
pub const PLEASE: &[&str] = &["please", "pls", "plz", "por favor", "porfavor", "porfa", "porfis"];

#[derive(Debug)]
pub struct Pattern {
    pub intent: Intent,
    pub language: Language,
    pub nodes: Vec<Node>,
}

/// In the order in which they are tried.
pub static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let lines = include_str!("patterns.txt").lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let (head, text) = line.split_once(": ")?;
        let (name, language) = head.split_once(' ')?;
        let intent = Intent::named(name)?;
        let language = if language == "en" { Language::En } else { Language::Es };
        let polite = matches!(intent, Intent::AddTask | Intent::CompleteTask);
        let nodes = patterns(text).into_iter().map(move |nodes| if polite { with_please(nodes) } else { nodes });
        Some(nodes.map(move |nodes| Pattern { intent, language, nodes }).collect::<Vec<_>>())
    };
    lines.filter_map(read).flatten().collect()
});

/// The pattern with room for a word for please after its verb.
fn with_please(mut nodes: Vec<Node>) -> Vec<Node> {
    let verb = nodes.iter().position(|node| !matches!(node, Node::Any { optional: true, .. }));
    nodes.insert(verb.map_or(0, |verb| verb + 1), Node::Slot("please".to_owned()));
    nodes
}

/// What a slot of a pattern can be that begins at a word.
pub fn slot(name: &str, words: &[Word], at: usize) -> Vec<(usize, Value)> {
    let mut found: Vec<(usize, Value)> = match name {
        "amount" => values(amounts(words, at, Taken::Any), Value::Amount),
        "metric" => values(amounts(words, at, Taken::Metric), Value::Amount),
        "bare" => values(amounts(words, at, Taken::Bare), Value::Amount),
        "meal" => values(meals(words, at), Value::Meal),
        "ate" => values(eaten(words, at), Value::Meal),
        "kind" => values(rests(words, at), Value::Rest),
        "length" => values(length(words, at), Value::Length),
        "level" => values(levels(words, at), Value::Level),
        "view" => values(views(words, at), Value::View),
        "prio" => values(priorities(words, at), Value::Priority),
        "n" => values(number(words, at).or_else(|| ordinal(words, at)), Value::Item),
        "today" => {
            values(form(words, at).filter(|word| matches!(*word, "today" | "hoy")).map(|_| (at + 1, View::Today)), Value::View)
        }
        "day" => days(words, at),
        "clock" => since(words, at),
        "when" => values(whens(words, at), Value::When),
        // Other dates before a title belong to it.
        "for" if matches!(form(words, at), Some("for" | "by" | "para")) => values(whens(words, at), Value::When),
        // As much as there is, first.
        "what" => (at..=words.len()).map(|end| (end, Value::What(at, end))).collect(),
        // "as" belongs to what stands after it.
        "which" => {
            let until = (at + 1..=words.len()).filter(|end| form(words, end - 1) != Some("as"));
            until.map(|end| (end, Value::Which(at, end))).collect()
        }
        // What the words beside it say.
        "upcoming" => vec![(at, Value::View(View::Upcoming))],
        "micro" => vec![(at, Value::Rest(Rest::Micro))],
        "please" => {
            let said = PLEASE.iter().filter_map(|said| phrase(words, at, said)).map(|end| (end, Value::Nothing));
            said.chain([(at, Value::Nothing)]).collect()
        }
        _ => Vec::new(),
    };
    if matches!(name, "when" | "for" | "what" | "amount") {
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
    }
    if name == "n" {
        found.retain(|(_, value)| matches!(value, Value::Item(1..=99)));
    }
    found
}

fn values<T>(found: impl IntoIterator<Item = (usize, T)>, value: fn(T) -> Value) -> Vec<(usize, Value)> {
    found.into_iter().map(|(end, of)| (end, value(of))).collect()
}

fn days(words: &[Word], at: usize) -> Vec<(usize, Value)> {
    let week = ["this week", "esta semana"].into_iter().filter_map(|said| phrase(words, at, said));
    let mut found: Vec<_> = week.map(|end| (end, Value::View(View::Week))).collect();
    for (end, date) in dates(words, at) {
        let value = match date {
            Date::Days(0) => Value::View(View::Today),
            Date::Days(-1) => Value::View(View::Yesterday),
            Date::LoneWeekday(_)
            | Date::NextWeek
            | Date::Weekend
            | Date::EndOfDay
            | Date::EndOfWeek
            | Date::EndOfMonth
            | Date::EndOfYear => continue,
            date => Value::When(When { date: Some(date), ..When::default() }),
        };
        found.push((end, value));
    }
    found
}

/// An hour without the word that is usual before it.
fn since(words: &[Word], at: usize) -> Vec<(usize, Value)> {
    let at = if matches!(form(words, at), Some("las" | "la")) { at + 1 } else { at };
    let clock = |hour| Value::Clock(When { hour: Some(hour), ..When::default() });
    clocks(words, at).into_iter().map(|(end, hour)| (end, clock(hour))).collect()
}
