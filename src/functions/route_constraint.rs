//! What a parameter of a route template may ask of its value, such as `int` in `{id:int}`.

use uuid::Uuid;

/// The host's constraints, as far as they can be judged here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Constraint {
    Int,
    Long,
    Number,
    Bool,
    Alpha,
    Guid,
    Required,
    /// Characters, both ends included.
    Length(usize, usize),
    /// A whole number, both ends included.
    Range(i64, i64),
}

impl Constraint {
    /// Reads `name` or `name(argument,argument)`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, arguments) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((name, arguments)) => (name, Some(arguments)),
            None => (text, None),
        };
        let without = |constraint: Self| match arguments {
            None => Ok(constraint),
            Some(_) => Err(format!("constraint '{name}' takes no argument")),
        };
        match name.to_ascii_lowercase().as_str() {
            "int" => without(Self::Int),
            "long" => without(Self::Long),
            "decimal" | "double" | "float" => without(Self::Number),
            "bool" => without(Self::Bool),
            "alpha" => without(Self::Alpha),
            "guid" => without(Self::Guid),
            "required" => without(Self::Required),
            "length" => pair(name, arguments).map(|(low, high)| Self::Length(low, high)),
            "minlength" => one(name, arguments).map(|low| Self::Length(low, usize::MAX)),
            "maxlength" => one(name, arguments).map(|high| Self::Length(0, high)),
            "range" => pair(name, arguments).map(|(low, high)| Self::Range(low, high)),
            "min" => one(name, arguments).map(|low| Self::Range(low, i64::MAX)),
            "max" => one(name, arguments).map(|high| Self::Range(i64::MIN, high)),
            "regex" | "datetime" | "file" | "nonfile" => Err(format!("constraint '{name}' cannot be judged here; do without it")),
            _ => Err(format!("the host knows no constraint '{name}', and leaves out a function that has it")),
        }
    }

    pub(super) fn accepts(&self, value: &str) -> bool {
        match self {
            Self::Int => value.parse::<i32>().is_ok(),
            Self::Long => value.parse::<i64>().is_ok(),
            Self::Number => value.parse::<f64>().is_ok(),
            Self::Bool => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
            Self::Alpha => value.bytes().all(|byte| byte.is_ascii_alphabetic()),
            Self::Guid => Uuid::try_parse(value).is_ok(),
            Self::Required => !value.is_empty(),
            Self::Length(low, high) => (*low..=*high).contains(&value.encode_utf16().count()),
            Self::Range(low, high) => value.parse().is_ok_and(|number: i64| (*low..=*high).contains(&number)),
        }
    }
}

fn one<T: std::str::FromStr>(name: &str, arguments: Option<&str>) -> Result<T, String> {
    number(arguments.unwrap_or_default()).ok_or_else(|| format!("constraint '{name}' takes one whole number, as in {name}(1)"))
}

fn pair<T: std::str::FromStr + Copy>(name: &str, arguments: Option<&str>) -> Result<(T, T), String> {
    let arguments = arguments.unwrap_or_default();
    // One length is both ends; a range needs two.
    let (low, high) = match arguments.split_once(',') {
        Some((low, high)) => (number(low), number(high)),
        None if name.eq_ignore_ascii_case("length") => (number(arguments), number(arguments)),
        None => (None, None),
    };
    low.zip(high).ok_or_else(|| format!("constraint '{name}' takes whole numbers, as in {name}(1,8)"))
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_judged_as_the_host_does() {
        for (constraint, good, bad) in [
            ("int", "-7", "2147483648"),
            ("long", "2147483648", "1.5"),
            ("double", "1.5e3", "x"),
            ("bool", "TRUE", "1"),
            ("alpha", "abC", "a1"),
            ("guid", "01890a5d-ac96-774b-bcce-b302099a8057", "tasks"),
            ("required", "x", ""),
            ("length(3)", "abc", "ab"),
            ("length(1,2)", "ab", "abc"),
            ("minlength(2)", "ab", "a"),
            ("maxlength(2)", "ab", "abc"),
            ("range(1,9)", "9", "10"),
            ("min(-1)", "-1", "-2"),
            ("Max(5)", "5", "6"),
        ] {
            let parsed = Constraint::parse(constraint).expect(constraint);
            assert!(parsed.accepts(good), "{constraint} {good}");
            assert!(!parsed.accepts(bad), "{constraint} {bad}");
        }
    }

    #[test]
    fn unknown_and_malformed_ones_are_refused() {
        for bad in ["uuid", "", "int(1)", "length", "length(a)", "range(1)", "min()", "minlength(-1)", "regex(^a$)"] {
            assert!(Constraint::parse(bad).is_err(), "{bad}");
        }
    }
}
