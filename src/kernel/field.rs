//! Values that callers send as text: the rule of each and what the description of the API says of it, declared once.

use std::{fmt, time::Duration};

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, schema::Type};

use super::{Code, Error, Result, Timestamp};

/// A value that arrives as text. Its `Deserialize`, where it has one, is for what is stored: that stays readable when the
/// rule becomes stricter.
pub trait FromText: Sized {
    /// Which texts can be the value, as far as a schema can say it.
    fn schema() -> ObjectBuilder;

    fn from_text(text: &str) -> Result<Self, Rule>;

    /// What null means, or a required member that is not there.
    fn missing() -> Result<Self, Rule> {
        Err(Rule::field("is required"))
    }
}

/// The rule that an input breaks, before it is known where the input stood. Says nothing of the input itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub code: Code,
    pub text: &'static str,
    /// Whether the text is a sentence by itself; otherwise the name of the field goes before it.
    pub whole: bool,
}

impl Rule {
    /// Such as `must be a date`.
    pub const fn field(text: &'static str) -> Self {
        Self { code: Code::InvalidField, text, whole: false }
    }

    /// Such as `Task title cannot be empty`.
    pub const fn sentence(code: Code, text: &'static str) -> Self {
        Self { code, text, whole: true }
    }

    /// The error for a field of a body.
    pub fn of_field(self, field: &str) -> Error {
        error(self.code, self.text, self.whole, field)
    }

    /// The error for a parameter of the query.
    pub fn of_parameter(self, name: &str) -> Error {
        Error::new(Code::InvalidParameter, format!("Query parameter '{name}' {}", self.text))
    }
}

/// Sets our own words apart from those of the libraries through which they travel, which may hold a value.
const MARK: char = '\u{1f}';

/// For [`told`].
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words(self.code, self.text, self.whole))
    }
}

/// As a rule is written, for one that is made of what a type is made of, such as its bounds.
pub(super) fn words(code: Code, text: &str, whole: bool) -> String {
    let end = if whole { "." } else { "" };
    format!("{MARK}{}{MARK}{text}{MARK}{end}", code.as_str())
}

/// A rule between the members of one value, broken by the member that is named.
#[derive(Debug, Clone, Copy)]
pub struct MemberRule(pub &'static str, pub Rule);

/// For [`told`].
impl fmt::Display for MemberRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{MARK}{}", self.1, self.0)
    }
}

/// The error that says what a rule's `Display` wrote, for the field at which it was broken; `None` for other words.
pub fn told(words: &str, field: &str) -> Option<Error> {
    let mut parts = words.strip_prefix(MARK)?.split(MARK);
    let (code, text, end) = (parts.next()?, parts.next()?, parts.next()?);
    let code = *Code::ALL.iter().find(|known| known.as_str() == code)?;
    let field = match parts.next() {
        Some(member) if field == "." => member.to_owned(),
        Some(member) => format!("{field}.{member}"),
        None => field.to_owned(),
    };
    Some(error(code, text, !end.is_empty(), &field))
}

fn error(code: Code, text: &str, whole: bool, field: &str) -> Error {
    let message = if whole { text.to_owned() } else { format!("Field '{field}' {text}") };
    Error::new(code, message).about(field.to_owned())
}

/// Holds the instant at which something was done, as a caller says, to the present: `back` before it at most, and as clocks
/// differ, two minutes ahead of it.
pub fn recent(at: Timestamp, now: Timestamp, back: Duration, too_old: Rule) -> Result<(), Rule> {
    if at > now.plus(Duration::from_mins(2)) {
        return Err(Rule::field("must not be more than 2 minutes in the future"));
    }
    if at < now.minus(back) { Err(too_old) } else { Ok(()) }
}

/// A text of `min` to `max` characters.
pub fn text(min: usize, max: usize) -> ObjectBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(max));
    if min > 0 { text.min_length(Some(min)).pattern(Some(r"\S")) } else { text }
}

/// A text in a form that has a name.
pub fn formatted(format: KnownFormat) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}

/// Lets the description of the API refer to a type by the name that is given.
#[macro_export]
macro_rules! described {
    ($type:ty, $name:literal) => {
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <$type as $crate::kernel::FromText>::schema().into()
            }
        }

        impl utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    };
}

described!(Timestamp, "Timestamp");

impl FromText for Timestamp {
    fn schema() -> ObjectBuilder {
        formatted(KnownFormat::DateTime)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        Self::from_rfc3339(text).ok_or(Rule::field("must be a time with its offset, such as 2026-01-14T10:15:30Z"))
    }
}

impl FromText for NaiveDate {
    fn schema() -> ObjectBuilder {
        formatted(KnownFormat::Date)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        // The parser by itself takes spaces, signs and missing digits too.
        let plain = text.len() == 10
            && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
        let date: Option<Self> = plain.then(|| text.parse().ok()).flatten();
        date.filter(|date| date.year() >= 1970).ok_or(Rule::field("must be a date such as 2026-01-14, from 1970 to 9999"))
    }
}

impl FromText for NaiveTime {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$"))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        // The parser by itself takes spaces, signs and missing digits too.
        let plain =
            text.len() == 5 && text.bytes().enumerate().all(|(at, b)| if at == 2 { b == b':' } else { b.is_ascii_digit() });
        let time = plain.then(|| Self::parse_from_str(text, "%H:%M").ok()).flatten();
        time.ok_or(Rule::field("must be a time of day such as 09:30, from 00:00 to 23:59"))
    }
}

impl FromText for Tz {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        text.parse().map_err(|_| Rule::field("must be an IANA time zone name such as Europe/Madrid"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_arrives_through_the_words_of_a_library() {
        let error = told(&Rule::field("is required").to_string(), "a.b").expect("a rule");
        assert_eq!((error.code(), error.message(), error.field()), (Code::InvalidField, "Field 'a.b' is required", Some("a.b")));
        let whole = Rule::sentence(Code::UnsupportedAction, "It cannot be done");
        let error = told(&whole.to_string(), "action").expect("a rule");
        assert_eq!((error.code(), error.message()), (Code::UnsupportedAction, "It cannot be done"));
        assert_eq!((error.message(), error.field()), (whole.of_field("action").message(), Some("action")));
        let between = MemberRule("to", Rule::field("must not be before 'from'"));
        assert_eq!(told(&between.to_string(), "a").expect("a rule").field(), Some("a.to"));
        assert!(told("invalid type: string \"a value\"", "a").is_none());
    }

    #[test]
    fn a_date_has_ten_characters_and_a_year_from_1970_on() {
        for good in ["1970-01-01", "2026-01-14", "9999-12-31"] {
            assert_eq!(NaiveDate::from_text(good).expect("a date").to_string(), good);
        }
        for bad in ["", "1969-12-31", "0000-01-01", "2026-1-14", "2026-02-30", "+026-01-14", "2026-01-14 ", "10000-01-01"] {
            assert!(NaiveDate::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_of_day_has_five_characters() {
        for good in ["00:00", "09:30", "23:59"] {
            assert_eq!(NaiveTime::from_text(good).expect("a time of day").format("%H:%M").to_string(), good);
        }
        for bad in ["", "9:30", "24:00", "12:60", "09:30:00", " 9:30", "+9:30", "09-30", "0930", "٠٩:٣"] {
            assert!(NaiveTime::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_zone_is_an_iana_name() {
        assert_eq!(Tz::from_text("Europe/Madrid"), Ok(Tz::Europe__Madrid));
        for bad in ["", "Madrid", "UTC+2", "../etc/passwd"] {
            assert!(Tz::from_text(bad).is_err(), "{bad}");
        }
    }
}
