//! What every adapter of the queue must do, as one suite of tests. An adapter calls [`queue_suite!`] with an
//! expression that makes a bench, or `None` where its service cannot be reached and it has said so.

#![expect(clippy::missing_panics_doc, reason = "its functions are tests")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{Delivery, MAX_DELAY, NewMessage, Queue, Receipt, Settled, codec};
use crate::kernel::{Clock, Code, IdSource as _, ManualClock, RandomIds, SystemClock, Timestamp};

/// How a bench lets time pass.
#[derive(Debug)]
enum Time {
    Manual(Arc<ManualClock>),
    /// The adapter's service has a clock of its own, which nobody but time moves.
    Real,
}

/// An adapter under test, with a queue that nobody else uses.
#[derive(Debug)]
pub struct Bench {
    pub queue: Arc<dyn Queue>,
    pub name: String,
    time: Time,
}

/// Longer than any case waits.
pub const LONG: Duration = Duration::from_mins(1);
/// Long enough that nothing in between takes as long, where time is real.
pub const SHORT: Duration = Duration::from_secs(2);

impl Bench {
    /// For an adapter that asks our clock.
    pub fn manual(make: impl FnOnce(Arc<dyn Clock>) -> Arc<dyn Queue>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_767_323_045_000_000)));
        Self { queue: make(clock.clone()), name: "work".into(), time: Time::Manual(clock) }
    }

    /// For an adapter to a service.
    pub fn real(queue: Arc<dyn Queue>) -> Self {
        let name = format!("work-{}", RandomIds::default().next(SystemClock.now()));
        Self { queue, name, time: Time::Real }
    }

    pub async fn pass(&self, time: Duration) {
        match &self.time {
            Time::Manual(clock) => clock.advance_micros(i64::try_from(time.as_micros()).expect("a short time")),
            // The services count in whole seconds, and may begin to count a little later than we.
            Time::Real => tokio::time::sleep(time + Duration::from_millis(100)).await,
        }
    }

    pub async fn send(&self, body: Value) {
        self.send_as(NewMessage::of(body)).await;
    }

    pub async fn send_as(&self, message: NewMessage) {
        self.queue.send(&self.name, message).await.expect("sent");
    }

    pub async fn receive(&self, visibility: Duration) -> Option<Delivery> {
        self.queue.receive(&self.name, visibility).await.expect("an answer")
    }

    pub async fn take(&self, visibility: Duration) -> Delivery {
        self.receive(visibility).await.expect("a message")
    }

    pub async fn complete(&self, receipt: &Receipt) -> Settled {
        self.queue.complete(receipt).await.expect("an answer")
    }

    pub async fn retry(&self, receipt: &Receipt, after: Duration) -> Settled {
        self.queue.retry(receipt, after).await.expect("an answer")
    }
}

pub async fn a_message_is_received_and_completed(b: Bench) {
    assert_eq!(b.receive(LONG).await, None, "nothing has been sent");
    b.send(json!({"id": "7", "DequeueCount": 9})).await;
    let delivery = b.take(SHORT).await;
    assert_eq!((&delivery.body, delivery.attempt), (&json!({"id": "7", "DequeueCount": 9}), 1));
    assert_eq!(b.complete(&delivery.receipt).await, Settled::Done);
    b.pass(SHORT).await;
    assert_eq!(b.receive(LONG).await, None, "it is gone");
    assert_eq!(b.complete(&delivery.receipt).await, Settled::TooLate);
    assert_eq!(b.retry(&delivery.receipt, Duration::ZERO).await, Settled::TooLate);
    assert_eq!(b.receive(LONG).await, None);
}

pub async fn a_message_that_is_not_completed_comes_again(b: Bench) {
    b.send(json!(7)).await;
    for attempt in 1..=3 {
        let delivery = b.take(SHORT).await;
        assert_eq!((delivery.body, delivery.attempt), (json!(7), attempt));
        assert_eq!(b.receive(LONG).await, None, "it is in hand");
        b.pass(SHORT).await;
    }
}

