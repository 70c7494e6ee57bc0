//! Habits: what is learned depends on the sessions alone, however their changes are told and whatever fails meanwhile.

use avanochi::{
    jobs::Followed,
    kernel::{Clock as _, Limit, PageRequest, UserId},
    ledger::Summary,
    store::{Change, Collection, Document},
    work::{
        habits::model::{Habits, Usual},
        work_sessions::{booking::Traces, model::WorkSession},
    },
};
use proptest::prelude::*;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    changes::Mirror,
    import::assert_clean,
    model::{Model, Step, observed, observed_days, perform, run, step},
    support::{
        Client, Fault, FlakyStore, LONG_TOKENS, TestApp,
        events::{documents, hints, partition},
        time,
    },
};

async fn summary(app: &TestApp, client: &Client) -> Summary {
    let found = Collection::<Summary>::new(app.store.clone()).get(partition(&client.id), "summary").await;
    found.expect("read").expect("a summary").value
}

async fn stored(app: &TestApp, client: &Client) -> Option<Habits> {
    let found = Collection::<Habits>::new(app.store.clone()).get(partition(&client.id), "habits").await;
    found.expect("read").map(|read| read.value)
}

/// What the sessions that there are say now.
async fn expected(app: &TestApp, client: &Client) -> Vec<Usual> {
    let sessions = Collection::<WorkSession>::new(app.store.clone());
    let page = sessions.list(Some(partition(&client.id)), None, PageRequest::first(Limit::MAX)).await.expect("sessions");
    assert!(page.next.is_none());
    let summary = summary(app, client).await;
    Habits::of(summary.user_id, 0, &page.items, summary.day_rule(), summary.date_at(app.clock.now())).weekdays
}

fn weekdays(habits: Option<Habits>) -> Vec<Usual> {
    habits.map(|habits| habits.weekdays).unwrap_or_default()
}

/// Has habits alone follow the changes of a user; whether that went well.
async fn deliver(app: &TestApp, changes: &[Change]) -> bool {
    let sessions = changes.iter().filter(|change| change.kind == "work_sessions");
    let Some(latest) = sessions.max_by_key(|change| change.seq) else { return true };
    let user_id = UserId::parse(latest.partition.as_str()).expect("a user");
    let jobs = &app.app.jobs;
    jobs.follower.replay(&jobs.ctx(None), "habits", Followed { user_id, seq: latest.seq }).await.is_ok()
}

/// The kinds of which something differs.
fn changed(before: &[Document], after: &[Document]) -> Vec<String> {
    let same = |one: &Document| before.iter().any(|other| (&one.key, one.op) == (&other.key, other.op));
    let mut kinds: Vec<String> = after.iter().filter(|one| !same(one)).map(|one| one.key.kind.to_string()).collect();
    assert!(before.iter().all(|one| after.iter().any(|other| one.key == other.key)), "something is gone");
    kinds.sort();
    kinds
}

/// Some of what was told so far, by number: in this order, that much at a time, to two instances at once.
#[derive(Debug, Clone)]
struct Delivery {
    picks: Vec<usize>,
    batch: usize,
    fault: Option<Fault>,
}

#[derive(Debug, Clone)]
enum Happening {
    Step(Step),
    Delivery(Delivery),
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let fault = prop_oneof![3 => Just(None), 1 => Just(Some(Fault::Before)), 1 => Just(Some(Fault::After))];
    (prop::collection::vec(0..500_usize, 1..12), 1..6_usize, fault).prop_map(|(picks, batch, fault)| Delivery {
        picks,
        batch,
        fault,
    })
}

fn happening() -> impl Strategy<Value = Happening> {
    let record = (0..50_000_u64, 1..700_u64).prop_map(|(ago, length)| Step::Record { ago, length });
    prop_oneof![
        4 => step().prop_map(Happening::Step),
        3 => record.prop_map(Happening::Step),
        3 => delivery().prop_map(Happening::Delivery),
    ]
}

/// Two instances on one store, and everything that a feed has ever told of one user.
struct World {
    instances: [TestApp; 2],
    ann: Client,
    told: Vec<Change>,
}

impl World {
    fn app(&self) -> &TestApp {
        &self.instances[0]
    }

    async fn listen(&mut self) {
        for hint in hints(&documents(self.app(), &self.ann.id).await) {
            if !self.told.contains(&hint) {
                self.told.push(hint);
            }
        }
    }

    /// Hands the changes to both instances at once; whether all of it went well.
    async fn hand_over(&self, changes: &[Change], batch: usize) -> bool {
        let mut deliveries = JoinSet::new();
        for (n, batch) in changes.chunks(batch).enumerate() {
            let (app, batch) = (self.instances[n % 2].clone(), batch.to_vec());
            deliveries.spawn(async move { deliver(&app, &batch).await });
        }
        deliveries.join_all().await.into_iter().all(|done| done)
    }

