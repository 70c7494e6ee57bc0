//! A series under random completing, reopening, editing, deleting and restoring on two devices, beside a naive model of it.

use avanochi::kernel::{Clock as _, DayRule};
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    model::run,
    support::{Client, LONG_TOKENS, TestApp, task_path},
};

#[derive(Debug, Clone)]
enum Step {
    Complete(usize),
    Reopen(usize),
    Rename(usize),
    Delete(usize),
    Restore(usize),
    Hours(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let some = || 0..8_usize;
    prop_oneof![
        6 => some().prop_map(Step::Complete),
        4 => some().prop_map(Step::Reopen),
        1 => some().prop_map(Step::Rename),
        2 => some().prop_map(Step::Delete),
        2 => some().prop_map(Step::Restore),
        2 => (1..30_i64).prop_map(Step::Hours),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Open,
    Done,
}

#[derive(Debug)]
struct Occurrence {
    date: NaiveDate,
    state: State,
    trashed: bool,
    touched: bool,
    /// The date of the one that followed when it was completed.
    next: Option<NaiveDate>,
}

/// All occurrences that there are, each of another date.
struct Chain {
    every: i64,
    first: NaiveDate,
    all: Vec<Occurrence>,
}

impl Chain {
    fn new(first: NaiveDate, every: i64) -> Self {
        let mut chain = Self { every, first, all: Vec::new() };
        chain.make(first);
        chain
    }

    fn make(&mut self, date: NaiveDate) {
        self.all.push(Occurrence { date, state: State::Open, trashed: false, touched: false, next: None });
    }

    fn has(&self, date: NaiveDate) -> bool {
        self.all.iter().any(|one| one.date == date)
    }

    fn complete(&mut self, n: usize, today: NaiveDate) {
        let one = &mut self.all[n];
        if one.state == State::Done {
            return;
        }
        (one.state, one.touched) = (State::Done, true);
        if self.all[n].next.is_some_and(|next| self.has(next)) {
            return;
        }
        let mut date = self.first;
        while date <= self.all[n].date || date <= today {
            date += TimeDelta::days(self.every);
        }
        let makes = !self.has(date);
        self.all[n].next = makes.then_some(date);
        if makes {
            self.make(date);
        }
    }

    fn reopen(&mut self, n: usize) {
        let one = &mut self.all[n];
        if one.state == State::Open {
            return;
        }
        (one.state, one.touched) = (State::Open, true);
        let Some(next) = one.next else { return };
        if self.all.iter().any(|one| one.date == next && one.touched) {
            return;
        }
        self.all[n].next = None;
        self.all.retain(|one| one.date != next);
    }

    fn shown(&self) -> Vec<(NaiveDate, State, bool)> {
        let mut shown: Vec<_> = self.all.iter().map(|one| (one.date, one.state, one.trashed)).collect();
        shown.sort_unstable();
        shown
    }
}

async fn listed(client: &Client) -> Vec<Value> {
    let mut all = client.all_pages("/api/tasks", 1000).await;
    all.extend(client.all_pages("/api/tasks?trashed=true", 1000).await);
    all
}

fn shown(task: &Value) -> (NaiveDate, State, bool) {
    let date = task["due_on"].as_str().and_then(|date| date.parse().ok()).expect("a date");
    (date, if task["completed"] == true { State::Done } else { State::Open }, !task["deleted_at"].is_null())
}

async fn perform(app: &TestApp, client: &Client, chain: &mut Chain, step: &Step) {
    app.advance_seconds(1);
    let today = DayRule::default().date_at(app.clock.now());
    let (Step::Complete(n) | Step::Reopen(n) | Step::Rename(n) | Step::Delete(n) | Step::Restore(n)) = *step else {
        let Step::Hours(hours) = *step else { return };
        return app.advance_hours(hours);
    };
    let restores = matches!(step, Step::Restore(_));
    let fit: Vec<usize> = (0..chain.all.len()).filter(|n| chain.all[*n].trashed == restores).collect();
    let Some(n) = n.checked_rem(fit.len()).map(|n| fit[n]) else { return };
    let date = chain.all[n].date;
    let tasks = listed(client).await;
    let path = tasks.iter().find(|task| shown(task).0 == date).map(task_path).expect("it is there");
    let answer = match step {
        Step::Complete(_) => {
            chain.complete(n, today);
            client.patch(&path, json!({ "action": "complete" })).await
        }
        Step::Reopen(_) => {
            chain.reopen(n);
            client.patch(&path, json!({ "action": "reopen" })).await
        }
        Step::Rename(_) => {
            chain.all[n].touched = true;
            client.patch(&path, json!({ "title": format!("renamed on {today}, {date}") })).await
        }
        Step::Delete(_) => {
            (chain.all[n].trashed, chain.all[n].touched) = (true, true);
            client.delete(&path).await
        }
        Step::Restore(_) | Step::Hours(_) => {
            chain.all[n].trashed = false;
            client.post_empty(&format!("{path}/restore")).await
        }
    };
    assert!(answer.status < 300, "{step:?}: {answer:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_series_is_one_chain(every in 1..4_i64, ahead in -5..5_i64, steps in prop::collection::vec(step(), 1..35)) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let elsewhere = ann.through(&app.another(&[LONG_TOKENS]));
            let first = DayRule::default().date_at(app.clock.now()) + TimeDelta::days(ahead);
            ann.task_with(json!({ "due_on": first, "recurrence": { "every": every, "unit": "day" } })).await;
            let mut chain = Chain::new(first, every);
            for (n, step) in steps.iter().enumerate() {
                perform(&app, if n % 3 == 0 { &elsewhere } else { &ann }, &mut chain, step).await;
                let mut found: Vec<_> = listed(&ann).await.iter().map(shown).collect();
                found.sort_unstable();
                assert_eq!(found, chain.shown(), "after {step:?}");
            }
            assert_clean(&app).await;
        });
    }

    /// Whatever the order in which two devices complete and reopen: once the open ones are completed, one is left.
    #[test]
    fn two_devices_at_once_leave_one_open_task(
        one in prop::collection::vec(any::<bool>(), 1..8), other in prop::collection::vec(any::<bool>(), 1..8)
    ) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let elsewhere = ann.through(&app.another(&[LONG_TOKENS]));
            let task = ann.task_with(json!({ "due_on": "2026-01-14", "recurrence": { "every": 1, "unit": "day" } })).await;
            let mut writers = tokio::task::JoinSet::new();
            for (client, actions) in [(ann.clone(), one), (elsewhere, other)] {
                let path = task_path(&task);
                writers.spawn(async move {
                    for complete in actions {
                        let action = if complete { "complete" } else { "reopen" };
                        assert_eq!(client.patch(&path, json!({ "action": action })).await.status, 200);
                    }
                });
            }
            writers.join_all().await;
            let open = ann.all_pages("/api/tasks?completed=false", 1000).await;
            assert_eq!(open.len(), 1, "{open:?}");
            assert_clean(&app).await;
        });
    }
}
