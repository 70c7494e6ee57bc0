//! The store when the service throttles, fails, stalls, refuses the key, or carries a write out and its answer is lost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use azure_data_cosmos::fault_injection::{
    CustomResponseBuilder, FaultInjectionConditionBuilder, FaultInjectionErrorType as Fault, FaultInjectionResult,
    FaultInjectionResultBuilder, FaultInjectionRule, FaultInjectionRuleBuilder, FaultOperationType as Operation,
};

use super::{
    emulator::{self, Emulator},
    tests::{batch, body, key, part, remove, thing},
    *,
};
use crate::{
    credentials::SecretSource,
    kernel::{Limit, PageRequest, Timestamp},
    store::Write,
};

/// A store with one document, `1`, whose requests of one kind will meet a fault.
struct Bench {
    emulator: Emulator,
    store: Cosmos,
    rule: Arc<FaultInjectionRule>,
    etag: Etag,
}

impl Bench {
    async fn new(operation: Operation, result: FaultInjectionResult, times: Option<u32>) -> Self {
        let emulator = Emulator::start();
        let condition = FaultInjectionConditionBuilder::new().with_operation_type(operation).build();
        let mut rule = FaultInjectionRuleBuilder::new("fault", result).with_condition(condition);
        if let Some(times) = times {
            rule = rule.with_hit_limit(times);
        }
        let rule = Arc::new(rule.build());
        let healthy = emulator.store(emulator::clock());
        let etag = healthy.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("created").remove(0);
        let store = emulator.store_with(emulator::credentials(), emulator::clock(), vec![rule.clone()]);
        Self { emulator, store, rule, etag }
    }

    async fn error(operation: Operation, fault: Fault, times: Option<u32>) -> Self {
        Self::new(operation, FaultInjectionResultBuilder::new().with_error(fault).build(), times).await
    }

    /// Carried out, and the answer lost, once.
    async fn lost(operation: Operation) -> Self {
        Self::error(operation, Fault::ResponseTimeoutAfterService, Some(1)).await
    }

    fn bury(&self) -> Write {
        let at = emulator::clock().now();
        let forget_at = Timestamp::from_micros(at.micros() + 1_000_000);
        Write::Bury { kind: "things".into(), id: "1".into(), seq: 2, at, forget_at, etag: self.etag.clone() }
    }

    fn replace(&self, body: &str) -> Write {
        Write::Replace(thing("1", body), self.etag.clone())
    }

    async fn everything(&self) -> Vec<Document> {
        let query = Query::Everything { partition: part(), page: PageRequest::first(Limit::MAX) };
        self.store.query(query).await.expect("all").items
    }
}

fn throttled(retry_after: &str) -> FaultInjectionResult {
    let response = CustomResponseBuilder::new(azure_core::http::StatusCode::TooManyRequests).with_sub_status(3200);
    let response = response.with_header("x-ms-retry-after-ms", retry_after.to_owned()).build();
    FaultInjectionResultBuilder::new().with_custom_response(response).build()
}

