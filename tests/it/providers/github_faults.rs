//! What becomes of calls to GitHub that go wrong.

use std::time::Duration;

use avanochi::outbound::providers::{Edit, Failure, Provider, github::Settings, version::is_older};
use sandbox::{Fault, Limit, Reply, When, github};
use uuid::Uuid;

use super::{
    OPERATION, asked, creation, fails, fetch,
    github::{REPOSITORY, World},
    limits, pull,
};

fn edit() -> Edit {
    Edit { title: Some("Buy bread".to_owned()), ..Edit::default() }
}

#[tokio::test]
async fn a_lost_answer_of_a_write_is_made_up_for() {
    for fault in [Fault::DropAnswer, Fault::Truncated, Fault::Afterwards(Reply::status(500))] {
        let world = World::new().await;
        let lose = |method| world.there.stand.faults.on(When::method(method), fault.clone());
        lose("POST");
        fails(world.provider.create(&creation("Buy milk")).await, &Failure::Unknown);
        let made = world.provider.find(Uuid::from_u128(7)).await.expect("an answer").expect("what was made");
        assert_eq!(world.there.state.issues(REPOSITORY).len(), 1, "{fault:?}");

        lose("PATCH");
        fails(world.provider.update(&made.external_id, &made.version, &edit(), OPERATION).await, &Failure::Unknown);
        // The repetition sees that something has changed, and the next look sees what.
        fails(world.provider.update(&made.external_id, &made.version, &edit(), OPERATION).await, &Failure::Changed);
        let now = fetch(&world.provider, &made.external_id).await;
        assert_eq!(now.title, "Buy bread");

        lose("PATCH");
        fails(world.provider.delete(&now.external_id, &now.version, OPERATION).await, &Failure::Unknown);
        world.there.stand.log.take();
        assert_eq!(world.provider.delete(&now.external_id, &now.version, OPERATION).await, Ok(()));
        assert_eq!((asked(&world.there), world.there.stand.faults.left()), (vec!["GET 200".to_owned()], 0));
    }
}

#[tokio::test]
async fn what_was_not_done_leaves_nothing() {
    let world = World::new().await;
    let number = world.there.state.open(REPOSITORY, "Buy milk", None);
    let before = fetch(&world.provider, &format!("{REPOSITORY}#{number}@I_octo_one_{number}")).await;
    for (fault, expected) in [
        (Fault::DropRequest, Failure::Unknown),
        (Fault::Instead(Reply::status(500)), Failure::Unknown),
        (Fault::Instead(Reply::status(422)), Failure::Rejected(422)),
        (Fault::Instead(Reply::status(403)), Failure::Forbidden),
        (Fault::Instead(Reply::status(401)), Failure::Unauthorized),
    ] {
        world.there.stand.faults.on(When::method("POST"), fault.clone());
        fails(world.provider.create(&creation("Buy bread")).await, &expected);
        world.there.stand.faults.on(When::method("PATCH"), fault);
        fails(world.provider.update(&before.external_id, &before.version, &edit(), OPERATION).await, &expected);
    }
    assert_eq!(world.there.state.issues(REPOSITORY).len(), 1);
    assert_eq!(fetch(&world.provider, &before.external_id).await, before);
}

