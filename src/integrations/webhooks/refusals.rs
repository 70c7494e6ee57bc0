//! How many deliveries were refused of late, counted in this process alone: whoever makes us refuse makes us write nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::model::WebhookId;
use crate::kernel::Timestamp;

/// So many within that time are suspect.
const MANY: usize = 20;
const WITHIN: Duration = Duration::from_mins(10);
/// Of so many webhooks it is counted at most.
const WEBHOOKS: usize = 10_000;

#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<WebhookId, VecDeque<Timestamp>>>);

impl Refusals {
    /// Counts one; whether it completes as many as are suspect, after which counting begins anew.
    pub fn count(&self, webhook: WebhookId, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= WEBHOOKS && !all.contains_key(&webhook) {
            all.retain(|_, times| times.back().is_some_and(|last| now.since(*last) < WITHIN));
            if all.len() >= WEBHOOKS {
                all.clear();
            }
        }
        let times = all.entry(webhook).or_default();
        times.retain(|at| now.since(*at) < WITHIN);
        times.push_back(now);
        let many = times.len() >= MANY;
        if many {
            all.remove(&webhook);
        }
        many
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(1_767_323_045_000_000).plus(Duration::from_secs(seconds))
    }

    fn webhook(n: u64) -> WebhookId {
        WebhookId::new(Uuid::from_u128(n.into()))
    }

    #[test]
    fn twenty_within_ten_minutes_are_many_and_are_told_once() {
        let refusals = Refusals::default();
        let told: Vec<u64> = (0..60).filter(|n| refusals.count(webhook(1), at(*n))).collect();
        assert_eq!(told, [19, 39, 59]);
        // Those of others do not count, nor those of long ago.
        let refusals = Refusals::default();
        assert!((0..200).all(|n| !refusals.count(webhook(n), at(0))));
        assert!((0..200).all(|n| !refusals.count(webhook(500), at(n * 32))));
        assert!((0..20).any(|n| refusals.count(webhook(500), at(6_400 + n))));
    }

    #[test]
    fn a_bounded_number_of_webhooks_is_known() {
        let refusals = Refusals::default();
        for n in 0..3 * WEBHOOKS as u64 {
            assert!(!refusals.count(webhook(n), at(0)));
        }
        assert!(refusals.0.lock().expect("free").len() <= WEBHOOKS);
    }
}
