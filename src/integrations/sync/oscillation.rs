//! Whether an item goes to and fro between us and another tool. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kernel::Timestamp;

/// So many pushes of one item within that time are the most that are done without an edit here.
const PUSHES: usize = 3;
const WITHIN: Duration = Duration::from_mins(10);

/// The last pushes of one item, kept with its link: where another tool changes back what we write, or two connections of one task
/// write in turns, each push has the next one follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pushes(Vec<Timestamp>);

impl Pushes {
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// With one more. `edited_at` is when the task was last edited by a person: pushes before that are accounted for.
    #[must_use]
    pub fn with(&self, now: Timestamp, edited_at: Option<Timestamp>) -> Self {
        let counts = |at: &Timestamp| now.since(*at) < WITHIN && edited_at.is_none_or(|edited| *at > edited);
        let mut kept: Vec<_> = self.0.iter().copied().filter(counts).collect();
        kept.push(now);
        // One more than are allowed says all that more would say.
        let surplus = kept.len().saturating_sub(PUSHES + 1);
        Self(kept.split_off(surplus))
    }

    /// Whether it goes to and fro: the link is then to be left alone until a person edits the task or resumes the connection.
    pub fn oscillate(&self) -> bool {
        self.0.len() > PUSHES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourth_push_within_ten_minutes_without_an_edit_is_too_many() {
        let minute = |minute: u64| Timestamp::from_micros(0).plus(Duration::from_mins(minute));
        let pushes = |minutes: &[u64], edited: Option<u64>| {
            minutes.iter().fold(Pushes::default(), |pushes, at| pushes.with(minute(*at), edited.map(minute)))
        };
        assert!(!pushes(&[0, 1, 2], None).oscillate());
        assert!(pushes(&[0, 1, 2, 3], None).oscillate());
        assert!(!pushes(&[0, 5, 9, 10], None).oscillate());
        assert!(pushes(&[0, 5, 9, 10, 11, 12], None).oscillate());
        assert!(!pushes(&[1, 2, 3, 4], Some(1)).oscillate());
        assert!(pushes(&[1, 2, 3, 4, 5], Some(1)).oscillate());
        assert!(pushes(&(0..60).collect::<Vec<_>>(), None).0.len() == 4);
    }
}
