//! The suite against Azurite, whose account and key are public, where `AVANOCHI_TEST_AZURITE` is the address of one. Where
//! it is not set, each test says on standard error that it did not run. `.ci/run` starts an Azurite and accepts no such line.

use std::io::{self, Write as _};

use azure_core::{credentials::Secret, hmac::hmac_sha256};

use super::*;
use crate::{
    config::Source,
    jobs::queue::contract::{Bench, LONG},
};

const ADDRESS: &str = "AVANOCHI_TEST_AZURITE";
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The address of the service, with the right to do everything with queues; without one, says that this test did not run.
fn service() -> Option<SecretString> {
    let environment = Source::from_environment();
    let Some(service) = environment.get(ADDRESS) else {
        // Not by eprintln!, which the test harness captures. A thread has the name of its test, unless one thread runs all.
        let thread = std::thread::current();
        let name = thread.name().filter(|name| name.contains("azurite")).unwrap_or("a test against Azurite");
        writeln!(io::stderr(), "{name} did not run: {ADDRESS} is not set").expect("standard error");
        return None;
    };
    let (version, until) = ("2018-11-09", "2100-01-01T00:00:00Z");
    let signed = format!("{ACCOUNT}\nrwdlacup\nq\nsco\n\n{until}\n\nhttps,http\n{version}\n");
    let signature = hmac_sha256(&signed, &Secret::from(KEY)).expect("a signature");
    let mut address = Url::parse(&format!("{service}/{ACCOUNT}")).expect("an address");
    let fields = [
        ("sv", version),
        ("ss", "q"),
        ("srt", "sco"),
        ("sp", "rwdlacup"),
        ("se", until),
        ("spr", "https,http"),
        ("sig", &signature),
    ];
    address.query_pairs_mut().extend_pairs(fields);
    Some(SecretString::from(String::from(address)))
}

fn bench(service: &SecretString) -> Bench {
    Bench::real(Arc::new(AzureQueue::new(service, credentials()).expect("an address")))
}

crate::queue_suite!(service().as_ref().map(bench));

#[tokio::test]
async fn a_wrong_sas_is_refused() {
    let Some(service) = service() else { return };
    let wrong = service.expose_secret().replace("sig=", "sig=AAAA");
    let queue = AzureQueue::new(&wrong.into(), credentials()).expect("an address");
    let error = queue.send("jobs", NewMessage::of(json!(7))).await.expect_err("refused");
    assert!(error.retryable() && error.chain().contains("Storage Queue Data Contributor"), "{}", error.chain());
}

#[tokio::test]
async fn a_message_of_others_stops_nothing() {
    let Some(service) = service() else { return };
    let b = bench(&service);
    b.send(json!(7)).await;
    let address = service.expose_secret().replace("devstoreaccount1?", &format!("devstoreaccount1/{}?", b.name));
    let others = QueueClient::new(Url::parse(&address).expect("an address"), None, None).expect("a client");
    let message = QueueMessage { message_text: Some("no base64".into()) };
    others.send_message(message.try_into().expect("XML"), None).await.expect("sent");
    assert_eq!(b.take(LONG).await.body, json!(7));
    assert_eq!(b.take(LONG).await.body, json!("no base64"));
}
