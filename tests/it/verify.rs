//! The check of the books: it finds every kind of damage, mends it, and finds nothing where there is none.

use std::process::Command;

use avanochi::{
    accounts::{settings::model::Settings, users::repo::UserRepo},
    kernel::{Clock as _, DayStart, Id, IdSource as _, Limit, PageRequest, RandomIds, UserId},
    ledger::{ACHIEVEMENTS, Calendar, Counter, Day, Summary},
    migration::verify::{self, Mode, State},
    store::{Batch, Collection, Partition, Query, Write, collection},
    work::{
        counters::{COMPLETED_TASKS, ENDED_WORK_SESSIONS, FOCUS, TASKS, WORK_SESSIONS, WORKED_MICROS},
        work_sessions::{booking::ActiveSession, model::WorkSession},
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    import::{ANN, assert_clean, assert_realistic, check, import_all, log_in, maintenance, many, realistic},
    model::{Model, perform, run, step},
    support::{TestApp, time},
};

/// Changes Ann's summary behind everybody's back.
pub async fn damage(app: &TestApp, change: impl FnOnce(&mut Summary)) {
    let summaries = Collection::<Summary>::new(app.store.clone());
    let ann = UserId::parse(ANN).expect("an id");
    let read = summaries.get(Partition::of(ann), "summary").await.expect("read").expect("a summary");
    let mut summary = read.value.clone();
    change(&mut summary);
    write(app, collection::replace(&summary, summary.seq, &read.etag).expect("a write")).await;
}

pub async fn write(app: &TestApp, write: Write) {
    let op = RandomIds::default().next(app.clock.now());
    let ann = UserId::parse(ANN).expect("an id");
    app.store.commit(Batch::new(Partition::of(ann), op).with(write)).await.expect("written");
}

fn date(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a date")
}

/// The check finds exactly this, changes nothing by itself, mends it, and finds nothing more.
async fn assert_repairs(app: &TestApp, expected: &[&str]) {
    let (verified, told) = check(app, Mode::Report).await;
    assert_eq!(told, expected);
    assert_eq!((verified.left, verified.repaired), (expected.len() as u64, 0));
    assert_eq!(check(app, Mode::Report).await.1, expected);
    let (verified, told) = check(app, Mode::Repair).await;
    assert_eq!(told, expected);
    assert_eq!((verified.left, verified.repaired), (0, expected.len() as u64));
    assert_realistic(app).await;
}

#[tokio::test]
pub async fn damaged_counters_are_found_and_repaired() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    damage(&app, |summary| summary.counts.change(TASKS, 27)).await;
    assert_repairs(&app, &["tasks is 30 and should be 3"]).await;
    damage(&app, |summary| summary.counts.change(COMPLETED_TASKS, -2)).await;
    assert_repairs(&app, &["completed_tasks is 0 and should be 2"]).await;
    damage(&app, |summary| summary.counts.change(WORK_SESSIONS, 1)).await;
    assert_repairs(&app, &["work_sessions is 3 and should be 2"]).await;
    damage(&app, |summary| summary.counts.change(WORKED_MICROS, -1)).await;
    assert_repairs(&app, &["worked_micros is 12600000017 and should be 12600000018"]).await;
    // A counter of which no document knows anything.
    damage(&app, |summary| summary.counts.change(Counter::named("unknown"), 1)).await;
    assert_repairs(&app, &["unknown is 1 and should be 0"]).await;
    damage(&app, |summary| summary.longest_streak = 9).await;
    assert_repairs(&app, &["longest_streak is 9 and should be 4"]).await;
    damage(&app, |summary| summary.time_zone = chrono_tz::Tz::Asia__Tokyo).await;
    assert_repairs(&app, &["time_zone is Asia/Tokyo and should be UTC"]).await;
    // What the summary knows of settings is what their document says; here there is none.
    let settings = Settings { day_start: DayStart::after_midnight(90).expect("a start"), ..Settings::default() };
    damage(&app, |summary| settings.keep(summary).expect("kept")).await;
    assert_repairs(&app, &["day_start is 90 and should be 0", "settings differ from their document"]).await;
    damage(&app, |summary| summary.active_days = Calendar::default()).await;
    assert_repairs(&app, &["active_days has 0 dates too many and misses 4"]).await;
    damage(&app, |summary| summary.active_days.insert(date("2020-01-01"))).await;
    assert_repairs(&app, &["active_days has 1 dates too many and misses 0"]).await;
    damage(&app, |summary| summary.day.as_mut().expect("a day").counts.change(ENDED_WORK_SESSIONS, 1)).await;
    let day = "day is 2025-09-26 with ended_work_sessions 1 and should be 2025-09-26 with nothing";
    assert_repairs(&app, &[day]).await;
}

