//! Limits that several instances share: by a Redis where `AVANOCHI_TEST_REDIS` is the address of one, and without one that answers.
//! Where it is not set, each test that needs it says on standard error that it did not run. `.ci/run` starts a Redis and accepts
//! no such line.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    time::Instant,
};

use ::redis::{Client, Script, aio::MultiplexedConnection};
use proptest::{strategy::ValueTree as _, test_runner::TestRunner};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::{super::shared::SCRIPT, *};
use crate::{config::Source, credentials::CredentialManager};

const ADDRESS: &str = "AVANOCHI_TEST_REDIS";

/// The address of a Redis; without one, says that this test did not run.
fn server() -> Option<String> {
    let environment = Source::from_environment();
    if let Some(address) = environment.get(ADDRESS) {
        return Some(address.to_owned());
    }
    // Not by eprintln!, which the test harness captures.
    let thread = std::thread::current();
    let name = thread.name().filter(|name| name.contains("redis")).unwrap_or("a test against Redis");
    writeln!(io::stderr(), "{name} did not run: {ADDRESS} is not set").expect("standard error");
    None
}

async fn connect(server: &str) -> MultiplexedConnection {
    Client::open(server).expect("an address").get_multiplexed_async_connection().await.expect("a Redis")
}

/// An instance with that Redis.
fn instance(url: &str, clock: &Arc<ManualClock>) -> Limits {
    let url = url.to_owned();
    let manager = CredentialManager::new(move |name| (name == "REDIS_URL").then(|| url.clone().into()), clock.clone());
    Limits::new(clock.clone(), Some(Arc::new(manager)))
}

/// A connection that no other test has.
fn anybody() -> Asker {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("randomness");
    asker(u128::from_ne_bytes(bytes))
}

/// How far ahead of Redis's clock a level is filled, in seconds.
async fn filled(redis: &mut MultiplexedConnection, level: &str, asker: &Asker) -> f64 {
    let key = format!("avanochi:{{limits}}:{level}:{}", asker.connection);
    let script = "local time = redis.call('TIME') return tostring(redis.call('GET', KEYS[1]) - time[1] * 1000000 - time[2])";
    let micros: String = Script::new(script).key(key).invoke_async(redis).await.expect("a level");
    micros.parse::<f64>().expect("a number") / 1e6
}

/// What stands between an instance and Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Nothing that was or is connected gets an answer.
    Silent,
    /// What was connected is cut, and nothing else connected.
    Cut,
}

/// A way to Redis that can be closed. The address of it.
#[expect(clippy::disallowed_methods, reason = "it is no request")]
async fn way_to(server: Option<&str>) -> (String, watch::Sender<Way>) {
    let to: Option<SocketAddr> = server.map(|server| {
        let url = url::Url::parse(server).expect("an address");
        url.socket_addrs(|| Some(6379)).expect("an address").remove(0)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("redis://{}", listener.local_addr().expect("an address"));
    let (sender, way) = watch::channel(if to.is_some() { Way::Open } else { Way::Silent });
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let mut way = way.clone();
            tokio::spawn(async move {
                let now = *way.borrow_and_update();
                match (now, to) {
                    (Way::Open, Some(to)) => {
                        let mut redis = TcpStream::connect(to).await.expect("a Redis");
                        tokio::select! {
                            _ = copy_bidirectional(&mut from, &mut redis) => {}
                            _ = way.changed() => {}
                        }
                    }
                    (Way::Cut, _) => return,
                    _ => {}
                }
                // Held open until there is another way.
                if *way.borrow_and_update() == Way::Silent {
                    let _changed = way.changed().await;
                }
            });
        }
    });
    (address, sender)
}

#[tokio::test]
async fn without_an_answer_each_has_its_share_and_nobody_waits() {
    let clock = Arc::new(ManualClock::at(NOW));
    let (silent, _open) = way_to(None).await;
    for url in [silent.as_str(), "redis://127.0.0.1:1"] {
        let limits = instance(url, &clock);
        assert_eq!(limits.mode(), "redis");
        let began = Instant::now();
        // A tenth of 90, and one that waits for a second is not among them: a share takes ten for each.
        let (count, until) = allowed(&limits, &asker(1)).await;
        assert_eq!((count, until), (9, NOW.plus(Duration::from_secs(10))), "{url}");
        // Five attempts of 50 ms, and then none.
        assert!(began.elapsed() < Duration::from_secs(2), "{url}: {:?}", began.elapsed());
        assert_eq!(limits.mode(), "degraded");
        let began = Instant::now();
        for id in 0..40 {
            limits.ask(&asker(1_000 + id), Effect::Reads, 1).await.expect("allowed");
        }
        assert!(began.elapsed() < Duration::from_secs(1), "{url}: {:?}", began.elapsed());
        limits.learn(&asker(1), &answer(429, &[("retry-after", "30".into())])).await;
        assert_eq!(limits.ask(&asker(1), Effect::Reads, 1).await, Err(NOW.plus(Duration::from_secs(30))));
    }
}

