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
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert_eq!(cookie, format!("auth_token={token}; HttpOnly; SameSite=Lax; Path=/api; Max-Age=3600"));
    let public = app.anonymous().with_header("x-forwarded-host", "app.example").log_in("ann", PASSWORD).await;
    assert!(public.header("set-cookie").is_some_and(|cookie| cookie.ends_with("; Secure")), "{public:?}");

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
    assert_eq!(out.header("set-cookie"), Some("auth_token=; HttpOnly; SameSite=Lax; Path=/api; Max-Age=0"));
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
        ("JWT_SECRET_PREVIOUS", "x, the old secret of at least 32 bytes"),
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
