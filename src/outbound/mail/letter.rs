//! What a mail says, as text and as HTML. Pure. Everything in it is text, whoever wrote it.

use std::fmt::Write as _;

use crate::texts::Language;

/// A sentence or some, and where they lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub language: Language,
    /// One line.
    pub subject: String,
    pub text: String,
    pub button: Option<Link>,
    /// Below all.
    pub footer: Option<Link>,
}

/// An address with what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub url: String,
}

impl Letter {
    /// The text alone, for programs that show no HTML and people who want none.
    pub fn plain(&self) -> String {
        let mut plain = self.text.clone();
        for (before, link) in [("\n\n", &self.button), ("\n\n-- \n", &self.footer)] {
            if let Some(Link { label, url }) = link {
                let _infallible = write!(plain, "{before}{label}:\n{url}");
            }
        }
        plain.push('\n');
        plain
    }

    /// As HTML that loads nothing. `picture`: what an image in it has as its source, if there is one.
    pub fn html(&self, picture: Option<&str>) -> String {
        let picture = picture.map_or_else(String::new, |source| {
            format!("<p><img src=\"{}\" width=\"96\" height=\"96\" alt=\"\"></p>", escaped(source))
        });
        let link = |link: &Link, style: &str| {
            format!("<p><a href=\"{}\" style=\"{style}\">{}</a></p>", escaped(&link.url), escaped(&link.label))
        };
        let button =
            "display:inline-block;padding:10px 20px;border-radius:6px;background:#2e7d32;color:#ffffff;text-decoration:none";
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"font-family:sans-serif;line-height:1.5;max-width:36em\">{picture}<p>{}</p>{}{}</body></html>",
            self.language.name(),
            escaped(&self.subject),
            escaped(&self.text).replace('\n', "<br>"),
            self.button.as_ref().map_or_else(String::new, |of| link(of, button)),
            self.footer.as_ref().map_or_else(String::new, |of| link(of, "font-size:small;color:#666666")),
        )
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_the_same_in_both_forms_and_is_no_markup() {
        let link = |label: &str, url: &str| Some(Link { label: label.into(), url: url.into() });
        let letter = Letter {
            language: Language::En,
            subject: "A <b>".into(),
            text: "Home <script>alert('x')</script> & co.\nBye".into(),
            button: link("Open", "https://a.example/?a=1&b=\"2\""),
            footer: link("No more", "https://a.example/u"),
        };
        assert_eq!(
            letter.plain(),
            "Home <script>alert('x')</script> & co.\nBye\n\nOpen:\nhttps://a.example/?a=1&b=\"2\"\n\n-- \nNo more:\nhttps://a.example/u\n"
        );
        let html = letter.html(Some("cid:x"));
        for part in [
            "<html lang=\"en\">",
            "<title>A &lt;b&gt;</title>",
            "Home &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; co.<br>Bye",
            "href=\"https://a.example/?a=1&amp;b=&quot;2&quot;\"",
            "src=\"cid:x\"",
            ">No more</a>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let bare = Letter { button: None, footer: None, ..letter };
        assert!(!bare.html(None).contains("<img") && !bare.html(None).contains("<a ") && !bare.plain().contains("-- "));
    }
}
