//! Moving in from the original: accounts, their history and their statistics, whatever the file is like and however
//! often and far it was read.

use std::{io::Write as _, sync::Arc};

use avanochi::{
    accounts::users::repo::UserRepo,
    kernel::{Limit, PageRequest, Timestamp},
    migration::{
        Maintenance,
        import::{self, Outcome, Refusal},
        verify::{self, Mode, State, Verified},
    },
    store::{Partition, Query},
};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::{Client, Fault, FlakyStore, TestApp, app_with_admin, time};

pub const ANN: &str = "21e4e82b-03d2-4e15-8d73-ff3b8737f8b0";
/// SHA-256 of "password".
const HASH: &str = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

pub fn maintenance(app: &TestApp) -> Maintenance {
    Maintenance::new(app.app.shared.clone(), Arc::clone(&app.app.kinds))
}

fn file(text: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text).expect("written");
    file
}

async fn import_text(app: &TestApp, text: &str) -> (Outcome, Vec<Refusal>) {
    let mut refusals = Vec::new();
    let outcome = import::import(&maintenance(app), file(text.as_bytes()).path(), None, &mut |news| {
        if let import::News::Refused(refusal) = news {
            refusals.push(refusal.clone());
        }
    })
    .await
    .expect("an outcome");
    assert_eq!(outcome.refused(), refusals.len() as u64);
    (outcome, refusals)
}

/// As JSON lines; all of it must be taken.
pub async fn import_all(app: &TestApp, documents: &[Value]) -> Outcome {
    let (outcome, refusals) = import_text(app, &lines(documents)).await;
    assert_eq!(refusals, []);
    outcome
}

