//! Numbers in texts. Pure.

use crate::texts::Language;

/// What is left of a text without what facts show, and which of these it shows.
pub fn split<'s>(text: &str, shown: &[&'s str]) -> (String, Vec<&'s str>) {
    let (mut rest, mut found) = (text.to_owned(), Vec::new());
    // The longest first, since `7 h` lies in `7 h 20 min`.
    let mut shown: Vec<&'s str> = shown.iter().copied().filter(|shown| has_digit(shown)).collect();
    shown.sort_unstable_by_key(|shown| std::cmp::Reverse(shown.len()));
    for shown in shown {
        let (mut kept, mut after) = (String::with_capacity(rest.len()), rest.as_str());
        while let Some(at) = after.find(shown) {
            let (before, end) = (&after[..at], &after[at + shown.len()..]);
            // A mark that no text has takes its place, so that nothing around it becomes one number.
            if stands_alone(&format!("{kept}{before}"), end) {
                kept.push_str(before);
                kept.push('\u{0}');
                found.push(shown);
            } else {
                kept.push_str(&after[..at + shown.len()]);
            }
            after = end;
        }
        kept.push_str(after);
        rest = kept;
    }
    (rest, found)
}

pub fn has_digit(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// Whether a number between these is not a part of a longer one, such as 3 in 3.5, -3 or 3 %.
fn stands_alone(before: &str, after: &str) -> bool {
    let joins = |c: char| ".,:'’-–/".contains(c);
    let mut back = before.chars().rev();
    let begins = match back.next() {
        Some(c) if c.is_alphanumeric() => false,
        Some('-' | '–' | '+') => back.next().is_some_and(char::is_alphanumeric),
        Some(c) if joins(c) => !back.next().is_some_and(char::is_numeric),
        _ => true,
    };
    let mut on = after.chars();
    let ends = match on.next() {
        Some(c) if c.is_alphanumeric() || c == '%' => false,
        Some(c) if joins(c) => !on.next().is_some_and(char::is_numeric),
        Some(' ' | '\u{a0}') => on.next() != Some('%'),
        _ => true,
    };
    begins && ends
}

/// Numbers as words. Without one, which is an article as well.
const WORDS: [&[&str]; Language::ALL.len()] = [
    &[
        "zero",
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
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "million",
        "dozen",
        "dozens",
        "half",
        "quarter",
        "quarters",
        "third",
        "thirds",
        "double",
        "doubled",
        "twice",
        "thrice",
        "triple",
        "tripled",
        "percent",
    ],
    &[
        "cero",
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
        "dieciséis",
        "diecisiete",
        "dieciocho",
        "diecinueve",
        "veinte",
        "veintiuno",
        "veintidós",
        "veintitrés",
        "veinticuatro",
        "veinticinco",
        "veintiséis",
        "veintisiete",
        "veintiocho",
        "veintinueve",
        "treinta",
        "cuarenta",
        "cincuenta",
        "sesenta",
        "setenta",
        "ochenta",
        "noventa",
        "cien",
        "ciento",
        "cientos",
        "mil",
        "miles",
        "millón",
        "docena",
        "docenas",
        "mitad",
        "medio",
        "media",
        "cuarto",
        "cuartos",
        "tercio",
        "tercios",
        "doble",
        "triple",
    ],
];

/// The words of a text that are numbers.
pub fn words(language: Language, text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
    words.filter(|word| WORDS[language as usize].contains(&word.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_fact_or_none() {
        let shown = ["7 h 20 min", "7 h", "3", "09:05", "16 %", "4.5", "14 January"];
        for good in [
            "You worked 7 h 20 min.",
            "7 h 20 min, of which 7 h were focus: 3 tasks.",
            "It began at 09:05, and (3) tasks got done",
            "Of the breaks, 16 % were taken",
            "3, 3. And 3: 3",
            "An energy of 4.5.",
            "14 January: 3 tasks",
        ] {
            assert!(!has_digit(&split(good, &shown).0), "{good}");
        }
        for wrong in [
            "You worked 20 min.",
            "You worked 7 h 20 min 5 s.",
            "You worked 17 h.",
            "7 h 21 min",
            "33 tasks",
            "3.5 tasks",
            "1,3 tasks",
            "-3 tasks",
            "3 % of it",
            "3% of it",
            "109:05",
            "09:05:30",
            "³ tasks",
            "٣ tasks",
            "Ⅷ tasks",
            "½ of it",
            "3rd",
            "x3",
            "4",
        ] {
            assert!(has_digit(&split(wrong, &shown).0), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_known_as_words() {
        assert_eq!(
            words(Language::En, "Twenty-two tasks, and the other half. Someone often tends to it once"),
            ["twenty", "two", "half"]
        );
        assert_eq!(words(Language::Es, "La Mitad de los días, dos tareas; una pausa"), ["mitad", "dos"]);
    }
}
