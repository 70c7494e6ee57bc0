//! Consumers and jobs that fail as they are told to, and what becomes of their events.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use super::{dead_letter::ATTEMPTS, *};
use crate::{
    kernel::{
        Caller, Clock as _, Code, Ctx, Error, IdSource as _, Limit, ManualClock, PageRequest, RandomIds, RequestId, Result,
        Timestamp, UserId,
    },
    store::{Change, Store, embedded::Embedded},
};

/// A store and a clock, and what the jobs make of them.
pub struct Bench {
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    ids: Arc<RandomIds>,
}

impl Bench {
    pub fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_767_323_045_000_000)));
        let store = Arc::new(Embedded::in_memory(clock.clone()).expect("a store"));
        Self { store, clock, ids: Arc::default() }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn advance(&self, time: Duration) {
        self.clock.set(self.now().plus(time));
    }

    pub fn ctx(&self) -> Ctx {
        Ctx::new(Caller::PROGRAM, self.now(), RequestId::from(self.ids.next(self.now())))
    }

    pub fn leases(&self) -> Leases {
        Leases::new(Arc::clone(&self.store), self.ids.clone())
    }

    pub fn dead_letters(&self) -> DeadLetters {
        DeadLetters::new(Arc::clone(&self.store), self.ids.clone())
    }

    fn dispatcher(&self, registry: Registry, consumers: Vec<Box<dyn Consumer>>) -> Dispatcher {
        let dead_letters = self.dead_letters();
        let follower = Follower::new(consumers, dead_letters.clone());
        Dispatcher { registry, follower, dead_letters, clock: self.clock.clone(), ids: self.ids.clone() }
    }

    async fn set_aside(&self) -> Vec<DeadLetter> {
        self.dead_letters().list(PageRequest::first(Limit::MAX)).await.expect("listed").items
    }
}

/// What happens to whoever asks for the user or the number.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Damaged,
    Outage,
    Panic,
}

fn meet(fate: Option<Fate>) -> Result<()> {
    match fate {
        None => Ok(()),
        Some(Fate::Damaged) => Err(Error::internal("damaged")),
        Some(Fate::Outage) => Err(Error::unavailable("down")),
        Some(Fate::Panic) => panic!("told to"),
    }
}

/// Notes what it was asked to follow.
#[derive(Clone, Default)]
struct Notes {
    fates: Arc<Mutex<BTreeMap<uuid::Uuid, Fate>>>,
    followed: Arc<Mutex<Vec<(UserId, u64)>>>,
}

#[async_trait::async_trait]
impl Consumer for Notes {
    fn name(&self) -> &'static str {
        "notes"
    }
    fn reads(&self) -> &'static [&'static str] {
        &["tasks", "users"]
    }
    fn writes(&self) -> &'static [&'static str] {
        &[]
    }
    async fn follow(&self, _: &Ctx, user: UserId, seq: u64) -> Result<()> {
        let fate = self.fates.lock().expect("fates").get(&user.uuid()).copied();
        meet(fate)?;
        self.followed.lock().expect("notes").push((user, seq));
        Ok(())
    }
}

fn user(n: u128) -> UserId {
    UserId::new(uuid::Uuid::from_u128(n))
}

fn change(n: u128, kind: &'static str, seq: u64) -> Change {
    Change { partition: crate::store::Partition::of(user(n)), kind: kind.into(), id: "x".into(), seq }
}

#[tokio::test]
async fn a_delivery_asks_once_for_each_user_and_the_latest_change() {
    let bench = Bench::new();
    let notes = Notes::default();
    let follower = Follower::new(vec![Box::new(notes.clone())], bench.dead_letters());
    let elsewhere = Change { partition: PARTITION, ..change(9, "tasks", 1) };
    let changes = [
        change(1, "tasks", 4),
        change(2, "users", 7),
        change(1, "users", 9),
        change(3, "days", 1),
        elsewhere,
        change(1, "tasks", 2),
    ];
    assert!(matches!(follower.follow(&bench.ctx(), &changes).await, Outcome::Done));
    assert_eq!(*notes.followed.lock().expect("notes"), [(user(1), 9), (user(2), 7)]);
    assert!(follower.follows("users") && !follower.follows("days"));
}

