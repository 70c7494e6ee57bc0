//! Issues of GitHub.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use avanochi::outbound::providers::{
    Creation, Edit, Failure, Fetched, KnownAs, Provider, Scan, Seen,
    github::{Github, Settings},
};
use sandbox::{Running, github};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::{OPERATION, Shared, asked, creation, fails, fetch, items, outgoing, pull, stand};
use crate::support::time;

pub(super) const REPOSITORY: &str = "octo/one";

pub(super) struct World {
    pub there: Running<github::State>,
    pub provider: Github,
}

fn id_of(number: u64) -> String {
    format!("{REPOSITORY}#{number}@I_octo_one_{number}")
}

impl World {
    pub async fn new() -> Self {
        Self::with(&[REPOSITORY], false).await
    }

    pub async fn with(repositories: &[&str], assigned_to_me: bool) -> Self {
        let there = github::start(stand(), 0).await.expect("a server");
        for repository in repositories {
            there.state.add_repository(repository);
        }
        let repositories: Vec<String> = repositories.iter().map(ToString::to_string).collect();
        let settings = Settings { new_in: repositories.first().cloned(), repositories, assigned_to_me };
        let provider = Self::provider(&there, github::TOKEN, settings);
        Self { there, provider }
    }

    pub fn provider(there: &Running<github::State>, token: &str, settings: Settings) -> Github {
        let base = Url::parse(&there.url).expect("an address");
        let clock = Arc::new(Shared(there.stand.clock.clone()));
        Github::new(outgoing(), clock, base, SecretString::from(token), settings)
    }

    pub fn pass(&self, seconds: u64) {
        self.there.stand.clock.advance(Duration::from_secs(seconds));
    }

    /// The body of the only request since the last time that writes.
    fn written(&self) -> Value {
        let logged = self.there.stand.log.take();
        let mut writes = logged.iter().filter(|logged| logged.method != "GET");
        let write = writes.next().expect("a write");
        assert!(writes.next().is_none(), "one write");
        serde_json::from_str(&write.body).expect("JSON")
    }
}

fn ids(seen: &[Seen]) -> BTreeSet<String> {
    items(seen).iter().map(|item| item.external_id.clone()).collect()
}

#[tokio::test]
async fn everything_comes_in_pages_and_pull_requests_do_not() {
    for apart in [0, 1] {
        let world = World::new().await;
        let mut expected = BTreeSet::new();
        for number in 1..=260 {
            if number % 10 == 0 {
                world.there.state.open_pull_request(REPOSITORY, "a pull request");
            } else {
                world.there.state.open(REPOSITORY, "an issue", None);
                expected.insert(id_of(number));
            }
            world.pass(apart);
        }
        let (seen, cursor, scan) = pull(&world.provider, None).await;
        assert_eq!((ids(&seen), scan), (expected, Scan::Everything), "{apart} s apart");
        let logged = world.there.stand.log.take();
        assert!(logged.len() <= 4 && logged.iter().all(|logged| logged.path.contains("per_page=100")), "{}", logged.len());

        world.pass(600);
        world.there.state.edit(REPOSITORY, 3, |issue| issue.title = "changed".to_owned());
        let (seen, cursor, scan) = pull(&world.provider, Some(&cursor)).await;
        assert!(items(&seen).iter().any(|item| item.title == "changed"));
        assert_eq!(scan, Scan::Changes);
        // What is older than five minutes before the newest change is not asked for again.
        let (seen, _, _) = pull(&world.provider, Some(&cursor)).await;
        assert_eq!(ids(&seen), BTreeSet::from([id_of(3)]));
    }
}

