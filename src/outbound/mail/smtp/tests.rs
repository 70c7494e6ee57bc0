//! Against a server that does as it is told.

use sandbox::mail::smtp::{Smtp, Step, Trouble, start};

use super::{
    super::{
        Sender, mime,
        tests::{NOW, mail},
        way::Way,
    },
    *,
};
use crate::kernel::Timestamp;

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn server(url: &str) -> Server {
    match Way::parse(url) {
        Some(Way::Smtp(server)) => server,
        other => panic!("{other:?}"),
    }
}

const MESSAGE: &[u8] = b"Subject: x\r\n\r\n.a\r\n";

async fn sent(url: &str) -> Mailed {
    sent_to(&server(url), "ann@example.org", MESSAGE).await
}

async fn sent_to(server: &Server, to: &str, message: &[u8]) -> Mailed {
    send(server, &address("us@example.org"), &address(to), message).await
}

async fn sink() -> Smtp {
    start(0).await.expect("started")
}

fn not_sent(reason: &'static str) -> Mailed {
    Mailed::not_sent(reason)
}

fn no_mailbox(reason: &'static str) -> Mailed {
    Mailed::NoMailbox { reason: reason.into() }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let sink = sink().await;
    assert_eq!(sent(&sink.url).await, Mailed::Sent);
    let taken = &sink.state.taken()[0];
    assert_eq!((taken.from.as_str(), taken.to.as_str()), ("us@example.org", "ann@example.org"));
    assert!(taken.text.starts_with("Subject: x\r\n\r\n.a\r\n"), "{taken:?}");
}

#[tokio::test]
async fn what_a_reply_means_depends_on_what_was_asked() {
    let sink = sink().await;
    let reply = Trouble::Reply;
    for (step, trouble, expected) in [
        (Step::Greeting, reply("421 4.3.2 Not now"), not_sent("smtp_421")),
        (Step::Greeting, reply("554 5.3.2 Not here"), Mailed::broken("smtp_554")),
        (Step::Greeting, Trouble::Close, not_sent("unreachable")),
        (Step::From, reply("451 4.3.0 Not now"), not_sent("smtp_451")),
        (Step::From, reply("550 5.7.1 Not you"), Mailed::broken("smtp_550")),
        (Step::To, reply("450 4.2.1 Come again"), not_sent("smtp_450")),
        (Step::To, reply("550 5.1.1 No ann@example.org here"), no_mailbox("smtp_550")),
        (Step::To, reply("550 No such user"), no_mailbox("smtp_550")),
        (Step::To, reply("550-5.1.1 No such\r\n550 5.1.1 user"), no_mailbox("smtp_550")),
        (Step::To, reply("554 5.7.1 Relay access denied"), Mailed::broken("smtp_554")),
        (Step::To, reply("552 5.2.2 Mailbox full"), not_sent("smtp_552")),
        (Step::To, Trouble::Close, not_sent("unreachable")),
        (Step::Data, reply("451 4.3.0 Not now"), not_sent("smtp_451")),
        (Step::Data, reply("554 5.6.0 Not that"), Mailed::refused("smtp_554")),
        (Step::Data, Trouble::Close, not_sent("unreachable")),
        (Step::End, reply("451 4.3.0 Not now"), not_sent("smtp_451")),
        (Step::End, reply("554 5.6.0 Spam"), Mailed::refused("smtp_554")),
        (Step::End, Trouble::Close, Mailed::Unknown),
    ] {
        sink.state.on(step, trouble);
        assert_eq!(sent(&sink.url).await, expected, "{step:?} {trouble:?}");
        assert_eq!(sink.state.taken(), []);
    }
    sink.state.on(Step::End, Trouble::CloseAfterwards);
    assert_eq!((sent(&sink.url).await, sink.state.taken().len()), (Mailed::Unknown, 1));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_not_waited_for_for_ever() {
    let silent = async |step| {
        let sink = sink().await;
        sink.state.on(step, Trouble::Silence);
        sent(&sink.url).await
    };
    let all = async { tokio::join!(silent(Step::Greeting), silent(Step::To), silent(Step::Data), silent(Step::End)) };
    let all = timeout(TO_BEGIN + TO_END, Box::pin(all)).await.expect("in time");
    assert_eq!(all, (not_sent("smtp_slow"), not_sent("smtp_slow"), not_sent("smtp_slow"), Mailed::Unknown));
}

#[tokio::test]
async fn it_logs_in_where_it_is_told_to() {
    let sink = sink().await;
    sink.state.lets_in("us", "hunter2");
    let url = |login: &str| sink.url.replace("smtp://", &format!("smtp://{login}"));
    assert_eq!(sent(&sink.url).await, Mailed::broken("smtp_530"));
    assert_eq!(sent(&url("us:hunter3@")).await, Mailed::broken("smtp_535"));
    assert_eq!(sent(&url("us:hunter2@")).await, Mailed::Sent);
}

#[tokio::test]
async fn nothing_goes_out_without_encryption_where_it_is_required() {
    let sink = sink().await;
    let required = Server { security: Security::StartTls, ..server(&sink.url) };
    let mailed = sent_to(&required, "ann@example.org", MESSAGE).await;
    assert_eq!((mailed, sink.state.taken().len()), (Mailed::broken("smtp_unable"), 0));
}

/// Servers that others wrote: one that wants TLS at once and one that wants STARTTLS, both with a login and certificates that the
/// machine is told to trust. `AVANOCHI_TEST_SMTP`: the port of each, with a comma between; in `.ci/run`.
#[tokio::test]
async fn smtp_servers_of_others_take_it() {
    let ports = crate::config::Source::from_environment().get("AVANOCHI_TEST_SMTP").map(str::to_owned);
    let Some((tls, starttls)) = ports.as_deref().and_then(|ports| ports.split_once(',')) else {
        println!("AVANOCHI_TEST_SMTP is not set: did not run");
        return;
    };
    let from = Sender::parse("Avanochi <us@example.org>").expect("an address");
    let now = Timestamp::from_rfc3339(NOW).expect("a time");
    let mail = mime::message(&mail(), &from, &address("ann@example.org"), now).expect("a message");
    let tls = server(&format!("smtps://us:hunter%202@localhost:{tls}"));
    assert_eq!(sent_to(&tls, "ann@example.org", &mail).await, Mailed::Sent);
    let stranger = Server { login: Some(("us".to_owned(), "hunter3".into())), ..tls.clone() };
    assert_eq!(sent_to(&stranger, "ann@example.org", &mail).await, Mailed::broken("smtp_535"));
    let upgraded = Server { security: Security::StartTls, port: starttls.parse().expect("a port"), ..tls.clone() };
    assert_eq!(sent_to(&upgraded, "ann@example.org", &mail).await, Mailed::Sent);
    assert_eq!(sent_to(&upgraded, "nobody@example.org", &mail).await, no_mailbox("smtp_550"));
    // The sink takes no message that lacks something, and the certificate is for another name than this.
    assert_eq!(sent_to(&upgraded, "ann@example.org", MESSAGE).await, Mailed::refused("smtp_554"));
    let elsewhere = Server { host: "127.0.0.1".to_owned(), ..tls };
    assert!(matches!(sent_to(&elsewhere, "ann@example.org", &mail).await, Mailed::Broken { .. } | Mailed::NotSent { .. }));
}
