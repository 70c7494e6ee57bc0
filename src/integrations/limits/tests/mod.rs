//! Limits: that they hold whatever is asked, what is learned of answers, and what becomes of them without Redis.

mod redis;

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use super::{
    gcra::{Decision, Level, Limit, Urgency, decide, owed},
    learned::{Learned, Left},
    limiter::{Asker, Limits},
    quotas,
};
use crate::{
    kernel::{ManualClock, Timestamp},
    outbound::{
        http::{Answer, Effect},
        providers::ProviderName,
    },
};

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
const SECOND: i64 = 1_000_000;

/// Somebody asks for so many units of some of three levels, so long after the one before.
#[derive(Debug, Clone)]
struct Ask {
    gap: i64,
    units: u32,
    of: [bool; 3],
    urgency: Urgency,
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let urgency = prop_oneof![Just(Urgency::Person), Just(Urgency::Background)];
    let gap = prop_oneof![Just(0), 0..SECOND, 0..100 * SECOND];
    let ask = (gap, 1..12_u32, any::<[bool; 3]>(), urgency);
    prop::collection::vec(ask.prop_map(|(gap, units, of, urgency)| Ask { gap, units, of, urgency }), 1..80)
}

fn limits() -> impl Strategy<Value = [Limit; 3]> {
    let limit = (5 * SECOND..60 * SECOND, 1..30_i64).prop_map(|(interval, burst)| Limit { interval, burst });
    [limit.clone(), limit.clone(), limit]
}

/// What was sent at one level: when, and how much of it.
type Sent = Vec<(i64, i64)>;