#[tokio::test]
async fn a_damaged_active_session_is_found_and_repaired() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let mut right = None;
    damage(&app, |summary| {
        right = summary.facts.get::<ActiveSession>().expect("readable");
        summary.facts.clear::<ActiveSession>();
    })
    .await;
    let right = right.expect("a session");
    let words = format!("{} since 2025-09-26T09:00:00.000000Z with 0 pauses and 2025-09-26T21:00:00.000000Z due", right.id);
    assert_repairs(&app, &[&format!("active_session is none and should be {words}")]).await;
    let set = async |session: ActiveSession| damage(&app, |summary| summary.facts.set(&session).expect("JSON")).await;
    set(ActiveSession { id: uuid::Uuid::nil(), ..right.clone() }).await;
    let wrong = "00000000-0000-0000-0000-000000000000 since 2025-09-26T09:00:00.000000Z with 0 pauses and 2025-09-26T21:00:00.000000Z due";
    assert_repairs(&app, &[&format!("active_session is {wrong} and should be {words}")]).await;
    set(ActiveSession { note: Some("gone".into()), ..right.clone() }).await;
    assert_repairs(&app, &["active_session differs from its document in a pause or the note"]).await;
    damage(&app, |summary| summary.due.set("work_session", None)).await;
    let undue = words.replace("2025-09-26T21:00:00.000000Z due", "nothing due");
    assert_repairs(&app, &[&format!("active_session is {undue} and should be {words}")]).await;
    // What only the summary knows stays.
    set(ActiveSession { last_sign: Some(right.start_time), ..right }).await;
    assert_clean(&app).await;
}

#[tokio::test]
pub async fn damaged_days_are_found_and_repaired() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let days = Collection::<Day>::new(app.store.clone());
    let partition = || Partition::of(UserId::parse(ANN).expect("an id"));
    let read = async |text: &str| days.get(partition(), text).await.expect("read");
    let empty = |text: &str| Day::new(date(text));

    let wrong = read("2025-09-23").await.expect("a day");
    write(&app, collection::replace(&empty("2025-09-23"), 1, &wrong.etag).expect("a write")).await;
    let words = "nothing and should have achievements 1, completed_tasks 1";
    assert_repairs(&app, &[&format!("day 2025-09-23 has {words}")]).await;

    let id = "2025-09-22".to_owned();
    write(&app, Write::Remove { kind: "days".into(), id, etag: None }).await;
    let words = "achievements 1, breaks_due 1, ended_due_at_001800 1, ended_work_sessions 1, focus_00 1800000000";
    assert_repairs(&app, &[&format!("day 2025-09-22 has no document and should have {words}")]).await;

    let mut busy = empty("2025-09-19");
    busy.counts.change(COMPLETED_TASKS, 1);
    busy.counts.change(ACHIEVEMENTS, 1);
    busy.counts.change(FOCUS.at(7), 60_000_000);
    write(&app, collection::create(&busy, 1).expect("a write")).await;
    let words = "achievements 1, completed_tasks 1, focus_07 60000000 and should have nothing";
    assert_repairs(&app, &[&format!("day 2025-09-19 has {words}")]).await;

    // A document of the latest day or a later one would stand in the way of the ledger for ever.
    write(&app, collection::create(&empty("2025-09-26"), 1).expect("a write")).await;
    write(&app, collection::create(&empty("2025-09-28"), 1).expect("a write")).await;
    let words = "has a document and should have none";
    assert_repairs(&app, &[&format!("day 2025-09-26 {words}"), &format!("day 2025-09-28 {words}")]).await;
    let ann = log_in(&app, "ann").await;
    for day in ["2026-01-14T10:00:00Z", "2026-01-15T10:00:00Z"] {
        app.clock.set(time(day));
        ann.complete_new_task().await;
    }
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_summary_that_is_gone_or_unreadable_is_made_anew() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let ann = UserId::parse(ANN).expect("an id");
    let remove = || Write::Remove { kind: "summaries".into(), id: "summary".into(), etag: None };
    write(&app, remove()).await;
    assert_eq!(check(&app, Mode::Report).await.1, ["there is no summary"]);
    let (verified, told) = check(&app, Mode::Repair).await;
    assert_eq!((verified.left, told[0].as_str()), (0, "there is no summary"));
    assert!(told.contains(&"tasks is 0 and should be 3".to_owned()), "{told:?}");
    assert_realistic(&app).await;

    write(&app, remove()).await;
    let Write::Create(mut draft) = collection::create(&Summary::new(ann, chrono_tz::Tz::UTC), 1).expect("a write") else {
        panic!("not a creation")
    };
    draft.body = r#"{"total_tasks":"many"}"#.into();
    write(&app, Write::Create(draft)).await;
    assert_eq!(check(&app, Mode::Report).await.1, ["the summary cannot be read"]);
    assert_eq!(check(&app, Mode::Repair).await.0.left, 0);
    assert_realistic(&app).await;
}

