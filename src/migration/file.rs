//! An export cut into its documents, one at a time, so that the file may be larger than the memory. Knows where a
//! document begins and ends, and nothing of what is in it.

use std::io::{self, BufRead};

/// The most bytes that a document may have: what the original's container accepted.
const MAX_DOCUMENT: usize = 2 * 1024 * 1024;

/// A document as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub place: Place,
    pub body: Body,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Body {
    Whole(Vec<u8>),
    /// Larger than any document can be.
    TooLarge,
    /// The file ended before the array did: cut off, or broken so that nothing after this could be told apart.
    Unended,
}

/// Where a document stands, as a person looks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The line, counted from 1.
    Line(u64),
    /// The element of the array, counted from 1.
    Element(u64),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Element(number) => write!(f, "element {number}"),
        }
    }
}

/// Cuts a JSON array or JSON lines, whichever the file begins as.
#[derive(Debug)]
pub struct Pieces<R> {
    file: R,
    shape: Shape,
    number: u64,
    read: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lines,
    Array,
    /// There is nothing more.
    Over,
}

impl<R: BufRead> Pieces<R> {
    /// Looks at the beginning of the file. Errors: when it cannot be read or is not UTF-8.
    pub fn new(mut file: R) -> io::Result<Self> {
        let mut read = 0;
        if file.fill_buf()?.starts_with(&[0xff, 0xfe]) || file.fill_buf()?.starts_with(&[0xfe, 0xff]) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is UTF-16; convert it to UTF-8"));
        }
        if file.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            file.consume(3);
            read += 3;
        }
        let mut number = 0;
        let shape = loop {
            match file.fill_buf()?.first() {
                None => break Shape::Over,
                Some(b'[') => break Shape::Array,
                Some(byte) if !byte.is_ascii_whitespace() => break Shape::Lines,
                Some(byte) => number += u64::from(*byte == b'\n'),
            }
            file.consume(1);
            read += 1;
        };
        if shape == Shape::Array {
            file.consume(1);
            (read, number) = (read + 1, 0);
        }
        Ok(Self { file, shape, number, read })
    }

    /// How many bytes have been read.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// The next document; a blank line is none.
    pub fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        while self.shape != Shape::Over {
            self.number += 1;
            let (place, body) = match self.shape {
                Shape::Array => (Place::Element(self.number), self.cut(InArray::default())?),
                _ => (Place::Line(self.number), self.cut(InLines)?),
            };
            if !matches!(&body, Body::Whole(text) if text.trim_ascii().is_empty()) {
                return Ok(Some(Piece { place, body }));
            }
        }
        Ok(None)
    }

    /// Reads up to the end of a document and past what ends it.
    fn cut(&mut self, mut scan: impl Scan) -> io::Result<Body> {
        let mut text = Some(Vec::new());
        loop {
            let buffer = self.file.fill_buf()?;
            if buffer.is_empty() {
                let unended = self.shape == Shape::Array;
                self.shape = Shape::Over;
                return Ok(if unended { Body::Unended } else { text.map_or(Body::TooLarge, Body::Whole) });
            }
            let found = buffer.iter().enumerate().find_map(|(index, &byte)| scan.end(byte).map(|end| (index, end)));
            let taken = found.as_ref().map_or(buffer.len(), |(index, _)| *index);
            if text.as_ref().is_some_and(|text| text.len() + taken > MAX_DOCUMENT) {
                text = None;
            }
            if let Some(text) = &mut text {
                text.extend_from_slice(&buffer[..taken]);
            }
            let consumed = taken + usize::from(found.is_some());
            self.file.consume(consumed);
            self.read += consumed as u64;
            if let Some((_, end)) = found {
                if end == End::OfArray {
                    // What follows belongs together, and is a document that cannot be read unless it is blank.
                    self.shape = Shape::Lines;
                }
                return Ok(text.map_or(Body::TooLarge, Body::Whole));
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    OfDocument,
    OfArray,
}

trait Scan {
    /// Whether the byte, which is no part of the document, ends it.
    fn end(&mut self, byte: u8) -> Option<End>;
}

struct InLines;

impl Scan for InLines {
    fn end(&mut self, byte: u8) -> Option<End> {
        (byte == b'\n').then_some(End::OfDocument)
    }
}

/// Looks at brackets and quotes alone, so that one document that is not JSON does not take the others with it.
#[derive(Default)]
struct InArray {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

impl Scan for InArray {
    fn end(&mut self, byte: u8) -> Option<End> {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                // A text cannot go over the end of a line, so one that does has lost its quote.
                b'"' | b'\n' => self.in_text = false,
                _ => {}
            }
            return None;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b',' if self.depth == 0 => return Some(End::OfDocument),
            b']' if self.depth == 0 => return Some(End::OfArray),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &[u8]) -> Vec<(u64, String)> {
        // A tiny buffer, so that every cut falls between two reads somewhere.
        let mut pieces = Pieces::new(io::BufReader::with_capacity(3, text)).expect("a beginning");
        let mut found = Vec::new();
        while let Some(piece) = pieces.next_piece().expect("a piece") {
            let (Place::Line(number) | Place::Element(number)) = piece.place;
            let text = match piece.body {
                Body::Whole(text) => String::from_utf8(text).expect("UTF-8").trim().to_owned(),
                other => format!("{other:?}"),
            };
            found.push((number, text));
        }
        assert_eq!(pieces.read(), text.len() as u64);
        found
    }

    fn numbered(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
        expected.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
    }

    #[test]
    fn cuts_lines_and_counts_the_blank_ones() {
        let text = b"\xef\xbb\xbf\n{\"a\":1}\r\n\n{\"b\":\"[,]\"}";
        assert_eq!(pieces(text), numbered(&[(2, r#"{"a":1}"#), (4, r#"{"b":"[,]"}"#)]));
        assert!(pieces(b"").is_empty() && pieces(b" \n \n").is_empty());
    }

    #[test]
    fn cuts_an_array_whatever_is_in_its_texts() {
        let text = br#" [ {"a":[1,{"b":2}]} , {"c":"],}{\"\\"},
            7, "x" ] "#;
        let expected = [(1, r#"{"a":[1,{"b":2}]}"#), (2, r#"{"c":"],}{\"\\"}"#), (3, "7"), (4, r#""x""#)];
        assert_eq!(pieces(text), numbered(&expected));
        assert!(pieces(b"[]").is_empty() && pieces(b"[\n]\n").is_empty());
    }

    #[test]
    fn one_broken_element_does_not_take_the_next_one_with_it() {
        assert_eq!(
            pieces(b"[{\"a\": nothing}, 5x,\n{\"c\": 1}]"),
            numbered(&[(1, r#"{"a": nothing}"#), (2, "5x"), (3, r#"{"c": 1}"#)])
        );
        assert_eq!(pieces(b"[1] 2"), numbered(&[(1, "1"), (2, "2")]));
    }

    #[test]
    fn an_array_that_does_not_end_is_told() {
        for text in ["[1,", "[1,2", "[1,{\"b\":", "[1,{\"b\": \"no quote},\n{\"c\": 1}]"] {
            assert_eq!(pieces(text.as_bytes()), numbered(&[(1, "1"), (2, "Unended")]), "{text}");
        }
        assert_eq!(pieces(b"["), numbered(&[(1, "Unended")]));
    }

    #[test]
    fn what_is_too_large_is_passed_over() {
        let text = format!("{}\n{{}}", "x".repeat(MAX_DOCUMENT + 1));
        let mut pieces = Pieces::new(text.as_bytes()).expect("a beginning");
        assert_eq!(pieces.next_piece().expect("a piece"), Some(Piece { place: Place::Line(1), body: Body::TooLarge }));
        assert_eq!(pieces.next_piece().expect("a piece").map(|piece| piece.body), Some(Body::Whole(b"{}".to_vec())));
        let mut almost = Pieces::new(&text.as_bytes()[1..]).expect("a beginning");
        assert!(matches!(almost.next_piece().expect("a piece").expect("one").body, Body::Whole(_)));
    }

    #[test]
    fn another_encoding_is_told() {
        assert!(Pieces::new(&b"\xff\xfe[\0]\0"[..]).is_err());
    }
}
