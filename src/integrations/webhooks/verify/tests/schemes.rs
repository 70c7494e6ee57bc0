//! What is particular to one sender or another.

use serde_json::json;

use super::{
    super::{BadTemplate, Config, KeyForm, Preset, Reason, Sketch, Template, Verdict},
    NOW, Sent, keys, preset, secrets, signing,
};

const BODY: &[u8] = br#"{"a":1}"#;

#[test]
fn github_has_sha1_only_where_it_is_allowed_and_nothing_better_was_sent() {
    let sha1 = format!("sha1={}", signing::hex(&signing::hmac_sha1(b"key", BODY)));
    let sha256 = format!("sha256={}", signing::hex(&signing::hmac_sha256(b"key", BODY)));
    let wrong = format!("sha256={}", "0".repeat(64));
    let old = Sent::new(BODY).with("X-Hub-Signature", &sha1);
    let github = preset("github");
    let allowed = Config { allow_legacy_sha1: true, ..secrets(&["key"]) };
    assert_eq!(old.outcome(github, &secrets(&["key"]), NOW), Err(Reason::MissingHeader));
    assert_eq!(old.outcome(github, &allowed, NOW), Ok(Some(0)));
    let both = |better: &str| old.clone().with("X-Hub-Signature-256", better);
    assert_eq!(both(&wrong).outcome(github, &allowed, NOW), Err(Reason::SignatureMismatch));
    assert_eq!(both(&sha256).outcome(github, &allowed, NOW), Ok(Some(0)));
    // What is not looked at may be anything.
    assert_eq!(both(&sha256).with("X-Hub-Signature", "?").outcome(github, &allowed, NOW), Ok(Some(0)));
    // The same name is another signature for Jira.
    assert_eq!(old.outcome(preset("jira"), &allowed, NOW), Err(Reason::MalformedSignature));
}

#[test]
fn what_tells_deliveries_apart_is_handed_on() {
    let sha256 = format!("sha256={}", signing::hex(&signing::hmac_sha256(b"key", BODY)));
    let sent = Sent::new(BODY).with("X-Hub-Signature-256", &sha256).with("X-GitHub-Delivery", "d-1");
    let accepted = |sent: &Sent| match sent.verdict(preset("github"), &secrets(&["key"]), NOW) {
        Verdict::Accept(accepted) => accepted,
        other => panic!("{other:?}"),
    };
    assert_eq!(accepted(&sent).delivery.as_deref(), Some("d-1"));
    assert_eq!(accepted(&sent).moment, None);
    // It decides nothing, so twice is no reason to refuse.
    assert_eq!(accepted(&sent.with("x-github-delivery", "d-2")).delivery, None);
}

#[test]
fn labelled_lists_have_one_time_and_any_of_their_signatures_will_do() {
    let code = |key: &[u8]| signing::hex(&signing::hmac_sha256(key, &[NOW.to_string().as_bytes(), b".", BODY].concat()));
    let (right, wrong) = (code(b"key"), code(b"other"));
    let stripe = |value: String| {
        Sent::new(BODY).with("Stripe-Signature", &value).outcome(preset("stripe"), &secrets(&["key", "new"]), NOW)
    };
    assert_eq!(stripe(format!("t={NOW},v1={wrong},v1={right},v0=anything")), Ok(Some(0)));
    assert_eq!(stripe(format!("v1={},t={NOW}", code(b"new"))), Ok(Some(1)));
    for malformed in [
        format!("v1={right}"),
        format!("t={NOW},t={NOW},v1={right}"),
        format!("t={NOW}"),
        format!("t={NOW},v0={right}"),
        format!("t={NOW}, v1={right}"),
        format!("t={NOW},v1={right},v1={}", &right[1..]),
        format!("t={NOW},v1={right},"),
        format!("t={NOW}{}", format!(",v1={right}").repeat(11)),
    ] {
        assert_eq!(stripe(malformed.clone()), Err(Reason::MalformedSignature), "{malformed}");
    }
    assert_eq!(stripe(format!("t=now,v1={right}")), Err(Reason::MalformedTimestamp));
    assert_eq!(stripe(format!("t={},v1={right}", NOW + 1)), Err(Reason::SignatureMismatch));
    // The key is not what is encoded after `whsec_`.
    let text = "whsec_a2V5";
    let config = Config { secrets: keys(&[text], preset("stripe").key), ..Config::default() };
    let sent = |key: &[u8]| Sent::new(BODY).with("Stripe-Signature", &format!("t={NOW},v1={}", code(key)));
    assert_eq!(sent(text.as_bytes()).outcome(preset("stripe"), &config, NOW), Ok(Some(0)));
    assert_eq!(sent(b"key").outcome(preset("stripe"), &config, NOW), Err(Reason::SignatureMismatch));
}