#[tokio::test]
async fn what_is_poisonous_is_set_aside_after_five_attempts_and_the_rest_goes_on() {
    for fate in [Fate::Damaged, Fate::Panic] {
        let bench = Bench::new();
        let notes = Notes::default();
        notes.fates.lock().expect("fates").insert(user(1).uuid(), fate);
        let dispatcher = bench.dispatcher(Registry::default(), vec![Box::new(notes.clone())]);
        let changes = [change(1, "tasks", 4), change(2, "tasks", 7)];
        for attempt in 1..=ATTEMPTS {
            assert!(bench.set_aside().await.is_empty());
            let outcome = dispatcher.follower.follow(&bench.ctx(), &changes).await;
            assert_eq!(matches!(outcome, Outcome::Done), attempt == ATTEMPTS, "{outcome:?}");
            assert_eq!(notes.followed.lock().expect("notes").len(), attempt as usize, "the other user never waits");
        }
        let letters = bench.set_aside().await;
        assert_eq!((letters.len(), letters[0].payload.clone()), (1, json!({ "user_id": user(1), "seq": 4 })));
        let id = &letters[0].id;
        assert!(dispatcher.replay(&bench.ctx(), id).await.is_err());
        assert_eq!(bench.set_aside().await, letters, "a replay that fails loses nothing");
        notes.fates.lock().expect("fates").clear();
        dispatcher.replay(&bench.ctx(), id).await.expect("replayed");
        assert_eq!(notes.followed.lock().expect("notes").last(), Some(&(user(1), 4)));
        assert!(bench.set_aside().await.is_empty());
    }
}

#[tokio::test]
async fn an_outage_sets_nothing_aside_however_long_it_lasts() {
    let bench = Bench::new();
    let notes = Notes::default();
    notes.fates.lock().expect("fates").insert(user(1).uuid(), Fate::Outage);
    let follower = Follower::new(vec![Box::new(notes.clone())], bench.dead_letters());
    for _ in 0..20 {
        let outcome = follower.follow(&bench.ctx(), &[change(1, "tasks", 4)]).await;
        assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
    }
    assert!(bench.set_aside().await.is_empty());
}

/// A job that meets the fate it is given.
struct Fated;

#[async_trait::async_trait]
impl Job for Fated {
    const NAME: &'static str = "fated";
    type Payload = Option<String>;

    async fn run(&self, ctx: &Ctx, payload: Option<String>) -> Outcome {
        assert_eq!(RequestId::current().as_ref(), Some(ctx.request_id()), "what it logs bears its id");
        match payload.as_deref() {
            None => Outcome::Done,
            Some("panic") => panic!("told to"),
            Some("endless") => std::future::pending().await,
            Some("damaged") => Err(Error::internal("damaged")).into(),
            Some(_) => Err(Error::unavailable("down")).into(),
        }
    }
}

#[tokio::test]
async fn a_message_is_done_tried_again_or_set_aside() {
    let bench = Bench::new();
    let dispatcher = bench.dispatcher(Registry::default().with(Fated, "{}"), Vec::new());
    let entry = dispatcher.registry.get("fated").expect("registered");
    let deliver = async |payload: Value, attempt| {
        let verdict = dispatcher.dispatch(&bench.ctx(), entry, Event::Message { payload, attempt }).await;
        (matches!(verdict, Verdict::Done), bench.set_aside().await.len())
    };
    assert_eq!(deliver(json!(null), 1).await, (true, 0));
    for fate in ["panic", "outage"] {
        let before = bench.set_aside().await.len();
        assert_eq!(deliver(json!(fate), 1).await, (false, before));
        assert_eq!(deliver(json!(fate), ATTEMPTS - 1).await, (false, before));
        assert_eq!(deliver(json!(fate), ATTEMPTS).await, (true, before + 1));
    }
    // The program did not survive it five times, or it took too long each time.
    assert_eq!(deliver(json!("endless"), ATTEMPTS + 1).await, (true, 3));
    let last = bench.set_aside().await.pop().expect("a letter");
    bench.dead_letters().drop(&bench.ctx(), &bench.dead_letters().get(&last.id).await.expect("there")).await.expect("dropped");
    // What can never go well is not tried again: data that is damaged, and what is no payload at all.
    assert_eq!(deliver(json!("damaged"), 1).await, (true, 3));
    assert_eq!(deliver(json!({ "not": "it" }), 1).await, (true, 4));
    assert!(
        bench
            .set_aside()
            .await
            .iter()
            .all(|letter| letter.job == "fated" && letter.reason.contains(Code::InternalError.as_str())
                || letter.reason.contains(Code::StoreUnavailable.as_str()))
    );
    assert_eq!(dispatcher.run(&bench.ctx(), "nothing", json!(null)).await.expect_err("unknown").code(), Code::NotFound);
}
