//! Dates, parts of the day and times as they are said. Pure.

use std::sync::LazyLock;

use chrono::Weekday;

use super::{
    clock::hours,
    numbers::{digits, length, quantity},
    pattern::{Node, Value, ends, patterns},
    text::{Word, form, phrase},
    when::{Date, Distance, Part, When},
};

const WEEKDAYS: [(&str, &str, Weekday); 7] = [
    ("monday", "lunes", Weekday::Mon),
    ("tuesday", "martes", Weekday::Tue),
    ("wednesday", "miercoles", Weekday::Wed),
    ("thursday", "jueves", Weekday::Thu),
    ("friday", "viernes", Weekday::Fri),
    ("saturday", "sabado", Weekday::Sat),
    ("sunday", "domingo", Weekday::Sun),
];
const MONTHS: [[&str; 4]; 12] = [
    ["january", "jan", "enero", "ene"],
    ["february", "feb", "febrero", "feb"],
    ["march", "mar", "marzo", "mar"],
    ["april", "apr", "abril", "abr"],
    ["may", "may", "mayo", "may"],
    ["june", "jun", "junio", "jun"],
    ["july", "jul", "julio", "jul"],
    ["august", "aug", "agosto", "ago"],
    ["september", "sep", "septiembre", "sept"],
    ["october", "oct", "octubre", "oct"],
    ["november", "nov", "noviembre", "nov"],
    ["december", "dec", "diciembre", "dic"],
];

/// The years that can be said.
pub const YEARS: std::ops::Range<i32> = 2000..2100;

type DateOf = fn(&[Value]) -> Option<Date>;

/// How dates are said.
const DATES: &[(&str, DateOf)] = &[
    ("today · hoy", |_| Some(Date::Days(0))),
    ("tomorrow · tmrw · <manana>", |_| Some(Date::Days(1))),
    ("[the] day after tomorrow · pasado manana", |_| Some(Date::Days(2))),
    ("yesterday · ayer", |_| Some(Date::Days(-1))),
    ("[the] day before yesterday · anteayer · antier · antes de ayer", |_| Some(Date::Days(-2))),
    ("[this] <day_en> · (<el>|este) <day_es>", |values| Some(Date::Weekday(weekday(values)?))),
    ("<day_es>", |values| Some(Date::LoneWeekday(weekday(values)?))),
    (
        "next <day_en> · [on] <day_en> next week · <el> proximo <day_es> · <el> <day_es> (que viene|proximo|de la semana que viene)",
        |values| Some(Date::NextWeekday(weekday(values)?)),
    ),
    ("next week · la semana que viene · la proxima semana", |_| Some(Date::NextWeek)),
    ("(this|the) weekend · (<el>|este) fin de semana", |_| Some(Date::Weekend)),
    ("[the] end of [the|my] day · (al|<el>) final del dia", |_| Some(Date::EndOfDay)),
    ("[the] end of [the|this] week · [a|al] (final|finales) de [la|esta] semana", |_| Some(Date::EndOfWeek)),
    ("[the] end of [the|this] month · [a] (fin|final|finales) de mes", |_| Some(Date::EndOfMonth)),
    ("[the] end of [the|this] year · [a] (fin|final|finales) de ano", |_| Some(Date::EndOfYear)),
    ("in <n> (day|days) · (en|dentro de) <n> (dia|dias)", |values| Some(Date::Days(number(values)?.into()))),
    ("in <n> (week|weeks) · (en|dentro de) <n> (semana|semanas)", |values| Some(Date::Days(i64::from(number(values)?) * 7))),
    ("[<el>] [dia] <written>", |values| {
        values.iter().find_map(|value| match *value {
            Value::DayMonth(day, month, year) => Some(Date::Of { day, month, year }),
            _ => None,
        })
    }),
    (
        "[the] <d> [st|nd|rd|th] [of] <month> [<year>] · <month> [the] <d> [st|nd|rd|th] [<year>] · \
         [<el>] [dia] <d> de <month> [(de|del) <year>]",
        of_month,
    ),
    ("the <d> (st|nd|rd|th) · <el> [dia] <d>", |values| number(values).map(Date::DayOfMonth)),
];

type PartOf = (Part, Option<Date>);

