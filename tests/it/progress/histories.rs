//! Random histories of tasks, sessions and what is entered of wellbeing, told of late, twice, in any order and with failures: the ledger is what exists.

mod naive;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use avanochi::{
    jobs::Verdict,
    kernel::{Clock as _, Limit, PageRequest},
    progress::{seen::SessionSeen, standing::Progress, xp},
    store::{Change, Collection, Document},
    work::work_sessions::model::WorkSession,
};
use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    import::assert_clean,
    model::{Model, Step, observed_days, perform, run, step},
    support::{
        Client, Fault, FlakyStore, LONG_TOKENS, TestApp,
        events::{deliver, documents, hints, partition},
    },
};

/// What the user does besides.
#[derive(Debug, Clone)]
enum Doing {
    Step(Step),
    /// Edits a task.
    Edit {
        task: usize,
        priority: &'static str,
        estimate: u32,
    },
    /// Takes a task out of the trash.
    Restore(usize),
    /// Enters what was so many minutes ago.
    Drink {
        ml: u32,
        ago: u64,
    },
    Lunch {
        ago: u64,
    },
    Rest {
        ago: u64,
        length: u64,
    },
    StartRest,
    EndRest,
    /// Takes something of that back.
    TakeBack(usize),
    /// Everything so far is told.
    Told,
}

fn doing() -> impl Strategy<Value = Doing> {
    let ago = || prop_oneof![3 => 0..600_u64, 1 => 0..4_000_u64];
    let priority = prop_oneof![Just("low"), Just("high"), Just("urgent")];
    prop_oneof![
        12 => step().prop_map(Doing::Step),
        2 => (0..20_usize, priority, 1..200_u32).prop_map(|(task, priority, estimate)| Doing::Edit { task, priority, estimate }),
        1 => (0..20_usize).prop_map(Doing::Restore),
        4 => (50..=1000_u32, ago()).prop_map(|(ml, ago)| Doing::Drink { ml, ago }),
        3 => ago().prop_map(|ago| Doing::Lunch { ago }),
        3 => (ago(), 1..90_u64).prop_map(|(ago, length)| Doing::Rest { ago, length }),
        1 => Just(Doing::StartRest),
        1 => Just(Doing::EndRest),
        3 => any::<usize>().prop_map(Doing::TakeBack),
        5 => Just(Doing::Told),
    ]
}

/// How changes are told.
#[derive(Debug, Clone, Copy)]
enum Telling {
    InOrder,
    /// Backwards, in parts, twice, to two instances at once.
    Anyhow,
    /// The same, and the commit after so many fails.
    Failing(u32, Fault),
}

struct World {
    instances: [TestApp; 2],
    store: std::sync::Arc<FlakyStore>,
    ann: Client,
    telling: Telling,
    /// What there is of wellbeing.
    entered: Vec<String>,
    /// When each achievement was earned.
    earned: BTreeMap<String, Value>,
}

impl World {
    async fn new(telling: Telling) -> Self {
        let store = FlakyStore::new();
        let app = TestApp::over(store.clone());
        let ann = app.somebody().await;
        // Less than usual, so that it is reached now and then.
        assert_eq!(ann.patch("/api/settings", json!({ "hydration_goal_ml": 900 })).await.status, 200);
        let instances = [app.clone(), app.another(&[LONG_TOKENS])];
        Self { instances, store, ann, telling, entered: Vec::new(), earned: BTreeMap::new() }
    }

    fn app(&self) -> &TestApp {
        &self.instances[0]
    }

    async fn do_all(&mut self, all: &[Doing]) {
        let mut model = Model::default();
        for doing in all {
            match doing {
                Doing::Step(step) => {
                    perform(&self.instances[0], &self.ann, &mut model, step).await;
                    // What is in the trash goes after 30 days, and nobody tells of that.
                    if matches!(step, Step::Wait { minutes } if *minutes > 1440) {
                        self.tell().await;
                    }
                }
                Doing::Edit { task, priority, estimate } => {
                    let tasks = self.ann.get("/api/tasks").await.body;
                    let Some(id) = pick(&tasks, *task) else { continue };
                    let edit = json!({ "priority": priority, "estimate_minutes": estimate });
                    assert_eq!(self.ann.patch(&format!("/api/tasks/{id}"), edit).await.status, 200);
                }
                Doing::Restore(task) => {
                    let trash = self.ann.get("/api/tasks?trashed=true").await.body;
                    let Some(id) = pick(&trash, *task) else { continue };
                    assert_eq!(self.ann.post_empty(&format!("/api/tasks/{id}/restore")).await.status, 200);
                }
                Doing::Drink { ml, ago } => self.enter("hydration", json!({ "ml": ml, "at": self.ago(*ago) })).await,
                Doing::Lunch { ago } => self.enter("meals", json!({ "kind": "lunch", "at": self.ago(*ago) })).await,
                Doing::Rest { ago, length } => {
                    let (from, to) = (self.ago(ago + length), self.ago(*ago));
                    self.enter("rests", json!({ "kind": "lunch", "start_time": from, "end_time": to })).await;
                }
                Doing::StartRest => self.enter("rests/start", json!({ "kind": "short" })).await,
                Doing::EndRest => {
                    let active = self.ann.get("/api/rests/active").await.body;
                    if let Some(id) = active["id"].as_str() {
                        assert_eq!(self.ann.post_empty(&format!("/api/rests/{id}/end")).await.status, 200);
                    }
                }
                Doing::TakeBack(n) if !self.entered.is_empty() => {
                    let path = self.entered.swap_remove(n % self.entered.len());
                    assert_eq!(self.ann.delete(&path).await.status, 204, "{path}");
                }
                Doing::TakeBack(_) => {}
                Doing::Told => self.tell().await,
            }
        }
        self.tell().await;
    }

