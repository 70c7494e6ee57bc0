//! What a new task is called, and what is said with its title: tags, a time, an estimate, a priority. Pure.

use super::{
    dates::{dates, when, whens},
    model::{Due, Priority, Speaker},
    numbers::length,
    resolve::planned,
    text::{Word, folded, form, phrase, words},
    vocabulary::priorities,
};

/// The longest tag, in characters.
const LONGEST_TAG: usize = 40;
/// The longest estimate, in minutes.
const LONGEST_ESTIMATE: u32 = 6000;
/// Words after which something has to follow.
pub(super) const CONNECTING: &[&str] = &[
    "to", "with", "of", "the", "a", "an", "and", "or", "at", "in", "on", "for", "by", "from", "about", "as", "de", "del", "con",
    "al", "el", "la", "los", "las", "un", "una", "y", "o", "en", "por", "para", "sobre", "como", "que", "mi", "my", "sin",
    // What is past or comes again is no date: "last friday", "every friday".
    "last", "past", "previous", "every", "each", "first", "cada", "todos", "pasado",
];
const LISTS: &[&str] = &[
    "to my to do list",
    "to my todo list",
    "to my list",
    "to the list",
    "to my tasks",
    "a mi lista de tareas",
    "a mi lista",
    "a la lista de tareas",
    "a la lista",
    "a mis tareas",
    "en mi lista",
    "en la lista",
];

/// What was said of a new task.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub title: Option<String>,
    pub due: Option<Due>,
    pub estimate_minutes: Option<u32>,
    pub priority: Option<Priority>,
    pub tags: Vec<String>,
}

/// What can be said at the end of a title, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    List,
    Due(Due),
    Estimate(u32),
    Priority(Priority),
}

/// Reads what was typed of a task; `known` is what was said before its title.
pub fn read(text: &str, known: Said, speaker: &Speaker) -> Said {
    let mut said = known;
    let mut text = without_tags(text, &mut said.tags);
    let mut listed = false;
    loop {
        let all = words(&text);
        // The time before the title is the only one: what else looks like one belongs to the title.
        let found = (0..all.len()).find_map(|start| {
            let end = ending(&all, start, speaker)?;
            let taken = match end {
                End::List => listed,
                End::Due(_) => said.due.is_some(),
                End::Estimate(_) => said.estimate_minutes.is_some(),
                End::Priority(_) => said.priority.is_some(),
            };
            let timed = said.due.is_some() || matches!(end, End::Due(_));
            let bracket = text[all[start].end..].contains(')') && !matches!(end, End::Estimate(_));
            (!taken && !bracket && may_end(&all[..start], timed)).then_some((start, end))
        });
        let Some((start, end)) = found else { break };
        text.truncate(all[start].start);
        match end {
            End::List => listed = true,
            End::Due(due) => said.due = Some(due),
            End::Priority(priority) => said.priority = Some(priority),
            End::Estimate(minutes) => {
                said.estimate_minutes = Some(minutes);
                text.truncate(text.trim_end_matches([' ', '(', '~']).len());
            }
        }
    }
    said.title = title(&text);
    said
}

/// The title as it stands in a text.
pub fn title(text: &str) -> Option<String> {
    let text = text.trim_matches([' ', ',', ';', ':', '.', '!']);
    let text = unquoted(text).unwrap_or(text).trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What a text says that is one quotation.
pub fn unquoted(text: &str) -> Option<&str> {
    let all = words(text);
    let [word] = all.as_slice() else { return None };
    let whole = word.quoted && word.start == 0 && word.end == text.len();
    let inner = text.strip_prefix(['"', '«'])?.strip_suffix(['"', '»'])?;
    whole.then_some(inner)
}

/// What the words from one on are, to the last of them.
fn ending(all: &[Word], start: usize, speaker: &Speaker) -> Option<End> {
    let to_end = |end: &usize| *end == all.len();
    if LISTS.iter().filter_map(|said| phrase(all, start, said)).any(|end| to_end(&end)) {
        return Some(End::List);
    }
    let after = |said: &[&str]| if form(all, start).is_some_and(|word| said.contains(&word)) { start + 1 } else { start };
    if let Some((_, priority)) = priorities(all, after(&["with", "con", "of", "de"])).into_iter().find(|(end, _)| to_end(end)) {
        return Some(End::Priority(priority));
    }
    let estimate = length(all, after(&["for", "of", "de", "durante", "por"])).filter(|(end, _)| to_end(end));
    if let Some((_, minutes)) = estimate.filter(|(_, minutes)| (1..=LONGEST_ESTIMATE).contains(minutes)) {
        return Some(End::Estimate(minutes));
    }
    // Seen with what stands before it, which may be an article.
    let found = whens(all, start).into_iter().find(|(end, _)| to_end(end));
    found.and_then(|(_, when)| planned(when, speaker)).map(End::Due)
}

/// Whether a title can end with these words. `timed`: whether a time was said already, so that no other can follow them.
fn may_end(words: &[Word], timed: bool) -> bool {
    let connects = words.last().is_some_and(|last| !last.quoted && CONNECTING.contains(&last.form.as_str()));
    !(connects || timed && ends_in_time(words))
}

fn ends_in_time(words: &[Word]) -> bool {
    let to_end = |end: usize| end == words.len();
    // "cada viernes" is a time too, though no date.
    let again = |start: usize| start > 0 && matches!(form(words, start - 1), Some("cada" | "los"));
    (0..words.len()).any(|start| {
        whens(words, start).iter().any(|(end, _)| to_end(*end))
            || again(start) && dates(words, start).iter().any(|(end, _)| to_end(*end))
    })
}

/// Whether a text is a time, or ends in one that is not a part of it.
pub fn is_planned(text: &str) -> bool {
    let all = words(text);
    let ends = |start: usize| whens(&all, start).iter().any(|(end, _)| *end == all.len()) && may_end(&all[..start], true);
    when(&all).is_some() || (0..all.len()).any(ends)
}

/// The text without its tags, which are added to those that are known.
fn without_tags(text: &str, tags: &mut Vec<String>) -> String {
    let all = words(text);
    let quoted = |at: usize| all.iter().any(|word| word.quoted && (word.start..word.end).contains(&at));
    let (mut kept, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in text.match_indices('#') {
        let free = text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '#');
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let tag = &rest[..end];
        let good = tag.starts_with(char::is_alphabetic) && tag.chars().count() <= LONGEST_TAG;
        if !free || !good || quoted(at) || at < from {
            continue;
        }
        if tags.iter().all(|known| folded(known) != folded(tag)) {
            tags.push(tag.to_owned());
        }
        kept.push_str(&text[from..at]);
        from = at + 1 + end;
    }
    kept.push_str(&text[from..]);
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