/// How parts of the day are said, some with their date.
const PARTS: &[(&str, PartOf)] = &[
    ("in the morning", (Part::Morning, None)),
    ("this morning", (Part::Morning, Some(Date::Days(0)))),
    ("(de|por|en|a) la manana", (Part::Manana, None)),
    ("esta manana", (Part::Manana, Some(Date::Days(0)))),
    ("in the afternoon · (de|por|en|a) la tarde · del mediodia", (Part::Afternoon, None)),
    ("this afternoon · esta tarde", (Part::Afternoon, Some(Date::Days(0)))),
    ("in the evening · at night · (de|por|en|a) la noche", (Part::Night, None)),
    ("this evening · tonight · esta noche", (Part::Night, Some(Date::Days(0)))),
    ("last night · anoche", (Part::Night, Some(Date::Days(-1)))),
    ("(de|por|en|a) la madrugada", (Part::Madrugada, None)),
];

/// Parts that follow a date without more.
const AFTER_DATES: &[(&str, Part)] =
    &[("morning", Part::Morning), ("afternoon", Part::Afternoon), ("evening", Part::Night), ("night", Part::Night)];

static DATE_PATTERNS: LazyLock<Vec<(Vec<Vec<Node>>, DateOf)>> =
    LazyLock::new(|| DATES.iter().map(|(text, of)| (patterns(text), *of)).collect());
static PART_PATTERNS: LazyLock<Vec<(Vec<Vec<Node>>, PartOf)>> =
    LazyLock::new(|| PARTS.iter().map(|(text, of)| (patterns(text), *of)).collect());

/// The times that begin there: dates, hours and parts of the day in any order, each once, or a distance from now.
pub fn whens(words: &[Word], at: usize) -> Vec<(usize, When)> {
    let mut found = Vec::new();
    let distance = |distance| When { distance: Some(distance), ..When::default() };
    for said in ["in", "en", "dentro de"] {
        let found_in = phrase(words, at, said).and_then(|next| length(words, next));
        found.extend(found_in.map(|(end, minutes)| (end, distance(Distance::In(minutes)))));
    }
    if let Some((end, minutes)) = length(words, at).filter(|(end, _)| form(words, *end) == Some("ago")) {
        found.push((end + 1, distance(Distance::Ago(minutes))));
    }
    if let Some((end, minutes)) = phrase(words, at, "hace").and_then(|next| length(words, next)) {
        found.push((end, distance(Distance::Ago(minutes))));
    }
    collect(words, at, When::default(), None, &mut found);
    found.retain(|(_, when)| when.is_one());
    found
}

/// The time that is all of these words.
pub fn when(words: &[Word]) -> Option<When> {
    whens(words, 0).into_iter().find(|(end, _)| *end == words.len()).map(|(_, when)| when)
}

/// `dated`: where the date ended, if it was the last that was said.
fn collect(words: &[Word], at: usize, said: When, dated: Option<usize>, found: &mut Vec<(usize, When)>) {
    let mut more = |end: usize, when: When, dated: Option<usize>| {
        found.push((end, when));
        collect(words, end, when, dated, found);
    };
    for next in prepositions(words, at) {
        if said.date.is_none() {
            for (end, date) in dates(words, next) {
                more(end, When { date: Some(date), ..said }, Some(end));
            }
        }
        if said.part.is_none() {
            for (end, (part, date)) in parts(words, next) {
                if date.is_none() || said.date.is_none() {
                    more(end, When { part: Some(part), date: date.or(said.date), ..said }, None);
                }
            }
        }
        if said.hour.is_none() {
            for (end, hour) in hours(words, next) {
                more(end, When { hour: Some(hour), ..said }, None);
            }
        }
    }
    if said.part.is_none() && dated == Some(at) {
        let part = AFTER_DATES.iter().find(|(name, _)| form(words, at) == Some(name));
        if let Some((_, part)) = part {
            more(at + 1, When { part: Some(*part), ..said }, None);
        }
    }
}

/// Where a time goes on after a word that belongs to it, and where it stands without one.
fn prepositions(words: &[Word], at: usize) -> Vec<usize> {
    const SAID: &[&str] =
        &["for", "by", "on", "before", "until", "due", "due on", "due by", "para", "antes de", "antes del", "hasta"];
    let mut found = vec![at];
    found.extend(SAID.iter().filter_map(|said| phrase(words, at, said)));
    found
}