#[test]
fn headers_that_are_said_to_be_signed_are() {
    let code = |text: String| signing::hex(&signing::hmac_sha256(b"key", &[text.as_bytes(), BODY].concat()));
    let over_body = code(format!("{NOW}."));
    let over_headers = code(format!("{NOW}.x-a x-b.1.2."));
    let sent = |value: String| Sent::new(BODY).with("X-A", "1").with("X-B", "2").with("X-Hook0-Signature", &value);
    let outcome = |sent: Sent| sent.outcome(preset("hook0"), &secrets(&["key"]), NOW);
    let good = format!("t={NOW},h=x-a x-b,v1={over_headers},v0={}", "0".repeat(64));
    assert_eq!(outcome(sent(good.clone())), Ok(Some(0)), "the weaker one is not looked at");
    let downgraded = format!("t={NOW},h=x-a x-b,v1={},v0={over_body}", "0".repeat(64));
    assert_eq!(outcome(sent(downgraded)), Err(Reason::SignatureMismatch), "nor does it help");
    assert_eq!(outcome(sent(good.clone()).changed("X-A", |_| "3".to_owned())), Err(Reason::SignatureMismatch));
    assert_eq!(outcome(sent(good.replace("x-a x-b", "x-b x-a"))), Err(Reason::SignatureMismatch));
    assert_eq!(outcome(sent(good.clone()).without("X-A")), Err(Reason::MissingHeader));
    assert_eq!(outcome(sent(good.clone()).with("x-a", "1")), Err(Reason::DuplicateHeader));
    assert_eq!(outcome(sent(format!("{good},h=x-a"))), Err(Reason::MalformedSignature));
}

#[test]
fn standard_webhooks_take_any_signature_of_a_version_that_has_a_key() {
    let message = [b"m.", NOW.to_string().as_bytes(), b".", BODY].concat();
    let v1 = |key: &[u8]| format!("v1,{}", signing::base64(&signing::hmac_sha256(key, &message)));
    let (public, signature) = signing::ed25519(1, &message);
    let v1a = format!("v1a,{}", signing::base64(&signature));
    let secret = format!("whsec_{}", signing::base64(b"key"));
    let outcome = |list: String, config: &Config| {
        let time = NOW.to_string();
        let sent = Sent::new(BODY).with("webhook-id", "m").with("webhook-timestamp", &time).with("webhook-signature", &list);
        sent.outcome(preset("standard_webhooks"), config, NOW)
    };
    let by_secret = Config { secrets: keys(&[&secret], KeyForm::Prefixed), ..Config::default() };
    let by_pair = Config { public_keys: keys(&[&signing::base64(&public)], KeyForm::Prefixed), ..Config::default() };
    assert_eq!(outcome(format!("v2,? {} {} {v1a}", v1(b"other"), v1(b"key")), &by_secret), Ok(Some(0)));
    assert_eq!(outcome(format!("{} {v1a}", v1(b"other")), &by_pair), Ok(Some(0)));
    // A signature of the other version is none.
    assert_eq!(outcome(v1a.clone(), &by_secret), Err(Reason::SignatureMismatch));
    assert_eq!(outcome(v1(b"key"), &by_pair), Err(Reason::SignatureMismatch));
    assert_eq!(outcome(v1a.replace("v1a", "v1"), &by_pair), Err(Reason::MalformedSignature));
    for list in ["v2,?".to_owned(), format!("{},", v1(b"key")), format!("{}  {v1a}", v1(b"key")), v1(b"key").replace(',', "=")] {
        assert_eq!(outcome(list.clone(), &by_secret), Err(Reason::MalformedSignature), "{list}");
    }
}

