//! Tokens: those that issuers sign, and those that are only compared.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    super::{Config, Key, KeyForm, Reason, TokenRules, Verdict},
    NOW, Sent, keys, preset, signing,
    signing::Issuer,
};

fn rules(value: Value) -> TokenRules {
    serde_json::from_value(value).expect("rules")
}

/// What Google says of a push, with some of it replaced.
fn claims(change: &Value) -> Value {
    let mut claims = json!({
        "iss": "https://accounts.google.com", "aud": "https://a.test/x", "email": "push@a.test", "email_verified": true,
        "iat": NOW, "exp": NOW + 3600,
    });
    for (name, value) in change.as_object().expect("members") {
        claims[name] = value.clone();
    }
    claims
}

fn outcome(token: &str, rules: TokenRules) -> Result<Option<usize>, Reason> {
    let sent = Sent::new(b"{}").with("Authorization", &format!("Bearer {token}"));
    sent.outcome(preset("google_pubsub"), &Config { jwt: rules, ..Config::default() }, NOW)
}

fn google(keys: &[Value]) -> TokenRules {
    rules(json!({
        "jwks": { "keys": keys }, "issuers": ["https://accounts.google.com", "accounts.google.com"],
        "audiences": ["https://a.test/x"], "require": { "email": "push@a.test", "email_verified": true }, "leeway": 60,
    }))
}

#[test]
fn v5_only_rs256_by_the_key_that_is_named() {
    let (issuer, other) = (Issuer::new(), Issuer::new());
    let both = || google(&[issuer.jwk("k1"), other.jwk("k2")]);
    let token = |header: Value| issuer.token(&header, &claims(&json!({})));
    let good = token(json!({ "alg": "RS256", "typ": "JWT", "kid": "k1" }));
    assert_eq!(outcome(&good, both()), Ok(None));
    for (header, reason) in [
        (json!({ "alg": "none", "kid": "k1" }), Reason::AlgNotAllowed),
        (json!({ "alg": "HS256", "kid": "k1" }), Reason::AlgNotAllowed),
        (json!({ "alg": "rs256", "kid": "k1" }), Reason::AlgNotAllowed),
        (json!({ "kid": "k1" }), Reason::AlgNotAllowed),
        (json!({ "alg": "RS256", "kid": "k1", "crit": ["exp"] }), Reason::CritNotAllowed),
        (json!({ "alg": "RS256", "kid": "k2" }), Reason::SignatureMismatch),
        (json!({ "alg": "RS256", "kid": "k3" }), Reason::UnknownKid),
        (json!({ "alg": "RS256", "kid": "K1" }), Reason::UnknownKid),
        (json!({ "alg": "RS256" }), Reason::UnknownKid),
        (json!({ "alg": "RS256", "kid": "k3", "jwk": issuer.jwk("k3"), "jku": "https://evil.test" }), Reason::UnknownKid),
        (json!({ "alg": "RS256", "kid": ["k1"] }), Reason::MalformedSignature),
    ] {
        assert_eq!(outcome(&token(header.clone()), both()), Err(reason), "{header}");
    }
    // Without a name there is a key only where there is no choice.
    let unnamed = token(json!({ "alg": "RS256" }));
    assert_eq!(outcome(&unnamed, google(&[issuer.jwk("k1")])), Ok(None));
    assert_eq!(outcome(&unnamed, google(&[])), Err(Reason::UnknownKid));
    assert_eq!(outcome(&good, google(&[other.jwk("k1")])), Err(Reason::SignatureMismatch));
    assert_eq!(outcome(&good, TokenRules::default()), Err(Reason::UnknownKid));
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    for malformed in [
        message.to_owned(),
        format!("{good}."),
        format!("{message}.{signature}="),
        format!("{message}.!"),
        String::new(),
        format!(" {good}"),
    ] {
        assert_eq!(outcome(&malformed, both()), Err(Reason::MalformedSignature), "{malformed}");
    }
    assert_eq!(outcome(&format!("{message}."), both()), Err(Reason::SignatureMismatch));
    let tampered = token(json!({ "alg": "RS256", "kid": "k1" })).replacen(".e", ".f", 1);
    assert!(outcome(&tampered, both()).is_err());
    let sent = Sent::new(b"{}");
    let config = Config { jwt: both(), ..Config::default() };
    let pubsub = preset("google_pubsub");
    assert_eq!(sent.outcome(pubsub, &config, NOW), Err(Reason::MissingHeader));
    let basic = sent.clone().with("Authorization", "Basic x");
    assert_eq!(basic.outcome(pubsub, &config, NOW), Err(Reason::MalformedSignature));
    let twice = sent.with("Authorization", &format!("Bearer {good}")).with("authorization", &format!("Bearer {good}"));
    assert_eq!(twice.outcome(pubsub, &config, NOW), Err(Reason::DuplicateHeader));
}

