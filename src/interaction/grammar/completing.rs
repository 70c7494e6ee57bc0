//! Which task is meant that was done. Pure.

use super::{
    numbers::{number, ordinal},
    text::{Word, form, phrase, words},
    titles::{CONNECTING, is_planned, title, unquoted},
};

/// What was said to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Which {
    /// A fragment of a title, or a number of the list that was shown last.
    Task(String),
    /// The same in quotation marks, which is no number.
    Quoted(String),
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
/// Words that belong to a verb or to the moment and name no task, as those of [`CONNECTING`] do.
const EMPTY: &[&str] = &["as", "up", "off", "out", "here", "again", "so", "far", "at", "last", "por", "ya", "aqui"];
/// What can stand beside the numbers of several tasks.
const JOINING: &[&str] = &[
    "and", "y", "e", "or", "o", "la", "el", "las", "los", "the", "number", "numero", "task", "tarea", "to", "through", "until",
    "a", "al", "hasta", "from", "del", "desde", "also", "tambien", "then", "luego", "plus", "mas",
];

/// Reads what stands in the place of a task.
pub fn which(text: &str) -> Which {
    let text = text.trim_matches([' ', ',', ';', ':', '.', '!']);
    if let Some(quoted) = unquoted(text).and_then(title) {
        return Which::Quoted(quoted);
    }
    let all = words(text);
    let until = (0..all.len()).find(|start| NOW.iter().any(|said| phrase(&all, *start, said) == Some(all.len())));
    let text = until.map_or(text, |until| &text[..all[until].start]);
    let all = &all[..until.unwrap_or(all.len())];
    let is = |at: usize, of: &[&str]| form(all, at).is_some_and(|word| of.contains(&word));
    if PRONOUNS.iter().any(|said| phrase(all, 0, said) == Some(all.len())) {
        return Which::Unsaid;
    }
    // "report, no" takes it back, and "2 all" is more than one.
    let last = all.len().saturating_sub(1);
    if is(0, SEVERAL) || (is(0, &["lo"]) && is(1, &["demas"])) || is(last, SEVERAL) || is(last, &["dont"]) {
        return Which::Unclear;
    }
    let mut at = usize::from(is(0, ARTICLES));
    let item = |at: usize| number(all, at).or_else(|| ordinal(all, at));
    let count = at > 0 && number(all, at).is_some_and(|(end, _)| end == all.len());
    if is(at, SEVERAL) || count && is(0, &["the", "my", "los", "las", "mis"]) {
        return Which::Unclear;
    }
    if is(at, NOUNS) {
        at += 1;
        at += usize::from(is(at, &["de", "called", "llamada", "number", "numero"]));
    } else if is(at, &["number", "numero"]) && at + 1 < all.len() {
        at += 1;
    }
    let Some(first) = all.get(at) else { return Which::Unsaid };
    // "de comer" is eating as well.
    let named = at + usize::from(is(at, &["de", "con", "with"]));
    if named == last && is(named, OTHER) || is(named, SEVERAL) {
        return Which::Unclear;
    }
    if let Some((_, number)) = item(at).filter(|(end, _)| *end == all.len()) {
        return if (1..=99).contains(&number) { Which::Task(number.to_string()) } else { Which::Unclear };
    }
    if has_numbers_only(all, at, &item) {
        return Which::Unclear;
    }
    let is_empty = |word: &Word| !word.quoted && [EMPTY, CONNECTING].iter().any(|list| list.contains(&word.form.as_str()));
    if all[at..].iter().all(is_empty) {
        return Which::Unsaid;
    }
    let fragment = &text[first.start..];
    if is_planned(fragment) {
        return Which::Unclear;
    }
    let quoted = unquoted(fragment).and_then(title).map(Which::Quoted);
    quoted.or_else(|| title(fragment).map(Which::Task)).unwrap_or(Which::Unsaid)
}

/// Whether the words from one on are the numbers of several tasks and nothing more.
fn has_numbers_only(all: &[Word], mut at: usize, item: &dyn Fn(usize) -> Option<(usize, u32)>) -> bool {
    let mut count = 0;
    while at < all.len() {
        let Some(word) = form(all, at) else { return false };
        let parts = word.split([',', '-', '/', '+']);
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if let Some((end, _)) = item(at) {
            (at, count) = (end, count + 1);
        } else if parts.clone().count() > 1 && parts.clone().all(digits) {
            (at, count) = (at + 1, count + 2);
        } else if JOINING.contains(&word) {
            at += 1;
        } else {
            return false;
        }
    }
    count > 1
}
