//! Answers of WebDAV as a tree, names with their namespaces. Pure.

use quick_xml::{
    escape::escape,
    events::{BytesStart, Event},
    name::{Namespace, ResolveResult},
    reader::NsReader,
};

pub(super) const DAV: &str = "DAV:";
pub(super) const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
pub(super) const CALENDARSERVER: &str = "http://calendarserver.org/ns/";

/// No answer that is meant well is deeper.
const DEEPEST: usize = 40;

#[derive(Debug, Default)]
pub(super) struct Element {
    namespace: String,
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// `None` for a text that is no XML.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut reader = NsReader::from_str(std::str::from_utf8(text).ok()?);
        let mut open = vec![Self::default()];
        loop {
            let (namespace, event) = reader.read_resolved_event().ok()?;
            match event {
                Event::Start(tag) => {
                    if open.len() > DEEPEST {
                        return None;
                    }
                    let begun = Self::begun(&namespace, &tag)?;
                    open.push(begun);
                }
                Event::Empty(tag) => {
                    let empty = Self::begun(&namespace, &tag)?;
                    open.last_mut()?.children.push(empty);
                }
                Event::End(_) => {
                    let ended = open.pop()?;
                    open.last_mut()?.children.push(ended);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content().ok()?),
                Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content().ok()?),
                Event::GeneralRef(reference) => {
                    let char = match reference.resolve_char_ref().ok()? {
                        Some(char) => char,
                        None => named(&reference.decode().ok()?)?,
                    };
                    open.last_mut()?.text.push(char);
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let [root] = &mut open[..] else { return None };
        root.children.pop()
    }

    fn begun(namespace: &ResolveResult<'_>, tag: &BytesStart<'_>) -> Option<Self> {
        let namespace = match namespace {
            ResolveResult::Bound(Namespace(name)) => String::from_utf8_lossy(name).into_owned(),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
        };
        let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.ok()?;
            let value = String::from_utf8_lossy(&attribute.value).into_owned();
            attributes.push((String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned(), value));
        }
        Some(Self { namespace, name, attributes, ..Self::default() })
    }

    pub(super) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    pub(super) fn children<'a>(&'a self, namespace: &'a str, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    pub(super) fn child(&self, namespace: &str, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(namespace, name))
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(is, _)| is == name).map(|(_, value)| &**value)
    }

    /// The `href` within it.
    pub(super) fn href(&self) -> Option<&str> {
        self.child(DAV, "href").map(|href| href.text().trim())
    }
}

/// The five entities that XML has without a document saying so.
fn named(entity: &str) -> Option<char> {
    Some(match entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

/// A `multistatus` (RFC 4918, 14.16).
#[derive(Debug)]
pub(super) struct Multistatus(Element);

/// What it says of one resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Response<'a>(&'a Element);

impl Multistatus {
    /// `None` for anything else.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        Element::read(text).filter(|root| root.is(DAV, "multistatus")).map(Self)
    }

    pub(super) fn responses(&self) -> impl Iterator<Item = Response<'_>> {
        self.0.children(DAV, "response").map(Response)
    }

    /// From which a later `sync-collection` goes on (RFC 6578, 6.2).
    pub(super) fn sync_token(&self) -> Option<&str> {
        self.0.child(DAV, "sync-token").map(|token| token.text().trim())
    }
}

impl<'a> Response<'a> {
    pub(super) fn href(self) -> Option<&'a str> {
        self.0.href()
    }

    /// Of the resource as a whole.
    pub(super) fn status(self) -> Option<u16> {
        status_of(self.0)
    }

    /// A property that it has.
    pub(super) fn property(self, namespace: &str, name: &str) -> Option<&'a Element> {
        let mut stats = self.0.children.iter().filter(|child| child.is(DAV, "propstat") && status_of(child) == Some(200));
        stats.find_map(|stat| stat.child(DAV, "prop")?.child(namespace, name))
    }
}

/// Such as `HTTP/1.1 404 Not Found`.
fn status_of(element: &Element) -> Option<u16> {
    element.child(DAV, "status")?.text().split_whitespace().nth(1)?.parse().ok()
}

/// Whether the body of a refusal names that condition (RFC 4918, 16).
pub(super) fn refused_for(body: &[u8], namespace: &str, condition: &str) -> bool {
    Element::read(body).is_some_and(|error| error.is(DAV, "error") && error.child(namespace, condition).is_some())
}

/// A text as it stands between tags.
pub(super) fn escaped(text: &str) -> String {
    escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_their_namespaces() {
        let text = br#"<?xml version="1.0"?><ns0:multistatus xmlns:ns0="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
            <ns0:response><ns0:href> /a%20b/ </ns0:href>
              <ns0:propstat><ns0:prop><getetag xmlns="DAV:">"1"</getetag><c:getetag>no</c:getetag></ns0:prop><ns0:status>HTTP/1.1 200 OK</ns0:status></ns0:propstat>
              <ns0:propstat><ns0:prop><ns0:owner/></ns0:prop><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:propstat></ns0:response>
            <ns0:response><ns0:href>/gone</ns0:href><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:response>
            <ns0:sync-token>abc</ns0:sync-token></ns0:multistatus>"#;
        let answer = Multistatus::read(text).unwrap();
        let [first, second] = answer.responses().collect::<Vec<_>>()[..] else { panic!("{answer:?}") };
        assert_eq!((first.href(), first.status()), (Some("/a%20b/"), None));
        assert_eq!(first.property(DAV, "getetag").map(Element::text), Some("\"1\""));
        assert!(first.property(DAV, "owner").is_none());
        assert_eq!((second.status(), answer.sync_token()), (Some(404), Some("abc")));
    }

    #[test]
    fn texts_are_what_they_stand_for() {
        let root = Element::read(b"<a x='1'>&lt;b&#13;\n<![CDATA[<&]]>\r\n</a>").unwrap();
        assert_eq!((root.text(), root.attribute("x")), ("<b\r\n<&\n", Some("1")));
        assert_eq!(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in ["", "html", "<a>", "<a></b>", "<a>&unknown;</a>", &"<a>".repeat(100_000)] {
            assert!(Element::read(text.as_bytes()).is_none(), "{}", text.chars().take(20).collect::<String>());
        }
        assert!(Multistatus::read(b"<multistatus/>").is_none());
        assert!(Element::read(b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>").is_none());
    }
}
