//! What happens when the service refuses the key.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use secrecy::SecretString;

use super::*;
use crate::credentials::{CredentialManager, SecretSource};

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

/// A store whose key the service refuses for one kind of request, a moment after it is shown.
fn refused(operation: Operation, times: Option<u32>) -> (Emulator, Cosmos, Arc<Counting>, Arc<FaultInjectionRule>) {
    let emulator = Emulator::start();
    let result = answered(401).with_delay(Duration::from_millis(100)).build();
    let rule = rule(operation, result, times);
    let vault = Arc::new(Counting::default());
    let lookup = |name: &str| (name == "COSMOS_DB_URI").then(|| emulator::ENDPOINT.into());
    let credentials = Arc::new(CredentialManager::new(lookup, emulator::clock()).with_vault(vault.clone()));
    let store = emulator.store_with(credentials, emulator::clock(), vec![rule.clone()]);
    (emulator, store, vault, rule)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_is_asked_for_again() {
    let (_emulator, store, vault, rule) = refused(Operation::CreateItem, Some(1));
    assert_eq!(body(&store, "1").await, None);
    assert_eq!(vault.0.load(Ordering::SeqCst), 1);
    store.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("with the new key");
    assert_eq!((vault.0.load(Ordering::SeqCst), rule.hit_count()), (2, 1));
    assert_eq!(body(&store, "1").await.as_deref(), Some("1"));
    assert_eq!(vault.0.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_while_connecting_is_asked_for_again_too() {
    let (_emulator, store, vault, rule) = refused(Operation::MetadataReadContainer, Some(1));
    assert_eq!(body(&store, "1").await, None);
    assert_eq!((vault.0.load(Ordering::SeqCst), rule.hit_count()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn but_only_once() {
    let (_emulator, store, vault, rule) = refused(Operation::ReadItem, None);
    let error = store.get(key("1")).await.expect_err("refused");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert_eq!((vault.0.load(Ordering::SeqCst), rule.hit_count()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_callers_with_a_refused_key_one_asks_for_another() {
    let (_emulator, store, vault, rule) = refused(Operation::ReadItem, Some(16));
    store.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("connected");
    let store = Arc::new(store);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&store);
        tasks.spawn(async move { body(&store, "1").await });
    }
    assert_eq!(tasks.join_all().await, vec![Some("1".to_owned()); 16]);
    assert_eq!((vault.0.load(Ordering::SeqCst), rule.hit_count()), (2, 16));
}
