//! Random histories of tasks through two instances: what is listed is what a filter over a plain list finds, a series is one
//! chain, and what is counted and followed is what exists.

use std::collections::{BTreeMap, BTreeSet};

use avanochi::kernel::{Clock as _, DayRule, DayStart};
use chrono::{Datelike as _, Days, NaiveDate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    changes::Mirror,
    import::assert_clean,
    model::run,
    support::{Client, LONG_TOKENS, TestApp, task_path, time},
};

#[derive(Debug, Clone)]
enum Step {
    /// With dates so many days from now, a priority, tags, and whether it recurs each so many days.
    Create {
        due: Option<i64>,
        at: bool,
        planned: Option<i64>,
        priority: usize,
        tags: u8,
        every: Option<u8>,
    },
    Edit {
        task: usize,
        due: Option<i64>,
        planned: Option<i64>,
        tags: u8,
    },
    Do(usize, &'static str),
    /// Completed so many hours ago.
    CompleteBefore(usize, u64),
    Restore(usize),
    Timer(usize, &'static str),
    Hours(i64),
    /// What is due is done, after so many hours of nothing.
    Jobs(i64),
    /// Moves to another zone, or begins days at another hour.
    Move(&'static str, u16),
}

const PRIORITIES: [&str; 4] = ["low", "medium", "high", "urgent"];

fn step() -> impl Strategy<Value = Step> {
    let day = || prop::option::weighted(0.5, -9..12_i64);
    let create = (day(), any::<bool>(), day(), 0..4_usize, 0..4_u8, prop::option::weighted(0.4, 1..4_u8))
        .prop_map(|(due, at, planned, priority, tags, every)| Step::Create { due, at, planned, priority, tags, every });
    let edit =
        (0..30_usize, day(), day(), 0..4_u8).prop_map(|(task, due, planned, tags)| Step::Edit { task, due, planned, tags });
    let actions = prop::sample::select(vec!["complete", "complete", "complete", "reopen", "reopen", "delete"]);
    let zones = prop::sample::select(vec!["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Madrid"]);
    prop_oneof![
        4 => create,
        2 => edit,
        8 => (0..30_usize, actions).prop_map(|(task, what)| Step::Do(task, what)),
        1 => (0..30_usize, 0..60_u64).prop_map(|(task, hours)| Step::CompleteBefore(task, hours)),
        2 => (0..30_usize).prop_map(Step::Restore),
        2 => (0..30_usize, prop::sample::select(vec!["start", "stop"])).prop_map(|(task, what)| Step::Timer(task, what)),
        3 => (1..40_i64).prop_map(Step::Hours),
        2 => (1..200_i64).prop_map(Step::Jobs),
        1 => (zones, 0..720_u16).prop_map(|(zone, day_start)| Step::Move(zone, day_start)),
    ]
}

fn tags(of: u8) -> Vec<&'static str> {
    [(1, "home"), (2, "Work")].into_iter().filter(|(bit, _)| of & bit != 0).map(|(_, tag)| tag).collect()
}

struct World {
    app: TestApp,
    ann: Client,
    rule: DayRule,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new();
        let ann = app.somebody().await;
        Self { app, ann, rule: DayRule::default() }
    }

    fn today(&self) -> NaiveDate {
        self.rule.date_at(self.app.clock.now())
    }

    fn date(&self, days: i64) -> NaiveDate {
        self.today() + chrono::TimeDelta::days(days)
    }

    async fn tasks(&self) -> Vec<Value> {
        self.ann.get("/api/tasks").await.body.as_array().expect("tasks").clone()
    }

    async fn trash(&self) -> Vec<Value> {
        self.ann.get("/api/tasks?trashed=true").await.body.as_array().expect("tasks").clone()
    }

    /// Does it through whichever instance the client is of.
    async fn perform(&mut self, client: &Client, step: &Step) {
        // No two things happen at one instant, so that order is never chance.
        self.app.clock.advance_micros(1_000_003);
        let tasks = if matches!(step, Step::Restore(_)) { self.trash().await } else { self.tasks().await };
        let some = |n: usize| tasks.get(n % tasks.len().max(1)).map(task_path);
        let answer = match step {
            Step::Create { due, at, planned, priority, tags: of, every } => {
                let mut body = json!({ "title": format!("task {}", tasks.len()), "user_id": client.id, "tags": tags(*of),
                    "priority": PRIORITIES[*priority], "due_on": due.map(|days| self.date(days)), "planned_for": planned.map(|days| self.date(days)) });
                if *at && due.is_some() {
                    body["due_time"] = json!("11:30");
                }
                body["recurrence"] = json!(every.map(|every| json!({ "every": every, "unit": "day" })));
                client.post("/api/tasks", body).await
            }
            Step::Edit { task, due, planned, tags: of } => {
                let Some(path) = some(*task) else { return };
                let dates = json!({ "due_on": due.map(|days| self.date(days)), "planned_for": planned.map(|days| self.date(days)), "tags": tags(*of) });
                client.patch(&path, dates).await
            }
            Step::Do(task, what) => {
                let Some(path) = some(*task) else { return };
                if *what == "delete" { client.delete(&path).await } else { client.patch(&path, json!({ "action": what })).await }
            }
            Step::CompleteBefore(task, hours) => {
                let Some(path) = some(*task) else { return };
                let at = self.app.clock.now().minus(std::time::Duration::from_hours(*hours));
                client.patch(&path, json!({ "action": "complete", "completed_at": at })).await
            }
            Step::Restore(task) => {
                let Some(path) = some(*task) else { return };
                client.post_empty(&format!("{path}/restore")).await
            }
            Step::Timer(task, what) => {
                let Some(path) = some(*task) else { return };
                client.post_empty(&format!("{path}/timer/{what}")).await
            }
            Step::Hours(hours) => return self.app.advance_hours(*hours),
            Step::Jobs(hours) => {
                self.app.advance_hours(*hours);
                return self.app.do_due().await.expect("done");
            }
            Step::Move(zone, day_start) => {
                self.rule.zone = zone.parse().expect("a zone");
                self.rule.day_start = DayStart::after_midnight(*day_start).expect("before noon");
                let settings = json!({ "day_start": format!("{:02}:{:02}", day_start / 60, day_start % 60) });
                assert_eq!(client.patch("/api/settings", settings).await.status, 200);
                client.patch(&format!("/api/users/{}", client.id), json!({ "time_zone": zone })).await
            }
        };
        assert!([200, 201, 204, 400, 404, 409].contains(&answer.status), "{step:?}: {answer:?}");
    }
}

/// A task as the list of all shows it, read naively.
struct Naive<'a>(&'a Value);

