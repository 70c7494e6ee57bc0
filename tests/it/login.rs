//! Proving who one is: tokens, cookies, pauses, old hashes.

use avanochi::store::{Batch, Draft, Write};
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_login_gives_a_token_and_a_cookie() {
    let app = TestApp::with(&[]);
    app.user("ann").await;
    let answer = app.anonymous().log_in(" ANN ", PASSWORD).await;
    assert_eq!((answer.status, &answer.body["token_type"], &answer.body["expires_in"]), (200, &json!("Bearer"), &json!(3600)));
    let token = answer.text("token");
    let attributes = "HttpOnly; SameSite=Lax; Path=/api; Max-Age=3600";
    assert_eq!(answer.set_cookie("auth_token"), Some((token.as_str(), attributes)));
    let attributes = "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=2592000";
    assert_eq!(answer.set_cookie("refresh_token"), Some((answer.text("refresh_token").as_str(), attributes)));
    assert_eq!(answer.body["refresh_expires_in"], 2_592_000);
    let attributes = "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=31536000";
    assert_eq!(answer.set_cookie("known_device").map(|(_, attributes)| attributes), Some(attributes));
    let public = app.anonymous().with_header("x-forwarded-host", "app.example").log_in("ann", PASSWORD).await;
    for cookie in ["auth_token", "refresh_token", "known_device"] {
        assert!(public.set_cookie(cookie).is_some_and(|(_, attributes)| attributes.ends_with("; Secure")), "{public:?}");
    }

    let browser = app.anonymous().with_header("cookie", &format!("theme=dark; auth_token={token}"));
    assert_eq!(browser.get("/api/auth/me").await.status, 200);
    let task = json!({ "title": "x", "user_id": answer.text("user_id") });
    browser.post("/api/tasks", task.clone()).await.assert_error(401, "unauthorized");
    browser
        .clone()
        .with_header("origin", "https://evil.example")
        .post("/api/tasks", task.clone())
        .await
        .assert_error(401, "unauthorized");
    assert_eq!(browser.clone().with_header("origin", "http://localhost:7071").post("/api/tasks", task.clone()).await.status, 201);
    assert_eq!(browser.with_header("sec-fetch-site", "same-origin").post("/api/tasks", task).await.status, 201);

    let out = app.anonymous().post_empty("/api/auth/logout").await;
    assert_eq!(out.status, 204);
    assert_eq!(out.set_cookie("auth_token"), Some(("", "HttpOnly; SameSite=Lax; Path=/api; Max-Age=0")));
    assert_eq!(out.set_cookie("refresh_token"), Some(("", "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=0")));
    assert_eq!(out.set_cookie("known_device"), None);
}

#[tokio::test]
async fn one_bad_cookie_of_the_name_does_not_hide_a_good_one() {
    let app = TestApp::with(&[]);
    let ann = app.user("ann").await;
    let (good, stale) = (ann.token(), app.user("bob").await);
    assert_eq!(stale.delete(&format!("/api/users/{}", stale.id)).await.status, 204);
    for others in ["auth_token=", "auth_token=x.y.z", &format!("auth_token={}", stale.token())] {
        let browser = app.anonymous().with_header("cookie", &format!("{others}; auth_token={good}"));
        assert_eq!(browser.get("/api/auth/me").await.body["id"], json!(ann.id), "{others}");
    }
    let only_bad = app.anonymous().with_header("cookie", "auth_token=; auth_token=x");
    only_bad.get("/api/auth/me").await.assert_error(401, "unauthorized");
}

