//! Each of the three ways against a service that verifies what it is sent.

use std::{collections::HashMap, time::Duration};

use sandbox::{
    Fault, Limit, Reply, Running, Stand,
    mail::{azure, sendgrid, smtp},
};

use super::{letter::Link, *};
use crate::{
    credentials::tests::Somebody,
    kernel::{ManualClock, Timestamp},
    outbound::http::Policy,
    texts::Language,
};

pub(super) const NOW: &str = "2026-01-14T10:00:00Z";

fn mailer(settings: &[(&str, &str)]) -> Mailer {
    let clock = Arc::new(ManualClock::at(Timestamp::from_rfc3339(NOW).expect("a time")));
    let all: HashMap<String, String> = settings.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let url = |name: &str| all.get(name).map(|url| Url::parse(url).expect("an address"));
    let from = Sender::parse("Avanochi <avanochi@example.org>").expect("an address");
    let public = || Url::parse("https://api.sendgrid.com").expect("an address");
    let settings =
        Settings { from, sendgrid_url: url("SENDGRID_API_URL").unwrap_or_else(public), azure_endpoint: url("ACS_ENDPOINT") };
    let secrets = CredentialManager::new(move |name| all.get(name).map(|value| value.as_str().into()), clock.clone());
    let secrets = secrets.with_identity(Arc::new(Somebody));
    Mailer::new(settings, Arc::new(Outgoing::new(&Policy::default())), Arc::new(secrets), clock)
}

pub(super) fn mail() -> Mail {
    let link = |label: &str, url: &str| Some(Link { label: label.into(), url: url.into() });
    Mail {
        id: Uuid::from_u128(7),
        to: "ann@example.net".into(),
        letter: Letter {
            language: Language::Es,
            subject: "Tu día\r\nBcc: eve@example.com".into(),
            text: "¿Qué tal?\r\n.\r\nBcc: eve@example.com".into(),
            button: link("Abrir", "https://a.example/app"),
            footer: link("No más", "https://a.example/api/unsubscribe/tok"),
        },
        unsubscribe: Some("https://a.example/api/unsubscribe/tok\r\nBcc: eve@example.com".into()),
        picture: Some(Arc::from(&b"\x89PNG"[..])),
    }
}

fn stand() -> Stand {
    Stand::new(sandbox::Clock::at(NOW.parse().expect("a time")))
}

#[tokio::test]
async fn a_mail_by_smtp_has_all_that_it_needs_and_nothing_that_somebody_smuggled_in() {
    let sink = smtp::start(0).await.expect("started");
    assert_eq!(mailer(&[("MAIL_URL", &sink.url)]).send(&mail()).await, Mailed::Sent);
    let taken = sink.state.taken();
    assert_eq!((taken[0].from.as_str(), taken[0].to.as_str()), ("avanochi@example.org", "ann@example.net"));
    let (head, body) = taken[0].text.split_once("\r\n\r\n").expect("a head");
    // Long lines go on in the next.
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    for line in [
        "From: Avanochi <avanochi@example.org>",
        "To: ann@example.net",
        "Date: Wed, 14 Jan 2026 10:00:00 +0000",
        "Message-ID: <00000000-0000-0000-0000-000000000007@example.org>",
        "Auto-Submitted: auto-generated",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ] {
        assert!(head.lines().any(|of| of == line), "{line}: {head}");
    }
    assert!(head.contains("List-Unsubscribe: <https://a.example/api/unsubscribe/tok"), "{head}");
    assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
    assert!(taken[0].text.is_ascii() && body.contains("multipart/related"));
    for part in ["text/plain", "text/html", "image/png", "Content-ID: <companion>", "cid:companion"] {
        assert!(body.replace("=3D", "=").contains(part), "{part}: {body}");
    }
}

#[tokio::test]
async fn without_a_picture_and_an_end_there_is_none() {
    let sink = smtp::start(0).await.expect("started");
    let bare = Mail { picture: None, unsubscribe: None, ..mail() };
    assert_eq!(mailer(&[("MAIL_URL", &sink.url)]).send(&bare).await, Mailed::Sent);
    let text = &sink.state.taken()[0].text;
    assert!(!text.contains("image/png") && !text.contains("List-Unsubscribe") && !text.contains("<img"));
}

#[tokio::test]
async fn an_address_that_is_none_is_written_to_by_nobody() {
    let sink = smtp::start(0).await.expect("started");
    for bad in
        ["ann", "ann@example.net\r\nRCPT TO:<eve@example.com>", "ann@example.net>", "ann@example.net\nBcc: eve@example.com"]
    {
        let mail = Mail { to: bad.into(), ..mail() };
        assert_eq!(mailer(&[("MAIL_URL", &sink.url)]).send(&mail).await, Mailed::refused("no_address"), "{bad}");
    }
    assert_eq!(sink.state.connections(), 0);
}