impl Naive<'_> {
    fn date(&self, field: &str) -> Option<NaiveDate> {
        self.0[field].as_str().map(|date| date.parse().expect("a date"))
    }

    fn done(&self) -> bool {
        self.0["completed"] == true
    }

    fn shown(&self, view: &str, today: NaiveDate, completed_on: Option<NaiveDate>) -> bool {
        let monday = today - Days::new(today.weekday().num_days_from_monday().into());
        let sunday = monday + Days::new(6);
        let yesterday = today - Days::new(1);
        let (due, planned) = (self.date("due_on"), self.date("planned_for"));
        let any = |of: &dyn Fn(NaiveDate) -> bool| due.is_some_and(of) || planned.is_some_and(of);
        match view {
            "today" => (!self.done() && any(&|date| date <= today)) || completed_on == Some(today),
            "yesterday" => (!self.done() && planned == Some(yesterday)) || completed_on == Some(yesterday),
            "week" => {
                (!self.done() && any(&|date| date <= sunday)) || completed_on.is_some_and(|on| (monday..=sunday).contains(&on))
            }
            "overdue" => self.0["overdue"] == true,
            "upcoming" => !self.done() && any(&|date| date > today),
            _ => !self.done() && due.is_none() && planned.is_none(),
        }
    }

    fn has_tag(&self, wanted: &str) -> bool {
        self.0["tags"]
            .as_array()
            .expect("tags")
            .iter()
            .any(|tag| tag.as_str().is_some_and(|tag| tag.eq_ignore_ascii_case(wanted)))
    }
}