#[tokio::test]
async fn what_changes_while_pages_are_read_hides_nothing() {
    let world = World::new().await;
    for _ in 0..250 {
        world.there.state.open(REPOSITORY, "an issue", None);
        world.pass(1);
    }
    let first = world.provider.pull(None).await.expect("a page");
    // They move to the end, and all that follow them move up.
    for number in 1..=40 {
        world.there.state.edit(REPOSITORY, number, |issue| issue.title = "changed".to_owned());
        world.pass(1);
    }
    let (rest, _, _) = pull(&world.provider, Some(&first.cursor)).await;
    let all: BTreeSet<String> = ids(&first.seen).union(&ids(&rest)).cloned().collect();
    assert_eq!(all.len(), 250);
    assert_eq!(items(&rest).iter().filter(|item| item.title == "changed").count(), 40);
}

#[tokio::test]
async fn nothing_new_is_an_answer_without_a_body() {
    let world = World::with(&[REPOSITORY, "octo/two"], false).await;
    world.there.state.open(REPOSITORY, "an issue", None);
    world.there.state.open("octo/two", "an issue", None);
    let (mut seen, mut cursor, _) = pull(&world.provider, None).await;
    assert_eq!(seen.len(), 2);
    assert_eq!(asked(&world.there), ["GET 200", "GET 200"]);
    // The first that has a time to ask for changes since is the first whose answer can be known.
    (_, cursor, _) = pull(&world.provider, Some(&cursor)).await;
    world.there.stand.log.take();
    (seen, cursor, _) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!((seen, asked(&world.there)), (vec![], vec!["GET 304".to_owned(), "GET 304".to_owned()]));
    world.there.state.edit(REPOSITORY, 1, |issue| issue.title = "in the same second".to_owned());
    (seen, _, _) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!(
        (items(&seen)[0].title.as_str(), asked(&world.there)),
        ("in the same second", vec!["GET 200".into(), "GET 304".into()])
    );
}

#[tokio::test]
async fn a_repository_more_is_read_from_its_beginning() {
    let world = World::with(&[REPOSITORY], false).await;
    world.there.state.open(REPOSITORY, "an issue", None);
    world.there.state.open("octo/two", "of before", None);
    world.pass(3600);
    world.there.state.open(REPOSITORY, "another", None);
    let (_, cursor, _) = pull(&world.provider, None).await;
    let repositories = vec!["Octo/One".to_owned(), "octo/two".to_owned(), "octo/ONE".to_owned()];
    let settings = Settings { repositories, new_in: None, assigned_to_me: false };
    let more = World::provider(&world.there, github::TOKEN, settings);
    let (seen, _, scan) = pull(&more, Some(&cursor)).await;
    assert_eq!(scan, Scan::Changes);
    let titles: Vec<&str> = items(&seen).iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, ["another", "of before"]);
    fails(more.create(&creation("nowhere")).await, &Failure::ChooseList);
    assert_eq!(more.find(Uuid::from_u128(7)).await, Ok(None));
}

#[tokio::test]
async fn a_task_becomes_an_issue_that_is_found_by_it() {
    let world = World::new().await;
    for _ in 0..3 {
        world.there.state.open(REPOSITORY, "of somebody else", Some("<!-- avanochi:7 -->"));
    }
    assert_eq!(world.provider.find(Uuid::from_u128(7)).await, Ok(None));
    world.there.stand.log.take();
    let made = world.provider.create(&creation("Buy milk")).await.expect("an item");
    let marker = format!("<!-- avanochi:{} -->", Uuid::from_u128(7));
    assert_eq!(world.written(), json!({"title": "Buy milk", "body": format!("as they are\n\n{marker}")}));
    assert_eq!((made.notes.as_str(), made.key, made.completed), ("as they are", Some(Uuid::from_u128(7)), false));
    assert_eq!(made.url.as_deref(), Some("https://github.com/octo/one/issues/4"));
    assert_eq!(world.provider.find(Uuid::from_u128(7)).await, Ok(Some(made.clone())));
    assert_eq!(fetch(&world.provider, &made.external_id).await, made);
    let (seen, _, _) = pull(&world.provider, None).await;
    assert!(seen.contains(&Seen::Item(Box::new(made))));

    let done = Creation { key: Uuid::from_u128(10), completed_at: Some(time("2026-01-14T09:00:00Z")), ..creation("Done") };
    let made = world.provider.create(&done).await.expect("an item");
    assert!(made.completed && made.completed_at.is_some());
}