    fn ago(&self, minutes: u64) -> String {
        self.app().clock.now().minus(Duration::from_secs(minutes * 60)).to_string()
    }

    async fn enter(&mut self, path: &str, new: Value) {
        let made = self.ann.post(&format!("/api/{path}"), new).await;
        // No two rests are at one time.
        if made.status == 409 && path.starts_with("rests") {
            return;
        }
        assert_eq!(made.status, 201, "{made:?}");
        let kind = path.split('/').next().expect("a kind");
        self.entered.push(format!("/api/{kind}/{}", made.text("id")));
    }

    async fn hand_over(&self, changes: &[Change], parts: usize) {
        let mut deliveries = JoinSet::new();
        for (n, part) in changes.chunks(parts).enumerate() {
            let (app, part) = (self.instances[n % 2].clone(), part.to_vec());
            deliveries.spawn(async move { deliver(&app, &part).await });
        }
        deliveries.join_all().await;
    }

    async fn tell(&mut self) {
        let mut told = hints(&documents(self.app(), &self.ann.id).await);
        if !matches!(self.telling, Telling::InOrder) {
            told.reverse();
            if let Telling::Failing(good, fault) = self.telling {
                self.store.fail_after(good, fault);
            }
            self.hand_over(&told, 3).await;
            self.store.heal();
            told.extend_from_within(..);
        }
        assert!(matches!(deliver(self.app(), &told).await, Verdict::Done));
        self.check(&told).await;
    }

    /// Holds the ledger to what exists.
    async fn check(&mut self, told: &[Change]) {
        let (app, ann) = (&self.instances[0], &self.ann);
        let before = documents(app, &ann.id).await;
        let progress = ann.get("/api/progress").await.body;
        let entries = ann.all_pages("/api/progress/ledger", 1000).await;
        let sum: i64 = entries.iter().map(|entry| entry["xp"].as_i64().expect("a number")).sum();
        assert_eq!(json!(sum), progress["xp"]);
        let live = live(&entries);

        let tasks = ann.all_pages("/api/tasks?completed=true", 1000).await;
        let of = |reason: &str| live.iter().filter(|entry| entry["reason"] == reason).copied().collect::<Vec<_>>();
        let granted: Vec<&str> = of("tasks").iter().map(|entry| entry["source"]["id"].as_str().expect("an id")).collect();
        let completed: BTreeSet<&str> = tasks.iter().map(|task| task["id"].as_str().expect("an id")).collect();
        assert_eq!(granted.len(), completed.len(), "{granted:?}");
        assert_eq!(granted.into_iter().collect::<BTreeSet<_>>(), completed);
        assert_eq!(by_date(&of("focus")), self.focus().await);
        let care = naive::Care::of(app, &ann.id).await;
        assert_eq!(by_date(&of("hydration")), care.hydration);
        assert_eq!(by_date(&of("lunch")), care.lunch);
        assert_eq!(by_date(&of("breaks")), care.breaks);
        for first in ["first_task", "first_session", "first_water"] {
            let granted = entries.iter().filter(|entry| entry["reason"] == first).count();
            assert!(granted <= 1 && granted == of(first).len(), "{entries:?}");
        }

        let days = observed_days(app, ann).await;
        let qualify = days.into_iter().filter(|(_, day)| day[1] > 0 || day[3] >= 25 * 60_000_000).map(|(date, _)| date);
        let stored = Collection::<Progress>::new(app.store.clone()).get(partition(&ann.id), ann.id.clone()).await.expect("read");
        let known: Vec<NaiveDate> = stored.iter().flat_map(|read| read.value.qualifying.dates()).collect();
        assert_eq!(known, qualify.collect::<Vec<_>>());
        let streak = &progress["streak"];
        assert!(streak["longest"].as_u64() >= streak["current"].as_u64(), "{streak}");
        let reached = stored.map_or(1, |read| read.value.level);
        assert!(reached >= xp::level_of(sum.unsigned_abs()), "{progress}");

        let achievements = ann.get("/api/achievements").await.body;
        let earned = achievements.as_array().expect("achievements").iter().filter(|one| !one["earned_at"].is_null());
        let earned: BTreeMap<String, Value> =
            earned.map(|one| (one["id"].as_str().expect("an id").to_owned(), one["earned_at"].clone())).collect();
        assert!(self.earned.iter().all(|(id, at)| earned.get(id) == Some(at)), "{:?} became {earned:?}", self.earned);

        // Whatever was dealt with leads to nothing more.
        assert!(matches!(deliver(app, told).await, Verdict::Done));
        let after = documents(app, &ann.id).await;
        let versions = |all: &[Document]| all.iter().map(|one| (one.key.clone(), one.op)).collect::<Vec<_>>();
        assert!(versions(&before) == versions(&after), "something was written");
        self.earned = earned;
    }

