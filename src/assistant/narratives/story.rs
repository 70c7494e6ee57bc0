//! A story with its facts, and how sentences are put together from them. Pure.

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        Object, ObjectBuilder,
        schema::{SchemaType, Type},
    },
};

use crate::texts::{Arg, Language, text};

/// A story: each run of digits in it lies in what one of the facts shows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Story {
    /// Its facts are among those of the first paragraph.
    pub title: String,
    pub paragraphs: Vec<Paragraph>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Paragraph {
    pub text: String,
    pub facts: Vec<Fact>,
}

/// Something that the API answers elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Fact {
    pub key: &'static str,
    #[schema(schema_with = value_schema)]
    pub value: Value,
    pub unit: &'static str,
    /// How the text has it.
    pub shown: String,
    /// A GET of this API, with a JSON pointer to the value after `#`.
    pub source: String,
}

/// A number, a time of day, or a date.
fn value_schema() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Number, Type::String])).build()
}

/// What stands in a text in the place of a variable.
pub enum Slot {
    /// A fact as it is shown.
    Fact(Fact),
    /// A fact that is a number of things, by which words are chosen.
    Count(Fact, u64),
    /// A word without digits.
    Word(String),
}

/// Puts sentences together.
pub struct Writer {
    pub language: Language,
    /// By which variants are chosen.
    date: NaiveDate,
    sentences: Vec<String>,
    facts: Vec<Fact>,
    paragraphs: Vec<Paragraph>,
}

impl Writer {
    pub fn new(language: Language, date: NaiveDate) -> Self {
        Self { language, date, sentences: Vec::new(), facts: Vec::new(), paragraphs: Vec::new() }
    }

    /// A text with its variables; what it shows is among the facts of the paragraph.
    pub fn text(&mut self, key: &str, slots: Vec<(&str, Slot)>) -> String {
        let mut args = Vec::with_capacity(slots.len());
        for (name, slot) in &slots {
            args.push((
                *name,
                match slot {
                    Slot::Fact(fact) => Arg::Text(&fact.shown),
                    Slot::Count(_, count) => Arg::Number(*count),
                    Slot::Word(word) => Arg::Text(word),
                },
            ));
        }
        let made = text(self.language, key, &args);
        for (_, slot) in slots {
            if let Slot::Fact(fact) | Slot::Count(fact, _) = slot
                && !self.facts.contains(&fact)
            {
                self.facts.push(fact);
            }
        }
        made
    }

    /// Adds a sentence.
    pub fn say(&mut self, key: &str, slots: Vec<(&str, Slot)>) {
        let sentence = self.text(key, slots);
        self.sentences.push(sentence);
    }

    /// Adds a sentence in one of several variants, whose keys end with their number; which one is the date's.
    pub fn say_one_of(&mut self, key: &str, variants: u32, slots: Vec<(&str, Slot)>) {
        let variant = self.date.num_days_from_ce().unsigned_abs() % variants + 1;
        self.say(&format!("{key}_{variant}"), slots);
    }

    /// Ends a paragraph, if anything was said in it.
    pub fn end(&mut self) {
        if !self.sentences.is_empty() {
            let text = std::mem::take(&mut self.sentences).join(" ");
            self.paragraphs.push(Paragraph { text, facts: std::mem::take(&mut self.facts) });
        }
    }

    pub fn story(mut self, title: String) -> Story {
        self.end();
        Story { title, paragraphs: self.paragraphs }
    }
}

/// The name of the day of the week that a date is.
pub fn weekday(language: Language, date: NaiveDate) -> String {
    text(language, &format!("weekday_{}", date.weekday().number_from_monday()), &[])
}

/// The day and the name of the month.
pub fn day_and_month(language: Language, date: NaiveDate) -> String {
    let month = text(language, &format!("month_{}", date.month()), &[]);
    text(language, "story_date", &[("day", Arg::Number(date.day().into())), ("month", Arg::Text(&month))])
}

/// With a capital letter in front.
pub fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// A length of time in whole minutes, such as `7 h 20 min`.
pub fn length(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// To the nearest minute.
pub fn minutes_of_micros(micros: u64) -> u64 {
    (micros + 30_000_000) / 60_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_dates_read_as_people_write_them() {
        assert_eq!([0, 59, 60, 440].map(length), ["0 min", "59 min", "1 h", "7 h 20 min"]);
        assert_eq!([29_999_999, 30_000_000].map(minutes_of_micros), [0, 1]);
        let date = NaiveDate::from_ymd_opt(2026, 1, 14).expect("a date");
        assert_eq!(Language::ALL.map(|language| day_and_month(language, date)), ["14 January", "14 de enero"]);
        assert_eq!(Language::ALL.map(|language| weekday(language, date)), ["Wednesday", "miércoles"]);
    }
}
