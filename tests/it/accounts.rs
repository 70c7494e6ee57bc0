//! Accounts: registration, names, changes, and how they end.

use avanochi::{
    accounts::users::model::User,
    kernel::{Limit, PageRequest, UserId},
    ledger::Summary,
    store::{Batch, Collection, Draft, Partition, Query, Write, collection},
};
use serde_json::json;

use crate::support::{PASSWORD, TestApp, app_with_admin};

#[tokio::test]
async fn an_account_is_made_and_shown() {
    let app = TestApp::new();
    let made = app.anonymous().register("  Ann Lee ").await;
    assert_eq!(made.status, 201);
    let id = made.text("id");
    let expected = json!({ "id": id, "name": "Ann Lee", "time_zone": "UTC", "created_at": "2026-01-14T10:00:00.000000Z", "updated_at": null });
    assert_eq!(made.body, expected);
    assert_eq!(made.header("location"), Some(format!("/api/users/{id}").as_str()));
    let ann = app.login("ann lee").await;
    for path in ["/api/auth/me".to_owned(), format!("/api/users/{id}")] {
        let read = ann.get(&path).await;
        assert_eq!((&read.body, read.header("etag")), (&expected, made.header("etag")));
    }
}

#[tokio::test]
async fn a_name_is_unique_in_all_its_spellings() {
    let app = TestApp::new();
    app.user("Éva Straße").await;
    for spelling in ["éva straße", "E\u{301}va Straße", "ÉVA STRASSE", " Éva Straße "] {
        let refused = app.anonymous().register(spelling).await;
        refused.assert_error(409, "username_taken");
        app.login(spelling).await;
    }
    assert_eq!(app.anonymous().register("Eva Strasse").await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_register_a_name_at_once_one_gets_it() {
    let app = TestApp::new();
    let other = app.another(&[]);
    let mut attempts = tokio::task::JoinSet::new();
    for n in 0..16 {
        let client = if n % 2 == 0 { app.anonymous() } else { other.anonymous() };
        attempts.spawn(async move { client.register(if n % 3 == 0 { "ANN" } else { "ann" }).await.status });
    }
    let statuses = attempts.join_all().await;
    assert_eq!(statuses.iter().filter(|&&status| status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    app.login("ann").await;
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused() {
    let app = TestApp::new();
    let register = async |username: &str, password: &str| {
        app.anonymous().post("/api/auth/register", json!({ "username": username, "password": password })).await
    };
    for username in ["", "  ", "a\nb", "a\u{7f}", &"é".repeat(65), "\u{200b}", "a\u{200b}nn", "аnn", "\u{3164}\u{2800}"] {
        register(username, PASSWORD).await.assert_error(400, "invalid_field");
    }
    for password in ["", "1234567", &"né".repeat(129), "password", "PassW0rd1!", "qwertyuiop", "12345678"] {
        register("ann", password).await.assert_error(400, "invalid_field");
    }
    register("ann o'nimo", "Ann O'Nimo").await.assert_error(400, "invalid_field");
    app.anonymous().post("/api/auth/register", json!({})).await.assert_error(400, "invalid_field");
    assert_eq!(register(&"é".repeat(64), &"énième ".repeat(37)[..296]).await.status, 201);
}

#[tokio::test]
async fn name_and_time_zone_can_be_changed() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/users/{}", ann.id);
    app.advance_seconds(5);
    let changed = ann.patch(&path, json!({ "name": " Ann ", "time_zone": "Europe/Madrid" })).await;
    assert_eq!((changed.status, changed.text("name"), changed.text("time_zone")), (200, "Ann".into(), "Europe/Madrid".into()));
    assert_eq!(changed.body["updated_at"], "2026-01-14T10:00:05.000000Z");
    app.advance_seconds(5);
    for same in [json!({}), json!({ "name": "Ann" }), json!({ "time_zone": "Europe/Madrid" })] {
        assert_eq!(ann.patch(&path, same).await.body, changed.body);
    }
    for (unknown, field) in
        [(json!({ "username": "x" }), "username"), (json!({ "name": null }), "name"), (json!({ "time_zone": null }), "time_zone")]
    {
        let refused = ann.patch(&path, unknown).await;
        assert_eq!(refused.assert_error(400, "invalid_field").text("field"), field);
    }
    for bad in [json!({ "time_zone": "Mars/Olympus" }), json!({ "time_zone": "" }), json!({ "name": " " }), json!({ "name": 1 })]
    {
        ann.patch(&path, bad).await.assert_error(400, "invalid_field");
    }
    // The login name stays.
    app.login("ann").await;
    app.anonymous().register("ann").await.assert_error(409, "username_taken");
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for _ in 0..120 {
        ann.create_task("private").await;
    }
    ann.complete_new_task().await;
    ann.start().await;
    bob.create_task("stays").await;
    let path = format!("/api/users/{}", ann.id);
    assert_eq!(ann.delete(&path).await.status, 204);

    ann.get("/api/tasks").await.assert_error(401, "unauthorized");
    ann.delete(&path).await.assert_error(401, "unauthorized");
    app.anonymous().log_in("ann", PASSWORD).await.assert_error(401, "invalid_credentials");
    let partition = Partition::of(UserId::parse(&ann.id).expect("an id"));
    let query = |partition| Query::Everything { partition, page: PageRequest::first(Limit::MAX) };
    let left = app.store.query(query(partition.clone())).await.expect("all").items;
    assert!(left.iter().all(|document| document.key.kind == "summaries" && !document.body.contains("private")), "{left:?}");
    assert!(app.store.query(query(Partition::named("deletions"))).await.expect("all").items.is_empty());
    assert_eq!(bob.stats().await["total_tasks"], 1);

    // The name is free, and whoever takes it is somebody else.
    let anew = app.user("ann").await;
    assert_ne!(anew.id, ann.id);
    assert_eq!(anew.stats().await["total_tasks"], 0);
    ann.get("/api/auth/me").await.assert_error(401, "unauthorized");
}

#[tokio::test]
async fn other_instances_notice_a_deletion_within_a_minute_and_write_nothing_meanwhile() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let other = app.another(&[]);
    let elsewhere = other.login("ann").await;
    assert_eq!(elsewhere.create_task("before").await.status, 201);
    assert_eq!(ann.delete(&format!("/api/users/{}", ann.id)).await.status, 204);
    app.advance_seconds(59);
    for answer in [elsewhere.create_task("after").await, elsewhere.start().await, elsewhere.get("/api/auth/me").await] {
        assert!([401, 404].contains(&answer.status), "{answer:?}");
    }
    app.advance_seconds(1);
    elsewhere.get("/api/tasks").await.assert_error(401, "unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives_a_deletion_under_way() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let elsewhere = app.another(&[]).login("ann").await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..60 {
        let client = if n % 2 == 0 { ann.clone() } else { elsewhere.clone() };
        writers.spawn(async move {
            match n {
                30 => client.delete(&format!("/api/users/{}", client.id)).await,
                _ => client.create_task("x").await,
            }
        });
    }
    for answer in writers.join_all().await {
        assert!([201, 204, 401, 404].contains(&answer.status), "{answer:?}");
    }
    let partition = Partition::of(UserId::parse(&ann.id).expect("an id"));
    let left = app.store.query(Query::Everything { partition, page: PageRequest::first(Limit::MAX) }).await.expect("all").items;
    assert!(left.iter().all(|document| document.key.kind == "summaries"), "{left:?}");
}

/// The note of a deletion that an earlier version has left behind.
async fn note_of_deletion(app: &TestApp, user: UserId) {
    let users = Collection::<User>::new(app.store.clone());
    let read = users.get(Partition::of(user), user.to_string()).await.expect("read").expect("a user");
    let body = json!({ "user_id": user, "login": read.value.login }).to_string();
    let (kind, id) = ("deletions".into(), user.to_string());
    let note =
        Draft { kind, id, seq: 0, places: [Some(0), None, None, None], facet: None, published: false, expires_at: None, body };
    let batch = Batch::new(Partition::named("deletions"), uuid::Uuid::from_u128(1));
    app.store.commit(batch.with(Write::Create(note))).await.expect("a note");
}

#[tokio::test]
async fn a_deletion_that_an_earlier_version_has_begun_is_finished_at_the_start() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    ann.create_task("private").await;
    let [user, other] = [&ann, &bob].map(|client| UserId::parse(&client.id).expect("an id"));
    note_of_deletion(&app, user).await;
    // As that version closed a ledger: it was to go by itself after a day.
    let summaries = Collection::<Summary>::new(app.store.clone());
    let read = summaries.get(Partition::of(user), "summary").await.expect("read").expect("a summary");
    let Write::Replace(mut draft, etag) = collection::replace(&read.value, read.value.seq, &read.etag).expect("a write") else {
        panic!("no replacement")
    };
    draft.body = draft.body.replacen('{', r#"{"closed_until":"2026-01-15T10:00:00.000000Z","#, 1);
    let batch = Batch::new(Partition::of(user), uuid::Uuid::from_u128(2)).with(Write::Replace(draft, etag));
    app.store.commit(batch).await.expect("closed");
    app.app.start().await.expect("started");
    let query = Query::Everything { partition: Partition::of(user), page: PageRequest::first(Limit::MAX) };
    let left = app.store.query(query).await.expect("all").items;
    assert!(left.iter().all(|document| document.key.kind == "summaries"), "{left:?}");
    assert_eq!(app.anonymous().register("ann").await.status, 201);
    // A note alone, with an open ledger, decides nothing.
    note_of_deletion(&app, other).await;
    app.app.start().await.expect("started");
    assert_eq!(bob.get("/api/auth/me").await.status, 200);
    app.app.start().await.expect("nothing left to do");
}

#[tokio::test]
async fn an_admin_may_change_and_delete_anybody() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let path = format!("/api/users/{}", ann.id);
    assert_eq!(admin.get(&path).await.body["name"], "ann");
    assert_eq!(admin.patch(&path, json!({ "name": "Anna" })).await.body["name"], "Anna");
    assert_eq!(admin.delete(&path).await.status, 204);
    for answer in [admin.get(&path).await, admin.delete(&path).await, admin.patch(&path, json!({})).await] {
        answer.assert_error(404, "not_found");
    }
    for id in ["0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "nonsense"] {
        admin.get(&format!("/api/users/{id}")).await.assert_error(404, "not_found");
    }
}
