//! Secrets in the store: opened in their own place alone, and found nowhere.

use std::sync::Arc;

use avanochi::{
    integrations::credentials::{Credential, Keys, NewCredential, NoCredential, OpenedCredential, Vault},
    kernel::Code,
    store::{Batch, Entity as _, Key, Partition, Write, batch::Draft},
};
use sandbox::oauth::Manners;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use uuid::Uuid;

use super::{Nobody, World, key};

const SECRET: &str = "hunter2-planted-secret";
const ONE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn basic(password: &str) -> NewCredential {
    NewCredential::Basic { username: "ann".into(), password: password.into() }
}

fn vault(world: &World, current: u8, previous: &[u8]) -> Vault {
    let previous: Vec<_> = previous.iter().map(|byte| key(*byte)).collect();
    Vault::new(world.shared(), Keys::parse(&key(current), &previous).expect("keys"), Arc::new(Nobody))
}

async fn stored(world: &World, id: Uuid) -> Value {
    let key = Key { partition: Partition::of(world.owner.id()), kind: Credential::KIND.into(), id: id.to_string() };
    let document = world.shared().store.get(key).await.expect("read").expect("a document");
    serde_json::from_str(&document.body).expect("JSON")
}

/// Writes the document as somebody who has the store and not the key would.
async fn write(world: &World, id: Uuid, body: &Value) {
    let partition = Partition::of(world.owner.id());
    let kind = || Credential::KIND.into();
    let op = Uuid::from_u128(1);
    let remove = Write::Remove { kind: kind(), id: id.to_string(), etag: None };
    let store = &world.shared().store;
    store.commit(Batch::new(partition.clone(), op).with(remove)).await.expect("removed");
    let draft = Draft {
        kind: kind(),
        id: id.to_string(),
        seq: 0,
        places: [Some(1), None, None, None],
        facet: None,
        published: false,
        expires_at: None,
        body: body.to_string(),
    };
    store.commit(Batch::new(partition, op).with(Write::Create(draft))).await.expect("written");
}

