//! Guessing passwords and names: what is counted, before what, and whom it must not hold up.

use avanochi::{
    accounts::auth::{model::NameKey, repo::partition_of},
    store::{Batch, Draft, Key, Write},
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Fault, FlakyStore, PASSWORD, TestApp};

const STRANGER: &str = "203.0.113.9";

/// A browser in which the user has logged in before.
async fn known_browser(app: &TestApp, name: &str) -> Client {
    let session = app.anonymous().log_in(name, PASSWORD).await;
    assert_eq!(session.status, 200, "{session:?}");
    with_device(app.anonymous(), &session)
}

fn with_device(client: Client, session: &Answer) -> Client {
    let (device, _) = session.set_cookie("known_device").expect("a cookie");
    client.with_header("cookie", &format!("known_device={device}"))
}

fn key_of(name: &str) -> Key {
    Key { partition: partition_of(&NameKey::of(name)), kind: "logins".into(), id: "login".into() }
}

async fn failures(app: &TestApp, name: &str) -> usize {
    let stored = app.store.get(key_of(name)).await.expect("read").expect("a login");
    let login: Value = serde_json::from_str(&stored.body).expect("JSON");
    login["failures"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn what_cannot_be_counted_is_not_compared() {
    for fault in [Fault::Before, Fault::After] {
        let store = FlakyStore::new();
        let app = TestApp::over(store.clone());
        app.user("ann").await;
        for (name, password) in [("ann", PASSWORD), ("ann", "wrong password"), ("nobody", PASSWORD)] {
            store.fail_after(0, fault);
            let answer = app.anonymous().log_in(name, password).await;
            answer.assert_error(503, "store_unavailable");
            assert!(!store.is_waiting(), "{name} was compared without a write");
        }
        let body = json!({ "username": "bob", "password": PASSWORD });
        let client = app.anonymous().with_header("idempotency-key", "key");
        assert_eq!(client.post("/api/auth/register", body.clone()).await.status, 201);
        store.fail_after(0, fault);
        client.post("/api/auth/register", body).await.assert_error(503, "store_unavailable");
    }
}

#[tokio::test]
async fn a_success_takes_its_attempt_back_and_no_other() {
    let app = TestApp::new();
    app.user("ann").await;
    assert_eq!(failures(&app, "ann").await, 0);
    app.anonymous().log_in("ann", "wrong password").await.assert_error(401, "invalid_credentials");
    for _ in 0..20 {
        app.login("ann").await;
        known_browser(&app, "ann").await.log_in("ann", PASSWORD).await;
    }
    assert_eq!(failures(&app, "ann").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_at_once_through_several_instances_all_succeed_and_leave_no_failure() {
    let app = TestApp::new();
    app.user("ann").await;
    let instances = [app.clone(), app.another(&[])];
    let mut logins = tokio::task::JoinSet::new();
    for n in 0..8 {
        let client = instances[n % 2].anonymous();
        logins.spawn(async move { client.log_in("ann", PASSWORD).await.status });
    }
    assert_eq!(logins.join_all().await, [200; 8]);
    assert_eq!(failures(&app, "ann").await, 0);
}

#[tokio::test]
async fn strangers_failures_do_not_hold_a_browser_that_has_logged_in_before() {
    let app = TestApp::new();
    app.user("ann").await;
    let browser = known_browser(&app, "ann").await;
    for _ in 0..10 {
        app.anonymous().log_in("ann", "wrong password").await.assert_error(401, "invalid_credentials");
    }
    app.anonymous().log_in("ann", PASSWORD).await.assert_error(429, "too_many_attempts");
    for instance in [&app, &app.another(&[])] {
        let cookie = browser.clone();
        let answer = cookie.log_in("ann", PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let elsewhere = with_device(instance.anonymous(), &answer);
        assert_eq!(elsewhere.log_in("ann", PASSWORD).await.status, 200);
    }
    // It has a limit of its own, which holds nobody else.
    app.advance_seconds(900);
    for _ in 0..10 {
        browser.log_in("ann", "wrong password").await.assert_error(401, "invalid_credentials");
    }
    browser.log_in("ann", PASSWORD).await.assert_error(429, "too_many_attempts");
    assert_eq!(app.anonymous().log_in("ann", PASSWORD).await.status, 200);
    app.advance_seconds(900);
    assert_eq!(browser.log_in("ann", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_browser_is_known_to_its_own_account_alone() {
    let app = TestApp::new();
    for name in ["ann", "bob"] {
        app.user(name).await;
    }
    let bobs = known_browser(&app, "bob").await;
    let forged = app.anonymous().with_header("cookie", "known_device=0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b.1.AAAA; known_device=");
    let gone = app.user("carol").await;
    let carols = known_browser(&app, "carol").await;
    assert_eq!(gone.delete(&format!("/api/users/{}", gone.id)).await.status, 204);
    app.user("carol").await;
    for _ in 0..10 {
        app.anonymous().log_in("ann", "wrong password").await.assert_error(401, "invalid_credentials");
        app.anonymous().log_in("carol", "wrong password").await.assert_error(401, "invalid_credentials");
    }
    for (browser, name) in [(bobs, "ann"), (forged, "ann"), (carols, "carol")] {
        browser.log_in(name, PASSWORD).await.assert_error(429, "too_many_attempts");
    }
}

#[tokio::test]
async fn one_address_can_try_few_names_whatever_they_are() {
    let app = TestApp::new();
    app.user("ann").await;
    let (stranger, other) = (app.anonymous().at(STRANGER), app.anonymous().at("203.0.113.10"));
    for n in 0..20 {
        stranger.log_in(&format!("name {n}"), "wrong password").await.assert_error(401, "invalid_credentials");
    }
    for name in ["name 99", "ann", &"x".repeat(60_000)] {
        let refused = stranger.log_in(name, PASSWORD).await;
        refused.assert_error(429, "too_many_attempts");
        assert_eq!(refused.header("retry-after"), Some("3"));
    }
    assert_eq!(other.log_in("ann", PASSWORD).await.status, 200);
    app.advance_seconds(3);
    assert_eq!(stranger.log_in("ann", PASSWORD).await.status, 200);
    stranger.log_in("ann", PASSWORD).await.assert_error(429, "too_many_attempts");
}

#[tokio::test]
async fn one_address_can_probe_few_names_at_registration_and_guess_few_refresh_tokens() {
    let app = TestApp::new();
    app.user("ann").await;
    let stranger = app.anonymous().at(STRANGER);
    for _ in 0..10 {
        stranger.register("ann").await.assert_error(409, "username_taken");
    }
    let refused = stranger.register("somebody else").await;
    refused.assert_error(429, "too_many_attempts");
    assert_eq!(refused.header("retry-after"), Some("30"));
    // Before anything is looked at, so that nothing can be told from it.
    stranger.post("/api/auth/register", json!({})).await.assert_error(429, "too_many_attempts");
    let guess = async || stranger.post("/api/auth/refresh", json!({ "refresh_token": "x" })).await;
    for _ in 0..60 {
        guess().await.assert_error(401, "unauthorized");
    }
    assert_eq!(guess().await.assert_error(429, "too_many_attempts").header("retry-after"), Some("1"));
    assert_eq!(app.anonymous().at("203.0.113.10").register("bob").await.status, 201);
}

#[tokio::test]
async fn the_machine_itself_has_no_budget_and_a_proxy_is_believed_where_it_is_listed() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "10.0.0.0/8")]);
    for own in ["127.0.0.1", "::1"] {
        let owner = app.anonymous().at(own);
        for n in 0..30 {
            owner.log_in(&format!("name {n} {own}"), "wrong password").await.assert_error(401, "invalid_credentials");
        }
    }
    let through = |peer: &str, caller: &str| app.anonymous().at(peer).with_header("x-forwarded-for", caller);
    let attempt = async |client: Client, n: u32| client.log_in(&format!("caller {n}"), "wrong password").await.status;
    for n in 0..20 {
        assert_eq!(attempt(through("10.0.0.1", STRANGER), n).await, 401);
    }
    assert_eq!(attempt(through("10.0.0.2", STRANGER), 21).await, 429);
    assert_eq!(attempt(through("10.0.0.1", "203.0.113.10"), 22).await, 401);
    // Others can say what they like.
    for n in 30..50 {
        assert_eq!(attempt(through("203.0.113.77", &format!("198.51.100.{n}")), n).await, 401);
    }
    assert_eq!(attempt(through("203.0.113.77", "198.51.100.99"), 51).await, 429);
}

#[tokio::test]
async fn a_known_browser_gets_in_from_an_address_whose_budget_is_used_up() {
    let app = TestApp::new();
    for name in ["ann", "bob"] {
        app.user(name).await;
    }
    let browser = known_browser(&app, "ann").await.at(STRANGER);
    let stranger = app.anonymous().at(STRANGER);
    for n in 0..20 {
        stranger.log_in(&format!("name {n}"), "wrong password").await.assert_error(401, "invalid_credentials");
    }
    // For its own account and no other, and not without end.
    browser.log_in("bob", PASSWORD).await.assert_error(429, "too_many_attempts");
    for _ in 0..9 {
        assert_eq!(browser.log_in("ann", PASSWORD).await.status, 200);
    }
    browser.log_in("ann", PASSWORD).await.assert_error(429, "too_many_attempts");
}

#[tokio::test]
async fn a_refresh_token_of_ours_is_good_at_an_address_whose_budget_is_used_up() {
    let app = TestApp::new();
    app.user("ann").await;
    let mut token = app.anonymous().log_in("ann", PASSWORD).await.text("refresh_token");
    let stranger = app.anonymous().at(STRANGER);
    let refresh = async |token: &str| stranger.post("/api/auth/refresh", json!({ "refresh_token": token })).await;
    while refresh("x").await.status == 401 {}
    for _ in 0..10 {
        let answer = refresh(&token).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        token = answer.text("refresh_token");
    }
    // Not without end.
    refresh(&token).await.assert_error(429, "too_many_attempts");
    app.advance_seconds(6);
    assert_eq!(refresh(&token).await.status, 200);
}

#[tokio::test]
async fn a_name_that_is_far_too_long_is_answered_as_any_other() {
    let app = TestApp::new();
    app.user("ann").await;
    let attempt =
        async |name: &str, password: &str| app.anonymous().with_header("x-request-id", "same").log_in(name, password).await;
    let known = attempt("ann", "wrong password").await;
    for name in ["x".repeat(60_000), "\u{fdfa}".repeat(20_000), "ﬃ".repeat(171)] {
        for _ in 0..10 {
            let answer = attempt(&name, PASSWORD).await;
            answer.assert_error(401, "invalid_credentials");
            assert_eq!((answer.bytes, answer.headers), (known.bytes.clone(), known.headers.clone()));
        }
        // Counted as any other, too.
        attempt(&name, PASSWORD).await.assert_error(429, "too_many_attempts");
    }
}

#[tokio::test]
async fn an_ignored_member_of_a_registration_is_no_defect_of_ours() {
    let app = TestApp::new();
    let deep = format!("{}1{}", "[".repeat(127), "]".repeat(127));
    let members: [&[u8]; 7] = [b"1e999", b"-1e999", deep.as_bytes(), br#""\ud800""#, b"\"\xff\"", br#"{"\udead":1}"#, b"1"];
    for (n, member) in members.into_iter().enumerate() {
        for key in [None, Some("key")] {
            let mut body = format!(r#"{{"username":"ann {n} {key:?}","password":"{PASSWORD}","more":"#).into_bytes();
            body.extend([member, b"}"].concat());
            let client = key.map_or_else(|| app.anonymous(), |key| app.anonymous().with_header("idempotency-key", key));
            let answer = client.send_raw("POST", "/api/auth/register", Some("application/json"), body.into()).await;
            assert!([201, 400].contains(&answer.status), "{n} {key:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_password_is_the_same_however_its_characters_are_composed() {
    let app = TestApp::new();
    let (composed, decomposed) = ("m\u{e9}lange d'\u{e9}t\u{e9}", "me\u{301}lange d'e\u{301}te\u{301}");
    for (name, typed) in [("ann", composed), ("bob", decomposed)] {
        let made = app.anonymous().post("/api/auth/register", json!({ "username": name, "password": typed })).await;
        assert_eq!(made.status, 201, "{made:?}");
        for again in [composed, decomposed] {
            assert_eq!(app.anonymous().log_in(name, again).await.status, 200);
        }
    }
    // SHA-256 of the decomposed form, as an older account may have it.
    let stored = app.store.get(key_of("ann")).await.expect("read").expect("a login");
    let mut login: Value = serde_json::from_str(&stored.body).expect("JSON");
    login["credential"]["password_hash"] = json!(sha256_hex(decomposed));
    let key = key_of("ann");
    let (kind, id, body) = (key.kind, key.id, login.to_string());
    let draft = Draft { kind, id, seq: 0, places: [None; 4], facet: None, published: false, expires_at: None, body };
    let batch = Batch::new(key.partition, uuid::Uuid::from_u128(1)).with(Write::Replace(draft, stored.etag));
    app.store.commit(batch).await.expect("replaced");
    for typed in [composed, decomposed, composed] {
        assert_eq!(app.anonymous().log_in("ann", typed).await.status, 200, "{typed:?}");
    }
}

fn sha256_hex(text: &str) -> String {
    avanochi::kernel::text::hex(&<sha2::Sha256 as sha2::Digest>::digest(text.as_bytes()))
}
