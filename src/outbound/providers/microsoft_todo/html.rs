//! Notes as Microsoft To Do keeps them: HTML, of which the text is what we have. Pure.

/// A text, so that its lines, and the spaces in them, are shown as they are.
pub(super) fn html_of(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut before = '\n';
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\n' => html.push_str("<br>"),
            '\t' => html.push_str("&#9;"),
            ' ' if matches!(before, ' ' | '\n' | '\t') || matches!(chars.peek(), None | Some('\n')) => html.push_str("&nbsp;"),
            other => html.push(other),
        }
        before = char;
    }
    html
}

/// Elements whose text nobody reads.
const UNSEEN: [&str; 4] = ["head", "script", "style", "title"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 15] = ["blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "table", "tr", "ul"];

/// The text of HTML, one line for each that is shown.
pub(super) fn text_of(html: &str) -> String {
    let mut text = Text::default();
    let mut rest = html;
    while let Some(char) = rest.chars().next() {
        if let Some((tag, after)) = tag(rest) {
            rest = after;
            let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            let name = name.to_ascii_lowercase();
            if name == "br" {
                text.line();
            } else if BLOCKS.contains(&&*name) {
                text.block();
            } else if UNSEEN.contains(&&*name) && !tag.starts_with('/') && !tag.ends_with('/') {
                rest = after_end_of(&name, rest);
            }
        } else if let Some((char, after)) = entity(rest) {
            text.char(char);
            rest = after;
        } else {
            match char {
                ' ' | '\t' | '\r' | '\n' => text.space(),
                other => text.char(other),
            }
            rest = &rest[char.len_utf8()..];
        }
    }
    text.text
}

#[derive(Default)]
struct Text {
    text: String,
    /// White space that is shown only when something follows on the line.
    space: bool,
}

impl Text {
    fn at_start_of_line(&self) -> bool {
        self.text.is_empty() || self.text.ends_with('\n')
    }

    fn space(&mut self) {
        self.space = !self.at_start_of_line();
    }

    fn char(&mut self, char: char) {
        if std::mem::take(&mut self.space) {
            self.text.push(' ');
        }
        self.text.push(if char == '\u{a0}' { ' ' } else { char });
    }

    fn line(&mut self) {
        self.space = false;
        self.text.push('\n');
    }

    fn block(&mut self) {
        self.space = false;
        if !self.at_start_of_line() {
            self.text.push('\n');
        }
    }
}

/// The inside of a tag or comment at the beginning, and what follows it.
fn tag(html: &str) -> Option<(&str, &str)> {
    let inside = html.strip_prefix('<')?;
    if let Some(comment) = inside.strip_prefix("!--") {
        return Some(("", comment.split_once("-->").map_or("", |(_, after)| after)));
    }
    inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')).then_some(())?;
    let mut quote = None;
    for (at, char) in inside.char_indices() {
        match (quote, char) {
            (None, '>') => return Some((&inside[..at], &inside[at + 1..])),
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

fn after_end_of<'a>(name: &str, html: &'a str) -> &'a str {
    let end = format!("</{name}");
    let found =
        html.char_indices().find(|(at, _)| html.get(*at..at + end.len()).is_some_and(|here| here.eq_ignore_ascii_case(&end)));
    found.and_then(|(at, _)| html[at..].split_once('>')).map_or("", |(_, after)| after)
}

/// The character that stands at the beginning in another form, and what follows it.
fn entity(html: &str) -> Option<(char, &str)> {
    let (name, after) = html.strip_prefix('&')?.split_once(';')?;
    let char = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((char, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_what_a_browser_would() {
        for (html, text) in [
            ("", ""),
            ("a<br>b<BR/>c", "a\nb\nc"),
            (
                "<html><head><title>x</title><style>p{}</style></head><body>\r\n<div>a</div>\r\n<div><br></div><div>b </div></body></html>",
                "a\n\nb\n",
            ),
            ("<p class=\"x>y\">one   two\r\nthree</p><p>four</p>", "one two three\nfour\n"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb\n"),
            ("5 < 6 &amp; &lt;b&gt; &#x41;&#66;&unknown; &", "5 < 6 & <b> AB&unknown; &"),
            ("a<!-- <b> -->b <a href='x'>link</a>", "ab link"),
            ("&nbsp;&nbsp;a", "  a"),
            ("<script>if (a < b) {}</script>end", "end"),
            ("<style>never ends", ""),
            ("a <b", "a <b"),
        ] {
            assert_eq!(text_of(html), text, "{html}");
        }
    }

    proptest! {
        #[test]
        fn a_text_comes_back(text in "([a-z<>&;\"'# \u{fc}\u{1f600}\t]|\n){0,60}") {
            prop_assert_eq!(text_of(&html_of(&text)), &*text);
            // As the service has it when it was written.
            let stored = format!("<html><head>\r\n<meta charset=\"utf-8\"></head><body>{}</body></html>", html_of(&text));
            prop_assert_eq!(text_of(&stored), text);
        }

        #[test]
        fn anything_has_a_text(html in "([<>/!&;#x -]|br|div|style|amp|[a-z\"'\n]){0,60}") {
            text_of(&html);
        }
    }
}