pub async fn a_delayed_message_waits(b: Bench) {
    b.send_as(NewMessage { delay: SHORT, ..NewMessage::of(json!("later")) }).await;
    assert_eq!(b.receive(LONG).await, None, "it is to wait");
    b.send(json!("at once")).await;
    assert_eq!(b.take(LONG).await.body, json!("at once"));
    b.pass(SHORT).await;
    let delivery = b.take(LONG).await;
    assert_eq!((delivery.body, delivery.attempt), (json!("later"), 1));
}

pub async fn a_retried_message_comes_when_it_should(b: Bench) {
    b.send(json!({"id": "é漢🦀"})).await;
    let first = b.take(LONG).await;
    assert_eq!(b.retry(&first.receipt, Duration::ZERO).await, Settled::Done);
    let second = b.take(LONG).await;
    assert_eq!((&second.body, second.attempt), (&json!({"id": "é漢🦀"}), 2));
    assert_eq!(b.retry(&second.receipt, SHORT).await, Settled::Done);
    assert_eq!(b.receive(LONG).await, None, "it is to wait");
    b.pass(SHORT).await;
    let third = b.take(LONG).await;
    assert_eq!((&third.body, third.attempt), (&json!({"id": "é漢🦀"}), 3));
    assert_eq!(b.complete(&third.receipt).await, Settled::Done);
}

pub async fn a_receipt_is_good_until_the_message_is_taken_again(b: Bench) {
    b.send(json!(7)).await;
    let late = b.take(SHORT).await;
    b.pass(SHORT).await;
    // It is visible again, but nobody has taken it: the work that was done need not be done again.
    assert_eq!(b.complete(&late.receipt).await, Settled::Done);
    assert_eq!(b.receive(LONG).await, None);
}

pub async fn an_old_receipt_disturbs_nobody(b: Bench) {
    b.send(json!(7)).await;
    let old = b.take(SHORT).await;
    b.pass(SHORT).await;
    let new = b.take(LONG).await;
    assert_eq!(b.complete(&old.receipt).await, Settled::TooLate);
    assert_eq!(b.retry(&old.receipt, Duration::ZERO).await, Settled::TooLate);
    assert_eq!(b.receive(LONG).await, None, "it is in the other's hand");
    assert_eq!(b.complete(&new.receipt).await, Settled::Done);
}

pub async fn a_receipt_is_good_once(b: Bench) {
    b.send(json!(7)).await;
    let first = b.take(LONG).await;
    assert_eq!(b.retry(&first.receipt, Duration::ZERO).await, Settled::Done);
    assert_eq!(b.complete(&first.receipt).await, Settled::TooLate);
    assert_eq!(b.retry(&first.receipt, LONG).await, Settled::TooLate);
    assert_eq!(b.take(LONG).await.attempt, 2);
}

pub async fn many_receivers_get_each_message_once(b: Bench) {
    for n in 0..40 {
        b.send(json!(n)).await;
    }
    let bench = Arc::new(b);
    let mut receivers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let bench = Arc::clone(&bench);
        receivers.spawn(async move {
            let mut taken = Vec::new();
            while let Some(delivery) = bench.receive(LONG).await {
                assert_eq!(bench.complete(&delivery.receipt).await, Settled::Done);
                taken.push(delivery.body.as_i64().expect("a number"));
            }
            taken
        });
    }
    let mut taken: Vec<i64> = receivers.join_all().await.into_iter().flatten().collect();
    taken.sort_unstable();
    assert_eq!(taken, (0..40).collect::<Vec<_>>());
}

pub async fn many_senders_lose_nothing(b: Bench) {
    let bench = Arc::new(b);
    let mut senders = tokio::task::JoinSet::new();
    // All of them find no queue.
    for n in 0..16 {
        let bench = Arc::clone(&bench);
        senders.spawn(async move { bench.send(json!(n)).await });
    }
    senders.join_all().await;
    let mut taken = BTreeMap::new();
    while let Some(delivery) = bench.receive(LONG).await {
        *taken.entry(delivery.body.as_i64().expect("a number")).or_insert(0) += 1;
    }
    assert_eq!(taken, (0..16).map(|n| (n, 1)).collect());
}

