//! Who renews a consent, how often, and what becomes of it when something goes wrong.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use avanochi::{
    integrations::credentials::{
        Issuer, Keys, NoCredential, Vault,
        model::{NotRenewed, Tokens},
    },
    kernel::{Code, Error},
    outbound::providers::ProviderName,
};
use sandbox::{Fault, Reply, oauth::Manners};
use secrecy::SecretString;
use tokio::task::JoinSet;

use super::{World, key, token};
use crate::support::{self, FlakyStore, TestApp};

const HOUR: Duration = Duration::from_hours(1);
const HOLD: Duration = Duration::from_secs(30);

fn later(error: &NoCredential) -> Option<&Error> {
    match error {
        NoCredential::Failed(error) if error.code() == Code::Busy => Some(error),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_users_of_one_expired_consent_on_three_instances_ask_once() {
    let world = World::new(Manners { like_github: true, ..Manners::default() }).await;
    world.consent().await;
    world.advance(2 * HOUR);
    world.service.stand.faults.next(Fault::Slow(Duration::from_millis(300)));
    let instances = [world.vault(), world.vault(), world.vault()];
    let mut users = JoinSet::new();
    for user in 0..50 {
        let (vault, owner, connection) = (instances[user % 3].clone(), world.owner, world.connection);
        users.spawn(async move { vault.open(owner, connection).await });
    }
    let opened: Vec<_> = users.join_all().await.into_iter().map(|opened| opened.expect("a token")).collect();
    assert_eq!(world.asked(), 1);
    assert_eq!(opened.iter().map(|opened| token(opened).to_owned()).collect::<BTreeSet<_>>().len(), 1);
    assert!(opened.iter().all(|opened| opened.generation == 2 && world.takes(opened)));
}

#[tokio::test]
async fn a_token_is_renewed_shortly_before_it_ends_and_not_sooner() {
    let world = World::new(Manners::default()).await;
    world.consent().await;
    let first = world.open().await.expect("a token");
    world.advance(Duration::from_mins(50));
    assert_eq!(token(&world.open().await.expect("a token")), token(&first));
    assert_eq!(world.asked(), 0);
    world.advance(Duration::from_mins(4));
    assert_ne!(token(&world.open().await.expect("a token")), token(&first));
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn a_refused_token_is_renewed_when_it_is_still_the_one() {
    // The service does not say how long its tokens last.
    let world = World::new(Manners { lasts: None, ..Manners::default() }).await;
    world.consent().await;
    let first = world.open().await.expect("a token");
    let second = world.vault().refused(world.owner, world.connection, first.generation).await.expect("another");
    assert_eq!((world.asked(), world.takes(&second)), (1, true));
    // Another run that was refused with the first one uses what is there.
    let third = world.vault().refused(world.owner, world.connection, first.generation).await.expect("another");
    assert_eq!((world.asked(), token(&third)), (0, token(&second)));
    // What is not said is taken for an hour.
    world.advance(Duration::from_mins(55));
    world.open().await.expect("a token");
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_stays() {
    let world = World::new(Manners { rotates: false, ..Manners::default() }).await;
    world.consent().await;
    for _ in 0..3 {
        world.advance(2 * HOUR);
        let opened = world.open().await.expect("a token");
        assert!(world.takes(&opened));
    }
    assert_eq!(world.asked(), 3);
}

#[tokio::test]
async fn what_cannot_be_renewed_is_used_until_it_is_refused() {
    let world = World::new(Manners { refreshes: false, ..Manners::default() }).await;
    world.keep(&Tokens { access: "old".into(), refresh: None, lasts: None, refresh_lasts: None, scopes: None }).await;
    world.advance(1000 * HOUR);
    let opened = world.open().await.expect("a token");
    assert_eq!(token(&opened), "old");
    let refused = world.vault().refused(world.owner, world.connection, opened.generation).await;
    assert!(matches!(refused, Err(NoCredential::NeedsReauth)));
    assert_eq!(world.asked(), 0);
}

/// What follows from each answer: the outcome, whether the next one asks again at once, and how it ends in the end.
#[tokio::test]
async fn each_class_of_refusal_has_its_consequence() {
    let refused = |body: &str| Fault::Instead(Reply::body(400, body));
    for body in [r#"{"error":"invalid_grant"}"#, r#"{"error":"interaction_required"}"#, r#"{"error":"consent_required"}"#] {
        let world = World::new(Manners::default()).await;
        world.consent().await;
        world.advance(2 * HOUR);
        world.service.stand.faults.next(refused(body));
        assert!(matches!(world.open().await, Err(NoCredential::NeedsReauth)), "{body}");
        // For good: nobody asks again.
        world.advance(HOUR);
        assert!(matches!(world.open().await, Err(NoCredential::NeedsReauth)), "{body}");
        assert_eq!(world.asked(), 1, "{body}");
        // Until the person consents again.
        world.consent().await;
        assert!(world.open().await.is_ok(), "{body}");
    }
    for body in [r#"{"error":"invalid_client"}"#, r#"{"error":"unauthorized_client"}"#] {
        let world = World::new(Manners::default()).await;
        world.consent().await;
        world.advance(2 * HOUR);
        world.service.stand.faults.next(refused(body));
        assert!(matches!(world.open().await, Err(NoCredential::Misconfigured)), "{body}");
        world.advance(HOLD);
        assert!(world.open().await.is_ok(), "the connection is as it was: {body}");
    }
    let with = |status, headers: Vec<(&'static str, String)>| Fault::Instead(Reply { status, headers, body: String::new() });
    for (fault, wait) in [
        (refused(r#"{"error":"temporarily_unavailable"}"#), 10),
        (with(429, vec![("retry-after", "90".into())]), 90),
        (with(503, vec![("retry-after", "20".into())]), 20),
        (with(500, Vec::new()), 10),
    ] {
        let world = World::new(Manners::default()).await;
        world.consent().await;
        world.advance(2 * HOUR);
        world.service.stand.faults.next(fault.clone());
        let error = world.open().await.expect_err("later");
        assert_eq!(later(&error).and_then(Error::retry_after), Some(Duration::from_secs(wait)), "{fault:?}");
        // Nobody asks before that.
        assert!(later(&world.open().await.expect_err("later")).is_some(), "{fault:?}");
        assert_eq!(world.asked(), 1, "{fault:?}");
        world.advance(Duration::from_secs(wait));
        assert!(world.open().await.is_ok(), "{fault:?}");
    }
}

#[tokio::test]
async fn github_says_it_with_a_status_of_success() {
    let world = World::new(Manners { like_github: true, ..Manners::default() }).await;
    world.consent().await;
    world.advance(2 * HOUR);
    world.service.stand.faults.next(Fault::Instead(Reply::body(200, r#"{"error":"bad_refresh_token"}"#)));
    assert!(matches!(world.open().await, Err(NoCredential::NeedsReauth)));
}

#[tokio::test]
async fn what_still_lasts_is_used_while_it_is_not_renewed() {
    let world = World::new(Manners::default()).await;
    world.consent().await;
    world.advance(Duration::from_mins(56));
    world.service.stand.faults.next(Fault::Instead(Reply::status(500)));
    let opened = world.open().await.expect("the one before");
    assert_eq!((opened.generation, world.takes(&opened), world.asked()), (1, true, 1));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_once_more_at_once() {
    for (grace, recovers) in [(Duration::from_mins(1), true), (Duration::ZERO, false)] {
        let world = World::new(Manners { grace, ..Manners::default() }).await;
        world.consent().await;
        world.advance(2 * HOUR);
        world.service.stand.faults.next(Fault::DropAnswer);
        let opened = world.open().await;
        assert_eq!(world.asked(), 2);
        assert_eq!(opened.as_ref().is_ok_and(|opened| world.takes(opened)), recovers);
        assert!(recovers || matches!(opened, Err(NoCredential::NeedsReauth)));
        assert_eq!(world.open().await.is_ok(), recovers);
        assert_eq!(world.asked(), 0, "no storm");
    }
}

/// The program dies after the service has answered and before the answer is kept.
#[tokio::test(flavor = "multi_thread")]
async fn after_the_death_of_whoever_renewed_the_next_does_within_the_hold() {
    for (grace, recovers) in [(Duration::from_mins(2), true), (Duration::ZERO, false)] {
        let world = World::new(Manners { grace, ..Manners::default() }).await;
        world.consent().await;
        world.advance(2 * HOUR);
        world.service.stand.faults.next(Fault::Slow(Duration::from_mins(1)));
        let (vault, owner, connection) = (world.vault(), world.owner, world.connection);
        let dying = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        dying.spawn(async move { vault.open(owner, connection).await });
        // The service has done it when it begins to be slow.
        let done = async {
            while world.service.state.renewed() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), done).await.expect("asked");
        dying.shutdown_background();

        // While it is held, others wait a little and are told when to come again.
        assert!(later(&world.open().await.expect_err("held")).is_some());
        assert_eq!(world.asked(), 0);
        world.advance(HOLD);
        let opened = world.open().await;
        assert_eq!(opened.as_ref().is_ok_and(|opened| world.takes(opened)), recovers);
        assert!(recovers || matches!(opened, Err(NoCredential::NeedsReauth)));
        assert_eq!(world.asked(), 1);
        let _ = world.open().await;
        assert_eq!(world.asked(), 0, "no storm");
    }
}

/// The store is away just when the only copy of what the service gave is to be kept.
#[tokio::test]
async fn an_answer_is_kept_although_the_store_fails_once() {
    for fault in [support::Fault::Before, support::Fault::After] {
        let store = FlakyStore::new();
        let world = World::over(TestApp::over(Arc::clone(&store)), Manners::default()).await;
        world.consent().await;
        world.advance(2 * HOUR);
        // The first commit takes the hold.
        store.fail_after(1, fault);
        let opened = world.open().await.expect("a token");
        assert!(!store.is_waiting() && world.takes(&opened), "{fault:?}");
        assert_eq!((opened.generation, world.asked()), (2, 1), "{fault:?}");
        assert_eq!(world.open().await.expect("a token").generation, 2, "{fault:?}");
    }
}

/// Refuses, after somebody else has put other secrets there.
struct Overtaken {
    world: Arc<World>,
    lost: bool,
}

#[async_trait::async_trait]
impl Issuer for Overtaken {
    async fn renew(&self, _: ProviderName, _: &SecretString) -> Result<Tokens, NotRenewed> {
        self.world.consent().await;
        if self.lost {
            return Err(NotRenewed::Refused);
        }
        Ok(Tokens { access: "late".into(), refresh: None, lasts: None, refresh_lasts: None, scopes: None })
    }

    async fn revoke(&self, _: ProviderName, _: &SecretString) {}
}

#[tokio::test]
async fn whoever_was_overtaken_uses_what_the_faster_one_has() {
    for lost in [true, false] {
        let world = Arc::new(World::new(Manners::default()).await);
        world.consent().await;
        world.advance(2 * HOUR);
        let issuer = Overtaken { world: Arc::clone(&world), lost };
        let vault = Vault::new(world.shared(), Keys::parse(&key(1), []).expect("a key"), Arc::new(issuer));
        let opened = vault.open(world.owner, world.connection).await.expect("a token");
        assert_eq!((opened.generation, world.takes(&opened)), (2, true), "lost: {lost}");
        assert_eq!(token(&world.open().await.expect("a token")), token(&opened), "lost: {lost}");
    }
}

#[tokio::test]
async fn nothing_of_a_connection_that_has_gone_comes_back() {
    let world = World::new(Manners::default()).await;
    world.consent().await;
    let connection = world.connection;
    let gone = world.shared().ledger.run(world.owner, |change| {
        Box::pin(async move {
            Vault::forget(change, connection);
            Ok(avanochi::ledger::Decision::Write(()))
        })
    });
    gone.await.expect("gone");
    assert!(matches!(world.open().await, Err(NoCredential::NeedsReauth)));
    assert!(world.vault().find(world.owner, connection).await.expect("asked").is_none());
}

#[tokio::test]
async fn what_is_not_used_any_more_is_revoked_at_the_service() {
    let world = World::new(Manners::default()).await;
    world.consent().await;
    let opened = world.open().await.expect("a token");
    world.vault().revoke(world.owner, world.connection).await.expect("told");
    assert!(!world.takes(&opened));
    // A service that does not answer holds nobody up for long, and is no error.
    world.service.stand.faults.next(Fault::Slow(Duration::from_mins(1)));
    let began = std::time::Instant::now();
    world.vault().revoke(world.owner, world.connection).await.expect("told");
    assert!(began.elapsed() < Duration::from_secs(8));
}