#[tokio::test]
async fn what_no_count_can_mend_stays_a_difference() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let ann = UserId::parse(ANN).expect("an id");
    let start_time = time("2025-01-01T00:00:00Z");
    let second = WorkSession::start(Id::new(uuid::Uuid::nil()), ann, start_time);
    write(&app, collection::create(&second, 1).expect("a write")).await;
    let mut states = Vec::new();
    let verified = verify::verify(&maintenance(&app), Mode::Repair, &mut |news| {
        if let verify::News::Differs(difference) = news {
            states.push((difference.state, difference.text.clone()));
        }
    })
    .await
    .expect("a verdict");
    assert_eq!(verified.left, 1);
    let text = "2 work sessions have no end, and only one may be active; end the others".to_owned();
    assert_eq!(states, [(State::Beyond, text)]);
    let ann = log_in(&app, "ann").await;
    assert_eq!(ann.end("00000000-0000-0000-0000-000000000000").await.status, 200);
    assert_clean(&app).await;
}

#[tokio::test]
async fn more_days_than_a_batch_holds_are_repaired() {
    let app = TestApp::new();
    import_all(&app, &many(4_200)).await;
    let users = UserRepo::new(app.store.clone());
    let all = users.list(PageRequest::first(Limit::MAX)).await.expect("users").items;
    let someone = all.iter().find(|user| user.name.as_str() == "user 0").expect("a user").id;
    let page = PageRequest::first(Limit::MAX);
    let query = Query::Everything { partition: Partition::of(someone), page };
    let days = app.store.query(query).await.expect("documents").items.into_iter().filter(|found| found.key.kind == "days");
    let removals: Vec<Write> = days.map(|found| Write::Remove { kind: found.key.kind, id: found.key.id, etag: None }).collect();
    assert!(removals.len() > 150, "{}", removals.len());
    for writes in removals.chunks(100) {
        let op = RandomIds::default().next(app.clock.now());
        let batch = Batch { partition: Partition::of(someone), op, writes: writes.to_vec() };
        app.store.commit(batch).await.expect("removed");
    }
    let (verified, told) = check(&app, Mode::Repair).await;
    assert_eq!((verified.left, told.len()), (0, removals.len()));
    assert_clean(&app).await;
}