mod answers {
    use super::*;

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
        for fault in
            [Fault::ServiceUnavailable, Fault::Timeout, Fault::InternalServerError, Fault::ConnectionError, Fault::RetryWith]
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
        assert!(started.elapsed() < client::DEADLINE + Duration::from_secs(1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_service_that_stalls_is_left_at_the_deadline() {
        let stall = FaultInjectionResultBuilder::new().with_error(Fault::ServiceUnavailable).with_delay(Duration::from_secs(60));
        let bench = Bench::new(Operation::ReadItem, stall.build(), None).await;
        let started = Instant::now();
        let error = bench.store.get(key("1")).await.expect_err("no answer");
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        let took = started.elapsed();
        assert!(
            (client::DEADLINE - Duration::from_millis(100)..client::DEADLINE + Duration::from_secs(1)).contains(&took),
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
        let response = CustomResponseBuilder::new(azure_core::http::StatusCode::PayloadTooLarge).build();
        let result = FaultInjectionResultBuilder::new().with_custom_response(response).build();
        let bench = Bench::new(Operation::CreateItem, result, None).await;
        let answer = bench.store.commit(batch(2, vec![Write::Create(thing("2", "1"))])).await;
        assert!(matches!(answer, Err(StoreError::TooLarge)), "{answer:?}");
    }
}

mod keys {
    use secrecy::SecretString;

    use super::*;
    use crate::credentials::CredentialManager;

    /// A vault that counts how often it is asked for the key.
    #[derive(Default)]
    struct Counting(AtomicU32);

    #[async_trait::async_trait]
    impl SecretSource for Counting {
        async fn read(&self, _name: &str) -> anyhow::Result<Option<SecretString>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(Some(emulator::KEY.into()))
        }
    }

    async fn refused(operation: Operation, times: Option<u32>) -> (Emulator, Cosmos, Arc<Counting>, Arc<FaultInjectionRule>) {
        let emulator = Emulator::start();
        let response = CustomResponseBuilder::new(azure_core::http::StatusCode::Unauthorized).build();
        let result = FaultInjectionResultBuilder::new().with_custom_response(response).build();
        let condition = FaultInjectionConditionBuilder::new().with_operation_type(operation).build();
        let mut rule = FaultInjectionRuleBuilder::new("fault", result).with_condition(condition);
        if let Some(times) = times {
            rule = rule.with_hit_limit(times);
        }
        let rule = Arc::new(rule.build());
        let vault = Arc::new(Counting::default());
        let lookup = |name: &str| (name == "COSMOS_DB_URI").then(|| emulator::ENDPOINT.into());
        let credentials = Arc::new(CredentialManager::new(lookup, emulator::clock()).with_vault(vault.clone()));
        let store = emulator.store_with(credentials, emulator::clock(), vec![rule.clone()]);
        (emulator, store, vault, rule)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_refused_key_is_asked_for_again() {
        let (_emulator, store, vault, rule) = refused(Operation::CreateItem, Some(1)).await;
        assert_eq!(body(&store, "1").await, None);
        assert_eq!(vault.0.load(Ordering::SeqCst), 1);
        store.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("with the new key");
        assert_eq!((vault.0.load(Ordering::SeqCst), rule.hit_count()), (2, 1));
        assert_eq!(body(&store, "1").await.as_deref(), Some("1"));
        assert_eq!(vault.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_key_that_is_refused_while_connecting_is_asked_for_again_too() {
        let (_emulator, store, vault, rule) = refused(Operation::MetadataReadContainer, Some(1)).await;
        assert_eq!(body(&store, "1").await, None);
        assert_eq!((vault.0.load(Ordering::SeqCst), rule.hit_count()), (2, 1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn but_only_once() {
        let (_emulator, store, vault, rule) = refused(Operation::ReadItem, None).await;
        let error = store.get(key("1")).await.expect_err("refused");
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert_eq!((vault.0.load(Ordering::SeqCst), rule.hit_count()), (2, 2));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_callers_with_a_refused_key_one_asks_for_another() {
        let (_emulator, store, vault, _rule) = refused(Operation::ReadItem, Some(1)).await;
        let store = Arc::new(store);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let store = Arc::clone(&store);
            tasks.spawn(async move { body(&store, "1").await });
        }
        tasks.join_all().await;
        assert!(vault.0.load(Ordering::SeqCst) <= 2);
    }
}

mod lost {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_create_that_happened_is_a_success() {
        let bench = Bench::lost(Operation::CreateItem).await;
        let etags = bench.store.commit(batch(2, vec![Write::Create(thing("2", "2"))])).await.expect("created");
        assert_eq!(bench.rule.hit_count(), 1);
        assert_eq!(bench.store.get(key("2")).await.expect("read").expect("there").etag, etags[0]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_replacement_that_happened_is_a_success() {
        let bench = Bench::lost(Operation::ReplaceItem).await;
        let etags = bench.store.commit(batch(2, vec![bench.replace("2")])).await.expect("replaced");
        assert_eq!(bench.rule.hit_count(), 1);
        let read = bench.store.get(key("1")).await.expect("read").expect("there");
        assert_eq!((read.etag, read.body.as_str()), (etags[0].clone(), "2"));
        bench.store.commit(batch(3, vec![Write::Replace(thing("1", "3"), etags[0].clone())])).await.expect("its etag holds");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_burial_that_happened_is_a_success() {
        let bench = Bench::lost(Operation::ReplaceItem).await;
        bench.store.commit(batch(2, vec![bench.bury()])).await.expect("buried");
        assert_eq!((bench.rule.hit_count(), body(&bench.store, "1").await), (1, None));
        assert_eq!(bench.everything().await[0].seq, 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_removal_that_happened_is_a_success() {
        for etag in [None, Some(())] {
            let bench = Bench::lost(Operation::DeleteItem).await;
            let etag = etag.map(|()| bench.etag.clone());
            bench
                .store
                .commit(batch(2, vec![Write::Remove { kind: "things".into(), id: "1".into(), etag }]))
                .await
                .expect("removed");
            assert_eq!(bench.rule.hit_count(), 1);
            assert!(bench.everything().await.is_empty());
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_batch_that_happened_is_a_success() {
        let bench = Bench::lost(Operation::BatchItem).await;
        let writes = vec![bench.replace("2"), Write::Create(thing("2", "2"))];
        let etags = bench.store.commit(batch(2, writes)).await.expect("both");
        assert_eq!(bench.rule.hit_count(), 1);
        for (id, etag) in ["1", "2"].into_iter().zip(&etags) {
            let read = bench.store.get(key(id)).await.expect("read").expect("there");
            assert_eq!((read.body.as_str(), &read.etag), ("2", etag));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_refusal_that_is_lost_is_met_again() {
        let bench = Bench::lost(Operation::BatchItem).await;
        // The removal of what is not there fails the batch, the repetition too, and only what then follows succeeds.
        let writes = vec![bench.replace("2"), remove("7"), Write::Create(thing("2", "2"))];
        bench.store.commit(batch(2, writes)).await.expect("all");
        assert_eq!(bench.rule.hit_count(), 1);
        assert_eq!((body(&bench.store, "1").await.as_deref(), body(&bench.store, "2").await.as_deref()), (Some("2"), Some("2")));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_batch_of_removals_that_happened_is_a_success() {
        let bench = Bench::lost(Operation::BatchItem).await;
        bench.store.commit(batch(2, vec![Write::Create(thing("2", "2"))])).await.expect("created");
        bench.store.commit(batch(3, vec![remove("1"), remove("2")])).await.expect("removed");
        assert_eq!(bench.rule.hit_count(), 1);
        assert!(bench.everything().await.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_answer_that_is_lost_every_time_leaves_the_outcome_open() {
        let bench = Bench::error(Operation::CreateItem, Fault::ResponseTimeoutAfterService, None).await;
        let answer = bench.store.commit(batch(2, vec![Write::Create(thing("2", "2"))])).await;
        // The repetition meets the first one's document, which is an answer.
        assert!(answer.is_ok(), "{answer:?}");
        assert_eq!(body(&bench.store, "2").await.as_deref(), Some("2"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_conflict_with_somebody_else_stays_one_after_a_throttling() {
        let bench = Bench::new(Operation::ReplaceItem, throttled("10"), Some(1)).await;
        let healthy = bench.emulator.store(emulator::clock());
        healthy.commit(batch(2, vec![bench.replace("2")])).await.expect("replaced");
        let answer = bench.store.commit(batch(3, vec![bench.replace("3")])).await;
        assert!(matches!(answer, Err(StoreError::Stale(0))), "{answer:?}");
        assert_eq!(bench.rule.hit_count(), 1);
        // A throttled request was not carried out, so there is nothing to be in doubt about.
        let bench = Bench::new(Operation::CreateItem, throttled("10"), Some(1)).await;
        let answer = bench.store.commit(batch(3, vec![Write::Create(thing("1", "3"))])).await;
        assert!(matches!(answer, Err(StoreError::Exists(0))), "{answer:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_conflict_that_may_be_with_itself_is_not_called_one() {
        let bench = Bench::error(Operation::ReplaceItem, Fault::ServiceUnavailable, Some(1)).await;
        let healthy = bench.emulator.store(emulator::clock());
        healthy.commit(batch(2, vec![bench.replace("2")])).await.expect("replaced");
        let answer = bench.store.commit(batch(3, vec![bench.replace("3")])).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        assert_eq!(body(&bench.store, "1").await.as_deref(), Some("2"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_refused_batch_names_the_culprit() {
        let bench = Bench::error(Operation::ReadItem, Fault::ServiceUnavailable, Some(0)).await;
        let other = Write::Create(thing("2", "2"));
        let exists = bench.store.commit(batch(2, vec![other.clone(), bench.replace("2"), Write::Create(thing("1", "3"))])).await;
        assert!(matches!(exists, Err(StoreError::Exists(2))), "{exists:?}");
        let healthy = bench.emulator.store(emulator::clock());
        healthy.commit(batch(3, vec![bench.replace("2")])).await.expect("replaced");
        for (index, write) in [bench.replace("3"), bench.bury()].into_iter().enumerate() {
            let mut writes = vec![other.clone(); index + 1];
            writes.iter_mut().enumerate().for_each(|(n, write)| *write = Write::Create(thing(&format!("o{n}"), "1")));
            writes.push(write);
            let stale = bench.store.commit(batch(4, writes)).await;
            assert!(matches!(&stale, Err(StoreError::Stale(at)) if *at == index + 1), "{stale:?}");
        }
        assert_eq!(bench.everything().await.len(), 1);
    }
}