fn lines(documents: &[Value]) -> String {
    let lines: Vec<String> = documents.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

pub async fn check(app: &TestApp, mode: Mode) -> (Verified, Vec<String>) {
    let mut told = Vec::new();
    let verified = verify::verify(&maintenance(app), mode, &mut |news| {
        if let verify::News::Differs(difference) = news {
            assert_eq!(difference.state == State::Repaired, mode == Mode::Repair, "{difference}");
            told.push(difference.text.clone());
        }
    })
    .await
    .expect("a verdict");
    (verified, told)
}

pub async fn assert_clean(app: &TestApp) {
    assert_eq!(check(app, Mode::Report).await.1, Vec::<String>::new());
}

fn user(id: &str, name: &str) -> Value {
    json!({ "id": id, "type": "user", "name": name, "password_hash": HASH, "created_at": "2025-09-20T08:15:45.123456",
        "updated_at": null, "_rid": "abc==", "_ts": 1_758_795_330, "_etag": "\"0\"", "_self": "dbs/x", "_attachments": "a/" })
}

fn task(id: &str, owner: &str, completed_on: Option<&str>) -> Value {
    json!({ "id": id, "type": "task", "user_id": owner, "title": "Finish project report", "completed": completed_on.is_some(),
        "created_at": "2025-09-20T09:00:00", "updated_at": completed_on.map(|day| format!("{day}T12:00:00.5")), "_ts": 1 })
}

fn session(id: &str, owner: &str, start: &str, end: Option<&str>) -> Value {
    json!({ "id": id, "type": "work_session", "user_id": owner, "start_time": start, "end_time": end, "duration": 99.9 })
}

/// Two sessions of one user, from 9 to 12 and from 11 to 14.
pub fn overlapping() -> Vec<Value> {
    vec![
        user(ANN, "Ann"),
        session("s1", ANN, "2025-09-24T09:00:00", Some("2025-09-24T12:00:00")),
        session("s2", ANN, "2025-09-24T11:00:00", Some("2025-09-24T14:00:00")),
    ]
}

/// The tasks stand before their user, as nothing keeps an export from having it.
pub fn realistic() -> Vec<Value> {
    vec![
        task("3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9", ANN, Some("2025-09-25")),
        task("task-2", ANN, Some("2025-09-23")),
        task("task-3", ANN, None),
        session("s1", ANN, "2025-09-24T09:00:00.000000", Some("2025-09-24T11:30:00.000018")),
        session("s2", ANN, "2025-09-21T23:30:00", Some("2025-09-22T00:30:00")),
        session("s3", ANN, "2025-09-26T09:00:00", None),
        user(ANN, "Ann"),
        task("task-1", "user_123", Some("2025-09-25")),
        user("user_123", "Bob"),
    ]
}

pub async fn log_in(app: &TestApp, name: &str) -> Client {
    let answer = app.anonymous().log_in(name, "password").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    app.anonymous().with_token(&answer.text("token"), &answer.text("user_id"))
}

pub async fn assert_realistic(app: &TestApp) {
    let ann = log_in(app, "ann").await;
    assert_eq!(ann.id, ANN);
    let stats = ann.stats().await;
    let expected = json!({ "user_id": ANN, "total_tasks": 3, "completed_tasks": 2, "tasks_completed": 2, "total_sessions": 2,
        "total_hours": 3.5, "hours_worked": 3.5, "current_streak": 0, "longest_streak": 4, "active_session": true,
        "as_of": stats["as_of"] });
    assert_eq!(stats, expected);
    let done = ann.get("/api/tasks/3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9").await.body;
    assert_eq!(done["created_at"], "2025-09-20T09:00:00.000000Z");
    assert_eq!(done["completed_at"], "2025-09-25T12:00:00.500000Z");
    assert_eq!(done["title"], "Finish project report");
    let sessions = ann.get("/api/work_sessions").await.body;
    let ends: Vec<&Value> = sessions.as_array().expect("sessions").iter().map(|session| &session["end_time"]).collect();
    let expected = [json!("2025-09-22T00:30:00.000000Z"), json!("2025-09-24T11:30:00.000018Z"), Value::Null];
    assert_eq!(ends, expected.iter().collect::<Vec<_>>());
    let bob = log_in(app, "BOB").await;
    assert_eq!(bob.stats().await["completed_tasks"], 1);
    let me = bob.get("/api/auth/me").await.body;
    assert_eq!((&me["name"], &me["created_at"]), (&json!("Bob"), &json!("2025-09-20T08:15:45.123456Z")));
    assert_clean(app).await;
}

#[tokio::test]
async fn an_export_becomes_accounts_with_their_history() {
    for text in [
        lines(&realistic()),
        format!("\u{feff}{}", lines(&realistic()).replace('\n', "\r\n\r\n")),
        Value::from(realistic()).to_string(),
        format!("\u{feff}\n{}\n", serde_json::to_string_pretty(&realistic()).expect("JSON")),
    ] {
        let app = TestApp::new();
        let (outcome, refusals) = import_text(&app, &text).await;
        assert_eq!(refusals, []);
        assert_eq!((outcome.users.taken, outcome.tasks.taken, outcome.work_sessions.taken), (2, 4, 3));
        assert_realistic(&app).await;
    }
}

#[tokio::test]
async fn what_was_imported_goes_on_as_if_it_had_always_been_here() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let ann = log_in(&app, "Ann").await;
    // The old hash has been replaced, and the password is the same.
    assert_eq!(app.anonymous().log_in("Ann", "passwort").await.status, 401);
    log_in(&app, "Ann").await;
    let active = ann.get(&format!("/api/work_sessions/active?user_id={ANN}")).await.text("id");
    assert_eq!(ann.start().await.status, 400);
    assert_eq!(ann.end(&active).await.status, 200);
    let reopened = ann.patch("/api/tasks/3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9", json!({ "action": "reopen" })).await;
    assert_eq!(reopened.status, 200);
    let stats = ann.stats().await;
    assert_eq!((&stats["longest_streak"], &stats["current_streak"]), (&json!(3), &json!(1)));
    app.anonymous().register("ann").await.assert_error(409, "username_taken");
    assert_clean(&app).await;
    assert_eq!(ann.delete(&format!("/api/users/{ANN}")).await.status, 204);
    // Whoever was deleted is not brought back by the file.
    let (outcome, refusals) = import_text(&app, &lines(&realistic())).await;
    assert_eq!((outcome.users.deleted, outcome.taken()), (1, 0));
    assert!(refusals.iter().all(|refusal| refusal.reason == "there is no account of its user") && refusals.len() == 6);
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let before = everything(&app).await;
    let outcome = import_all(&app, &realistic()).await;
    assert_eq!(outcome.taken(), 0);
    assert_eq!((outcome.users.present, outcome.tasks.present, outcome.work_sessions.present), (2, 4, 3));
    assert_eq!(everything(&app).await, before);
    // What was changed here stays changed.
    let ann = log_in(&app, "ann").await;
    assert_eq!(ann.delete("/api/tasks/3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9").await.status, 204);
    let outcome = import_all(&app, &realistic()).await;
    assert_eq!((outcome.taken(), outcome.tasks.deleted), (0, 1));
    assert_eq!(ann.stats().await["total_tasks"], 2);
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_document_that_is_in_the_file_twice_is_taken_once() {
    let app = TestApp::new();
    let documents = [user(ANN, "ann"), task("t", ANN, None), session("s", ANN, "2025-09-26T09:00:00", None)];
    let outcome = import_all(&app, &[documents.clone(), documents].concat()).await;
    for count in [outcome.users, outcome.tasks, outcome.work_sessions] {
        assert_eq!((count.taken, count.present), (1, 1));
    }
    assert_clean(&app).await;
}

/// The bodies of everything that belongs to the users of [`realistic`], and their versions.
async fn everything(app: &TestApp) -> Vec<(String, String, String)> {
    let users = UserRepo::new(app.store.clone());
    let page = |after| PageRequest { limit: Limit::MAX, after };
    let mut all = Vec::new();
    for user in users.list(page(None)).await.expect("users").items {
        for partition in [Partition::of(user.id), Partition::named(user.login.clone())] {
            let query = Query::Everything { partition, page: page(None) };
            let documents = app.store.query(query).await.expect("documents").items;
            all.extend(documents.into_iter().map(|found| (found.key.id, found.etag.as_str().to_owned(), found.body)));
        }
    }
    assert!(all.len() >= 11, "{all:?}");
    all
}

#[tokio::test]
async fn what_cannot_be_taken_is_a_line_and_costs_nothing_else() {
    let app = TestApp::new();
    app.user("taken").await;
    let mut text = lines(&realistic());
    let bad = [
        json!("no object").to_string(),
        r#"{"id": "secret", "#.to_owned(),
        json!({ "id": "a", "type": "achievement", "user_id": ANN }).to_string(),
        json!({ "id": "a", "user_id": ANN }).to_string(),
        task("x1", "nobody", None).to_string(),
        task("x2", ANN, Some("2031-01-01")).to_string(),
        session("x3", ANN, "2025-09-25T10:00:00", Some("2025-09-25T09:59:59")).to_string(),
        session("x4", ANN, "2025-09-20T10:00:00", None).to_string(),
        user("other-ann", "ＡＮＮ").to_string(),
        user("other", "Taken").to_string(),
        json!({ "id": "plain", "type": "user", "name": "Eve", "password_hash": "secret" }).to_string(),
        session("x5", ANN, "secret", None).to_string(),
    ];
    for line in &bad {
        text.extend(["\n\n", line]);
    }
    let (outcome, refusals) = import_text(&app, &text).await;
    let mut told: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    told.sort_by_key(|line| line[5..7].parse::<u32>().expect("a number"));
    assert_eq!(
        told,
        [
            "line 11: document: it is not an object",
            "line 13: document: it is not JSON",
            "line 15: document: its type is not user, task or work_session",
            "line 17: document: its type is not user, task or work_session",
            "line 19: task: there is no account of its user",
            "line 21: task: field 'updated_at' lies before the year 2000 or in the future",
            "line 23: work session: it ends before it begins",
            "line 25: work session: it has no end, and a later session of its user has none either",
            "line 27: user: its name belongs to another account",
            "line 29: user: its name belongs to another account",
            "line 31: user: field 'password_hash' is not a SHA-256 in hexadecimal digits",
            "line 33: work session: field 'start_time' is not a time",
        ]
    );
    assert_eq!(outcome.taken(), 9);
    assert_realistic(&app).await;
    // A user of ours with an active session keeps it.
    let again = import_text(&app, &text).await;
    assert_eq!((again.0.taken(), again.1.len()), (0, bad.len()));
}

#[tokio::test]
async fn an_active_session_here_is_not_joined_by_one_of_the_file() {
    let app = TestApp::new();
    import_all(&app, &[user(ANN, "ann")]).await;
    let ann = log_in(&app, "ann").await;
    assert_eq!(ann.start().await.status, 201);
    let (outcome, refusals) = import_text(&app, &lines(&[session("s", ANN, "2025-09-20T10:00:00", None)])).await;
    assert_eq!(outcome.taken(), 0);
    assert_eq!(refusals[0].reason, "it has no end, and its user has an active session here");
}

#[tokio::test]
async fn a_user_without_a_password_is_there_and_cannot_log_in() {
    let (app, admin) = app_with_admin().await;
    let eve = json!({ "id": "eve", "type": "Users", "name": "Eve", "created_at": "2025-09-20T08:00:00" });
    let outcome = import_all(&app, &[eve, task("t", "eve", None)]).await;
    assert_eq!((outcome.users.taken, outcome.without_password), (1, 1));
    let users = admin.get("/api/users").await.body;
    let eve = users.as_array().expect("users").iter().find(|user| user["name"] == "Eve").expect("Eve")["id"].clone();
    let stats = admin.get(&format!("/api/stats/{}", eve.as_str().expect("an id"))).await.body;
    assert_eq!(stats["total_tasks"], 1);
    assert_eq!(app.anonymous().log_in("Eve", "password").await.status, 401);
    assert_clean(&app).await;
}

#[tokio::test]
async fn days_are_those_of_the_users_zone() {
    let app = TestApp::new();
    import_all(&app, &[user(ANN, "ann")]).await;
    let ann = log_in(&app, "ann").await;
    assert_eq!(ann.patch(&format!("/api/users/{ANN}"), json!({ "time_zone": "Asia/Tokyo" })).await.status, 200);
    // By UTC these are two dates, and in Tokyo one.
    let history = [
        session("1", ANN, "2025-09-20T15:30:00", Some("2025-09-20T16:00:00")),
        session("2", ANN, "2025-09-21T13:30:00", Some("2025-09-21T14:00:00")),
    ];
    import_all(&app, &history).await;
    assert_eq!(ann.stats().await["longest_streak"], 1);
}

#[tokio::test]
async fn a_run_that_was_cut_short_anywhere_is_finished_by_the_next() {
    let text = lines(&realistic());
    for fault in [Fault::Before, Fault::After] {
        let mut cut_short = 0;
        loop {
            let store = FlakyStore::new();
            let app = TestApp::over(Arc::clone(&store));
            store.fail_after(cut_short, fault);
            let first = import::import(&maintenance(&app), file(text.as_bytes()).path(), None, &mut |_| {}).await;
            assert_eq!(first.is_ok(), store.is_waiting());
            store.heal();
            import_all(&app, &realistic()).await;
            assert_realistic(&app).await;
            if first.is_ok() {
                break;
            }
            cut_short += 1;
        }
        // Two accounts of three commits, and a batch for each.
        assert_eq!(cut_short, 8);
    }
}

#[tokio::test]
async fn a_login_finishes_an_account_whose_import_was_cut_short() {
    let store = FlakyStore::new();
    let app = TestApp::over(Arc::clone(&store));
    store.fail_after(1, Fault::Before);
    let text = lines(&[user(ANN, "ann")]);
    import::import(&maintenance(&app), file(text.as_bytes()).path(), None, &mut |_| {}).await.expect_err("cut short");
    let ann = log_in(&app, "ann").await;
    assert_eq!(ann.get("/api/auth/me").await.text("name"), "ann");
    log_in(&app, "ann").await;
    assert_clean(&app).await;
}

/// Many documents of few users in no order: each batch has several of a day, and days that an earlier batch has closed.
pub fn many(count: u32) -> Vec<Value> {
    let mut documents: Vec<Value> = (0..7).map(|n| user(&format!("user_{n}"), &format!("user {n}"))).collect();
    for n in 0..count {
        let owner = format!("user_{}", n % 7);
        let day = time("2024-01-01T00:00:00Z").micros() / 86_400_000_000 + i64::from(n * 7919 % 701 / 2);
        let at = |micros: i64| Timestamp::from_micros(day * 86_400_000_000 + micros).to_string();
        documents.push(match n % 3 {
            0 => task(&format!("t{n}"), &owner, Some(&at(0)[..10])),
            1 => task(&format!("t{n}"), &owner, None),
            _ => session(&format!("s{n}"), &owner, &at(3_600_000_000)[..26], Some(&at(7_200_000_000)[..26])),
        });
    }
    documents
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_documents_take_a_commit_for_many() {
    let store = FlakyStore::new();
    let app = TestApp::over(store.clone());
    let documents = many(5_000);
    // Each of the seven users in batches, and not one document in each.
    store.fail_after(120, Fault::Before);
    let outcome = import_all(&app, &documents).await;
    assert_eq!((outcome.users.taken, outcome.taken()), (7, 5_007));
    assert!(store.is_waiting());
    store.heal();
    assert_clean(&app).await;
    let stats = log_in(&app, "user 3").await.stats().await;
    let of_three = |rest: u32| (0..5_000).filter(|n| n % 7 == 3 && n % 3 == rest).count();
    assert_eq!(stats["completed_tasks"], json!(of_three(0)));
    assert_eq!(stats["total_sessions"], json!(of_three(2)));
    assert_eq!(stats["total_hours"], json!(f64::from(u32::try_from(of_three(2)).expect("few"))));
    // In another order and in parts it comes to the same.
    let parts = TestApp::new();
    import_all(&parts, &documents[..7]).await;
    for part in documents[7..].rchunks(499) {
        import_all(&parts, part).await;
    }
    assert_clean(&parts).await;
    let mut other = log_in(&parts, "user 3").await.stats().await;
    other["as_of"] = stats["as_of"].clone();
    assert_eq!(other, stats);
}
