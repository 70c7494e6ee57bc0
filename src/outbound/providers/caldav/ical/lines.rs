//! Content lines of iCalendar (RFC 5545, 3.1), each with the bytes that it was written in. Pure.

/// A line is folded so that none is longer, in octets and without its end.
const LONGEST: usize = 75;

/// One content line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// As it was written, with its folds and its end.
    raw: Vec<u8>,
    /// In upper case; empty where the line is none that iCalendar knows.
    name: String,
    /// The name and its parameters.
    head: String,
    value: String,
}

/// The lines of a text. Put together again, they are that text to the byte.
pub(super) fn split(text: &[u8]) -> Vec<Line> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for piece in text.split_inclusive(|byte| *byte == b'\n') {
        match lines.last_mut() {
            Some(line) if matches!(piece.first(), Some(b' ' | b'\t')) => line.extend_from_slice(piece),
            _ => lines.push(piece.to_vec()),
        }
    }
    lines.into_iter().map(Line::read).collect()
}

impl Line {
    fn read(raw: Vec<u8>) -> Self {
        let text = unfolded(&raw);
        let colon = outside_quotes(&text, ':').next();
        let (head, value) = colon.map_or(("", ""), |at| (&text[..at], &text[at + 1..]));
        let name = head.split(';').next().unwrap_or_default().trim().to_ascii_uppercase();
        Self { name, head: head.to_owned(), value: value.to_owned(), raw }
    }

    /// A line of our own.
    pub(super) fn new(head: &str, value: &str, end: &str) -> Self {
        Self::read(folded(&format!("{head}:{value}"), end))
    }

    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn value(&self) -> &str {
        &self.value
    }

    /// Whether it begins or ends a component of that name.
    pub(super) fn is(&self, name: &str, component: &str) -> bool {
        self.name == name && self.value.trim().eq_ignore_ascii_case(component)
    }

    /// The parameters, in their order and as they are written.
    fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut starts: Vec<usize> = outside_quotes(&self.head, ';').collect();
        starts.push(self.head.len());
        let pairs: Vec<_> = starts.windows(2).map(|pair| &self.head[pair[0] + 1..pair[1]]).collect();
        pairs.into_iter().filter_map(|pair| pair.split_once('='))
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters().find(|(is, _)| is.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_matches('"'))
    }

    /// The name with its parameters but for some.
    pub(super) fn head_without(&self, parameters: &[&str]) -> String {
        let kept = self.parameters().filter(|(name, _)| !parameters.iter().any(|other| other.eq_ignore_ascii_case(name)));
        kept.fold(self.name.clone(), |head, (name, value)| format!("{head};{name}={value}"))
    }

    /// The name and its parameters, as they are written.
    pub(super) fn head(&self) -> &str {
        &self.head
    }
}

/// Where a character is that is not within double quotes.
fn outside_quotes(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut quoted = false;
    text.char_indices().filter_map(move |(at, char)| {
        quoted ^= char == '"';
        (char == wanted && !quoted).then_some(at)
    })
}

fn unfolded(raw: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(raw.len());
    for (number, piece) in raw.split(|byte| *byte == b'\n').enumerate() {
        let piece = piece.strip_suffix(b"\r").unwrap_or(piece);
        bytes.extend_from_slice(if number == 0 { piece } else { piece.get(1..).unwrap_or_default() });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn folded(text: &str, end: &str) -> Vec<u8> {
    let mut folded = String::with_capacity(text.len() + end.len());
    let mut length = 0;
    for char in text.chars() {
        if length + char.len_utf8() > LONGEST {
            folded.push_str(end);
            folded.push(' ');
            length = 1;
        }
        folded.push(char);
        length += char.len_utf8();
    }
    folded.push_str(end);
    folded.into_bytes()
}

/// A text as a value (RFC 5545, 3.3.11).
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | ';' | ',' => escaped.extend(['\\', char]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            // A line end of Windows is a line feed, and other control characters may not stand in a value.
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// The text that a value stands for. A backslash that escapes nothing is itself.
pub(super) fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            text.push(char);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => text.push('\n'),
            Some(escaped @ ('\\' | ';' | ',')) => text.push(escaped),
            other => text.extend(std::iter::once('\\').chain(other)),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_has_a_name_parameters_and_a_value() {
        let lines = split(b"due;X-A=\"a;b:c\";tzid=Europe/Berlin:20261201T\r\n 101500\r\n");
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((line.name(), line.value()), ("DUE", "20261201T101500"));
        assert_eq!(
            (line.parameter("TZID"), line.parameter("x-a"), line.parameter("VALUE")),
            (Some("Europe/Berlin"), Some("a;b:c"), None)
        );
        assert_eq!(line.head_without(&["TZID"]), "DUE;X-A=\"a;b:c\"");
    }

    #[test]
    fn a_character_that_was_folded_in_its_middle_is_whole() {
        let lines = split(b"SUMMARY:gr\xc3\r\n \xbc\xc3\x9fe\r\n");
        assert_eq!(lines[0].value(), "gr\u{fc}\u{df}e");
    }

    #[test]
    fn a_backslash_that_escapes_nothing_stays() {
        assert_eq!(unescaped(r"a\,b\;c\\d\ne\N\:f\"), "a,b;c\\d\ne\n\\:f\\");
    }

    proptest! {
        #[test]
        fn lines_put_together_are_the_text(text in proptest::collection::vec(proptest::sample::select(b"A:;\"= \t\r\n\\,\xc3\xbc".to_vec()), 0..80)) {
            prop_assert_eq!(split(&text).iter().flat_map(|line| line.raw().to_vec()).collect::<Vec<_>>(), text);
        }

        #[test]
        fn a_line_of_ours_is_read_as_it_was_meant(value in "[^\\p{Cc}]{0,200}", end in proptest::sample::select(vec!["\r\n", "\n"])) {
            let line = Line::new("SUMMARY", &value, end);
            prop_assert_eq!(line.value(), &value);
            let again = split(line.raw());
            prop_assert_eq!(&again, &[line]);
            let text = String::from_utf8(again[0].raw().to_vec()).unwrap();
            prop_assert!(text.ends_with(end) && text.split(end).all(|piece| piece.len() <= LONGEST), "{:?}", text);
        }

        #[test]
        fn a_text_comes_back(text in "([^\\p{Cc}]|\n|\t){0,60}") {
            prop_assert_eq!(unescaped(&escaped(&text)), text);
        }
    }
}