/// In no time `t` more than what the burst and `t` allow. `cost`: of one unit.
fn assert_holds(limit: Limit, sent: &mut Sent) {
    sent.sort_unstable();
    for first in 0..sent.len() {
        let mut cost = 0;
        for last in first..sent.len() {
            cost += sent[last].1;
            let time = sent[last].0 - sent[first].0;
            assert!(cost <= limit.burst * limit.interval + time, "{cost} in {time} of {limit:?}: {sent:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_level_ever_sends_more_than_its_burst_and_its_rate(limits in limits(), asks in asks(), patience in 0..20 * SECOND) {
        let (mut now, mut filled, mut sent) = (NOW.micros(), [0; 3], [const { Vec::new() }; 3]);
        for ask in asks {
            now += ask.gap;
            let of: Vec<usize> = (0..3).filter(|level| ask.of[*level]).collect();
            let levels: Vec<Level> = of.iter().map(|level| limits[*level].level(ask.units, ask.urgency)).collect();
            let before: Vec<i64> = of.iter().map(|level| filled[*level]).collect();
            let mut after = before.clone();
            let wait = match decide(now, patience, &levels, &mut after) {
                Decision::Allowed(wait) => {
                    prop_assert!((0..=patience).contains(&wait));
                    for (level, asked) in of.iter().zip(&levels) {
                        sent[*level].push((now + wait, asked.cost));
                    }
                    wait
                }
                Decision::Denied(wait) => {
                    prop_assert!(wait > patience);
                    prop_assert_eq!(&before, &after, "taken although it was denied");
                    wait
                }
            };
            // It is the earliest instant: by then it is allowed at once, and not before.
            let at_once = |now| decide(now, 0, &levels, &mut before.clone());
            prop_assert_eq!(at_once(now + wait), Decision::Allowed(0));
            prop_assert!(wait == 0 || at_once(now + wait - 1) == Decision::Denied(1));
            for (level, filled_now) in of.iter().zip(after) {
                filled[*level] = filled_now;
            }
        }
        for (limit, mut sent) in limits.into_iter().zip(sent) {
            assert_holds(limit, &mut sent);
        }
    }

    #[test]
    fn the_shares_of_all_instances_are_no_more_than_the_limit(asks in asks(), burst in 1..9_i64) {
        let limit = Limit { interval: 5 * SECOND, burst: burst * 10 };
        let (mut now, mut filled, mut sent) = (NOW.micros(), [[0]; 10], Sent::new());
        for ask in asks.iter().cycle().take(1_000) {
            now += ask.gap / 50;
            let level = limit.level(1, Urgency::Person);
            for of_instance in &mut filled {
                if let Decision::Allowed(wait) = decide(now, SECOND, &[level.share()], of_instance) {
                    sent.push((now + wait, level.cost));
                }
            }
        }
        prop_assert!(!sent.is_empty());
        assert_holds(limit, &mut sent);
    }
}

#[test]
fn a_tenth_of_a_burst_is_for_what_a_person_waits_for() {
    let limit = Limit { interval: SECOND, burst: 20 };
    let mut filled = [0];
    let mut ask = |units, urgency| decide(NOW.micros(), 0, &[limit.level(units, urgency)], &mut filled);
    assert_eq!(ask(18, Urgency::Background), Decision::Allowed(0));
    assert_eq!(ask(1, Urgency::Background), Decision::Denied(SECOND));
    assert_eq!(ask(2, Urgency::Person), Decision::Allowed(0));
    assert_eq!(ask(1, Urgency::Person), Decision::Denied(SECOND));
    // What is larger than all there is goes alone, and does not wait for ever.
    assert_eq!(decide(0, 0, &[limit.level(1_000, Urgency::Background)], &mut [0]), Decision::Allowed(0));
    // A share never blocks, and counts as a tenth for all.
    let few = Limit { interval: SECOND, burst: 1 }.level(1, Urgency::Person).share();
    let mut filled = [0];
    assert_eq!(decide(0, 0, &[few], &mut filled), Decision::Allowed(0));
    assert_eq!((filled, owed(filled[0], 0), owed(0, filled[0])), ([10 * SECOND], SECOND, 0));
}

#[test]
fn the_table_keeps_below_what_services_document() {
    let in_time = |limit: Limit, seconds: i64| limit.burst + seconds * SECOND / limit.interval;
    let [github, todoist, microsoft] =
        [ProviderName::Github, ProviderName::Todoist, ProviderName::MicrosoftTodo].map(|provider| *quotas::of(provider));
    assert!(in_time(github.connection, 3_600) <= 5_000);
    assert!(in_time(github.writes, 60) <= 80);
    // A request that writes counts five points.
    assert!(in_time(github.reads, 60) <= 900);
    assert!(in_time(todoist.connection, 900) <= 1_000);
    assert!(in_time(microsoft.connection, 600) <= 10_000);
    assert!(in_time(microsoft.app, 10) <= 130_000);
    for quotas in ProviderName::ALL.iter().map(|provider| quotas::of(*provider)) {
        // What reads finds a place when all that writes has taken its own.
        assert!(quotas.writes.burst < quotas.connection.burst * 9 / 10 + 1, "{quotas:?}");
    }
}

fn answer(status: u16, headers: &[(&'static str, String)]) -> Answer {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")))
        .collect();
    Answer::of(status, headers)
}

fn left(remaining: i64, seconds: u64) -> Answer {
    let reset = NOW.unix_seconds() + i64::try_from(seconds).expect("seconds");
    answer(200, &[("x-ratelimit-remaining", remaining.to_string()), ("x-ratelimit-reset", reset.to_string())])
}

#[test]
fn each_form_of_what_is_left_is_read() {
    let expected = Some(Left { remaining: 50, reset: Duration::from_secs(30) });
    assert_eq!(Left::of(&left(50, 30), NOW), expected);
    for headers in [
        vec![("ratelimit-limit", "100"), ("ratelimit-remaining", "50"), ("ratelimit-reset", "30")],
        vec![("x-ratelimit-remaining", "50"), ("x-ratelimit-reset", "30")],
        vec![("ratelimit", "limit=100, remaining=50, reset=30")],
        vec![("ratelimit", r#""default";r=50;t=30"#)],
    ] {
        let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        assert_eq!(Left::of(&answer(200, &headers), NOW), expected, "{headers:?}");
    }
    for value in ["", "r=50", "r=x;t=30", "50"] {
        assert_eq!(Left::of(&answer(200, &[("ratelimit", value.to_owned())]), NOW), None, "{value}");
    }
    // What ended is over.
    let past = answer(200, &[("x-ratelimit-remaining", "5".into()), ("x-ratelimit-reset", "1700000000".into())]);
    assert_eq!(Left::of(&past, NOW), Some(Left { remaining: 5, reset: Duration::ZERO }));
}

#[test]
fn a_rate_falls_at_once_and_rises_by_a_tenth_a_minute() {
    let at = |seconds| NOW.plus(Duration::from_secs(seconds));
    let usual = SECOND;
    let nothing = Learned::nothing(usual);
    assert_eq!(nothing.after(usual, &answer(200, &[]), NOW), nothing);
    assert_eq!(nothing.after(usual, &left(4_999, 60), NOW), nothing, "never faster than the table");
    // Nine tenths of 100 in 900 seconds.
    let slow = nothing.after(usual, &left(100, 900), NOW);
    assert_eq!(slow.interval, 10 * SECOND + 1);
    let same = slow.after(usual, &answer(200, &[]), at(59));
    assert_eq!(same, slow);
    let faster = slow.after(usual, &answer(200, &[]), at(60));
    assert_eq!(faster.interval, (10 * SECOND + 1) * 10 / 11 + 1);
    assert_eq!(faster.after(usual, &answer(200, &[]), at(119)), faster);
    assert_eq!(slow.after(usual, &answer(200, &[]), at(3_600)).interval, usual);
    // Nothing left: not before the end, and then as before.
    let none = slow.after(usual, &left(0, 30), NOW);
    assert_eq!((none.interval, none.blocked_until), (slow.interval, at(30)));
    // A limit halves it, and never stops it.
    let told = |seconds: u64| answer(429, &[("retry-after", seconds.to_string())]);
    let halved = slow.after(usual, &told(7), NOW);
    assert_eq!((halved.interval, halved.blocked_until), (2 * slow.interval, at(7)));
    let slowest = (0..50).fold(slow, |learned, _| learned.after(usual, &told(7), NOW));
    assert_eq!(slowest.interval, 60 * SECOND);
    // A pause for what writes is one too, and six hours are the most.
    assert_eq!(nothing.after(usual, &answer(503, &[("retry-after", "5".into())]), NOW).blocked_until, at(5));
    assert_eq!(nothing.after(usual, &told(1 << 40), NOW).blocked_until, at(6 * 3_600));
    assert_eq!(nothing.after(usual, &left(0, 1 << 40), NOW).blocked_until, at(6 * 3_600));
}

#[test]
fn a_limit_that_does_not_say_how_long_doubles() {
    let unsaid = answer(429, &[]);
    let mut learned = Learned::nothing(SECOND);
    let mut now = NOW;
    for minutes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360] {
        learned = learned.after(SECOND, &unsaid, now);
        assert_eq!(learned.blocked_until.since(now), Duration::from_mins(minutes));
        now = learned.blocked_until;
    }
    learned = learned.after(SECOND, &answer(200, &[]), now).after(SECOND, &unsaid, now);
    assert_eq!(learned.blocked_until.since(now), Duration::from_mins(1));
}

fn asker(id: u128) -> Asker {
    Asker {
        provider: ProviderName::Todoist,
        connection: Uuid::from_u128(id),
        user: Uuid::from_u128(id),
        urgency: Urgency::Person,
    }
}

/// How many requests are allowed before one is not, and until when that is to wait.
async fn allowed(limits: &Limits, asker: &Asker) -> (usize, Timestamp) {
    for count in 0..1_000 {
        if let Err(until) = limits.ask(asker, Effect::Writes, 1).await {
            return (count, until);
        }
    }
    panic!("never denied");
}

#[tokio::test]
async fn connections_are_counted_apart_and_a_clock_that_is_set_back_stops_nothing() {
    let clock = Arc::new(ManualClock::at(NOW));
    let limits = Limits::new(clock.clone(), None);
    // One more, which waits for a second.
    assert_eq!(allowed(&limits, &asker(1)).await, (91, NOW.plus(Duration::from_secs(2))));
    assert_eq!(limits.ask(&asker(2), Effect::Writes, 1).await, Ok(Duration::ZERO));
    assert_eq!(limits.ask(&asker(1), Effect::Reads, 1).await, Ok(Duration::ZERO), "what reads has a place of its own");
    clock.advance_micros(-3_600 * SECOND);
    assert_eq!(limits.ask(&asker(1), Effect::Writes, 1).await, Ok(Duration::ZERO));
    assert_eq!(limits.mode(), "local");
}

#[tokio::test]
async fn what_an_answer_says_holds_for_its_connection_alone() {
    let clock = Arc::new(ManualClock::at(NOW));
    let limits = Limits::new(clock.clone(), None);
    limits.learn(&asker(1), &answer(429, &[("retry-after", "30".into())])).await;
    assert_eq!(limits.ask(&asker(1), Effect::Reads, 1).await, Err(NOW.plus(Duration::from_secs(30))));
    assert_eq!(limits.ask(&asker(2), Effect::Reads, 1).await, Ok(Duration::ZERO));
    clock.advance_micros(30 * SECOND);
    assert_eq!(limits.ask(&asker(1), Effect::Reads, 1).await, Ok(Duration::ZERO));
    // At half the rate half the burst is there.
    assert_eq!(allowed(&limits, &asker(1)).await.0, 49);
}

#[tokio::test]
async fn what_is_past_is_forgotten() {
    let clock = Arc::new(ManualClock::at(NOW));
    let limits = Limits::new(clock.clone(), None);
    for id in 0..5_000 {
        clock.advance_micros(SECOND);
        limits.ask(&asker(id), Effect::Writes, 1).await.expect("allowed");
    }
    let shown = format!("{limits:?}").matches("Connection(").count();
    assert!(shown < 1_100, "{shown}");
}
