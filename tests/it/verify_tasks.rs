//! The check of what must hold of tasks beyond their counts: their one timer, what is due for them, the lists that they stand in.

use avanochi::{
    kernel::UserId,
    ledger::Fact,
    migration::verify::{self, Mode},
    store::{Collection, Draft, Partition, Write, collection},
    work::tasks::{
        model::Task,
        timer::{FORGOTTEN, RunningTimer},
    },
};
use serde_json::{Value, json};

use crate::{
    import::{ANN, assert_clean, check, import_all, log_in, maintenance, realistic},
    support::{Client, TestApp, time},
    verify::{damage, write},
};

const CARRY_OVER: &str = "task_carry_over";

/// Ann, with nothing yet of what the original did not have.
async fn ann() -> (TestApp, Client) {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let ann = log_in(&app, "ann").await;
    (app, ann)
}

async fn create(client: &Client, mut body: Value) -> String {
    body["user_id"] = json!(ANN);
    let created = client.post("/api/tasks", body).await;
    assert_eq!(created.status, 201, "{created:?}");
    created.text("id")
}

async fn start(client: &Client, id: &str) {
    let started = client.post_empty(&format!("/api/tasks/{id}/timer/start")).await;
    assert_eq!(started.status, 200, "{started:?}");
}

async fn assert_repairs(app: &TestApp, expected: &[&str]) {
    for mode in [Mode::Report, Mode::Report, Mode::Repair] {
        assert_eq!(check(app, mode).await.1, expected);
    }
    assert_clean(app).await;
}

fn tasks(app: &TestApp) -> Collection<Task> {
    Collection::new(app.store.clone())
}

fn partition() -> Partition {
    Partition::of(UserId::parse(ANN).expect("an id"))
}

/// Writes a task as it was written before there were lists of dates: with those members alone, and listed by its creation alone.
async fn write_formerly(app: &TestApp, id: &str) {
    let read = tasks(app).get(partition(), id).await.expect("read").expect("a task");
    let task = &read.value;
    let draft = Draft {
        kind: "tasks".into(),
        id: id.to_owned(),
        seq: 1,
        places: [Some(task.created_at.micros()), None, None, None],
        facet: Some(Task::facet_of(task.completion.is_some())),
        published: true,
        expires_at: None,
        body: json!({ "id": task.id, "user_id": task.user_id, "title": task.title, "created_at": task.created_at,
            "created_on": task.created_on, "updated_at": task.updated_at, "completion": task.completion })
        .to_string(),
    };
    write(app, Write::Replace(draft, read.etag)).await;
}

async fn titles(client: &Client, path: &str) -> Vec<String> {
    let listed = client.get(path).await.body;
    listed.as_array().expect("tasks").iter().map(|task| task["title"].as_str().expect("a title").to_owned()).collect()
}

#[tokio::test]
async fn tasks_from_before_there_were_lists_of_dates_are_put_into_them() {
    let (app, ann) = ann().await;
    let open = create(&ann, json!({ "title": "open" })).await;
    let done = create(&ann, json!({ "title": "done" })).await;
    assert_eq!(ann.patch(&format!("/api/tasks/{done}"), json!({ "action": "complete" })).await.status, 200);
    assert_clean(&app).await;
    for id in [&open, &done] {
        write_formerly(&app, id).await;
    }
    let all = titles(&ann, "/api/tasks").await;
    assert!(all.contains(&"open".to_owned()) && all.contains(&"done".to_owned()), "{all:?}");
    assert_eq!(ann.get(&format!("/api/tasks/{open}")).await.text("priority"), "medium");
    assert_eq!(titles(&ann, "/api/tasks?view=inbox").await, ["Finish project report"]);
    assert_eq!(titles(&ann, "/api/tasks?view=today").await, Vec::<String>::new());
    assert_repairs(&app, &["2 tasks stand in fewer lists than they should"]).await;
    assert_eq!(titles(&ann, "/api/tasks?view=inbox").await, ["Finish project report", "open"]);
    assert_eq!(titles(&ann, "/api/tasks?view=today").await, ["done"]);
    assert_eq!(titles(&ann, "/api/tasks").await, all);
    // They are changed as any others, and one that is changed needs no repair.
    write_formerly(&app, &open).await;
    assert_eq!(ann.patch(&format!("/api/tasks/{open}"), json!({ "due_on": "2026-01-20" })).await.status, 200);
    assert_clean(&app).await;
}

