//! Greetings, and what is answered at once.

use secrecy::ExposeSecret as _;

use super::{
    super::{Answer, Config, Reason, Verdict},
    NOW, Sent, keys, preset, secrets, signing,
};

fn awaited() -> Config {
    Config { handshake: true, ..Config::default() }
}

#[test]
fn v11_asana_hands_over_a_secret_only_while_we_create() {
    let sent = Sent::new(b"{}").with("X-Hook-Secret", "b537207f20cbfa02");
    match sent.verdict(preset("asana"), &awaited(), NOW) {
        Verdict::Handshake(handshake) => {
            assert_eq!(handshake.secret.expect("kept").expose_secret(), "b537207f20cbfa02");
            let Answer::Header { name: "X-Hook-Secret", value } = handshake.answer else { panic!("{:?}", handshake.answer) };
            assert_eq!(value.expose_secret(), "b537207f20cbfa02");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(sent.outcome(preset("asana"), &secrets(&["key"]), NOW), Err(Reason::MissingHeader));
    assert_eq!(sent.clone().with("x-hook-secret", "b").outcome(preset("asana"), &awaited(), NOW), Err(Reason::DuplicateHeader));
    for value in ["", "a b", "a\r\nSet-Cookie: b", &"a".repeat(256)] {
        let sent = sent.changed("X-Hook-Secret", |_| value.to_owned());
        assert_eq!(sent.outcome(preset("asana"), &awaited(), NOW), Err(Reason::MalformedSignature), "{value:?}");
    }
}

#[test]
fn v11_notion_hands_over_its_token_only_while_pending() {
    let body = br#"{"verification_token":"secret_x"}"#;
    let sent = Sent::new(body);
    match sent.verdict(preset("notion"), &awaited(), NOW) {
        Verdict::Handshake(handshake) => assert_eq!(handshake.secret.expect("kept").expose_secret(), "secret_x"),
        other => panic!("{other:?}"),
    }
    // Afterwards the member means nothing, neither to refuse nor to let in.
    assert_eq!(sent.outcome(preset("notion"), &secrets(&["key"]), NOW), Err(Reason::MissingHeader));
    let signature = format!("sha256={}", signing::hex(&signing::hmac_sha256(b"key", body)));
    let signed = sent.with("X-Notion-Signature", &signature);
    assert_eq!(signed.outcome(preset("notion"), &secrets(&["key"]), NOW), Ok(Some(0)));
    assert_eq!(signed.outcome(preset("notion"), &awaited(), NOW), Err(Reason::SignatureMismatch));
    assert_eq!(Sent::new(b"{}").outcome(preset("notion"), &awaited(), NOW), Err(Reason::MissingHeader));
    let nothing = Sent::new(br#"{"verification_token":""}"#);
    assert_eq!(nothing.outcome(preset("notion"), &awaited(), NOW), Err(Reason::MalformedBody));
}

#[test]
fn graph_is_answered_its_token_and_nothing_is_kept() {
    let sent = |query: &str| Sent { query: Some(query.to_owned()), ..Sent::new(b"") };
    match sent("a=1&validationToken=Validation%3A+Testing%20%3Cb%3E").verdict(preset("msgraph"), &Config::default(), NOW) {
        Verdict::Handshake(handshake) => {
            assert!(handshake.secret.is_none());
            assert!(matches!(handshake.answer, Answer::Text(text) if text == "Validation: Testing <b>"));
        }
        other => panic!("{other:?}"),
    }
    for query in ["", "validationToken=", "validationToken=a&validationToken=b", "validationtoken=a"] {
        assert_eq!(sent(query).outcome(preset("msgraph"), &Config::default(), NOW), Err(Reason::EmptyBody), "{query}");
    }
}

#[test]
fn trello_looks_whether_somebody_is_there() {
    let head = Sent { method: "HEAD", ..Sent::new(b"") };
    assert!(matches!(head.verdict(preset("trello"), &Config::default(), NOW), Verdict::Handshake(_)));
    assert_eq!(head.outcome(preset("github"), &Config::default(), NOW), Err(Reason::MissingHeader));
}

fn answered(sent: &Sent, name: &str, config: &Config) -> Option<Answer> {
    match sent.verdict(preset(name), config, NOW) {
        Verdict::Accept(accepted) => accepted.answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn slack_and_discord_sign_what_they_want_answered() {
    let slack = |body: &str| {
        let signature = signing::hex(&signing::hmac_sha256(b"key", format!("v0:{NOW}:{body}").as_bytes()));
        Sent::new(body.as_bytes())
            .with("X-Slack-Signature", &format!("v0={signature}"))
            .with("X-Slack-Request-Timestamp", &NOW.to_string())
    };
    let challenge = r#"{"type":"url_verification","challenge":"c","token":"t"}"#;
    let answer = answered(&slack(challenge), "slack", &secrets(&["key"]));
    assert!(matches!(answer, Some(Answer::Text(text)) if text == "c"));
    assert_eq!(slack(challenge).outcome(preset("slack"), &secrets(&["other"]), NOW), Err(Reason::SignatureMismatch));
    for other in ["command=%2Fx", r#"{"type":"event_callback","challenge":"c"}"#] {
        assert!(answered(&slack(other), "slack", &secrets(&["key"])).is_none());
    }
    let (public, _) = signing::ed25519(7, b"");
    let config = Config { public_keys: keys(&[&signing::hex(&public)], preset("discord").key), ..Config::default() };
    let discord = |body: &str| {
        let (_, signature) = signing::ed25519(7, format!("{NOW}{body}").as_bytes());
        Sent::new(body.as_bytes())
            .with("X-Signature-Ed25519", &signing::hex(&signature))
            .with("X-Signature-Timestamp", &NOW.to_string())
    };
    assert!(matches!(answered(&discord(r#"{"type":1}"#), "discord", &config), Some(Answer::Json(r#"{"type":1}"#))));
    assert!(answered(&discord(r#"{"type":2}"#), "discord", &config).is_none());
}
