//! Which task is meant that was done. Pure.

use super::{
    numbers::{number, ordinal},
    text::{form, phrase, words},
    titles::{is_planned, title, unquoted},
};

/// What was said to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Which {
    /// A fragment of a title, or a number of the list that was shown last.
    Task(String),
    /// It is not said which.
    Unsaid,
    /// Nothing that can be one task.
    Unclear,
}

/// What can be said at the end of a sentence and means nothing.
pub const NOW: &[&str] = &["now", "right now", "just now", "already", "ahora", "ahora mismo", "ya", "ya mismo"];
const ARTICLES: &[&str] = &["the", "my", "a", "an", "el", "la", "los", "las", "mi", "mis", "un", "una"];
const NOUNS: &[&str] = &["task", "tarea", "item"];
const PRONOUNS: &[&str] = &["it", "that", "that one", "this", "this one", "eso", "esto", "lo"];
const SEVERAL: &[&str] = &[
    "all",
    "every",
    "everything",
    "everyone",
    "both",
    "each",
    "any",
    "anything",
    "todo",
    "todos",
    "toda",
    "todas",
    "cada",
    "ambos",
    "ambas",
    "cualquier",
    "cualquiera",
    "tasks",
    "tareas",
    "nothing",
    "none",
    "nada",
    "ninguna",
    "ninguno",
    "not",
    "no",
    "never",
    "nunca",
    "rest",
    "resto",
    "demas",
];
const OTHER: &[&str] = &[
    "work",
    "working",
    "day",
    "shift",
    "session",
    "break",
    "rest",
    "meal",
    "breakfast",
    "lunch",
    "dinner",
    "supper",
    "snack",
    "eating",
    "account",
    "jornada",
    "trabajo",
    "trabajar",
    "dia",
    "turno",
    "sesion",
    "descanso",
    "pausa",
    "comer",
    "cenar",
    "almorzar",
    "desayunar",
    "desayuno",
    "almuerzo",
    "cena",
    "merienda",
    "comida",
    "cuenta",
];

/// Reads what stands in the place of a task.
pub fn which(text: &str) -> Which {
    let text = text.trim_matches([' ', ',', ';', ':', '.', '!']);
    if let Some(quoted) = unquoted(text).and_then(title) {
        return Which::Task(quoted);
    }
    let all = words(text);
    let until = (0..all.len()).find(|start| NOW.iter().any(|said| phrase(&all, *start, said) == Some(all.len())));
    let text = until.map_or(text, |until| &text[..all[until].start]);
    let all = &all[..until.unwrap_or(all.len())];
    let is = |at: usize, of: &[&str]| form(all, at).is_some_and(|word| of.contains(&word));
    if PRONOUNS.iter().any(|said| phrase(all, 0, said) == Some(all.len())) {
        return Which::Unsaid;
    }
    if is(0, SEVERAL) || (is(0, &["lo"]) && is(1, &["demas"])) {
        return Which::Unclear;
    }
    let mut at = usize::from(is(0, ARTICLES));
    if is(at, SEVERAL) {
        return Which::Unclear;
    }
    if is(at, NOUNS) {
        at += 1;
        at += usize::from(is(at, &["de", "called", "llamada", "number", "numero"]));
    } else if is(at, &["number", "numero"]) && at + 1 < all.len() {
        at += 1;
    }
    let (Some(first), rest) = (all.get(at), &all[at..]) else { return Which::Unsaid };
    if rest.len() == 1 && is(at, OTHER) || is(at, SEVERAL) {
        return Which::Unclear;
    }
    let item = |at: usize| number(all, at).or_else(|| ordinal(all, at));
    if let Some((end, number)) = item(at) {
        if end == all.len() {
            return if (1..=99).contains(&number) { Which::Task(number.to_string()) } else { Which::Unclear };
        }
        if numbers_only(all.len(), end, &item, &|at| is(at, &["and", "y", "or", "o", "la", "el", "the"])) {
            return Which::Unclear;
        }
    }
    let fragment = &text[first.start..];
    if is_planned(fragment) {
        return Which::Unclear;
    }
    unquoted(fragment).and_then(title).or_else(|| title(fragment)).map_or(Which::Unsaid, Which::Task)
}

fn numbers_only(all: usize, mut at: usize, item: &dyn Fn(usize) -> Option<(usize, u32)>, joins: &dyn Fn(usize) -> bool) -> bool {
    while at < all {
        at = if joins(at) {
            at + 1
        } else {
            let Some((end, _)) = item(at) else { return false };
            end
        };
    }
    true
}
