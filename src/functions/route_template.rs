//! Route templates, such as `tasks/{*rest}`, in the host's syntax: literals, `{id}`, `{id?}`, `{id=5}`, `{*rest}` and
//! constraints. Matching ignores case and one trailing slash.
//!
//! Segments that mix text and a parameter, such as `v{version}`, are not read: nothing here needs them.

use super::route_constraint::Constraint;

#[derive(Debug)]
pub(super) struct RouteTemplate {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Parameter { name: String, kind: Kind, constraints: Vec<Constraint> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Required,
    /// With a `?` or a default: the path may end before it.
    Optional,
    CatchAll,
}

impl RouteTemplate {
    /// Reads a template; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with(['/', '~']) {
            return Err(format!("route '{text}' may not begin with / or ~"));
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        let parts = split_outside(text, '/', '{', '}');
        let mut segments: Vec<Segment> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let segment = Segment::parse(part).map_err(|reason| format!("route '{text}': {reason}"))?;
            if let Segment::Parameter { name, kind, .. } = &segment {
                // A default may stand anywhere; it lets the path end there only when all that follows may be absent.
                let ends = *kind == Kind::CatchAll || part.ends_with("?}");
                if ends && index + 1 < parts.len() {
                    return Err(format!("route '{text}': {part} must be the last segment"));
                }
                if segments.iter().any(|earlier| earlier.is_named(name)) {
                    return Err(format!("route '{text}': parameter '{name}' appears twice"));
                }
            }
            segments.push(segment);
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// Whether a path, without the prefix and its slash, is of this template.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut rest = (!path.is_empty()).then_some(path);
        for segment in &self.segments {
            let (value, remaining) = match (rest, segment) {
                (Some(all), Segment::Parameter { kind: Kind::CatchAll, .. }) => (all, None),
                (Some(all), _) => all.split_once('/').map_or((all, None), |(first, others)| (first, Some(others))),
                (None, _) if segment.may_be_absent() => continue,
                (None, _) => return false,
            };
            if !segment.accepts(value) {
                return false;
            }
            rest = remaining;
        }
        rest.is_none()
    }

    /// Whether every path is of this template.
    pub(super) fn matches_everything(&self) -> bool {
        let [Segment::Parameter { kind: Kind::CatchAll, constraints, .. }] = self.segments.as_slice() else { return false };
        constraints.is_empty()
    }

    /// Whether the host holds both for the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a segment is empty".to_owned());
        }
        if let Some(body) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'))
            && !body.contains(['{', '}'])
        {
            return parameter(body).map_err(|reason| format!("{text}: {reason}"));
        }
        if text.contains(['{', '}']) {
            return Err(format!(
                "'{text}' has text beside a parameter, or a brace too many; give each parameter its own segment"
            ));
        }
        if text.contains(['?', '*']) || text.contains(char::is_whitespace) {
            return Err(format!("'{text}' has a ?, a * or a blank"));
        }
        Ok(Self::Literal(text.to_owned()))
    }

    fn accepts(&self, value: &str) -> bool {
        match self {
            Self::Literal(text) => text.eq_ignore_ascii_case(value),
            Self::Parameter { kind, constraints, .. } => {
                (*kind == Kind::CatchAll || !value.is_empty()) && constraints.iter().all(|constraint| constraint.accepts(value))
            }
        }
    }

    fn may_be_absent(&self) -> bool {
        matches!(self, Self::Parameter { kind: Kind::Optional | Kind::CatchAll, .. })
    }

    fn is_named(&self, wanted: &str) -> bool {
        matches!(self, Self::Parameter { name, .. } if name.eq_ignore_ascii_case(wanted))
    }
}

