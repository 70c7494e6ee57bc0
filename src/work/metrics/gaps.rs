//! The breaks between the sessions of one date, found from when these began and ended. Pure.

use std::time::Duration;

use crate::work::work_sessions::model::BREAK;

/// The end of a session, in seconds after the midnight of its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionEnd {
    pub second: u32,
    /// Whether a break was due then, and not overdue.
    pub due: bool,
}

/// What the gaps between sessions come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gaps {
    pub breaks: u64,
    pub seconds: u64,
    /// Those before which a break was due.
    pub taken: u64,
}

/// The gaps of 5 minutes or more between an end and the next start of the same date. Both ascend. A session from the date
/// before has its end alone, one that goes on to the next its start.
pub fn gaps(starts: &[u32], ends: &[SessionEnd]) -> Gaps {
    let (mut found, mut starts, mut ends) = (Gaps::default(), starts.iter().peekable(), ends.iter().peekable());
    let (mut open, mut last) = (false, None::<SessionEnd>);
    while let Some(&&start) = starts.peek() {
        // Of what happens in the same second, a session that is open ends before the next one begins.
        if let Some(end) = ends.next_if(|end| end.second < start || (end.second == start && open)) {
            (open, last) = (false, Some(*end));
            continue;
        }
        starts.next();
        if let Some(last) = last.filter(|_| !open) {
            let length = Duration::from_secs((start - last.second).into());
            if length >= BREAK {
                found.breaks += 1;
                found.seconds += length.as_secs();
                found.taken += u64::from(last.due);
            }
        }
        open = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn end(minute: u32) -> SessionEnd {
        SessionEnd { second: minute * 60, due: false }
    }

    /// Of starts and ends in minutes: how many gaps and how many minutes.
    fn found(starts: &[u32], ends: &[u32]) -> (u64, u64) {
        let starts: Vec<u32> = starts.iter().map(|minute| minute * 60).collect();
        let ends: Vec<SessionEnd> = ends.iter().map(|minute| end(*minute)).collect();
        let gaps = gaps(&starts, &ends);
        (gaps.breaks, gaps.seconds / 60)
    }

    #[test]
    fn what_lies_between_sessions_of_a_date_is_a_break_when_it_is_long_enough() {
        for (starts, ends, expected) in [
            (&[][..], &[][..], (0, 0)),
            (&[540], &[600], (0, 0)),
            (&[540, 604], &[600, 660], (0, 0)),
            (&[540, 605], &[600, 660], (1, 5)),
            (&[540, 600, 700], &[600, 660, 720], (1, 40)),
            // One from the date before, and one that goes on to the next.
            (&[540], &[60], (1, 480)),
            (&[540, 1380], &[600], (1, 780)),
            (&[60], &[60, 120], (0, 0)),
            // One that took no time, between two others, at the end of one, and twice at once.
            (&[540, 620, 640], &[600, 620, 660], (2, 40)),
            (&[540, 600, 640], &[600, 600, 660], (1, 40)),
            (&[540, 540, 560], &[540, 540, 570], (1, 20)),
        ] {
            assert_eq!(found(starts, ends), expected, "{starts:?} {ends:?}");
        }
    }

    #[test]
    fn a_break_that_was_due_is_taken_in_a_gap_that_is_one() {
        let due = |minute| SessionEnd { due: true, ..end(minute) };
        let taken = |starts: &[u32], ends: &[SessionEnd]| gaps(starts, ends).taken;
        assert_eq!(taken(&[540 * 60, 605 * 60], &[due(600), due(660)]), 1);
        assert_eq!(taken(&[540 * 60, 604 * 60], &[due(600), due(660)]), 0);
        assert_eq!(taken(&[540 * 60, 605 * 60], &[end(600), due(660)]), 0);
    }

    proptest! {
        /// Sessions one after the other, each with the time until it begins and its length; the first may have begun before.
        #[test]
        fn agrees_with_looking_at_each_pair(sessions in prop::collection::vec((0..900_u32, 0..900_u32), 0..12), before in any::<bool>()) {
            let (mut at, mut starts, mut ends) = (0, Vec::new(), Vec::new());
            let mut expected = (0, 0);
            for (index, (gap, length)) in sessions.iter().enumerate() {
                if index > 0 && *gap >= 300 {
                    expected = (expected.0 + 1, expected.1 + u64::from(*gap));
                }
                if index > 0 || !before {
                    starts.push(at + gap);
                }
                at += gap + length;
                ends.push(SessionEnd { second: at, due: false });
            }
            let found = gaps(&starts, &ends);
            prop_assert_eq!((found.breaks, found.seconds), expected);
        }
    }
}
