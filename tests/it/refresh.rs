//! Staying logged in: refresh tokens, their families, and how these end.

use avanochi::{
    accounts::auth::{model::NameKey, repo::partition_of},
    kernel::{Limit, PageRequest},
    store::{Document, Order, Query, Scope, Span},
};
use serde_json::json;

use crate::support::{Answer, Fault, FlakyStore, PASSWORD, TestApp};

const DAY: i64 = 24 * 3600;

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": token })).await
}

/// Refreshes, and returns the next token.
#[track_caller]
fn next(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.text("refresh_token")
}

async fn login(app: &TestApp, name: &str) -> Answer {
    let session = app.anonymous().log_in(name, PASSWORD).await;
    assert_eq!(session.status, 200, "{session:?}");
    session
}

/// All that is kept under a name.
async fn kept(app: &TestApp, name: &str) -> Vec<Document> {
    let query = Query::Everything { partition: partition_of(&NameKey::of(name)), page: PageRequest::first(Limit::MAX) };
    app.store.query(query).await.expect("all").items
}

/// How many families live under a name.
async fn families(app: &TestApp, name: &str) -> usize {
    let scope = Scope::first(Some(partition_of(&NameKey::of(name))));
    let (kind, page) = ("refresh_families".into(), PageRequest::first(Limit::MAX));
    let query = Query::List { scope, kind, facet: None, order: Order::Ascending, span: Span::ALL, page };
    app.store.query(query).await.expect("families").items.len()
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_a_session_and_the_next_one() {
    let app = TestApp::with(&[]);
    let ann = app.user("ann").await;
    let session = login(&app, "ann").await;
    app.advance_seconds(3600);
    ann.get("/api/auth/me").await.assert_error(401, "unauthorized");
    let answer = refresh(&app, &session.text("refresh_token")).await;
    assert_ne!(next(&answer), session.text("refresh_token"));
    let fields = ["token_type", "expires_in", "user_id", "refresh_expires_in"].map(|field| answer.body[field].clone());
    assert_eq!(fields, [json!("Bearer"), json!(3600), json!(ann.id), json!(30 * DAY)]);
    assert_eq!(answer.set_cookie("auth_token").map(|(value, _)| value), Some(answer.text("token").as_str()));
    assert_eq!(answer.set_cookie("refresh_token").map(|(value, _)| value), Some(answer.text("refresh_token").as_str()));
    let renewed = app.anonymous().with_token(&answer.text("token"), &ann.id);
    assert_eq!(renewed.get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn a_browser_refreshes_by_its_cookie_from_a_page_of_ours() {
    let app = TestApp::new();
    app.user("ann").await;
    let token = login(&app, "ann").await.text("refresh_token");
    let browser = |token: &str| app.anonymous().with_header("cookie", &format!("refresh_token=; refresh_token={token}"));
    for foreign in [browser(&token), browser(&token).with_header("origin", "https://evil.example")] {
        foreign.post_empty("/api/auth/refresh").await.assert_error(401, "unauthorized");
    }
    let ours = |token: &str| browser(token).with_header("origin", "http://localhost:7071");
    let second = next(&ours(&token).post_empty("/api/auth/refresh").await);
    // An older copy of the cookie does not end the family.
    app.advance_seconds(60);
    let both = ours(&format!("{token}; refresh_token={second}"));
    let third = next(&both.post_empty("/api/auth/refresh").await);
    // What the body says comes first.
    let body = json!({ "refresh_token": "no token" });
    ours(&third).post("/api/auth/refresh", body).await.assert_error(401, "unauthorized");
    assert_eq!(ours(&third).post_empty("/api/auth/refresh").await.status, 200);
}

#[tokio::test]
async fn the_token_used_last_is_answered_with_its_successor_for_30_seconds_and_ends_the_family_afterwards() {
    for (wait, good) in [(0, true), (29, true), (30, false), (3600, false)] {
        let app = TestApp::new();
        app.user("ann").await;
        let other = next(&login(&app, "ann").await);
        let first = next(&login(&app, "ann").await);
        let second = next(&refresh(&app, &first).await);
        app.advance_seconds(wait);
        let again = refresh(&app, &first).await;
        if good {
            assert_eq!(next(&again), second, "{wait}");
        } else {
            again.assert_error(401, "unauthorized");
        }
        let successor = refresh(&app, &second).await;
        assert_eq!(successor.status, if good { 200 } else { 401 }, "{wait}: {successor:?}");
        // Another login is another family.
        assert_eq!(refresh(&app, &other).await.status, 200);
    }
}

#[tokio::test]
async fn one_from_before_the_last_ends_the_family_at_once() {
    let app = TestApp::new();
    app.user("ann").await;
    let first = next(&login(&app, "ann").await);
    let second = next(&refresh(&app, &first).await);
    let third = next(&refresh(&app, &second).await);
    refresh(&app, &first).await.assert_error(401, "unauthorized");
    for token in [&second, &third] {
        refresh(&app, token).await.assert_error(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_family_lives_30_days_after_its_last_use_and_90_after_the_login() {
    let app = TestApp::new();
    app.user("ann").await;
    let unused = next(&login(&app, "ann").await);
    let mut used = unused.clone();
    let began = next(&login(&app, "ann").await);
    used.clone_from(&began);
    for (days, left) in [(29, 30), (29, 30), (29, 3), (2, 1)] {
        app.advance_seconds(days * DAY);
        let answer = refresh(&app, &used).await;
        used = next(&answer);
        assert_eq!(answer.body["refresh_expires_in"], left * DAY);
        let attributes = answer.set_cookie("refresh_token").map(|(_, attributes)| attributes.to_owned());
        assert!(attributes.is_some_and(|all| all.ends_with(&format!("Max-Age={}", left * DAY))), "{answer:?}");
    }
    app.advance_seconds(DAY);
    for over in [&used, &unused] {
        refresh(&app, over).await.assert_error(401, "unauthorized");
    }
    assert_eq!(families(&app, "ann").await, 0);
}

#[tokio::test]
async fn logging_out_ends_the_family_of_the_token_and_no_other() {
    let app = TestApp::new();
    app.user("ann").await;
    let other = next(&login(&app, "ann").await);
    for by_cookie in [true, false] {
        let first = next(&login(&app, "ann").await);
        let second = next(&refresh(&app, &first).await);
        let out = if by_cookie {
            let browser = app.anonymous().with_header("cookie", &format!("refresh_token={second}"));
            // Without a word of whose page it is, the cookies go and nothing else.
            assert_eq!(browser.post_empty("/api/auth/logout").await.status, 204);
            browser.with_header("sec-fetch-site", "same-origin").post_empty("/api/auth/logout").await
        } else {
            app.anonymous().post("/api/auth/logout", json!({ "refresh_token": second })).await
        };
        assert_eq!(out.status, 204, "{out:?}");
        for ended in [&first, &second] {
            refresh(&app, ended).await.assert_error(401, "unauthorized");
        }
    }
    for nothing in [json!({}), json!({ "refresh_token": "x" }), json!({ "refresh_token": null })] {
        assert_eq!(app.anonymous().post("/api/auth/logout", nothing).await.status, 204);
    }
    assert_eq!(refresh(&app, &other).await.status, 200);
}

#[tokio::test]
async fn what_is_no_refresh_token_of_ours_is_refused() {
    let app = TestApp::with(&[("JWT_SECRET", "the old secret of at least 32 bytes")]);
    let ann = app.user("ann").await;
    let session = login(&app, "ann").await;
    let good = next(&session);
    let (text, signature) = good.rsplit_once('.').expect("a signature");
    let device = session.set_cookie("known_device").expect("a cookie").0;
    let raised = text.rsplit_once('.').map(|(family, _)| format!("{family}.7.{signature}")).expect("a number");
    for bad in ["", "x", ".", text, &format!("{text}.AAAA"), &raised, ann.token(), device, &"a.".repeat(30_000)] {
        refresh(&app, bad).await.assert_error(401, "unauthorized");
    }
    for body in [json!({}), json!({ "refresh_token": null })] {
        app.anonymous().post("/api/auth/refresh", body).await.assert_error(401, "unauthorized");
    }
    app.anonymous().post_empty("/api/auth/refresh").await.assert_error(401, "unauthorized");
    for no_token in [&good, device] {
        app.anonymous().with_token(no_token, "").get("/api/auth/me").await.assert_error(401, "unauthorized");
    }
    app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": 7 })).await.assert_error(400, "invalid_field");
    // None of this has ended anything, and the secret can be rotated.
    let (new, old) = ("the new secret of at least 32 bytes", "the old secret of at least 32 bytes");
    let done = app.another(&[("JWT_SECRET", new)]);
    refresh(&done, &good).await.assert_error(401, "unauthorized");
    let rotated = app.another(&[("JWT_SECRET", new), ("JWT_SECRET_PREVIOUS", old)]);
    let second = next(&refresh(&rotated, &good).await);
    assert_eq!(refresh(&done, &second).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_refresh_at_once_get_the_same_token() {
    let app = TestApp::new();
    app.user("ann").await;
    let other = app.another(&[]);
    let first = next(&login(&app, "ann").await);
    let mut tabs = tokio::task::JoinSet::new();
    for n in 0..16 {
        let (instance, first) = (if n % 2 == 0 { app.clone() } else { other.clone() }, first.clone());
        tabs.spawn(async move { next(&refresh(&instance, &first).await) });
    }
    let tokens = tabs.join_all().await;
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert_eq!(refresh(&app, &tokens[0]).await.status, 200);
}

#[tokio::test]
async fn an_answer_that_was_lost_can_be_asked_for_again() {
    for fault in [Fault::Before, Fault::After] {
        let store = FlakyStore::new();
        let app = TestApp::over(store.clone());
        app.user("ann").await;
        let first = next(&login(&app, "ann").await);
        store.fail_after(0, fault);
        refresh(&app, &first).await.assert_error(503, "store_unavailable");
        let second = next(&refresh(&app, &first).await);
        assert_eq!(next(&refresh(&app, &first).await), second, "{fault:?}");
        // A family that cannot be ended now is ended by the next who tries.
        app.advance_seconds(60);
        store.fail_after(0, Fault::Before);
        refresh(&app, &first).await.assert_error(503, "store_unavailable");
        refresh(&app, &first).await.assert_error(401, "unauthorized");
        refresh(&app, &second).await.assert_error(401, "unauthorized");
    }
}

#[tokio::test]
async fn an_account_that_has_ended_is_not_refreshed_and_leaves_no_families() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let token = next(&login(&app, "ann").await);
    let other = app.another(&[]);
    assert_eq!(ann.delete(&format!("/api/users/{}", ann.id)).await.status, 204);
    assert_eq!(kept(&app, "ann").await.len(), 0);
    for instance in [&app, &other] {
        refresh(instance, &token).await.assert_error(401, "unauthorized");
    }
    // Whoever takes the name is somebody else.
    app.user("ann").await;
    refresh(&app, &token).await.assert_error(401, "unauthorized");
}

#[tokio::test]
async fn neither_login_nor_refresh_opens_an_account_that_is_being_deleted() {
    for good in 1.. {
        let store = FlakyStore::new();
        let app = TestApp::over(store.clone());
        let ann = app.user("ann").await;
        let token = next(&login(&app, "ann").await);
        store.fail_after(good, Fault::Before);
        let deleted = ann.delete(&format!("/api/users/{}", ann.id)).await;
        // The first commit closes the account, and decides.
        assert_eq!(deleted.status, 204, "{deleted:?}");
        if store.is_waiting() {
            assert!(good > 2, "only {good} commits");
            break;
        }
        let elsewhere = app.another(&[]);
        let statuses = [elsewhere.anonymous().log_in("ann", PASSWORD).await.status, refresh(&elsewhere, &token).await.status];
        assert_eq!(statuses, [401, 401], "after {good} commits");
    }
}

#[tokio::test]
async fn a_login_too_many_ends_the_family_that_was_unused_for_longest() {
    let app = TestApp::new();
    assert_eq!(app.anonymous().register("ann").await.status, 201);
    let mut tokens = Vec::new();
    for _ in 0..50 {
        app.advance_seconds(1);
        tokens.push(next(&login(&app, "ann").await));
    }
    // The very first is a browser that goes on being used.
    let used = next(&refresh(&app, &tokens[0]).await);
    for _ in 0..2 {
        app.advance_seconds(60);
        tokens.push(next(&login(&app, "ann").await));
    }
    assert_eq!(families(&app, "ann").await, 50);
    for (n, good) in [(1, false), (2, false), (3, true), (51, true)] {
        assert_eq!(refresh(&app, &tokens[n]).await.status, if good { 200 } else { 401 }, "{n}");
    }
    // Those that have ended make room by themselves.
    for ended in &tokens[4..7] {
        assert_eq!(app.anonymous().post("/api/auth/logout", json!({ "refresh_token": ended })).await.status, 204);
    }
    for _ in 0..3 {
        login(&app, "ann").await;
    }
    assert_eq!((families(&app, "ann").await, refresh(&app, &tokens[7]).await.status), (50, 200));
    assert_eq!(refresh(&app, &used).await.status, 200);
}

#[tokio::test]
async fn nothing_that_is_kept_is_a_token() {
    let app = TestApp::new();
    app.user("ann").await;
    let session = login(&app, "ann").await;
    let second = refresh(&app, &session.text("refresh_token")).await;
    let secrets = [&session, &second].map(|answer| answer.text("refresh_token").rsplit_once('.').expect("parts").1.to_owned());
    for document in kept(&app, "ann").await {
        assert!(secrets.iter().all(|secret| !document.body.contains(secret)), "{}", document.body);
    }
}
