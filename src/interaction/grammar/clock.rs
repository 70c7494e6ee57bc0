//! Hours as they are said. Pure.

use super::{
    numbers::{digits, number},
    text::{Word, form, phrase},
    when::Hour,
};

/// The hours that begin there with a word that says so, or that are clearly one.
pub fn hours(words: &[Word], at: usize) -> Vec<(usize, Hour)> {
    let mut found = Vec::new();
    for said in ["at", "by", "around", "before"] {
        found.extend(phrase(words, at, said).into_iter().flat_map(|next| clocks(words, next)));
    }
    for said in ["a", "para", "antes de", "sobre", "hacia", "hasta"] {
        let article = phrase(words, at, said).filter(|next| matches!(form(words, *next), Some("las" | "la")));
        found.extend(article.into_iter().flat_map(|next| clocks(words, next + 1)));
    }
    let exact = |hour| Hour { hour, minute: 0, exact: true };
    for (hour, names) in [
        (12, ["noon", "at noon", "mediodia", "a mediodia", "al mediodia"]),
        (24, ["midnight", "at midnight", "medianoche", "a medianoche", "a la medianoche"]),
    ] {
        found.extend(names.into_iter().filter_map(|name| Some((phrase(words, at, name)?, exact(hour)))));
    }
    let plain = clocks(words, at).into_iter().filter(|(end, _)| {
        let colon = form(words, at).is_some_and(|word| word.contains(':'));
        let meridiem = matches!(form(words, end - 1), Some("am" | "pm")) && (*end == at + 2);
        (colon && *end == at + 1) || meridiem
    });
    found.extend(plain);
    found
}

/// The hours that begin there, in whatever way.
pub fn clocks(words: &[Word], at: usize) -> Vec<(usize, Hour)> {
    let mut found = Vec::new();
    if let Some((end, hour)) = written(words, at) {
        let end = if matches!(form(words, end), Some("h" | "hs")) { end + 1 } else { end };
        found.push((end, hour));
    }
    if let Some((end, hour)) = hour_number(words, at) {
        let exact = hour == 0 || hour > 12 || form(words, at).is_some_and(|word| word.len() == 2 && word.starts_with('0'));
        let whole = Hour { hour, minute: 0, exact };
        let with = |minute: u32| Hour { minute, ..whole };
        found.push((end, whole));
        for said in ["h", "hs", "oclock", "o clock", "en punto"] {
            found.extend(phrase(words, end, said).map(|end| (end, whole)));
        }
        let in_words = form(words, at).is_some_and(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
        let spelled = number(words, end).filter(|(next, minute)| in_words && digits(words, next - 1).is_none() && *minute >= 5);
        found.extend(spelled.filter(|(_, minute)| *minute < 60).map(|(end, minute)| (end, with(minute))));
        if form(words, end) == Some("y") {
            found.extend(minutes(words, end + 1, &[("media", 30), ("cuarto", 15)]).map(|(end, minute)| (end, with(minute))));
        }
        if form(words, end) == Some("menos") {
            let before = minutes(words, end + 1, &[("cuarto", 15)]).filter(|(_, minute)| *minute > 0);
            found.extend(before.map(|(end, minute)| (end, earlier(whole, minute))));
        }
    }
    if let Some((end, hour)) = phrase(words, at, "half past").and_then(|next| hour_number(words, next)) {
        found.push((end, Hour { hour, minute: 30, exact: hour == 0 || hour > 12 }));
    }
    let article = if form(words, at) == Some("a") { at + 1 } else { at };
    if let Some((next, minute)) = minutes(words, article, &[("quarter", 15)]) {
        let next = if matches!(form(words, next), Some("minutes" | "minute")) { next + 1 } else { next };
        let to = form(words, next) == Some("to");
        if (to || form(words, next) == Some("past"))
            && minute > 0
            && let Some((end, hour)) = hour_number(words, next + 1)
        {
            let whole = Hour { hour, minute: 0, exact: hour == 0 || hour > 12 };
            found.push((end, if to { earlier(whole, minute) } else { Hour { minute, ..whole } }));
        }
    }
    let halves: Vec<_> = found.iter().filter_map(|(end, hour)| meridiem(words, *end, *hour)).collect();
    found.extend(halves);
    found
}

/// With "am" or "pm" after it.
fn meridiem(words: &[Word], at: usize, hour: Hour) -> Option<(usize, Hour)> {
    let later = match form(words, at)? {
        "am" => 0,
        "pm" => 12,
        _ => return None,
    };
    (1..=12).contains(&hour.hour).then_some((at + 1, Hour { hour: hour.hour % 12 + later, exact: true, ..hour }))
}

/// `9:30` or `9.30`.
fn written(words: &[Word], at: usize) -> Option<(usize, Hour)> {
    let word = form(words, at)?;
    let (hours, minutes) = word.split_once([':', '.'])?;
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !plain(hours) || !plain(minutes) || minutes.len() != 2 || !(1..=2).contains(&hours.len()) {
        return None;
    }
    let (hour, minute) = (hours.parse().ok()?, minutes.parse().ok()?);
    let exact = hour == 0 || hour > 12 || hours.starts_with('0');
    (hour < 24 && minute < 60).then_some((at + 1, Hour { hour, minute, exact }))
}

fn hour_number(words: &[Word], at: usize) -> Option<(usize, u32)> {
    let found = if form(words, at) == Some("una") { Some((at + 1, 1)) } else { number(words, at) };
    found.filter(|(end, hour)| *hour < 24 && (digits(words, at).is_none() || words[end - 1].form.len() <= 2))
}

fn minutes(words: &[Word], at: usize, named: &[(&str, u32)]) -> Option<(usize, u32)> {
    let known = named.iter().find(|(name, _)| form(words, at) == Some(name)).map(|(_, minutes)| (at + 1, *minutes));
    known.or_else(|| number(words, at)).filter(|(_, minutes)| *minutes < 60)
}

fn earlier(whole: Hour, by: u32) -> Hour {
    let hour = match whole.hour {
        1 if !whole.exact => 12,
        0 => 23,
        hour => hour - 1,
    };
    Hour { hour, minute: 60 - by, ..whole }
}
