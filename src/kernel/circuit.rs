//! When a thing that fails is not tried for a while.

use std::time::Duration;

use super::Timestamp;

const FAILURES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(10);

/// Failures in a row, and when the latest was.
#[derive(Debug, Default)]
pub struct Circuit {
    failures: u32,
    failed_at: Option<Timestamp>,
}

impl Circuit {
    /// Whether to try: not in the ten seconds after the fifth failure in a row, nor in those after each further one.
    pub fn lets_through(&self, now: Timestamp) -> bool {
        self.failures < FAILURES || self.failed_at.is_none_or(|at| at > now || now.since(at) >= PAUSE)
    }

    /// Whether it is the one with which it is not tried any more.
    pub fn failed(&mut self, now: Timestamp) -> bool {
        self.failures = self.failures.saturating_add(1);
        self.failed_at = Some(now);
        self.failures == FAILURES
    }

    /// Whether it had not been tried any more.
    pub fn succeeded(&mut self) -> bool {
        std::mem::take(&mut self.failures) >= FAILURES
    }

    pub fn is_failing(&self) -> bool {
        self.failures > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_open_it_for_ten_seconds() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let mut circuit = Circuit::default();
        for second in 0..5 {
            assert!(circuit.lets_through(at(second)));
            assert_eq!(circuit.failed(at(second)), second == 4);
        }
        assert!(!circuit.lets_through(at(4)) && !circuit.lets_through(at(13)) && circuit.is_failing());
        // One that fails then closes it for as long once more. A clock that was set back does not keep it closed.
        assert!(circuit.lets_through(at(14)) && circuit.lets_through(at(3)));
        circuit.failed(at(14));
        assert!(!circuit.lets_through(at(15)) && circuit.lets_through(at(24)));
        assert!(circuit.succeeded() && !circuit.succeeded() && !circuit.is_failing());
        assert!(circuit.lets_through(at(15)));
    }
}
