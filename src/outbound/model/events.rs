//! Server-sent events, as far as hosts of models send them. Pure.

/// The longest event that is read.
const LONGEST: usize = 256 << 10;

/// Finds the data of events in pieces of a stream, wherever these are cut.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The line that has not ended.
    line: Vec<u8>,
    data: Option<String>,
    after_return: bool,
}

/// An event is longer than any that a host sends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Events {
    /// The data of each event that ends in this piece.
    pub fn take(&mut self, piece: &[u8]) -> Result<Vec<String>, TooLarge> {
        let mut found = Vec::new();
        for byte in piece {
            let follows_return = std::mem::replace(&mut self.after_return, *byte == b'\r');
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => found.extend(self.end_line()),
                _ => self.line.push(*byte),
            }
            if self.line.len() + self.data.as_ref().map_or(0, String::len) > LONGEST {
                return Err(TooLarge);
            }
        }
        Ok(found)
    }

    /// The event that ends with this line.
    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.data.take();
        }
        let line = String::from_utf8_lossy(&line);
        // Comments keep the connection open; names and ids of events say nothing here.
        if let Some(value) = line.strip_prefix("data:") {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_wherever_the_stream_is_cut() {
        let stream = ": hello\n\ndata: {\"a\":\"é\"}\n\nevent: x\r\ndata:one\r\ndata: two\r\nid: 7\r\n\r\ndata: [DONE]\r\rdata: not ended\n";
        let expected = ["{\"a\":\"é\"}", "one\ntwo", "[DONE]"];
        for size in 1..=stream.len() {
            let mut events = Events::default();
            let found: Vec<String> =
                stream.as_bytes().chunks(size).flat_map(|piece| events.take(piece).expect("small")).collect();
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_event_without_an_end_is_not_kept() {
        let mut events = Events::default();
        let line = format!("data: {}\n", "x".repeat(1000));
        let pieces = (0..1000).map(|_| events.take(line.as_bytes())).take_while(Result::is_ok).count();
        assert!((250..270).contains(&pieces), "{pieces}");
        let mut events = Events::default();
        assert_eq!(events.take(&vec![b'x'; LONGEST + 1]), Err(TooLarge));
    }
}
