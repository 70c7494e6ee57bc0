//! What may happen to a user, and a naive count of what must follow: from lists and sets, and the clock looked at every
//! minute.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use avanochi::{
    kernel::{Clock as _, DayRule, DayStart, IdSource as _, RandomIds, Timestamp, UserId},
    ledger::{Summary, summary},
    store::{Batch, Collection, Partition, collection},
};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const MINUTE: i64 = 60_000_000;

#[derive(Debug, Clone)]
pub enum Step {
    Create,
    Complete(usize),
    Reopen(usize),
    Delete(usize),
    Start,
    Pause,
    Resume,
    End,
    /// A session that ended so many minutes ago and was so many long.
    Record {
        ago: u64,
        length: u64,
    },
    /// Moves both ends of an ended session by minutes.
    Correct {
        session: usize,
        start: i64,
        end: i64,
    },
    /// Deletes a session, the active one being the last.
    Discard(usize),
    Wait {
        minutes: i64,
    },
    Move(Tz),
    /// Lets dates begin so many minutes after midnight.
    Begin(DayStart),
}

pub fn step() -> impl Strategy<Value = Step> {
    let zones = [
        Tz::UTC,
        Tz::Europe__Madrid,
        Tz::Pacific__Honolulu,
        Tz::Pacific__Kiritimati,
        Tz::Asia__Kathmandu,
        Tz::Australia__Lord_Howe,
    ];
    prop_oneof![
        3 => Just(Step::Create),
        4 => (0..20_usize).prop_map(Step::Complete),
        2 => (0..20_usize).prop_map(Step::Reopen),
        2 => (0..20_usize).prop_map(Step::Delete),
        2 => Just(Step::Start),
        2 => Just(Step::Pause),
        2 => Just(Step::Resume),
        3 => Just(Step::End),
        2 => (0..3_000_u64, 1..1_441_u64).prop_map(|(ago, length)| Step::Record { ago, length }),
        2 => (0..20_usize, -900..900_i64, -900..900_i64)
            .prop_map(|(session, start, end)| Step::Correct { session, start, end }),
        1 => (0..20_usize).prop_map(Step::Discard),
        4 => prop_oneof![0..600_i64, Just(1440), 1000..9000_i64].prop_map(|minutes| Step::Wait { minutes }),
        1 => proptest::sample::select(zones.to_vec()).prop_map(Step::Move),
        1 => prop_oneof![Just(0), 0..=DayStart::MAX]
            .prop_map(|minutes| Step::Begin(DayStart::after_midnight(minutes).expect("a start"))),
    ]
}

/// A stretch of time, in microseconds.
type Stretch = (i64, i64);

#[derive(Debug)]
struct Ended {
    id: String,
    times: Stretch,
    pauses: Vec<Stretch>,
    days: DayRule,
    /// Worked, by date, in microseconds.
    focus: BTreeMap<NaiveDate, i64>,
}

#[derive(Debug)]
struct Active {
    id: String,
    start: i64,
    pauses: Vec<Stretch>,
    paused: Option<i64>,
}

#[derive(Debug)]
struct Task {
    id: String,
    created: NaiveDate,
    completed: Option<NaiveDate>,
}

#[derive(Debug, Default)]
pub struct Model {
    tasks: Vec<Task>,
    ended: Vec<Ended>,
    active: Option<Active>,
    days: DayRule,
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

impl Ended {
    fn new(id: String, times: Stretch, pauses: &[Stretch], days: DayRule) -> Self {
        let pauses: Vec<Stretch> =
            pauses.iter().map(|(from, to)| ((*from).max(times.0), (*to).min(times.1))).filter(|(from, to)| from < to).collect();
        let mut focus = BTreeMap::new();
        let mut minute = times.0.div_euclid(MINUTE) * MINUTE;
        while minute < times.1 {
            let shared = |(from, to): Stretch| (to.min(minute + MINUTE) - from.max(minute)).max(0);
            let worked = shared(times) - pauses.iter().copied().map(shared).sum::<i64>();
            if worked > 0 {
                *focus.entry(days.date_at(at(minute))).or_insert(0) += worked;
            }
            minute += MINUTE;
        }
        Self { id, times, pauses, days, focus }
    }

    fn date(&self) -> NaiveDate {
        self.days.date_at(at(self.times.1))
    }
}

impl Model {
    /// Whether a session, which may be that of the given index, would overlap another.
    fn overlaps(&self, times: Stretch, own: Option<usize>) -> bool {
        let ended = self.ended.iter().enumerate().filter(|(index, _)| Some(*index) != own);
        self.active.as_ref().is_some_and(|active| active.start < times.1)
            || ended.into_iter().any(|(_, other)| other.times.0 < times.1 && times.0 < other.times.1)
    }

