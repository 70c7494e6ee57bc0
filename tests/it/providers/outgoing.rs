//! The client by which requests go out, against a server that does as a script says.

use std::{sync::Arc, time::Duration};

use avanochi::{
    kernel::Network,
    outbound::{
        http::{Answer, Effect, MOST_BYTES, Outgoing, Policy, Request},
        providers::Failure,
    },
};
use reqwest::Method;
use sandbox::{Fault, Reply, Running, github};
use secrecy::SecretString;
use url::Url;

use super::stand;

async fn server() -> Running<github::State> {
    github::start(stand(), 0).await.expect("a server")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

async fn send(out: &Outgoing, server: &Running<github::State>, effect: Effect) -> Result<Answer, Failure> {
    out.send(Request::new(effect, Method::GET, url(&server.url)).to_the_operators()).await
}

#[tokio::test]
async fn an_address_that_a_person_gives_leads_to_nothing_private() {
    let server = server().await;
    let port = url(&server.url).port().expect("a port");
    let out = Outgoing::new(&Policy::default());
    for address in [&server.url, "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "http://localhost/"] {
        let asked = out.send(Request::new(Effect::Reads, Method::GET, url(address))).await;
        assert_eq!(asked.err(), Some(Failure::AddressNotAllowed), "{address}");
    }
    // What is allowed is one network, and the way there may be a name.
    let loopback = |text| Policy { private: Network::parse(text).into_iter().collect(), ..Policy::default() };
    let named = format!("http://localhost:{port}/");
    for (allowed, address, reached) in [
        ("127.0.0.0/8", server.url.as_str(), true),
        ("127.0.0.0/8", &named, true),
        ("192.168.0.0/16", &server.url, false),
        ("192.168.0.0/16", &named, false),
    ] {
        let asked = Outgoing::new(&loopback(allowed)).send(Request::new(Effect::Reads, Method::GET, url(address))).await;
        assert_eq!(asked.is_ok(), reached, "{allowed} {address}: {asked:?}");
    }
    assert_eq!(server.stand.log.all().len(), 2, "of the others no byte was sent");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let server = server().await;
    let location = vec![("location", format!("{}/user", server.url))];
    server.stand.faults.next(Fault::Instead(Reply { headers: location, ..Reply::status(302) }));
    let answer = send(&Outgoing::new(&Policy::default()), &server, Effect::Reads).await.expect("an answer");
    assert_eq!((answer.status, server.stand.log.all().len()), (302, 1));
}

#[tokio::test]
async fn an_answer_has_a_size() {
    let server = server().await;
    let out = Outgoing::new(&Policy::default());
    for (bytes, effect, fails) in [
        (MOST_BYTES, Effect::Reads, None),
        (MOST_BYTES + 1, Effect::Reads, Some(Failure::Malformed)),
        (MOST_BYTES + 1, Effect::Writes, Some(Failure::Unknown)),
    ] {
        server.stand.faults.next(Fault::Instead(Reply::body(200, &"x".repeat(bytes))));
        assert_eq!(send(&out, &server, effect).await.err(), fails, "{bytes} {effect:?}");
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_told_from_what_was_not() {
    let server = server().await;
    let out = Outgoing::new(&Policy::default());
    for fault in [Fault::DropRequest, Fault::DropAnswer, Fault::Truncated] {
        for (effect, expected) in [(Effect::Reads, Failure::Unreachable), (Effect::Writes, Failure::Unknown)] {
            server.stand.faults.next(fault.clone());
            assert_eq!(send(&out, &server, effect).await.err(), Some(expected), "{fault:?}");
        }
    }
    let hasty = Outgoing::new(&Policy { timeout: Duration::from_millis(50), ..Policy::default() });
    for (effect, expected) in [(Effect::Reads, Failure::Unreachable), (Effect::Writes, Failure::Unknown)] {
        server.stand.faults.next(Fault::Slow(Duration::from_hours(1)));
        assert_eq!(send(&hasty, &server, effect).await.err(), Some(expected));
    }
    // Where nobody listens nothing is done.
    let gone = url(&server.url);
    drop(server);
    let nobody = out.send(Request::new(Effect::Writes, Method::POST, gone).to_the_operators()).await;
    assert_eq!(nobody.err(), Some(Failure::Unreachable));
}

#[tokio::test]
async fn a_request_says_who_asks_and_has_an_id_of_its_own() {
    let server = server().await;
    let out = Arc::new(Outgoing::new(&Policy::default()));
    for _ in 0..2 {
        send(&out, &server, Effect::Reads).await.expect("an answer");
    }
    let logged = server.stand.log.take();
    let header = |at: usize, name: &str| logged[at].headers[name].to_str().expect("a text").to_owned();
    assert_eq!(header(0, "user-agent"), concat!("Avanochi/", env!("CARGO_PKG_VERSION")));
    assert_ne!(header(0, "x-request-id"), header(1, "x-request-id"));
    assert_eq!(uuid::Uuid::try_parse(&header(0, "x-request-id")).map(|id| id.get_version_num()), Ok(4));
}

#[tokio::test]
async fn a_credential_that_no_header_can_have_is_a_wrong_one() {
    let request = || Request::new(Effect::Reads, Method::GET, url("https://example.com/"));
    let wrong = SecretString::from("two\nlines");
    assert_eq!(request().bearer(&wrong).err(), Some(Failure::Unauthorized));
    assert!(request().basic("a name", &wrong).is_ok(), "encoded it can");
}
