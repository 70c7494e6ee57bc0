//! How often one caller may ask for what costs us a computation or tells something about names: counted in this process, and
//! before any of it is done.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{Quota, RateLimiter, clock, middleware::NoOpMiddleware, state::keyed::HashMapStateStore};
use uuid::Uuid;

use crate::kernel::{Clock as _, Code, Error, ManualClock, Result, Timestamp, UserId, network::one_caller};

/// How many callers each budget knows at most. Whoever has more addresses than that has as many budgets; then all begin anew.
const CALLERS: usize = 50_000;

/// The budgets of the routes that need no token. Whoever shows that they have logged in before has another one, since many
/// may share an address with whoever uses its budget up.
#[derive(Debug)]
pub struct Budgets {
    register: Budget<IpAddr>,
    login: Budget<IpAddr>,
    refresh: Budget<IpAddr>,
    account: Budget<UserId>,
    family: Budget<Uuid>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Registration,
    Login,
    Refresh,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            register: Budget::new(10, Duration::from_secs(30)),
            login: Budget::new(20, Duration::from_secs(3)),
            refresh: Budget::new(60, Duration::from_secs(1)),
            account: Budget::new(10, Duration::from_secs(6)),
            family: Budget::new(10, Duration::from_secs(6)),
        }
    }
}

impl Budgets {
    /// Takes one from the budget of the address; who has none is not limited. Errors: `TooManyAttempts`.
    pub fn take(&self, asked: Asked, address: Option<IpAddr>, now: Timestamp) -> Result<()> {
        let budget = match asked {
            Asked::Registration => &self.register,
            Asked::Login => &self.login,
            Asked::Refresh => &self.refresh,
        };
        address.map_or(Ok(()), |address| budget.take(&one_caller(address), now))
    }

    /// Takes one from that of the account which a known browser belongs to. Errors: `TooManyAttempts`.
    pub fn take_of_account(&self, user: UserId, now: Timestamp) -> Result<()> {
        self.account.take(&user, now)
    }

    /// Takes one from that of a family of refresh tokens. Errors: `TooManyAttempts`.
    pub fn take_of_family(&self, family: Uuid, now: Timestamp) -> Result<()> {
        self.family.take(&family, now)
    }
}

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, CallTime, NoOpMiddleware<Duration>>;

/// So many at once, and one more for each period.
pub struct Budget<K: Hash + Eq + Clone> {
    quota: Quota,
    time: CallTime,
    limiter: Mutex<Limiter<K>>,
}

impl<K: Hash + Eq + Clone> Budget<K> {
    pub fn new(at_once: u32, period: Duration) -> Self {
        let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(period).unwrap_or(Quota::per_second(at_once)).allow_burst(at_once);
        let time = CallTime(Arc::new(ManualClock::at(Timestamp::from_micros(0))));
        Self { quota, limiter: Mutex::new(RateLimiter::hashmap_with_clock(quota, time.clone())), time }
    }

    /// Takes one from the budget of the caller. Errors: `TooManyAttempts`.
    pub fn take(&self, caller: &K, now: Timestamp) -> Result<()> {
        let mut limiter = self.limiter();
        self.time.0.set(now);
        if limiter.len() >= CALLERS {
            limiter.retain_recent();
        }
        if limiter.len() >= CALLERS {
            *limiter = self.anew();
        }
        let Err(not_until) = limiter.check_key(caller) else { return Ok(()) };
        let wait = not_until.wait_time_from(clock::Clock::now(&self.time));
        if wait > self.quota.replenish_interval() {
            // Nobody waits longer than for the next one: the clock was set back, and what was counted tells nothing.
            *limiter = self.anew();
            let _first = limiter.check_key(caller);
            return Ok(());
        }
        let wait = Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        Err(Error::new(Code::TooManyAttempts, "Too many requests from this network; try again later").after(wait))
    }

    fn anew(&self) -> Limiter<K> {
        RateLimiter::hashmap_with_clock(self.quota, self.time.clone())
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter<K>> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> std::fmt::Debug for Budget<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget").field("quota", &self.quota).finish_non_exhaustive()
    }
}

/// The time of the call that is being counted.
#[derive(Debug, Clone)]
struct CallTime(Arc<ManualClock>);

impl clock::Clock for CallTime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(self.0.now().micros().try_into().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros((1_767_323_045 + seconds) * 1_000_000)
    }

    fn ip(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn so_many_at_once_and_then_one_for_each_period() {
        for (asked, at_once, period) in [(Asked::Registration, 10, 30), (Asked::Login, 20, 3), (Asked::Refresh, 60, 1)] {
            let budgets = Budgets::default();
            for n in 0..at_once {
                assert!(budgets.take(asked, Some(ip(1)), at(0)).is_ok(), "{asked:?} {n}");
            }
            let refused = budgets.take(asked, Some(ip(1)), at(0)).expect_err("too many");
            assert_eq!((refused.code(), refused.retry_after()), (Code::TooManyAttempts, Some(Duration::from_secs(period))));
            // Neither others, nor other requests, nor those without a budget are concerned.
            assert!(budgets.take(asked, Some(ip(2)), at(0)).is_ok() && budgets.take(asked, None, at(0)).is_ok());
            let wait = i64::try_from(period).expect("seconds");
            assert!(budgets.take(asked, Some(ip(1)), at(wait)).is_ok());
            assert!(budgets.take(asked, Some(ip(1)), at(wait)).is_err());
        }
    }

    #[test]
    fn the_addresses_of_one_caller_have_one_budget() {
        let budgets = Budgets::default();
        let address = |n: u32| format!("2001:db8:1:2::{n:x}").parse().ok();
        for n in 0..20 {
            assert!(budgets.take(Asked::Login, address(n), at(0)).is_ok());
        }
        assert!(budgets.take(Asked::Login, address(99), at(0)).is_err());
    }

    #[test]
    fn a_bounded_number_of_callers_is_known() {
        let budget = Budget::new(1, Duration::from_hours(1));
        let last = 3 * CALLERS - 2;
        for n in 0..=last {
            assert!(budget.take(&n, at(0)).is_ok());
        }
        assert!(budget.limiter().len() < CALLERS);
        assert!(budget.take(&last, at(0)).is_err());
    }

    #[test]
    fn those_whose_budget_is_full_again_make_room() {
        let budget = Budget::new(2, Duration::from_secs(1));
        for n in 0..CALLERS - 1 {
            assert!(budget.take(&n, at(0)).is_ok());
        }
        let last = CALLERS;
        assert!((0..2).all(|_| budget.take(&last, at(60)).is_ok()));
        assert!(budget.take(&last, at(60)).is_err(), "forgotten to make room");
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let budget = Budget::new(1, Duration::from_secs(1));
        assert!(budget.take(&1, at(100_000)).is_ok());
        assert!(budget.take(&1, at(0)).is_ok());
        assert!(budget.take(&1, at(0)).is_err());
    }
}