#[tokio::test]
async fn an_edit_is_of_what_was_edited_alone() {
    let world = World::new().await;
    let number = world.there.state.open(REPOSITORY, "Buy milk", Some("two litres"));
    world.there.state.edit(REPOSITORY, number, |issue| {
        (issue.labels, issue.assignees) = (vec!["shopping".to_owned()], vec!["ada".to_owned()]);
    });
    let mut item = fetch(&world.provider, &id_of(number)).await;
    for (edit, written) in [
        (Edit { title: Some("Buy bread".to_owned()), ..Edit::default() }, json!({"title": "Buy bread"})),
        (Edit { notes: Some(String::new()), ..Edit::default() }, json!({"body": ""})),
        (
            Edit { completed: Some(Some(time("2026-01-14T09:00:00Z"))), ..Edit::default() },
            json!({"state": "closed", "state_reason": "completed"}),
        ),
        (Edit { completed: Some(None), ..Edit::default() }, json!({"state": "open"})),
    ] {
        world.there.stand.log.take();
        item = world.provider.update(&item.external_id, &item.version, &edit, OPERATION).await.expect("an item");
        assert_eq!(world.written(), written);
        assert_eq!(fetch(&world.provider, &item.external_id).await, item);
    }
    world.there.stand.log.take();
    let same = world.provider.update(&item.external_id, &item.version, &Edit::default(), OPERATION).await;
    assert_eq!((same, asked(&world.there)), (Ok(item), vec!["GET 200".to_owned()]));
    let issue = world.there.state.issue(REPOSITORY, number).expect("an issue");
    assert_eq!((issue.title.as_str(), issue.body, issue.closed), ("Buy bread", None, false));
    assert_eq!((issue.labels, issue.assignees), (vec!["shopping".to_owned()], vec!["ada".to_owned()]));
}

#[tokio::test]
async fn what_has_changed_is_neither_changed_nor_deleted() {
    let world = World::new().await;
    let number = world.there.state.open(REPOSITORY, "Buy milk", None);
    let item = fetch(&world.provider, &id_of(number)).await;
    // Within the same second.
    world.there.state.edit(REPOSITORY, number, |issue| issue.title = "Buy bread".to_owned());
    world.there.stand.log.take();
    let edit = Edit { title: Some("Buy wine".to_owned()), ..Edit::default() };
    fails(world.provider.update(&item.external_id, &item.version, &edit, OPERATION).await, &Failure::Changed);
    fails(world.provider.delete(&item.external_id, &item.version, OPERATION).await, &Failure::Changed);
    assert_eq!(asked(&world.there), ["GET 200", "GET 200"]);
}

#[tokio::test]
async fn to_delete_is_to_close_as_not_planned_and_can_be_taken_back() {
    let world = World::new().await;
    let number = world.there.state.open(REPOSITORY, "Buy milk", None);
    let (_, cursor, _) = pull(&world.provider, None).await;
    let item = fetch(&world.provider, &id_of(number)).await;
    world.there.stand.log.take();
    world.provider.delete(&item.external_id, &item.version, OPERATION).await.expect("deleted");
    assert_eq!(world.written(), json!({"state": "closed", "state_reason": "not_planned"}));
    world.provider.delete(&item.external_id, &item.version, OPERATION).await.expect("deleted already");
    assert_eq!(asked(&world.there), ["GET 200"]);
    assert_eq!(world.provider.fetch(&item.external_id).await, Ok(Fetched::Gone));
    let (seen, cursor, _) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!(seen, [Seen::Gone(item.external_id.clone())]);

    // Whoever takes it for open learns that it is not; without a version it is brought back, once.
    let edit = Edit { title: Some("Buy bread".to_owned()), ..Edit::default() };
    let refused = world.provider.update(&item.external_id, &item.version, &edit, OPERATION).await;
    assert_eq!(refused, Err(Failure::Changed));
    world.there.stand.log.take();
    let again = world.provider.update(&item.external_id, "", &edit, OPERATION).await.expect("an item");
    assert_eq!(world.written(), json!({"title": "Buy bread", "state": "open"}));
    assert!(!again.completed);
    assert_eq!(world.provider.update(&item.external_id, "", &edit, OPERATION).await, Err(Failure::Changed));
    let (seen, _, _) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!(seen, [Seen::Item(Box::new(again))]);
}

