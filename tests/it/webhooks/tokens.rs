//! Notifications with tokens of Google: by the keys that it publishes, which are asked for no more often than they must be.

use std::sync::{Arc, Mutex};

use avanochi::kernel::Clock as _;
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use axum::{Router, http::StatusCode, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sandbox::{Clock, Running, Stand};
use serde_json::{Value, json};

use super::{Hook, asked_for, connected, hook, send};
use crate::support::{LONG_TOKENS, TestApp};

const ACCOUNT: &str = "pusher@project.iam.gserviceaccount.com";

struct Pair {
    pair: KeyPair,
    kid: &'static str,
}

impl Pair {
    fn new(kid: &'static str) -> Self {
        Self { pair: KeyPair::generate(KeySize::Rsa2048).expect("a pair"), kid }
    }

    fn jwk(&self) -> Value {
        // RFC 8017: a sequence of two integers, the first with a zero before its 256 bytes, the second 65537.
        let der = self.pair.public_key().as_ref();
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": URL_SAFE_NO_PAD.encode(&der[9..265]), "e": "AQAB" })
    }

    fn token(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&json!({ "alg": "RS256", "kid": self.kid })), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// What is published at the moment; nothing while it is down.
type Published = Arc<Mutex<Option<Vec<Value>>>>;

async fn google() -> Running<Published> {
    let published = Published::default();
    let state = Arc::clone(&published);
    let answer = move || {
        let keys = state.lock().expect("free").clone();
        async move { keys.map_or_else(|| Err(StatusCode::SERVICE_UNAVAILABLE), |keys| Ok(json!({ "keys": keys }).to_string())) }
    };
    sandbox::serve(Stand::new(Clock::machine()), published, Router::new().route("/certs", get(answer)), 0).await.expect("started")
}

async fn deliver(app: &TestApp, hook: &Hook, token: &str, body: &str) -> u16 {
    let answer = send(app, "POST", &hook.path, &[("authorization", &format!("Bearer {token}"))], body.to_owned()).await;
    assert_eq!(answer.bytes.len(), 0, "{answer:?}");
    answer.status
}

#[tokio::test]
async fn a_token_is_held_against_the_published_keys_which_are_asked_for_seldom() {
    let google = google().await;
    let url = format!("{}/certs", google.url);
    let app = TestApp::with(&[LONG_TOKENS, ("GOOGLE_KEYS_URL", &url), ("AVANOCHI_PUBLIC_URL", "https://avanochi.example")]);
    let ann = app.user("ann").await;
    let hook = hook(&ann, &connected(&ann).await, json!({ "preset": "google_pubsub", "secret": ACCOUNT })).await;
    asked_for(&app).await;
    let asked = || google.stand.log.take().len();
    let (one, two) = (Pair::new("one"), Pair::new("two"));
    let claims = |change: &dyn Fn(&mut Value)| {
        let now = app.clock.now().unix_seconds();
        let mut claims = json!({ "iss": "https://accounts.google.com", "aud": format!("https://avanochi.example{}", hook.path),
            "email": ACCOUNT, "email_verified": true, "iat": now, "exp": now + 3600 });
        change(&mut claims);
        claims
    };
    let good = || claims(&|_| {});
    // Nobody can say whether it is right: it is to come again.
    assert_eq!(deliver(&app, &hook, &one.token(&good()), "a").await, 503);
    assert_eq!((deliver(&app, &hook, &one.token(&good()), "a").await, asked()), (503, 1));
    *google.state.lock().expect("free") = Some(vec![one.jwk()]);
    app.advance_seconds(10);
    // Eight at once ask once.
    let all = futures_util::future::join_all((0..8).map(|n| {
        let token = one.token(&good());
        let (app, hook) = (&app, &hook);
        async move { deliver(app, hook, &token, &format!("body {n}")).await }
    }));
    assert_eq!((all.await, asked()), (vec![200; 8], 1));
    assert_eq!(asked_for(&app).await.len(), 8);
    for (what, change) in [
        ("another account", (|claims| claims["email"] = json!("other@project.iam.gserviceaccount.com")) as fn(&mut Value)),
        ("not verified", |claims| claims["email_verified"] = json!(false)),
        ("for another address", |claims| claims["aud"] = json!("https://avanochi.example/api/webhooks/other")),
        ("another issuer", |claims| claims["iss"] = json!("https://accounts.example.com")),
        ("over", |claims| claims["exp"] = json!(1)),
    ] {
        assert_eq!(deliver(&app, &hook, &one.token(&claims(&change)), what).await, 401, "{what}");
    }
    assert_eq!(deliver(&app, &hook, &one.token(&good()), "").await, 400);
    assert_eq!(asked(), 0);

    // V5: an unknown key is looked for, once in five minutes.
    *google.state.lock().expect("free") = Some(vec![one.jwk(), two.jwk()]);
    assert_eq!((deliver(&app, &hook, &two.token(&good()), "b").await, asked()), (401, 0), "just asked");
    app.advance_seconds(300);
    assert_eq!((deliver(&app, &hook, &two.token(&good()), "b").await, asked()), (200, 1));
    let unknown = Pair::new("three");
    for _ in 0..5 {
        assert_eq!(deliver(&app, &hook, &unknown.token(&good()), "c").await, 401);
    }
    assert_eq!(asked(), 0);
    // They are a day old at most: what is published no more counts no more.
    *google.state.lock().expect("free") = Some(vec![two.jwk()]);
    app.advance_seconds(86_399);
    assert_eq!((deliver(&app, &hook, &one.token(&good()), "d").await, asked()), (200, 0));
    app.advance_seconds(1);
    assert_eq!((deliver(&app, &hook, &one.token(&good()), "e").await, asked()), (401, 1));
    assert_eq!(deliver(&app, &hook, &two.token(&good()), "f").await, 200);
}