    pub fn expected(&self, now: Timestamp) -> Value {
        let completed = || self.tasks.iter().filter_map(|task| task.completed);
        let days: BTreeSet<NaiveDate> = completed().chain(self.ended.iter().map(Ended::date)).collect();
        let run_to = |last: NaiveDate| {
            (0..).map_while(|back| last.checked_sub_days(Days::new(back))).take_while(|day| days.contains(day)).count()
        };
        let longest = days.iter().map(|&day| run_to(day)).max().unwrap_or(0);
        // Days after today are known already when the zone was further east.
        let today = self.days.date_at(now);
        let held = [today, today - Days::new(1)].into_iter().find(|day| days.contains(day));
        let run_from = |first: NaiveDate| {
            (1..).map_while(|on| first.checked_add_days(Days::new(on))).take_while(|day| days.contains(day)).count()
        };
        let current = held.map_or(0, |day| run_to(day) + run_from(day));
        let micros: i64 = self.ended.iter().flat_map(|ended| ended.focus.values()).sum();
        let completed = completed().count();
        json!({ "total_tasks": self.tasks.len(), "completed_tasks": completed, "tasks_completed": completed,
            "total_sessions": self.ended.len(), "hundredths": (micros + 18_000_000) / 36_000_000, "current_streak": current,
            "longest_streak": longest, "active_session": self.active.is_some() })
    }