    /// While the sessions stay as they are, at most one write follows from whatever is delivered, and none from what
    /// was dealt with before.
    async fn deliver(&self, delivery: &Delivery, store: &FlakyStore) {
        let Some(last) = self.told.len().checked_sub(1) else { return };
        let picked: Vec<Change> = delivery.picks.iter().map(|pick| self.told[(*pick).min(last)].clone()).collect();
        let (app, ann) = (self.app(), &self.ann);
        let today = summary(app, ann).await.date_at(app.clock.now());
        let (before, known) = (documents(app, &ann.id).await, stored(app, ann).await);
        if let Some(fault) = delivery.fault {
            store.fail_after(0, fault);
        }
        let done = self.hand_over(&picked, delivery.batch).await;
        store.heal();
        let (after, learned) = (documents(app, &ann.id).await, stored(app, ann).await);
        let newer = |change: &Change| change.kind == "work_sessions" && known.as_ref().is_none_or(|known| change.seq > known.seq);
        let (written, news) = (changed(&before, &after), picked.iter().any(newer));
        let traces = summary(app, ann).await.facts.get::<Traces>().expect("readable");
        let knew = known.as_ref().zip(traces.as_ref()).is_some_and(|(known, traces)| known.seq >= traces.lesson);
        if written.is_empty() {
            assert!(!done || !news || knew, "{delivery:?} was lost");
            if knew && traces.is_some_and(|traces| traces.changed_on == today) {
                assert_eq!(weekdays(learned), expected(app, ann).await, "{delivery:?}");
            }
        } else {
            assert_eq!(written, ["habits", "summaries"], "{delivery:?}");
            assert!(news, "{delivery:?} was old");
            assert!(!knew, "{delivery:?} was written for nothing");
            let learned = learned.expect("habits");
            assert_eq!(summary(app, ann).await.seq, learned.seq + 1, "{delivery:?} was written more than once");
            assert_eq!(learned.weekdays, expected(app, ann).await);
        }
    }
}

async fn world(app: TestApp) -> World {
    let ann = app.somebody().await;
    let elsewhere = app.another(&[LONG_TOKENS]);
    World { instances: [app, elsewhere], ann, told: Vec::new() }
}

/// Changes something once more, delivers everything, and holds what was learned to what exists.
async fn settle(world: &mut World, model: &mut Model) {
    for last in [Step::End, Step::Start] {
        perform(&world.instances[0], &world.ann, model, &last).await;
    }
    world.listen().await;
    assert!(world.hand_over(&world.told, world.told.len()).await);
    let (app, ann) = (world.app(), &world.ann);
    assert_eq!(weekdays(stored(app, ann).await), expected(app, ann).await);
    assert_eq!(observed(&ann.stats().await), model.expected(app.clock.now()));
    assert_eq!(observed_days(app, ann).await, model.expected_days());
    assert_clean(app).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn habits_are_what_the_sessions_say_however_changes_are_delivered(happenings in prop::collection::vec(happening(), 1..50)) {
        run(async {
            let store = FlakyStore::new();
            let mut world = world(TestApp::over(store.clone())).await;
            let mut model = Model::default();
            for happening in &happenings {
                match happening {
                    Happening::Step(step) => {
                        perform(&world.instances[0], &world.ann, &mut model, step).await;
                        world.listen().await;
                    }
                    Happening::Delivery(delivery) => world.deliver(delivery, &store).await,
                }
            }
            settle(&mut world, &mut model).await;
        });
    }

    /// Deliveries on the other instance, while the user goes on.
    #[test]
    fn habits_are_learned_beside_what_the_user_does(steps in prop::collection::vec(happening(), 1..40)) {
        run(async {
            let mut world = world(TestApp::new()).await;
            let (app, ann) = (world.instances[0].clone(), world.ann.clone());
            let mut user = JoinSet::new();
            user.spawn(async move {
                let mut model = Model::default();
                for happening in &steps {
                    if let Happening::Step(step) = happening {
                        perform(&app, &ann, &mut model, step).await;
                    }
                }
                model
            });
            let mut model = loop {
                if let Some(model) = user.try_join_next() {
                    break model.expect("no panic");
                }
                world.listen().await;
                let latest: Vec<Change> = world.told.iter().rev().take(9).cloned().collect();
                assert!(world.hand_over(&latest, 3).await);
            };
            settle(&mut world, &mut model).await;
        });
    }
}