pub async fn queues_are_apart(b: Bench) {
    b.send(json!(7)).await;
    let other = format!("{}-b", b.name);
    assert_eq!(b.queue.receive(&other, LONG).await.expect("an answer"), None);
    b.queue.send(&other, NewMessage::of(json!(8))).await.expect("sent");
    assert_eq!(b.take(LONG).await.body, json!(7));
    assert_eq!(b.queue.receive(&other, LONG).await.expect("an answer").expect("a message").body, json!(8));
}

pub async fn any_body_arrives_as_it_was_sent(b: Bench) {
    let text = "\u{0}\u{1}\"\\/\u{7f}\u{80}\u{2028}é漢🦀\u{10ffff}\u{feff}</MessageText>&amp;<![CDATA[ ";
    let deep = (0..100).fold(json!(null), |inner, _| json!([inner]));
    for body in [
        json!({"text": text, "at": "2026-01-02T03:04:05.1200+02:00", "n": [1, -1, u64::MAX, null, true]}),
        json!(text),
        json!([[7]]),
        json!([]),
        json!(null),
        json!("bm90IGJhc2U2NA=="),
        deep,
    ] {
        b.send(body.clone()).await;
        let delivery = b.take(LONG).await;
        assert_eq!(delivery.body, body);
        assert_eq!(b.complete(&delivery.receipt).await, Settled::Done);
    }
}

pub async fn what_has_48_kib_arrives_and_more_is_refused(b: Bench) {
    let body = json!("é".repeat((codec::LIMIT - r#"[""]"#.len()) / 2));
    b.send(body.clone()).await;
    assert!(b.take(LONG).await.body == body, "another body");
    let larger = NewMessage::of(json!("x".repeat(codec::LIMIT)));
    let refused = b.queue.send(&b.name, larger).await.expect_err("too large");
    assert_eq!((refused.code(), refused.retryable()), (Code::BodyTooLarge, false));
    assert_eq!(b.receive(LONG).await, None);
}

pub async fn what_no_adapter_can_do_is_refused(b: Bench) {
    let later = NewMessage { delay: MAX_DELAY + Duration::from_secs(1), ..NewMessage::of(json!(7)) };
    assert_eq!(b.queue.send(&b.name, later).await.expect_err("too long").code(), Code::InvalidField);
    for name in ["No", "a/b", "?sig=x"] {
        assert_eq!(b.queue.send(name, NewMessage::of(json!(7))).await.expect_err("no name").code(), Code::InternalError);
        assert_eq!(b.queue.receive(name, LONG).await.expect_err("no name").code(), Code::InternalError);
    }
    // The longest that there is, for whatever is said to last longer.
    b.send_as(NewMessage { delay: MAX_DELAY, ..NewMessage::of(json!("hidden")) }).await;
    b.send(json!(7)).await;
    let delivery = b.take(Duration::MAX).await;
    assert_eq!(delivery.body, json!(7));
    assert_eq!(b.retry(&delivery.receipt, Duration::MAX).await, Settled::Done);
    assert_eq!(b.receive(LONG).await, None);
}

/// Makes a test of every case for one adapter.
#[macro_export]
macro_rules! queue_suite {
    ($bench:expr) => {
        $crate::queue_suite!(@cases $bench;
            a_message_is_received_and_completed, a_message_that_is_not_completed_comes_again, a_delayed_message_waits,
            a_retried_message_comes_when_it_should, a_receipt_is_good_until_the_message_is_taken_again,
            an_old_receipt_disturbs_nobody, a_receipt_is_good_once, many_receivers_get_each_message_once,
            many_senders_lose_nothing, queues_are_apart, any_body_arrives_as_it_was_sent,
            what_has_48_kib_arrives_and_more_is_refused, what_no_adapter_can_do_is_refused);
    };
    (@cases $bench:expr; $($case:ident),+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $case() {
            if let Some(bench) = Option::from($bench) {
                $crate::jobs::queue::contract::$case(bench).await;
            }
        })+
    };
}
