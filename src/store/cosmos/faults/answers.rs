//! What callers are told, and how soon, while the service throttles, fails or stalls.

use std::time::{Duration, Instant};

use super::*;
use crate::{credentials::CredentialManager, store::cosmos::client};

#[tokio::test(flavor = "multi_thread")]
async fn a_short_throttling_is_waited_out() {
    let bench = Bench::new(Operation::ReadItem, throttled("10"), Some(2)).await;
    assert_eq!(body(&bench.store, "1").await.as_deref(), Some("1"));
    assert_eq!(bench.rule.hit_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_throttling_is_given_up_after_a_few_requests() {
    let bench = Bench::new(Operation::ReadItem, throttled("10"), None).await;
    let error = bench.store.get(key("1")).await.expect_err("throttled");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert_eq!(bench.rule.hit_count(), 4);
    bench.rule.disable();
    assert_eq!(body(&bench.store, "1").await.as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttling_that_would_take_long_is_not_waited_for() {
    let bench = Bench::new(Operation::BatchItem, throttled("30000"), None).await;
    let started = Instant::now();
    let error = bench.store.commit(batch(2, vec![bench.replace("2"), Write::Create(thing("2", "1"))])).await;
    assert!(matches!(error, Err(StoreError::Unavailable(_))), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_passes_is_not_noticed() {
    for fault in [Fault::ServiceUnavailable, Fault::Timeout, Fault::InternalServerError, Fault::ConnectionError, Fault::RetryWith]
    {
        let bench = Bench::error(Operation::ReadItem, fault, Some(1)).await;
        assert_eq!(body(&bench.store, "1").await.as_deref(), Some("1"), "{fault:?}");
        assert_eq!(bench.rule.hit_count(), 1, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_stays_is_unavailable_until_it_is_over() {
    use Operation::{BatchItem, CreateItem, QueryItem, ReadItem};
    for fault in [
        Fault::ServiceUnavailable,
        Fault::Timeout,
        Fault::InternalServerError,
        Fault::ConnectionError,
        Fault::ResponseTimeout,
        Fault::PartitionIsGone,
        Fault::ReadSessionNotAvailable,
    ] {
        for operation in [ReadItem, QueryItem, CreateItem, BatchItem] {
            let bench = Bench::error(operation, fault, None).await;
            let list = Query::Everything { partition: part(), page: PageRequest::first(Limit::MAX) };
            let two = || vec![Write::Create(thing("2", "1")), Write::Create(thing("3", "1"))];
            let attempt = async || match operation {
                ReadItem => bench.store.get(key("1")).await.map(drop),
                QueryItem => bench.store.query(list.clone()).await.map(drop),
                CreateItem => bench.store.commit(batch(2, two().split_off(1))).await.map(drop),
                _ => bench.store.commit(batch(2, two())).await.map(drop),
            };
            let started = Instant::now();
            let result = attempt().await;
            assert!(matches!(result, Err(StoreError::Unavailable(_))), "{fault:?} {operation:?} {result:?}");
            assert!(started.elapsed() < Duration::from_secs(6), "{fault:?} {operation:?} {:?}", started.elapsed());
            bench.rule.disable();
            attempt().await.expect("over");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_takes_no_writes_is_left_at_the_deadline() {
    let bench = Bench::error(Operation::CreateItem, Fault::WriteForbidden, None).await;
    let started = Instant::now();
    let answer = bench.store.commit(batch(2, vec![Write::Create(thing("2", "1"))])).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    assert!(started.elapsed() < client::CALL_TIMEOUT + Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stalls_is_left_at_the_deadline() {
    let stall = FaultInjectionResultBuilder::new().with_error(Fault::ServiceUnavailable).with_delay(Duration::from_mins(1));
    let bench = Bench::new(Operation::ReadItem, stall.build(), None).await;
    let started = Instant::now();
    let error = bench.store.get(key("1")).await.expect_err("no answer");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let took = started.elapsed();
    assert!(
        took + Duration::from_millis(100) > client::CALL_TIMEOUT && took < client::CALL_TIMEOUT + Duration::from_secs(1),
        "{took:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_cannot_be_reached_at_first_is_used_as_soon_as_it_can() {
    let bench = Bench::error(Operation::MetadataReadContainer, Fault::ConnectionError, None).await;
    let error = bench.store.get(key("1")).await.expect_err("not there");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    bench.rule.disable();
    assert_eq!(body(&bench.store, "1").await.as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_the_service_finds_too_large_is_said_to_be() {
    let bench = Bench::new(Operation::CreateItem, answered(413).build(), None).await;
    let answer = bench.store.commit(batch(2, vec![Write::Create(thing("2", "1"))])).await;
    assert!(matches!(answer, Err(StoreError::TooLarge)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_missing_is_unavailable_until_it_is_given() {
    let bench = Bench::new(Operation::ReadItem, answered(403).build(), Some(1)).await;
    let error = bench.store.get(key("1")).await.expect_err("forbidden");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert_eq!(body(&bench.store, "1").await.as_deref(), Some("1"));
}

/// The transport of the product itself, to an address of this machine.
fn at(address: std::net::SocketAddr) -> Cosmos {
    let lookup = move |name: &str| match name {
        "COSMOS_DB_URI" => Some(format!("http://{address}/").into()),
        "COSMOS_DB_PRIMARY_KEY" => Some(emulator::KEY.into()),
        _ => None,
    };
    Cosmos::new(Arc::new(CredentialManager::new(lookup, emulator::clock())), emulator::clock())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_accepts_and_says_nothing_is_left_at_the_deadline() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let store = at(listener.local_addr().expect("an address"));
    let started = Instant::now();
    let error = store.get(key("1")).await.expect_err("no answer");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(started.elapsed() < client::CALL_TIMEOUT + Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_there_is_unavailable_at_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let started = Instant::now();
    let error = at(address).get(key("1")).await.expect_err("nobody");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(started.elapsed() + Duration::from_secs(1) < client::CALL_TIMEOUT, "{:?}", started.elapsed());
}