/// The dates that begin there.
pub fn dates(words: &[Word], at: usize) -> Vec<(usize, Date)> {
    let slot = |name: &str, at: usize| slot(name, words, at);
    let mut found = Vec::new();
    for (patterns, of) in DATE_PATTERNS.iter() {
        let ends = patterns.iter().flat_map(|nodes| ends(nodes, words, at, &slot));
        found.extend(ends.filter(|(end, _)| *end > at).filter_map(|(end, values)| Some((end, of(&values)?))));
    }
    found
}

fn parts(words: &[Word], at: usize) -> Vec<(usize, PartOf)> {
    let none = |_: &str, _: usize| Vec::new();
    let mut found = Vec::new();
    for (patterns, of) in PART_PATTERNS.iter() {
        found.extend(patterns.iter().flat_map(|nodes| ends(nodes, words, at, &none)).map(|(end, _)| (end, *of)));
    }
    found
}

fn slot(name: &str, words: &[Word], at: usize) -> Vec<(usize, Value)> {
    let before = |word: &str| at > 0 && form(words, at - 1) == Some(word);
    let Some(word) = form(words, at) else { return Vec::new() };
    let next = |value| Some((at + 1, value));
    let found = match name {
        "day_en" => WEEKDAYS.iter().find(|(en, ..)| *en == word).and_then(|(.., day)| next(Value::Weekday(*day))),
        "day_es" => WEEKDAYS.iter().find(|(_, es, _)| *es == word).and_then(|(.., day)| next(Value::Weekday(*day))),
        // The article may be part of a word that stands before the date.
        "el" if word == "el" => next(Value::Nothing),
        "el" => before("del").then_some((at, Value::Nothing)),
        "manana" => (word == "manana" && !before("la") && !before("esta")).then_some((at + 1, Value::Nothing)),
        "n" => quantity(words, at).map(|(end, number)| (end, Value::Number(number))),
        "d" => digits(words, at).filter(|(_, day)| (1..=31).contains(day)).map(|(end, day)| (end, Value::Number(day))),
        "year" => {
            let year = digits(words, at).and_then(|(_, year)| i32::try_from(year).ok()).filter(|year| YEARS.contains(year));
            year.and_then(|year| next(Value::DayMonth(0, 0, Some(year))))
        }
        "month" => {
            let month = MONTHS.iter().position(|names| names.contains(&word));
            let month = month.or_else(|| (word == "setiembre" || word == "set").then_some(8));
            month.and_then(|month| next(Value::Month(u32::try_from(month).ok()? + 1)))
        }
        "written" => written(word).and_then(next),
        _ => None,
    };
    found.into_iter().collect()
}

/// `15/12`, `3/4/2027` or `2026-12-04`.
fn written(word: &str) -> Option<Value> {
    let numbers = |mark: char| word.split(mark).map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<u32>>>();
    let (day, month, year) = match (word.len(), numbers('-'), numbers('/')) {
        (10, Some(parts), _) if parts.len() == 3 && parts[0] >= 1000 => (parts[2], parts[1], Some(parts[0])),
        (.., Some(parts)) if parts.len() == 2 => (parts[0], parts[1], None),
        (.., Some(parts)) if parts.len() == 3 && parts[2] >= 1000 => (parts[0], parts[1], Some(parts[2])),
        _ => return None,
    };
    let year = year.map(i32::try_from).transpose().ok()?;
    let near = year.is_none_or(|year| YEARS.contains(&year));
    (near && exists(day, month, year)).then_some(Value::DayMonth(day, month, year))
}

/// Whether there is such a date, in some year where none is said.
fn exists(day: u32, month: u32, year: Option<i32>) -> bool {
    chrono::NaiveDate::from_ymd_opt(year.unwrap_or(2000), month, day).is_some()
}

fn of_month(values: &[Value]) -> Option<Date> {
    let day = number(values)?;
    let month = values.iter().find_map(|value| if let Value::Month(month) = value { Some(*month) } else { None })?;
    let year = values.iter().find_map(|value| if let Value::DayMonth(.., year) = value { *year } else { None });
    exists(day, month, year).then_some(Date::Of { day, month, year })
}

fn weekday(values: &[Value]) -> Option<Weekday> {
    values.iter().find_map(|value| if let Value::Weekday(day) = value { Some(*day) } else { None })
}

fn number(values: &[Value]) -> Option<u32> {
    values.iter().find_map(|value| if let Value::Number(number) = value { Some(*number) } else { None })
}
