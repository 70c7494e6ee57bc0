//! When a connection runs by schedule. Pure.

use std::time::Duration;

use super::model::{ConnectionId, Priority};
use crate::kernel::Timestamp;

/// After how many runs in a row that went wrong a connection counts as failed.
pub const FAILED_AFTER: u32 = 6;

impl Priority {
    /// How long it is from one run to the next by schedule.
    pub const fn interval(self) -> Duration {
        match self {
            Self::High => Duration::from_hours(1),
            Self::Normal => Duration::from_hours(4),
            Self::Low => Duration::from_hours(24),
        }
    }

    /// How long the message for a connection that is due waits, so that they do not all come at once, and those of low
    /// priority after the others. Shorter than the time between two looks at what is due.
    pub fn delay(self, id: ConnectionId) -> Duration {
        let (from, spread) = match self {
            Self::High => (0, 60),
            Self::Normal => (0, 300),
            Self::Low => (600, 900),
        };
        Duration::from_secs(from + u64::from(chance_of(id)) % spread)
    }
}

/// When the next run by schedule is: a tenth earlier or later than the interval says, as chance will have it.
pub fn next(priority: Priority, now: Timestamp, chance: u64) -> Timestamp {
    let thousandths = 900 + u32::try_from(chance % 201).unwrap_or_default();
    now.plus(priority.interval() * thousandths / 1000)
}

/// When it is tried again after so many runs in a row that went wrong: after a minute at first, and once a day in the end.
pub fn after_failures(failures: u32, now: Timestamp) -> Timestamp {
    if failures >= FAILED_AFTER {
        return now.plus(Duration::from_hours(24));
    }
    now.plus((Duration::from_mins(1) * (1 << failures.saturating_sub(1).min(16))).min(Duration::from_hours(6)))
}

/// What differs from one connection to another.
fn chance_of(id: ConnectionId) -> u16 {
    let bytes = id.uuid().into_bytes();
    u16::from_be_bytes([bytes[14], bytes[15]])
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::Id;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn the_next_run_is_within_a_tenth_of_the_interval_and_differs() {
        let mut seen = std::collections::BTreeSet::new();
        for chance in (0..500).chain([u64::MAX]) {
            for priority in Priority::ALL {
                let (wait, interval) = (next(*priority, NOW, chance).since(NOW), priority.interval());
                assert!(interval * 9 / 10 <= wait && wait <= interval * 11 / 10, "{priority:?}: {wait:?}");
                seen.insert(wait);
            }
        }
        assert_eq!(seen.len(), 3 * 201);
    }

    #[test]
    fn what_goes_wrong_is_tried_less_and_less() {
        let minutes = |failures| after_failures(failures, NOW).since(NOW).as_secs() / 60;
        assert_eq!([0, 1, 2, 3, 5, 6, 7, u32::MAX].map(minutes), [1, 1, 2, 4, 16, 1440, 1440, 1440]);
    }

    #[test]
    fn low_priority_waits_for_the_others_and_none_until_the_next_look() {
        for n in 0..1000_u128 {
            let id = Id::new(Uuid::from_u128(n * 7919));
            let [high, normal, low] = [Priority::High, Priority::Normal, Priority::Low].map(|priority| priority.delay(id));
            assert!(high < Duration::from_mins(1) && normal < Duration::from_mins(5), "{high:?} {normal:?}");
            assert!(Duration::from_mins(10) <= low && low < Duration::from_mins(30), "{low:?}");
        }
    }
}
