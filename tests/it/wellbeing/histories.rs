//! Whatever is entered and taken back, what is counted and shown is what a plain sum says.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    model::run,
    support::{Client, LONG_TOKENS, TestApp},
};

#[derive(Debug, Clone)]
enum Step {
    /// Something was drunk, so many minutes ago.
    Drink(u64, i64),
    Meal(usize, i64),
    /// A rest of so many minutes, which ended so many ago.
    Rest(i64, i64),
    /// One of those that there are is taken back.
    TakeBack(usize),
    Pass(i64),
    Move(usize),
    DayStart(usize),
}

const MEALS: [&str; 4] = ["breakfast", "lunch", "dinner", "snack"];
const ZONES: [&str; 4] = ["UTC", "Europe/Madrid", "America/Los_Angeles", "Pacific/Kiritimati"];
const STARTS: [&str; 3] = ["00:00", "04:00", "12:00"];

fn step() -> impl Strategy<Value = Step> {
    // Near the present, mostly, but up to three days ago.
    let ago = || prop_oneof![3 => 0..600_i64, 1 => 0..4_300_i64];
    prop_oneof![
        6 => (50..=1000_u64, ago()).prop_map(|(ml, ago)| Step::Drink(ml, ago)),
        4 => (0..4_usize, ago()).prop_map(|(kind, ago)| Step::Meal(kind, ago)),
        4 => (1..90_i64, ago()).prop_map(|(length, ago)| Step::Rest(length, ago)),
        5 => any::<usize>().prop_map(Step::TakeBack),
        3 => (1..900_i64).prop_map(Step::Pass),
        1 => (0..4_usize).prop_map(Step::Move),
        1 => (0..3_usize).prop_map(Step::DayStart),
    ]
}

struct History {
    app: TestApp,
    ann: Client,
    /// What there is, as it was shown, with the path of its kind.
    entered: Vec<(&'static str, Value)>,
}

impl History {
    fn ago(&self, minutes: i64) -> String {
        use avanochi::kernel::{Clock as _, Timestamp};
        Timestamp::from_micros(self.app.clock.now().micros() - minutes * 60_000_000).to_string()
    }

    async fn perform(&mut self, step: &Step) {
        match step {
            Step::Drink(ml, ago) => self.enter("hydration", json!({ "ml": ml, "at": self.ago(*ago) })).await,
            Step::Meal(kind, ago) => self.enter("meals", json!({ "kind": MEALS[*kind], "at": self.ago(*ago) })).await,
            Step::Rest(length, ago) => {
                let new = json!({ "kind": "lunch", "start_time": self.ago(ago + length), "end_time": self.ago(*ago) });
                self.enter("rests", new).await;
            }
            Step::TakeBack(index) if !self.entered.is_empty() => {
                let (path, gone) = self.entered.swap_remove(index % self.entered.len());
                let one = format!("/api/{path}/{}", gone["id"].as_str().expect("an id"));
                assert_eq!(self.ann.delete(&one).await.status, 204);
            }
            Step::TakeBack(_) => {}
            Step::Pass(minutes) => self.app.advance_seconds(minutes * 60),
            Step::Move(zone) => {
                let user = format!("/api/users/{}", self.ann.id);
                assert_eq!(self.ann.patch(&user, json!({ "time_zone": ZONES[*zone] })).await.status, 200);
            }
            Step::DayStart(start) => {
                assert_eq!(self.ann.patch("/api/settings", json!({ "day_start": STARTS[*start] })).await.status, 200);
            }
        }
    }

    async fn enter(&mut self, path: &'static str, new: Value) {
        let made = self.ann.post(&format!("/api/{path}"), new).await;
        if path == "rests" && made.status == 409 {
            made.assert_error(409, "rests_overlap");
            return;
        }
        assert_eq!(made.status, 201, "{made:?}");
        self.entered.push((path, made.body));
    }

    /// Of a kind and a date, in order of time.
    fn on(&self, path: &str, date: &Value) -> Vec<Value> {
        let mut found: Vec<Value> =
            self.entered.iter().filter(|(of, one)| *of == path && one["date"] == *date).map(|(_, one)| one.clone()).collect();
        let at = |one: &Value| (one["at"].to_string(), one["start_time"].to_string(), one["id"].to_string());
        found.sort_by_key(at);
        found
    }

    async fn check(&self) {
        let today = self.ann.get("/api/wellbeing/today").await.body;
        let date = &today["date"];
        let drunk: u64 = self.on("hydration", date).iter().map(|one| one["ml"].as_u64().expect("a number")).sum();
        assert_eq!(today["hydration"]["ml"], drunk, "{today}");
        assert_eq!(today["meals"], json!(self.on("meals", date)));
        let ids = |all: &[Value]| all.iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
        let rests = today["rests"].as_array().expect("rests");
        assert_eq!(ids(rests), ids(&self.on("rests", date)));
        for path in ["hydration", "meals", "rests"] {
            let date = date.as_str().expect("a date");
            let listed = self.ann.get(&format!("/api/{path}?from={date}&to={date}")).await.body;
            assert_eq!(listed, json!(self.on(path, &json!(date))), "{path}");
        }
        assert_clean(&self.app).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_is_what_a_plain_sum_says(steps in prop::collection::vec(step(), 1..30)) {
        run(async {
            let app = TestApp::with(&[LONG_TOKENS]);
            let ann = app.somebody().await;
            let mut history = History { app, ann, entered: Vec::new() };
            for step in &steps {
                history.perform(step).await;
                history.check().await;
            }
        });
    }
}