/// Reads what stands between the braces: `*name:constraint:constraint=default` or `name?`.
fn parameter(body: &str) -> Result<Segment, String> {
    let (body, catch_all) = match body.strip_prefix("**").or_else(|| body.strip_prefix('*')) {
        Some(body) => (body, true),
        None => (body, false),
    };
    let (body, optional) = match (body.strip_suffix('?'), body.split_once('=')) {
        (Some(_), Some(_)) => return Err("it has both a ? and a default".to_owned()),
        (Some(_), None) if catch_all => return Err("a catch-all takes no ?; it may be empty anyway".to_owned()),
        (Some(body), None) | (None, Some((body, _))) => (body, true),
        (None, None) => (body, false),
    };
    let mut parts = split_outside(body, ':', '(', ')').into_iter();
    let name = parts.next().unwrap_or_default();
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts_well || !name.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-')) {
        return Err("a parameter is named by letters, digits, _ and -, a letter first".to_owned());
    }
    let kind = match (catch_all, optional) {
        (true, _) => Kind::CatchAll,
        (false, true) => Kind::Optional,
        (false, false) => Kind::Required,
    };
    Ok(Segment::Parameter { name: name.to_owned(), kind, constraints: parts.map(Constraint::parse).collect::<Result<_, _>>()? })
}

/// Splits at a separator, except between a pair of brackets.
fn split_outside(text: &str, separator: char, open: char, close: char) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|character: char| {
        depth += i32::from(character == open) - i32::from(character == close);
        character == separator && depth <= 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(template: &str, path: &str) -> bool {
        RouteTemplate::parse(template).expect(template).matches(path)
    }

    #[test]
    fn paths_match_as_in_the_host() {
        for (template, path) in [
            ("tasks", "tasks"),
            ("tasks", "TASKS/"),
            ("tasks/", "tasks"),
            ("tasks/{id}", "tasks/7"),
            ("tasks/{id?}", "tasks"),
            ("tasks/{id=5}", "tasks/"),
            ("{kind=tasks}/{id=5}", ""),
            ("{kind=tasks}/end", "x/end"),
            ("tasks/{*rest}", "tasks"),
            ("tasks/{*rest}", "tasks/7/end"),
            ("tasks/{**rest}", "tasks/7"),
            ("tasks/{id:guid}/end", "tasks/01890a5d-ac96-774b-bcce-b302099a8057/end"),
            ("tasks/{id:length(1,2):int}", "tasks/12"),
            ("{*rest}", ""),
            ("{*rest}", "a/b"),
        ] {
            assert!(matches(template, path), "{template} {path}");
        }
        for (template, path) in [
            ("tasks", "task"),
            ("tasks", "tasks//"),
            ("tasks", "tasks/7"),
            ("tasks/{id}", "tasks"),
            ("tasks/{id}", "tasks/7/end"),
            ("tasks/{id:int}", "tasks/x"),
            ("tasks/{*rest}", "tasks_old"),
            ("{kind=tasks}/end", ""),
        ] {
            assert!(!matches(template, path), "{template} {path}");
        }
    }

    #[test]
    fn malformed_templates_are_refused() {
        for bad in [
            "",
            "/tasks",
            "~/tasks",
            "a//b",
            "a//",
            "{id",
            "id}",
            "{}",
            "{a b}",
            "{{id}}",
            "v{version}",
            "{a}{b}",
            "a?",
            "a b",
            "*",
            "{id?}/end",
            "{*rest}/end",
            "{*rest=x}/end",
            "{*rest?}",
            "{id=5?}",
            "{id}/{ID}",
            "{id:uuid}",
            "{id:regex(a/b)}",
            "{id:int(}",
            "{1d}",
        ] {
            assert!(RouteTemplate::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_bare_catch_all_matches_everything() {
        let everything = |template: &str| RouteTemplate::parse(template).expect(template).matches_everything();
        assert!(everything("{*rest}"));
        assert!(!everything("tasks/{*rest}") && !everything("{id}") && !everything("{*rest:int}"));
    }

    #[test]
    fn case_does_not_tell_templates_apart() {
        let parse = |template: &str| RouteTemplate::parse(template).expect(template);
        assert!(parse("Tasks/{id}/").is_same(&parse("tasks/{ID}")));
        assert!(!parse("tasks/{id}").is_same(&parse("tasks/{key}")));
    }
}