#[test]
fn linear_has_its_time_in_the_body_and_nowhere_else() {
    let outcome = |body: &str, now: i64| {
        let signature = signing::hex(&signing::hmac_sha256(b"key", body.as_bytes()));
        let sent = Sent::new(body.as_bytes()).with("Linear-Signature", &signature).with("Linear-Timestamp", &format!("{now}000"));
        sent.outcome(preset("linear"), &secrets(&["key"]), now)
    };
    let good = format!(r#"{{"webhookTimestamp":{NOW}999}}"#);
    assert_eq!(outcome(&good, NOW), Ok(Some(0)));
    assert_eq!(outcome(&good, NOW + 61), Err(Reason::TimestampStale), "whatever the header says");
    assert_eq!(outcome(&good, NOW - 60), Err(Reason::TimestampFuture));
    for malformed in ["{}", r#"{"webhookTimestamp":"1700000000000"}"#, r#"{"webhookTimestamp":-1}"#, "[]"] {
        assert_eq!(outcome(malformed, NOW), Err(Reason::MalformedTimestamp), "{malformed}");
    }
    assert_eq!(outcome("signed, but no JSON", NOW), Err(Reason::MalformedBody));
}

#[test]
fn trello_signs_the_address_that_it_was_given() {
    let signature = signing::base64(&signing::hmac_sha1(b"key", &[BODY, b"https://a.test/hook?m=1"].concat()));
    let sent = Sent::new(BODY).with("X-Trello-Webhook", &signature);
    let at =
        |url: Option<&str>| sent.outcome(preset("trello"), &Config { url: url.map(str::to_owned), ..secrets(&["key"]) }, NOW);
    assert_eq!(at(Some("https://a.test/hook?m=1")), Ok(Some(0)));
    for other in [Some("https://a.test/hook"), Some("https://a.test:443/hook?m=1"), Some("https://A.test/hook?m=1"), None] {
        assert_eq!(at(other), Err(Reason::SignatureMismatch), "{other:?}");
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn twilio(sent: &Sent, url: &str) -> Result<Option<usize>, Reason> {
    sent.outcome(preset("twilio"), &Config { url: Some(url.to_owned()), ..secrets(&["12345"]) }, NOW)
}

fn twilio_signed(text: &str) -> String {
    signing::base64(&signing::hmac_sha1(b"12345", text.as_bytes()))
}

#[test]
fn twilio_signs_forms_pair_by_pair_and_the_address_with_its_port_or_without() {
    // Printed in Twilio's documentation.
    let body = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let form = |body: &str, signature: &str| {
        Sent::new(body.as_bytes()).with("X-Twilio-Signature", signature).with("Content-Type", &format!("{FORM}; charset=utf-8"))
    };
    let printed = form(body, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert_eq!(twilio(&printed, url), Ok(Some(0)));
    assert_eq!(twilio(&printed, "https://mycompany.com:443/myapp.php?foo=1&bar=2"), Ok(Some(0)));
    for other in [
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.com:444/myapp.php?foo=1&bar=2",
        "https://mycompany.com/myapp.php",
    ] {
        assert_eq!(twilio(&printed, other), Err(Reason::SignatureMismatch), "{other}");
    }
    assert_eq!(
        twilio(&form(&body.replace("1234&", "1235&"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="), url),
        Err(Reason::SignatureMismatch)
    );
    let with_port = twilio_signed("http://[::1]:80/xa1a2b ");
    assert_eq!(twilio(&form("b=+&a=2&a=1&a=2", &with_port), "http://[::1]/x"), Ok(Some(0)), "sorted, each pair once");
    assert_eq!(twilio(&printed.clone().with("content-type", FORM), url), Err(Reason::DuplicateHeader));
    assert_eq!(twilio(&printed.clone().without("X-Twilio-Signature"), url), Err(Reason::MissingHeader));
    assert_eq!(twilio(&form(body, "RSOYDt4T1cUTdK1PDd93/VVr8B8"), url), Err(Reason::MalformedSignature));
    assert_eq!(twilio(&form("", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), url), Err(Reason::EmptyBody));
}

#[test]
fn twilio_signs_other_bodies_by_their_digest_in_the_address() {
    let query = format!("m=1&bodySHA256={}", signing::hex(&signing::sha256(BODY)));
    let signature = twilio_signed(&format!("https://a.test/x?{query}"));
    let json = Sent { query: Some(query.clone()), ..Sent::new(BODY) }
        .with("X-Twilio-Signature", &signature)
        .with("Content-Type", "application/json");
    assert_eq!(twilio(&json, "https://a.test/x?m=1"), Ok(Some(0)));
    assert_eq!(twilio(&json, "https://b.test/x?m=1"), Err(Reason::SignatureMismatch));
    let refused =
        |sent: Sent, what: &str| assert_eq!(twilio(&sent, "https://a.test/x?m=1"), Err(Reason::SignatureMismatch), "{what}");
    refused(Sent { body: b"{}".to_vec(), ..json.clone() }, "another body");
    refused(Sent { query: Some(format!("{query}&n=1")), ..json.clone() }, "another query");
    refused(Sent { query: Some(format!("{query}&{query}")), ..json.clone() }, "two digests");
    let uncovered = Sent::new(BODY).with("X-Twilio-Signature", &twilio_signed("https://a.test/x?m=1"));
    refused(uncovered, "a body that nothing covers");
}

#[test]
fn a_template_that_would_not_protect_is_none() {
    let template = |parts: serde_json::Value, time: Option<&str>| {
        let sketch = json!({ "signature_header": "S", "timestamp_header": time, "hash": "sha512", "encoding": "hex_upper", "parts": parts });
        Template::try_from(serde_json::from_value::<Sketch>(sketch).expect("a sketch"))
    };
    assert!(template(json!(["timestamp", ".", "body"]), Some("T")).is_ok());
    assert_eq!(template(json!(["url"]), None).unwrap_err(), BadTemplate::BodyNotSigned);
    assert_eq!(template(json!(["body"]), Some("T")).unwrap_err(), BadTemplate::TimestampNotSigned);
    assert_eq!(template(json!(["timestamp", "body"]), None).unwrap_err(), BadTemplate::TimestampNotSigned);
    let preset = Preset::generic(template(json!(["body"]), None).expect("a template"));
    let signature = signing::hex(&signing::hmac_sha512(b"key", BODY)).to_uppercase();
    assert_eq!(Sent::new(BODY).with("s", &signature).outcome(&preset, &secrets(&["key"]), NOW), Ok(Some(0)));
}
