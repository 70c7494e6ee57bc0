//! Numbers and lengths, in digits and words of both languages. Pure.

use super::text::{Word, form, phrase};

const EN: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ES: &[&str] = &[
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciseis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidos",
    "veintitres",
    "veinticuatro",
    "veinticinco",
    "veintiseis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const EN_TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ES_TENS: &[&str] = &["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const ES_HUNDREDS: &[&str] =
    &["doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos", "ochocientos", "novecientos"];
const ORDINALS: &[&[&str]] = &[
    &["first", "primera", "primero"],
    &["second", "segunda", "segundo"],
    &["third", "tercera", "tercero"],
    &["fourth", "cuarta", "cuarto"],
    &["fifth", "quinta", "quinto"],
];

fn index(list: &[&str], word: &str) -> Option<u32> {
    list.iter().position(|known| *known == word).and_then(|at| u32::try_from(at).ok())
}

/// A whole number in digits.
pub fn digits(words: &[Word], at: usize) -> Option<(usize, u32)> {
    let word = form(words, at)?;
    let plain = word.len() <= 5 && word.bytes().all(|b| b.is_ascii_digit());
    Some((at + 1, word.parse().ok().filter(|_| plain)?))
}

/// A whole number, the longest that begins there; "a" and "un" are none.
pub fn number(words: &[Word], at: usize) -> Option<(usize, u32)> {
    digits(words, at).or_else(|| thousands(words, at)).or_else(|| hundreds(words, at)).or_else(|| below_hundred(words, at))
}

/// As [`number`]; "a", "an", "un" and "una" are one, "a couple of" and "un par de" two.
pub fn quantity(words: &[Word], at: usize) -> Option<(usize, u32)> {
    for couple in ["a couple of", "couple of", "un par de", "par de"] {
        if let Some(end) = phrase(words, at, couple) {
            return Some((end, 2));
        }
    }
    let one = || matches!(form(words, at), Some("a" | "an" | "un" | "una")).then_some((at + 1, 1));
    number(words, at).or_else(one)
}

/// "first" to "fifth".
pub fn ordinal(words: &[Word], at: usize) -> Option<(usize, u32)> {
    let word = form(words, at)?;
    let position = ORDINALS.iter().position(|names| names.contains(&word))?;
    Some((at + 1, u32::try_from(position).ok()? + 1))
}

fn below_hundred(words: &[Word], at: usize) -> Option<(usize, u32)> {
    let word = form(words, at)?;
    if let Some(tens) = index(EN_TENS, word).map(|tens| (tens + 2) * 10) {
        let unit = form(words, at + 1).and_then(|next| index(EN, next)).filter(|unit| (1..=9).contains(unit));
        return Some(unit.map_or((at + 1, tens), |unit| (at + 2, tens + unit)));
    }
    if let Some(tens) = index(ES_TENS, word).map(|tens| (tens + 3) * 10) {
        let unit = form(words, at + 2).and_then(|next| if next == "un" { Some(1) } else { index(ES, next) });
        let unit = unit.filter(|unit| (1..=9).contains(unit) && form(words, at + 1) == Some("y"));
        return Some(unit.map_or((at + 1, tens), |unit| (at + 3, tens + unit)));
    }
    let spelled = index(EN, word).or_else(|| index(ES, word)).or_else(|| (word == "veintiun").then_some(21));
    spelled.map(|number| (at + 1, number))
}

fn hundreds(words: &[Word], at: usize) -> Option<(usize, u32)> {
    let word = form(words, at)?;
    let rest = |next: usize, of: u32| below_hundred(words, next).map_or((next, of), |(end, more)| (end, of + more));
    if word == "cien" || word == "ciento" {
        return Some(if word == "cien" { (at + 1, 100) } else { rest(at + 1, 100) });
    }
    if let Some(hundreds) = index(ES_HUNDREDS, word) {
        return Some(rest(at + 1, (hundreds + 2) * 100));
    }
    let count = if word == "a" { 1 } else { index(EN, word).filter(|count| (1..=9).contains(count))? };
    if form(words, at + 1) != Some("hundred") {
        return None;
    }
    let (next, of) = rest(at + 2, count * 100);
    if next == at + 2 && form(words, next) == Some("and") {
        let with = rest(next + 1, of);
        return Some(if with.0 > next + 1 { with } else { (next, of) });
    }
    Some((next, of))
}

fn thousands(words: &[Word], at: usize) -> Option<(usize, u32)> {
    ["a thousand", "one thousand", "mil"].into_iter().find_map(|said| phrase(words, at, said)).map(|end| (end, 1000))
}

/// A length in minutes, the longest that begins there.
pub fn length(words: &[Word], at: usize) -> Option<(usize, u32)> {
    const SAID: &[(&str, u32)] = &[
        ("three quarters of an hour", 45),
        ("tres cuartos de hora", 45),
        ("a quarter of an hour", 15),
        ("quarter of an hour", 15),
        ("un cuarto de hora", 15),
        ("an hour and a half", 90),
        ("una hora y media", 90),
        ("hora y media", 90),
        ("half an hour", 30),
        ("media hora", 30),
    ];
    if let Some(found) = SAID.iter().find_map(|(said, minutes)| phrase(words, at, said).map(|end| (end, *minutes))) {
        return Some(found);
    }
    if let Some((unit, thousandths)) = decimal(words, at) {
        let minutes = thousandths.checked_mul(60)?;
        return (is_hours(words, unit) && minutes % 1000 == 0).then_some((unit + 1, minutes / 1000));
    }
    let (unit, count) = quantity(words, at)?;
    if is_minutes(words, unit) {
        return Some((unit + 1, count));
    }
    if !is_hours(words, unit) {
        return None;
    }
    let hours = count.checked_mul(60)?;
    let more = if matches!(form(words, unit + 1), Some("and" | "y")) { unit + 2 } else { unit + 1 };
    let minutes = number(words, more).filter(|(end, minutes)| is_minutes(words, *end) && *minutes < 60);
    Some(minutes.map_or((unit + 1, hours), |(end, minutes)| (end + 1, hours + minutes)))
}

fn is_minutes(words: &[Word], at: usize) -> bool {
    matches!(form(words, at), Some("min" | "mins" | "minute" | "minutes" | "minuto" | "minutos"))
}

fn is_hours(words: &[Word], at: usize) -> bool {
    matches!(form(words, at), Some("h" | "hr" | "hrs" | "hour" | "hours" | "hora" | "horas"))
}

/// A number with a point or a comma and 1 to 3 digits after it, in thousandths.
pub fn decimal(words: &[Word], at: usize) -> Option<(usize, u32)> {
    let (whole, part) = form(words, at)?.split_once(['.', ','])?;
    let plain = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole, 4) || !plain(part, 3) {
        return None;
    }
    Some((at + 1, whole.parse::<u32>().ok()? * 1000 + format!("{part:0<3}").parse::<u32>().ok()?))
}