/// On two instances, of which one corrects while the other is used.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_tasks_than_a_batch_holds_are_put_into_their_lists_beside_a_server() {
    let (app, ann) = ann().await;
    let other = app.another(&[]);
    for number in 0..100 {
        let id = create(&ann, json!({ "title": number.to_string() })).await;
        write_formerly(&app, &id).await;
    }
    let mut used = tokio::task::JoinSet::new();
    used.spawn(async move {
        for number in 0..40 {
            let id = create(&ann, json!({ "title": "more", "due_on": "2026-01-20", "planned_for": "2026-01-19" })).await;
            let change = if number % 2 == 0 { json!({ "due_on": null }) } else { json!({ "planned_for": null }) };
            assert_eq!(ann.patch(&format!("/api/tasks/{id}"), change).await.status, 200);
        }
    });
    let mut found = Vec::new();
    while used.try_join_next().is_none() {
        verify::verify(&maintenance(&other), Mode::Repair, &mut |news| {
            if let verify::News::Differs(difference) = news {
                found.push(difference.text.clone());
            }
        })
        .await
        .expect("a verdict");
    }
    assert_eq!(check(&app, Mode::Repair).await.0.left, 0);
    assert_clean(&app).await;
    // A correction that meets too many changes is begun anew, with what is left.
    found.retain(|text| !text.starts_with("it changes faster"));
    assert!(found.iter().all(|text| text.ends_with("tasks stand in fewer lists than they should")), "{found:?}");
    let ann = log_in(&app, "ann").await;
    assert_eq!(ann.all_pages("/api/tasks?view=inbox", 100).await.len(), 101);
    assert_eq!(ann.stats().await["total_tasks"], 143);
}