#[test]
fn claims_say_from_whom_for_whom_and_until_when() {
    let issuer = Issuer::new();
    let claimed = |change: Value| {
        let token = issuer.token(&json!({ "alg": "RS256", "kid": "k" }), &claims(&change));
        outcome(&token, google(&[issuer.jwk("k")]))
    };
    for good in [
        json!({ "iss": "accounts.google.com" }),
        json!({ "aud": ["https://b.test", "https://a.test/x"] }),
        json!({ "exp": NOW - 59 }),
        json!({ "nbf": NOW + 60 }),
        json!({ "exp": 1e12 }),
    ] {
        assert_eq!(claimed(good.clone()), Ok(None), "{good}");
    }
    for (wrong, reason) in [
        (json!({ "exp": NOW - 60 }), Reason::TokenExpired),
        (json!({ "exp": null }), Reason::WrongClaim),
        (json!({ "exp": "9999999999" }), Reason::WrongClaim),
        (json!({ "nbf": NOW + 61 }), Reason::TokenNotYetValid),
        (json!({ "iss": "https://accounts.google.com.evil.test" }), Reason::WrongIssuer),
        (json!({ "iss": ["accounts.google.com"] }), Reason::WrongIssuer),
        (json!({ "aud": "https://a.test/x/" }), Reason::WrongAudience),
        (json!({ "aud": [] }), Reason::WrongAudience),
        (json!({ "aud": null }), Reason::WrongAudience),
        (json!({ "email": "push@b.test" }), Reason::WrongClaim),
        (json!({ "email_verified": false }), Reason::WrongClaim),
        (json!({ "email_verified": "true" }), Reason::WrongClaim),
    ] {
        assert_eq!(claimed(wrong.clone()), Err(reason), "{wrong}");
    }
}

/// Notifications of Graph about two subscriptions, with tokens beside.
fn graph(states: [&str; 2], tokens: &[String], rules: Option<TokenRules>) -> Result<Option<usize>, Reason> {
    let item = |id: &str, state: &str| json!({ "subscriptionId": id, "clientState": state, "changeType": "updated" });
    let body = json!({ "value": [item("s1", states[0]), item("s2", states[1])], "validationTokens": tokens });
    let rich = rules.is_some();
    let config =
        Config { tokens: ours(&[("s1", "one"), ("s2", "two")]), rich, jwt: rules.unwrap_or_default(), ..Config::default() };
    Sent::new(body.to_string().as_bytes()).outcome(preset("msgraph"), &config, NOW)
}

fn ours(texts: &[(&str, &str)]) -> BTreeMap<String, Key> {
    texts.iter().map(|(id, text)| ((*id).to_owned(), Key::read(text, KeyForm::Text).expect("a text"))).collect()
}