    /// By date: tasks created and completed, sessions ended, microseconds worked.
    pub fn expected_days(&self) -> BTreeMap<NaiveDate, [i64; 4]> {
        let mut days = BTreeMap::<NaiveDate, [i64; 4]>::new();
        for task in &self.tasks {
            days.entry(task.created).or_default()[0] += 1;
            task.completed.into_iter().for_each(|date| days.entry(date).or_default()[1] += 1);
        }
        for ended in &self.ended {
            days.entry(ended.date()).or_default()[2] += 1;
            ended.focus.iter().for_each(|(date, micros)| days.entry(*date).or_default()[3] += micros);
        }
        days
    }
}

pub fn observed(stats: &Value) -> Value {
    let mut stats = stats.clone();
    let fields = stats.as_object_mut().expect("an object");
    let hours = fields.remove("total_hours").and_then(|hours| hours.as_f64()).expect("hours");
    assert_eq!(fields.remove("hours_worked").and_then(|hours| hours.as_f64()), Some(hours));
    fields.remove("user_id");
    fields.remove("as_of");
    fields.insert("hundredths".into(), json!(rounded(hours * 100.0)));
    stats
}

#[expect(clippy::cast_possible_truncation, reason = "far below 2^53")]
fn rounded(number: f64) -> i64 {
    number.round() as i64
}

/// The dates on which anything counts, as [`Model::expected_days`] has them.
pub async fn observed_days(app: &TestApp, client: &Client) -> BTreeMap<NaiveDate, [i64; 4]> {
    // Somewhere it is tomorrow.
    let to = DayRule::default().date_at(app.clock.now()) + Days::new(2);
    let from = to - Days::new(399);
    let answer = client.get(&format!("/api/stats/{}/days?from={from}&to={to}", client.id)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let micros = |seconds: &Value| rounded(seconds.as_f64().expect("a number") * 1e6);
    let read = |day: &Value| {
        let count = |field: &str| day[field].as_i64().expect("a count");
        let hours: i64 = day["focus_by_hour"].as_array().expect("hours").iter().map(micros).sum();
        assert_eq!(hours, micros(&day["focus_seconds"]), "{day}");
        let date: NaiveDate = day["date"].as_str().and_then(|date| date.parse().ok()).expect("a date");
        (date, [count("created_tasks"), count("completed_tasks"), count("sessions"), hours])
    };
    let days: Vec<_> = answer.body["days"].as_array().expect("days").iter().map(read).collect();
    assert!(days.windows(2).all(|pair| pair[0].0 < pair[1].0), "{days:?}");
    days.into_iter().filter(|(_, counts)| counts.iter().any(|count| *count != 0)).collect()
}

pub async fn perform(app: &TestApp, ann: &Client, model: &mut Model, step: &Step) {
    let now = app.clock.now().micros();
    let today = model.days.date_at(at(now));
    match *step {
        Step::Create => {
            let id = ann.create_task("a task").await.text("id");
            model.tasks.push(Task { id, created: today, completed: None });
        }
        Step::Complete(n) | Step::Reopen(n) => {
            let count = model.tasks.len().max(1);
            let Some(task) = model.tasks.get_mut(n % count) else { return };
            let complete = matches!(step, Step::Complete(_));
            let action = if complete { "complete" } else { "reopen" };
            assert_eq!(ann.patch(&format!("/api/tasks/{}", task.id), json!({ "action": action })).await.status, 200);
            task.completed = complete.then(|| task.completed.unwrap_or(today));
        }
        Step::Delete(n) if !model.tasks.is_empty() => {
            let task = model.tasks.remove(n % model.tasks.len());
            assert_eq!(ann.delete(&format!("/api/tasks/{}", task.id)).await.status, 204);
        }
        Step::Delete(_) => {}
        Step::Start => {
            let started = ann.start().await;
            assert_eq!(started.status, if model.active.is_none() { 201 } else { 400 });
            if model.active.is_none() {
                model.active = Some(Active { id: started.text("id"), start: now, pauses: Vec::new(), paused: None });
            }
        }
        Step::Pause | Step::Resume => {
            let Some(active) = &mut model.active else { return };
            let pause = matches!(step, Step::Pause);
            let path = format!("/api/work_sessions/{}/{}", active.id, if pause { "pause" } else { "resume" });
            let answer = ann.post_empty(&path).await;
            assert_eq!((answer.status, &answer.body["paused"]), (200, &json!(pause)));
            match active.paused {
                None if pause => active.paused = Some(now),
                Some(since) if !pause => {
                    active.pauses.push((since, now));
                    active.paused = None;
                }
                _ => {}
            }
            let seen = ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body;
            assert_eq!(seen, answer.body);
        }
        Step::End => {
            let Some(mut active) = model.active.take() else { return };
            active.pauses.extend(active.paused.map(|since| (since, now)));
            assert_eq!(ann.end(&active.id).await.status, 200);
            model.ended.push(Ended::new(active.id, (active.start, now), &active.pauses, model.days));
        }
        Step::Record { ago, length } => {
            let end = at(now).minus(Duration::from_secs(ago * 60));
            let start = end.minus(Duration::from_secs(length * 60));
            let times = (start.micros(), end.micros());
            let recorded = ann.record(start, end).await;
            let overlaps = model.overlaps(times, None);
            assert_eq!(recorded.status, if overlaps { 409 } else { 201 }, "{recorded:?}");
            if !overlaps {
                model.ended.push(Ended::new(recorded.text("id"), times, &[], model.days));
            }
        }
        Step::Correct { session, start, end } => correct(ann, model, now, session, (start * MINUTE, end * MINUTE)).await,
        Step::Discard(n) => {
            let count = model.ended.len() + usize::from(model.active.is_some());
            let Some(index) = n.checked_rem(count) else { return };
            let ended = (index < model.ended.len()).then(|| model.ended.remove(index).id);
            let id = ended.or_else(|| model.active.take().map(|active| active.id)).expect("one of them");
            assert_eq!(ann.delete(&format!("/api/work_sessions/{id}")).await.status, 204);
        }
        Step::Wait { minutes } => app.clock.advance_micros(minutes * MINUTE + 1),
        Step::Move(zone) => {
            let moved = ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": zone.name() })).await;
            assert_eq!(moved.status, 200);
            model.days.zone = zone;
        }
        Step::Begin(day_start) => {
            begin(app, ann, day_start).await;
            model.days.day_start = day_start;
        }
    }
}

/// Lets the dates of a user begin at another time from now on.
pub async fn begin(app: &TestApp, ann: &Client, day_start: DayStart) {
    let owner = UserId::parse(&ann.id).map(Partition::of).expect("an id");
    let read = Collection::<Summary>::new(app.store.clone()).get(owner.clone(), summary::ID).await.expect("read");
    let read = read.expect("a summary");
    let mut summary = read.value;
    summary.day_start = day_start;
    let write = collection::replace(&summary, summary.seq, &read.etag).expect("a write");
    let op = RandomIds::default().next(app.clock.now());
    app.store.commit(Batch::new(owner, op).with(write)).await.expect("written");
}

async fn correct(ann: &Client, model: &mut Model, now: i64, session: usize, by: Stretch) {
    if model.ended.is_empty() {
        return;
    }
    let index = session % model.ended.len();
    let was = &model.ended[index];
    let (start, end) = (was.times.0 + by.0, was.times.1 + by.1);
    let expected = if by == (0, 0) {
        200
    } else if end <= start || end > now || end - start > 24 * 60 * MINUTE {
        400
    } else if model.overlaps((start, end), Some(index)) {
        409
    } else {
        200
    };
    let path = format!("/api/work_sessions/{}", was.id);
    let answer = ann.patch(&path, json!({ "start_time": at(start), "end_time": at(end) })).await;
    assert_eq!(answer.status, expected, "{answer:?}");
    if expected == 200 {
        model.ended[index] = Ended::new(was.id.clone(), (start, end), &was.pauses, was.days);
    }
}

pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(future)
}