async fn password(world: &World, vault: &Vault, id: Uuid) -> Option<String> {
    match vault.open(world.owner, id).await {
        Ok(opened) => match opened.credential {
            OpenedCredential::Basic { password, .. } => Some(password.expose_secret().to_owned()),
            OpenedCredential::Token(_) => None,
        },
        Err(NoCredential::NeedsReauth) => None,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn what_was_moved_changed_or_brought_back_is_refused() {
    let world = World::new(Manners::default()).await;
    let vault = vault(&world, 1, &[]);
    world.give(&vault, ONE, &basic("first")).await;
    let first = stored(&world, ONE).await;
    world.give(&vault, ONE, &basic("second")).await;
    world.give(&vault, OTHER, &basic("theirs")).await;
    let (second, theirs) = (stored(&world, ONE).await, stored(&world, OTHER).await);
    assert_eq!(password(&world, &vault, ONE).await.as_deref(), Some("second"));

    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = second.clone();
        change(&mut body);
        body
    };
    let mut flipped = second["envelope"]["parts"]["password"].as_str().expect("a text").to_owned();
    let last = if flipped.ends_with('A') { 'E' } else { 'A' };
    flipped.pop();
    flipped.push(last);
    for (what, body) in [
        ("the secrets of another row", with(&|body| body["envelope"] = theirs["envelope"].clone())),
        (
            "one secret of another row",
            with(&|body| body["envelope"]["parts"]["password"] = theirs["envelope"]["parts"]["password"].clone()),
        ),
        ("the key of another row", with(&|body| body["envelope"]["key"] = theirs["envelope"]["key"].clone())),
        ("the secrets of an earlier generation", with(&|body| body["envelope"] = first["envelope"].clone())),
        ("another generation", with(&|body| body["generation"] = 9.into())),
        ("another owner", with(&|body| body["user_id"] = Uuid::from_u128(5).to_string().into())),
        ("a flipped byte", with(&|body| body["envelope"]["parts"]["password"] = flipped.clone().into())),
        (
            "two secrets swapped",
            with(&|body| {
                let parts = &mut body["envelope"]["parts"];
                let (username, password) = (parts["username"].take(), parts["password"].take());
                (parts["username"], parts["password"]) = (password, username);
            }),
        ),
    ] {
        assert_ne!(body, second, "{what}");
        write(&world, ONE, &body).await;
        assert_eq!(password(&world, &vault, ONE).await, None, "{what}");
    }
    write(&world, ONE, &second).await;
    assert_eq!(password(&world, &vault, ONE).await.as_deref(), Some("second"));
}

#[tokio::test]
async fn a_lost_key_asks_for_the_person_and_another_secret_mends_it() {
    let world = World::new(Manners::default()).await;
    world.give(&vault(&world, 1, &[]), ONE, &basic("first")).await;
    let other = vault(&world, 2, &[]);
    assert_eq!(password(&world, &other, ONE).await, None);
    world.give(&other, ONE, &basic("second")).await;
    assert_eq!(password(&world, &other, ONE).await.as_deref(), Some("second"));
}

#[tokio::test]
async fn without_a_key_nothing_is_kept_and_that_is_said() {
    let world = World::new(Manners::default()).await;
    let off = Vault::new(world.shared(), Keys::None, Arc::new(Nobody));
    let (given, vault) = (&basic("first"), &off);
    let kept = world.shared().ledger.run(world.owner, |change| {
        Box::pin(async move {
            vault.put(change, ONE, avanochi::outbound::providers::ProviderName::Caldav, given).await?;
            Ok(avanochi::ledger::Decision::Write(()))
        })
    });
    assert_eq!(kept.await.expect_err("no key").code(), Code::NotConfigured);
    assert!(matches!(off.open(world.owner, ONE).await, Err(NoCredential::Failed(error)) if error.code() == Code::NotConfigured));
}

#[tokio::test]
async fn everybodys_secrets_are_put_under_another_key() {
    let world = World::new(Manners::default()).await;
    let former = vault(&world, 1, &[]);
    for id in [ONE, OTHER] {
        world.give(&former, id, &basic("kept")).await;
    }
    let lost = Uuid::from_u128(3);
    world.give(&vault(&world, 9, &[]), lost, &basic("lost")).await;
    let rotated = vault(&world, 2, &[1]).rotate(world.shared().clock.now()).await.expect("rotated");
    assert_eq!((rotated.sealed, rotated.lost), (2, 1));
    let alone = vault(&world, 2, &[]);
    for (id, expected) in [(ONE, Some("kept")), (OTHER, Some("kept")), (lost, None)] {
        assert_eq!(password(&world, &alone, id).await.as_deref(), expected);
    }
    assert_eq!(password(&world, &former, ONE).await, None);
    let again = vault(&world, 2, &[1]).rotate(world.shared().clock.now()).await.expect("rotated");
    assert_eq!((again.sealed, again.lost), (0, 1));
}

#[tokio::test]
async fn a_secret_is_in_no_document_and_no_description_of_anything() {
    let world = World::new(Manners::default()).await;
    let vault = vault(&world, 1, &[]);
    world.give(&vault, ONE, &basic(SECRET)).await;
    world.give(&vault, OTHER, &NewCredential::Token(SECRET.into())).await;
    let opened = vault.open(world.owner, ONE).await.expect("opened");
    let found = vault.find(world.owner, ONE).await.expect("read").expect("one");
    let view = serde_json::to_string(&avanochi::integrations::credentials::CredentialView::from(&found)).expect("JSON");
    let shown =
        format!("{opened:?} {found:?} {view} {:?} {} {}", basic(SECRET), stored(&world, ONE).await, stored(&world, OTHER).await);
    assert!(!shown.contains(SECRET) && !shown.contains("hunter2"), "{shown}");
    assert!(vault.is_same(world.owner, ONE, &basic(SECRET)).await.expect("asked"));
    assert!(!vault.is_same(world.owner, ONE, &basic("other")).await.expect("asked"));
    assert!(!vault.is_same(world.owner, OTHER, &basic(SECRET)).await.expect("asked"));
}