fn ids(tasks: &[Value]) -> BTreeSet<String> {
    tasks.iter().map(|task| task["id"].as_str().expect("an id").to_owned()).collect()
}

/// Whether a question is about the task.
type Rule<'a> = &'a dyn Fn(&Value) -> bool;

/// Holds each view and filter to a filter over all tasks. `completed_on`: the date of each that was completed where its user was.
async fn check_lists(world: &World, completed_on: &BTreeMap<String, NaiveDate>) {
    let (ann, today) = (&world.ann, world.today());
    let all = world.tasks().await;
    let on = |task: &Value| completed_on.get(task["id"].as_str().expect("an id")).copied().filter(|_| task["completed"] == true);
    for view in ["today", "yesterday", "week", "overdue", "upcoming", "inbox"] {
        let expected: Vec<Value> = all.iter().filter(|task| Naive(task).shown(view, today, on(task))).cloned().collect();
        let listed = ann.all_pages(&format!("/api/tasks?view={view}"), 1000).await;
        assert_eq!(ids(&listed), ids(&expected), "{view} on {today}");
        assert_eq!(listed.len(), expected.len());
        assert!(listed.iter().all(|task| expected.contains(task)), "{view}");
        assert_eq!(ann.all_pages(&format!("/api/tasks?view={view}"), 3).await, listed, "{view}");
    }
    let week_ago = today - Days::new(7);
    let between =
        |field: &'static str| move |task: &Value| Naive(task).date(field).is_some_and(|date| week_ago <= date && date <= today);
    let questions: [(String, Rule<'_>); 9] = [
        ("tag=WORK".into(), &|task| Naive(task).has_tag("work")),
        ("tag=work,home".into(), &|task| Naive(task).has_tag("work") && Naive(task).has_tag("home")),
        ("priority=urgent".into(), &|task| task["priority"] == "urgent"),
        ("completed=true&q=task".into(), &|task| Naive(task).done()),
        (format!("due_from={week_ago}&due_to={today}"), &between("due_on")),
        (format!("planned_from={week_ago}&planned_to={today}"), &between("planned_for")),
        (format!("completed_from={week_ago}&completed_to={today}"), &|task| {
            on(task).is_some_and(|date| week_ago <= date && date <= today)
        }),
        (format!("due_to={today}&planned_from={week_ago}&completed=false"), &|task| {
            let task = Naive(task);
            !task.done()
                && task.date("due_on").is_some_and(|date| date <= today)
                && task.date("planned_for").is_some_and(|date| week_ago <= date)
        }),
        ("priority=high&tag=home&completed=false".into(), &|task| {
            task["priority"] == "high" && Naive(task).has_tag("home") && !Naive(task).done()
        }),
    ];
    for (query, holds) in questions {
        let expected: Vec<Value> = all.iter().filter(|task| holds(task)).cloned().collect();
        assert_eq!(ann.all_pages(&format!("/api/tasks?{query}&sort=created_at"), 2).await, expected, "{query}");
    }
    for (sort, field) in [("due", "due_on"), ("planned_for", "planned_for")] {
        for (sign, turned) in [("", false), ("-", true)] {
            let listed = ann.all_pages(&format!("/api/tasks?sort={sign}{sort}"), 4).await;
            let dates: Vec<Option<NaiveDate>> = listed.iter().map(|task| Naive(task).date(field)).collect();
            let told: Vec<NaiveDate> = dates.iter().copied().take_while(Option::is_some).flatten().collect();
            assert!(told.windows(2).all(|pair| if turned { pair[0] >= pair[1] } else { pair[0] <= pair[1] }), "{dates:?}");
            assert!(dates[told.len()..].iter().all(Option::is_none), "{dates:?}");
            assert_eq!(ids(&listed), ids(&all));
        }
    }
}

/// Each date of a series is there once, and its occurrences follow each other: only one that was reopened stands open before another.
fn check_series(tasks: &[Value], reopened: &BTreeSet<String>) {
    let mut series: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for task in tasks {
        if let Some(id) = task["series_id"].as_str() {
            series.entry(id).or_default().push(task);
        }
    }
    for occurrences in series.values() {
        let open: Vec<_> = occurrences.iter().filter(|task| task["completed"] == false).collect();
        let never_reopened = open.iter().filter(|task| !reopened.contains(task["id"].as_str().expect("an id"))).count();
        assert!(never_reopened <= 1, "{open:?}");
    }
}

/// What is told of changes is what is listed; what needs a clock is not told.
async fn check_followed(ann: &Client, mirror: &mut Mirror) {
    mirror.catch_up(ann).await;
    let mut listed = ann.all_pages("/api/tasks", 1000).await;
    for task in &mut listed {
        if task["completed"] == false && !task["due_on"].is_null() {
            task["overdue"] = Value::Null;
        }
    }
    listed.sort_by_key(|task| task["id"].to_string());
    assert_eq!(mirror.of("tasks"), listed);
}

/// Remembers the date on which each task was completed, as it was where the user was then.
async fn remember(world: &World, completed_on: &mut BTreeMap<String, NaiveDate>, reopened: &mut BTreeSet<String>) {
    for task in world.tasks().await {
        let id = task["id"].as_str().expect("an id").to_owned();
        match task["completed_at"].as_str() {
            Some(at) => drop(completed_on.entry(id).or_insert_with(|| world.rule.date_at(time(at)))),
            None if completed_on.remove(&id).is_some() => drop(reopened.insert(id)),
            None => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_filters_over_what_there_is(steps in prop::collection::vec(step(), 1..40)) {
        run(async {
            let mut world = World::new().await;
            let elsewhere = world.ann.through(&world.app.another(&[LONG_TOKENS]));
            let (mut completed_on, mut reopened) = (BTreeMap::new(), BTreeSet::new());
            let mut followers = vec![Mirror::default()];
            for (n, step) in steps.iter().enumerate() {
                let client = if n % 2 == 0 { world.ann.clone() } else { elsewhere.clone() };
                world.perform(&client, step).await;
                remember(&world, &mut completed_on, &mut reopened).await;
                if n % 8 == 3 {
                    let mut follower = Mirror::default();
                    follower.catch_up(&client).await;
                    followers.push(follower);
                }
                if n % 10 == 9 {
                    check_lists(&world, &completed_on).await;
                }
            }
            check_lists(&world, &completed_on).await;
            check_series(&world.tasks().await, &reopened);
            for mut follower in followers {
                check_followed(&elsewhere, &mut follower).await;
            }
            assert_clean(&world.app).await;
        });
    }

    #[test]
    fn two_instances_at_once_leave_what_is_counted_and_followed(
        one in prop::collection::vec(step(), 1..25), other in prop::collection::vec(step(), 1..25)
    ) {
        run(async {
            let world = World::new().await;
            let elsewhere = world.ann.through(&world.app.another(&[LONG_TOKENS]));
            let mut mirror = Mirror::default();
            mirror.catch_up(&elsewhere).await;
            let mut writers = tokio::task::JoinSet::new();
            for (client, steps) in [(world.ann.clone(), one), (elsewhere.clone(), other)] {
                // Both know the user's dates, so neither changes them.
                let mut world = World { app: world.app.clone(), ann: world.ann.clone(), rule: world.rule };
                writers.spawn(async move {
                    for step in steps.iter().filter(|step| !matches!(step, Step::Move(..))) {
                        world.perform(&client, step).await;
                    }
                });
            }
            writers.join_all().await;
            let tasks = world.tasks().await;
            let running = tasks.iter().filter(|task| !task["timer_started_at"].is_null()).count();
            assert!(running <= 1, "{tasks:?}");
            check_followed(&elsewhere, &mut mirror).await;
            check_followed(&world.ann, &mut Mirror::default()).await;
            assert_clean(&world.app).await;
        });
    }
}