#[tokio::test]
async fn no_page_of_somebody_else_writes_a_cookie_or_logs_anybody_out() {
    let app = TestApp::with(&[("CORS_ALLOWED_ORIGINS", "https://app.example")]);
    app.user("ann").await;
    let from = |origin: &str| app.anonymous().with_header("origin", origin);
    for (origin, ours) in [
        ("http://localhost:7071", true),
        ("https://app.example", true),
        ("http://localhost:7072", false),
        ("https://localhost:7071", false),
        ("http://app.example", false),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let session = from(origin).log_in("ann", PASSWORD).await;
        assert_eq!((session.status, session.headers.contains_key("set-cookie")), (200, ours), "{origin}");
        let refresh_token = session.text("refresh_token");
        let browser = from(origin).with_header("cookie", &format!("refresh_token={refresh_token}"));
        let by_cookie = browser.post_empty("/api/auth/refresh").await;
        assert_eq!(
            (by_cookie.status, by_cookie.headers.contains_key("set-cookie")),
            (if ours { 200 } else { 401 }, ours),
            "{origin}"
        );
        let out = browser.post_empty("/api/auth/logout").await;
        assert_eq!((out.status, out.headers.contains_key("set-cookie")), (if ours { 204 } else { 403 }, ours), "{origin}");
        // What was refused has changed nothing.
        let still = app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": refresh_token })).await;
        assert_eq!(still.status, if ours { 401 } else { 200 }, "{origin}");
    }
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_alike() {
    let app = TestApp::new();
    app.user("ann").await;
    let wrong = async |name: &str, password: &str| {
        let answer = app.anonymous().with_header("x-request-id", "same").log_in(name, password).await;
        answer.assert_error(401, "invalid_credentials");
        answer
    };
    let known = wrong("ann", "not her password").await;
    for (name, password) in [("nobody", PASSWORD), ("", ""), ("a\nb", PASSWORD), (&"x".repeat(1000), PASSWORD)] {
        let unknown = wrong(name, password).await;
        assert_eq!((&unknown.bytes, &unknown.headers), (&known.bytes, &known.headers));
    }
    for body in [json!({}), json!({ "username": "ann" }), json!({ "username": "ann", "password": 5 })] {
        app.anonymous().post("/api/auth/login", body).await.assert_error(400, "invalid_field");
    }
}

#[tokio::test]
async fn ten_failures_in_a_quarter_of_an_hour_lead_to_a_pause() {
    let app = TestApp::new();
    app.user("ann").await;
    for name in ["ann", "nobody"] {
        for _ in 0..10 {
            app.anonymous().log_in(name, "wrong password").await.assert_error(401, "invalid_credentials");
            app.advance_seconds(1);
        }
        // In the store: another instance, or this one after a restart, knows of it.
        for instance in [&app, &app.another(&[])] {
            let paused = instance.anonymous().log_in(name, PASSWORD).await;
            paused.assert_error(429, "too_many_attempts");
            assert_eq!(paused.header("retry-after"), Some("890"));
        }
    }
    app.user("bob").await;
    app.advance_seconds(880);
    assert_eq!(app.anonymous().log_in("ann", PASSWORD).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_at_once_gains_nothing() {
    let app = TestApp::new();
    app.user("ann").await;
    let mut guesses = tokio::task::JoinSet::new();
    for n in 0..30 {
        let client = app.anonymous();
        guesses.spawn(async move { client.log_in("ann", &format!("wrong password {n}")).await.status });
    }
    let statuses = guesses.join_all().await;
    assert_eq!(statuses.iter().filter(|&&status| status == 401).count(), 10, "{statuses:?}");
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_secret_can_be_rotated_without_logging_anybody_out() {
    let old = TestApp::with(&[("JWT_SECRET", "the old secret of at least 32 bytes")]);
    let ann = old.user("ann").await;
    let rotated = old.another(&[
        ("JWT_SECRET", "the new secret of at least 32 bytes"),
        ("JWT_SECRET_PREVIOUS", "another secret that has been replaced, the old secret of at least 32 bytes"),
    ]);
    assert_eq!(rotated.anonymous().with_token(ann.token(), &ann.id).get("/api/auth/me").await.status, 200);
    let done = old.another(&[("JWT_SECRET", "the new secret of at least 32 bytes")]);
    done.anonymous().with_token(ann.token(), &ann.id).get("/api/auth/me").await.assert_error(401, "unauthorized");
    let anew = rotated.login("ann").await;
    assert_eq!(done.anonymous().with_token(anew.token(), &anew.id).get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn an_account_from_before_argon2_logs_in_and_is_brought_up_to_date() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let name = avanochi::accounts::auth::model::NameKey::of("ann");
    let partition = avanochi::accounts::auth::repo::partition_of(&name);
    let key = avanochi::store::Key { partition: partition.clone(), kind: "logins".into(), id: "login".into() };
    let stored = app.store.get(key.clone()).await.expect("read").expect("a login");
    let mut login: serde_json::Value = serde_json::from_str(&stored.body).expect("JSON");
    // SHA-256 of "password".
    login["credential"]["password_hash"] = json!("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8");
    let draft = Draft {
        kind: "logins".into(),
        id: "login".into(),
        seq: 0,
        places: avanochi::store::Places::default(),
        facet: None,
        published: false,
        expires_at: None,
        body: login.to_string(),
    };
    let batch = Batch::new(partition, uuid::Uuid::from_u128(1)).with(Write::Replace(draft, stored.etag));
    app.store.commit(batch).await.expect("replaced");

    app.anonymous().log_in("ann", PASSWORD).await.assert_error(401, "invalid_credentials");
    assert_eq!(app.anonymous().log_in("ann", "password").await.text("user_id"), ann.id);
    let upgraded = app.store.get(key).await.expect("read").expect("a login").body;
    assert!(upgraded.contains("$argon2id$") && !upgraded.contains("5e884898"), "{upgraded}");
    assert_eq!(app.anonymous().log_in("ann", "password").await.status, 200);
}
