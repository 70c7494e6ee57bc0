//! Stretches of time, and what is left of one when others are taken out. Pure.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A stretch of time that may still be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub from: Timestamp,
    /// `None` while it lasts.
    pub to: Option<Timestamp>,
}

impl Interval {
    pub fn open(from: Timestamp) -> Self {
        Self { from, to: None }
    }

    pub fn is_open(&self) -> bool {
        self.to.is_none()
    }

    /// The part of it within the bounds, an open one ending with them; `None` when nothing is left.
    #[must_use]
    pub fn within(self, from: Timestamp, to: Timestamp) -> Option<Self> {
        let (from, to) = (self.from.max(from), self.to.unwrap_or(to).min(to));
        (from < to).then_some(Self { from, to: Some(to) })
    }
}

/// What the stretch from `from` to `to` has outside the given ones, which ascend and do not overlap.
pub fn outside(from: Timestamp, to: Timestamp, taken: &[Interval]) -> Vec<(Timestamp, Timestamp)> {
    let mut left = Vec::with_capacity(taken.len() + 1);
    let mut reached = from;
    for interval in taken.iter().filter_map(|interval| interval.within(from, to)) {
        if reached < interval.from {
            left.push((reached, interval.from));
        }
        reached = reached.max(interval.to.unwrap_or(to));
    }
    if reached < to {
        left.push((reached, to));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_is_missing_and_nothing_else() {
        let at = Timestamp::from_micros;
        let closed = |from, to| Interval { from: at(from), to: Some(at(to)) };
        let taken = [closed(-5, 2), closed(4, 4), closed(5, 7), Interval::open(at(9))];
        assert_eq!(outside(at(0), at(12), &taken), [(at(2), at(5)), (at(7), at(9))]);
        assert_eq!(outside(at(0), at(12), &[]), [(at(0), at(12))]);
        assert_eq!(outside(at(3), at(3), &[]), []);
        assert_eq!(outside(at(5), at(7), &taken), []);
    }
}