#[tokio::test]
async fn the_summary_knows_the_one_timer_that_runs() {
    let (app, ann) = ann().await;
    let (first, second) = (create(&ann, json!({ "title": "a" })).await, create(&ann, json!({ "title": "b" })).await);
    start(&ann, &first).await;
    assert_clean(&app).await;
    let timer = |id: &str, minute: u32| RunningTimer {
        task: id.parse().expect("an id"),
        since: time(&format!("2026-01-14T10:{minute:02}:00Z")),
    };
    let right = format!("{first} since 2026-01-14T10:00:00.000000Z with 2026-01-14T22:00:00.000000Z due");

    damage(&app, |summary| summary.facts.clear::<RunningTimer>()).await;
    assert_repairs(&app, &[&format!("task_timer is none and should be {right}")]).await;
    damage(&app, |summary| summary.due.set(FORGOTTEN, None)).await;
    let undue = right.replace("2026-01-14T22:00:00.000000Z due", "nothing due");
    assert_repairs(&app, &[&format!("task_timer is {undue} and should be {right}")]).await;
    damage(&app, |summary| summary.facts.set(&timer(&second, 0)).expect("JSON")).await;
    let other = right.replace(&first, &second);
    assert_repairs(&app, &[&format!("task_timer is {other} and should be {right}")]).await;
    damage(&app, |summary| summary.facts.set(&Unreadable("?".into())).expect("JSON")).await;
    assert_repairs(&app, &[&format!("task_timer is unreadable and should be {right}")]).await;
    // Work that could not be done is put off: that is due at another time, and no difference.
    damage(&app, |summary| summary.due.set(FORGOTTEN, Some(time("2026-01-14T23:00:00Z")))).await;
    assert_clean(&app).await;

    // Two tasks claim it: the one that the summary knows keeps it.
    let claim = async |id: &str, minute: u32| {
        let read = tasks(&app).get(partition(), id).await.expect("read").expect("a task");
        let task = Task { timer_started_at: Some(timer(id, minute).since), ..read.value };
        write(&app, collection::replace(&task, 1, &read.etag).expect("a write")).await;
    };
    claim(&second, 7).await;
    assert_repairs(&app, &["1 tasks have a timer beside the one that runs"]).await;
    let shown = |task: Value| (task["timer_started_at"].clone(), task["spent_seconds"].clone());
    let read = async |id: &str| shown(ann.get(&format!("/api/tasks/{id}")).await.body);
    assert_eq!((read(&first).await.0, read(&second).await), (json!("2026-01-14T10:00:00.000000Z"), (Value::Null, json!(0))));

    // The summary knows of neither: it is the one that was started last.
    claim(&second, 7).await;
    damage(&app, |summary| {
        summary.facts.clear::<RunningTimer>();
        summary.due.set(FORGOTTEN, None);
    })
    .await;
    let words = format!(
        "task_timer is none and should be {second} since 2026-01-14T10:07:00.000000Z with 2026-01-14T22:07:00.000000Z due"
    );
    assert_repairs(&app, &[&words, "1 tasks have a timer beside the one that runs"]).await;
    assert_eq!((read(&first).await, read(&second).await.0), ((Value::Null, json!(0)), json!("2026-01-14T10:07:00.000000Z")));
    app.advance_hours(1);
    assert_eq!(ann.post_empty(&format!("/api/tasks/{second}/timer/stop")).await.status, 200);
    assert_eq!(read(&second).await, (Value::Null, json!(53 * 60)));
    assert_clean(&app).await;
    damage(&app, |summary| summary.facts.set(&timer(&second, 0)).expect("JSON")).await;
    let gone = format!("{second} since 2026-01-14T10:00:00.000000Z with nothing due");
    assert_repairs(&app, &[&format!("task_timer is {gone} and should be none")]).await;
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Unreadable(String);

impl Fact for Unreadable {
    const NAME: &'static str = RunningTimer::NAME;
}

#[tokio::test]
async fn what_is_planned_makes_the_next_week_due() {
    let (app, ann) = ann().await;
    let id = create(&ann, json!({ "title": "a", "planned_for": "2026-01-14" })).await;
    assert_clean(&app).await;
    damage(&app, |summary| summary.due.set(CARRY_OVER, None)).await;
    assert_repairs(&app, &["tasks are planned and nothing is due at the next start of a week or day"]).await;
    app.advance_hours(6 * 24);
    app.do_due().await.expect("done");
    assert_eq!(ann.get(&format!("/api/tasks/{id}")).await.body["planned_for"], "2026-01-19");
    assert_clean(&app).await;
    assert_eq!(ann.patch(&format!("/api/tasks/{id}"), json!({ "action": "complete" })).await.status, 200);
    damage(&app, |summary| summary.due.set(CARRY_OVER, None)).await;
    assert_clean(&app).await;
}

#[tokio::test]
async fn what_is_in_the_trash_counts_for_nothing_and_is_never_missing() {
    let (app, ann) = ann().await;
    let id = create(&ann, json!({ "title": "a", "planned_for": "2026-01-14", "due_on": "2026-01-15" })).await;
    start(&ann, &id).await;
    app.advance_hours(1);
    assert_eq!(ann.delete(&format!("/api/tasks/{id}")).await.status, 204);
    assert_eq!(ann.stats().await["total_tasks"], 3);
    assert_clean(&app).await;
    damage(&app, |summary| summary.due.set(CARRY_OVER, None)).await;
    assert_clean(&app).await;
    app.advance_hours(31 * 24);
    assert_clean(&app).await;
}