/// On two instances, of which one corrects while the other is used.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repair_beside_a_server_loses_nothing() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let ann = log_in(&app, "ann").await;
    damage(&app, |summary| {
        summary.counts.change(COMPLETED_TASKS, 70);
        summary.active_days = Calendar::default();
    })
    .await;
    let mut used = tokio::task::JoinSet::new();
    used.spawn(async move {
        for _ in 0..60 {
            ann.complete_new_task().await;
        }
    });
    while used.try_join_next().is_none() {
        verify::verify(&maintenance(&app), Mode::Repair, &mut |_| {}).await.expect("a verdict");
    }
    let (verified, _) = check(&app, Mode::Repair).await;
    assert_eq!(verified.left, 0);
    let stats = log_in(&app, "ann").await.stats().await;
    assert_eq!((&stats["completed_tasks"], &stats["longest_streak"]), (&json!(62), &json!(4)));
    assert_clean(&app).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_through_the_api_the_check_finds_nothing(steps in prop::collection::vec(step(), 1..60)) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let mut model = Model::default();
            for step in &steps {
                perform(&app, &ann, &mut model, step).await;
            }
            let (verified, told) = check(&app, Mode::Report).await;
            assert_eq!((verified.users, told), (1, Vec::new()), "{steps:?}");
        });
    }
}

fn program(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_avanochi"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn the_program_imports_and_verifies() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("export.json"), Value::from(realistic()).to_string()).expect("written");
    let none = "0 deleted here since, 0 not taken";
    let taken = format!(
        "users: 2 taken, 0 already there, {none}\ntasks: 4 taken, 0 already there, {none}\nwork sessions: 3 taken, 0 already there, {none}\n"
    );
    assert_eq!(program(&folder, &["import", "export.json"]), (0, taken, String::new()));
    let present = format!(
        "users: 0 taken, 2 already there, {none}\ntasks: 0 taken, 4 already there, {none}\nwork sessions: 0 taken, 3 already there, {none}\nNothing has changed.\n"
    );
    assert_eq!(program(&folder, &["import", "export.json"]), (0, present, String::new()));
    let clean = "2 users checked: 0 differences repaired, 0 left\n".to_owned();
    assert_eq!(program(&folder, &["verify"]), (0, clean.clone(), String::new()));

    std::fs::write(folder.path().join("bad.json"), "{\"id\": \"x\", \"type\": \"task\"}\n").expect("written");
    let (code, out, _) = program(&folder, &["import", "bad.json"]);
    assert_eq!((code, out.lines().next()), (1, Some("line 1: task: field 'title' is missing")));
    std::fs::write(folder.path().join("browser.json"), r#"[{"id": 1, "title": "Write", "tags": [5]}]"#).expect("written");
    let lines = format!(
        "element 1: task: field 'tags' has 1 entries that were left out\nusers: 0 taken, 0 already there, {none}\ntasks: 1 taken, 0 already there, {none}\nwork sessions: 0 taken, 0 already there, {none}\n1 values of tasks were cut or left out\n"
    );
    assert_eq!(program(&folder, &["import", "browser.json", "--user", "Bob"]), (0, lines, String::new()));
    std::fs::write(folder.path().join("browser.json"), r#"[{"id": 1, "title": "Write"},"#).expect("written");
    let (code, out, error) = program(&folder, &["import", "browser.json", "--user", "Bob"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(error.contains("line 1, column 29: it is not JSON; nothing was taken"), "{error}");
    let (code, out, error) = program(&folder, &["import", "missing.json"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(error.contains("missing.json cannot be opened"), "{error}");

    let database = rusqlite::Connection::open(folder.path().join(".avanochi/avanochi.db")).expect("the database");
    let changed = database
        .execute("UPDATE documents SET body = json_set(body, '$.counts.tasks', 8) WHERE kind = 'summaries' AND pk = ?1", [ANN])
        .expect("damaged");
    assert_eq!(changed, 1);
    drop(database);
    let (code, out, _) = program(&folder, &["verify"]);
    assert_eq!((code, out.lines().next()), (1, Some(&*format!("user {ANN}: tasks is 8 and should be 3"))));
    let (code, out, _) = program(&folder, &["verify", "--repair"]);
    let repaired =
        format!("user {ANN}: tasks is 8 and should be 3 (repaired)\n2 users checked: 1 differences repaired, 0 left\n");
    assert_eq!((code, out), (0, repaired));
    assert_eq!(program(&folder, &["verify"]), (0, clean, String::new()));
}