    /// What the sessions that there are give, by date.
    async fn focus(&self) -> BTreeMap<String, i64> {
        let sessions = Collection::<WorkSession>::new(self.app().store.clone());
        let page = sessions.list(Some(partition(&self.ann.id)), None, PageRequest::first(Limit::MAX)).await.expect("sessions");
        let mut blocks: BTreeMap<NaiveDate, u64> = BTreeMap::new();
        for session in page.items {
            let seen = SessionSeen::of(session.id, Some(&session));
            for date in seen.dates.keys() {
                *blocks.entry(*date).or_default() += seen.paid_on(*date).0;
            }
        }
        let given = blocks.into_iter().map(|(date, blocks)| (date.to_string(), i64::from(xp::focus_xp(blocks))));
        given.filter(|(_, xp)| *xp > 0).collect()
    }

    /// What is granted, with the number of each task in the order of their creation in the place of its id.
    async fn granted(&self) -> Vec<(Value, Value, Value, String)> {
        let all = documents(self.app(), &self.ann.id).await;
        let mut ids: Vec<&str> = all.iter().filter(|one| one.key.kind == "tasks").map(|one| one.key.id.as_str()).collect();
        ids.sort_unstable();
        let entries = self.ann.all_pages("/api/progress/ledger", 1000).await;
        let of = |entry: &Value| {
            let id = entry["source"]["id"].as_str().expect("an id");
            let source = ids.iter().position(|known| *known == id).map_or_else(|| id.to_owned(), |n| n.to_string());
            (entry["reason"].clone(), entry["date"].clone(), entry["xp"].clone(), source)
        };
        let mut granted: Vec<_> = live(&entries).into_iter().map(of).collect();
        granted.sort_by_key(|entry| format!("{entry:?}"));
        granted
    }
}

fn pick(list: &Value, n: usize) -> Option<String> {
    let list = list.as_array().filter(|list| !list.is_empty())?;
    list[n % list.len()]["id"].as_str().map(str::to_owned)
}

/// The entries that were not taken back. None is taken back twice, nor by anything but as much.
fn live(entries: &[Value]) -> Vec<&Value> {
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), entries.len(), "two with the same id");
    let mut live: Vec<&Value> = Vec::new();
    for entry in entries {
        if entry["reverses"].is_null() {
            assert!(entry["xp"].as_i64() > Some(0), "{entry}");
            live.push(entry);
            continue;
        }
        let index = live.iter().position(|granted| granted["id"] == entry["reverses"]).expect("an entry that holds");
        let granted = live.remove(index);
        assert_eq!(granted["xp"].as_i64().map(|xp| -xp), entry["xp"].as_i64());
        assert_eq!((&granted["source"], &granted["date"]), (&entry["source"], &entry["date"]));
    }
    live
}

fn by_date(entries: &[&Value]) -> BTreeMap<String, i64> {
    let of = |entry: &&Value| (entry["date"].as_str().expect("a date").to_owned(), entry["xp"].as_i64().expect("a number"));
    let dates: BTreeMap<String, i64> = entries.iter().map(of).collect();
    assert_eq!(dates.len(), entries.len(), "a date is granted twice");
    dates
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_is_what_exists_however_changes_are_told(
        all in prop::collection::vec(doing(), 1..50), good in 0..6_u32, after in any::<bool>()
    ) {
        run(async {
            let fault = if after { Fault::After } else { Fault::Before };
            let mut outcomes = Vec::new();
            for telling in [Telling::InOrder, Telling::Anyhow, Telling::Failing(good, fault)] {
                let mut world = World::new(telling).await;
                world.do_all(&all).await;
                assert_clean(world.app()).await;
                outcomes.push((world.granted().await, world.earned.keys().cloned().collect::<Vec<_>>()));
            }
            assert_eq!(outcomes[0], outcomes[1]);
            assert_eq!(outcomes[0], outcomes[2]);
        });
    }
}