#[tokio::test]
async fn a_page_that_does_not_come_is_asked_for_again() {
    let world = World::new().await;
    for _ in 0..150 {
        world.there.state.open(REPOSITORY, "an issue", None);
        world.pass(1);
    }
    let first = world.provider.pull(None).await.expect("a page");
    for fault in [Fault::DropRequest, Fault::DropAnswer, Fault::Truncated, Fault::Instead(Reply::status(502))] {
        world.there.stand.faults.next(fault);
        fails(world.provider.pull(Some(&first.cursor)).await, &Failure::Unreachable);
    }
    world.there.stand.faults.next(Fault::Instead(Reply::body(200, "{}")));
    fails(world.provider.pull(Some(&first.cursor)).await, &Failure::Malformed);
    let foreign = vec![("link", r#"<http://other.example/?page=2>; rel="next""#.to_owned())];
    world.there.stand.faults.next(Fault::Instead(Reply { headers: foreign, ..Reply::body(200, "[]") }));
    fails(world.provider.pull(Some(&first.cursor)).await, &Failure::Malformed);
    fails(world.provider.pull(Some("what is this")).await, &Failure::CursorLost);
    let (rest, _, _) = pull(&world.provider, Some(&first.cursor)).await;
    assert_eq!(rest.len(), 51, "the last of the page before is there twice");
}

#[tokio::test]
async fn every_limit_says_until_when() {
    let world = World::new().await;
    let number = world.there.state.open(REPOSITORY, "Buy milk", None);
    let item = fetch(&world.provider, &format!("{REPOSITORY}#{number}@I_octo_one_{number}")).await;
    for (limit, until) in limits() {
        let expected = Failure::Limited { until };
        let limited = || world.there.stand.faults.next(Fault::Instead(Reply::limited(limit)));
        limited();
        fails(world.provider.pull(None).await, &expected);
        limited();
        fails(world.provider.fetch(&item.external_id).await, &expected);
        limited();
        fails(world.provider.create(&creation("Buy bread")).await, &expected);
        world.there.stand.faults.on(When::method("PATCH"), Fault::Instead(Reply::limited(limit)));
        fails(world.provider.update(&item.external_id, &item.version, &edit(), OPERATION).await, &expected);
    }
    // The second request of a creation may be too many: the issue is there all the same.
    let done = avanochi::outbound::providers::Creation { completed_at: item.updated_at, ..creation("Buy bread") };
    world.there.stand.faults.on(When::method("PATCH"), Fault::Instead(Reply::limited(Limit::Bare)));
    assert_eq!(world.provider.create(&done).await.map(|item| item.completed), Ok(false));
}

#[tokio::test]
async fn an_older_state_is_known_as_such() {
    let world = World::new().await;
    let number = world.there.state.open(REPOSITORY, "Buy milk", None);
    world.pass(1);
    let id = format!("{REPOSITORY}#{number}@I_octo_one_{number}");
    let before = fetch(&world.provider, &id).await;
    world.there.state.fall_behind(2);
    let after = world.provider.update(&id, &before.version, &edit(), OPERATION).await.expect("an item");
    let stale = fetch(&world.provider, &id).await;
    assert_eq!(stale, before);
    assert!(world.provider.orders_versions() && is_older(&stale.version, &after.version));
    assert_eq!(fetch(&world.provider, &id).await, after);
}

#[tokio::test]
async fn a_wrong_token_and_what_is_not_there() {
    let world = World::new().await;
    let settings = |repository: &str| {
        let repository = repository.to_owned();
        Settings { repositories: vec![repository.clone()], new_in: Some(repository), assigned_to_me: false }
    };
    for token in ["ghp_other", "two\nlines"] {
        let wrong = World::provider(&world.there, token, settings(REPOSITORY));
        fails(wrong.pull(None).await, &Failure::Unauthorized);
        fails(wrong.account().await, &Failure::Unauthorized);
        fails(wrong.create(&creation("Buy milk")).await, &Failure::Unauthorized);
    }
    let nowhere = World::provider(&world.there, github::TOKEN, settings("octo/none"));
    fails(nowhere.pull(None).await, &Failure::NotFound);
    fails(nowhere.create(&creation("Buy milk")).await, &Failure::NotFound);
    let moved = vec![("location", "/repositories/1/issues".to_owned())];
    world.there.stand.faults.next(Fault::Instead(Reply { headers: moved, ..Reply::status(301) }));
    fails(world.provider.pull(None).await, &Failure::NotFound);
    assert!(world.there.state.issues(REPOSITORY).is_empty());
}

#[tokio::test]
async fn a_slow_answer_comes() {
    let world = World::new().await;
    world.there.stand.faults.next(Fault::Slow(Duration::from_millis(20)));
    assert!(world.provider.create(&creation("Buy milk")).await.is_ok());
}
