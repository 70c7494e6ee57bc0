//! The queue on the store: the suite, the order, and receivers in several processes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    jobs::queue::contract::{Bench, LONG, SHORT},
    kernel::{ManualClock, RandomIds},
    store::{Draft, cosmos::emulator::Emulator, embedded::Embedded},
};

fn stored(store: &Arc<dyn Store>, clock: Arc<dyn Clock>) -> Arc<dyn Queue> {
    Arc::new(StoredQueue::new(Arc::clone(store), clock, Arc::new(RandomIds::default())))
}

fn bench() -> Bench {
    Bench::manual(|clock| {
        let store: Arc<dyn Store> = Arc::new(Embedded::in_memory(clock.clone()).expect("a store"));
        stored(&store, clock)
    })
}

crate::queue_suite!(bench());

mod on_cosmos {
    use super::*;

    fn bench() -> Bench {
        Bench::manual(|clock| {
            let store: Arc<dyn Store> = Arc::new(Emulator::start().store(clock.clone()));
            stored(&store, clock)
        })
    }

    crate::queue_suite!(bench());
}

async fn taken(b: &Bench) -> Vec<i64> {
    let mut bodies = Vec::new();
    while let Some(delivery) = b.receive(LONG).await {
        bodies.push(delivery.body.as_i64().expect("a number"));
    }
    bodies
}

#[tokio::test]
async fn what_waits_for_longest_comes_first_however_much_waits() {
    let b = bench();
    for n in 0..50 {
        b.send(json!(n)).await;
    }
    b.pass(SHORT).await;
    b.send(json!(50)).await;
    assert_eq!(taken(&b).await, (0..51).collect::<Vec<_>>());
}

/// What an earlier version sent had a priority beside it.
#[tokio::test]
async fn a_message_of_an_earlier_version_is_received() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
    let store: Arc<dyn Store> = Arc::new(Embedded::in_memory(clock.clone()).expect("a store"));
    let id = uuid::Uuid::from_u128(7).to_string();
    let body = json!({ "id": id, "text": "[7]", "priority": "high", "attempt": 0, "visible_at": Timestamp::from_micros(0) });
    let draft = Draft {
        kind: "messages".into(),
        id,
        seq: 0,
        places: [Some(0), None, None, None],
        facet: Some("high"),
        published: false,
        expires_at: None,
        body: body.to_string(),
    };
    let batch = Batch::new(Partition::named("queue:work"), uuid::Uuid::from_u128(8)).with(Write::Create(draft));
    store.commit(batch).await.expect("written");
    let delivery = stored(&store, clock).receive("work", LONG).await.expect("asked").expect("a message");
    assert_eq!(delivery.body, json!(7));
}

#[tokio::test]
async fn what_waits_hides_nothing() {
    let b = bench();
    for n in 0..50 {
        b.send_as(NewMessage { delay: SHORT, ..NewMessage::of(json!(n)) }).await;
    }
    b.send(json!(50)).await;
    assert_eq!(taken(&b).await, [50]);
    b.pass(SHORT).await;
    assert_eq!(taken(&b).await, (0..50).collect::<Vec<_>>());
}

/// Each instance has locks of its own, so that they race at the store.
#[tokio::test(flavor = "multi_thread")]
async fn instances_get_each_message_once() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
    let store: Arc<dyn Store> = Arc::new(Embedded::in_memory(clock.clone()).expect("a store"));
    let first = stored(&store, clock.clone());
    for n in 0..60 {
        first.send("work", NewMessage::of(json!(n))).await.expect("sent");
    }
    let mut instances = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let queue = stored(&store, clock.clone());
        instances.spawn(async move {
            let mut bodies = Vec::new();
            loop {
                match queue.receive("work", LONG).await {
                    Ok(Some(delivery)) => bodies.push(delivery.body.as_i64().expect("a number")),
                    Ok(None) => return bodies,
                    Err(error) => assert!(error.retryable(), "{error:?}"),
                }
            }
        });
    }
    let mut bodies: Vec<i64> = instances.join_all().await.into_iter().flatten().collect();
    bodies.sort_unstable();
    assert_eq!(bodies, (0..60).collect::<Vec<_>>());
}

/// What a caller may do; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Send(u64),
    Receive(u64),
    Complete(usize),
    Retry(usize, u64),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..4_u64).prop_map(Step::Send),
        4 => (1..6_u64).prop_map(Step::Receive),
        2 => any::<usize>().prop_map(Step::Complete),
        2 => (any::<usize>(), 0..4_u64).prop_map(|(index, after)| Step::Retry(index, after)),
        2 => (0..4_u64).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 1..60)
}

/// A message in the model, ordered as the queue orders: by the time from which it is visible, then age.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    visible_at: u64,
    body: i64,
    attempt: u32,
    /// The delivery that may settle it.
    delivery: Option<usize>,
}

async fn agrees_with_the_model(steps: Vec<Step>) {
    let b = bench();
    let mut model: BTreeSet<Known> = BTreeSet::new();
    let mut deliveries: Vec<Delivery> = Vec::new();
    let (mut now, mut sent) = (0, 0);
    for step in steps {
        match step {
            Step::Send(delay) => {
                b.send_as(NewMessage { delay: Duration::from_secs(delay), ..NewMessage::of(json!(sent)) }).await;
                model.insert(Known { visible_at: now + delay, body: sent, attempt: 0, delivery: None });
                sent += 1;
            }
            Step::Receive(visibility) => {
                let expected = model.iter().find(|known| known.visible_at <= now).cloned();
                let delivery = b.receive(Duration::from_secs(visibility)).await;
                let seen = delivery.as_ref().map(|delivery| (delivery.body.clone(), delivery.attempt));
                assert_eq!(seen, expected.as_ref().map(|known| (json!(known.body), known.attempt + 1)));
                if let (Some(known), Some(delivery)) = (expected, delivery) {
                    model.remove(&known);
                    let (attempt, number) = (known.attempt + 1, Some(deliveries.len()));
                    model.insert(Known { visible_at: now + visibility, attempt, delivery: number, ..known });
                    deliveries.push(delivery);
                }
            }
            Step::Complete(index) | Step::Retry(index, _) if !deliveries.is_empty() => {
                let index = index % deliveries.len();
                let known = model.iter().find(|known| known.delivery == Some(index)).cloned();
                let receipt = &deliveries[index].receipt;
                let answer = match step {
                    Step::Retry(_, after) => b.retry(receipt, Duration::from_secs(after)).await,
                    _ => b.complete(receipt).await,
                };
                assert_eq!(answer, if known.is_some() { Settled::Done } else { Settled::TooLate });
                let Some(known) = known else { continue };
                model.remove(&known);
                if let Step::Retry(_, after) = step {
                    model.insert(Known { visible_at: now + after, delivery: None, ..known });
                }
            }
            Step::Complete(_) | Step::Retry(..) => {}
            Step::Pass(seconds) => {
                b.pass(Duration::from_secs(seconds)).await;
                now += seconds;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_done_agrees_with_the_model(steps in steps()) {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(agrees_with_the_model(steps));
    }
}