#[tokio::test]
async fn an_issue_can_be_gone_moved_or_another() {
    let world = World::new().await;
    for _ in 0..4 {
        world.there.state.open(REPOSITORY, "Buy milk", None);
    }
    let version = fetch(&world.provider, &id_of(1)).await.version;
    world.there.state.add_repository("octo/two");
    assert!(world.there.state.delete(REPOSITORY, 1) && world.there.state.transfer(REPOSITORY, 2, "octo/two"));
    assert!(world.there.state.close(REPOSITORY, 3, "duplicate"));
    let anew = format!("{REPOSITORY}#4@I_of_a_repository_before");
    let edit = Edit { title: Some("Buy bread".to_owned()), ..Edit::default() };
    for (id, fetched) in [
        (id_of(1), Fetched::Gone),
        (id_of(2), Fetched::Moved),
        (id_of(3), Fetched::Gone),
        (anew, Fetched::Gone),
        (id_of(5), Fetched::Moved),
        ("octo/two#1@I_octo_two_1".to_owned(), Fetched::Moved),
        ("what is this".to_owned(), Fetched::Moved),
    ] {
        assert_eq!(world.provider.fetch(&id).await, Ok(fetched), "{id}");
        if id != id_of(3) {
            fails(world.provider.update(&id, &version, &edit, OPERATION).await, &Failure::NotFound);
        }
        assert_eq!(world.provider.delete(&id, &version, OPERATION).await, Ok(()), "{id}");
    }
    assert!(world.there.stand.log.all().iter().all(|logged| logged.method == "GET"));
    let (seen, _, _) = pull(&world.provider, None).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[tokio::test]
async fn only_issues_of_one_account_can_be_wanted() {
    let world = World::with(&[REPOSITORY], true).await;
    let [mine, other] = [1, 2].map(|_| world.there.state.open(REPOSITORY, "Buy milk", None));
    world.there.state.edit(REPOSITORY, mine, |issue| issue.assignees = vec!["OctoCat".to_owned()]);
    let (seen, cursor, _) = pull(&world.provider, None).await;
    assert_eq!(ids(&seen), BTreeSet::from([id_of(mine)]));
    assert!(seen.contains(&Seen::Moved(id_of(other))));
    world.there.state.edit(REPOSITORY, mine, |issue| issue.assignees.clear());
    let (seen, _, _) = pull(&world.provider, Some(&cursor)).await;
    assert!(seen.contains(&Seen::Moved(id_of(mine))));
    assert_eq!(world.provider.fetch(&id_of(mine)).await, Ok(Fetched::Moved));
    // What is made is assigned, or it would be nobody's.
    let made = world.provider.create(&creation("Buy bread")).await.expect("an item");
    assert_eq!(world.provider.fetch(&made.external_id).await, Ok(Fetched::Item(Box::new(made))));
}

#[tokio::test]
async fn what_can_be_chosen_and_who_we_are() {
    let world = World::with(&[REPOSITORY, "octo/two"], false).await;
    let lists = world.provider.lists().await.expect("lists");
    assert_eq!(lists.iter().map(|list| list.id.as_str()).collect::<Vec<_>>(), [REPOSITORY, "octo/two"]);
    assert_eq!(world.provider.account().await, Ok(KnownAs::named(Some(github::LOGIN.to_owned()))));
}