#[test]
fn every_notification_of_graph_brings_back_our_text() {
    assert_eq!(graph(["one", "two"], &[], None), Ok(None));
    for states in [["one", "one"], ["two", "two"], ["one", "Two"], ["one", ""], ["", ""]] {
        assert_eq!(graph(states, &[], None), Err(Reason::ClientStateMismatch), "{states:?}");
    }
    let outcome = |body: &str| {
        let config = Config { tokens: ours(&[("s1", "one")]), ..Config::default() };
        Sent::new(body.as_bytes()).outcome(preset("msgraph"), &config, NOW)
    };
    let unknown = r#"{"value":[{"subscriptionId":"s3","clientState":"one"}]}"#;
    assert_eq!(outcome(unknown), Err(Reason::ClientStateMismatch));
    assert_eq!(outcome(r#"{"value":[{"subscriptionId":"s1"}]}"#), Err(Reason::ClientStateMismatch));
    assert_eq!(outcome(""), Err(Reason::EmptyBody));
    for malformed in ["{}", "[]", r#"{"value":[]}"#, r#"{"value":{}}"#, r#"{"value":[{"clientState":"one"}]}"#, "x"] {
        assert_eq!(outcome(malformed), Err(Reason::MalformedBody), "{malformed}");
    }
}

#[test]
fn graph_proves_by_tokens_that_data_is_its_own() {
    let issuer = Issuer::new();
    let publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086";
    let tenant = "https://sts.windows.net/t/";
    let rules = || {
        let keys = json!({ "keys": [issuer.jwk("k")] });
        Some(rules(json!({ "jwks": keys, "issuers": [tenant], "audiences": ["app"], "publisher_appid": publisher })))
    };
    let token = |change: Value| {
        let mut claims = json!({ "iss": tenant, "aud": "app", "exp": NOW + 60, "nbf": NOW });
        for (name, value) in change.as_object().expect("members") {
            claims[name] = value.clone();
        }
        issuer.token(&json!({ "alg": "RS256", "kid": "k" }), &claims)
    };
    let good = token(json!({ "appid": publisher }));
    let second = token(json!({ "azp": publisher }));
    let right = ["one", "two"];
    assert_eq!(graph(right, &[good.clone(), second], rules()), Ok(None));
    assert_eq!(graph(["one", "x"], std::slice::from_ref(&good), rules()), Err(Reason::ClientStateMismatch));
    assert_eq!(graph(right, &[], rules()), Err(Reason::MissingToken));
    for (change, reason) in [
        (json!({}), Reason::WrongClaim),
        (json!({ "appid": "other" }), Reason::WrongClaim),
        (json!({ "appid": publisher, "azp": "other" }), Reason::WrongClaim),
        (json!({ "appid": publisher, "aud": "other" }), Reason::WrongAudience),
        (json!({ "appid": publisher, "iss": "https://sts.windows.net/other/" }), Reason::WrongIssuer),
        (json!({ "appid": publisher, "nbf": NOW + 1 }), Reason::TokenNotYetValid),
        (json!({ "appid": publisher, "exp": NOW }), Reason::TokenExpired),
    ] {
        // One of them is enough to refuse all.
        assert_eq!(graph(right, &[good.clone(), token(change.clone())], rules()), Err(reason), "{change}");
    }
    for missing in ["audiences", "publisher_appid"] {
        let mut loose = json!({ "jwks": { "keys": [issuer.jwk("k")] }, "issuers": [tenant], "audiences": ["app"], "publisher_appid": publisher });
        loose[missing] = Value::Null;
        let loose = Some(self::rules(loose));
        assert_eq!(graph(right, std::slice::from_ref(&good), loose), Err(Reason::WrongClaim), "{missing}");
    }
}

#[test]
fn a_channel_of_google_brings_back_our_token() {
    let sent = |state: &str| {
        Sent::new(b"")
            .with("X-Goog-Channel-ID", "c1")
            .with("X-Goog-Channel-Token", "token")
            .with("X-Goog-Resource-State", state)
            .with("X-Goog-Message-Number", "10")
    };
    let config = Config { tokens: ours(&[("c1", "token"), ("c2", "other")]), ..Config::default() };
    let channel = preset("google_channel");
    match sent("exists").verdict(channel, &config, NOW) {
        Verdict::Accept(accepted) => assert_eq!(accepted.moment.as_deref(), Some("10")),
        other => panic!("{other:?}"),
    }
    assert!(matches!(sent("sync").verdict(channel, &config, NOW), Verdict::Handshake(_)));
    for (name, value) in [
        ("X-Goog-Channel-Token", "Token"),
        ("X-Goog-Channel-Token", ""),
        ("X-Goog-Channel-ID", "c2"),
        ("X-Goog-Channel-ID", "c3"),
    ] {
        for state in ["exists", "sync"] {
            let changed = sent(state).changed(name, |_| value.to_owned());
            assert_eq!(changed.outcome(channel, &config, NOW), Err(Reason::TokenMismatch), "{name}: {value}");
        }
    }
    for name in ["X-Goog-Channel-ID", "X-Goog-Channel-Token", "X-Goog-Resource-State", "X-Goog-Message-Number"] {
        assert_eq!(sent("exists").without(name).outcome(channel, &config, NOW), Err(Reason::MissingHeader));
        assert_eq!(sent("exists").with(name, "c1").outcome(channel, &config, NOW), Err(Reason::DuplicateHeader));
    }
}

#[test]
fn a_signature_of_gitlab_is_not_passed_over_for_its_token() {
    let gitlab = preset("gitlab");
    let config = |texts: &[&str]| Config { secrets: keys(texts, gitlab.key), ..Config::default() };
    let sent = Sent::new(b"{}").with("X-Gitlab-Token", "token");
    assert_eq!(sent.outcome(gitlab, &config(&["former", "token"]), NOW), Ok(Some(1)));
    assert_eq!(sent.outcome(gitlab, &config(&["former", "toke"]), NOW), Err(Reason::TokenMismatch));
    assert_eq!(Sent::new(b"{}").outcome(gitlab, &config(&["token"]), NOW), Err(Reason::MissingHeader));
    assert_eq!(sent.clone().with("x-gitlab-token", "x").outcome(gitlab, &config(&["token"]), NOW), Err(Reason::DuplicateHeader));
    // With a key alone, the token means nothing.
    let key = format!("whsec_{}", signing::base64(b"key"));
    assert_eq!(sent.outcome(gitlab, &config(&[&key]), NOW), Err(Reason::MissingHeader));
    let signed = |by: &[u8]| {
        let signature = signing::hmac_sha256(by, format!("m.{NOW}.{{}}").as_bytes());
        sent.clone()
            .with("webhook-id", "m")
            .with("webhook-timestamp", &NOW.to_string())
            .with("webhook-signature", &format!("v1,{}", signing::base64(&signature)))
    };
    let both = config(&["token", &key]);
    assert_eq!(sent.outcome(gitlab, &both, NOW), Ok(Some(0)), "while it changes from one to the other");
    assert_eq!(signed(b"key").outcome(gitlab, &both, NOW), Ok(Some(1)));
    assert_eq!(signed(b"other").outcome(gitlab, &both, NOW), Err(Reason::SignatureMismatch), "although the token is right");
    assert_eq!(signed(b"token").outcome(gitlab, &both, NOW), Err(Reason::SignatureMismatch), "the token is no key");
}
