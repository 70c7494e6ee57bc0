//! What belongs to connections by their number: where it stands in lists, and what is counted of it.

use crate::{
    kernel::Timestamp,
    ledger::{Counter, Family},
    store::Span,
};

/// How many tasks are linked, by the number of the connection; how many of them wait to be written there, and how many of
/// these will not be tried again.
pub const LINKED: Family = Counter::family("linked", 1);
pub const WAITING: Family = Counter::family("links_waiting", 1);
pub const FAILED: Family = Counter::family("links_failed", 1);

/// Bits of a place that are the second.
const SECONDS: u32 = 33;

/// A place among those of one connection.
pub fn place_of(number: u16, at: Timestamp) -> i64 {
    let seconds = (at.micros() / 1_000_000).clamp(0, (1 << SECONDS) - 1);
    (i64::from(number) << SECONDS) | seconds
}

/// The places of one connection, up to an instant.
pub fn places_of(number: u16, until: Option<Timestamp>) -> Span {
    let from = i64::from(number) << SECONDS;
    Span { from, until: until.map_or(from + (1 << SECONDS), |until| place_of(number, until) + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_connection_has_places_of_its_own_that_a_double_can_tell_apart() {
        let late = Timestamp::from_micros(i64::MAX);
        for number in [0, 1, 7, u16::MAX] {
            let span = places_of(number, None);
            assert_eq!((place_of(number, Timestamp::from_micros(-1)), place_of(number, late)), (span.from, span.until - 1));
            assert!(span.until <= 1 << 53);
        }
        let at = Timestamp::from_micros(5_000_000);
        assert_eq!(places_of(3, Some(at)).until, place_of(3, at) + 1);
    }
}