#[tokio::test]
async fn redis_decides_as_this_process_does() {
    let Some(server) = server() else { return };
    let mut redis = connect(&server).await;
    // At the instants of the trace, which its keys outlast.
    let script = SCRIPT.replace("redis.call('TIME')", "{ARGV[#ARGV - 1], ARGV[#ARGV]}");
    assert_ne!(script, SCRIPT);
    let script = Script::new(&script);
    let mut random = TestRunner::deterministic();
    let (mut allowed, mut denied) = (0, 0);
    for _ in 0..40 {
        let limits = limits().new_tree(&mut random).expect("limits").current();
        let trace = asks().new_tree(&mut random).expect("a trace").current();
        let (mut now, mut here, anybody) = (NOW.micros(), [0; 3], anybody().connection);
        for ask in trace {
            now += ask.gap;
            let of: Vec<usize> = (0..3).filter(|level| ask.of[*level]).collect();
            let levels: Vec<Level> = of.iter().map(|level| limits[*level].level(ask.units, ask.urgency)).collect();
            // Now and then something is charged from before.
            let owed = if ask.gap % 5 == 1 { SECOND } else { 0 };
            let mut filled: Vec<i64> = of.iter().map(|level| here[*level].max(now) + owed).collect();
            let decision = decide(now, SECOND, &levels, &mut filled);
            for (level, filled) in of.iter().zip(filled) {
                here[*level] = filled;
            }
            let mut asked = script.prepare_invoke();
            asked.key(format!("test:{{{anybody}}}:blocked")).arg(SECOND);
            for (level, asked_of) in of.iter().zip(&levels) {
                asked.key(format!("test:{{{anybody}}}:{level}")).arg(asked_of.cost).arg(asked_of.tolerance).arg(owed);
            }
            asked.arg(now / SECOND).arg(now % SECOND);
            let (is_allowed, wait): (bool, i64) = asked.invoke_async(&mut redis).await.expect("an answer");
            let there = if is_allowed { Decision::Allowed(wait) } else { Decision::Denied(wait) };
            assert_eq!(there, decision, "{ask:?} {levels:?}");
            if is_allowed { allowed += 1 } else { denied += 1 }
        }
    }
    assert!(allowed > 200 && denied > 200, "{allowed} {denied}");
}

#[tokio::test]
async fn instances_with_one_redis_share_one_limit() {
    let Some(server) = server() else { return };
    let clock = Arc::new(ManualClock::at(NOW));
    let (one, other, asker) = (instance(&server, &clock).patient(), instance(&server, &clock).patient(), anybody());
    let mut count = 0;
    let until = 'asking: loop {
        for limits in [&one, &other] {
            match limits.ask(&asker, Effect::Writes, 1).await {
                Ok(_) => count += 1,
                Err(until) => break 'asking until,
            }
        }
    };
    // 90 at once, one that waits for a second, and what comes back meanwhile.
    assert!((91..=93).contains(&count), "{count}");
    assert!(until.since(NOW) > Duration::from_secs(1) && until.since(NOW) <= Duration::from_secs(2));
    // Nothing was taken from a level by what another refused.
    let mut redis = connect(&server).await;
    let (of_connection, of_writes) = (filled(&mut redis, "connection", &asker).await, filled(&mut redis, "writes", &asker).await);
    assert!((of_connection - of_writes).abs() < 0.1, "{of_connection} {of_writes}");
    // What one learns of a pause holds for the other, and for as long.
    one.learn(&asker, &answer(429, &[("retry-after", "30".into())])).await;
    let until = other.ask(&asker, Effect::Reads, 1).await.expect_err("blocked");
    assert!((29..=30).contains(&until.since(NOW).as_secs()), "{until:?}");
    assert_eq!((one.mode(), other.mode()), ("redis", "redis"));
}

#[tokio::test]
async fn what_was_sent_without_redis_is_charged_once_when_it_is_back() {
    let Some(server) = server() else { return };
    let mut redis = connect(&server).await;
    for outage in [Way::Cut, Way::Silent] {
        let clock = Arc::new(ManualClock::at(NOW));
        let (url, way) = way_to(Some(&server)).await;
        let (limits, asker) = (instance(&url, &clock).patient(), anybody());
        limits.ask(&asker, Effect::Writes, 1).await.expect("allowed");
        assert_eq!(limits.mode(), "redis");
        way.send_replace(outage);
        let (count, _) = allowed(&limits, &asker).await;
        assert_eq!((count, limits.mode()), (9, "degraded"), "{outage:?}");
        way.send_replace(Way::Open);
        assert!(limits.ask(&asker, Effect::Writes, 1).await.is_err(), "the circuit is open");
        clock.advance_micros(10 * SECOND);
        // Of nine one has passed.
        let mut last = 0.0;
        for expected in [9.0, 10.0, 11.0] {
            limits.ask(&asker, Effect::Writes, 1).await.expect("allowed");
            last = filled(&mut redis, "writes", &asker).await;
            assert!(last > expected - 1.0 && last < expected + 1.0, "{outage:?}: {last}, not {expected}");
        }
        assert!(last > 9.0 && limits.mode() == "redis", "{outage:?}: {last} {}", limits.mode());
    }
}