#[tokio::test]
async fn a_setting_that_is_none_is_the_operators_to_mend() {
    for (settings, reason) in [(&[][..], "no_way"), (&[("MAIL_URL", "x")], "no_way"), (&[("MAIL_URL", "off")], "not_configured")]
    {
        assert_eq!(mailer(settings).send(&mail()).await, Mailed::broken(reason));
    }
    assert_eq!(mailer(&[("MAIL_URL", "acs:")]).send(&mail()).await, Mailed::broken("not_configured"));
    assert_eq!(mailer(&[("MAIL_URL", "sendgrid:")]).send(&mail()).await, Mailed::broken("no_key"));
}

async fn sendgrid() -> (Running<sendgrid::State>, Mailer) {
    let service = sendgrid::start(stand(), 0).await.expect("started");
    let mailer = mailer(&[("SENDGRID_KEY", sendgrid::KEY), ("SENDGRID_API_URL", &service.url)]);
    (service, mailer)
}

#[tokio::test]
async fn sendgrid_takes_what_it_documents() {
    let (service, mailer) = sendgrid().await;
    assert_eq!(mailer.send(&mail()).await, Mailed::Sent);
    let body = &service.state.taken()[0];
    assert_eq!(body["headers"]["Message-ID"], "<00000000-0000-0000-0000-000000000007@example.org>");
    assert_eq!(body["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    assert_eq!(body["tracking_settings"]["click_tracking"]["enable"], false);
    assert_eq!((&body["attachments"][0]["content_id"], &body["from"]["name"]), (&"companion".into(), &"Avanochi".into()));
    let nobody = Mail { to: "ann@example.invalid".into(), ..mail() };
    assert_eq!(mailer.send(&nobody).await, Mailed::NoMailbox { reason: "http_400".into() });
}

#[tokio::test]
async fn what_sendgrid_answers_says_what_became_of_a_mail() {
    let (service, known) = sendgrid().await;
    let status = |status| Fault::Instead(Reply::status(status));
    let limited = |after| Mailed::NotSent { reason: "http_429".into(), after: Some(Duration::from_secs(after)) };
    for (fault, expected, taken) in [
        (status(401), Mailed::broken("key_refused"), 0),
        (status(403), Mailed::broken("key_refused"), 0),
        (status(413), Mailed::refused("http_413"), 0),
        (Fault::Instead(Reply::limited(Limit::RetryAfterSeconds(30))), limited(30), 0),
        (status(500), Mailed::Unknown, 0),
        (Fault::DropAnswer, Mailed::Unknown, 1),
        (Fault::Afterwards(Reply::status(503)), Mailed::Unknown, 2),
    ] {
        service.stand.faults.next(fault.clone());
        assert_eq!((known.send(&mail()).await, service.state.taken().len()), (expected, taken), "{fault:?}");
    }
    drop(service);
    let nowhere = mailer(&[("SENDGRID_KEY", sendgrid::KEY), ("SENDGRID_API_URL", "http://127.0.0.1:9")]);
    assert_eq!(nowhere.send(&mail()).await, Mailed::not_sent("unreachable"));
}

#[tokio::test]
async fn azure_takes_what_is_signed_and_sends_an_operation_once() {
    let service = azure::start(stand(), 0).await.expect("started");
    let settings = [("MAIL_URL", "acs:"), ("ACS_ENDPOINT", service.url.as_str()), ("ACS_KEY", azure::KEY)];
    let by_key = mailer(&settings);
    assert_eq!((by_key.send(&mail()).await, by_key.send(&mail()).await), (Mailed::Sent, Mailed::Sent));
    let taken = service.state.taken();
    assert_eq!((taken.len(), taken[0].0.as_str()), (1, "00000000-0000-0000-0000-000000000007"));
    assert_eq!(taken[0].1["headers"]["Auto-Submitted"], "auto-generated");
    assert!(!taken[0].1.to_string().contains("cid:"));
    // Without a key by the identity that the program has.
    let other = Mail { id: Uuid::from_u128(8), ..mail() };
    assert_eq!(mailer(&settings[..2]).send(&other).await, Mailed::Sent);
    assert_eq!(service.state.taken().len(), 2);

    let wrong = mailer(&[settings[0], settings[1], ("ACS_KEY", "aHVudGVyMg==")]);
    assert_eq!(wrong.send(&mail()).await, Mailed::broken("key_refused"));
    for (fault, expected) in [
        (Fault::Instead(Reply::status(400)), Mailed::refused("http_400")),
        (Fault::DropAnswer, Mailed::Unknown),
        (Fault::Instead(Reply::status(503)), Mailed::Unknown),
        (
            Fault::Instead(Reply::limited(Limit::RetryAfterSeconds(60))),
            Mailed::NotSent { reason: "http_429".into(), after: Some(Duration::from_mins(1)) },
        ),
    ] {
        service.stand.faults.next(fault.clone());
        assert_eq!(by_key.send(&mail()).await, expected, "{fault:?}");
    }
}
