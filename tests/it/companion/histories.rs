//! Random histories: how a companion is says nothing of when it was looked at, nor of who was told of what.

use avanochi::kernel::{Clock as _, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{companion, shown, stored, tell};
use crate::{
    model::run,
    support::{Client, TestApp},
};

#[derive(Debug, Clone)]
enum Step {
    /// Something was drunk, so many minutes ago.
    Drink(u64, u64),
    Meal(usize, u64),
    /// A rest of so many minutes, which has just ended.
    Rest(u64),
    Task,
    /// A session starts, or the one under way ends.
    Work,
    Off(i64),
    Pass(i64),
    /// It is looked at.
    Look,
    /// Everything so far is told.
    Told,
}

fn step() -> impl Strategy<Value = Step> {
    let ago = || prop_oneof![3 => 0..120_u64, 1 => 0..4_300_u64];
    prop_oneof![
        6 => (50..=1000_u64, ago()).prop_map(|(ml, ago)| Step::Drink(ml, ago)),
        4 => (0..4_usize, ago()).prop_map(|(kind, ago)| Step::Meal(kind, ago)),
        3 => (1..60_u64).prop_map(Step::Rest),
        3 => Just(Step::Task),
        3 => Just(Step::Work),
        1 => (0..3_i64).prop_map(Step::Off),
        6 => (1..900_i64).prop_map(Step::Pass),
        4 => Just(Step::Look),
        3 => Just(Step::Told),
    ]
}

/// Somebody who does the same as somebody elsewhere.
struct Person {
    app: TestApp,
    ann: Client,
}

impl Person {
    async fn new() -> Self {
        let app = TestApp::new();
        Self { ann: app.somebody().await, app }
    }

    fn ago(&self, minutes: u64) -> Timestamp {
        self.app.clock.now().minus(std::time::Duration::from_secs(minutes * 60))
    }

    async fn perform(&self, step: &Step) {
        let (ann, ago) = (&self.ann, |minutes| self.ago(minutes).to_string());
        match step {
            Step::Drink(ml, minutes) => {
                ann.post("/api/hydration", json!({ "ml": ml, "at": ago(*minutes) })).await;
            }
            Step::Meal(kind, minutes) => {
                let kind = ["breakfast", "lunch", "dinner", "snack"][*kind];
                ann.post("/api/meals", json!({ "kind": kind, "at": ago(*minutes) })).await;
            }
            Step::Rest(length) => {
                // One that goes over midnight is of the date before alone.
                let begins = self.ago(*length);
                if begins.to_string()[..10] == ago(0)[..10] {
                    ann.post("/api/rests", json!({ "kind": "lunch", "start_time": begins.to_string(), "end_time": ago(0) }))
                        .await;
                }
            }
            Step::Task => {
                ann.complete_new_task().await;
            }
            Step::Work => match ann.get("/api/work_sessions/active").await.body["id"].as_str() {
                Some(id) => {
                    ann.end(id).await;
                }
                None => {
                    ann.start().await;
                }
            },
            Step::Off(days) => {
                let date = (self.app.clock.now().plus(std::time::Duration::from_hours(24))).to_string()[..10].to_owned();
                let first: chrono::NaiveDate = date.parse().expect("a date");
                let last = first + chrono::TimeDelta::days(*days);
                ann.post("/api/time_off", json!({ "from": first, "to": last, "kind": "holiday" })).await;
            }
            Step::Pass(minutes) => self.app.advance_seconds(minutes * 60),
            Step::Look | Step::Told => {}
        }
    }
}

/// How it is, but for whose it is.
async fn seen(person: &Person) -> Value {
    let mut seen = companion(&person.ann).await;
    seen["user_id"] = Value::Null;
    seen
}

/// Of two who do the same, one looks and is told of it now and then; in the end both have the same companion.
async fn in_two_ways(steps: &[Step]) {
    let (busy, quiet) = (Person::new().await, Person::new().await);
    let mut grown = 0;
    for step in steps {
        busy.perform(step).await;
        quiet.perform(step).await;
        match step {
            Step::Look => {
                let seen = seen(&busy).await;
                let stages = ["egg", "hatchling", "child", "teen", "adult", "elder"];
                let stage = stages.iter().position(|stage| seen["stage"] == *stage).expect("a stage");
                assert!(stage >= grown, "{seen}");
                grown = stage;
                let [energy, hydration, happiness] = shown(&seen);
                assert!((20..=100).contains(&energy) && (20..=100).contains(&hydration) && happiness <= 100, "{seen}");
                // What is known of progress was written by the first look.
                let before = stored(&busy.app, &busy.ann).await;
                companion(&busy.ann).await;
                assert_eq!(stored(&busy.app, &busy.ann).await, before);
            }
            Step::Told => tell(&busy.app, &busy.ann).await,
            _ => {}
        }
    }
    assert_eq!(seen(&busy).await, seen(&quiet).await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn neither_looking_nor_telling_changes_how_it_is(steps in prop::collection::vec(step(), 1..60)) {
        run(in_two_ways(&steps));
    }
}