#[tokio::test]
async fn habits_are_told_among_the_changes() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for (start, end) in [
        ("2026-01-13T09:00:00Z", "2026-01-13T17:30:00Z"),
        ("2026-01-06T10:00:00Z", "2026-01-06T17:00:00Z"),
        ("2026-01-12T08:00:00Z", "2026-01-12T09:00:00Z"),
    ] {
        assert_eq!(ann.record(time(start), time(end)).await.status, 201);
    }
    let mut mirror = Mirror::default();
    mirror.catch_up(&ann).await;
    assert_eq!(mirror.of("habits"), Vec::<serde_json::Value>::new());
    let (before, told) = (ann.stats().await, hints(&documents(&app, &ann.id).await));
    assert!(deliver(&app, &told).await);
    mirror.catch_up(&ann).await;
    let monday = json!({ "weekday": 1, "days": 1, "start": 480, "end": 540, "length": 60 });
    let tuesday = json!({ "weekday": 2, "days": 2, "start": 570, "end": 1035, "length": 465 });
    assert_eq!(mirror.of("habits"), [json!({ "user_id": ann.id, "weekdays": [monday, tuesday] })]);
    assert_eq!(ann.stats().await, before);
    let told = mirror.clone();
    mirror.catch_up(&ann).await;
    assert_eq!(told.of("habits"), mirror.of("habits"));
    assert!(stored(&app, &bob).await.is_none());
}

#[tokio::test]
async fn a_change_that_was_dealt_with_costs_no_write_even_when_it_would_say_something_else_by_now() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.record(time("2026-01-13T09:00:00Z"), time("2026-01-13T10:00:00Z")).await;
    ann.record(time("2026-01-14T09:00:00Z"), time("2026-01-14T10:00:00Z")).await;
    let told = hints(&documents(&app, &ann.id).await);
    assert!(deliver(&app, &told).await);
    let learned = documents(&app, &ann.id).await;
    // The 14th is over now and would count.
    app.advance_hours(24);
    assert_ne!(weekdays(stored(&app, &ann).await), expected(&app, &ann).await);
    assert!(deliver(&app, &told).await);
    assert_eq!(changed(&learned, &documents(&app, &ann.id).await), Vec::<String>::new());
    ann.start().await;
    assert!(deliver(&app, &hints(&documents(&app, &ann.id).await)).await);
    assert_eq!(weekdays(stored(&app, &ann).await), expected(&app, &ann).await);
}

#[tokio::test]
async fn habits_are_learned_once_a_date_and_when_the_past_changes() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let past = ann.record(time("2026-01-13T09:00:00Z"), time("2026-01-13T10:00:00Z")).await.text("id");
    // Whether the changes so far make somebody learn.
    let learns = async || {
        let before = documents(&app, &ann.id).await;
        assert!(deliver(&app, &hints(&before)).await);
        assert_eq!(weekdays(stored(&app, &ann).await), expected(&app, &ann).await);
        !changed(&before, &documents(&app, &ann.id).await).is_empty()
    };
    assert!(learns().await);
    for minute in 0..5 {
        let start = time("2026-01-14T08:00:00Z").plus(std::time::Duration::from_mins(minute));
        ann.record(start, start.plus(std::time::Duration::from_secs(30))).await;
        assert!(!learns().await);
    }
    let active = ann.start().await.text("id");
    assert!(!learns().await);
    let path = format!("/api/work_sessions/{past}");
    ann.patch(&path, json!({ "end_time": "2026-01-13T11:00:00Z" })).await;
    assert!(learns().await && !learns().await);
    assert_eq!(ann.delete(&path).await.status, 204);
    assert!(learns().await);
    // It goes on until tomorrow, when it is of the past.
    app.advance_hours(15);
    ann.post_empty(&format!("/api/work_sessions/{active}/pause")).await;
    assert!(learns().await);
    ann.post_empty(&format!("/api/work_sessions/{active}/resume")).await;
    assert!(!learns().await);
    ann.end(&active).await;
    assert!(learns().await);
    // Where the date is another one, something else is of the past.
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Pacific/Kiritimati" })).await;
    app.advance_hours(10);
    ann.start().await;
    assert!(learns().await);
}

#[tokio::test]
async fn nothing_is_learned_of_whoever_is_gone() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.record(time("2026-01-13T09:00:00Z"), time("2026-01-13T10:00:00Z")).await;
    let told = hints(&documents(&app, &ann.id).await);
    assert_eq!(ann.delete(&format!("/api/users/{}", ann.id)).await.status, 204);
    assert!(deliver(&app, &told).await);
    let left = documents(&app, &ann.id).await;
    assert!(left.iter().all(|document| document.key.kind == "summaries"), "{left:?}");
}
